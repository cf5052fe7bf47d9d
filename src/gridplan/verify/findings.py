"""What every check is made of: rows found and summed by id, and the message that names who is wrong."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gridplan.words import Message

SHOWN_IDS = 5
COUNT = 1e-6  # households and sums of them
SHARE = 1e-6
METRE = 0.01
AREA_M2 = 0.1
LINE = 1e-3  # compactness

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def broken(name: str, ids: ArrayLike, mask: ArrayLike, **values: object) -> Iterator[Message]:
    """Yield one message ``verify.<name>`` if any of the ids is marked."""
    which = np.asarray(ids, object)[np.asarray(mask, bool)]
    if len(which):
        yield Message(f"verify.{name}", {"count": len(which), "ids": _named(which), **values})


def _named(ids: NDArray[Any]) -> Message | str:
    """Return the first few ids and how many more there are."""
    first = ", ".join(map(str, ids[:SHOWN_IDS]))
    more = len(ids) - SHOWN_IDS
    return Message("verify.and_more", {"ids": first, "more": more}) if more > 0 else first


def differ(have: ArrayLike, want: ArrayLike, tolerance: float = COUNT) -> Flags:
    """Return where two columns differ; a missing number equals only another missing one."""
    a, b = np.asarray(have, float), np.asarray(want, float)
    return ~((np.abs(a - b) <= tolerance) | (np.isnan(a) & np.isnan(b)))


def total(keys: pd.Series, values: ArrayLike, ids: pd.Series) -> Floats:
    """Return the sum of the values of each id; 0 for an id that no row has."""
    sums = pd.Series(np.asarray(values, float)).groupby(keys.to_numpy()).sum()
    return sums.reindex(ids.to_numpy()).fillna(0.0).to_numpy(float)


def places(table: pd.DataFrame, key: str, ids: pd.Series) -> NDArray[np.intp]:
    """Return the row of each id in a table whose ids are unique; -1 where there is none."""
    return pd.Index(table[key]).get_indexer(pd.Index(ids))


def picked(values: ArrayLike, at: NDArray[np.intp]) -> NDArray[Any]:
    """Return the value at each place, None where the place is -1."""
    found = np.full(len(at), None, object)
    found[at >= 0] = np.asarray(values, object)[at[at >= 0]]
    return found


def number(value: object) -> float:
    """Return a figure of the report as a number; NaN if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return float("nan")
    return float(value)
