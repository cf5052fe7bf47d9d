"""Doubts about polygons: what is drawn twice, specks, spikes, and gaps between communities."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from gridplan.checks.communities import enclosed
from gridplan.checks.doubts.looked import Looked, Mask, doubt
from gridplan.checks.faults import Fault, Harm, Sheet

Shapes = npt.NDArray[np.object_]

SPECK_M2, SPECK_SHARE = 1_000.0, 0.01  # a part of a community below both, and a community below the first
SPIKE_DEGREES, SPIKE_LEG_M = 1.0, 1.0  # a corner so sharp between legs so long encloses nothing
GAP_M2 = 0.01  # from which a gap is told
GAP_WIDTH_M, GAP_SHARE = (
    2.0,
    0.01,
)  # mean width, or share of the smallest neighbour, up to which a hole is a gap
SLIT_M = 0.5  # half the width up to which a gap may be open at its end
TOUCHING_M = 1e-6
POLYGON, CORNER, PAIR = 2, 3, 2  # dimensions; points that make a corner; of communities
APART_M = 20_000.0


def doubts(looked: Looked) -> list[Fault]:
    """Return what is doubtful about the outlines of communities or special areas."""
    sheet, shapes = looked.sheet, looked.shapes
    found = doubt(sheet, "same_shape", drawn_twice(shapes)) if sheet.part == "special_areas" else []
    if sheet.part != "communities":
        return found
    there = np.flatnonzero(~shapely.is_missing(shapes))
    known = shapes[there]
    parts, owner = shapely.get_parts(known, return_index=True)
    areas_m2 = shapely.area(parts)
    whole_m2 = shapely.area(known)
    speck = (areas_m2 < SPECK_M2) & (areas_m2 < SPECK_SHARE * whole_m2[owner])
    found += doubt(sheet, "speck", _rows(there[owner[speck]], len(shapes)), area_m2=_least(areas_m2[speck]))
    small = np.asarray(whole_m2 < SPECK_M2)
    found += doubt(sheet, "tiny_area", _rows(there[small], len(shapes)), area_m2=_least(whole_m2[small]))
    found += doubt(sheet, "spike", _rows(there[_spiked(known)], len(shapes)))
    found += doubt(
        sheet, "far_apart", _rows(there[_alone(known)], len(shapes)), distance_km=f"{APART_M / 1000:g}"
    )
    return found + _gaps(known, there, sheet)


def drawn_twice(shapes: Shapes) -> Mask:
    """Return the shapes that an earlier row has too, whatever corner or end they begin at."""
    there = ~shapely.is_missing(shapes)
    drawn = shapely.to_wkb(shapely.normalize(shapes[there]))
    _, begins = np.unique(drawn, return_index=True)
    again = np.ones(len(drawn), dtype=bool)
    again[begins] = False
    marked = np.zeros(len(shapes), dtype=bool)
    marked[there] = again
    return marked


def _rows(at: npt.NDArray[np.intp], count: int) -> Mask:
    marked = np.zeros(count, dtype=bool)
    marked[at] = True
    return marked


def _least(areas_m2: npt.NDArray[np.float64]) -> str:
    return f"{areas_m2.min():,.2f}" if len(areas_m2) else ""


def _spiked(shapes: Shapes) -> Mask:
    """Return which polygons have a corner that goes out and comes back nearly the same way."""
    rings, owner = shapely.get_parts(shapely.boundary(shapes), return_index=True)
    marked = np.zeros(len(shapes), dtype=bool)
    points, of = shapely.get_coordinates(rings, return_index=True)
    if len(points) < CORNER:
        return marked
    one_ring = of[:-2] == of[2:]
    into, out = points[1:-1] - points[:-2], points[2:] - points[1:-1]
    lengths = np.hypot(*into.T), np.hypot(*out.T)
    long = (lengths[0] > SPIKE_LEG_M) & (lengths[1] > SPIKE_LEG_M)
    with np.errstate(invalid="ignore", divide="ignore"):
        turn = -(into * out).sum(axis=1) / (lengths[0] * lengths[1])
    sharp = one_ring & long & (turn > np.cos(np.radians(SPIKE_DEGREES)))
    marked[owner[of[1:-1][sharp]]] = True
    return marked


def _alone(shapes: Shapes) -> Mask:
    """Return which communities lie far from all others."""
    if len(shapes) < PAIR:
        return np.zeros(len(shapes), dtype=bool)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=APART_M)
    return np.bincount(pairs[0], minlength=len(shapes)) < PAIR


def _gaps(shapes: Shapes, there: npt.NDArray[np.intp], sheet: Sheet) -> list[Fault]:
    """Return a doubt for narrow gaps between communities, enclosed or open at an end, and one for wide holes."""
    holes = enclosed(shapes)
    filled = shapely.union_all([*shapes, *holes])
    closed = shapely.buffer(shapely.buffer(filled, SLIT_M, join_style="mitre"), -SLIT_M, join_style="mitre")
    slits = shapely.get_parts(shapely.difference(shapely.make_valid(closed), filled))  # a buffer may be none
    slits = slits[shapely.get_dimensions(slits) == POLYGON]
    tree = shapely.STRtree(shapes)
    narrow: list[npt.NDArray[np.intp]] = []
    wide: list[npt.NDArray[np.intp]] = []
    sizes: dict[int, list[float]] = {0: [], 1: []}
    for number, gap in enumerate([*holes, *slits]):
        area_m2, is_hole = float(gap.area), number < len(holes)
        beside = np.unique(tree.query(gap, predicate="dwithin", distance=TOUCHING_M))
        if area_m2 < GAP_M2 or (not is_hole and len(beside) < PAIR):
            continue
        width_m = 2 * area_m2 / gap.length
        smallest_m2 = shapely.area(shapes[beside]).min(initial=np.inf)
        is_gap = len(beside) >= PAIR and (width_m <= GAP_WIDTH_M or area_m2 <= GAP_SHARE * smallest_m2)
        (narrow if is_gap else wide).append(beside)
        sizes[int(not is_gap)].append(area_m2)
    return [
        *_told("gap", narrow, sizes[0], there, sheet),
        *_told("hole", wide, sizes[1], there, sheet),
    ]


def _told(
    code: str,
    beside: Sequence[npt.NDArray[np.intp]],
    areas_m2: Sequence[float],
    there: npt.NDArray[np.intp],
    sheet: Sheet,
) -> list[Fault]:
    """Return one doubt about all gaps of a kind, with the communities around them."""
    if not areas_m2:
        return []
    rows = there[np.unique(np.concatenate([np.zeros(0, np.intp), *beside]))]
    values = {"count": len(areas_m2), "area_m2": f"{sum(areas_m2):,.2f}"}
    return [sheet.fault(code, rows, Harm.DOUBT, **values)]
