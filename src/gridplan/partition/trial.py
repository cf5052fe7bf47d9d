"""All ways out of one piece, tried one after another; in a large piece on the units around the grids out of band."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from gridplan.partition.exists import listed
from gridplan.partition.problem import Ints, Problem
from gridplan.partition.reasons import Reason, by_count
from gridplan.partition.result import Partition
from gridplan.partition.search import Effort
from gridplan.partition.tower import Rows, split
from gridplan.partition.ways import Way, more_workers, wider_band

LONE = ("reason_too_large", "reason_next", "reason_stuck", "reason_apart")
LARGE = 36  # units around the grids out of band that are divided anew


def lone_units(reason: Reason | None) -> list[int]:
    """Return the units that a reason tells to be in no set in band."""
    if reason is None:
        return []
    own = list(reason.units) if reason.key in LONE else []
    return own + lone_units(reason.also)


def around(problem: Problem, plan: Ints) -> Ints:
    """Return the units of the grids out of band and of grids beside them, grid by grid while they are not too many."""
    out = problem.band.outside(np.bincount(plan, weights=problem.load).astype(float))[0] > 0
    size = np.bincount(plan)
    chosen = out.copy()
    while True:
        inside = chosen[plan]
        source = np.repeat(np.arange(problem.size), np.diff(problem.starts))
        beside = np.unique(plan[problem.neighbors[inside[source]]])
        more = beside[~chosen[beside]]
        if not len(more) or size[chosen].sum() + size[more].min() > LARGE:
            return np.flatnonzero(inside).astype(np.int32)
        chosen[more[size[more].argmin()]] = True


def part_of(problem: Problem, units: Ints) -> Problem:
    """Return the problem of some units alone."""
    shape = (problem.size,) * 2
    graph = csr_array(
        (np.ones(len(problem.neighbors), np.int8), problem.neighbors, problem.starts), shape=shape
    )
    own = graph[units][:, units].tocsr()
    own.sort_indices()
    return replace(
        problem,
        load=problem.load[units],
        weight=problem.weight[units],
        distance_m=problem.distance_m[np.ix_(units, units)],
        starts=own.indptr.astype(np.int32),
        neighbors=own.indices.astype(np.int32),
        workers="free",
        ties=None if problem.ties is None else problem.ties.part(units),
    )


def ways_out(problem: Problem, rows: Rows, answer: Partition, effort: Effort) -> tuple[Way, ...]:
    """Return what came of each way out of a piece; nothing where every grid is in band.

    Parameters
    ----------
    problem
        The units.
    rows
        Loads of the household rows that each unit could be parted into; () where it never is.
    answer
        The plan at hand.
    effort
        When to stop.
    """
    if not answer.out_of_band:
        return ()
    problem = replace(problem, extras=None)  # prices decide between plans in band, not whether there is one
    units, part = np.arange(problem.size, dtype=np.int32), problem
    if not listed(problem, problem.band.intervals)[1]:
        near = around(problem, answer.grid)
        if by_count(part_of(problem, near)) is None:
            units, part = near, part_of(problem, near)
    lone = np.flatnonzero(np.isin(units, lone_units(answer.reason))).tolist()
    plan = np.unique(answer.grid[units], return_inverse=True)[1].astype(np.int32)
    tried = (
        more_workers(part, effort),
        split(part, [rows[unit] for unit in units.tolist()], plan, lone, effort),
    )
    loads = np.bincount(answer.grid, weights=problem.load).astype(float)
    return (
        *(_of_whole(way, units, whole=part is problem) for way in tried),
        *wider_band(problem, part, loads, effort),
    )


def _of_whole(way: Way, units: Ints, *, whole: bool) -> Way:
    """Return a way tried on some units as one of the whole piece: what fails there may still be possible elsewhere."""
    groups = tuple(tuple(units[list(group)].tolist()) for group in way.groups)
    if whole or way.key != "more_workers_never":
        return replace(way, groups=groups)
    return replace(way, key="more_workers_open", works=None, groups=groups)
