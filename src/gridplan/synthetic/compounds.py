"""A compound on its parcel: rows of buildings that face south, entrances, lanes, the way out to a street.

Everything is laid out in the parcel's turned frame, rows along x: an entrance stands north of its lane, the
lanes meet in a spine, and the spine and lanes are drawn on through the wall until they meet a street: a gate on each side that
has one near, for a compound has at least two ways out to the streets (GB 50180-2018, 6.0.4).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry

from gridplan.synthetic.lots import Parcel

Array = NDArray[np.float64]
_GATE_M = 80.0  # longest way from a lane to a gate on a street, where there is a shorter one elsewhere
_LANE_M = 6.0  # from an entrance to the lane before it
_DEPTH_M = 13.0  # of a building
_SPINE_M = 7.0  # from the spine to the nearest building
_WALL_M = 3.0  # from the wall to anything built
_CLOSEST_ROWS_M = 24.0
_TIGHTEST, _LOOSEST = 0.6, 2.1
_TRIES = 7
_RAY_M = 450.0


class Style(NamedTuple):
    """How a compound is built, before it is fitted to its parcel."""

    pitch_m: float  # from row to row
    gap_m: float  # between buildings of a row
    entrance_m: float  # width of a building an entrance
    run: int  # entrances a building


class Slots(NamedTuple):
    """Places for entrances: arrays of the same length, building by building."""

    x: Array
    y: Array
    building: NDArray[np.int64]


@dataclass(frozen=True)
class Compound:
    """Entrances (x, y), their buildings (from 1), and the lanes, on the ground in metres."""

    entrances: Array
    building: NDArray[np.int64]
    lanes: MultiLineString
    gates: list[Point]  # where the lanes meet the streets


def lay_out(
    parcel: Parcel, entrances: int, style: Style, *, neighbours: Sequence[BaseGeometry], streets: BaseGeometry
) -> Compound:
    """Build a compound with a number of entrances.

    Parameters
    ----------
    neighbours
        The other parcels of the lot, in the same frame: no lane crosses them.
    streets
        The streets around, on the ground.

    Raises
    ------
    ValueError
        If the parcel is too small.
    """
    inner = _inner(parcel.polygon)
    slots = _fit(inner, entrances, style)
    lanes = list(_lanes(_spine(inner), slots))
    turned_streets = affinity.rotate(streets, -parcel.angle, origin=parcel.origin, use_radians=True)
    ways = _ways_out(lanes, turned_streets, neighbours)
    corners = [shapely.get_coordinates(lane) for lane in (*lanes, *ways)]
    return Compound(
        entrances=_turn_back(np.column_stack([slots.x, slots.y]), parcel),
        building=slots.building,
        lanes=MultiLineString([_turn_back(xy, parcel) for xy in corners]),
        gates=[Point(_turn_back(xy, parcel)[-1]) for xy in corners[len(lanes) :]],
    )


def _turn_back(xy: Array, parcel: Parcel) -> Array:
    """Turn points of the parcel's frame to the ground, to the millimetre."""
    cos, sin = np.cos(parcel.angle), np.sin(parcel.angle)
    origin = np.array(parcel.origin.coords[0])
    return np.round((xy - origin) @ np.array([[cos, sin], [-sin, cos]]) + origin, 3)


def room(parcel: Parcel, style: Style) -> int:
    """Return how many entrances of a style a parcel holds at most."""
    return len(_slots(_inner(parcel.polygon), style, _TIGHTEST).x)


def _inner(land: BaseGeometry) -> Array:
    """Return the outline of the ground inside the wall that may be built on."""
    return shapely.get_coordinates(shapely.buffer(land, -_WALL_M, join_style="mitre"))


def _spine(inner: Array) -> float:
    """Return the x of the spine."""
    return float(inner[:, 0].min() + inner[:, 0].max()) / 2


def _fit(inner: Array, entrances: int, style: Style) -> Slots:
    """Find the loosest layout with room for all entrances, and fill it from one side."""
    tight, loose = _TIGHTEST, _LOOSEST
    best = _slots(inner, style, tight)
    if len(best.x) < entrances:
        raise ValueError(f"room for {len(best.x)} entrances, not for {entrances}")
    for _ in range(_TRIES):
        middle = (tight + loose) / 2
        slots = _slots(inner, style, middle)
        if len(slots.x) >= entrances:
            tight, best = middle, slots
        else:
            loose = middle
    _, order = np.unique(best.building[:entrances], return_inverse=True)
    return Slots(best.x[:entrances], best.y[:entrances], order + 1)


