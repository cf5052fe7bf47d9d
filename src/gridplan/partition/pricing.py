"""Sets worth having at given prices of units, when there are too many connected sets to list.

For a centre j the best set is a knapsack: choose units for the sum of (price - household-metres to j), their load in band. Left
out is that the set is connected, so the value is a bound for all connected sets with that centre; only units that a connected
set with j can hold at all are looked at. The table of that knapsack, filled from the last unit to the first, also tells in a
depth-first search which partial sets can still end within a margin of the bound, so the search meets no dead ends.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.partition.growth import FIGURES
from gridplan.partition.knapsack import Items, best_sets
from gridplan.partition.margin import search
from gridplan.partition.master import Prices
from gridplan.partition.problem import SLACK, Band, Columns, Floats, Ints, Problem


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


class Pricing:
    """Prices sets of one problem again and again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cost = problem.cost
        self.sizes, self.intervals, self.scale = whole_loads(problem)
        self.begins, self.items = _within(problem)

    def best(self, prices: Prices) -> tuple[Floats, Columns]:
        """Return the value of the best set of each centre (n,), and these sets, connected or not."""
        bonus = bonus_of(self.problem.band, self.intervals, self.scale, prices)
        items = Items(self.begins, self.items, self.sizes)
        value, members, ends = best_sets(items, self.cost, prices.units, bonus)
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
        self, prices: Prices, *, floors: Floats, most_sets: int, most_steps: int
    ) -> tuple[Columns, bool]:
        """Return the connected sets that gain at least the floor of their centre (n,), and whether these are all."""
        problem = self.problem
        bonus = bonus_of(problem.band, self.intervals, self.scale, prices)
        members, figures, complete = search(
            problem.ground,
            Items(self.begins, self.items, self.sizes),
            prices.units,
            bonus,
            floors,
            most_sets,
            most_steps,
        )
        columns = Columns.of_figures(members, figures.reshape(-1, FIGURES))
        inside = problem.band.outside(columns.load)[0] == 0
        return (columns if inside.all() else columns.take(np.flatnonzero(inside))), bool(complete)
