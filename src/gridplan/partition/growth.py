"""Growing every connected set of units once: what the searches share, compiled.

Sets are grown from a root by the neighbours met on the way, in the order in which they were met, so each connected set is made
exactly once (the scheme of S. Wernicke, "Efficient detection of network motifs", 2006, section 3).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import borrowing, compiled, inlined
from gridplan.partition.charges import Tariff, charged

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

HAIR = 1e-9  # loads that differ by less are equal
FIGURES = 4  # of each set: size, load, cost, centre


class Ground(NamedTuple):
    """A problem as the compiled searches read it.

    ``idle``: units that a set needs only to be connected or as its centre; ``charges``: whether more than the walk has a price;
    ``apart`` (n, n): pairs that no set holds both of, (0, 0) where there are none.
    """

    load: Floats
    cost: Floats
    starts: Ints
    neighbors: Ints
    idle: Flags
    charges: bool
    tariff: Tariff
    apart: Flags


class Growth(NamedTuple):
    """A set on its way: its units ``chosen[:depth[0]]`` of load ``total[0]``, and those met beside it."""

    met: Flags
    inside: Flags
    queue: Ints
    chosen: Ints
    at: NDArray[np.int64]
    ends: NDArray[np.int64]
    depth: NDArray[np.int64]
    total: Floats


@compiled
def growth(n):
    """Return a growth for n units, with nothing in it."""
    return Growth(
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.zeros(n + 1, np.int64),
        np.zeros(n + 1, np.int64),
        np.zeros(1, np.int64),
        np.zeros(1),
    )


@borrowing
def begin(grown, root):
    """Begin with a root; units before it are left out."""
    grown.met[:] = False
    grown.met[: root + 1] = True
    grown.queue[0] = root
    grown.at[0], grown.ends[0] = 0, 1
    grown.depth[0], grown.total[0] = 0, 0.0


@inlined
def barred(apart, members, size, unit):
    """Whether a unit may not be in one set with one of the members."""
    found = False
    if len(apart) > 0:
        for at in range(size):
            if apart[unit, members[at]]:
                found = True
                break
    return found


@borrowing
def advance(ground, grown, limit, largest):
    """Go on to the next set of at most ``largest`` units and a load up to ``limit``; False when there is none."""
    load, starts, neighbors = ground.load, ground.starts, ground.neighbors
    met, inside, queue, chosen, at, ends = (
        grown.met,
        grown.inside,
        grown.queue,
        grown.chosen,
        grown.at,
        grown.ends,
    )
    depth, total, found = grown.depth[0], grown.total[0], False
    while depth >= 0 and not found:
        if at[depth] >= ends[depth]:
            for i in range(ends[depth - 1] if depth > 0 else 1, ends[depth]):
                met[queue[i]] = False
            depth -= 1
            if depth >= 0:
                total -= load[chosen[depth]]
                inside[chosen[depth]] = False
            continue
        unit = queue[at[depth]]
        at[depth] += 1
        fits = depth < largest and total + load[unit] <= limit
        if fits and not barred(ground.apart, chosen, depth, unit):
            end = ends[depth]
            for entry in range(starts[unit], starts[unit + 1]):
                if not met[neighbors[entry]]:
                    met[neighbors[entry]] = True
                    queue[end] = neighbors[entry]
                    end += 1
            chosen[depth], inside[unit] = unit, True
            total += load[unit]
            at[depth + 1], ends[depth + 1] = at[depth], end
            depth, found = depth + 1, True
    grown.depth[0], grown.total[0] = depth, total
    return found


@borrowing
def reached(starts, neighbors, first, inside, stack):
    """Return how many marked units can be walked to from one of them, over marked units only; all marks are kept."""
    stack[0] = first
    inside[first] = False
    top, met = 0, 1
    while top < met:
        unit = stack[top]
        top += 1
        for entry in range(starts[unit], starts[unit + 1]):
            other = neighbors[entry]
            if inside[other]:
                inside[other] = False
                stack[met] = other
                met += 1
    for at in range(met):
        inside[stack[at]] = True
    return met


@borrowing
def best_centre(members, size, cost):
    """Return the unit of a set for which the cost is least, the first of equals by number, and that cost."""
    best, least = -1, np.inf
    for at in range(size):
        centre = members[at]
        total = 0.0
        for other in range(size):
            total += cost[members[other], centre]
        if total < least or (total == least and centre < best):
            best, least = centre, total
    return best, least


@borrowing
def idles(ground, members, size, centre, inside, stack):
    """Whether a set holds a unit that nobody lives in and that it needs neither as its centre nor to be connected."""
    idle, starts, neighbors = ground.idle, ground.starts, ground.neighbors
    for at in range(size):
        unit = members[at]
        if idle[unit] and unit != centre:
            inside[unit] = False
            first = members[0] if members[0] != unit else members[1]
            whole = reached(starts, neighbors, first, inside, stack) == size - 1
            inside[unit] = True
            if whole:
                return True
    return False


@borrowing
def in_band(load, intervals):
    """Whether a load is in one of some intervals, shape (intervals, 2)."""
    for row in range(len(intervals)):
        if intervals[row, 0] - HAIR <= load <= intervals[row, 1] + HAIR:
            return True
    return False


@compiled
def appended(values, filled, new, count):
    """Return an array with ``count`` new values after the ``filled`` first ones; it is doubled when it is full."""
    while filled + count > len(values):
        values = np.append(values, np.empty_like(values))
    values[filled : filled + count] = new[:count]
    return values


@borrowing
def priced(ground, members, size, load, inside):
    """Return the best centre of a set and all it costs; ``inside`` marks its members."""
    centre, cost = best_centre(members, size, ground.cost)
    if ground.charges:
        cost += charged(members, size, load, ground.starts, ground.neighbors, inside, ground.tariff)
    return centre, cost


@compiled
def figures_of(ground, members, sizes):
    """Return size, load, cost and centre of sets given one after another, shape (sets, 4)."""
    figures = np.empty((len(sizes), FIGURES))
    inside = np.zeros(len(ground.load), np.bool_)
    first = 0
    for at in range(len(sizes)):
        units = members[first : first + sizes[at]]
        first += sizes[at]
        load = 0.0
        for unit in units:
            inside[unit] = True
            load += ground.load[unit]
        centre, cost = priced(ground, units, len(units), load, inside)
        inside[units] = False
        figures[at, 0], figures[at, 1], figures[at, 2], figures[at, 3] = len(units), load, cost, centre
    return figures
