"""A new plan near an earlier one: as few households as can be change their grid; among such plans the one that walks least.

Each grid goes on from an earlier one, its origin. How many have to move is found by column generation (``moves``), with all sets
that a plan which moves so many can have; among these a set partitioning finds the least walk.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridplan.partition.judge import as_it_is
from gridplan.partition.master import Rows
from gridplan.partition.moves import Moves, fewest, possible
from gridplan.partition.near import WHOLE, Near, Toward
from gridplan.partition.problem import Floats, Ints, Problem
from gridplan.partition.result import Partition
from gridplan.partition.search import Effort, Lists
from gridplan.partition.solve import solve

PRICE_M = 400.0  # of a household that moves, where a plan is made anew
MORE = (0.0, 10.0, 20.0, 40.0, 60.0, 90.0, 120.0, 160.0, 200.0)  # households beyond the fewest, of a curve
GOALS: tuple[Toward, ...] = ("walk", "balance")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How near a plan is to stay to an earlier one.

    Attributes
    ----------
    moved
        Households that may move in a piece, where that serves the goal; None, or fewer than have to: as few as can be.
    toward
        What it is for: the shortest walk, or loads as near to the middle of the band as can be.
    curve
        Whether to tell what other numbers would give.
    """

    moved: float | None = None
    toward: Toward = "walk"
    curve: bool = False


@dataclass(frozen=True, kw_only=True)
class Point:
    """The best plan towards a goal that moves at most so many households: what it moves, its walk, loads off the middle."""

    toward: Toward
    most: float
    moved: float
    walk_m: float
    off_middle: float

    @property
    def value(self) -> float:
        """What the goal makes small."""
        return self.walk_m if self.toward == "walk" else self.off_middle


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Households that move, how many have to at least under the goals before, and what moving others would give.

    ``as_wished`` is False where more were to move than have to, but the plans that do so could not be looked at.
    """

    moved: float
    bound: float
    curve: tuple[Point, ...] = ()
    as_wished: bool = True


def moved_by(was: Floats, grid: Ints) -> float:
    """Return the households that move to ``grid`` (n,): ``was`` (n, origins) tells how many of each unit were where."""
    shared = np.zeros((int(grid.max()) + 1, was.shape[1]))
    np.add.at(shared, grid, was)
    at, of = linear_sum_assignment(shared, maximize=True)
    return float(was.sum() - shared[at, of].sum())


def stayed(
    problem: Problem, was: Floats, effort: Effort, wish: Wish | None = None
) -> tuple[Partition, Moved]:
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
    wish
        Whether more households may move than have to, and what for.
    """
    wish = wish or Wish()
    known = problem.ties is None and was.sum() > 0 and possible(problem, was)
    moves = Moves(problem, was) if known else None
    nearest, least = (None, 0.0) if moves is None else fewest(moves, effort)
    wider = None if moves is None or nearest is None else _wider(moves, nearest, wish)
    groups = None if wider is None else _picked(*wider, wish)
    plan = _anew(problem, was, effort) if groups is None else as_it_is(problem, groups)
    if not plan.out_of_band:
        number = float(plan.workers.sum())
        rows = Rows(must=problem.must, workers=(number, number), band=problem.band)
        bound = Lists(problem, replace(effort, work=0.0)).bound(rows).value
        plan = replace(plan, lower_bound=max(0.0, min(bound, plan.objective)))
    moved = moved_by(was, plan.grid)
    curve = (
        tuple(_curve(moves, nearest[1])) if moves is not None and nearest is not None and wish.curve else ()
    )
    stays = len(plan.centre) == was.shape[1]  # of another number of grids nothing is proven
    wished = 0.0 if wish.moved is None else wish.moved
    return plan, Moved(
        moved=moved,
        bound=min(least, moved) if stays else 0.0,
        curve=curve,
        as_wished=wished <= moved + WHOLE or (wider is not None and wished <= wider[1] + WHOLE),
    )


