"""Who borders whom, for how many metres, and along what: a road, a barrier, or open ground.

Nobody walks across a barrier but where a road leads over it; so a border along a barrier joins two units only
where a road crosses the barrier there.
"""

import numpy as np
import pandas as pd
import shapely

from gridplan.cells import Geometries, Ints, Seams, Tiling, along, seams, slivers

LEAST_M = 0.5  # units that share less open border touch at a corner only
NEAR_M = 0.05


def crossings(roads: Geometries, barriers: Geometries) -> Geometries:
    """Return the pieces of road that lead over a barrier: points on a line, stretches over water."""
    if not len(roads) or not len(barriers):
        return np.zeros(0, object)
    ways = shapely.get_parts(shapely.line_merge(shapely.union_all(roads)))
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
    every = seams(tiling.faces)
    sliver = slivers(tiling.faces)
    apart = cell[every.left] != cell[every.right]
    firm = ~(sliver[every.left] | sliver[every.right])[apart]
    at = _between_cells(every, cell)
    barred = along(at.middle, barriers)
    frame = pd.DataFrame(
        {
            "left": np.minimum(at.left, at.right),
            "right": np.maximum(at.left, at.right),
            "border_m": at.length_m,
            "firm_m": np.where(firm, at.length_m, 0.0),
            "open_m": np.where(barred | ~firm, 0.0, at.length_m),
            "road_m": np.where(along(at.middle, roads), at.length_m, 0.0),
            "crossed": barred & _touching(at.pieces, crossings(ways, barriers)),
        }
    )
    pairs = frame.groupby(["left", "right"], sort=True).agg(
        border_m=("border_m", "sum"),
        firm_m=("firm_m", "sum"),
        open_m=("open_m", "sum"),
        road_m=("road_m", "sum"),
        crossed=("crossed", "any"),
    )
    return (
        pairs.reset_index()
        .assign(joined=lambda p: (p["open_m"] >= LEAST_M) | (p["crossed"] & (p["firm_m"] >= LEAST_M)))
        .drop(columns="firm_m")
    )


def _between_cells(at: Seams, cell: Ints) -> Seams:
    """Return the seams between faces of different cells, cell numbers for face numbers."""
    left, right = cell[at.left], cell[at.right]
    apart = left != right
    return Seams(
        left=left[apart],
        right=right[apart],
        length_m=at.length_m[apart],
        middle=at.middle[apart],
        pieces=at.pieces[apart],
    )


def _touching(pieces: Geometries, others: Geometries) -> np.ndarray:
    """Return which pieces of line come within reach of one of the others."""
    near = np.zeros(len(pieces), bool)
    if len(others) and len(pieces):
        near[shapely.STRtree(others).query(pieces, predicate="dwithin", distance=NEAR_M)[0]] = True
    return near
