"""Multisets of loads that add up to a total, the cheapest of them, and coefficients that leave none below one; compiled."""

import numpy as np

from gridplan.compiled import compiled

EXACT = 1e-7
HAIR, FINE = (
    1e-9,
    1e5,
)  # coefficients are rounded up to whole parts of one in so many: a row stays valid, the numbers clean
PIVOTS = 120


@compiled
def cheapest(loads, worth, total):
    """Least worth of a multiset of loads by its sum, and the place of the last load of it."""
    least, last = np.full(total + 1, np.inf), np.zeros(total + 1, np.int64)
    least[0] = 0.0
    for reached in range(1, total + 1):
        for at in range(len(loads)):
            if loads[at] <= reached:
                value = least[reached - loads[at]] + worth[at]
                if value < least[reached]:
                    least[reached], last[reached] = value, at
    return least, last


@compiled
def least_row(loads, shares, total, enough):
    """Return the least value of a row with coefficients of loads that count each multiset one at least, and the coefficients.

    The value is the worth of all loads by their shares; the other side of that linear program packs multisets into the shares, and
    is solved by the simplex, with the cheapest multiset as the next column. The search ends when the value is ``enough`` at
    least.
    """
    size = len(loads)
    inverse, room, is_packed = np.eye(size), shares.copy(), np.zeros(size)
    worth, value, times = np.zeros(size), 0.0, np.empty(size)
    for _ in range(PIVOTS):
        least, last = cheapest(loads, worth, total)
        if least[total] >= 1.0 - EXACT or value >= enough:
            return value, np.ceil(
                (worth / min(1.0, least[total]) - HAIR) * FINE
            ) / FINE if value < enough else worth
        times[:] = 0.0
        left = total
        while left > 0:
            times[last[left]] += 1.0
            left -= loads[last[left]]
        step, pivot, most = inverse @ times, -1, np.inf
        for row in range(size):
            if step[row] > EXACT and room[row] / step[row] < most:
                pivot, most = row, room[row] / step[row]
        inverse[pivot] /= step[pivot]
        room[pivot], is_packed[pivot] = most, 1.0
        for row in range(size):
            if row != pivot and step[row] != 0.0:
                inverse[row] -= step[row] * inverse[pivot]
                room[row] = max(0.0, room[row] - step[row] * most)
        worth = np.maximum(is_packed @ inverse, 0.0)
        value = is_packed @ room
    return np.inf, worth


@compiled
def lifted(loads, worth, possible, total):
    """Coefficients (2, loads) of all loads: those known, and for each other possible one the least that keeps the row valid.

    ``loads`` are those of sets that cross, then, as much higher as there are loads, those of sets inside. A set that crosses counts
    no more than two that share its load between them, and a set inside no more than one that crosses: they may take its place in
    any multiset. The knapsack relies on both.
    """
    top = possible.shape[1]
    every, known = np.zeros(possible.shape), np.zeros(possible.shape, np.bool_)
    for at in range(len(loads)):
        every[loads[at] // top, loads[at] % top], known[loads[at] // top, loads[at] % top] = worth[at], True
    least, _ = cheapest(loads % top, worth, total)
    for load in range(min(top - 1, total), 0, -1):
        for kind in range(2):
            if known[kind, load] or not possible[kind, load]:
                continue
            need = 0.0
            for times in range(1, total // load + 1):
                need = max(need, (1.0 - least[total - times * load]) / times)
            need = np.ceil((need - HAIR) * FINE) / FINE
            every[kind, load] = need
            for reached in range(load, total + 1):
                least[reached] = min(least[reached], least[reached - load] + need)
    for load in range(2, min(top - 1, total) + 1):
        for part in range(1, load // 2 + 1):
            every[0, load] = min(every[0, load], every[0, part] + every[0, load - part])
    every[1] = np.minimum(every[1], every[0])
    return every
