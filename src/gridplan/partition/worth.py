"""Sets of units near a grid that gain at least a floor at given prices: depth first, each candidate in or out, compiled.

A table of the knapsack over the candidates that are left tells whether a partial set can still reach the floor; one that costs more
moves than the budget, or whose units can no longer be joined, is given up.
"""

from typing import NamedTuple

import numpy as np

from gridplan.compiled import borrowing, compiled
from gridplan.partition.growth import Floats, Ints, appended, idles, in_band, reached

NEW, FIRST, SECOND = 0, 1, 2  # ways of a candidate that have been tried
LOWEST = -1e300
CHARGES, HIGHEST = 20, 2.0  # for a household that moves
MORE = 1e-9  # households by which one set gains more than another
LOAD, GAIN, SPENT, COUNT = 0, 1, 2, 3


class Choice(NamedTuple):
    """Units that a set may hold, the weightiest decision first: what each gains, and moves if in (above 0) or out (below)."""

    units: Ints
    gain: Floats
    price: Floats
    begun: float  # moves whatever is decided


@borrowing
def _members(inside, chosen):
    """Write the units that are marked; return how many."""
    size = 0
    for unit in range(len(inside)):
        if inside[unit]:
            chosen[size] = unit
            size += 1
    return size


@compiled
def _ahead(near, sizes, low, high, charge):
    """Return the most that the candidates from each on can gain for each load before them, shape (candidates + 1, high + 1).

    Each household that moves costs a charge: with the charge for what is left of the budget added, that is never less than
    what they can gain within it.
    """
    count = len(near.units)
    table = np.full((count + 1, high + 1), LOWEST)
    table[count, low:] = 0.0
    for at in range(count - 1, -1, -1):
        size, price = sizes[near.units[at]], near.price[at]
        into, out = near.gain[at] - charge * max(0.0, price), -charge * max(0.0, -price)
        for load in range(high + 1):
            best = table[at + 1, load] + out
            if load + size <= high:
                best = max(best, table[at + 1, load + size] + into)
            table[at, load] = best
    return table


@compiled
def _charge(near, sizes, edges, budget):
    """Return the charge for a household that moves with which the gain that is possible is smallest, of a row of them."""
    best, found = np.inf, 0.0
    for step in range(CHARGES):
        charge = step * HIGHEST / CHARGES
        value = _ahead(near, sizes, edges[0], edges[1], charge)[0, 0] + charge * (budget - near.begun)
        if value < best:
            best, found = value, charge
    return found


@borrowing
def _joined(starts, neighbors, inside, undecided, seen, stack, first):
    """Return how many units inside can still be joined with one of them, through such as are inside or not decided."""
    seen[:] = False
    stack[0], seen[first], top, found = first, True, 1, 0
    while top > 0:
        top -= 1
        unit = stack[top]
        if inside[unit]:
            found += 1
        for entry in range(starts[unit], starts[unit + 1]):
            other = neighbors[entry]
            if not seen[other] and (inside[other] or undecided[other]):
                seen[other] = True
                stack[top] = other
                top += 1
    return found


