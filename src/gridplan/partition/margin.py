"""Every connected set that gains at least a floor at given prices: depth first, each unit in or out, compiled.

The tables of the knapsack tell which partial sets can still reach the floor; a partial set whose units can no longer be joined is
given up as well. Units are decided cluster after cluster; a gate before each cluster tells whether a set can afford to enter it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import compiled, inlined
from gridplan.partition.earnings import HOME, beyond, leaving, nothing, stopped, whereabouts
from gridplan.partition.growth import FIGURES, Flags, Floats, Ints, appended, barred, idles, priced, reached
from gridplan.partition.knapsack import earned, pack, sack_for

NEW, IN, OUT = 0, 1, 2  # what has been tried with an item
GATE = -1
GREEDY = 8  # shares of what is left that one centre may take
THROUGH, PAST, END = 0, 1, 2  # where a gate leads: into its group, to the next gate, to the end of the set


class Walk(NamedTuple):
    """A partial set ``chosen[:depth]`` and how it came about.

    ``place``: positions decided, the position to decide, depth, whole load. Position p decides the item ``item[p]``, or is the gate
    of group ``group[p]``; ``trail`` and ``tried`` tell the positions decided and what was tried. ``entered``, ``closing`` and
    ``leads``: of each group the load before it, what the group before it earned when it was left, and where its gate led; ``will``:
    what a group's items can still earn, for a set that came with the load ``ahead``.
    """

    chosen: Ints
    inside: Flags
    decided: Flags
    place: NDArray[np.int64]
    gain: Floats
    item: NDArray[np.int64]
    group: NDArray[np.int64]
    trail: NDArray[np.int64]
    tried: NDArray[np.int8]
    entered: NDArray[np.int64]
    closing: Floats
    leads: NDArray[np.int8]
    ahead: NDArray[np.int64]
    will: Floats
    queue: Ints
    seen: NDArray[np.int64]
    stamp: NDArray[np.int64]


@compiled
def _walk(n, sack):
    rows, top = sack.own.shape
    most = len(sack.first)
    return Walk(
        np.empty(n + 1, np.int32),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(4, np.int64),
        np.zeros(1),
        np.empty(rows + 1, np.int64),
        np.empty(rows + 1, np.int64),
        np.empty(rows + 1, np.int64),
        np.empty(rows + 1, np.int8),
        np.zeros(most, np.int64),
        np.zeros(most),
        np.zeros(most, np.int8),
        np.zeros(most, np.int64),
        np.empty((rows, top)),
        np.empty(n, np.int32),
        np.zeros(n, np.int64),
        np.zeros(1, np.int64),
    )


@compiled
def _begin(walk, unit, items, cost, offer, sack):
    """Begin with a centre alone; return the number of positions."""
    begin, last = items.groups[unit], items.groups[unit + 1] - items.groups[unit]
    at, position = (items.ends[begin - 1] if begin > 0 else 0), 0
    walk.inside[:] = False
    walk.decided[:] = True
    for q in range(last):
        if q > 0:
            walk.item[position], walk.group[position] = GATE, q
            position += 1
        while at < items.ends[begin + q]:
            walk.item[position], walk.group[position] = at, q
            walk.decided[items.units[at]] = False
            at, position = at + 1, position + 1
    walk.chosen[0], walk.inside[unit] = unit, True
    walk.place[0], walk.place[1], walk.place[2], walk.place[3] = 0, 0, 1, items.sizes[unit]
    walk.gain[0] = offer.units[unit] - cost[unit, unit]
    walk.tried[0], walk.entered[0] = NEW, 0
    walk.ahead[:] = -1
    _look_ahead(walk, unit, 0, items, cost, offer, sack)
    return position


@compiled
def _look_ahead(walk, unit, q, items, cost, offer, sack):
    """Fill what the items of a group can still earn, by the load taken of it so far, for a set that enters it with its load."""
    begin, top = items.groups[unit], sack.own.shape[1]
    index = begin + q
    first = items.ends[index - 1] if index > 0 else 0
    members, table = items.units[first : items.ends[index]], walk.will[sack.first[q] :]
    count, load, end = len(members), walk.entered[q], table[len(members)]
    state = whereabouts(walk, items, unit, q)
    if walk.ahead[q] == 3 * load + state:
        return
    walk.ahead[q] = 3 * load + state
    if q == 0:
        for taken in range(top):
            end[taken] = nothing(taken, HOME, 1, unit, items, offer, sack)
    else:
        inside, extra = earned(items, offer, unit, q), leaving(load, state, unit, q, items, offer)
        end[0] = nothing(load, state, q + 1, unit, items, offer, sack)
        for taken in range(1, top - load):
            end[taken] = inside[taken] + extra + sack.rest[q + 1, load + taken]
    for k in range(count - 1, -1, -1):
        size, value = items.sizes[members[k]], offer.units[members[k]] - cost[members[k], unit]
        for taken in range(top - load):
            other = table[k + 1, taken + size] + value if taken + size < top - load else -np.inf
            table[k, taken] = max(table[k + 1, taken], other)


@inlined
def _beside(unit, starts, neighbors, inside, decided):
    """Whether a unit has a neighbour that is in the set or may still be."""
    found = False
    for entry in range(starts[unit], starts[unit + 1]):
        if inside[neighbors[entry]] or not decided[neighbors[entry]]:
            found = True
            break
    return found


@compiled
def _strands(ground, walk, depth):
    """Whether units of the set can no longer be joined to its centre by units that are in it or may still be."""
    walk.stamp[0] += 1
    stamp, left, top, met = walk.stamp[0], depth - 1, 0, 1
    walk.queue[0] = walk.chosen[0]
    walk.seen[walk.chosen[0]] = stamp
    while top < met and left > 0:
        unit = walk.queue[top]
        top += 1
        for entry in range(ground.starts[unit], ground.starts[unit + 1]):
            other = ground.neighbors[entry]
            if walk.seen[other] != stamp and (walk.inside[other] or not walk.decided[other]):
                walk.seen[other] = stamp
                walk.queue[met] = other
                met += 1
                left -= walk.inside[other]
    return left > 0


@compiled
def _pass(ground, walk, unit, q, items, cost, offer, sack, floor):
    """Decide the gate of a group: whether the set goes on, through the group or past it."""
    begin, load, depth = items.groups[unit], walk.place[3], walk.place[2]
    taken, gained = load - walk.entered[q - 1], 0.0
    if q > 1 and taken > 0:
        gained = earned(items, offer, unit, q - 1)[taken]
        gained += leaving(
            walk.entered[q - 1], whereabouts(walk, items, unit, q - 1), unit, q - 1, items, offer
        )
    walk.entered[q], walk.closing[q] = load, gained
    walk.gain[0] += gained
    state = whereabouts(walk, items, unit, q)
    if walk.gain[0] + leaving(load, state, unit, q, items, offer) + sack.some[q, load] >= floor:
        walk.leads[q] = THROUGH
        _look_ahead(walk, unit, q, items, cost, offer, sack)
        return True
    if walk.gain[0] + beyond(load, state, q + 1, unit, items, offer, sack) < floor:
        walk.leads[q] = END
        return walk.gain[0] + stopped(load, state, unit, items, offer) >= floor
    walk.leads[q] = PAST
    for at in range(items.ends[begin + q - 1], items.ends[begin + q]):
        walk.decided[items.units[at]] = True
    return not _strands(ground, walk, depth)


@compiled
def _unpass(walk, unit, q, items):
    """Undo the gate of a group."""
    walk.gain[0] -= walk.closing[q]
    if walk.leads[q] == PAST:
        for at in range(items.ends[items.groups[unit] + q - 1], items.ends[items.groups[unit] + q]):
            walk.decided[items.units[at]] = False


@compiled
def _decide(ground, walk, unit, rows, value, size, way, floor):
    """Put a unit into the set or leave it out; whether the set goes on. ``rows``: row and group."""
    load, depth, q = walk.place[3], walk.place[2], rows[1]
    ahead, base = walk.will[rows[0] + 1], walk.entered[q] if q > 0 else 0
    top = len(ahead) - base
    if way == IN:
        taken = load - base + size
        walk.decided[unit] = True
        if taken < top and walk.gain[0] + value + ahead[taken] >= floor:
            on = _beside(unit, ground.starts, ground.neighbors, walk.inside, walk.decided)
            if on and not barred(ground.apart, walk.chosen, depth, unit):
                walk.chosen[depth], walk.inside[unit] = unit, True
                walk.place[2], walk.place[3] = depth + 1, load + size
                walk.gain[0] += value
                return True
        return False
    if walk.inside[unit]:
        walk.inside[unit] = False
        walk.place[2], walk.place[3] = depth - 1, load - size
        walk.gain[0] -= value
        load, depth = load - size, depth - 1
    if walk.gain[0] + ahead[load - base] < floor:
        return False
    for entry in range(ground.starts[unit], ground.starts[unit + 1]):
        if walk.inside[ground.neighbors[entry]]:
            return not _strands(ground, walk, depth)
    return True


@compiled
def _next(ground, unit, positions, items, offer, sack, walk, floor, steps):
    """Go on until all positions are decided; False when there is nothing more, or no step is left (then below zero)."""
    begin, done, position, left = items.groups[unit], walk.place[0], walk.place[1], steps[0]
    while done >= 0 and position < positions and left >= 0:
        left -= 1
        q, at, on = walk.group[position], walk.item[position], False
        start = items.ends[begin + q - 1] if begin + q > 0 else 0
        first, ahead = walk.tried[done] == NEW, position + 1
        if at == GATE:
            walk.tried[done] = OUT
            on = first and _pass(ground, walk, unit, q, items, ground.cost, offer, sack, floor)
            if not on:
                _unpass(walk, unit, q, items)
            elif walk.leads[q] == PAST:
                ahead += items.ends[begin + q] - start
            elif walk.leads[q] == END:
                ahead = positions
        else:
            member = items.units[at]
            size, value = items.sizes[member], offer.units[member] - ground.cost[member, unit]
            row = (sack.first[q] + at - start, q)
            if first:
                walk.tried[done] = IN
                on = _decide(ground, walk, member, row, value, size, IN, floor)
            if not on and walk.tried[done] == IN:
                walk.tried[done] = OUT
                on = _decide(ground, walk, member, row, value, size, OUT, floor)
            if not on:
                walk.decided[member] = False
        if on:
            walk.trail[done] = position
            done, position = done + 1, ahead
            walk.tried[done] = NEW
        else:
            done -= 1
            position = walk.trail[done] if done >= 0 else 0
    walk.place[0], walk.place[1], steps[0] = done, position, left
    return done >= 0 and position >= positions and left >= 0


@compiled
def search(ground, items, offer, floors, most_sets, most_steps):
    """Return units and figures (size, load, cost, centre) of the sets, one after another, and whether these are all.

    No centre takes more than some shares of the steps and sets that are left: a list that is cut off has some of everywhere.
    """
    n, top, complete = len(items.sizes), len(offer.workers), True
    steps, left = np.zeros(1, np.int64), most_steps
    sack = sack_for(items, top)
    walk, stack, row = _walk(n, sack), np.empty(n, np.int32), np.empty(FIGURES)
    members, figures, sets, filled = np.empty(1 << 14, np.int32), np.empty(1 << 12), 0, 0
    for unit in range(n):
        if items.sizes[unit] >= top:
            continue
        pack(unit, items, ground.cost, offer, sack)
        positions = _begin(walk, unit, items, ground.cost, offer, sack)
        mine = sets + min(most_sets - sets, GREEDY * (most_sets - sets) // (n - unit))
        allowed = min(left, GREEDY * left // (n - unit))
        steps[0] = allowed
        while _next(ground, unit, positions, items, offer, sack, walk, floors[unit], steps):
            size = walk.place[2]
            walk.place[0] -= 1
            walk.place[1] = walk.trail[walk.place[0]] if walk.place[0] >= 0 else 0
            if reached(ground.starts, ground.neighbors, unit, walk.inside, stack) < size:
                continue
            load = ground.load[walk.chosen[:size]].sum()
            centre, cost = priced(ground, walk.chosen, size, load, walk.inside)
            if centre != unit or idles(ground, walk.chosen, size, centre, walk.inside, stack):
                continue
            if sets >= mine:
                complete = False
                break
            row[0], row[1], row[2], row[3] = size, load, cost, centre
            members = appended(members, filled, walk.chosen, size)
            figures = appended(figures, FIGURES * sets, row, FIGURES)
            filled, sets = filled + size, sets + 1
        complete &= steps[0] >= 0
        left -= allowed - steps[0]
    return members[:filled], figures[: FIGURES * sets], complete
