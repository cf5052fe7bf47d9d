"""Why a community has no plan with every grid in band, the plainest reason first.

1. A count: the households of all together fit no whole number of workers.
2. Units that lie in no connected set in band: too large by themselves, or past the band with any neighbour.
3. Neither: the exact model with slacks tells how many households stay over however the rest is divided, and which.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gridplan.partition.master import Rows
from gridplan.partition.problem import SLACK, Columns, Floats, Ints, Problem, columns_of
from gridplan.partition.search import Effort
from gridplan.partition.shortlist import best_of

SMALL = Effort(nodes=60)
MOST = 6_000  # sets in the model with slacks


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason before units have names: a key of the words tables (``partition.<key>``), its terms, the units meant.

    ``also`` is a further reason of the same kind, for other units.
    """

    key: str
    terms: dict[str, Any] = field(default_factory=dict)
    units: tuple[int, ...] = ()
    also: "Reason | None" = None


def without_sets(problem: Problem, columns: Columns) -> Ints:
    """Return the units with load that lie in none of the sets."""
    listed = np.zeros(problem.size, bool)
    listed[columns.members] = True
    return np.flatnonzero(~listed & (problem.load > 0)).astype(np.int32)


def with_least_neighbour(problem: Problem) -> Floats:
    """Return the load of each unit together with that of its lightest neighbour; of one without neighbours infinity."""
    near = np.append(problem.load[problem.neighbors], np.inf)
    least = np.minimum.reduceat(near, np.minimum(problem.starts[:-1], len(problem.neighbors)))
    alone = problem.starts[:-1] == problem.starts[1:]
    return problem.load + np.where(alone, np.inf, least)


def hopeless(problem: Problem) -> Ints:
    """Return units that are in no set in band for a reason that needs no list: alone out of band, with any neighbour too large."""
    top = problem.band.most * problem.band.high
    alone = problem.band.outside(problem.load)[0] > 0
    far = (problem.load > top + SLACK) | (with_least_neighbour(problem) > top + SLACK)
    return np.flatnonzero((problem.load > 0) & alone & far).astype(np.int32)


def by_count(problem: Problem) -> Reason | None:
    """Return the reason that lies in the sum of all loads, if there is one: no number of workers has it in band."""
    total, band = float(problem.load.sum()), problem.band
    least = int(np.ceil(total / band.high - SLACK))
    if total >= max(least, band.fewest) * band.low - SLACK:
        return None
    if least <= band.fewest:
        values = {"total": f"{total:g}", "low": f"{band.fewest * band.low:g}"}
        return Reason(key="reason_few", terms=values)
    return Reason(
        key="reason_counting",
        terms={
            "total": f"{total:g}",
            "fewer": least - 1,
            "each_fewer": f"{total / (least - 1):.4g}",
            "more": least,
            "each_more": f"{total / least:.4g}",
            "low": f"{band.low:g}",
            "high": f"{band.high:g}",
        },
    )


def _lone(problem: Problem, units: Ints) -> Reason | None:
    """Return the reason that lies in units which no set in band holds: those too large, those past the band with a neighbour."""
    band, load = problem.band, problem.load
    top, reach = band.most * band.high, with_least_neighbour(problem)
    span = {
        "low": f"{band.low:g}",
        "high": f"{band.high:g}",
        "most": band.most,
        "top": f"{top:g}",
    }
    reason = None
    for key, those in (
        ("reason_stuck", (load <= top) & (reach <= top + SLACK)),
        ("reason_next", (load <= top) & (reach > top + SLACK) & np.isfinite(reach)),
        ("reason_apart", (load <= top) & ~np.isfinite(reach)),
        ("reason_too_large", load > top),
    ):
        some = units[those[units]]
        if len(some):
            heavy = some[np.argsort(-load[some], kind="stable")]
            least = {"least": f"{reach[heavy].min():g}"} if key == "reason_next" else {}
            reason = Reason(key=key, terms={**span, **least}, units=tuple(heavy.tolist()), also=reason)
    return reason


def left_over(problem: Problem, columns: Columns) -> tuple[Ints, bool] | None:
    """Return the units of least load that stay over when sets in band cover the rest, and whether it is proven to be the least.

    Each unit has a slack, which costs its load; None where the search found nothing.
    """
    some = np.flatnonzero(problem.load > 0).astype(np.int32)
    slack = columns_of([np.array([unit], np.int32) for unit in some], problem)
    every = replace(columns, cost=np.zeros(len(columns))).joined(replace(slack, cost=slack.load.copy()))
    rows = Rows(must=problem.load > 0, workers=(0.0, np.inf), band=problem.band)
    found = best_of(every, rows, SMALL)
    if found.groups is None:
        return None
    lone = [
        int(g[0]) for g in found.groups if len(g) == 1 and problem.band.outside(problem.load[g])[0][0] > 0
    ]
    return np.array(lone, np.int32), found.exact


def reason_of(problem: Problem, columns: Columns | None, *, proven: bool) -> Reason:
    """Return the first reason that holds, the plainest first.

    Parameters
    ----------
    problem
        The units.
    columns
        All sets in band; None where they are too many to list.
    proven
        Whether it is proven that there is no plan in band.
    """
    count = by_count(problem)
    if count is not None:
        return count
    lone = _lone(problem, hopeless(problem) if columns is None else without_sets(problem, columns))
    if lone is not None:
        return lone
    span = {"low": f"{problem.band.low:g}", "high": f"{problem.band.high:g}"}
    if not proven or columns is None:
        return Reason(key="reason_open", terms=span)
    over = left_over(problem, columns) if len(columns) <= MOST else None
    if over is None or not len(over[0]):
        return Reason(key="reason_packing", terms=span)
    units, least = over
    total = f"{problem.load[units].sum():g}"
    key = "reason_over" if least else "reason_over_some"
    return Reason(key=key, terms={**span, "total": total}, units=tuple(units.tolist()))
