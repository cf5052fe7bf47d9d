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

from gridplan.compiled import compiled
from gridplan.partition.candidates import best_centre, idle
from gridplan.partition.master import Prices
from gridplan.partition.problem import Band, Columns, Floats, Ints, Problem


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


@compiled
def _table(items, values, sizes, bonus, table):
    """Fill ``table[k, l]``: the best that items k.. can still add to a set that has load l, its bonus included."""
    count, top = len(items), len(bonus)
    table[count, :top] = bonus
    for k in range(count - 1, -1, -1):
        size, value = min(sizes[items[k]], top), values[k]
        below, row = table[k + 1], table[k]
        for load in range(top - size):
            with_it = below[load + size] + value
            row[load] = max(below[load], with_it)
        for load in range(top - size, top):
            row[load] = below[load]


@compiled
def _best_sets(begins, items, sizes, cost, prices, bonus):
    """Return the best set of each centre, and its value; connected or not."""
    n = len(sizes)
    widest = 0
    for centre in range(n):
        widest = max(widest, begins[centre + 1] - begins[centre])
    table = np.empty((widest + 1, len(bonus)))
    values = np.empty(widest)
    best = np.full(n, -np.inf)
    members = np.empty(1 << 12, np.int32)
    ends = np.zeros(n + 1, np.int64)
    filled = 0
    for centre in range(n):
        mine = items[begins[centre] : begins[centre + 1]]
        if sizes[centre] < len(bonus):
            for k in range(len(mine)):
                values[k] = prices[mine[k]] - cost[mine[k], centre]
            _table(mine, values, sizes, bonus, table)
            load = sizes[centre]
            best[centre] = table[0, load] + prices[centre] - cost[centre, centre]
            if best[centre] > -np.inf:
                while filled + len(mine) + 1 > len(members):
                    members = np.append(members, np.empty_like(members))
                members[filled] = centre
                filled += 1
                for k in range(len(mine)):
                    if table[k, load] != table[k + 1, load]:
                        load += sizes[mine[k]]
                        members[filled] = mine[k]
                        filled += 1
        ends[centre + 1] = filled
    return best, members[:filled], ends


@compiled
def _connected(members, size, starts, neighbors, inside):
    stack = np.empty(size, np.int32)
    stack[0] = members[0]
    inside[members[0]] = False
    top, met = 1, 1
    while top > 0:
        top -= 1
        for at in range(starts[stack[top]], starts[stack[top] + 1]):
            other = neighbors[at]
            if inside[other]:
                inside[other] = False
                stack[top] = other
                top += 1
                met += 1
    for at in range(size):
        inside[members[at]] = True
    return met == size


