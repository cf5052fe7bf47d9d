"""What a solved problem is told as: the grids, their figures, and what is proven of them."""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.charges import PARTS
from gridplan.partition.least import Least
from gridplan.partition.problem import Columns, Floats, Ints, Problem, columns_of
from gridplan.partition.reasons import Reason, reason_of
from gridplan.partition.search import Found, Lists

PROVEN = 1e-4  # gap up to which a plan counts as optimal


@dataclass(frozen=True, kw_only=True)
class Partition:
    """The grids of one problem.

    Attributes
    ----------
    grid
        Number of each unit's grid, shape (n,).
    centre, workers
        Centre unit and workers of each grid, shape (grids,).
    walk_m
        Distance of each unit to the centre of its grid, shape (n,).
    parts
        What each grid costs by each of ``charges.PARTS``, household-metres, shape (grids, 5); a compound parted among k grids
        costs each of them the k-th part, and a border each of its two grids one half.
    objective, lower_bound
        Household-metres; the bound is proven.
    out_of_band, households_outside
        Grids out of band and load outside it, each with its proven bound.
    status
        "optimal", "infeasible" (proven that no plan has every grid in band) or "feasible" (anything else).
    reason
        Why a grid is out of band; None where none is.
    """

    grid: Ints
    centre: Ints
    workers: Ints
    walk_m: Floats
    parts: Floats
    objective: float
    lower_bound: float
    out_of_band: int
    out_of_band_bound: int
    households_outside: float
    households_outside_bound: float
    status: str
    reason: Reason | None = None

    @property
    def assignment(self) -> Ints:
        """The grid of each unit: ``grid``, by the name that other tools give it."""
        return self.grid

    @property
    def gap(self) -> float:
        """Share of the objective that is not proven to be needed."""
        return (self.objective - self.lower_bound) / self.objective if self.objective > 0 else 0.0


def together(problem: Problem) -> Partition:
    """Return the plan of units that nobody lives in: nothing to divide."""
    return Partition(
        grid=np.zeros(problem.size, np.int32),
        centre=np.zeros(1, np.int32),
        workers=np.zeros(1, np.int32),
        walk_m=np.zeros(problem.size),
        parts=np.zeros((1, len(PARTS))),
        objective=0.0,
        lower_bound=0.0,
        out_of_band=0,
        out_of_band_bound=0,
        households_outside=0.0,
        households_outside_bound=0.0,
        status="optimal",
    )


def attached(problem: Problem, groups: list[np.ndarray]) -> Ints:
    """Return the grid of each unit; units without load that no set needed join the neighbour with the nearest centre."""
    grid = np.full(problem.size, -1, np.int32)
    for number, group in enumerate(groups):
        grid[group] = number
    centre = columns_of(groups, problem).centre
    while (grid < 0).any():
        waiting = np.flatnonzero(grid < 0)
        joined = False
        for unit in waiting:
            near = problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]]
            around = np.unique(grid[near][grid[near] >= 0])
            if len(around):
                grid[unit] = around[np.argmin(problem.distance_m[unit, centre[around]])]
                joined = True
        if not joined:
            raise ValueError("a unit without load is cut off from all others; solve its piece by itself")
    return grid


def _spread(low: Ints, high: Ints, wanted: tuple[float, float]) -> Ints:
    """Return workers of each grid within its range, so that they come to the number wanted."""
    workers = low.copy()
    spare = int(min(max(wanted[0] - workers.sum(), 0), (high - low).sum()))
    for grid in np.flatnonzero(high > low):
        more = min(spare, int(high[grid] - low[grid]))
        workers[grid] += more
        spare -= more
    return workers


def parts_of(problem: Problem, grid: Ints, final: Columns) -> Floats:
    """Return what each grid costs, part by part."""
    parts = np.zeros((len(final), len(PARTS)))
    walk = problem.cost[np.arange(problem.size), final.centre[grid]]
    parts[:, 0] = np.bincount(grid, weights=walk, minlength=len(final))
    if problem.extras is None:
        return parts
    extras, prices = problem.extras, problem.extras.prices
    for kind, price in enumerate(extras.split):
        pairs = np.unique(np.column_stack([extras.group[kind], grid])[extras.group[kind] >= 0], axis=0)
        times = np.bincount(pairs[:, 0])[pairs[:, 0]] if len(pairs) else np.zeros(0)
        share = price * (times - 1) / np.maximum(times, 1)
        parts[:, 1 + kind] = np.bincount(pairs[:, 1], weights=share, minlength=len(final))
    own = np.repeat(np.arange(problem.size), np.diff(problem.starts))
    across = grid[own] != grid[problem.neighbors]
    metres = np.bincount(grid[own], weights=extras.off_line_m * across, minlength=len(final))
    parts[:, 3] = prices.border_off_line * metres / 2
    workers = np.arange(problem.band.fewest, problem.band.most + 1)
    parts[:, 4] = prices.off_middle * np.abs(final.load[:, None] - problem.band.middle * workers).min(axis=1)
    return parts


def partition_of(problem: Problem, found: Found, *, exact: bool) -> Partition:
    """Return a plan in band as the solver found it; ``exact``: all goals before the cost are proven."""
    groups = found.groups or []
    grid = attached(problem, groups)
    final = columns_of([np.flatnonzero(grid == g).astype(np.int32) for g in range(len(groups))], problem)
    low, high = problem.band.workers(final.load)
    objective = float(final.cost.sum()) - problem.spared
    bound = min(found.bound - problem.spared, objective)
    gap = (objective - bound) / objective if objective > 0 else 0.0
    return Partition(
        grid=grid,
        centre=final.centre,
        workers=_spread(low, high, found.workers),
        walk_m=problem.distance_m[np.arange(problem.size), final.centre[grid]],
        parts=parts_of(problem, grid, final),
        objective=objective,
        lower_bound=max(bound, 0.0),
        out_of_band=0,
        out_of_band_bound=0,
        households_outside=0.0,
        households_outside_bound=0.0,
        status="optimal" if exact and gap <= PROVEN else "feasible",
    )


def least_partition_of(problem: Problem, lists: Lists, least: Least, *, never: bool) -> Partition:
    """Return the least bad plan; ``never``: it is proven that no plan is in band."""
    return replace(
        partition_of(problem, least.found, exact=False),
        out_of_band=least.out,
        out_of_band_bound=max(least.out_bound, 1 if never else 0),
        households_outside=least.outside,
        households_outside_bound=least.outside_bound,
        status="infeasible" if never else "feasible",
        reason=reason_of(problem, lists.all if lists.complete else None, proven=never),
    )
