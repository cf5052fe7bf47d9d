"""A set on its way through the boxes of its centre: what it holds, what is decided, what it can still earn; compiled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import borrowing, compiled, inlined
from gridplan.partition.bits import NONE, WORD, beside_of, hang_together, lowest, put_in, take_out
from gridplan.partition.growth import Flags, Floats, Ints
from gridplan.partition.knapsack import items_of, joined
from gridplan.partition.rows import lift, put

UNIT, ENTER, LEAVE, RIM = 0, 1, 2, 3  # what a position decides
NO_KEY = -1


class Walk(NamedTuple):
    """A partial set ``chosen[:place[2]]`` and how it came about.

    ``place``: positions decided, the position to decide, units chosen, whole load, versions of tables made. Position p
    is of kind ``kind[p]``: the unit ``which[p]``, or where the box ``which[p]`` is entered or left, as item ``at[p]`` of the box
    ``box[p]``; or the rim of the shell ``box[p]``. A box that is entered at p is left at ``leap[p]``. ``trail`` and ``tried`` tell
    the positions decided and what was tried there. ``taken``: load taken of each box so far. ``will[first[b] + k, l]``: the
    best that a set which came as far as box b with what it has now can still earn from the items k.. of b on, by the load l
    taken of b before; ``version``, ``of`` and ``came``: when that was filled, by which version of the box around it, and for
    which load there. ``odd``: units of each odd set that are chosen. As bits: ``beside`` each unit its neighbours, ``held`` those
    chosen, ``open`` those and all undecided; ``wanted``, ``met`` and ``grown`` are room.
    """

    chosen: Ints
    inside: Flags
    place: NDArray[np.int64]
    gain: Floats
    kind: NDArray[np.int8]
    box: Ints
    at: Ints
    which: Ints
    leap: Ints
    trail: Ints
    tried: NDArray[np.int8]
    taken: NDArray[np.int64]
    will: Floats
    version: NDArray[np.int64]
    of: NDArray[np.int64]
    came: NDArray[np.int64]
    odd: Ints
    beside: NDArray[np.uint64]
    held: NDArray[np.uint64]
    open: NDArray[np.uint64]
    wanted: NDArray[np.uint64]
    met: NDArray[np.uint64]
    grown: NDArray[np.uint64]


@compiled
def walk_for(starts, neighbors, odd, sack):
    """Return room for a walk among units with these neighbours and so many odd sets of them."""
    n, (rows, top), beside = len(starts) - 1, sack.own.shape, beside_of(starts, neighbors)
    words = beside.shape[1]
    most, positions = len(sack.first), 3 * rows
    return Walk(
        np.empty(n + 1, np.int32),
        np.zeros(n, np.bool_),
        np.zeros(5, np.int64),
        np.zeros(1),
        np.empty(positions, np.int8),
        np.empty(positions, np.int32),
        np.empty(positions, np.int32),
        np.empty(positions, np.int32),
        np.empty(positions, np.int32),
        np.empty(positions, np.int32),
        np.empty(positions, np.int8),
        np.zeros(most, np.int64),
        np.empty((rows, top)),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(odd, np.int32),
        beside,
        np.empty(words, np.uint64),
        np.empty(words, np.uint64),
        np.empty(words, np.uint64),
        np.empty(words, np.uint64),
        np.empty(words, np.uint64),
    )


@borrowing
def _written(walk, position, kind, box, at, which):
    """Write down a position; return the next one."""
    walk.kind[position], walk.box[position] = kind, box
    walk.at[position], walk.which[position] = at, which
    return position + 1


@compiled
def begin(walk, unit, nest, cost, offer, sack):
    """Begin with a centre alone; return the number of positions."""
    shells, position, depth = nest.shells[unit], 0, 0
    boxes = np.empty(len(sack.first), np.int64)  # those being written down, one in another
    at, entered = np.zeros(len(sack.first), np.int64), np.empty(len(sack.first), np.int64)
    walk.inside[:] = False
    walk.held[:] = NONE
    walk.open[:] = NONE
    walk.taken[:] = 0
    walk.of[:] = NO_KEY
    walk.odd[:] = 0
    for shell in range(shells):
        boxes[0], at[0], depth = shell, 0, 0
        while depth >= 0:
            box, items = boxes[depth], items_of(nest, unit, boxes[depth])
            if at[depth] == len(items):
                depth -= 1
                if depth >= 0:
                    walk.leap[entered[depth + 1]] = position
                    position = _written(walk, position, LEAVE, boxes[depth], at[depth] - 1, box)
                continue
            item = items[at[depth]]
            at[depth] += 1
            if item >= 0:
                put_in(walk.open, item)
                position = _written(walk, position, UNIT, box, at[depth] - 1, item)
            else:
                depth += 1
                boxes[depth], at[depth], entered[depth] = -1 - item, 0, position
                position = _written(walk, position, ENTER, box, at[depth - 1] - 1, -1 - item)
        if shell < shells - 1:
            position = _written(walk, position, RIM, shell, 0, 0)
    walk.chosen[0] = unit
    choose(walk, unit)
    walk.place[0], walk.place[1], walk.place[2], walk.place[3] = 0, 0, 1, nest.sizes[unit]
    walk.gain[0] = offer.units[unit] - cost[unit, unit]
    look_ahead(walk, unit, 0, nest, cost, offer, sack, walk.place[3])
    return position


@borrowing
def _filled(walk, unit, box, nest, cost, offer, sack, base):
    """Fill what a set can still earn from each item of a box on, whose last row is filled; ``base``: the load it came with."""
    items, table = items_of(nest, unit, box), walk.will[sack.first[box] :]
    top = table.shape[1] - base
    for k in range(len(items) - 1, -1, -1):
        item, below, row = items[k], table[k + 1], table[k]
        if item >= 0:
            size, value = nest.sizes[item], offer.units[item] - cost[item, unit]
            put(row, below, top)
            lift(row, below[size:], value, top - size)
        else:
            joined(below, sack.whole[-1 - item], sack.reach[-1 - item], row, base)
    walk.place[4] += 1
    walk.version[box] = walk.place[4]


@borrowing
def look_ahead(walk, unit, shell, nest, cost, offer, sack, load):
    """Fill what a set can still earn that comes to a shell with a load: it has crossed the rim before, and has yet to go on."""
    if walk.of[shell] == 0 and walk.came[shell] == load:
        return
    walk.of[shell], walk.came[shell] = 0, load
    last = walk.will[sack.first[shell] + len(items_of(nest, unit, shell))]
    top = len(last) - load
    put(last, sack.on[shell, load:], top)
    if shell > 0:
        last[0] = -np.inf
        if shell < nest.shells[unit] - 1:
            region = nest.region[nest.boxes[unit] + shell]
            last[0] = offer.inside[region, load] + sack.go[shell, load]
    _filled(walk, unit, shell, nest, cost, offer, sack, load)


@borrowing
def look_inside(walk, unit, box, around, at, nest, cost, offer, sack, load):
    """Fill what a set can still earn that enters a box, item ``at`` of the box around it, with a whole load so far."""
    base = walk.taken[around]
    if walk.of[box] == walk.version[around] and walk.came[box] == base:
        return
    walk.of[box], walk.came[box] = walk.version[around], base
    last = walk.will[sack.first[box] + len(items_of(nest, unit, box))]
    behind, region = walk.will[sack.first[around] + at + 1], nest.region[nest.boxes[unit] + box]
    for taken in range(len(last) - load):
        last[taken] = behind[base + taken] + (offer.inside[region, taken] if taken > 0 else 0.0)
    _filled(walk, unit, box, nest, cost, offer, sack, load)


@inlined
def choose(walk, unit):
    """Mark a unit as chosen."""
    walk.inside[unit] = True
    put_in(walk.held, unit)
    put_in(walk.open, unit)


@inlined
def leave_out(walk, unit):
    """Mark a unit as decided, and not chosen."""
    walk.inside[unit] = False
    take_out(walk.held, unit)
    take_out(walk.open, unit)


@borrowing
def _closes(beside, unit, still, wanted, met, grown):
    """Whether the units beside one that is left out, in the set or undecided, are joined without it: then it cuts nothing off."""
    first = -1
    for word in range(len(wanted)):
        wanted[word] = beside[unit, word] & still[word]
        if wanted[word] != NONE:
            first = WORD * word + lowest(wanted[word])
    return first < 0 or hang_together(beside, wanted, wanted, first, met, grown)


@inlined
def closes(walk, unit):
    """Whether leaving out a unit cuts nothing off, as far as can be told from the units beside it."""
    return _closes(walk.beside, unit, walk.open, walk.wanted, walk.met, walk.grown)


@inlined
def strands(walk):
    """Whether units of the set can no longer be joined to its centre by units that are in it or may still be."""
    return not hang_together(walk.beside, walk.open, walk.held, walk.chosen[0], walk.met, walk.grown)
