"""The knapsack of each centre: the best units to join it for their prices less their walk, their load in band; compiled.

The units that a centre may hold stand cluster after cluster, its own first, then those of its own village (a wider cluster of
clusters), then the others: what a set earns by rows of load patterns depends on its load in each cluster and village, so a table
for each cluster is joined to those of the clusters behind it; what crossing the rim of the own village earns is added on the way.
What a set earns in a village not its own is taken cluster by cluster, which is no less than what it earns there (``patterns``).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import compiled
from gridplan.partition.growth import Floats, Ints, appended


class Items(NamedTuple):
    """What a centre j may hold: groups ``groups[j]:groups[j + 1]``, its own cluster first; ``sizes`` are whole loads of units.

    Group q holds ``units[ends[q - 1]:ends[q]]``, nearest first, all of the cluster ``clusters[q]`` and with load; units without
    load stand in the first group of their centre. ``home`` is the cluster of each unit, ``village`` the region of each cluster's
    village, ``near`` the number of groups of each centre that are of its village.
    """

    groups: NDArray[np.int64]
    ends: NDArray[np.int64]
    clusters: Ints
    units: Ints
    sizes: Ints
    home: Ints
    village: Ints
    near: NDArray[np.int64]


class Offer(NamedTuple):
    """What units (n,) and workers (by whole load, minus infinity out of band) are worth, and loads in regions.

    ``inside``: of sets that cross a region's rim, by their load in it; ``alone``: of sets that do not; shape (regions, loads).
    """

    units: Floats
    workers: Floats
    inside: Floats
    alone: Floats


class Sack(NamedTuple):
    """The tables of one centre, groups numbered from its own, 0.

    ``own[first[q] + k, l]`` is the best that items k.. of group q add with a load of just l; ``rest[q, l]`` the best that groups
    q.. add to a set of load l, to the end, ``some[q, l]`` if group q gives some load, ``more[q, l]`` if any from q on gives some.
    Where the own village ends, ``rest`` and ``more`` hold what crossing or not crossing its rim earns as well.
    """

    first: NDArray[np.int64]
    own: Floats
    rest: Floats
    some: Floats
    more: Floats


@compiled
def sack_for(items, top):
    """Return room for the tables of any centre."""
    widest, most = 0, 1
    for unit in range(len(items.groups) - 1):
        begin, end = items.groups[unit], items.groups[unit + 1]
        first = items.ends[begin - 1] if begin > 0 else 0
        widest, most = max(widest, items.ends[end - 1] - first), max(most, end - begin)
    return Sack(
        np.zeros(most + 1, np.int64),
        np.empty((widest + most, top)),
        np.empty((most + 1, top)),
        np.empty((most + 1, top)),
        np.empty((most + 1, top)),
    )


@compiled
def _own(table, members, centre, items, cost, offer):
    """Fill the table of one group."""
    count, top = len(members), table.shape[1]
    table[count, :] = -np.inf
    table[count, 0] = 0.0
    for k in range(count - 1, -1, -1):
        unit = members[k]
        value, size = offer.units[unit] - cost[unit, centre], min(items.sizes[unit], top)
        below, row = table[k + 1], table[k]
        row[:size] = below[:size]
        for load in range(size, top):
            row[load] = max(below[load], below[load - size] + value)


@compiled
def _joined(own, inside, rest, more, some_here, rest_here, more_here):
    """Join the table of a group to those behind it; what is given is for the groups behind, what is filled from this one on."""
    top = len(own)
    some_here[:] = -np.inf
    for taken in range(1, top):
        value = own[taken] + inside[taken]
        if value > -np.inf:
            for load in range(top - taken):
                some_here[load] = max(some_here[load], value + rest[load + taken])
    for load in range(top):
        rest_here[load] = max(rest[load], some_here[load])
        more_here[load] = max(more[load], some_here[load])


@compiled
def earned(items, offer, unit, q):
    """Return what loads in a group earn: in its cluster, and in its village where that is not the centre's."""
    cluster = items.clusters[items.groups[unit] + q]
    if q < items.near[unit]:
        return offer.inside[cluster]
    return offer.inside[cluster] + offer.inside[items.village[cluster]]


@compiled
def _rim(village, offer, rest, more):
    """Add what a set earns by its load in its own village, whether it goes on beyond the rim or not."""
    for load in range(len(rest)):
        more[load] += offer.inside[village, load]
        rest[load] = max(offer.workers[load] + offer.alone[village, load], more[load])


