"""Who works where: the roster counted by community and by kind."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.words import Message

KINDS = ("full_time", "part_time", "helper")


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


def roster(workers: pd.DataFrame | None, communities: pd.DataFrame) -> Roster:
    """Count the workers (tables.INPUT_COLUMNS["workers"]) of the communities (community_id).

    An unknown availability counts as 1. Where no row has a kind, all are full-time.
    """
    ids = communities["community_id"]
    if workers is None:
        none = np.full(len(ids), np.nan)
        return Roster(
            by_community=none, full_time=np.nan, unbound=np.nan, part_time=np.nan, helpers=0, told=()
        )
    share = workers["availability"].fillna(1.0).astype(float)
    kind = workers["kind"] if (workers["kind"] != "").any() else pd.Series("full_time", index=workers.index)
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
