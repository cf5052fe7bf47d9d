"""Annealing over moves that keep grids in one piece (numba): a unit goes to a neighbouring grid, or two units change places.

Sums of cost by grid and possible centre are kept up to date, so a move of a unit away from the centre costs O(1) to weigh and
O(n) to make. Load outside the band has a price that rises while the plan is out of band and falls while it is in band
(strategic oscillation, Glover and Hao 2011; annealing of districts: D'Amico et al. 2002).
"""

import numpy as np

from gridplan.compiled import borrowing, compiled, inlined
from gridplan.partition.graph.chance import chance, drawn
from gridplan.partition.rows import put

PAIRED = 0.3  # share of the moves in which another unit comes back
EACH = 256  # moves between two changes of heat and price
RISE = 1.06  # of the price by them


@inlined
def _away(load, lower, upper):
    """How much load is outside the band."""
    return max(0.0, lower - load, load - upper)


@borrowing
def _partner(unit, grid, starts, neighbors, label, connected, luck):
    """Return a unit of a grid that comes back, -1 for none: where grids are connected one nearby."""
    other = unit
    if connected:
        other = neighbors[drawn(luck, starts[unit], starts[unit + 1])]
        for _ in range(2):
            if starts[other] < starts[other + 1] and (label[other] != grid or chance(luck) < 0.5):
                other = neighbors[drawn(luck, starts[other], starts[other + 1])]
    else:
        other = drawn(luck, 0, len(label))
    return other if other != unit and label[other] == grid else -1


@inlined
def _cut_change(starts, neighbors, length, label, unit, grid, new):
    """Return how much is cut more if a unit goes from one grid to another."""
    change = 0.0
    for e in range(starts[unit], starts[unit + 1]):
        g = label[neighbors[e]]
        if g == grid:
            change += length[e]
        elif g == new:
            change -= length[e]
    return change


@inlined
def _cut_changes(starts, neighbors, length, label, unit, back, a, b):
    """Return how much is cut more if a unit goes from grid a to b, and another back."""
    change = _cut_change(starts, neighbors, length, label, unit, a, b)
    if back >= 0:
        label[unit] = b
        change += _cut_change(starts, neighbors, length, label, back, b, a)
        label[unit] = a
    return change


@borrowing
def _least_without(label, sums, cost, unit):
    """Return the least sum of the others of a unit's grid, each less by what the unit costs there."""
    least = np.inf
    for j in range(len(label)):
        if label[j] == label[unit] and j != unit:
            least = min(least, sums[j] - cost[j])
    return least


@borrowing
def _cost_change(cost, sums, centre, label, unit, back, a, b):
    """Return how much dearer it gets if a centre goes from grid a to b, or a unit goes and another comes back; inf: not weighed."""
    ca, cb, change = centre[a], centre[b], np.inf
    if back < 0:
        change = _least_without(label, sums[a], cost[unit], unit) - sums[a, unit] + cost[unit, cb]
    elif unit != ca and back != cb:
        change = cost[unit, cb] - cost[unit, ca] + cost[back, ca] - cost[back, cb]
    return change


@inlined
def _beside(starts, neighbors, label, unit, grid, without):
    """Whether a unit has a neighbour in a grid, but for one."""
    found = False
    for e in range(starts[unit], starts[unit + 1]):
        if neighbors[e] != without and label[neighbors[e]] == grid:
            found = True
            break
    return found


@borrowing
def _stays(starts, neighbors, label, unit, met, wanted, stamp, mark, stack):
    """Walk from a unit beside the one that goes until all of these are met, which are found first where it stays near: first in, first out."""
    grid, head, tail = label[unit], 0, 1
    stamp[unit] = mark
    stamp[stack[0]] = mark
    while head < tail and met < wanted:
        u = stack[head]
        head += 1
        for e in range(starts[u], starts[u + 1]):
            v = neighbors[e]
            if label[v] == grid and stamp[v] != mark:
                if stamp[v] == -mark:
                    met += 1
                stamp[v] = mark
                stack[tail] = v
                tail += 1
    return met == wanted


@borrowing
def removable(starts, neighbors, label, unit, stamp, mark, stack):
    """Tell whether a grid stays in one piece, and is still there, without a unit; ``mark``: never used before in ``stamp``."""
    grid, wanted = label[unit], 0
    for e in range(starts[unit], starts[unit + 1]):
        v = neighbors[e]
        if label[v] == grid:
            wanted += 1
            stack[0] = v
            stamp[v] = -mark
    if wanted <= 1:
        return wanted == 1
    return _stays(starts, neighbors, label, unit, 1, wanted, stamp, mark, stack)


@borrowing
def _whole(starts, neighbors, label, unit, back, a, b, stamp, mark, stack):
    """Tell whether both grids stay in one piece if a unit goes from grid a to b, and another back; takes marks ``mark`` and the next."""
    if not removable(starts, neighbors, label, unit, stamp, mark, stack):
        return False
    if back < 0:
        return True
    label[unit] = b
    good = removable(starts, neighbors, label, back, stamp, mark + 1, stack)
    good = good and _beside(starts, neighbors, label, back, a, unit)
    label[unit] = a
    return good


@borrowing
def _best_centre(label, sums, grid):
    """Return the member of a grid with the least sum."""
    best, at = np.inf, -1
    for j in range(len(label)):
        if label[j] == grid and sums[j] < best:
            best, at = sums[j], j
    return at


