"""A plan made better by solving several neighbouring grids again, exactly, where it costs most more than the prices say."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.improve import part_of, score_of
from gridplan.partition.master import Prices, Rows, reduced_costs
from gridplan.partition.problem import Flags, Floats, Ints, Problem, columns_of
from gridplan.partition.search import Effort

TOGETHER = 5  # grids solved again at a time
FAILED = 4  # tries one after another that gain nothing

Solver = Callable[[Problem], list[Ints]]


@dataclass(frozen=True, kw_only=True)
class _Grids:
    """Grids of a plan, which of them are neighbours (grids, grids), and what each costs too much, the load out of band first."""

    problem: Problem
    groups: list[Ints]
    near: Flags
    excess: Floats
    outside: Floats

    @classmethod
    def of(cls, problem: Problem, groups: list[Ints], rows: Rows, prices: Prices) -> "_Grids":
        """Return the grids of a plan; what one out of band costs too much is not told by prices and counts as nothing."""
        grid = np.full(problem.size, len(groups))
        for number, group in enumerate(groups):
            grid[group] = number
        near = np.zeros((len(groups) + 1,) * 2, bool)
        near[np.repeat(grid, np.diff(problem.starts)), grid[problem.neighbors]] = True
        np.fill_diagonal(near, val=False)
        columns = columns_of(groups, problem)
        outside = problem.band.outside(columns.load)[0]
        inside, excess = np.flatnonzero(outside == 0), np.zeros(len(groups))
        excess[inside] = reduced_costs(columns.take(inside), rows, prices)
        return cls(
            problem=problem,
            groups=groups,
            near=near[:-1, :-1],
            excess=excess,
            outside=outside,
        )

    def around(self, first: int) -> list[int]:
        """Return a grid and others beside it and one another: near ones that cost much too much."""
        chosen = [first]
        while len(chosen) < min(TOGETHER, len(self.groups)):
            beside = np.setdiff1d(np.flatnonzero(self.near[chosen].any(axis=0)), chosen)
            if not len(beside):
                break
            metres = self.problem.distance_m[self.groups[first]]
            away = np.array([metres[:, self.groups[other]].mean() for other in beside.tolist()])
            chosen.append(int(beside[np.argmin(away - self.excess[beside] / self.problem.band.high)]))
        return chosen

    def next(self, tried: set[tuple[tuple[int, ...], ...]]) -> list[int] | None:
        """Return grids that have not been tried together, the worst first, and note them; None where all have been."""
        for first in np.lexsort((-self.excess, -self.outside)).tolist():
            chosen = self.around(first)
            key = tuple(sorted(tuple(sorted(self.groups[number].tolist())) for number in chosen))
            if key not in tried:
                tried.add(key)
                return chosen
        return None


def solved_again(
    problem: Problem, groups: list[Ints], rows: Rows, prices: Prices, solver: Solver, effort: Effort
) -> list[Ints]:
    """Return better grids for the same workers.

    Parameters
    ----------
    problem, groups
        The units, and connected grids of them.
    rows, prices
        Of a bound: they tell how much more each grid costs than it has to.
    solver
        Returns the best grids found of a part of the units.
    effort
        When to stop.
    """
    tried: set[tuple[tuple[int, ...], ...]] = set()
    failed = 0
    for _ in range(round(min(1.0, effort.work) * len(groups))):
        if failed >= FAILED * effort.work:
            break
        grids = _Grids.of(problem, groups, rows, prices)
        chosen = None if effort.spent else grids.next(tried)
        if chosen is None:
            break
        old = [groups[number] for number in chosen]
        units = np.sort(np.concatenate(old))
        part = part_of(problem, units)
        workers = int(problem.band.workers(columns_of(old, problem).load)[0].sum())
        found = solver(replace(part, workers=workers))
        failed += 1
        if score_of(part, found) < score_of(problem, old):
            failed = 0
            kept = [group for number, group in enumerate(groups) if number not in chosen]
            groups = kept + [units[group] for group in found]
    return groups
