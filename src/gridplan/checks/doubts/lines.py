"""Doubts about roads and barriers: lines without a length, drawn twice, loose from the rest, or ending just short of it."""

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.checks.doubts.looked import Looked, Mask, doubt
from gridplan.checks.doubts.outlines import drawn_twice
from gridplan.checks.faults import Fault

Shapes = npt.NDArray[np.object_]

NO_LENGTH_M = 0.01
TOUCHING_M = 0.01  # lines so near are joined
SHORT_M = 2.0  # an end so near to another line is meant to meet it
FAR_M = 300.0  # from the nearest road


def doubts(looked: Looked) -> list[Fault]:
    """Return what is doubtful about lines."""
    sheet, shapes = looked.sheet, looked.shapes
    found = doubt(sheet, "same_shape", drawn_twice(shapes))
    if sheet.part != "roads":
        return found
    there = ~shapely.is_missing(shapes)
    lengths_m = shapely.length(shapes)
    found += doubt(sheet, "no_length", there & (lengths_m < NO_LENGTH_M))
    known = np.flatnonzero(there & (lengths_m >= NO_LENGTH_M))
    if not len(known):
        return found
    loose, pieces = _loose(shapes[known])
    marked = np.zeros(len(shapes), dtype=bool)
    marked[known[loose]] = True
    metres = f"{lengths_m[marked].sum():,.0f}"
    found += doubt(sheet, "loose_roads", marked, pieces=pieces, metres=metres)
    short = np.zeros(len(shapes), dtype=bool)
    short[known[_short(shapes[known])]] = True
    return found + doubt(sheet, "short_of_road", short, most_m=f"{SHORT_M:g}")


def off_the_road(homes: Looked, roads: Looked) -> list[Fault]:
    """Return the households that are far from every road."""
    points, lines = homes.shapes, roads.shapes
    there = np.flatnonzero(~shapely.is_missing(points))
    lines = lines[~shapely.is_missing(lines)]
    if not len(lines) or not len(there):
        return []
    near = shapely.STRtree(lines).query_nearest(points[there], max_distance=FAR_M, all_matches=False)
    far = np.zeros(len(points), dtype=bool)
    far[np.delete(there, near[0])] = True
    return doubt(homes.sheet, "far_from_road", far, most_m=f"{FAR_M:g}")


def _loose(lines: Shapes) -> tuple[Mask, int]:
    """Return the lines that are not joined to the longest piece of the network, and how many pieces they make."""
    pairs = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=TOUCHING_M)
    joined = coo_array((np.ones(len(pairs[0])), (pairs[0], pairs[1])), shape=(len(lines), len(lines)))
    count, piece = connected_components(joined, directed=False)
    lengths_m = np.bincount(piece, weights=shapely.length(lines), minlength=count)
    return piece != int(np.argmax(lengths_m)), count - 1


def _short(lines: Shapes) -> Mask:
    """Return the lines of which an end meets no other line though one is very near."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    marked = np.zeros(len(lines), dtype=bool)
    for end in (0, -1):
        ends = shapely.get_point(parts, end)
        pairs = shapely.STRtree(parts).query(ends, predicate="dwithin", distance=SHORT_M)
        pairs = pairs[:, pairs[0] != pairs[1]]
        away_m = shapely.distance(ends[pairs[0]], parts[pairs[1]])
        nearest_m = np.full(len(parts), np.inf)
        np.minimum.at(nearest_m, pairs[0], away_m)
        marked[owner[(nearest_m > TOUCHING_M) & (nearest_m <= SHORT_M)]] = True
    return marked
