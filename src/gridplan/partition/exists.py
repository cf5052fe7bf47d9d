"""Whether a problem has a plan in band at all: any plan will do, and a proof that there is none."""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.candidates import list_sets
from gridplan.partition.linear import TOLERANCE, Relaxation
from gridplan.partition.master import Rows, reduced_costs, whole
from gridplan.partition.problem import Columns, Floats, Problem
from gridplan.partition.reasons import by_count, hopeless
from gridplan.partition.search import Effort
from gridplan.partition.solve import solve

SETS = 20_000
STEPS = 1_500_000
UNITS = 3  # units of a set where all sets are too many to list
SOLVED = 60  # units up to which a problem whose sets are too many to list is solved all the same
NODES = 60
FIRST, GROWN, MOST = (
    1_200,
    3,
    4_000,
)  # sets looked among at first, the next time so many times more; the last time


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Whether a problem has a plan in band: its grids, if some were found; whether it is settled."""

    groups: list[np.ndarray] | None
    settled: bool

    @property
    def works(self) -> bool | None:
        """True, False, or None where it is not settled."""
        return True if self.groups is not None else False if self.settled else None


def covering(columns: Columns, rows: Rows, effort: Effort, *, complete: bool) -> Tried:
    """Look for a choice of sets that meets ``rows``, first among those that the linear optimum likes best; any will do."""
    if not len(columns):
        return Tried(groups=None, settled=complete)
    relaxed = (relaxation := Relaxation(columns, rows)).solve()
    if relaxed.short > TOLERANCE:
        return Tried(groups=None, settled=complete)
    order = np.argsort(reduced_costs(relaxation.columns, rows, relaxed.prices), kind="stable")
    most = FIRST
    while not effort.spent:
        part = columns.take(np.sort(order[:most]))
        found = whole(part, rows, nodes=NODES, seconds=effort.seconds, seed=effort.seed)
        if found.chosen is not None:
            return Tried(groups=[part.of(int(column)) for column in found.chosen], settled=True)
        if most >= min(len(columns), MOST):
            return Tried(groups=None, settled=complete and found.exhausted and most >= len(columns))
        most *= GROWN
    return Tried(groups=None, settled=False)


def listed(problem: Problem, intervals: Floats) -> tuple[Columns, bool]:
    """Return the connected sets with a load in some intervals, the small ones where all are too many, and whether these are all."""
    columns, complete = list_sets(problem, intervals, most_sets=SETS, most_steps=STEPS)
    if complete:
        return columns, True
    few, whole = list_sets(problem, intervals, most_sets=SETS, most_steps=STEPS, largest=UNITS)
    return (few if whole else columns), False


def rows_of(problem: Problem) -> Rows:
    """Return what every plan has to keep: each unit with load in one grid; any number of workers."""
    must = problem.load > 0 if problem.ties is None else (problem.load > 0) | problem.ties.pinned
    return Rows(must=must, workers=(0.0, np.inf), band=problem.band)


def in_band(problem: Problem, effort: Effort) -> Tried:
    """Tell whether a problem has a plan with every grid in band: over all its sets where they can be listed, else by ``solve``."""
    if by_count(problem) is not None or len(hopeless(problem)):
        return Tried(groups=None, settled=True)
    columns, complete = listed(problem, problem.band.intervals)
    if complete or problem.size > SOLVED:
        return covering(columns, rows_of(problem), effort, complete=complete)
    answer = solve(replace(problem, workers="free"), replace(effort, nodes=NODES))
    if answer.out_of_band:
        return Tried(groups=None, settled=answer.out_of_band_bound > 0)
    grids = range(len(answer.centre))
    return Tried(
        groups=[np.flatnonzero(answer.grid == grid).astype(np.int32) for grid in grids], settled=True
    )
