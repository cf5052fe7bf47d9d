"""Knapsacks of whole units, loads in buckets (numba): the least that units can add to reach the band, and with one of them forced.

Loads are rounded down to buckets and the least bucket lowered by what that can cost, so a value is never above the true least.
"""

import numpy as np

from gridplan.compiled import borrowing, compiled
from gridplan.partition.rows import put, sink


@borrowing
def fill(table, items, reduced, size, low, high):
    """Fill ``table[p, b]``: the least that items p.. add to bucket b so that it ends in low..high."""
    count = len(items)
    for b in range(high + 1):
        table[count, b] = 0.0 if b >= low else np.inf
    for p in range(count - 1, -1, -1):
        s, value = size[items[p]], reduced[items[p]]
        put(table[p], table[p + 1], high + 1)
        sink(table[p], table[p + 1, s:], value, high + 1 - s)


@compiled
def least(fraction, load, items, lower, upper, bucket):
    """Return the least bucket that a load in band may lie in: loads are rounded down, by no more than the largest fractions that fit."""
    most = 0
    total = 0.0
    for value in np.sort(load[items]):
        total += value
        if total > upper:
            break
        most += 1
    lost = np.sort(fraction[items])[::-1][: most + 1].sum()
    return max(0, int(np.ceil((lower - lost) / bucket - 1e-9)) - 1)


@borrowing
def taken_by(table, items, size, bucket, share):
    """Mark in ``share`` what the table takes from a first bucket on."""
    for p in range(len(items)):
        if table[p, bucket] != table[p + 1, bucket]:
            share[items[p]] = 1.0
            bucket += size[items[p]]


@compiled
def whole_inner(cost, load, price, allowed, closed, size, fraction, bucket, lower, upper, values, sets):
    """Fill value and take of each centre, units whole and loads in buckets: no more than the true least."""
    n = len(load)
    high = int(np.floor(upper / bucket + 1e-9))
    table = np.empty((n + 1, high + 1))
    items = np.empty(n, np.int32)
    sets[:] = 0.0
    for j in range(n):
        values[j] = np.inf
        if closed[j] or size[j] > high:
            continue
        count = 0
        for i in range(n):
            if i != j and allowed[j, i]:
                items[count] = i
                count += 1
        mine = items[:count]
        reduced = cost[j] - price
        low = least(fraction, load, np.append(mine, np.int32(j)), lower, upper, bucket)
        fill(table, mine, reduced, size, low, high)
        values[j] = reduced[j] + table[0, size[j]]
        if values[j] < np.inf:
            sets[j, j] = 1.0
            taken_by(table, mine, size, size[j], sets[j])


@compiled
def forced(cost, load, price, allowed, closed, size, fraction, bucket, lower, upper, out):
    """Fill ``out[j, i]``: the least value of a take of centre j that has unit i in it (inf: none)."""
    n = len(load)
    high = int(np.floor(upper / bucket + 1e-9))
    table = np.empty((n + 1, high + 1))
    items = np.empty(n, np.int32)
    out[:] = np.inf
    for j in range(n):
        if closed[j] or size[j] > high:
            continue
        count = 0
        for i in range(n):
            if i != j and allowed[j, i]:
                items[count] = i
                count += 1
        mine = items[:count]
        reduced = cost[j] - price
        low = least(fraction, load, np.append(mine, np.int32(j)), lower, upper, bucket)
        fill(table, mine, reduced, size, low, high)
        out[j, j] = reduced[j] + table[0, size[j]]
        before = np.full(high + 1, np.inf)
        before[size[j]] = reduced[j]
        for p in range(count):
            s, value = size[mine[p]], reduced[mine[p]]
            best = np.inf
            for b in range(max(0, high + 1 - s)):
                best = min(best, before[b] + value + table[p + 1, b + s])
            out[j, mine[p]] = best
            for b in range(high, s - 1, -1):
                before[b] = min(before[b], before[b - s] + value)
