"""Column generation: the linear relaxation of choosing k connected sets in band that cover every unit once.

Sets belong to a centre and use only the pairs of unit and centre that are left, so branching on pairs is branching on what may be
priced. Prices are smoothed towards the best ones known (Wentges 1997); every pricing gives a Lagrangean bound as well.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.lagrange import Buckets, Flags, buckets_of
from gridplan.partition.graph.problem import Floats, GraphProblem, Ints
from gridplan.partition.graph.sets import Area, priced
from gridplan.partition.graph.tables import forced

TOLERANCE = 1e-6
ITERATIONS = 50_000  # of the simplex, against going round in circles
STEPS = (4_000, 50_000, 400_000)  # of the search of one centre: quick while it finds, long to be sure
SMOOTH = 0.6  # weight of the best prices known
ROUNDS = 300
DEAR = 2.0  # price of a unit not covered, in units of a whole plan
MOST_SETS = 20  # a centre and a round
PRIMAL = 4  # of HiGHS's simplex strategies: the plan stays one when sets are added


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """A linear optimum: value, what could not be covered, prices of units and of a grid, and the share of each set."""

    value: float
    short: float
    price: Floats
    grid: float
    share: Floats


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What column generation ends with: the last linear optimum, a proven bound, and whether nothing cheaper is left to price."""

    relaxed: Relaxed
    bound: float
    ended: bool


class Master:
    """The sets found so far, and the linear program over them."""

    def __init__(self, problem: GraphProblem, guess: float) -> None:
        if problem.cost is None:
            raise ValueError("a cut has no centres")
        self.problem, self.scale = problem, max(guess, 1e-12) / problem.size
        self.by_centre = np.ascontiguousarray(problem.cost.T)
        self.cells: Buckets = buckets_of(problem)
        self.order = np.argsort(self.by_centre, axis=1, kind="stable").astype(np.int32)
        self.sets: list[Ints] = []
        self.centre: list[int] = []
        self.cost: list[float] = []
        self.seen: set[tuple[int, bytes]] = set()
        self.incidence = np.zeros((0, problem.size), bool)
        self.highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("simplex_strategy", PRIMAL),
            ("simplex_iteration_limit", ITERATIONS),
        ):
            self.highs.setOptionValue(option, value)
        self._begin(DEAR * problem.size)

    def _begin(self, dear: float) -> None:
        """Add a row a unit and one that counts grids, each with two spare columns."""
        rows = self.problem.size + 1
        self.dear, self.spare = dear, 2 * rows
        sides = np.append(np.ones(rows - 1), float(self.problem.k))
        self.highs.addRows(
            rows, sides, sides, 0, np.zeros(rows, np.int32), np.zeros(0, np.int32), np.zeros(0)
        )
        every, full = np.arange(rows, dtype=np.int32), np.full(rows, np.inf)
        for sign in (1.0, -1.0):
            self.highs.addCols(
                rows, np.full(rows, dear), np.zeros(rows), full, rows, every, every, np.full(rows, sign)
            )

    def add(self, sets: list[Ints], centres: list[int]) -> int:
        """Take in sets that are not there yet; return how many."""
        fresh: list[int] = []
        kept = []
        for units, j in zip(sets, centres, strict=True):
            key = (j, np.sort(units).tobytes())
            if key not in self.seen:
                self.seen.add(key)
                kept.append((np.sort(units), j))
        for units, j in kept:
            self.sets.append(units)
            self.centre.append(j)
            self.cost.append(float(self.by_centre[j][units].sum()))
            fresh.append(len(self.sets) - 1)
        if fresh:
            rows = [np.append(self.sets[s], self.problem.size) for s in fresh]
            begins = np.concatenate([[0], np.cumsum([len(r) for r in rows])[:-1]]).astype(np.int32)
            index = np.concatenate(rows).astype(np.int32)
            cost = np.array([self.cost[s] for s in fresh]) / self.scale
            none, full = np.zeros(len(fresh)), np.full(len(fresh), np.inf)
            self.highs.addCols(len(fresh), cost, none, full, len(index), begins, index, np.ones(len(index)))
            more = np.zeros((len(fresh), self.problem.size), bool)
            for row, s in enumerate(fresh):
                more[row, self.sets[s]] = True
            self.incidence = np.vstack([self.incidence, more])
        return len(fresh)

    def usable(self, allowed: Flags) -> Flags:
        """Tell which sets use only pairs that are left, shape (sets,)."""
        return ~(self.incidence & ~allowed[np.array(self.centre, int)]).any(axis=1)

    def limit(self, allowed: Flags) -> None:
        """Let only sets be chosen that use pairs that are left."""
        if self.sets:
            top = np.where(self.usable(allowed), np.inf, 0.0)
            every = np.arange(self.spare, self.spare + len(top), dtype=np.int32)
            self.highs.changeColsBounds(len(top), every, np.zeros(len(top)), top)

    def pay(self, dear: float) -> None:
        """Set the price of what is not covered."""
        self.dear = dear
        every = np.arange(self.spare, dtype=np.int32)
        self.highs.changeColsCost(self.spare, every, np.full(self.spare, dear))

    def linear(self) -> Relaxed:
        """Return the linear optimum over the sets found."""
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self.highs.run()
        solution = self.highs.getSolution()
        value = np.array(solution.col_value)
        dual = np.array(solution.row_dual) * self.scale
        return Relaxed(
            value=self.highs.getInfo().objective_function_value * self.scale,
            short=float(value[: self.spare].sum()),
            price=dual[:-1],
            grid=float(dual[-1]),
            share=np.maximum(value[self.spare :], 0.0),
        )

    def cheaper(
        self,
        allowed: Flags,
        price: Floats,
        tops: Floats,
        *,
        steps: int,
        shrink: bool = True,
        most: int = MOST_SETS,
    ) -> tuple[list[Ints], list[int], Floats, bool]:
        """Return sets below ``tops`` at some prices, their centres, a bound on each centre's sets, and whether all were seen."""
        p = self.problem
        area = Area(p.starts, p.neighbors, p.load, self.cells.size, p.lower - p.slack, p.upper + p.slack)
        members, ends, _, centres, whole, bounds = priced(
            area,
            self.by_centre,
            price,
            self.order,
            allowed,
            self.cells.load,
            self.cells.fraction,
            tops,
            shrink,
            most,
            steps,
        )
        sets = [members[ends[s] : ends[s + 1]] for s in range(len(centres))]
        return sets, centres.tolist(), bounds, bool(whole.all())

    def least_with(self, allowed: Flags, price: Floats) -> Floats:
        """Return the least value of a set of centre j that has unit i in it, connected or not, shape (n, n)."""
        p, out = self.problem, np.empty((self.problem.size,) * 2)
        cells, closed = self.cells, ~allowed.diagonal()
        forced(
            self.by_centre, p.load, price, allowed, closed, cells.size, cells.fraction, cells.load,
            p.lower - p.slack, p.upper + p.slack, out,
        )  # fmt: skip
        return out


