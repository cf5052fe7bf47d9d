"""A new plan near an earlier one: as few households as can be change their grid; among such plans the one that walks least.

Each grid goes on from an earlier one, its origin. Households that leave a grid join another, so a set that takes in A households
from elsewhere and gives away R of its origin's is part of no plan that moves fewer than A + R: its own A, and R that others take
in. All sets with A + R up to a budget are listed, and a set partitioning over them finds the fewest moves; where these are within
the budget, no plan moves fewer. Among the sets of so many moves a second one finds the least walk. The budget grows until there is
a plan.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csgraph

from gridplan.partition.growth import figures_of
from gridplan.partition.judge import as_it_is
from gridplan.partition.master import Rows
from gridplan.partition.problem import Columns, Floats, Ints, Problem
from gridplan.partition.result import Partition
from gridplan.partition.search import Effort, Lists
from gridplan.partition.solve import solve
from gridplan.partition.toggles import near_sets

BUDGETS = (0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0)  # households, one after another
STEPS = 2_000_000  # of the search around each grid
SETS = 150_000  # more are not solved over
PRICE_M = 400.0  # of a household that moves, where a plan is made anew
WHOLE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Moves:
    """Households that move, and how many have to at least under the goals before."""

    moved: float
    bound: float


def moved_by(was: Floats, grid: Ints) -> float:
    """Return the households that move to ``grid`` (n,): ``was`` (n, origins) tells how many of each unit were where."""
    shared = np.zeros((int(grid.max()) + 1, was.shape[1]))
    np.add.at(shared, grid, was)
    at, of = linear_sum_assignment(shared, maximize=True)
    return float(was.sum() - shared[at, of].sum())


def stayed(problem: Problem, was: Floats, effort: Effort) -> tuple[Partition, Moves]:
    """Return the plan that moves fewest households, and among those walks least, and how many have to move.

    Where it needs more sets than can be listed the plan is the one that moves fewest with those listed, and fewer may do; where it
    needs another number of grids, or has none with those, it is one in which a move counts as much as a long walk.

    Parameters
    ----------
    problem
        The units and the band.
    was
        Households of each unit that were in each origin, shape (n, origins).
    effort
        How much work may be done where a plan is made anew.
    """
    known = problem.ties is None and problem.band.fewest == problem.band.most and was.sum() > 0
    groups, least = _nearest(problem, was, effort) if known else (None, 0.0)
    plan = _anew(problem, was, effort) if groups is None else as_it_is(problem, groups)
    if not plan.out_of_band:
        number = float(plan.workers.sum())
        rows = Rows(must=problem.must, workers=(number, number), band=problem.band)
        bound = Lists(problem, replace(effort, work=0.0)).bound(rows).value
        plan = replace(plan, lower_bound=max(0.0, min(bound, plan.objective)))
    moved = moved_by(was, plan.grid)
    return plan, Moves(moved=moved, bound=min(least, moved))


def _anew(problem: Problem, was: Floats, effort: Effort) -> Partition:
    """Return the best plan for a walk that is so much longer for those whose grid has another origin than its centre."""
    if not was.sum() > 0:
        return solve(problem, effort)
    all_of = was.sum(axis=1)
    elsewhere = np.where(all_of[None, :] > 0, all_of[:, None] - was[:, was.argmax(axis=1)], all_of[:, None])
    each = np.where(problem.weight > 0, problem.weight, np.inf)[:, None]
    priced = replace(problem, distance_m=problem.distance_m + PRICE_M * elsewhere / each)
    found = solve(replace(priced, workers=was.shape[1] * problem.band.fewest), effort)
    if found.out_of_band:
        found = solve(priced, effort)
    grids = range(int(found.grid.max()) + 1)
    mine = as_it_is(problem, [np.flatnonzero(found.grid == grid).astype(np.int32) for grid in grids])
    return replace(
        mine,
        workers=found.workers,
        out_of_band_bound=found.out_of_band_bound,
        households_outside_bound=found.households_outside_bound,
        status="infeasible" if found.status == "infeasible" else "feasible",
        reason=found.reason,
    )


def _nearest(problem: Problem, was: Floats, effort: Effort) -> tuple[list[Ints] | None, float]:
    """Return the grids that move fewest households, None where none were met, and how many have to move."""
    best: tuple[_Near, float] | None = None
    least, budgets = 0.0, list(BUDGETS)
    while budgets and not effort.spent:
        budget = budgets.pop(0)
        near = _Near.of(problem, was, budget)
        if near is None:
            break
        chosen = near.best(near.moved, np.inf) if len(near.columns) else None
        fewest = np.inf if chosen is None else float(near.moved[chosen].sum())
        if fewest < np.inf and (best is None or fewest <= best[1]):
            best = near, fewest
        least = min(budget, fewest)
        if fewest <= budget + WHOLE:
            break
        budgets = sorted({*(other for other in budgets if other < fewest), *({fewest} - {np.inf})})
    if best is None:
        return None, least
    near = best[0].within(best[1])
    chosen = near.best(near.columns.cost, best[1])
    if chosen is None:
        return None, least
    return [near.columns.of(int(column)) for column in chosen], least


@dataclass(frozen=True, kw_only=True)
class _Near:
    """The sets near the origins: ``origin`` each goes on from, ``moved`` households it takes in, ``lost`` it gives away."""

    problem: Problem
    columns: Columns
    origin: NDArray[np.int64]
    moved: Floats
    lost: Floats

    @classmethod
    def of(cls, problem: Problem, was: Floats, budget: float) -> "_Near | None":
        """Return all sets within a budget; None where there are too many to list."""
        main = np.where(was.sum(axis=1) > 0, was.argmax(axis=1), -1)
        members, sizes, origin = [], [], []
        for of in range(was.shape[1]):
            elsewhere = was.sum(axis=1) - was[:, of]
            price = np.where(main == of, was[:, of] - elsewhere, elsewhere - was[:, of])
            begun = elsewhere[main == of].sum() + was[main != of, of].sum()
            around = _around(problem, main == of, np.maximum(price, 0.0), budget - begun)
            found, size, whole = near_sets(
                problem.ground,
                main == of,
                around,
                np.maximum(price, 0.0)[around],
                budget - begun,
                problem.band.intervals,
                STEPS,
            )
            if not whole:
                return None
            members.append(found)
            sizes.append(size)
            origin.append(np.full(len(size), of))
        flat, every = np.concatenate(members), np.concatenate(sizes).astype(np.int64)
        if len(every) > SETS:
            return None
        columns = Columns.of_figures(flat, figures_of(problem.ground, flat, every))
        own = np.concatenate(origin)
        stay = was[columns.members, own[columns.owner]]
        kept = np.add.reduceat(stay, columns.starts[:-1]) if len(columns) else np.zeros(0)
        return cls(
            problem=problem,
            columns=columns,
            origin=own,
            moved=columns.sums(was.sum(axis=1)) - kept,
            lost=was.sum(axis=0)[own] - kept,
        )

    def within(self, moved: float) -> "_Near":
        """Return the sets that a plan with so many moves can have."""
        some = np.flatnonzero(self.moved + self.lost <= moved + WHOLE)
        return replace(
            self,
            columns=self.columns.take(some),
            origin=self.origin[some],
            moved=self.moved[some],
            lost=self.lost[some],
        )

    def best(self, cost: Floats, most: float) -> NDArray[np.int64] | None:
        """Return the cheapest sets, one of each origin, that hold every unit and move at most so many; None if there are none."""
        count, must = len(self.columns), self.problem.must
        ones = np.ones(len(self.columns.members))
        cover = sparse.csr_array(
            (ones, (self.columns.members, self.columns.owner)), shape=(self.problem.size, count)
        )
        origins = sparse.csr_array((np.ones(count), (self.origin, np.arange(count))))
        scale = max(1.0, float(np.abs(cost).mean()))
        solved = milp(
            cost / scale,
            constraints=[
                LinearConstraint(cover, must.astype(float), 1.0),
                LinearConstraint(origins, 1.0, 1.0),
                LinearConstraint(sparse.csr_array(self.moved[None, :]), 0.0, most + WHOLE),
            ],
            integrality=np.ones(count),
            bounds=Bounds(0.0, 1.0),
            options={"mip_rel_gap": 0.0},
        )
        return None if solved.x is None else np.flatnonzero(solved.x > 0.5)  # noqa: PLR2004 # a half


def _around(problem: Problem, grid: NDArray[np.bool_], price: Floats, budget: float) -> Ints:
    """Return the units that a set near a grid can hold or lack: what lies between costs no more than the budget."""
    own = np.repeat(np.arange(problem.size), np.diff(problem.starts))
    tiny = 1e-9  # keeps a way that costs nothing an edge of the sparse graph
    ways = sparse.csr_array(
        (np.where(grid, 0.0, price)[problem.neighbors] + tiny, (own, problem.neighbors)),
        shape=(problem.size,) * 2,
    )
    if not grid.any() or budget < 0:
        return np.zeros(0, np.int32)
    far = csgraph.dijkstra(ways, indices=np.flatnonzero(grid), min_only=True, limit=budget + WHOLE)
    near = np.where(grid, price <= budget + WHOLE, np.isfinite(far))
    return np.flatnonzero(near).astype(np.int32)
