"""Units too large for any grid, set aside: each is a grid out of band by itself, and what is left is divided without them.

No grid holds two of them, and one with such a unit is at least as far out of band as the unit alone; so their number and what they
hold too much are bounds for every plan.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.partition.improve import part_of
from gridplan.partition.problem import SLACK, Ints, Problem, columns_of
from gridplan.partition.reasons import reason_of
from gridplan.partition.result import Partition, partition_of
from gridplan.partition.search import Found


def too_large(problem: Problem) -> Ints:
    """Return the units with more load than any grid may have."""
    return np.flatnonzero(problem.load > problem.band.most * problem.band.high + SLACK).astype(np.int32)


def _pieces(problem: Problem, units: Ints) -> Iterator[Ints]:
    """Yield the connected pieces of some units."""
    graph = sparse.csr_array(
        (np.ones(len(problem.neighbors), np.int8), problem.neighbors, problem.starts),
        shape=(problem.size,) * 2,
    )
    count, piece = csgraph.connected_components(graph[units][:, units], directed=False)
    for number in range(count):
        yield units[piece == number]


def _share(problem: Problem, units: Ints) -> Problem:
    """Return the problem of a piece, with its share of the workers where a number is asked for."""
    part = part_of(problem, units)
    if not isinstance(problem.workers, int):
        return part
    rest = np.delete(problem.load, too_large(problem)).sum()
    return replace(part, workers=max(1, round(problem.workers * part.load.sum() / rest)))


def set_aside(problem: Problem, large: Ints, solve: Callable[[Problem], Partition]) -> Partition:
    """Return the plan in which the units too large are grids of their own, and the pieces of the rest are solved."""
    groups: list[Ints] = [np.array([unit], np.int32) for unit in large]
    bound = float(columns_of(groups, problem).cost.sum())
    others = np.setdiff1d(np.arange(problem.size, dtype=np.int32), large)
    for units in _pieces(problem, others):
        if not problem.load[units].any():
            continue
        answer = solve(_share(problem, units))
        bound += answer.lower_bound
        groups += [units[answer.grid == number] for number in range(len(answer.centre))]
    found = Found(groups=groups, cost=0.0, bound=bound if problem.extras is None else 0.0, exact=False)
    plan = partition_of(problem, found, exact=False)
    load = np.asarray(np.bincount(plan.grid, weights=problem.load), float)
    away = problem.band.outside(load)[0]
    top = problem.band.most * problem.band.high
    return replace(
        plan,
        out_of_band=int((away > 0).sum()),
        out_of_band_bound=len(large),
        households_outside=float(away.sum()),
        households_outside_bound=float((problem.load[large] - top).sum()),
        status="infeasible",
        reason=reason_of(problem, None, proven=True),
    )
