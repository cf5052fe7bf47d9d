"""The lie of the land: coast, river and railway, and the communities cut out of it with their areas.

Everything is drawn on a flat sheet first, where the river is the line v = 0 (east is +u), the railway u = 0
(north is +v) and streets are straight; ``Ground.to_metric`` then bends the sheet. Borders that meet on the
sheet meet on the ground, because they share their points before the bending. Sheet and metric coordinates
are metres; areas are measured on the ground.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from gridplan.synthetic.figures import AREA_KM2, STREETS, Community, Street

METRIC_CRS = "EPSG:4549"  # CGCS2000, 3-degree zone of 120 degrees east

RIVERSIDE_M = 75.0  # from the middle of the river to the roads along it
RAILSIDE_M = 45.0
ROADSIDE_M = 42.0  # from the middle of the expressway to the roads along it, which people walk
COASTAL_M = 160.0  # from the shore to the coast road
EXPRESSWAY_U = 2700.0  # the expressway runs along this line, from one end of the district to the other
FAR_M = 9000.0  # farther from the middle of the sheet than any land
_WEST_U, _EAST_U, _SOUTH_V, _NORTH_V = -4700.0, 6950.0, -4450.0, 4450.0
_STEP_M = 50.0  # between the points of a bent line
_ORIGIN = (528_000.0, 3_822_000.0)  # out at sea: no place on land is meant
_TURN = np.radians(-9.0)
_KM2 = 1e6
_EXACT_M = 1e-4

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A straight line of the sheet that is a road or only a border."""

    geometry: BaseGeometry
    axis: str  # "u": runs north-south at a constant u; "v": west-east; "coast", "outer": by themselves
    position: float
    rank: str  # a road's rank, "" for a border without one


@dataclass(frozen=True)
class Tract:
    """A community's land on the sheet."""

    community: Community
    street: Street
    polygon: BaseGeometry


