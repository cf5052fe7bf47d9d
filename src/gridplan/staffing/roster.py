"""The roster counted by community and by kind, and where those work who are bound to no community."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.staffing.apportion import fair
from gridplan.words import Message

KINDS = ("full_time", "part_time", "helper")
WHOLE = 1 - 1e-9
NOWHERE = -1


@dataclass(frozen=True, eq=False, kw_only=True)
class Roster:
    """The workers there are: sums of availability, but heads for the helpers.

    Only full-time workers count against the norm; helpers are committee members and officers, outside it.
    """

    by_community: NDArray[np.float64]  # full-time, in the order of the communities; NaN without a roster
    full_time: float  # of the whole roster; NaN without one
    unbound: float  # the part of them bound to no community of the plan
    part_time: float
    helpers: int
    told: tuple[Message, ...]


def kinds_of(workers: pd.DataFrame) -> pd.Series:
    """Return the kind of each worker; where no row has one all are full-time."""
    if (workers["kind"] != "").any():
        return workers["kind"]
    return pd.Series("full_time", index=workers.index, dtype=object)


def shares_of(workers: pd.DataFrame) -> pd.Series:
    """Return the availability of each worker; an unknown one counts as 1."""
    return workers["availability"].fillna(1.0).astype(float)


def roster(workers: pd.DataFrame | None, communities: pd.DataFrame) -> Roster:
    """Count the workers (tables.INPUT_COLUMNS["workers"]) of the communities (community_id)."""
    ids = communities["community_id"]
    if workers is None:
        none = np.full(len(ids), np.nan)
        return Roster(
            by_community=none, full_time=np.nan, unbound=np.nan, part_time=np.nan, helpers=0, told=()
        )
    share, kind = shares_of(workers), kinds_of(workers)
    full = kind == "full_time"
    bound = workers["community_id"].isin(ids)
    sums = share[full & bound].groupby(workers["community_id"]).sum()
    return Roster(
        by_community=np.asarray(ids.map(sums).fillna(0.0), np.float64),
        full_time=float(share[full].sum()),
        unbound=float(share[full & ~bound].sum()),
        part_time=float(share[kind == "part_time"].sum()),
        helpers=int((kind == "helper").sum()),
        told=_told(workers, kind, bound),
    )


def homes(
    workers: pd.DataFrame, ids: pd.Series, load: NDArray[np.float64], *, kind: str
) -> NDArray[np.int64]:
    """Return the community that each worker of a kind works in, as a position in ``ids``, -1 for others: shape (workers,).

    Who is bound to a community stays there. Those bound to none who give all their time are shared out by ``fair``, beside
    those who are bound; within the numbers that come of it as many as can be stay in the community that they served before.
    Those who give part of it follow, the largest part first, each to where the load a worker is then largest: that last
    step is fair one by one, not as a whole. Nobody works in a community without load unless bound to it.
    """
    share = shares_of(workers).to_numpy()
    mine = (kinds_of(workers) == kind).to_numpy() & (share > 0)
    home = np.where(mine, pd.Index(ids).get_indexer(workers["community_id"]), NOWHERE)
    before = served_in(workers["served"], ids)
    held = np.bincount(home[home >= 0], weights=share[home >= 0], minlength=len(ids))
    free = np.flatnonzero(mine & (home < 0))
    whole = free[share[free] >= WHOLE]
    home[whole] = _seats(fair(load, len(whole), held=held), before[whole])
    held = np.bincount(home[home >= 0], weights=share[home >= 0], minlength=len(ids))
    parts = free[share[free] < WHOLE]
    for one in parts[np.argsort(-share[parts], kind="stable")] if load.any() else ():
        each = np.where(held > 0, load / np.maximum(held, 1e-12), np.where(load > 0, np.inf, 0.0))
        worst = each == each.max()
        home[one] = before[one] if before[one] >= 0 and worst[before[one]] else np.argmax(load * worst)
        held[home[one]] += share[one]
    return home


def served_in(served: pd.Series, ids: pd.Series) -> NDArray[np.int64]:
    """Return the community that each served before, as a position in ``ids``, -1 for none that is known: shape (workers,).

    What they served may be a community, or a grid whose code begins with that of its community, the longest that does.
    """
    long_first = sorted(set(ids), key=len, reverse=True)
    named = [next((own for own in long_first if own and one.startswith(own)), None) for one in served]
    return np.asarray(pd.Index(ids).get_indexer(pd.Index(named, dtype=object)), np.int64)


def _seats(numbers: NDArray[np.int64], before: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the community of each of some workers: as many as the numbers allow where they were before, the rest in order."""
    home = np.full(len(before), NOWHERE)
    left = numbers.copy()
    for community in np.unique(before[before >= 0]):
        stay = np.flatnonzero(before == community)[: left[community]]
        home[stay] = community
        left[community] -= len(stay)
    waiting = np.flatnonzero(home < 0)
    seats = np.repeat(np.arange(len(left)), left)
    home[waiting[: len(seats)]] = seats
    return home


def _told(workers: pd.DataFrame, kind: pd.Series, bound: pd.Series) -> tuple[Message, ...]:
    """Tell of rows that do not count as their writer may have meant."""
    stray = workers[(workers["community_id"] != "") & ~bound]
    unknown = workers[~kind.isin(KINDS)]
    faults = (
        ("staffing.unknown_community", stray, "community_id"),
        ("staffing.unknown_kind", unknown, "kind"),
    )
    return tuple(
        Message(key, {"count": len(rows), "rows": _some(rows["worker_id"]), "values": _some(rows[column])})
        for key, rows, column in faults
        if len(rows)
    )


def _some(values: pd.Series, shown: int = 5) -> str:
    """Name a few different values, in their order."""
    distinct = [value or '""' for value in values.unique()]
    return ", ".join(distinct[:shown]) + (" …" if len(distinct) > shown else "")
