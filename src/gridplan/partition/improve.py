"""A plan where the list tells none: grow one, then take neighbouring grids out and solve them again exactly, worst first."""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.master import Rows
from gridplan.partition.problem import Floats, Ints, Problem, columns_of
from gridplan.partition.search import Effort, Found, Given, best_plan
from gridplan.partition.candidates import list_sets

LISTED = 30_000  # sets of a few grids taken out together
STEPS = 3_000_000
PASSES = 3
LITTLE = 1e-6  # share of the cost below which a gain is none


def grown(problem: Problem, count: int) -> Ints:
    """Return a connected start: ``count`` seeds far from one another, each time the emptiest grid takes the unit nearest to its seed.

    Returns
    -------
    The grid of each unit, shape (n,).
    """
    distance, load = problem.distance_m, problem.load
    seeds = [int(np.argmax(distance @ load))]
    while len(seeds) < count:
        away = distance[:, seeds].min(axis=1) * np.maximum(load, LITTLE)
        away[seeds] = -1.0
        seeds.append(int(np.argmax(away)))
    grid = np.full(problem.size, -1, np.int32)
    grid[seeds] = np.arange(count)
    filled = load[seeds].astype(float)
    while (grid < 0).any():
        for number in np.argsort(filled, kind="stable"):
            mine = np.flatnonzero(grid == number)
            near = np.concatenate([problem.neighbors[problem.starts[u] : problem.starts[u + 1]] for u in mine])
            free = np.unique(near[grid[near] < 0])
            if len(free):
                unit = free[np.argmin(distance[free, seeds[number]])]
                grid[unit] = number
                filled[number] += load[unit]
                break
        else:
            raise ValueError("the units are not connected")
    return grid


def part_of(problem: Problem, units: np.ndarray) -> Problem:
    """Return the problem of some of the units alone."""
    place = np.full(problem.size, -1, np.int32)
    place[units] = np.arange(len(units))
    near = [problem.neighbors[problem.starts[u] : problem.starts[u + 1]] for u in units]
    kept = [place[n][place[n] >= 0] for n in near]
    return replace(
        problem,
        load=problem.load[units],
        weight=problem.weight[units],
        distance_m=problem.distance_m[np.ix_(units, units)],
        starts=np.concatenate([[0], np.cumsum([len(k) for k in kept])]).astype(np.int32),
        neighbors=np.concatenate([np.zeros(0, np.int32), *kept]).astype(np.int32),
    )


@dataclass(frozen=True, kw_only=True)
class _Score:
    """What a plan is worth, in the order of the goals."""

    out: int
    outside: float
    cost: float

    def better(self, other: "_Score") -> bool:
        """Tell whether this is clearly better."""
        if (self.out, round(self.outside, 6)) != (other.out, round(other.outside, 6)):
            return (self.out, round(self.outside, 6)) < (other.out, round(other.outside, 6))
        return self.cost < other.cost * (1 - LITTLE)


def _score(problem: Problem, groups: list[np.ndarray]) -> _Score:
    columns = columns_of(groups, problem)
    away = problem.band.outside(columns.load)[0]
    return _Score(out=int((away > 0).sum()), outside=float(away.sum()), cost=float(columns.cost.sum()))


def _again(problem: Problem, units: np.ndarray, workers: float, effort: Effort) -> list[np.ndarray] | None:
    """Return the best grids of some units for their workers, None where no plan in band was found."""
    part = part_of(problem, units)
    columns, complete = list_sets(part, part.band.intervals, most_sets=LISTED, most_steps=STEPS)
    if not complete or not len(columns):
        return None
    rows = Rows(must=part.load > 0, workers=(workers, workers), band=part.band)
    found = best_plan(Given(columns), rows, effort)
    if found.groups is None:
        return None
    return [units[g] for g in _with_idle(part, found.groups)]


def _with_idle(part: Problem, groups: list[np.ndarray]) -> list[np.ndarray]:
    from gridplan.partition.solve import attached  # noqa: PLC0415
    grid = attached(part, groups)
    return [np.flatnonzero(grid == g) for g in range(len(groups))]
