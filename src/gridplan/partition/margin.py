"""Every connected set that gains at least a floor at given prices: depth first, each unit in or out, compiled.

The table of the knapsack tells which partial sets can still reach the floor; a partial set whose units can no longer be joined is
given up as well.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import compiled, inlined
from gridplan.partition.growth import FIGURES, Flags, Floats, Ints, appended, barred, idles, priced, reached
from gridplan.partition.knapsack import knapsack, table_for

NEW, IN, OUT = 0, 1, 2  # what has been tried with an item


class Walk(NamedTuple):
    """A partial set ``chosen[:depth]``, and what was tried with each item; ``place``: at (the next item), depth, whole load."""

    chosen: Ints
    tried: NDArray[np.int8]
    inside: Flags
    decided: Flags
    place: NDArray[np.int64]
    gain: Floats


@compiled
def _walk(n, widest):
    return Walk(
        np.empty(widest + 1, np.int32),
        np.empty(widest + 1, np.int8),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(3, np.int64),
        np.zeros(1),
    )


@compiled
def _begin(walk, sack, size, gain):
    """Begin with a centre of a size and a gain of its own."""
    walk.inside[:] = False
    walk.decided[:] = True
    walk.decided[sack.items] = False
    walk.chosen[0] = sack.unit
    walk.inside[sack.unit] = True
    walk.place[0], walk.place[1], walk.place[2] = 0, 1, size
    walk.gain[0], walk.tried[0] = gain, NEW


@inlined
def _beside(unit, starts, neighbors, inside, decided):
    """Whether a unit has a neighbour that is in the set or may still be."""
    found = False
    for entry in range(starts[unit], starts[unit + 1]):
        if inside[neighbors[entry]] or not decided[neighbors[entry]]:
            found = True
            break
    return found


@inlined
def _strands(unit, centre, starts, neighbors, inside, decided):
    """Whether leaving a unit out cuts a neighbour of it off from all units."""
    found = False
    for entry in range(starts[unit], starts[unit + 1]):
        other = neighbors[entry]
        if inside[other] and other != centre and not _beside(other, starts, neighbors, inside, decided):
            found = True
            break
    return found


@compiled
def _next(ground, sizes, sack, walk, floor, steps):
    """Go on until all units are decided; False when there is nothing more, or no step is left (then below zero)."""
    starts, neighbors, inside, decided = ground.starts, ground.neighbors, walk.inside, walk.decided
    items, values, table, chosen, tried = sack.items, sack.values, sack.table, walk.chosen, walk.tried
    (at, depth, total), gain, left = walk.place, walk.gain[0], steps[0]
    count, top = len(items), table.shape[1]
    while 0 <= at < count and left >= 0:
        left -= 1
        unit, on = items[at], False
        if tried[at] == NEW:
            tried[at] = IN
            size = total + sizes[unit]
            if size < top and gain + values[at] + table[at + 1, size] >= floor:
                on = _beside(unit, starts, neighbors, inside, decided)
                on = on and not barred(ground.apart, chosen, depth, unit)
            decided[unit] = True
            if on:
                chosen[depth], inside[unit] = unit, True
                depth, total, gain = depth + 1, size, gain + values[at]
        if not on and tried[at] == IN:
            tried[at] = OUT
            if inside[unit]:
                inside[unit] = False
                depth, total, gain = depth - 1, total - sizes[unit], gain - values[at]
            if gain + table[at + 1, total] >= floor:
                on = not _strands(unit, sack.unit, starts, neighbors, inside, decided)
        if on:
            at += 1
            tried[at] = NEW
        else:
            decided[unit] = False
            at -= 1
    walk.place[0], walk.place[1], walk.place[2] = at, depth, total
    walk.gain[0], steps[0] = gain, left
    return at == count and left >= 0


@compiled
def search(ground, items, prices, bonus, floors, most_sets, most_steps):
    """Return units and figures (size, load, cost, centre) of the sets, one after another, and whether these are all."""
    n, table, steps = len(items.sizes), table_for(items, bonus), np.array([most_steps])
    walk, stack, row = _walk(n, len(table)), np.empty(n, np.int32), np.empty(FIGURES)
    members, figures, sets, filled = np.empty(1 << 14, np.int32), np.empty(1 << 12), 0, 0
    for unit in range(n):
        if items.sizes[unit] >= len(bonus):
            continue
        sack = knapsack(unit, items, ground.cost, prices, bonus, table)
        _begin(walk, sack, items.sizes[unit], prices[unit] - ground.cost[unit, unit])
        while _next(ground, items.sizes, sack, walk, floors[unit], steps):
            size = walk.place[1]
            walk.place[0] -= 1
            if reached(ground.starts, ground.neighbors, unit, walk.inside, stack) < size:
                continue
            load = ground.load[walk.chosen[:size]].sum()
            centre, cost = priced(ground, walk.chosen, size, load, walk.inside)
            if centre != unit or idles(ground, walk.chosen, size, centre, walk.inside, stack):
                continue
            if sets == most_sets:
                return members[:filled], figures[: FIGURES * sets], False
            row[0], row[1], row[2], row[3] = size, load, cost, centre
            members = appended(members, filled, walk.chosen, size)
            figures = appended(figures, FIGURES * sets, row, FIGURES)
            filled, sets = filled + size, sets + 1
        if steps[0] < 0:
            return members[:filled], figures[: FIGURES * sets], False
    return members[:filled], figures[: FIGURES * sets], True
