"""Sets of units near a grid: all that differ from it by units of little price, compiled.

From the grid on, candidates are taken in or out in the order of their numbers, so each set is made once; what a choice of them
costs only grows, so a branch ends where it costs too much.
"""

import numpy as np

from gridplan.compiled import compiled
from gridplan.partition.growth import appended, idles, reached

SLACK = 1e-9


@compiled
def _fits(load, intervals):
    """Whether a load is in band."""
    for row in range(len(intervals)):
        if intervals[row, 0] - SLACK <= load <= intervals[row, 1] + SLACK:
            return True
    return False


@compiled
def _members(inside, chosen):
    """Write the units that are marked; return how many."""
    size = 0
    for unit in range(len(inside)):
        if inside[unit]:
            chosen[size] = unit
            size += 1
    return size


@compiled
def near_sets(ground, grid, candidates, price, budget, intervals, most_steps):
    """Return the connected sets in band that differ from a grid (n,) by candidates whose prices sum to the budget at most.

    They come as members one after another and sizes; and whether these are all. Units that nobody lives in are left out unless they
    are needed.
    """
    n, count = len(ground.load), len(candidates)
    inside, chosen, stack = grid.copy(), np.empty(n, np.int32), np.empty(n, np.int32)
    members, sizes, filled, sets = np.empty(1 << 12, np.int32), np.empty(1 << 8, np.int32), 0, 0
    one = np.empty(1, np.int32)
    taken, depth, at, spent, load = np.empty(count + 1, np.int64), 0, 0, 0.0, ground.load[grid].sum()
    steps, fresh = 0, True
    free = 0.0  # load that costs nothing to take in or to give away
    for candidate in range(count):
        free += max(0.0, ground.load[candidates[candidate]] - price[candidate])
    while True:
        if fresh and _fits(load, intervals):
            size = _members(inside, chosen)
            whole = size > 0 and reached(ground.starts, ground.neighbors, chosen[0], inside, stack) == size
            if whole and not idles(ground, chosen, size, -1, inside, stack):
                members = appended(members, filled, chosen, size)
                one[0] = size
                sizes = appended(sizes, sets, one, 1)
                filled, sets = filled + size, sets + 1
        fresh = False
        left = budget - spent + SLACK
        if at < count and load - left - free <= intervals[-1, 1] and load + left + free >= intervals[0, 0]:
            unit = candidates[at]
            if price[at] <= left:
                steps += 1
                if steps > most_steps:
                    return members[:filled], sizes[:sets], False
                inside[unit] = not inside[unit]
                load += ground.load[unit] if inside[unit] else -ground.load[unit]
                spent += price[at]
                taken[depth] = at
                depth, fresh = depth + 1, True
            at += 1
            continue
        if depth == 0:
            return members[:filled], sizes[:sets], True
        depth -= 1
        at = taken[depth]
        unit = candidates[at]
        inside[unit] = not inside[unit]
        load += ground.load[unit] if inside[unit] else -ground.load[unit]
        spent -= price[at]
        at += 1
