"""A way out: a unit parted, by its household rows where the data has several, else as if its entrances were counted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array

from gridplan.partition.exists import in_band
from gridplan.partition.problem import SLACK, Ints, Problem
from gridplan.partition.reasons import by_count
from gridplan.partition.search import Effort
from gridplan.partition.ways import Way

_Parting = tuple[list[int], list[tuple[float, ...]]]
Rows = Sequence[tuple[float, ...]]  # loads of the rows of each unit; () for one that is never parted
MORE = 3  # numbers of equal parts that are tried
SHOWN = 4  # units that are tried by themselves
TRIES = 12


def parted(
    problem: Problem, units: Sequence[int], parts: Sequence[tuple[float, ...]]
) -> tuple[Problem, Ints]:
    """Return the problem with some units in parts, and the unit that each new unit is of.

    Parts lie where their unit lies: they touch one another and all that it touches, and nobody walks between them.
    """
    of = dict(zip(units, parts, strict=True))
    origin = np.repeat(np.arange(problem.size), [len(of.get(unit, (0.0,))) for unit in range(problem.size)])
    load = np.concatenate([of.get(unit, (problem.load[unit],)) for unit in range(problem.size)])
    share = load / np.where(problem.load > 0, problem.load, 1.0)[origin]
    graph = csr_array(
        (np.ones(len(problem.neighbors), np.int8), problem.neighbors, problem.starts),
        shape=(problem.size,) * 2,
    )
    wide = graph[origin][:, origin].tocoo()
    left, right = np.nonzero((origin[:, None] == origin) & ~np.eye(len(origin), dtype=bool))
    ends = np.concatenate([wide.row, left]), np.concatenate([wide.col, right])
    joined = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(len(origin),) * 2).tocsr()
    joined.sort_indices()
    new = replace(
        problem,
        load=load,
        weight=problem.weight[origin] * share,
        distance_m=problem.distance_m[np.ix_(origin, origin)],
        starts=joined.indptr.astype(np.int32),
        neighbors=joined.indices.astype(np.int32),
        ties=None if problem.ties is None else problem.ties.part(origin.astype(np.int32)),
    )
    return new, origin.astype(np.int32)


def bundled(rows: tuple[float, ...], wanted: Sequence[float]) -> tuple[float, ...]:
    """Return the rows gathered into parts near the loads wanted; a single row is parted to the household as wanted."""
    if len(rows) == 1:
        whole = np.floor(np.cumsum(wanted[:-1]) + 0.5)
        return tuple(np.diff(np.concatenate([[0.0], whole, rows])).tolist())
    left = np.array(wanted, float)
    parts = np.zeros(len(left))
    for row in sorted(rows, reverse=True):
        at = int(left.argmax())
        left[at] -= row
        parts[at] += row
    return tuple(parts[parts > 0].tolist())


def _equal(problem: Problem, rows: Rows, units: Sequence[int]) -> Iterator[list[tuple[float, ...]]]:
    """Yield partings of all the units into equal parts, more of them each time."""
    band = problem.band
    for more in range(MORE):
        parts = []
        for unit in units:
            load = problem.load[unit]
            count = max(2, int(np.ceil(load / (band.most * band.high) - SLACK))) + more
            parts.append(bundled(rows[unit], [load / count] * count))
        yield parts


def _in_two(problem: Problem, rows: Rows, unit: int) -> Iterator[list[tuple[float, ...]]]:
    """Yield partings of a unit in two of which one is a grid by itself, or with one neighbour."""
    band, load = problem.band, float(problem.load[unit])
    near = problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]]
    for beside in (0.0, *np.unique(problem.load[near]).tolist()):
        for workers in range(band.fewest, band.most + 1):
            for each in (band.middle, band.low, band.high):
                one = workers * each - beside
                if 1 < one < load - 1:
                    yield [bundled(rows[unit], (one, load - one))]


def _partings(problem: Problem, rows: Rows, groups: list[list[int]]) -> Iterator[_Parting]:
    """Yield what to try: units, and the parts of each; the first of each kind of all groups before the next kind."""
    for units in groups:
        for parts in _equal(problem, rows, units):
            yield units, parts
    for units in groups:
        if len(units) == 1:
            for parts in _in_two(problem, rows, units[0]):
                yield units, parts


def _heavy(problem: Problem, plan: Ints) -> list[int]:
    """Return the units of grids out of band, the heaviest first."""
    load = np.bincount(plan, weights=problem.load).astype(float)
    out = np.flatnonzero((problem.band.outside(load)[0] > 0)[plan] & (problem.load > 1))
    return [int(unit) for unit in out[np.argsort(-problem.load[out], kind="stable")]]


def _worth(problem: Problem, rows: Rows, plan: Ints, lone: list[int]) -> list[list[int]]:
    """Return the units worth parting, in groups: those in no set in band and those around them, else the largest out of band."""
    if not lone:
        return [[unit] for unit in _heavy(problem, plan) if rows[unit]][:SHOWN]
    if any(problem.load[unit] > problem.band.most * problem.band.high and not rows[unit] for unit in lone):
        return []
    around = np.unique(
        np.concatenate([problem.neighbors[problem.starts[u] : problem.starts[u + 1]] for u in lone])
    )
    heavy = sorted(lone, key=lambda unit: -problem.load[unit])
    single = [[unit] for unit in (*heavy, *around.tolist()) if rows[unit] and problem.load[unit] > 1]
    several = [unit for unit in lone if rows[unit] and problem.load[unit] > 1]
    return [*single[:SHOWN], several] if len(several) > 1 else single[:SHOWN]


def split(problem: Problem, rows: Rows, plan: Ints, lone: list[int], effort: Effort) -> Way:
    """Try to part units so that a plan in band exists.

    Parameters
    ----------
    problem
        The units.
    rows
        Loads of the household rows of each unit; () for a unit that is never parted.
    plan
        The grid (n,) of each unit in the plan at hand.
    lone
        Units that no set in band holds.
    effort
        When to stop.
    """
    if by_count(problem) is not None:
        return Way(kind="split", key="split_sum", works=False)
    groups = _worth(problem, rows, plan, lone)
    if not groups:
        whole = lone or _heavy(problem, plan)
        return Way(kind="split", key="split_never", works=False, groups=tuple((unit,) for unit in whole))
    seen: set[tuple[Any, ...]] = set()
    for units, parts in _partings(problem, rows, groups):
        key = (*units, *(tuple(sorted(part)) for part in parts))
        if len(seen) >= TRIES or key in seen or not all(len(part) > 1 for part in parts):
            continue
        seen.add(key)
        if in_band(parted(problem, units, parts)[0], effort).works:
            counted = all(len(rows[unit]) > 1 for unit in units)
            return Way(
                kind="split",
                key="split_rows" if counted else "split_counted",
                works=True,
                groups=tuple((unit,) for unit in units),
                parts=tuple(parts),
            )
    tried = tuple((unit,) for unit in sorted({unit for units in groups for unit in units}))
    return Way(kind="split", key="split_open", works=None, groups=tried, terms={"count": len(seen)})
