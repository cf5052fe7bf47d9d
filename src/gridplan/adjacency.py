"""Who borders whom, for how many metres, and along what: a road, a barrier, or open ground.

Nobody walks across a barrier but where a road leads over it; so a border along a barrier joins two units only
where a road crosses the barrier there.
"""

import numpy as np
import pandas as pd
import shapely

from gridplan.cells import Tiling
from gridplan.seams import Seams, slivers
from gridplan.sides import sides_of
from gridplan.where import Flags, Floats, Geometries, Ints, along

LEAST_M = 0.5  # units that share less open border touch at a corner only
NEAR_M = 0.05


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
    ``crossed`` says whether a road leads over the barrier from the one to the other, ``joined`` whether people can walk
    from one to the other.
    """
    sides = np.sort(np.column_stack([cell[tiling.seams.left], cell[tiling.seams.right]]), axis=1)
    between = sides[:, 0] != sides[:, 1]
    at, length_m = tiling.seams.some(between), tiling.seams.length_m[between]
    sliver = slivers(tiling.faces)
    firm = ~(sliver[at.left] | sliver[at.right])
    barred = along(at.middle, barriers)
    over, at_home = _ways_over(tiling, cell, at, barred, barriers=barriers, ways=ways)
    pairs, pair = np.unique(sides[between], axis=0, return_inverse=True)

    def metres(of: Flags) -> Floats:
        return np.asarray(np.bincount(pair.ravel(), weights=length_m * of, minlength=len(pairs)), float)

    crossed = metres(over) > 0
    return pd.DataFrame(
        {
            "left": pairs[:, 0],
            "right": pairs[:, 1],
            "border_m": metres(np.ones(len(barred), bool)),
            "open_m": metres(firm & ~barred),
            "road_m": metres(along(at.middle, roads)),
            "crossed": crossed,
            "joined": (metres(firm & ~barred & at_home) >= LEAST_M) | (crossed & (metres(firm) >= LEAST_M)),
        }
    )


def _ways_over(
    tiling: Tiling, cell: Ints, at: Seams, barred: Flags, *, barriers: Geometries, ways: Geometries
) -> tuple[Flags, Flags]:
    """Return at which seams a road leads over a barrier between the homes of two cells, and at which both can be reached from them.

    A cell may hold land that nobody lives on beyond a barrier: nobody of it gets there, nor on from there.
    """
    over, at_home = np.zeros(len(barred), bool), np.ones(len(barred), bool)
    if not barred.any():
        return over, at_home
    sides = sides_of(shapely.coverage_union_all(tiling.faces), barriers, ways)
    if not len(sides.land):
        return over, at_home
    side, dry = sides.of(shapely.get_coordinates(shapely.point_on_surface(tiling.faces)))
    home, reached = _homes(tiling, cell), sides.joined[side]
    home = home[dry[home]]
    lived = np.zeros((cell.max() + 1, len(sides.land)), bool)
    lived[cell[home], reached[home]] = True
    mine = lived[cell, reached] & dry
    has = np.zeros_like(lived)
    has[cell[mine], side[mine]] = True
    at_home = mine[at.left] & mine[at.right]
    led = sides.led_to(has)
    seam, place = _near(at.pieces, sides.places)
    seam, place = seam[barred[seam]], place[barred[seam]]
    over[seam[led[cell[at.left[seam]], place] & led[cell[at.right[seam]], place]]] = True
    return over, at_home


def _homes(tiling: Tiling, cell: Ints) -> Ints:
    """Return the faces where the people of each cell live; all of a cell without any."""
    lived_in = np.zeros(cell.max() + 1, bool)
    lived_in[cell[tiling.spot_face]] = True
    return np.concatenate([tiling.spot_face, np.flatnonzero(~lived_in[cell])])


def _near(pieces: Geometries, places: Geometries) -> tuple[Ints, Ints]:
    """Return which pieces of line come within reach of which places."""
    piece, place = shapely.STRtree(places).query(pieces, predicate="dwithin", distance=NEAR_M)
    return piece, place
