"""Coordinates that cannot be in the system that they are said to be in, and what has happened to them.

Only what cannot be otherwise is told; nothing is exchanged or moved, since a guess would be a wrong place.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Proj

from gridplan.geo import MOST_LATITUDE, MOST_LONGITUDE
from gridplan.words import Message

Shapes = npt.NDArray[np.object_]
Bounds = npt.NDArray[np.float64]  # west, south, east, north

MOST = (10, 90)  # percentiles between which most coordinates lie
MILLION = 1_000_000.0
ENOUGH = 50_000  # shapes to tell by what is true of all but a few
WIDE_ZONES, NARROW_ZONES = range(13, 24), range(25, 46)  # of CGCS2000: of 6 degrees, of 3 degrees
WIDE_EPSG, NARROW_EPSG = (4491, 4502), (4513, 4534)  # of the first zone: its number in the eastings, or not
BEYOND_DEGREES, INSIDE_DEGREES = 5.0, 1.0  # around the area that a CRS is meant for


def misfit(shapes: Shapes, crs: CRS | None, *, file: str) -> Message | None:
    """Return what is wrong with coordinates as a whole, None where nothing is.

    Parameters
    ----------
    shapes
        As the file has them; None where a row has no shape.
    crs
        The CRS that they are said to be in; None where nothing says it.
    file
        The input as it is named in errors.
    """
    points = shapely.get_coordinates(shapes[:: 1 + len(shapes) // ENOUGH])
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    bounds = np.percentile(points.T.copy(), MOST, axis=1).ravel()  # a few rows astray are faults of theirs
    key, values = _found(bounds, crs)
    return Message(f"geo.{key}", {"file": file, "crs": crs.name if crs else "", **values}) if key else None


def _found(bounds: Bounds, crs: CRS | None) -> tuple[str, dict[str, str]]:
    """Return the key of what is wrong, "" for nothing, and its values."""
    if crs is None or crs.is_geographic:
        return _degrees(bounds, crs)
    if _are_degrees(bounds) and bounds.any():
        return "degrees_in_metres", {}
    prefixed = _false_easting(crs) > MILLION
    named = _zone(bounds)
    if named and not prefixed:
        return "zone_in_eastings", {"best": named}
    if prefixed and bounds[2] < MILLION < bounds[1]:
        return "zone_missing", {"best": _without_prefix(crs)}
    return ("swapped_axes", {}) if _is_swapped(bounds, crs) else ("", {})


def _degrees(bounds: Bounds, crs: CRS | None) -> tuple[str, dict[str, str]]:
    """Look at coordinates that are to be degrees, or of which nothing is said."""
    if _are_degrees(bounds):
        return "", {}
    if _are_degrees(_exchanged(bounds)):
        return "swapped_axes", {}
    named = _zone(bounds)
    if crs is None:
        return ("no_crs_zone", {"best": named}) if named else ("", {})
    return (
        ("metres_in_degrees", {"best": named or "EPSG:4547"})
        if np.abs(bounds).max() > MOST_LONGITUDE
        else ("", {})
    )


def _are_degrees(bounds: Bounds) -> bool:
    most = [MOST_LONGITUDE, MOST_LATITUDE] * 2
    return bool((np.abs(bounds) <= most).all())


def _exchanged(bounds: Bounds) -> Bounds:
    return bounds[[1, 0, 3, 2]]


def _false_easting(crs: CRS) -> float:
    operation = crs.coordinate_operation
    eastings = [one.value for one in operation.params if one.name == "False easting"] if operation else []
    return float(eastings[0]) if eastings else 0.0


def _zone(bounds: Bounds) -> str:
    """Return the CRS of CGCS2000 whose zone number all eastings begin with, "" where there is none."""
    number = int(bounds[0] // MILLION)
    if number != int(bounds[2] // MILLION) or not 0 < bounds[1] <= bounds[3] < 10 * MILLION:
        return ""
    for zones, (first, _) in ((WIDE_ZONES, WIDE_EPSG), (NARROW_ZONES, NARROW_EPSG)):
        if number in zones:
            return f"EPSG:{first + number - zones[0]}"
    return ""


def _without_prefix(crs: CRS) -> str:
    """Return the CRS of the same zone whose eastings do not begin with its number."""
    code = crs.to_epsg() or 0
    for zones, (first, plain) in ((WIDE_ZONES, WIDE_EPSG), (NARROW_ZONES, NARROW_EPSG)):
        if code - first in range(len(zones)):
            return f"EPSG:{plain + code - first}"
    return "EPSG:4547"


@cache
def _projection(crs: CRS) -> Proj:
    return Proj(crs)


def _is_swapped(bounds: Bounds, crs: CRS) -> bool:
    """Tell whether the middle lies far outside the area that a CRS is meant for, and inside with x and y exchanged."""
    if crs.area_of_use is None:
        return False
    area = shapely.box(*crs.area_of_use.bounds)
    to_degrees = _projection(crs)
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    here, there = (shapely.Point(to_degrees(*pair, inverse=True)) for pair in ((x, y), (y, x)))
    inside = np.isfinite(shapely.get_coordinates(there)).all() and area.distance(there) <= INSIDE_DEGREES
    outside = not np.isfinite(shapely.get_coordinates(here)).all() or area.distance(here) > BEYOND_DEGREES
    return bool(inside and outside)