def generated(
    master: Master, allowed: Flags, best: tuple[Floats, float], limit: float, effort: Effort
) -> Outcome:
    """Return the linear optimum over all sets that use the pairs left, or stop where its bound passes ``limit``.

    Parameters
    ----------
    best
        Prices to be smoothed towards, and the price of a grid with them.
    """
    master.limit(allowed)
    n, k = master.problem.size, master.problem.k
    bound, level, weight = -np.inf, 0, SMOOTH
    relaxed = master.linear()
    for _ in range(ROUNDS):
        price = weight * best[0] + (1 - weight) * relaxed.price
        grid = weight * best[1] + (1 - weight) * relaxed.grid
        tops = np.full(n, grid - TOLERANCE * master.scale)
        sets, centres, values, seen = master.cheaper(allowed, price, tops, steps=STEPS[level])
        values = np.minimum(values, tops)
        here = float(price.sum() + np.sort(values)[:k].sum())
        if here > bound:
            bound, best = here, (price, (here - float(price.sum())) / k)
        if bound >= limit or effort.spent:
            return Outcome(relaxed=relaxed, bound=bound, ended=bound >= limit)
        if master.add(sets, centres):
            relaxed = master.linear()
            level = 0 if level == 1 else level
        elif weight > 0:
            weight = 0.0
        elif level + 1 < len(STEPS) and not seen:
            level += 1
        else:
            break
    return Outcome(relaxed=relaxed, bound=bound, ended=bound >= relaxed.value - 1e-5 * abs(relaxed.value))
