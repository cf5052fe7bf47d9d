"""The knapsack of each centre: the best units to join it for their prices less their walk, their load in band; compiled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import compiled
from gridplan.partition.growth import Floats, Ints, appended


class Items(NamedTuple):
    """What a centre j may hold: ``units[begins[j]:begins[j + 1]]``, nearest first; ``sizes`` are whole loads of all units."""

    begins: NDArray[np.int64]
    units: Ints
    sizes: Ints


class Centre(NamedTuple):
    """The knapsack of one centre: its items (nearest first), what each is worth, and the table over them.

    ``table[k, l]`` is the best that items k.. can still add to a set of load l, its bonus included.
    """

    unit: int
    items: Ints
    values: Floats
    table: Floats


@compiled
def knapsack(unit, items, cost, prices, bonus, table):
    """Return the knapsack of a centre; ``table`` is filled."""
    mine = items.units[items.begins[unit] : items.begins[unit + 1]]
    values = np.empty(len(mine))
    count, top = len(mine), len(bonus)
    table[count, :top] = bonus
    for k in range(count - 1, -1, -1):
        values[k] = prices[mine[k]] - cost[mine[k], unit]
        size = min(items.sizes[mine[k]], top)
        below, row = table[k + 1], table[k]
        for load in range(top - size):
            row[load] = max(below[load], below[load + size] + values[k])
        for load in range(top - size, top):
            row[load] = below[load]
    return Centre(unit, mine, values, table)


@compiled
def table_for(items, bonus):
    """Return room for the table of any centre."""
    widest = 0
    for centre in range(len(items.begins) - 1):
        widest = max(widest, items.begins[centre + 1] - items.begins[centre])
    return np.empty((widest + 1, len(bonus)))


@compiled
def best_sets(items, cost, prices, bonus):
    """Return the value of the best set of each centre, and the units and ends of these sets; connected or not."""
    n, sizes, table = len(items.sizes), items.sizes, table_for(items, bonus)
    chosen = np.empty(len(table), np.int32)
    best = np.full(n, -np.inf)
    members, ends, filled = np.empty(1 << 12, np.int32), np.zeros(n + 1, np.int64), 0
    for unit in range(n):
        if sizes[unit] < len(bonus):
            mine = knapsack(unit, items, cost, prices, bonus, table).items
            load, count = sizes[unit], 1
            best[unit] = table[0, load] + prices[unit] - cost[unit, unit]
            if best[unit] > -np.inf:
                chosen[0] = unit
                for k in range(len(mine)):
                    if table[k, load] != table[k + 1, load]:
                        load += sizes[mine[k]]
                        chosen[count] = mine[k]
                        count += 1
                members = appended(members, filled, chosen, count)
                filled += count
        ends[unit + 1] = filled
    return best, members[:filled], ends
