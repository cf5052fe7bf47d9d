"""Codes that live on: a grid goes on with the code of an earlier grid; codes once used never come again."""

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gridplan.naming.codes import template_of


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The codes that grids go on from.

    Attributes
    ----------
    code
        The earlier grid of each household row, "" for none, shape (rows,).
    retired
        Codes that were used once and are not used again.
    nobody
        Earlier grids in which nobody lives: grid_id, geometry; None for none.
    """

    code: pd.Series
    retired: frozenset[str] = frozenset()
    nobody: gpd.GeoDataFrame | None = None

    def still_there(self, shapes: NDArray[np.object_]) -> list[str]:
        """Return the earlier grid without households that each of some shapes lies in, "" for none."""
        found = np.full(len(shapes), "", object)
        if self.nobody is not None and len(self.nobody) and len(shapes):
            tree = shapely.STRtree(self.nobody.geometry.to_numpy())
            at, of = tree.query(shapely.point_on_surface(shapes), predicate="within")
            found[at] = self.nobody["grid_id"].to_numpy(object)[of]
        return list(found)


def heirs(grid: NDArray[np.int64], earlier: pd.Series, households: NDArray[np.float64]) -> pd.Series:
    """Return the earlier grid that each grid goes on from, "" for none: together they keep as many households as can be.

    Parameters
    ----------
    grid, earlier, households
        Of each household row, shape (rows,): the number of its grid, the earlier grid it was in ("" for none), its households.
    """
    rows = pd.DataFrame({"grid": grid, "earlier": earlier.to_numpy(object), "kept": households})
    shared = rows[(rows["earlier"] != "") & (rows["kept"] > 0)].groupby(["grid", "earlier"])["kept"].sum()
    found = pd.Series("", index=np.unique(grid), dtype=object)
    if shared.empty:
        return found
    table = shared.reset_index().pivot_table(index="grid", columns="earlier", values="kept", fill_value=0.0)
    at, of = linear_sum_assignment(table.to_numpy(), maximize=True)
    kept = table.to_numpy()[at, of] > 0
    found[table.index[at[kept]]] = table.columns[of[kept]].to_numpy(object)
    return found


def number_of(asked: str, community_id: str, code: str) -> int:
    """Return the number that a code has by the plan file's ``code``, 0 where it is none of that community's."""
    text = template_of(asked).text
    digits = re.sub(r"\{n[^}]*\}", "\0", text).replace("{community_id}", community_id)
    found = re.fullmatch(re.escape(digits).replace(re.escape("\0"), r"(\d+)"), code)
    number = int(found[1]) if found else 0
    return number if number and text.format(community_id=community_id, n=number) == code else 0


def renumbered(
    asked: str, frame: pd.DataFrame, number: pd.Series, earlier: pd.Series, retired: frozenset[str]
) -> pd.Series:
    """Return the numbers of grids that keep their codes; new ones follow after all that ever were, in their order.

    Parameters
    ----------
    asked
        ``code`` of the plan file.
    frame
        Grids with ``community_id``.
    number
        Their numbers as if none had been before.
    earlier
        The code that each grid keeps, "" for none.
    retired
        Codes that were used once.
    """
    homes = frame["community_id"].to_numpy(object)
    kept = [number_of(asked, home, code) for home, code in zip(homes, earlier, strict=True)]
    table = pd.DataFrame({"home": homes, "number": number.to_numpy(), "kept": kept}, index=frame.index)
    gone = {
        home: max((number_of(asked, home, code) for code in retired), default=0) for home in np.unique(homes)
    }
    table["last"] = np.maximum(table.groupby("home")["kept"].transform("max"), table["home"].map(gone))
    new = table[table["kept"] == 0].sort_values(["home", "number"])
    table.loc[new.index, "kept"] = new["last"] + new.groupby("home").cumcount() + 1
    return table["kept"].astype(int)
