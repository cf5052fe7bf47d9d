"""Numbers and names of grids.

Grids of a community are numbered row by row from north to south, in a row from west to east, the ordinary ones first: the custom
of city management (numbered within a community west to east, then north to south).
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.words import say

KINDS = ("ordinary", "special", "empty")


def numbers(grids: gpd.GeoDataFrame) -> pd.Series:
    """Return the number of each grid within its community, from 1, on the index of ``grids`` (community_id, kind, geometry)."""
    middle = grids.geometry.centroid
    frame = pd.DataFrame(
        {
            "community": grids["community_id"],
            "kind": grids["kind"].map({kind: n for n, kind in enumerate(KINDS)}),
            "x": middle.x.round(1),
            "y": middle.y.round(1),
            "area": grids.geometry.area,
        }
    )
    height = np.sqrt(frame.groupby("community")["area"].transform("median"))
    top = frame.groupby("community")["y"].transform("max")
    frame["row"] = np.floor((top - frame["y"]) / height)
    ordered = frame.sort_values(["community", "kind", "row", "x", "y"], kind="stable")
    return (ordered.groupby("community").cumcount() + 1).reindex(grids.index)


def chinese(number: int) -> str:
    """Return a number from 1 to 9999 in Chinese numerals."""
    digits, places = "零一二三四五六七八九", ("", "十", "百", "千")
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        if digit != "0":
            text = digits[int(digit)] + places[place] + text
        elif text and not text.startswith("零"):
            text = "零" + text
    return text.removeprefix("一") if text.startswith("一十") else text


def _name(kind: str, number: int, language: str) -> str:
    """Return the name of the n-th grid of a kind in a community."""
    return say(language, f"naming.{kind}_grid", number=chinese(number) if language == "zh" else number)


def names(grids: pd.DataFrame, number: pd.Series, areas: Sequence[str], *, language: str) -> list[str]:
    """Return the names of grids: those of special areas where they have one, else the number among their kind.

    Parameters
    ----------
    grids
        community_id, kind.
    number
        The number of each grid within its community (``numbers``).
    areas
        The name of the special area of each grid; "" for none.
    language
        "zh" or "en".
    """
    table = pd.DataFrame(
        {
            "community": grids["community_id"].to_numpy(object),
            "kind": grids["kind"].to_numpy(object),
            "number": number.to_numpy(),
        }
    )
    nth = table.groupby(["community", "kind"])["number"].rank().astype(int)
    return [
        area or _name(kind, n, language)
        for area, kind, n in zip(areas, table["kind"], nth.tolist(), strict=True)
    ]