@borrowing
def _next(near, sizes, starts, neighbors, walk, ahead, charged, charge, place, budget, floor, most):
    """Decide on until all candidates are decided, or nothing is left, or the steps are done."""
    units, gain, price = near.units, near.gain, near.price
    inside, undecided, seen, stack, tried, sums = walk
    at, steps, top = place[0], place[1], ahead.shape[1]
    while 0 <= at < len(units) and steps <= most:
        unit = units[at]
        if tried[at] != NEW:
            if inside[unit]:
                sums[LOAD], sums[GAIN] = sums[LOAD] - sizes[unit], sums[GAIN] - gain[at]
                sums[COUNT] -= 1
            sums[SPENT] -= max(0.0, price[at] if inside[unit] else -price[at])
            inside[unit] = False
        if tried[at] == SECOND:
            undecided[unit], tried[at] = True, NEW
            at -= 1
            continue
        taken = (gain[at] > 0) == (tried[at] == NEW)
        inside[unit], undecided[unit] = taken, False
        tried[at] += 1
        steps += 1
        if taken:
            sums[LOAD], sums[GAIN] = sums[LOAD] + sizes[unit], sums[GAIN] + gain[at]
            sums[COUNT] += 1
        sums[SPENT] += max(0.0, price[at] if taken else -price[at])
        load = int(sums[LOAD])
        if sums[SPENT] > budget or load >= top or sums[GAIN] + ahead[at + 1, load] < floor:
            continue
        if sums[GAIN] + charged[at + 1, load] + charge * (budget - sums[SPENT]) < floor:
            continue
        beside = -1
        for entry in range(starts[unit], starts[unit + 1]):
            other = neighbors[entry]
            if inside[other] or (taken and undecided[other]):
                beside = other
                break
        goes_on = beside >= 0 or sums[COUNT] == 1 if taken else beside < 0
        if not taken and beside >= 0:
            joined = _joined(starts, neighbors, inside, undecided, seen, stack, beside)
            goes_on = joined == sums[COUNT]
        at += goes_on
    place[0], place[1] = at, steps


@compiled
def _counts(ground, inside, stack, chosen, intervals):
    """Return the size of the set that is decided, with its units written; 0 if it is no grid."""
    size = _members(inside, chosen)
    load = ground.load[chosen[:size]].sum()
    if size == 0 or not in_band(load, intervals):
        return 0
    if reached(ground.starts, ground.neighbors, chosen[0], inside, stack) < size:
        return 0
    return 0 if idles(ground, chosen, size, -1, inside, stack) else size


@compiled
def sets_worth(ground, near, sizes, edges, intervals, budget, floor, raising, most_sets, most_steps):
    """Return sets near a grid that gain a floor and move no more than a budget.

    Parameters
    ----------
    ground, near
        The units, and those that a set may hold.
    sizes, edges
        Whole loads of units, and the least and the greatest of a set: a set out of these is out of band, others may be.
    intervals
        The band.
    raising
        Whether only sets are wanted that gain more than those before.
    most_sets, most_steps
        Where the search ends.

    Returns
    -------
    members, sizes
        The sets, one after another.
    best
        The most that one gains.
    whole
        Whether these are all.
    steps
        Work done.
    """
    n, count, best = len(sizes), len(near.units), LOWEST
    charge = _charge(near, sizes, edges, budget)
    ahead = _ahead(near, sizes, edges[0], edges[1], 0.0)
    charged = _ahead(near, sizes, edges[0], edges[1], charge)
    undecided, tried = np.zeros(n, np.bool_), np.zeros(count + 1, np.int8)
    undecided[near.units] = True
    sums, stack, inside = np.array([0.0, 0.0, near.begun, 0.0]), np.empty(n, np.int32), np.zeros(n, np.bool_)
    walk = (inside, undecided, np.zeros(n, np.bool_), stack, tried, sums)
    chosen, one, sets, filled = np.empty(n, np.int32), np.empty(1, np.int32), 0, 0
    members, found = np.empty(1 << 12, np.int32), np.empty(1 << 8, np.int32)
    place = np.zeros(2, np.int64)
    while sets < most_sets:
        _next(
            near,
            sizes,
            ground.starts,
            ground.neighbors,
            walk,
            ahead,
            charged,
            charge,
            place,
            budget,
            floor,
            most_steps,
        )
        if place[0] < count:
            break
        one[0] = _counts(ground, inside, stack, chosen, intervals)
        if one[0] > 0:
            members, found = appended(members, filled, chosen, one[0]), appended(found, sets, one, 1)
            filled, sets, best = filled + one[0], sets + 1, max(best, sums[GAIN])
            floor = best + MORE if raising else floor
        place[0] -= 1
    return members[:filled], found[:sets], best, place[0] < 0, place[1]