@compiled
def pack(unit, items, cost, offer, sack):
    """Fill the tables of a centre."""
    begin, end = items.groups[unit], items.groups[unit + 1]
    start = items.ends[begin - 1] if begin > 0 else 0
    row, at = 0, start
    for q in range(end - begin):
        sack.first[q] = row
        _own(sack.own[row:], items.units[at : items.ends[begin + q]], unit, items, cost, offer)
        row, at = row + items.ends[begin + q] - at + 1, items.ends[begin + q]
    last = end - begin
    sack.rest[last, :] = offer.workers
    sack.more[last, :] = -np.inf
    for q in range(last - 1, 0, -1):
        if q + 1 == items.near[unit]:
            _rim(items.village[items.home[unit]], offer, sack.rest[q + 1], sack.more[q + 1])
        _joined(
            sack.own[sack.first[q]],
            earned(items, offer, unit, q),
            sack.rest[q + 1],
            sack.more[q + 1],
            sack.some[q],
            sack.rest[q],
            sack.more[q],
        )
    if items.near[unit] == 1:
        _rim(items.village[items.home[unit]], offer, sack.rest[1], sack.more[1])


@compiled
def ended(load, home, village, offer):
    """Return what a set earns that ends with that load, all of it in its own cluster (``home`` below 0: in its village only)."""
    value = offer.workers[load] + offer.alone[village, load]
    return value + offer.alone[home, load] if home >= 0 else value


@compiled
def closed(load, home, village, offer, more):
    """Return what a set with that load in its own cluster can still earn: by itself, or with some load of other clusters."""
    return max(ended(load, home, village, offer), offer.inside[home, load] + more[load])


@compiled
def _taken(table, members, sizes, load, chosen, count):
    """Write down the items of a group that make up its best with a load; return how many units there are then."""
    for k in range(len(members)):
        if table[k, load] != table[k + 1, load]:
            chosen[count] = members[k]
            count, load = count + 1, load - sizes[members[k]]
    return count


@compiled
def _gathered(unit, items, offer, sack, load, chosen):
    """Write down the best set of a centre that takes a load of its own cluster; return how many units it has."""
    begin, last = items.groups[unit], items.groups[unit + 1] - items.groups[unit]
    at = items.ends[begin - 1] if begin > 0 else 0
    chosen[0] = unit
    count = _taken(sack.own, items.units[at : items.ends[begin]], items.sizes, load, chosen, 1)
    load += items.sizes[unit]
    home, near, met, away = items.home[unit], items.near[unit], False, False
    village = items.village[home]
    if ended(load, home, village, offer) >= offer.inside[home, load] + sack.more[1, load]:
        return count
    for q in range(1, last):
        if q == near and met and ended(load, -1, village, offer) >= sack.more[q, load]:
            return count
        behind = sack.rest[q + 1] if away or (met and q < near) else sack.more[q + 1]
        if sack.some[q, load] <= behind[load]:
            continue
        met, away = True, q >= near
        own, inside = sack.own[sack.first[q]], earned(items, offer, unit, q)
        taken = 1
        while own[taken] + inside[taken] + sack.rest[q + 1, load + taken] != sack.some[q, load]:
            taken += 1
        members = items.units[items.ends[begin + q - 1] : items.ends[begin + q]]
        count = _taken(sack.own[sack.first[q] :], members, items.sizes, taken, chosen, count)
        load += taken
    return count


@compiled
def best_sets(items, cost, offer):
    """Return the value of the best set of each centre, and the units and ends of these sets; connected or not."""
    n, sizes, top = len(items.sizes), items.sizes, len(offer.workers)
    sack = sack_for(items, top)
    chosen = np.empty(len(sack.own) + 1, np.int32)
    best = np.full(n, -np.inf)
    members, ends, filled = np.empty(1 << 12, np.int32), np.zeros(n + 1, np.int64), 0
    for unit in range(n):
        if sizes[unit] < top:
            pack(unit, items, cost, offer, sack)
            home = items.home[unit]
            most, at = -np.inf, 0
            for load in range(top - sizes[unit]):
                value = sack.own[0, load] + closed(
                    load + sizes[unit], home, items.village[home], offer, sack.more[1]
                )
                if value > most:
                    most, at = value, load
            if most > -np.inf:
                best[unit] = most + offer.units[unit] - cost[unit, unit]
                count = _gathered(unit, items, offer, sack, at, chosen)
                members = appended(members, filled, chosen, count)
                filled += count
        ends[unit + 1] = filled
    return best, members[:filled], ends
