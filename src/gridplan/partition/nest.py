"""What each centre may hold, put into boxes: a region of rows of load patterns inside another; compiled.

The regions are families: of any two, one lies in the other or they have no unit in common. A centre lies in a chain of them, each
in the next; what is in one of the chain and not in the one before is a shell, and beyond the last one there is a shell more. In a
shell stand units and boxes, a box for each region that lies in it; in a box the same again. What a set earns by its load in a
region is then told where its box, or the chain at that region, is left.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import compiled
from gridplan.partition.growth import Ints


class Nest(NamedTuple):
    """The boxes of each centre.

    Those of centre j are ``boxes[j]:boxes[j + 1]``, its ``shells[j]`` shells first, from the innermost, then the others, outer ones
    before inner ones. Box b stands for ``region[b]`` (-1 for the shell beyond all) and holds ``items[ends[b - 1]:ends[b]]``: units,
    nearest first, or, below zero, -1 less the number of a box among those of the centre. Units without load stand in
    the first shell. ``sizes`` are whole loads of units.
    """

    boxes: NDArray[np.int64]
    shells: NDArray[np.int64]
    ends: NDArray[np.int64]
    items: Ints
    region: Ints
    sizes: Ints


@compiled
def nested(begins, near, sizes, home, outer):
    """Return the nest of all centres.

    ``near[begins[j]:begins[j + 1]]``: the units that centre j may hold; ``home``: the smallest region of each unit, ``outer``: the
    one around each region, -1 for none.
    """
    n, regions = len(sizes), len(outer)
    boxes, shells = np.zeros(n + 1, np.int64), np.zeros(n, np.int64)
    most = n * (regions + 2)
    ends, region = np.empty(most, np.int64), np.empty(most, np.int32)
    items, filled = np.empty(len(near) + most, np.int32), 0
    place, level, way = (
        np.empty(regions, np.int64),
        np.empty(regions, np.int64),
        np.empty(regions + 1, np.int64),
    )
    for centre in range(n):
        place[:] = -1
        level[:] = -1
        mine, count = near[begins[centre] : begins[centre + 1]], 0
        at = home[centre]
        while at >= 0:
            level[at], region[boxes[centre] + count] = count, at
            at, count = outer[at], count + 1
        region[boxes[centre] + count] = -1
        last = count
        shells[centre] = count + 1
        count += 1
        of, over = np.empty(len(mine), np.int64), np.empty(regions + last + 1, np.int64)
        for k in range(len(mine)):
            steps, at = 0, home[mine[k]]
            while at >= 0 and level[at] < 0 and place[at] < 0:
                way[steps] = at
                at, steps = outer[at], steps + 1
            box = last if at < 0 else level[at] if level[at] >= 0 else place[at]
            if sizes[mine[k]] == 0:
                box, steps = 0, 0
            for step in range(steps - 1, -1, -1):
                place[way[step]], region[boxes[centre] + count], over[count] = count, way[step], box
                box, count = count, count + 1
            of[k] = box
        filled = _put(mine, of, over, count, last, boxes[centre], ends, items, filled)
        boxes[centre + 1] = boxes[centre] + count
    total = boxes[n]
    return boxes, shells, ends[:total].copy(), items[:filled].copy(), region[:total].copy()


@compiled
def _put(mine, of, over, count, last, first, ends, items, filled):
    """Put units and inner boxes into the boxes of one centre, the nearest first; return how many items there are then."""
    held = np.zeros(count, np.int64)
    for k in range(len(mine)):
        held[of[k]] += 1
    for box in range(last + 1, count):
        held[over[box]] += 1
    end = filled
    for box in range(count):
        ends[first + box] = end
        end += held[box]
    seen = np.zeros(count, np.bool_)
    for k in range(len(mine)):
        box = of[k]
        items[ends[first + box]] = mine[k]
        ends[first + box] += 1
        while box > last and not seen[box]:
            seen[box] = True
            items[ends[first + over[box]]] = -1 - box
            ends[first + over[box]] += 1
            box = over[box]
    return end
