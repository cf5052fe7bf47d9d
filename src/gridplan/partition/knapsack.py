"""The knapsack of each centre: the best units to join it for their prices less their walk, their load in band; compiled.

What a set earns by rows of load patterns depends on its load in each region, and on whether it goes on beyond the rim. So each box
of the centre's ``nest`` has a table of its own, by the load taken of it, that is joined to the one of the box around it; for the
regions that hold the centre itself, from the outermost inward, it is asked at each rim whether the set ends there or goes on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import borrowing, compiled, inlined
from gridplan.partition.growth import Floats, appended
from gridplan.partition.rows import lift, put


class Offer(NamedTuple):
    """What units (n,) and workers (by whole load, minus infinity out of band) are worth, and loads in regions.

    ``inside``: of sets that cross a region's rim, by their load in it; ``alone``: of sets that do not; shape (regions, loads).
    """

    units: Floats
    workers: Floats
    inside: Floats
    alone: Floats


class Sack(NamedTuple):
    """The tables of one centre.

    ``own[first[b] + k, l]`` is the best that the items k.. of box b make with a load of just l; ``whole[b, l]`` the same of all
    its items with what the box itself earns; up to the load ``reach[b]``. For the rim of shell i and a set of load l up to there:
    ``stop[i, l]`` is what it earns if it ends there, ``go[i, l]`` the best beyond the rim if it crosses it, without what that
    earns; ``on[i, l]`` the better of the two.
    """

    first: NDArray[np.int64]
    own: Floats
    whole: Floats
    reach: NDArray[np.int64]
    stop: Floats
    go: Floats
    on: Floats


@compiled
def sack_for(nest, top):
    """Return room for the tables of any centre."""
    widest, most = 0, 1
    for unit in range(len(nest.shells)):
        begin, end = nest.boxes[unit], nest.boxes[unit + 1]
        first = nest.ends[begin - 1] if begin > 0 else 0
        widest, most = max(widest, nest.ends[end - 1] - first), max(most, end - begin)
    return Sack(
        np.zeros(most + 1, np.int64),
        np.empty((widest + most, top)),
        np.empty((most, top)),
        np.zeros(most, np.int64),
        np.empty((most, top)),
        np.empty((most, top)),
        np.empty((most, top)),
    )


@inlined
def items_of(nest, unit, box):
    """Return the items of a box of a centre."""
    at = nest.boxes[unit] + box
    return nest.items[nest.ends[at - 1] if at > 0 else 0 : nest.ends[at]]


@borrowing
def joined(below, whole, reach, row, base):
    """Fill a row by the load taken before an item: the best with something of a box, or nothing; ``base`` loads are left out.

    ``below`` is the row behind the item.
    """
    top = len(row) - base
    put(row, below, top)
    for taken in range(1, min(reach + 1, top)):
        value = whole[taken]
        if value > -np.inf:
            lift(row, below[taken:], value, top - taken)


@borrowing
def _fill(unit, box, nest, cost, offer, sack):
    """Fill the table of a box whose inner boxes are filled."""
    items, table, top = items_of(nest, unit, box), sack.own[sack.first[box] :], sack.own.shape[1]
    count, reach = len(items), 0
    table[count] = -np.inf
    table[count, 0] = 0.0
    for k in range(count - 1, -1, -1):
        below, row, item = table[k + 1], table[k], items[k]
        put(row, below, top)
        if item >= 0:
            value, size = offer.units[item] - cost[item, unit], nest.sizes[item]
            lift(row[size:], below, value, min(reach + 1, top - size))
            reach = min(reach + size, top - 1)
        else:
            inner = sack.whole[-1 - item]
            for taken in range(1, sack.reach[-1 - item] + 1):
                value = inner[taken]
                if value > -np.inf:
                    lift(row[taken:], below, value, min(reach + 1, top - taken))
            reach = min(reach + sack.reach[-1 - item], top - 1)
    sack.reach[box] = reach
    put(sack.whole[box], table[0], top)
    if box >= nest.shells[unit]:
        for load in range(1, top):
            sack.whole[box, load] += offer.inside[nest.region[nest.boxes[unit] + box], load]


@borrowing
def pack(unit, nest, cost, offer, sack):
    """Fill the tables of a centre."""
    count, shells, row = nest.boxes[unit + 1] - nest.boxes[unit], nest.shells[unit], 0
    top = len(offer.workers)
    for box in range(count):
        sack.first[box] = row
        row += len(items_of(nest, unit, box)) + 1
    for box in range(count - 1, -1, -1):
        _fill(unit, box, nest, cost, offer, sack)
    put(sack.stop[shells - 1], offer.workers, top)
    put(sack.on[shells - 1], offer.workers, top)
    sack.go[shells - 1] = -np.inf
    for shell in range(shells - 2, -1, -1):
        region = nest.region[nest.boxes[unit] + shell]
        _beyond(unit, shell, nest, offer, sack)
        for load in range(top):
            sack.stop[shell, load] = sack.stop[shell + 1, load] + offer.alone[region, load]
            onward = offer.inside[region, load] + sack.go[shell, load]
            sack.on[shell, load] = max(sack.stop[shell, load], onward)


@borrowing
def _beyond(unit, shell, nest, offer, sack):
    """Fill what a set can earn that crosses the rim of a shell: it takes something of the next one, or crosses its rim, too."""
    go, whole, on, top = sack.go[shell], sack.whole[shell + 1], sack.on[shell + 1], len(offer.workers)
    go[:] = -np.inf
    if shell + 2 < nest.shells[unit]:
        region = nest.region[nest.boxes[unit] + shell + 1]
        for load in range(top):
            go[load] = offer.inside[region, load] + sack.go[shell + 1, load]
    for taken in range(1, sack.reach[shell + 1] + 1):
        value = whole[taken]
        if value > -np.inf:
            lift(go, on[taken:], value, top - taken)


@borrowing
def _taken(unit, box, load, nest, sack, chosen, count, open_boxes, open_loads):
    """Write down the units of a box that make up its best with a load; return how many units there are then."""
    open_boxes[0], open_loads[0], waiting = box, load, 1
    while waiting > 0:
        waiting -= 1
        box, load = open_boxes[waiting], open_loads[waiting]
        items, table = items_of(nest, unit, box), sack.own[sack.first[box] :]
        for k in range(len(items)):
            if table[k, load] == table[k + 1, load]:
                continue
            if items[k] >= 0:
                chosen[count] = items[k]
                count, load = count + 1, load - nest.sizes[items[k]]
                continue
            whole, part = sack.whole[-1 - items[k]], 1
            while whole[part] + table[k + 1, load - part] != table[k, load]:
                part += 1
            open_boxes[waiting], open_loads[waiting] = -1 - items[k], part
            waiting, load = waiting + 1, load - part
    return count


@borrowing
def _gathered(unit, load, nest, offer, sack, chosen, open_boxes, open_loads):
    """Write down the best set of a centre that takes a load of its first shell; return how many units it has."""
    chosen[0] = unit
    count = _taken(unit, 0, load, nest, sack, chosen, 1, open_boxes, open_loads)
    load, shells, shell, may_end = load + nest.sizes[unit], nest.shells[unit], 0, True
    while shell < shells - 1:
        region = nest.region[nest.boxes[unit] + shell]
        if may_end and sack.stop[shell, load] >= offer.inside[region, load] + sack.go[shell, load]:
            return count
        whole, on, most, part = sack.whole[shell + 1], sack.on[shell + 1], sack.go[shell, load], 0
        for taken in range(1, min(sack.reach[shell + 1] + 1, len(on) - load)):
            if whole[taken] + on[load + taken] == most:
                part = taken
                break
        may_end = part > 0
        if may_end:
            count = _taken(unit, shell + 1, part, nest, sack, chosen, count, open_boxes, open_loads)
            load += part
        shell += 1
    return count


@compiled
def best_sets(nest, cost, offer):
    """Return the value of the best set of each centre, and the units and ends of these sets; connected or not."""
    n, sizes, top = len(nest.sizes), nest.sizes, len(offer.workers)
    sack = sack_for(nest, top)
    chosen = np.empty(len(sack.own) + 1, np.int32)
    open_boxes, open_loads = np.empty(len(sack.first), np.int64), np.empty(len(sack.first), np.int64)
    best = np.full(n, -np.inf)
    members, ends, filled = np.empty(1 << 12, np.int32), np.zeros(n + 1, np.int64), 0
    for unit in range(n):
        if sizes[unit] < top:
            pack(unit, nest, cost, offer, sack)
            most, at = -np.inf, 0
            for load in range(min(sack.reach[0] + 1, top - sizes[unit])):
                value = sack.own[0, load] + sack.on[0, load + sizes[unit]]
                if value > most:
                    most, at = value, load
            if most > -np.inf:
                best[unit] = most + offer.units[unit] - cost[unit, unit]
                count = _gathered(unit, at, nest, offer, sack, chosen, open_boxes, open_loads)
                members = appended(members, filled, chosen, count)
                filled += count
        ends[unit + 1] = filled
    return best, members[:filled], ends