def _wider(moves: Moves, nearest: tuple[Near, float], wish: Wish) -> tuple[Near, float]:
    """Return the sets of plans that move as many households as are wished, where these can be listed, and how many that is."""
    if wish.moved is None or wish.moved <= nearest[1] + WHOLE:
        return nearest
    wider = moves.listed(wish.moved)
    return nearest if wider is None else (wider, wish.moved)


def _picked(near: Near, most: float, wish: Wish) -> list[Ints] | None:
    """Return the grids of the best plan that moves as many households as may, None where none was met."""
    near = near.within(most)
    chosen = near.best(near.toward(wish.toward), most)
    return None if chosen is None else [near.columns.of(int(column)) for column in chosen]


def _curve(moves: Moves, fewest: float) -> Iterator[Point]:
    """Yield what each number of households that may move would give towards each goal, as far as all sets can be listed.

    A number that gives nothing better than the one before it is left out: each point is a plan, and none that moves at
    most so many is better.
    """
    widest, steps = _widest(moves, [fewest + more for more in MORE])
    if widest is None:
        return
    last: dict[Toward, float] = {}
    for most in steps:
        near = widest.within(most)
        for goal in GOALS:
            chosen = near.best(near.toward(goal), most)
            value = np.inf if chosen is None else float(near.toward(goal)[chosen].sum())
            if chosen is not None and value < last.get(goal, np.inf) - WHOLE * max(1.0, value):
                last[goal] = value
                yield Point(
                    toward=goal,
                    most=most,
                    moved=float(near.moved[chosen].sum()),
                    walk_m=float(near.columns.cost[chosen].sum()),
                    off_middle=float(near.toward("balance")[chosen].sum()),
                )


def _anew(problem: Problem, was: Floats, effort: Effort) -> Partition:
    """Return the best plan for a walk that is so much longer for those whose grid has another origin than its centre."""
    if not was.sum() > 0:
        return solve(problem, effort)
    all_of = was.sum(axis=1)
    elsewhere = np.where(all_of[None, :] > 0, all_of[:, None] - was[:, was.argmax(axis=1)], all_of[:, None])
    each = np.where(problem.weight > 0, problem.weight, np.inf)[:, None]
    priced = replace(problem, distance_m=problem.distance_m + PRICE_M * elsewhere / each)
    same_number = problem.band.fewest == problem.band.most  # then workers tell how many grids there are
    found = solve(
        replace(priced, workers=was.shape[1] * problem.band.fewest) if same_number else priced, effort
    )
    if found.out_of_band and same_number:
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


def curve_of(curves: Sequence[Sequence[Point]]) -> list[Point]:
    """Return the curve of several pieces together; none where that of one is not known."""
    return [point for goal in GOALS for point in _summed(curves, goal)] if curves and all(curves) else []


def _summed(curves: Sequence[Sequence[Point]], goal: Toward) -> list[Point]:
    """Return the sums of points of each curve that no other sum is better than."""
    sums = [Point(toward=goal, most=0.0, moved=0.0, walk_m=0.0, off_middle=0.0)]
    for curve in curves:
        every = [_plus(one, other) for one in sums for other in curve if other.toward == goal]
        sums, least = [], np.inf
        for point in sorted(every, key=lambda one: (one.moved, one.value)):
            if point.value < least - WHOLE:
                least = point.value
                sums.append(point)
    return sums


def _plus(one: Point, other: Point) -> Point:
    return replace(
        one,
        most=one.most + other.most,
        moved=one.moved + other.moved,
        walk_m=one.walk_m + other.walk_m,
        off_middle=one.off_middle + other.off_middle,
    )


def _widest(moves: Moves, budgets: Sequence[float]) -> tuple[Near | None, list[float]]:
    """Return the sets within the largest of growing budgets whose sets can be listed, and the budgets up to it."""
    found: Near | None = None
    listed: list[float] = []
    for budget in budgets:
        near = moves.listed(budget)
        if near is None:
            break
        found = near
        listed.append(budget)
    return found, listed
