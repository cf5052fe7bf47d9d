"""Where points lie: along which lines, in which areas.

Each tree below is one of the points, and the shapes are asked for: GEOS prepares what it is asked for, and there are
few shapes with many corners for many points with one.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def along(points: Floats, shapes: Geometries, *, within_m: float = 0.05) -> Flags:
    """Return which points (k, 2) lie on one of some lines or areas."""
    on = np.zeros(len(points), bool)
    if len(shapes) and len(points):
        tree = shapely.STRtree(shapely.points(points))
        on[tree.query(shapes, predicate="dwithin", distance=within_m)[1]] = True
    return on


def held_by(points: Floats, areas: Geometries) -> Ints:
    """Return the area that holds each point (k, 2), the first of several; -1 for none."""
    first = np.full(len(points), len(areas))
    if len(areas) and len(points):
        area, point = shapely.STRtree(shapely.points(points)).query(areas, predicate="intersects")
        np.minimum.at(first, point, area)
    return np.where(first < len(areas), first, -1)


def place_in(points: Floats, areas: Geometries) -> Ints:
    """Return the area of each point (k, 2), the first of several, the nearest where none holds it."""
    place = held_by(points, areas)
    stray = np.flatnonzero(place < 0)
    if len(stray):
        near = shapely.STRtree(areas).query_nearest(shapely.points(points[stray]), all_matches=True)
        place[stray] = len(areas)
        np.minimum.at(place, stray[near[0]], near[1])
    return place
