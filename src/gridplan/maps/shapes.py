"""Shapes small enough for a page: whole millionths of a degree (about 0.1 m), each vertex as its step from the one before."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

MICRODEGREES = 1_000_000
GEOGRAPHIC = "EPSG:4326"


def projector(crs: CRS) -> Callable[[np.ndarray], np.ndarray]:
    """Return the way from metric coordinates (rows of x, y) to whole microdegrees (rows of latitude, longitude)."""
    transformer = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True)

    def project(metric: np.ndarray) -> np.ndarray:
        longitude, latitude = transformer.transform(metric[:, 0], metric[:, 1])
        return np.rint(np.column_stack([latitude, longitude]) * MICRODEGREES).astype(np.int64)

    return project


def packed(shapes: gpd.GeoSeries) -> list[Any]:
    """Return each polygon as parts of rings, each line as parts, each point as one pair; all as steps in microdegrees.

    Rings come without their closing vertex.
    """
    geometries = shapes.to_numpy()
    if not len(geometries):
        return []
    kind, metric, offsets = shapely.to_ragged_array(geometries)
    whole = projector(shapes.crs)(metric)
    if kind == shapely.GeometryType.POINT:
        return whole.tolist()
    closing = kind in (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    level: list[Any] = _chains(whole, offsets[0], closing=closing)
    for starts in offsets[1:]:
        level = [level[a:b] for a, b in zip(starts[:-1], starts[1:], strict=True)]
    single = kind in (shapely.GeometryType.POLYGON, shapely.GeometryType.LINESTRING)
    return [[shape] for shape in level] if single else level


def _chains(whole: np.ndarray, starts: np.ndarray, *, closing: bool) -> list[list[int]]:
    """Each chain of vertices as one flat list: its first vertex, then steps."""
    steps = np.diff(whole, axis=0, prepend=0)
    firsts = starts[:-1]
    steps[firsts] = whole[firsts]
    ends = starts[1:] - int(closing)
    return [steps[a:b].ravel().tolist() for a, b in zip(firsts, ends, strict=True)]


def inner_circles(shapes: gpd.GeoSeries) -> tuple[list[list[int]], list[int]]:
    """Return the centre (microdegrees) and radius (metres) of the widest circle inside each polygon: room for its label."""
    if shapes.empty:
        return [], []
    spokes = shapely.maximum_inscribed_circle(shapes.to_numpy(), tolerance=2.0)
    centres = projector(shapes.crs)(shapely.get_coordinates(shapely.get_point(spokes, 0)))
    return centres.tolist(), np.rint(shapely.length(spokes)).astype(int).tolist()


def straightest(lines: gpd.GeoSeries) -> tuple[list[list[int]], list[int], list[int]]:
    """Return the middle (microdegrees), length (metres) and angle (degrees, -90..90, down positive) of each line's longest part."""
    parts, owner = shapely.get_parts(lines.to_numpy(), return_index=True)
    length_m = shapely.length(parts)
    longest = np.lexsort((-length_m, owner))
    longest = longest[np.unique(owner[longest], return_index=True)[1]]
    chosen, room_m = parts[longest], length_m[longest]
    ahead, behind = (
        shapely.get_coordinates(shapely.line_interpolate_point(chosen, share, normalized=True)) for share in (0.6, 0.4)
    )
    middle = shapely.get_coordinates(shapely.line_interpolate_point(chosen, 0.5, normalized=True))
    dx, dy = (ahead - behind).T
    angle = -np.degrees(np.arctan2(dy, dx))
    upright = (angle + 90) % 180 - 90
    return projector(lines.crs)(middle).tolist(), room_m.astype(int).tolist(), np.rint(upright).astype(int).tolist()
