"""The inner problems of the Lagrangean bound (numba): for each centre the cheapest load in band, in parts of units.

With a price on each unit, centre j takes unit i at ``cost[i, j] - price[i]``. The best take of a load in band, the centre itself
whole and the others in parts, is found by ratio (Dantzig 1957).
"""

import numpy as np

from gridplan.compiled import compiled, inlined


@inlined
def _ordered(reduced, load, share, top, items, ratio):
    """Return the units that weigh something, are not taken and cost less than ``top``, the best by ratio first."""
    count = 0
    for i in range(len(load)):
        if share[i] == 0.0 and load[i] > 0.0 and reduced[i] < top:
            items[count] = i
            ratio[count] = reduced[i] / load[i]
            count += 1
    return items[:count][np.argsort(ratio[:count])]


@inlined
def _poured(reduced, load, order, total, end, share):
    """Take units in order until a load is reached, the last in part; return value, load and what the last cost a load."""
    value, margin = 0.0, 0.0
    for i in order:
        share[i] = min(1.0, (end - total) / load[i])
        value += share[i] * reduced[i]
        if total + load[i] >= end:
            total, margin = end, reduced[i] / load[i]
            break
        total += load[i]
    return value, total, margin


@compiled
def knapsack(reduced, load, centre, lower, upper, items, ratio, share):
    """Fill ``share`` with the best take of one centre; return its value (inf: none) and the worth of load at the margin."""
    share[:] = 0.0
    value, total = reduced[centre], load[centre]
    for i in range(len(load)):
        if load[i] <= 0.0 and reduced[i] < 0.0 and i != centre:
            share[i] = 1.0
            value += reduced[i]
    share[centre] = 1.0
    if total > upper:
        return np.inf, 0.0
    order = _ordered(reduced, load, share, 0.0, items, ratio)
    more, total, margin = _poured(reduced, load, order, total, upper, share)
    value += more
    if total < lower:
        # not enough that pays: what costs least a load is taken until the band is reached
        order = _ordered(reduced, load, share, np.inf, items, ratio)
        more, total, margin = _poured(reduced, load, order, total, lower, share)
        value += more
    return (value if total >= lower else np.inf), margin


@compiled
def inner(cost, load, price, k, lower, upper, closed, values, margins, taken):
    """Fill the value and the margin of each centre and how often each unit is taken by the best k; return their value and the dearest of them."""
    n = len(load)
    items = np.empty(n, np.int32)
    ratio = np.empty(n)
    share = np.empty(n)
    reduced = np.empty(n)
    for j in range(n):
        if closed[j]:
            values[j] = np.inf
            continue
        for i in range(n):
            reduced[i] = cost[j, i] - price[i]
        values[j], margins[j] = knapsack(reduced, load, j, lower, upper, items, ratio, share)
    order = np.argsort(values)
    taken[:] = 0.0
    total = 0.0
    for p in range(k):
        j = order[p]
        if values[j] == np.inf:
            return np.inf, np.inf, np.inf
        total += values[j]
        for i in range(n):
            reduced[i] = cost[j, i] - price[i]
        knapsack(reduced, load, j, lower, upper, items, ratio, share)
        for i in range(n):
            taken[i] += share[i]
    return total, values[order[k - 1]], values[order[k]] if k < n else np.inf


@compiled
def ascended(cost, load, k, lower, upper, start, top, rounds, step, patience, closed):
    """Return the best bound, its prices, and those of the last rounds; steps after Held, Wolfe and Crowder (1974), direction smoothed.

    ``cost`` is by centre (transposed); ``top`` is what a known plan costs.
    """
    n = len(load)
    price = start.copy()
    best_price = start.copy()
    best = -np.inf
    values, margins, taken = np.empty(n), np.zeros(n), np.empty(n)
    way = np.zeros(n)
    poor = 0
    for _ in range(rounds):
        total, _, _ = inner(cost, load, price, k, lower, upper, closed, values, margins, taken)
        if total == np.inf:
            return np.inf, best_price
        bound = total + price.sum()
        if best == -np.inf or bound > best + 1e-7 * abs(best):
            best = bound
            best_price[:] = price
            poor = 0
        else:
            poor += 1
            if poor >= patience:
                poor = 0
                step *= 0.6
                price[:] = best_price
                way[:] = 0.0
                if step < 1e-4:
                    break
                continue
        if top - best <= 1e-9 * abs(top):
            break
        way = 0.7 * (1.0 - taken) + 0.3 * way
        norm = (way * way).sum()
        if norm < 1e-18:
            break
        price += step * max(top - bound, 1e-4 * abs(top)) / norm * way
    return best, best_price


@compiled
def spared(cost, load, price, k, lower, upper, top, closed, allowed):
    """Close pairs and centres that no plan cheaper than ``top`` can use, by reduced cost; return the bound.

    ``allowed[j, i]``: unit i may go with centre j. With x the load worth m at the margin, taking a unit that centre j does not take
    costs at least ``reduced - m * load`` more (linear duality); a centre not among the best k at least the difference to the k-th.
    """
    n = len(load)
    values, margins, taken = np.empty(n), np.zeros(n), np.empty(n)
    total, last, _ = inner(cost, load, price, k, lower, upper, closed, values, margins, taken)
    bound = total + price.sum()
    for j in range(n):
        more = max(0.0, values[j] - last)
        if closed[j] or bound + more > top:
            closed[j] = True
            for i in range(n):
                allowed[j, i] = False
            continue
        for i in range(n):
            if i != j and bound + more + max(0.0, cost[j, i] - price[i] - margins[j] * load[i]) > top:
                allowed[j, i] = False
    return bound
