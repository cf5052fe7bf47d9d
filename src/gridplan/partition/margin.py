"""Every connected set that gains at least a floor at given prices: depth first, each unit in or out, compiled.

The tables of the knapsack tell which partial sets can still reach the floor; a partial set whose units can no longer be joined is
given up as well. Units are decided box after box (``nest``); where a box would be entered it is asked whether a set can
afford to take anything of it, and at each rim around the centre the set ends or goes on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import borrowing, compiled, inlined
from gridplan.partition.bits import meet, put_in, take_out
from gridplan.partition.growth import FIGURES, Floats, Ints, appended, barred, idles, priced, reached
from gridplan.partition.knapsack import pack, sack_for
from gridplan.partition.walk import (
    ENTER,
    LEAVE,
    UNIT,
    begin,
    choose,
    closes,
    leave_out,
    look_ahead,
    look_inside,
    strands,
    walk_for,
)

NEW, IN, OUT, PAST = 0, 1, 2, 3  # what has been tried at a position
LOWEST = -1e300  # a floor; what is impossible earns minus infinity
GREEDY = 8  # shares of what is left that one centre may take


class Fines(NamedTuple):
    """What a set pays by rows of odd sets: ``price[r]`` for each two units of set r; u is in ``of[starts[u]:starts[u + 1]]``."""

    starts: NDArray[np.int64]
    of: Ints
    price: Floats


@borrowing
def _fined(walk, fines, unit, by):
    """Count a unit in its odd sets (``by`` 1) or no more (-1); return what the set then pays more, or less."""
    more = 0.0
    for entry in range(fines.starts[unit], fines.starts[unit + 1]):
        row = fines.of[entry]
        if walk.odd[row] % 2 == (by > 0):
            more += by * fines.price[row]
        walk.odd[row] += by
    return more


@inlined
def _taken(ground, unit, position, nest, offer, fines, sack, walk, floor):
    """Put a unit into the set; whether the set goes on."""
    box, member, depth = walk.box[position], walk.which[position], walk.place[2]
    size, value = nest.sizes[member], offer.units[member] - ground.cost[member, unit]
    ahead, load = walk.will[sack.first[box] + walk.at[position] + 1], walk.taken[box] + size
    if walk.place[3] + size >= len(ahead) or walk.gain[0] + value + ahead[load] < floor:
        return False
    if not meet(walk.beside[member], walk.open):
        return False
    if barred(ground.apart, walk.chosen, depth, member):
        return False
    value -= _fined(walk, fines, member, 1)
    walk.chosen[depth] = member
    choose(walk, member)
    walk.place[2], walk.place[3], walk.taken[box] = depth + 1, walk.place[3] + size, load
    walk.gain[0] += value
    return walk.gain[0] + ahead[load] >= floor


@inlined
def _left_out(ground, unit, position, nest, offer, fines, sack, walk, floor):
    """Leave a unit out of the set, or take it out again; whether the set goes on."""
    box, member = walk.box[position], walk.which[position]
    if walk.inside[member]:
        size = nest.sizes[member]
        walk.place[2], walk.place[3] = walk.place[2] - 1, walk.place[3] - size
        walk.taken[box] -= size
        walk.gain[0] -= offer.units[member] - ground.cost[member, unit] + _fined(walk, fines, member, -1)
    leave_out(walk, member)
    if walk.gain[0] + walk.will[sack.first[box] + walk.at[position] + 1, walk.taken[box]] < floor:
        return False
    return not meet(walk.beside[member], walk.held) or closes(walk, member) or not strands(walk)


@inlined
def _entered(ground, unit, position, nest, offer, sack, walk, floor):
    """Enter a box, or go past it; return what was done: IN, PAST, or OUT where neither can reach the floor."""
    box, inner, base = walk.box[position], walk.which[position], walk.taken[walk.box[position]]
    behind, whole = walk.will[sack.first[box] + walk.at[position] + 1], sack.whole[inner]
    need = floor - walk.gain[0]
    for load in range(1, min(sack.reach[inner] + 1, len(whole) - walk.place[3])):
        if whole[load] + behind[base + load] >= need:
            walk.taken[inner] = 0
            look_inside(
                walk, unit, inner, box, walk.at[position], nest, ground.cost, offer, sack, walk.place[3]
            )
            return IN
    if behind[base] < need:
        return OUT
    for at in range(position + 1, walk.leap[position]):
        if walk.kind[at] == UNIT:
            take_out(walk.open, walk.which[at])
    return PAST


@inlined
def _reopened(position, walk):
    """Undo that a box was passed."""
    for at in range(position + 1, walk.leap[position]):
        if walk.kind[at] == UNIT:
            put_in(walk.open, walk.which[at])


@inlined
def _leave(unit, position, nest, offer, walk, sign):
    """Leave a box (``sign`` 1), or undo that (-1)."""
    box, inner = walk.box[position], walk.which[position]
    if walk.taken[inner] > 0:
        walk.taken[box] += sign * walk.taken[inner]
        walk.gain[0] += sign * offer.inside[nest.region[nest.boxes[unit] + inner], walk.taken[inner]]


@inlined
def _crossed(ground, unit, shell, nest, offer, sack, walk, floor):
    """Go on beyond the rim of a shell, if the floor can be reached there."""
    load = walk.place[3]
    earned = offer.inside[nest.region[nest.boxes[unit] + shell], load]
    if walk.gain[0] + earned + sack.go[shell, load] < floor:
        return False
    walk.gain[0] += earned
    walk.taken[shell + 1] = 0
    look_ahead(walk, unit, shell + 1, nest, ground.cost, offer, sack, load)
    return True


@inlined
def _at_unit(ground, unit, position, nest, offer, fines, sack, walk, floor, tried):
    """Decide a unit, the next way; return what was tried and whether the set goes on."""
    on = False
    if tried == NEW:
        tried = IN
        on = _taken(ground, unit, position, nest, offer, fines, sack, walk, floor)
    if not on and tried == IN:
        tried = OUT
        on = _left_out(ground, unit, position, nest, offer, fines, sack, walk, floor)
    if not on:
        put_in(walk.open, walk.which[position])
    return tried, on


@inlined
def _at_rim(ground, unit, position, nest, offer, sack, walk, floor, tried):
    """End at a rim (IN) or go on beyond it (OUT), the next way; return what was tried and whether the set goes on."""
    shell, load = walk.box[position], walk.place[3]
    if tried == OUT:
        walk.gain[0] -= offer.inside[nest.region[nest.boxes[unit] + shell], load]
        return PAST, False
    if tried == NEW:
        may_end = shell == 0 or walk.taken[shell] > 0
        if may_end and walk.gain[0] + sack.stop[shell, load] >= floor:
            return IN, True
    on = _crossed(ground, unit, shell, nest, offer, sack, walk, floor)
    return OUT if on else PAST, on


@inlined
def _at_box(ground, unit, position, nest, offer, sack, walk, floor, tried):
    """Enter or leave a box; return what was tried and whether the set goes on."""
    if walk.kind[position] == LEAVE:
        _leave(unit, position, nest, offer, walk, 1 if tried == NEW else -1)
        return OUT, tried == NEW
    if tried == NEW:
        way = _entered(ground, unit, position, nest, offer, sack, walk, floor)
        if way == IN or (way == PAST and not strands(walk)):
            return way, True
        tried = way
    if tried == PAST:
        _reopened(position, walk)
    return tried, False


@borrowing
def _next(ground, unit, positions, nest, offer, fines, sack, walk, floor, steps):
    """Go on until all positions are decided; False when there is nothing more, or no step is left (then below zero)."""
    done, position, left = walk.place[0], walk.place[1], steps[0]
    while done >= 0 and position < positions and left >= 0:
        left -= 1
        kind, tried, ahead = walk.kind[position], walk.tried[done], position + 1
        if kind == UNIT:
            tried, on = _at_unit(ground, unit, position, nest, offer, fines, sack, walk, floor, tried)
        elif kind <= LEAVE:
            tried, on = _at_box(ground, unit, position, nest, offer, sack, walk, floor, tried)
            if kind == ENTER and tried == PAST:
                ahead = walk.leap[position] + 1
        else:
            tried, on = _at_rim(ground, unit, position, nest, offer, sack, walk, floor, tried)
            if tried == IN:
                ahead = positions
        walk.tried[done] = tried
        if on:
            walk.trail[done] = position
            done, position = done + 1, ahead
            walk.tried[done] = NEW
        else:
            done -= 1
            position = walk.trail[done] if done >= 0 else 0
    walk.place[0], walk.place[1], steps[0] = done, position, left
    return done >= 0 and position >= positions and left >= 0


@borrowing
def _kept(ground, unit, walk, stack, row):
    """Whether a set that is decided counts: connected, with its best centre, none of its units idle; its figures go into a row."""
    size = walk.place[2]
    walk.place[0] -= 1
    walk.place[1] = walk.trail[walk.place[0]] if walk.place[0] >= 0 else 0
    if reached(ground.starts, ground.neighbors, unit, walk.inside, stack) < size:
        return False
    load = 0.0
    for at in range(size):
        load += ground.load[walk.chosen[at]]
    centre, cost = priced(ground, walk.chosen, size, load, walk.inside)
    row[0], row[1], row[2], row[3] = size, load, cost, centre
    return centre == unit and not idles(ground, walk.chosen, size, centre, walk.inside, stack)


@compiled
def search(ground, nest, offer, fines, floors, all_or_none, most_sets, most_steps):
    """Return units and figures (size, load, cost, centre) of the sets, one after another, for which centres these are all, steps.

    ``all_or_none``: the search ends with the first centre that has too many. Otherwise no centre takes more than some shares of the
    steps and sets that are left: a list that is cut off has some of everywhere.
    """
    n, top, complete = len(nest.sizes), len(offer.workers), np.ones(len(nest.sizes), np.bool_)
    steps, left = np.zeros(1, np.int64), most_steps
    sack = sack_for(nest, top)
    walk, stack, row = (
        walk_for(ground.starts, ground.neighbors, len(fines.price), sack),
        np.empty(n, np.int32),
        np.empty(FIGURES),
    )
    members, figures, sets, filled = np.empty(1 << 14, np.int32), np.empty(1 << 12), 0, 0
    for unit in range(n):
        if nest.sizes[unit] >= top or floors[unit] == np.inf:
            continue
        pack(unit, nest, ground.cost, offer, sack)
        positions = begin(walk, unit, nest, ground.cost, offer, sack)
        walk.gain[0] -= _fined(walk, fines, unit, 1)
        walk.tried[0] = NEW
        floor = max(floors[unit], LOWEST)
        if walk.gain[0] + walk.will[0, 0] < floor:
            continue
        mine, allowed = most_sets, left
        if not all_or_none:
            mine = sets + min(most_sets - sets, GREEDY * (most_sets - sets) // (n - unit))
            allowed = min(left, GREEDY * left // (n - unit))
        steps[0] = allowed
        while _next(ground, unit, positions, nest, offer, fines, sack, walk, floor, steps):
            if not _kept(ground, unit, walk, stack, row):
                continue
            if sets >= mine:
                complete[unit] = False
                break
            size = int(row[0])
            members = appended(members, filled, walk.chosen, size)
            figures = appended(figures, FIGURES * sets, row, FIGURES)
            filled, sets = filled + size, sets + 1
        complete[unit] &= steps[0] >= 0
        left -= allowed - steps[0]
        if all_or_none and not complete[unit]:
            complete[unit:] = False
            break
    return members[:filled], figures[: FIGURES * sets], complete, most_steps - left