@compiled
def _search(
    begins, items, sizes, load, cost, prices, bonus, starts, neighbors, floors, most_sets, most_steps
):
    n = len(sizes)
    widest = 0
    for centre in range(n):
        widest = max(widest, begins[centre + 1] - begins[centre])
    table = np.empty((widest + 1, len(bonus)))
    values = np.empty(widest)
    chosen = np.empty(widest + 1, np.int32)
    state = np.empty(widest + 1, np.int8)
    inside = np.zeros(n, np.bool_)
    decided = np.zeros(n, np.bool_)
    members = np.empty(1 << 14, np.int32)
    begun = np.empty(1 << 11, np.int64)
    costs = np.empty(1 << 11)
    centres = np.empty(1 << 11, np.int32)
    sets, filled, steps = 0, 0, 0
    begun[0] = 0
    for centre in range(n):
        mine = items[begins[centre] : begins[centre + 1]]
        count = len(mine)
        if sizes[centre] >= len(bonus):
            continue
        for k in range(count):
            values[k] = prices[mine[k]] - cost[mine[k], centre]
        _table(mine, values, sizes, bonus, table)
        decided[:] = True
        for k in range(count):
            decided[mine[k]] = False
        chosen[0] = centre
        inside[centre] = True
        floor = floors[centre]
        depth, at, total, value = 1, 0, sizes[centre], prices[centre] - cost[centre, centre]
        state[0] = 0
        while at >= 0:
            if at == count:
                # a leaf: every unit decided, the value within the margin
                if _connected(chosen, depth, starts, neighbors, inside):
                    best, least = best_centre(chosen, depth, cost)
                    if best == centre and not idle(chosen, depth, centre, load, starts, neighbors, inside):
                        if sets == most_sets:
                            return members[:filled], begun[: sets + 1], costs[:sets], centres[:sets], False
                        while filled + depth > len(members):
                            members = np.append(members, np.empty_like(members))
                        if sets + 2 > len(begun):
                            begun = np.append(begun, np.empty_like(begun))
                            costs = np.append(costs, np.empty_like(costs))
                            centres = np.append(centres, np.empty_like(centres))
                        members[filled : filled + depth] = chosen[:depth]
                        filled += depth
                        costs[sets], centres[sets] = least, centre
                        sets += 1
                        begun[sets] = filled
                at -= 1
                continue
            unit = mine[at]
            steps += 1
            if steps > most_steps:
                return members[:filled], begun[: sets + 1], costs[:sets], centres[:sets], False
            if state[at] == 0:
                state[at] = 1
                size = sizes[unit]
                if total + size < len(bonus) and value + values[at] + table[at + 1, total + size] >= floor:
                    joined = False
                    for i in range(starts[unit], starts[unit + 1]):
                        if inside[neighbors[i]] or not decided[neighbors[i]]:
                            joined = True
                            break
                    if joined:
                        decided[unit] = True
                        chosen[depth] = unit
                        inside[unit] = True
                        depth += 1
                        total += size
                        value += values[at]
                        at += 1
                        if at <= count:
                            state[at] = 0
                        continue
            if state[at] == 1:
                if inside[unit]:
                    depth -= 1
                    inside[unit] = False
                    total -= sizes[unit]
                    value -= values[at]
                state[at] = 2
                decided[unit] = True
                if value + table[at + 1, total] >= floor:
                    lone = False
                    for i in range(starts[unit], starts[unit + 1]):
                        other = neighbors[i]
                        if inside[other] and other != centre:
                            held = False
                            for e in range(starts[other], starts[other + 1]):
                                if inside[neighbors[e]] or not decided[neighbors[e]]:
                                    held = True
                                    break
                            if not held:
                                lone = True
                                break
                    if not lone:
                        at += 1
                        state[at] = 0
                        continue
            decided[unit] = False
            at -= 1
        inside[centre] = False
    return members[:filled], begun[: sets + 1], costs[:sets], centres[:sets], True


def whole_loads(problem: Problem) -> tuple[Ints, Ints, float]:
    """Return loads as whole numbers for the knapsack, the bounds of the band in them, and their scale.

    Loads with decimals are multiplied until they are whole, up to a thousandth of the least bound; what is finer is
    rounded down, which only makes the bound weaker, never wrong (the lower edge of the band is then left out).
    """
    intervals = problem.band.intervals
    for scale in (1.0, 2.0, 4.0, 10.0, 20.0):
        every = np.concatenate([problem.load, intervals.ravel()]) * scale
        if np.abs(every - np.round(every)).max() < 1e-9:
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
        value, members, ends = _best_sets(self.begins, self.items, self.sizes, self.cost, prices.units, bonus)
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
        members, starts, cost, centre, complete = _search(
            self.begins,
            self.items,
            self.sizes,
            problem.load,
            self.cost,
            prices.units,
            bonus,
            problem.starts,
            problem.neighbors,
            floors,
            most_sets,
            most_steps,
        )
        load = np.add.reduceat(problem.load[members], starts[:-1]) if len(cost) else np.zeros(0)
        inside = problem.band.outside(load)[0] == 0
        columns = Columns(members=members, starts=starts, load=load, cost=cost, centre=centre)
        return (columns if inside.all() else columns.take(np.flatnonzero(inside))), bool(complete)