@dataclass(frozen=True)
class Ground:
    """The sheet, its scale, and how it is cut."""

    scale: float
    land: BaseGeometry
    tracts: tuple[Tract, ...] = ()
    borders: tuple[Line, ...] = ()

    def to_metric(self, points: Array) -> Array:
        """Bend points of the sheet onto the ground, to the millimetre."""
        u, v = points[:, 0], points[:, 1]
        near_rail, near_river = np.exp(-((u / 3500.0) ** 2)), np.exp(-((v / 2800.0) ** 2))
        x = u + 190.0 * np.sin(v / 2100.0 + 0.4) * near_rail + 60.0 * np.sin(v / 1200.0 + u / 2300.0)
        y = (
            v
            + (340.0 * np.sin(u / 1200.0) + 60.0 * np.sin(u / 480.0 + 1.0)) * near_river
            + 80.0 * np.sin(u / 1300.0 - v / 2500.0)
        )
        east = self.scale * (x * np.cos(_TURN) - y * np.sin(_TURN)) + _ORIGIN[0]
        north = self.scale * (x * np.sin(_TURN) + y * np.cos(_TURN)) + _ORIGIN[1]
        return np.round(np.column_stack([east, north]), 3)

    def bend(self, shape: BaseGeometry) -> BaseGeometry:
        """Bend a shape of the sheet onto the ground."""
        return shapely.transform(shapely.segmentize(shape, _STEP_M), self.to_metric)

    def bend_all(self, shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
        """Bend shapes of the sheet onto the ground."""
        return np.array([self.bend(shape) for shape in shapes], dtype=object)

    def area_m2(self, polygon: BaseGeometry) -> float:
        """Measure a polygon of the sheet on the ground."""
        return float(shapely.area(self.bend(polygon)))


def survey() -> Ground:
    """Draw the land at the published size and cut it into sectors, rows and communities."""
    land = Polygon(np.vstack(list(_shore())))
    ground = Ground(scale=1.0, land=land)
    ground = replace(ground, scale=float(np.sqrt(AREA_KM2 * _KM2 / ground.area_m2(land))))
    tracts: list[Tract] = []
    borders = [
        Line(LineString([(-FAR_M, 0), (FAR_M, 0)]), "v", 0.0, ""),
        Line(LineString([(0, -FAR_M), (0, FAR_M)]), "u", 0.0, ""),
        Line(LineString([(EXPRESSWAY_U, -FAR_M), (EXPRESSWAY_U, FAR_M)]), "u", EXPRESSWAY_U, "快速路"),
        Line(LineString(shapely.get_coordinates(land)), "outer", 0.0, ""),
    ]
    for street in STREETS:
        cut_tracts, cut_lines = _cut_street(ground, street)
        tracts.extend(cut_tracts)
        borders.extend(cut_lines)
    return replace(ground, tracts=tuple(tracts), borders=tuple(borders))


def coast_u(v: Array) -> Array:
    """Return the u of the shore: bays and headlands."""
    wide = 330.0 * np.sin(v / 1500.0 + 1.9) + 150.0 * np.sin(v / 610.0 + 0.5)
    small = 45.0 * np.sin(v / 190.0) + 20.0 * np.sin(v / 83.0 + 2.0)
    mouth = 260.0 * np.exp(-((v / 330.0) ** 2))
    return _EAST_U + wide + small - mouth


def river_half_width_m(u: Array) -> Array:
    """Return half the width of the river, growing towards the sea."""
    growth = np.clip((u - _WEST_U) / (_EAST_U - _WEST_U), 0.0, 1.1)
    return 22.0 + 24.0 * growth**2 + 3.0 * np.sin(u / 310.0)


def _shore() -> Iterator[Array]:
    """Yield the outer border's four sides, the shore first, going round to the left."""
    v = np.arange(_SOUTH_V, _NORTH_V + 1, _STEP_M)
    shore = coast_u(v)
    yield np.column_stack([shore, v])
    for level, end, step in ((_NORTH_V, shore[-1], -1), (_SOUTH_V, shore[0], 1)):
        along = np.arange(_WEST_U, end - _STEP_M / 2, _STEP_M)[::step]
        yield np.column_stack([along, level + _ragged(along, 1400.0, _WEST_U, end)])
        if step < 0:
            inner = v[-2:0:-1]
            yield np.column_stack([_WEST_U - _ragged(inner, 1300.0, _SOUTH_V, _NORTH_V), inner])


def _ragged(along: Array, wave_m: float, start: float, end: float) -> Array:
    """Return how far a district limit along ridges and ditches leaves its line; nothing at its ends."""
    fade = np.clip(np.minimum(along - start, end - along) / 500.0, 0.0, 1.0)
    return fade * (170.0 * np.sin(along / wave_m) + 40.0 * np.sin(along / 410.0))


def _cut_street(ground: Ground, street: Street) -> tuple[list[Tract], list[Line]]:
    """Cut a sector into rows and communities; the areas not published share what the others leave."""
    sector = _sector(ground.land, street)
    members = [c for row in street.rows for c in row]
    fixed_m2 = sum(c.area_km2 for c in members if c.exact_area) * _KM2
    weight = sum(c.area_km2 for c in members if not c.exact_area)
    rate = (ground.area_m2(sector) - fixed_m2) / weight
    areas = {c: c.area_km2 * (_KM2 if c.exact_area else rate) for c in members}
    tracts, lines = [], []
    rows, cuts = _slices(ground, sector, "v", [sum(areas[c] for c in row) for row in street.rows[::-1]])
    lines += [replace(cut, rank="主干路") for cut in cuts]
    for row, land in zip(street.rows[::-1], rows, strict=True):
        parts, cuts = _slices(ground, land, "u", [areas[c] for c in row])
        lines += cuts
        tracts += [Tract(c, street, part) for c, part in zip(row, parts, strict=True)]
    order = {c: i for i, c in enumerate(members)}
    return sorted(tracts, key=lambda t: order[t.community]), lines


def _sector(land: BaseGeometry, street: Street) -> BaseGeometry:
    """Return the part of the land between the railway, the river and the expressway that a street has."""
    west, east = ((-1e5, 0.0), (0.0, EXPRESSWAY_U), (EXPRESSWAY_U, 1e5))[street.column]
    south, north = (0.0, 1e5) if street.side == "north" else (-1e5, 0.0)
    return shapely.clip_by_rect(land, west, south, east, north)


def _slices(
    ground: Ground, polygon: BaseGeometry, axis: str, areas_m2: list[float]
) -> tuple[list[BaseGeometry], list[Line]]:
    """Slice a polygon across an axis into parts of given areas; return the parts and the cuts."""
    parts, cuts = [], []
    for area_m2 in areas_m2[:-1]:
        position = _position(ground, polygon, axis, area_m2)
        part, polygon, cut = halves(polygon, axis, position)
        parts.append(part)
        cuts.append(Line(cut, axis, position, "次干路"))
    return [*parts, polygon], cuts


def _position(ground: Ground, polygon: BaseGeometry, axis: str, area_m2: float) -> float:
    """Find where to cut so that the part below has an area."""
    at = 0 if axis == "u" else 1
    low, high = polygon.bounds[at], polygon.bounds[at + 2]
    while high - low > _EXACT_M:
        middle = (low + high) / 2
        below, _, _ = halves(polygon, axis, middle)
        low, high = (middle, high) if ground.area_m2(below) < area_m2 else (low, middle)
    return round((low + high) / 2, 3)


def halves(
    polygon: BaseGeometry, axis: str, position: float
) -> tuple[BaseGeometry, BaseGeometry, BaseGeometry]:
    """Cut a polygon of the sheet at a constant u or v: the part below, the part above, the cut."""
    west, south, east, north = shapely.box(*polygon.bounds).buffer(1.0, join_style="mitre").bounds
    below, above = [west, south, east, north], [west, south, east, north]
    at = 0 if axis == "u" else 1
    below[at + 2] = above[at] = position
    line = LineString([above[:2], below[2:]])
    return (
        shapely.clip_by_rect(polygon, *below),
        shapely.clip_by_rect(polygon, *above),
        line.intersection(polygon),
    )
