"""Who borders whom, for how many metres, and along what: a road, a barrier, or open ground.

Nobody walks across a barrier but where a road leads over it; so a border along a barrier joins two units only
where a road crosses the barrier there.
"""

import numpy as np
import pandas as pd
import shapely

from gridplan.cells import Tiling
from gridplan.seams import slivers
from gridplan.where import Flags, Floats, Geometries, Ints, along

LEAST_M = 0.5  # units that share less open border touch at a corner only
NEAR_M = 0.05


def crossings(roads: Geometries, barriers: Geometries) -> Geometries:
    """Return the pieces of road that lead over a barrier: points on a line, stretches over water."""
    if not len(roads) or not len(barriers):
        return np.zeros(0, object)
    meeting = np.unique(shapely.STRtree(roads).query(barriers, predicate="intersects")[1])
    ways = shapely.get_parts(shapely.line_merge(shapely.union_all(roads[meeting])))
    way, barrier = shapely.STRtree(barriers).query(ways, predicate="intersects")
    crossing = shapely.crosses(ways[way], barriers[barrier])
    return shapely.get_parts(shapely.intersection(ways[way[crossing]], barriers[barrier[crossing]]))


def borders_of(
    tiling: Tiling, cell: Ints, roads: Geometries, barriers: Geometries, *, ways: Geometries
) -> pd.DataFrame:
    """Return one row a pair of cells that touch: left, right, border_m, open_m, road_m, crossed, joined.

    Parameters
    ----------
    tiling
        The faces of a community.
    cell
        The cell of each face (f,).
    roads, barriers
        Lines, and lines or areas, in the same CRS.
    ways
        All roads that people walk on, those that bound no grid too.

    Returns
    -------
    ``border_m`` is the whole length shared, ``open_m`` that along no barrier and no sliver, ``road_m`` that on a road;
    ``crossed`` says whether a road leads over the barrier between the two, ``joined`` whether people can walk
    from one to the other.
    """
    sides = np.sort(np.column_stack([cell[tiling.seams.left], cell[tiling.seams.right]]), axis=1)
    between = sides[:, 0] != sides[:, 1]
    at, length_m = tiling.seams.some(between), tiling.seams.length_m[between]
    sliver = slivers(tiling.faces)
    firm = ~(sliver[at.left] | sliver[at.right])
    barred = along(at.middle, barriers)
    over = np.zeros(len(barred), bool)
    over[barred] = _touching(at.some(barred).pieces, ways, barriers)
    pairs, pair = np.unique(sides[between], axis=0, return_inverse=True)

    def metres(of: Flags) -> Floats:
        return np.asarray(np.bincount(pair.ravel(), weights=length_m * of, minlength=len(pairs)), float)

    open_m, crossed = metres(firm & ~barred), metres(over) > 0
    return pd.DataFrame(
        {
            "left": pairs[:, 0],
            "right": pairs[:, 1],
            "border_m": metres(np.ones(len(barred), bool)),
            "open_m": open_m,
            "road_m": metres(along(at.middle, roads)),
            "crossed": crossed,
            "joined": (open_m >= LEAST_M) | (crossed & (metres(firm) >= LEAST_M)),
        }
    )


def _touching(pieces: Geometries, ways: Geometries, barriers: Geometries) -> Flags:
    """Return which pieces of line along a barrier come within reach of where a road leads over it."""
    near = np.zeros(len(pieces), bool)
    over = crossings(ways, barriers) if len(pieces) else pieces
    if len(over):
        near[shapely.STRtree(over).query(pieces, predicate="dwithin", distance=NEAR_M)[0]] = True
    return near
