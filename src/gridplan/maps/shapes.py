"""Shapes small enough for a page: whole millionths of a degree (0.1 m), each vertex a step from the last."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

MICRODEGREES = 1_000_000
GEOGRAPHIC = "EPSG:4326"
LABEL_M = 2.0  # labels stand so near their best place
EQUATOR_M_PER_PIXEL = 156_543.03  # at zoom 0, by the tile scheme that Leaflet's zoom levels follow


@cache  # to build a transformer costs a tenth of a second, and a page asks for the same one for each layer
def projector(crs: CRS) -> Callable[[np.ndarray], np.ndarray]:
    """Return the way from metric x, y to whole microdegrees of latitude, longitude (a row a point)."""
    transformer = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True)

    def project(metric: np.ndarray) -> np.ndarray:
        longitude, latitude = transformer.transform(metric[:, 0], metric[:, 1])
        return np.rint(np.column_stack([latitude, longitude]) * MICRODEGREES).astype(np.int64)

    return project


def packed(shapes: gpd.GeoSeries) -> list[Any]:
    """Return each polygon as parts of rings, each line as parts, each point as one pair.

    A ring or part is one flat list of microdegrees: its first vertex, then steps. Rings lack their closing
    vertex.
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
        level = [level[a:b] for a, b in pairwise(starts)]
    single = kind in (shapely.GeometryType.POLYGON, shapely.GeometryType.LINESTRING)
    return [[shape] for shape in level] if single else level


def _chains(whole: np.ndarray, starts: np.ndarray, *, closing: bool) -> list[list[int]]:
    """Each chain of vertices as one flat list: its first vertex, then steps."""
    steps = np.diff(whole, axis=0, prepend=0)
    firsts = starts[:-1]
    steps[firsts] = whole[firsts]
    ends = starts[1:] - int(closing)
    return [steps[a:b].ravel().tolist() for a, b in zip(firsts, ends, strict=True)]


def area_labels(
    shapes: gpd.GeoSeries, texts: list[str], *, kind: str, rank: int, second: list[str] | None = None
) -> dict[str, Any]:
    """Return names with the room that they have: centre and radius of the widest circle inside each polygon.

    ``kind`` chooses the face, the least ``rank`` is placed first, ``second`` holds lines below the names.
    """
    spokes = shapely.maximum_inscribed_circle(shapes.to_numpy(), tolerance=LABEL_M)
    return {
        "at": projector(shapes.crs)(shapely.get_coordinates(shapely.get_point(spokes, 0))).tolist(),
        "radius_m": np.rint(shapely.length(spokes)).astype(int).tolist(),
        "texts": texts,
        "second": second or [],
        "kind": kind,
        "rank": rank,
    }


def straightest(lines: gpd.GeoSeries) -> tuple[list[list[int]], list[int], list[int]]:
    """Return the middle (microdegrees), length (metres) and slope (degrees) of each line's longest part.

    The slope, -90 to 90, is that of the fifth around the middle; positive falls to the right.
    """
    parts, owner = shapely.get_parts(lines.to_numpy(), return_index=True)
    order = np.lexsort((-shapely.length(parts), owner))
    chosen = parts[order[np.unique(owner[order], return_index=True)[1]]]
    behind, middle, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(chosen, share, normalized=True))
        for share in (0.4, 0.5, 0.6)
    )
    dx, dy = (ahead - behind).T
    slope = (90 - np.degrees(np.arctan2(dy, dx))) % 180 - 90
    at = projector(lines.crs)(middle).tolist()
    return at, shapely.length(chosen).astype(int).tolist(), np.rint(slope).astype(int).tolist()


def corners(shapes: gpd.GeoSeries) -> list[list[float]]:
    """Return the south-western and north-eastern corner of all shapes: degrees, latitude first."""
    west, south, east, north = shapes.total_bounds
    metric = np.array([[west, south], [east, south], [west, north], [east, north]])
    degrees = projector(shapes.crs)(metric) / MICRODEGREES
    return [degrees.min(axis=0).tolist(), degrees.max(axis=0).tolist()]


def zoom_for(shapes: gpd.GeoSeries, *, pixels: float) -> float:
    """Return the first zoom, in halves, at which half of the polygons are at least so many pixels wide."""
    if shapes.empty:
        return 0.0
    latitude = np.mean(corners(shapes), axis=0)[0]
    width_m = float(np.sqrt(np.median(shapely.area(shapes.to_numpy()))))
    zoom = np.log2(EQUATOR_M_PER_PIXEL * np.cos(np.radians(latitude)) * pixels / max(width_m, 1.0))
    return float(np.ceil(2 * zoom) / 2)