@borrowing
def _resummed(cost, sums, centre, label, unit, back, a, b):
    """Bring sums and centres up to date after a move; return how much dearer it got."""
    before = sums[a, centre[a]] + sums[b, centre[b]]
    for j in range(len(label)):
        sums[a, j] -= cost[unit, j]
        sums[b, j] += cost[unit, j]
    if back >= 0:
        for j in range(len(label)):
            sums[a, j] += cost[back, j]
            sums[b, j] -= cost[back, j]
    centre[a] = _best_centre(label, sums[a], a)
    centre[b] = _best_centre(label, sums[b], b)
    return sums[a, centre[a]] + sums[b, centre[b]] - before


@compiled
def _loads(load, label, k):
    """Return the load and the number of units of each grid."""
    total, members = np.zeros(k), np.zeros(k, np.int64)
    for i in range(len(load)):
        total[label[i]] += load[i]
        members[label[i]] += 1
    return total, members


@compiled
def _sums(cost, label, k, cut):
    """Return what the units of each grid cost with each unit as its centre, and the centres; of no use for cuts."""
    sums, centre = np.zeros((k, 1 if cut else len(label))), np.zeros(k, np.int64)
    if not cut:
        for i in range(len(label)):
            sums[label[i]] += cost[i]
        for g in range(k):
            centre[g] = _best_centre(label, sums[g], g)
    return sums, centre


@borrowing
def _worth(starts, neighbors, length, label, sums, centre, cut):
    """Return what a labelling costs."""
    value = 0.0
    if cut:
        for i in range(len(label)):
            for e in range(starts[i], starts[i + 1]):
                if label[neighbors[e]] != label[i]:
                    value += length[e] / 2
    else:
        for g in range(len(centre)):
            value += sums[g, centre[g]]
    return value


@borrowing
def _outside(total, lower, upper):
    """Return the load outside the band."""
    outside = 0.0
    for g in range(len(total)):
        outside += _away(total[g], lower, upper)
    return outside


@inlined
def _moved(load, label, total, members, unit, back, a, b):
    """Move a unit from grid a to b, and another back."""
    label[unit] = b
    total[a] -= load[unit]
    total[b] += load[unit]
    if back >= 0:
        label[back] = a
        total[a] += load[back]
        total[b] -= load[back]
    else:
        members[a] -= 1
        members[b] += 1


@borrowing
def _block(
    load, cost, starts, neighbors, length, label, total, members, sums, centre, stamp, stack, best_label, least_label,
    lower, upper, slack, cut, connected, steps, heat, price, worth, luck,
):  # fmt: skip
    """Weigh some moves at one heat and price; return ``worth`` after them: value, load outside, the best, the least outside, its value, mark."""
    n, (value, outside, best, least, least_value, mark) = len(load), worth
    for _ in range(steps):
        u = drawn(luck, 0, n)
        first, last = (starts[u], starts[u + 1]) if connected else (0, n)
        if first == last:
            continue
        v = drawn(luck, first, last)
        a, b, w = label[u], label[neighbors[v] if connected else v], -1
        if a == b or members[a] == 1:
            continue
        if chance(luck) < PAIRED:
            w = _partner(u, b, starts, neighbors, label, connected, luck)
        if cut:
            change = _cut_changes(starts, neighbors, length, label, u, w, a, b)
        elif w < 0 and u != centre[a]:
            change = cost[u, centre[b]] - cost[u, centre[a]]
        else:
            change = _cost_change(cost, sums, centre, label, u, w, a, b)
        shift = load[u] - (load[w] if w >= 0 else 0.0)
        out = _away(total[a] - shift, lower, upper) + _away(total[b] + shift, lower, upper)
        out -= _away(total[a], lower, upper) + _away(total[b], lower, upper)
        worse, mark = change + price * out, mark + 2
        if worse > 0 and (heat <= 0 or chance(luck) >= np.exp(-worse / heat)):
            continue
        if connected and not _whole(starts, neighbors, label, u, w, a, b, stamp, mark, stack):
            continue
        _moved(load, label, total, members, u, w, a, b)
        outside = max(0.0, outside + out)
        value += change if cut else _resummed(cost, sums, centre, label, u, w, a, b)
        if outside <= slack and (best == np.inf or value < best - 1e-12 * abs(best)):
            best = value
            put(best_label, label, n)
        elif best == np.inf and (outside < least or (outside == least and value < least_value)):
            least, least_value = outside, value
            put(least_label, label, n)
    return value, outside, best, least, least_value, mark


@compiled
def annealed(
    load, cost, starts, neighbors, length, start, k, lower, upper, slack, cut, connected, steps, hot, cold, price, seed
):  # fmt: skip
    """Return the best labels in band and their cost (inf for none), those with least load outside, the last labels and price.

    ``hot`` and ``cold`` are the first and the last temperature in units of cost, ``price`` that of a unit of load outside at first.
    """
    n, label, best_label, least_label = len(load), start.copy(), start.copy(), start.copy()
    total, members = _loads(load, label, k)
    sums, centre = _sums(cost, label, k, cut)
    luck = np.array([seed], np.uint64)
    stamp, stack, outside = np.zeros(n, np.int64), np.empty(n, np.int32), _outside(total, lower, upper)
    value = _worth(starts, neighbors, length, label, sums, centre, cut)
    worth = (value, outside, value if outside <= slack else np.inf, outside, value, 1)
    fall, lowest, highest = (cold / hot) ** (1.0 / max(1, steps // EACH)), price / 64, price * 1e4
    for begun in range(0, steps, EACH):
        worth = _block(
            load, cost, starts, neighbors, length, label, total, members, sums, centre, stamp, stack,
            best_label, least_label, lower, upper, slack, cut, connected, min(EACH, steps - begun), hot, price, worth, luck,
        )  # fmt: skip
        hot *= fall
        price = min(price * RISE, highest) if worth[1] > slack else max(price / RISE, lowest)
    return best_label, worth[2], least_label, label, price
