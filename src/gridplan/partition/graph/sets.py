"""Connected sets of units around a centre that cost little at given prices (numba): the pricing of the set partitioning.

Depth first over the units, nearest first. A branch ends where units taken are cut off from the centre, or where the least that the
units still undecided can add is too dear: by a table over loads in buckets, connectivity left out, and, after a
unit is left out, by ratio over those that the centre still reaches (Dantzig 1957).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import borrowing, compiled, inlined
from gridplan.partition.graph.problem import Floats, Ints
from gridplan.partition.graph.tables import fill, least
from gridplan.partition.rows import put

NEW, IN, OUT = 0, 1, 2  # what has been tried with a unit
FIRST = 256  # members for which there is room at first


class Area(NamedTuple):
    """What is the same for all centres: the problem, its band, and loads in whole buckets."""

    starts: Ints
    neighbors: Ints
    load: Floats
    size: NDArray[np.int64]
    lower: float
    upper: float


class Around(NamedTuple):
    """One centre: its units, nearest first, ``place`` of each (the centre: 0, others: -1), reduced costs, table, and places by ratio."""

    centre: int
    items: Ints
    place: NDArray[np.int64]
    reduced: Floats
    table: Floats
    order: NDArray[np.int64]


class Trail(NamedTuple):
    """Where a search stands: ``at`` (next item, bucket, units left out at last), ``sums`` (load, value); ``reach`` a row an item."""

    out: NDArray[np.bool_]
    taken: NDArray[np.bool_]
    reach: NDArray[np.bool_]
    queue: Ints
    state: NDArray[np.int8]
    at: NDArray[np.int64]
    sums: Floats


@borrowing
def _flood(starts, neighbors, place, items, out, reach, queue, centre):
    """Mark in ``reach`` (by place) what the centre reaches without the units that are out; place 0 is the centre."""
    reach[:] = False
    reach[0] = True
    queue[0] = centre
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(starts[u], starts[u + 1]):
            q = place[neighbors[e]]
            if q > 0 and not reach[q] and not out[q]:
                reach[q] = True
                queue[tail] = items[q - 1]
                tail += 1


@borrowing
def _least_more(load, reduced, items, order, reach, first, lower, upper):
    """Return the least that reachable units from a place on can add so that their load is in ``lower``..``upper``, in parts of units."""
    more, total = 0.0, 0.0
    for q in order:
        if q < first or not reach[q]:
            continue
        u = items[q - 1]
        end = upper if reduced[u] < 0.0 else lower
        if load[u] > 0.0 and total + load[u] >= end:
            return more + reduced[u] * max(0.0, end - total) / load[u]
        total += load[u]
        more += reduced[u]
    return more if total >= lower else np.inf


@inlined
def _holds(taken, reach, last):
    """Whether all units taken before a place are still reached."""
    good = True
    for r in range(1, last):
        if taken[r] and not reach[r]:
            good = False
            break
    return good


@inlined
def _stands(load, items, reduced, order, taken, reach, last, room):
    """Whether a set can still be had after the unit at place ``last`` was left out; ``room``: least and most load, and value, to be added."""
    good = _holds(taken, reach, last)
    return good and _least_more(load, reduced, items, order, reach, last + 1, room[0], room[1]) < room[2]


@borrowing
def _advance(area, around, trail, top, steps):
    """Go on until all units are decided; False when there is nothing more, or no step is left (then below zero)."""
    starts, neighbors, load, size, upper = area.starts, area.neighbors, area.load, area.size, area.upper
    items, place, reduced, table, order = (
        around.items,
        around.place,
        around.reduced,
        around.table,
        around.order,
    )
    out, taken, reach, queue, state = trail.out, trail.taken, trail.reach, trail.queue, trail.state
    (p, bucket), (total, value), left = trail.at, trail.sums, steps[0]
    count, high = len(items), table.shape[1] - 1
    while 0 <= p < count and left >= 0:
        left -= 1
        u, q, on = items[p], p + 1, False
        if state[p] == NEW:
            state[p], more = IN, bucket + size[u]
            if reach[p, q] and total + load[u] <= upper and more <= high:
                on = value + reduced[u] + table[q, more] < top
            if on:
                taken[q] = True
                put(reach[q], reach[p], count + 1)
                total, bucket, value = total + load[u], more, value + reduced[u]
        if not on and state[p] == IN:
            if taken[q]:
                taken[q] = False
                total, bucket, value = total - load[u], bucket - size[u], value - reduced[u]
            state[p], out[q], on = OUT, True, value + table[q, bucket] < top
            if on and reach[p, q]:
                room = (area.lower - total, upper - total, top - value)
                _flood(starts, neighbors, place, items, out, reach[q], queue, around.centre)
                on = _stands(load, items, reduced, order, taken, reach[q], q, room)
            elif on:
                put(reach[q], reach[p], count + 1)
        if on:
            p += 1
            state[p] = NEW
        else:
            out[q] = False
            p -= 1
    trail.at[0], trail.at[1], trail.sums[0], trail.sums[1], steps[0] = p, bucket, total, value, left
    return p == count and left >= 0


@compiled
def _trail(area, around):
    """Return the beginning of a search: the centre alone."""
    n, count, centre = len(area.load), len(around.items), around.centre
    reach, out = np.zeros((count + 1, count + 1), np.bool_), np.zeros(count + 1, np.bool_)
    queue = np.empty(n, np.int32)
    _flood(area.starts, area.neighbors, around.place, around.items, out, reach[0], queue, centre)
    return Trail(
        out,
        np.zeros(count + 1, np.bool_),
        reach,
        queue,
        np.full(count + 1, NEW, np.int8),
        np.array([0, area.size[centre]]),
        np.array([area.load[centre], around.reduced[centre]]),
    )


@compiled
def _written(members, begun, around, taken):
    """Write the units of a set behind those there are; return the members, longer if need be, and their end."""
    while begun + len(taken) > len(members):
        members = np.append(members, np.empty_like(members))
    members[begun] = around.centre
    end = begun + 1
    for q in range(1, len(taken)):
        if taken[q]:
            members[end] = around.items[q - 1]
            end += 1
    return members, end


@compiled
def search(area, around, top, shrink, most_sets, most_steps):
    """Return sets with value below ``top`` (with ``shrink``: each cheaper than the last), as flat members and ends, their values, and whether all were seen."""
    trail, steps = _trail(area, around), np.array([most_steps])
    members, ends, values, found = (
        np.empty(FIRST, np.int32),
        np.zeros(most_sets + 1, np.int64),
        np.empty(most_sets),
        0,
    )
    fits = trail.sums[0] <= area.upper and trail.at[1] < around.table.shape[1]
    while fits and _advance(area, around, trail, top, steps):
        trail.at[0] -= 1
        total, value = trail.sums
        if value >= top or not area.lower <= total <= area.upper:
            continue
        if found == most_sets:
            steps[0] = -1
            break
        members, ends[found + 1] = _written(members, ends[found], around, trail.taken)
        values[found] = value
        found += 1
        if shrink:
            top = value
    return members[: ends[found]], ends[: found + 1], values[:found], steps[0] >= 0


@compiled
def _around(area, j, near, mine, reduced, bucket, fraction, table):
    """Return a centre with the units it may have, and its table filled."""
    items = near[mine[near]]
    place = np.full(len(mine), -1, np.int64)
    place[j] = 0
    place[items] = np.arange(1, len(items) + 1)
    low = least(fraction, area.load, np.append(items, np.int32(j)), area.lower, area.upper, bucket)
    fill(table, items, reduced, area.size, low, table.shape[1] - 1)
    worth = (area.load[items] > 0.0) | (reduced[items] < 0.0)
    ratio = reduced[items] / np.maximum(area.load[items], 1e-300)
    order = np.argsort(ratio) + 1
    return Around(j, items, place, reduced, table, order[worth[order - 1]])


@compiled
def priced(area, cost, price, order, allowed, bucket, fraction, tops, shrink, most_sets, most_steps):
    """Search every centre; return members, ends, values, the centre of each set, for each centre whether all was seen, and its bound.

    ``cost`` is by centre (transposed); ``tops`` the value below which a set of each centre is wanted; ``order[j]`` the units, nearest
    first. Without ``shrink`` nothing is searched after a centre of which not all was seen.
    """
    n, high = len(area.load), int(np.floor(area.upper / bucket + 1e-9))
    table, whole, bounds = np.empty((n + 1, high + 1)), np.ones(n, np.bool_), np.full(n, np.inf)
    members, ends, values, centres = (
        np.empty(0, np.int32),
        np.zeros(1, np.int64),
        np.empty(0),
        np.empty(0, np.int32),
    )
    for j in range(n):
        if not allowed[j, j] or area.size[j] > high:
            continue
        mine, reduced = allowed[j].copy(), cost[j] - price
        mine[j] = False
        around = _around(area, j, order[j], mine, reduced, bucket, fraction, table)
        bounds[j] = reduced[j] + table[0, area.size[j]]
        if bounds[j] >= tops[j]:
            continue
        m, e, v, whole[j] = search(area, around, tops[j], shrink, most_sets, most_steps)
        members, ends = np.append(members, m), np.append(ends, e[1:] + ends[-1])
        values, centres = np.append(values, v), np.append(centres, np.full(len(v), j, np.int32))
        if whole[j]:
            bounds[j] = min(v.min(), tops[j]) if len(v) else tops[j]
        elif not shrink:
            break
    return members, ends, values, centres, whole, bounds
