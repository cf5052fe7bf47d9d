"""Which resource may serve which need: of the right kind, offered, in its period, within reach; where that ends for each need."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.matching.problem import Flags, Floats, Ints

Metres = Callable[
    [Floats, Floats, float], Floats
]  # (n, 2), (m, 2), limit -> (n, m) metres, inf beyond the limit

REASONS = ("none", "closed", "period", "far", "used")  # the first that holds is why a need is not met
SEPARATORS = r"[;；、,，|]"
LAST_DAY = "9999-12-31"
TENTHS = 10  # metres are compared to a tenth


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far a resource reaches that says nothing of its own: ``limit_m`` metres, or ``within`` its "community" or "street"."""

    limit_m: float = np.inf
    within: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Pairs:
    """The pairs that may be matched, ordered by need; and for each need how far it came: one of ``REASONS``."""

    need: Ints
    resource: Ints
    metres: Floats  # NaN where either has no place
    reason: np.ndarray


def pairs(needs: pd.DataFrame, resources: pd.DataFrame, *, reach: Reach, metres: Metres) -> Pairs:
    """Return the pairs of needs and resources that may be matched.

    Parameters
    ----------
    needs
        kind, community_id, street, x, y (NaN: no place of its own), start, end (days as 2026-11-21, or "").
    resources
        The same, and serves (kinds of needs, separated by ; or similar; "": its own kind), offered (a flag), metres (its own
        reach, or NaN). One with neither a place nor a community reaches everywhere.
    reach
        For resources without metres of their own.
    metres
        Walking metres between places.
    """
    served = _served(resources)
    found: list[tuple[Ints, Ints, Floats]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    reason = np.full(len(needs), REASONS[0], object)
    kinds = needs["kind"].to_numpy(object)
    for kind in pd.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        columns = np.flatnonzero([kind in one for one in served])
        if not len(columns):
            continue
        some, supply = needs.iloc[rows], resources.iloc[columns]
        offered = np.broadcast_to(supply["offered"].to_numpy(bool), (len(rows), len(columns)))
        timely = offered & _overlaps(some, supply)
        near, walk_m = _near(some, supply, timely, reach, metres)
        usable = timely & near
        for code, holds in zip(REASONS[1:], (np.ones_like(usable), offered, timely, usable), strict=True):
            reason[rows[holds.any(axis=1)]] = code
        n, r = np.nonzero(usable)
        found.append((rows[n], columns[r], walk_m[n, r]))
    need, resource, walked = (np.concatenate(one) for one in zip(*found, strict=True))
    order = np.lexsort((resource, need))
    return Pairs(need=need[order], resource=resource[order], metres=walked[order], reason=reason)


def _served(resources: pd.DataFrame) -> list[frozenset[str]]:
    """Return the kinds of needs that each resource serves."""
    written = resources["serves"].where(resources["serves"] != "", resources["kind"])
    lists = written.str.split(SEPARATORS, regex=True)
    return [frozenset(word.strip() for word in words) - {""} for words in lists]


def _overlaps(needs: pd.DataFrame, resources: pd.DataFrame) -> Flags:
    """Return (needs, resources) where both periods share a day; an end that is left open is any day."""
    begin, end = ([t["start"].to_numpy(str), t["end"].to_numpy(str)] for t in (needs, resources))
    starts = (begin[0], end[0])
    ends = [np.where(one == "", LAST_DAY, one) for one in (begin[1], end[1])]
    return (starts[0][:, None] <= ends[1]) & (starts[1] <= ends[0][:, None])


def _near(
    needs: pd.DataFrame, resources: pd.DataFrame, wanted: Flags, reach: Reach, metres: Metres
) -> tuple[Flags, Floats]:
    """Return (needs, resources) which are in reach, and the metres between them, NaN where either has no place."""
    limit_m = resources["metres"].fillna(np.inf if reach.within else reach.limit_m).to_numpy(float)
    by_area = resources["metres"].isna().to_numpy() & (reach.within is not None)
    home = resources["community_id"].to_numpy(object)
    same = needs["community_id"].to_numpy(object)[:, None] == home
    if reach.within == "street":
        street = resources["street"].to_numpy(object)
        same |= (needs["street"].to_numpy(object)[:, None] == street) & (street != "")
    placed = resources["x"].notna().to_numpy()
    both = needs["x"].notna().to_numpy()[:, None] & placed
    walk_m = _walked(needs, resources, wanted & both & (~by_area | same), limit_m, metres)
    near = np.where(both & ~by_area, walk_m <= limit_m, same)
    return near | (~placed & (home == "")), np.where(np.isfinite(walk_m), walk_m, np.nan)


def _walked(
    needs: pd.DataFrame, resources: pd.DataFrame, wanted: Flags, limit_m: Floats, metres: Metres
) -> Floats:
    """Return the metres between the pairs that are wanted, inf for all others and beyond the limit."""
    walk_m = np.full(wanted.shape, np.inf)
    rows, columns = np.flatnonzero(wanted.any(axis=1)), np.flatnonzero(wanted.any(axis=0))
    if len(rows):
        from_xy, to_xy = (
            needs[["x", "y"]].to_numpy(float)[rows],
            resources[["x", "y"]].to_numpy(float)[columns],
        )
        walk_m[np.ix_(rows, columns)] = metres(from_xy, to_xy, float(limit_m[columns].max()))
    return np.where(wanted, walk_m, np.inf)
