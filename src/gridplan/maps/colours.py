"""Colours: few, soft, told apart by the colour-blind, and different wherever two grids share a border.

The palette follows Paul Tol's "pale" scheme ("Colour schemes", SRON/EPS/TN/09-002, 2021), with a violet, a
teal and a sand of the same lightness. The colouring is DSATUR (Brelaz 1979, doi:10.1145/359094.359101).
"""

import heapq

import geopandas as gpd
import numpy as np
import shapely

PALETTE = ("#bfd3ea", "#d3e6bd", "#f5e6b4", "#f3cbc6", "#cfc5e4", "#bfe3df", "#e8d3bb")
BORDER_M = 3.0  # a shared border shorter than this is a touch
SLACK_M = 0.5  # borders of two communities need not share their vertices


def bordering(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return the positions (n x 2, both ways round) of polygons that share a border of more than a touch."""
    geometries = shapes.to_numpy()
    one, other = shapely.STRtree(geometries).query(geometries, predicate="dwithin", distance=SLACK_M)
    one, other = one[one < other], other[one < other]
    near = shapely.buffer(geometries, SLACK_M, quad_segs=2)
    edge = shapely.boundary(geometries)
    shared_m = shapely.length(shapely.intersection(near[one], edge[other]))
    pairs = np.column_stack([one, other])[shared_m > BORDER_M]
    return np.vstack([pairs, pairs[:, ::-1]])


def colouring(count: int, pairs: np.ndarray, *, colours: int = len(PALETTE)) -> list[int]:
    """Return a colour number for each of ``count`` things, so that the two of a pair differ.

    The thing whose neighbours show the most colours goes first, then the one with the most neighbours, then
    the first; each takes the lowest colour free. Where none is free it takes the one that fewest neighbours
    show.
    """
    neighbours: list[set[int]] = [set() for _ in range(count)]
    for one, other in pairs.tolist():
        neighbours[one].add(other)
    seen: list[dict[int, int]] = [{} for _ in range(count)]
    chosen = [-1] * count
    queue = [(0, -len(neighbours[i]), i) for i in range(count)]
    heapq.heapify(queue)
    while queue:
        _, _, thing = heapq.heappop(queue)
        if chosen[thing] >= 0:
            continue
        shown = seen[thing]
        chosen[thing] = min(range(colours), key=lambda colour: (shown.get(colour, 0), colour))
        for beside in neighbours[thing]:
            seen[beside][chosen[thing]] = seen[beside].get(chosen[thing], 0) + 1
            if chosen[beside] < 0:
                heapq.heappush(queue, (-len(seen[beside]), -len(neighbours[beside]), beside))
    return chosen
