"""What the search of a page knows beside the cards: compounds and buildings, and the pinyin initials of Chinese names."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import pandas as pd

from gridplan.maps.cards import MOST_DETAILED
from gridplan.plan import Plan

HAN = re.compile(r"[\u4e00-\u9fff]")


def initials(texts: Iterable[str]) -> dict[str, str]:
    """Return the initials of each text that has Chinese letters: 青峦社区 -> qlsq; what else it holds stays as it is.

    Readings are those of pypinyin, which knows phrases (重庆 is cq).
    """
    return {text: _initials(text) for text in sorted({text for text in texts if HAN.search(text)})}


@cache
def _initials(text: str) -> str:
    """Return the initials of one text, which stands on many pages."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 # a fifth of a second, for pages alone

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


def places(plan: Plan, *, units: bool = True) -> dict[str, Any]:
    """Return compounds, and buildings where a page does not hold too many: text, where it is, and what a find opens.

    That is the unit with most households, or its grid on a page without units.
    """
    table = _places(plan)
    to = table["row"].to_numpy()
    if not units:
        to = pd.Index(plan.grids["grid_id"]).get_indexer(table["grid_id"])
    return {
        "text": table["text"].tolist(),
        "where": table["where"].tolist(),
        "to": to.tolist(),
        "key": "units" if units else "grids",
    }


def _places(plan: Plan) -> pd.DataFrame:
    units = pd.DataFrame(plan.units.drop(columns="geometry"))
    names = plan.communities.set_index("community_id")["name"]
    units = units.assign(
        row=range(len(units)), where=units["community_id"].map(names).fillna("").astype(str)
    ).sort_values("households", ascending=False, kind="stable")
    compounds = units[units["compound"] != ""].drop_duplicates(["community_id", "compound"])
    found = [compounds.assign(text=compounds["compound"])]
    if len(units) <= MOST_DETAILED:
        known = units[units["building"] != ""].drop_duplicates(["community_id", "compound", "building"])
        found.append(known.assign(text=(known["compound"] + " " + known["building"]).str.strip()))
    return pd.concat(found).sort_values(["text", "row"], kind="stable")