def _slots(inner: Array, style: Style, scale: float) -> Slots:
    """Return all places for entrances, row by row from the south."""
    rows = np.arange(
        inner[:, 1].min() + _LANE_M, inner[:, 1].max() - _DEPTH_M, max(style.pitch_m * scale, _CLOSEST_ROWS_M)
    )
    wide = np.clip(style.entrance_m * scale, 13.0, 1.2 * style.entrance_m)
    places: list[tuple[float, float, int]] = []
    building = 0
    spine = _spine(inner)
    for y, left, right in _spans(inner, rows):
        for start, end in ((left, spine - _SPINE_M), (spine + _SPINE_M, right)):
            for group in _buildings(start, end, wide, style.gap_m * scale, style.run):
                building += 1
                places += [(x, y, building) for x in group]
    table = np.array(places).reshape(-1, 3)
    return Slots(table[:, 0], table[:, 1], table[:, 2].astype(np.int64))


def _spans(inner: Array, rows: Array) -> Array:
    """Return (row, west end, east end) where the ground lies from a row's lane to its buildings' back."""
    levels = np.concatenate([rows - _LANE_M + 0.01, rows + _DEPTH_M - 0.01])[:, None]
    (x0, y0), (x1, y1) = inner[:-1].T, inner[1:].T
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    crosses = (y0 <= levels) != (y1 <= levels)
    x = x0 + (levels - y0) / rise * (x1 - x0)
    west = np.where(crosses, x, np.inf).min(axis=1).reshape(2, -1).max(axis=0)
    east = np.where(crosses, x, -np.inf).max(axis=1).reshape(2, -1).min(axis=0)
    spans = np.column_stack([rows, west, east])
    spine = _spine(inner)
    return spans[(west < spine) & (spine < east)]


def _buildings(start: float, end: float, wide: float, gap: float, run: int) -> Iterator[Array]:
    """Yield the entrances' x of each building between two ends of a row."""
    room = end - start
    count = int((room + gap) // (run * wide + gap))
    if count < 1:
        run, count = int(room // wide), 1
    if run < 1:
        return
    spare = room - count * run * wide
    step = run * wide + (spare / (count - 1) if count > 1 else 0.0)
    first = start if count > 1 else start + spare / 2
    for i in range(count):
        yield np.asarray(first + i * step + (np.arange(run) + 0.5) * wide, dtype=float)


def _lanes(spine: float, slots: Slots) -> Iterator[LineString]:
    """Yield the spine, then a lane for each row, all knotted at the spine."""
    levels = np.unique(slots.y) - _LANE_M
    if len(levels) > 1:
        yield LineString([(spine, y) for y in levels])
    for y in levels:
        x = slots.x[slots.y - _LANE_M == y]
        ends = sorted({min(x.min(), spine), spine, max(x.max(), spine)})
        yield LineString([(at, y) for at in ends])


def _ways_out(
    lanes: Sequence[LineString], streets: BaseGeometry, neighbours: Sequence[BaseGeometry]
) -> list[LineString]:
    """Return the shortest straight way from the end of a lane to a street on each side that has one near, past the neighbours."""
    starts, aims = [], []
    for lane in lanes:
        xy = shapely.get_coordinates(lane)
        for end, before in ((xy[0], xy[1]), (xy[-1], xy[-2])):
            starts.append(end)
            aims.append(end + (end - before) / np.hypot(*(end - before)) * _RAY_M)
    rays = shapely.linestrings(np.stack([starts, aims], axis=1))
    hits = np.asarray(shapely.intersection(rays, streets))
    found = ~shapely.is_empty(hits)
    if not found.any():
        raise ValueError("no straight way from a compound to a street")
    ways = np.asarray(shapely.shortest_line(shapely.points(np.array(starts)[found]), hits[found]))
    through = shapely.length(shapely.intersection(ways, shapely.union_all(neighbours)))
    order = np.lexsort([np.round(shapely.length(ways), 3), np.round(through)])
    side = np.round(np.arctan2(*(np.array(aims) - np.array(starts))[found].T) / (np.pi / 2)) % 4
    near = (np.round(through) == 0) & (shapely.length(ways) <= _GATE_M)
    near[order[0]] = True
    order = order[near[order]]
    _, first = np.unique(side[order], return_index=True)
    return [LineString(way) for way in ways[order[np.sort(first)]]]
