"""Sets worth having at given prices of units, when there are too many connected sets to list.

For a centre j the best set is a knapsack: choose units for the sum of (price - household-metres to j), their load in band. Left
out is that the set is connected, so the value is a bound for all connected sets with that centre; only units that a connected
set with j can hold at all are looked at. The table of that knapsack, filled from the last unit to the first, also tells in a
depth-first search which partial sets can still end within a margin of the bound. The best connected set of a centre is found by
that search in a margin that is made twice as wide until there is one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.partition.families import chain_of, families
from gridplan.partition.growth import FIGURES
from gridplan.partition.knapsack import Offer, best_sets
from gridplan.partition.margin import Fines, search
from gridplan.partition.master import Prices, Rows, reduced_costs
from gridplan.partition.nest import Nest, nested
from gridplan.partition.patterns import CROSSING, INSIDE, Patterns
from gridplan.partition.problem import SLACK, Band, Columns, Floats, Ints, Problem
from gridplan.partition.separation import Rims

GRIDS = 3  # load of the largest region that is looked at, in the largest loads of a grid with fewest workers
HAIR = 1e-6  # household-metres by which a set gains more than another
MANY = 1 << 30
LEVELS = 10
SETS = 40


def _within(problem: Problem) -> tuple[NDArray[np.int64], Ints]:
    """Return for each unit the units that a path of a legal load joins to it (nearest first), as rows of one array."""
    tiny = 1e-12  # keeps the way to a unit without load an edge of the sparse graph
    ways = sparse.csr_array(
        (problem.load[problem.neighbors] + tiny, problem.neighbors, problem.starts), shape=(problem.size,) * 2
    )
    limit = problem.band.intervals.max() + 1e-6
    far = csgraph.dijkstra(ways, limit=limit) + problem.load[:, None]
    np.fill_diagonal(far, np.inf)
    order = np.argsort(far, axis=1, kind="stable").astype(np.int32)
    count = (far <= limit).sum(axis=1)
    kept = np.arange(problem.size) < count[:, None]
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64), order[kept]


def whole_loads(problem: Problem) -> tuple[Ints, Ints, float]:
    """Return loads as whole numbers for the knapsack, the bounds of the band in them, and their scale.

    Loads with decimals are multiplied until they are whole, up to a thousandth of the least bound; what is finer is
    rounded down, which only makes the bound weaker, never wrong (the lower edge of the band is then left out).
    """
    intervals = problem.band.intervals
    for scale in (1.0, 2.0, 4.0, 10.0, 20.0):
        every = np.concatenate([problem.load, intervals.ravel()]) * scale
        if np.abs(every - np.round(every)).max() < SLACK:
            return (
                np.round(problem.load * scale).astype(np.int32),
                np.round(intervals * scale).astype(np.int32),
                scale,
            )
    sizes = np.floor(problem.load * 10 + 1e-9).astype(np.int32)
    edges = np.floor(intervals * 10 + 1e-9).astype(np.int32)
    edges[:, 0] = 0
    return sizes, edges, 10.0


def bonus_of(band: Band, intervals: Ints, scale: float, prices: Prices) -> Floats:
    """Return what a set of each whole load earns by its workers at their prices; minus infinity out of band."""
    loads = np.arange(intervals.max() + 1)
    inside = ((loads[:, None] >= intervals[:, 0]) & (loads[:, None] <= intervals[:, 1])).any(axis=1)
    fewest, most = band.workers(loads / scale)
    return np.where(inside, prices.sums[0] * fewest + prices.sums[1] * most, -np.inf)


@dataclass
class Depths:
    """How far below what the knapsack tells connected sets are looked for.

    ``level`` (n,): ``step`` (household-metres) is doubled as often for each centre, until a set is found; the levels reached are
    those to begin with the next time, less one. ``steps``: of each of these searches, for each unit.
    """

    level: NDArray[np.int64]
    step: float
    steps: int


class Pricing:
    """Prices sets of one problem again and again; rows of load patterns may be over any of the ``regions``, shape (regions, n)."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cost = problem.cost
        self.sizes, self.intervals, self.scale = whole_loads(problem)
        exact = bool(np.abs(problem.load * self.scale - self.sizes).max(initial=0.0) < SLACK)
        regions = families(problem, np.inf)
        self.regions = regions if exact else regions[:0]
        top = int(self.intervals.max()) + 1
        most = GRIDS * problem.band.high * problem.band.fewest * self.scale
        self.rims = Rims(Patterns.none(self.sizes, self.regions, top), self.intervals, most)
        self.begins, self.near = _within(problem)
        self.steps = 0  # of all searches so far

    def _nest(self, some: Ints) -> Nest:
        """Return what each centre may hold, in boxes for some of the regions, the smallest first."""
        home, outer = chain_of(self.regions[some])
        boxes, shells, ends, items, region = nested(self.begins, self.near, self.sizes, home, outer)
        return Nest(boxes, shells, ends, items, region, self.sizes)

    def _offer(self, prices: Prices, rows: Rows) -> tuple[Nest, Offer]:
        """Return the boxes of the regions that matter, and what units, workers and loads inside regions are worth."""
        workers = bonus_of(self.problem.band, self.intervals, self.scale, prices)
        earning, patterns = np.flatnonzero(prices.patterns), rows.patterns or self.rims.none
        some, of = np.unique(patterns.of[earning], return_inverse=True)
        worth = np.zeros((max(1, len(some)), 2, len(workers)))
        np.add.at(worth, of, prices.patterns[earning, None, None] * patterns.worth[earning])
        inside, alone = np.ascontiguousarray(worth[:, CROSSING]), np.ascontiguousarray(worth[:, INSIDE])
        return self._nest(some), Offer(prices.units, workers, inside, alone)

    def best(self, prices: Prices, rows: Rows) -> tuple[Floats, Columns]:
        """Return the value of the best set of each centre (n,), and these sets, connected or not.

        ``rows``: whose prices count; odd sets are left out, which only makes the values greater.
        """
        nest, offer = self._offer(prices, rows)
        value, members, ends = best_sets(nest, self.cost, offer)
        some = np.flatnonzero(np.isfinite(value))
        starts = np.concatenate([[0], ends[some + 1]]).astype(np.int64)
        owner = np.repeat(some, np.diff(starts))
        columns = Columns(
            members=members,
            starts=starts,
            load=np.add.reduceat(self.problem.load[members], starts[:-1]) if len(some) else np.zeros(0),
            cost=np.add.reduceat(self.cost[members, owner], starts[:-1]) if len(some) else np.zeros(0),
            centre=some.astype(np.int32),
        )
        return value, columns

    def within(
        self,
        prices: Prices,
        rows: Rows,
        *,
        floors: Floats,
        most_sets: int,
        most_steps: int,
        all_or_none: bool = False,
    ) -> tuple[Columns, bool]:
        """Return the connected sets that gain at least the floor of their centre (n,), and whether these are all."""
        columns, complete = self._found(prices, rows, floors, most_sets, most_steps, all_or_none=all_or_none)
        return columns, bool(complete.all())

    def joined(
        self, prices: Prices, rows: Rows, most: Floats, search: Depths, *, count: int
    ) -> tuple[Floats, Columns, bool]:
        """Return for each centre what no connected set gains more than (n,), sets that gain much, and whether that is exact.

        Parameters
        ----------
        prices, rows
            What units, workers and rows are worth.
        most
            What no set gains more than, connected or not (``best``); where it is below nothing, no set is looked for.
        search
            How far below that sets are looked for, and how long. The depths reached are noted there.
        count
            So many centres with the greatest gains matter; no set is looked for that would be none of those.
        """
        size, knapsack, most, found = len(most), most, most.copy(), []
        level, sure, matters = np.maximum(search.level - 1, 0), np.zeros(len(most)), 0.0
        waiting = most > 0
        while waiting.any():
            floors = np.where(waiting, np.maximum(knapsack - search.step * 2.0**level, matters), np.inf)
            sets, complete = self._found(
                prices, rows, floors, SETS * size, search.steps * size, all_or_none=False
            )
            np.maximum.at(sure, sets.centre, -reduced_costs(sets, rows, prices))
            done = waiting & complete
            most[done] = np.minimum(most[done], np.maximum(floors, sure)[done])
            found.append(sets)
            matters = max(matters, float(np.partition(sure, size - count)[size - count]))
            waiting = done & (most > np.maximum(sure, matters)) & (level < LEVELS)
            level[waiting] += 1
        search.level = level
        every = found[0] if found else Columns.of_figures(np.zeros(0, np.int32), np.zeros((0, FIGURES)))
        for more in found[1:]:
            every = every.joined(more)
        return most, every, bool((most <= np.maximum(sure, matters)).all())

    def _found(  # the limits of one search
        self,
        prices: Prices,
        rows: Rows,
        floors: Floats,
        most_sets: int,
        most_steps: int,
        *,
        all_or_none: bool,
    ) -> tuple[Columns, NDArray[np.bool_]]:
        nest, offer = self._offer(prices, rows)
        members, figures, complete, steps = search(
            self.problem.ground, nest, offer, _fines(prices, rows), floors, all_or_none, most_sets, most_steps
        )
        self.steps += steps
        columns = Columns.of_figures(members, figures.reshape(-1, FIGURES))
        inside = self.problem.band.outside(columns.load)[0] == 0
        return (columns if inside.all() else columns.take(np.flatnonzero(inside))), complete


def _fines(prices: Prices, rows: Rows) -> Fines:
    """Return what sets pay by rows of odd sets."""
    some = np.flatnonzero(prices.odd)
    unit, row = np.nonzero(rows.odd[some].T) if len(some) else (np.zeros(0, int), np.zeros(0, int))
    starts = np.searchsorted(unit, np.arange(len(rows.must) + 1))
    return Fines(starts.astype(np.int64), row.astype(np.int32), -prices.odd[some])
