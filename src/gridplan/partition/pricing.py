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

from gridplan.partition.clusters import clusters_of
from gridplan.partition.growth import FIGURES
from gridplan.partition.knapsack import Items, Offer, best_sets
from gridplan.partition.margin import search
from gridplan.partition.master import Prices
from gridplan.partition.patterns import CROSSING, INSIDE, Patterns
from gridplan.partition.problem import SLACK, Band, Columns, Floats, Ints, Problem
from gridplan.partition.separation import Rims


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


def _grouped(near: Ints, kind: Ints, cluster: Ints) -> tuple[Ints, list[int], list[int], int]:
    """Return units cluster after cluster, and the ends, the clusters and the number in the village of all groups but the first.

    ``kind``: 0 of the own cluster, 1 of the own village, 2 of another. The nearest cluster of each kind comes first.
    """
    others, farther = near[kind > 0], kind[kind > 0]
    _, first, of = np.unique(cluster[others], return_index=True, return_inverse=True)
    order = np.lexsort((first[of], farther))
    kinds = cluster[others[order]]
    last = np.append(kinds[1:] != kinds[:-1], True)[: len(kinds)]
    ends = int((kind == 0).sum()) + np.flatnonzero(last) + 1
    in_village = int((farther[order][last] == 1).sum())
    return np.concatenate([near[kind == 0], others[order]]), ends.tolist(), kinds[last].tolist(), in_village


def items_of(problem: Problem, sizes: Ints, cluster: Ints, village: Ints, region: Ints) -> Items:
    """Return what each centre may hold; units without load count to the cluster of the centre."""
    begins, near = _within(problem)
    groups, ends, kinds, units, wide = [0], [], [], [], []
    for centre in range(problem.size):
        mine = near[begins[centre] : begins[centre + 1]]
        own = (cluster[mine] == cluster[centre]) | (sizes[mine] == 0)
        kind = np.where(own, 0, np.where(village[cluster[mine]] == village[cluster[centre]], 1, 2))
        grouped, others, clusters, in_village = _grouped(mine, kind, cluster)
        units.append(grouped)
        ends += [int(begins[centre]) + end for end in (int(own.sum()), *others)]
        kinds += [int(cluster[centre]), *clusters]
        wide.append(in_village + 1)
        groups.append(len(ends))
    return Items(
        np.array(groups, np.int64),
        np.array(ends, np.int64),
        np.array(kinds, np.int32),
        np.concatenate([np.zeros(0, np.int32), *units]).astype(np.int32),
        sizes,
        cluster,
        region,
        np.array(wide, np.int64),
    )


def regions_of(cluster: Ints, village: Ints) -> tuple[NDArray[np.bool_], Ints]:
    """Return the units of all clusters, then of villages of several clusters (regions, n); and the village region of each cluster.

    A village that is one cluster, or all there is, has no region: its number is one beyond the last.
    """
    clusters = np.arange(len(village))[:, None] == cluster
    size = np.bincount(village)
    several = np.flatnonzero((size > 1) & (size < len(village)))
    villages = village[cluster] == several[:, None]
    number = np.full(len(size), len(village) + len(several), np.int32)
    number[several] = len(village) + np.arange(len(several))
    return np.vstack([clusters, villages]), number[village].astype(np.int32)


class Pricing:
    """Prices sets of one problem again and again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cost = problem.cost
        self.sizes, self.intervals, self.scale = whole_loads(problem)
        exact = bool(np.abs(problem.load * self.scale - self.sizes).max(initial=0.0) < SLACK)
        cluster, village = clusters_of(problem)
        self.regions, region = regions_of(cluster, village)
        top = int(self.intervals.max()) + 1
        regions = self.regions if exact else self.regions[:0]
        self.rims = Rims(Patterns.none(self.sizes, regions, top), self.intervals)
        self.items = items_of(problem, self.sizes, cluster, village, region)

    def _offer(self, prices: Prices, patterns: Patterns) -> Offer:
        """Return what units, workers and loads inside clusters are worth."""
        workers = bonus_of(self.problem.band, self.intervals, self.scale, prices)
        worth = np.zeros((len(self.regions) + 1, 2, len(workers)))  # the last earns nothing
        np.add.at(worth, patterns.of, prices.patterns[:, None, None] * patterns.worth)
        inside, alone = np.ascontiguousarray(worth[:, CROSSING]), np.ascontiguousarray(worth[:, INSIDE])
        return Offer(prices.units, workers, inside, alone)

    def best(self, prices: Prices, patterns: Patterns) -> tuple[Floats, Columns]:
        """Return the value of the best set of each centre (n,), and these sets, connected or not.

        ``patterns``: rows over ``regions``, whose prices count as well.
        """
        value, members, ends = best_sets(self.items, self.cost, self._offer(prices, patterns))
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
        self, prices: Prices, patterns: Patterns, *, floors: Floats, most_sets: int, most_steps: int
    ) -> tuple[Columns, bool]:
        """Return the connected sets that gain at least the floor of their centre (n,), and whether these are all."""
        problem = self.problem
        members, figures, complete = search(
            problem.ground, self.items, self._offer(prices, patterns), floors, most_sets, most_steps
        )
        columns = Columns.of_figures(members, figures.reshape(-1, FIGURES))
        inside = problem.band.outside(columns.load)[0] == 0
        return (columns if inside.all() else columns.take(np.flatnonzero(inside))), bool(complete)
