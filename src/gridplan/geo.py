"""Coordinates: the one place that chooses, names and changes coordinate reference systems (CRS).

Everything inside gridplan is in one metric CRS. For data in CGCS2000 that is a Gauss-Kruger zone of 3 degrees
(EPSG:4534-4554), else a UTM zone on WGS 84. CGCS2000 and WGS 84 agree to centimetres and are taken as one, as
PROJ does.
"""

import math
from collections.abc import Callable
from typing import Any

import coordTransform
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from gridplan.errors import InputError, UsageError
from gridplan.words import Message

WGS84 = CRS.from_epsg(4326)
CGCS2000 = CRS.from_epsg(4490)
CGCS2000_PROJECTED_EPSG = range(4491, 4555)  # Gauss-Kruger, zones of 6 and of 3 degrees
FIRST_ZONE_EPSG, FIRST_MERIDIAN, LAST_MERIDIAN, ZONE_DEGREES = 4534, 75, 135, 3
WGS84_UTM_NORTH_EPSG, WGS84_UTM_SOUTH_EPSG, UTM_ZONE_DEGREES = 32600, 32700, 6
MOST_LONGITUDE, MOST_LATITUDE = 180, 90
LARGEST_SCALE_FAULT = 0.01  # share by which a metre on the map may differ from one on the ground
SHIFTED = ("gcj02", "bd09")  # coordinates of Chinese web maps, for which no CRS code exists
SHIFT_TOLERANCE_DEGREES = 1e-9  # a tenth of a millimetre
SHIFT_ROUNDS = 20

Batch = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], Any]


def named_crs(code: str) -> CRS:
    """Return the CRS of a code of the plan file such as "EPSG:4547".

    Raises
    ------
    UsageError
        If there is no such code, or its datum cannot be brought to CGCS2000 without local parameters.
    """
    try:
        crs = CRS.from_user_input(code)
    except CRSError:
        raise UsageError(Message("geo.unknown_code", {"code": code})) from None
    if is_old_datum(crs):
        raise UsageError(Message("geo.old_datum_code", {"code": code, "crs": crs.name}))
    return crs


def is_old_datum(crs: CRS | None) -> bool:
    """Tell whether a CRS is on Beijing 1954 or Xi'an 1980, which PROJ takes for CGCS2000 without a shift."""
    return crs is not None and any(name in _datum_name(crs) for name in ("beijing", "xian"))


def is_cgcs2000(crs: CRS) -> bool:
    """Tell whether a CRS is on the datum CGCS2000."""
    return any(name in _datum_name(crs) for name in ("china 2000", "cgcs2000", "coordinate system 2000"))


def _datum_name(crs: CRS) -> str:
    geodetic = crs.geodetic_crs
    return geodetic.datum.name.lower().replace("_", " ") if geodetic and geodetic.datum else ""


def in_degrees(shapes: npt.NDArray[np.object_]) -> bool:
    """Tell whether all coordinates that there are can be longitudes and latitudes."""
    extremes = np.abs(gpd.GeoSeries(shapes).total_bounds)
    return not (extremes > [MOST_LONGITUDE, MOST_LATITUDE, MOST_LONGITUDE, MOST_LATITUDE]).any()


def placed(
    shapes: npt.NDArray[np.object_], found: CRS | None, *, coordinates: str, file: str
) -> gpd.GeoSeries:
    """Return shapes with the CRS that they are in.

    Parameters
    ----------
    shapes
        As the file has them; None where a row has no shape.
    found
        The CRS that the file names.
    coordinates
        What the plan file says of them; it overrides what the file names. Where it says "gcj02" or "bd09" the
        shift of Chinese web maps is undone to better than 0.01 m and the result is in WGS 84.
    file
        The input as it is named in errors.

    Raises
    ------
    InputError
        If neither names a CRS, or the one named cannot be brought to CGCS2000 without local parameters.
    """
    crs = stated(found, coordinates)
    if crs is not None and coordinates in SHIFTED:
        return undone(gpd.GeoSeries(shapes, crs=crs), coordinates)
    if crs is None:
        raise InputError(Message("geo.no_crs", {"file": file}))
    if is_old_datum(crs):
        raise InputError(Message("geo.old_datum", {"file": file, "crs": crs.name}))
    return gpd.GeoSeries(shapes, crs=crs)


def stated(found: CRS | None, coordinates: str) -> CRS | None:
    """Return the CRS that coordinates are in by the plan file, else by the file itself; shifted ones in degrees if neither says."""
    if coordinates in SHIFTED:
        return found or WGS84
    asked = {"auto": found, "wgs84": WGS84, "cgcs2000": CGCS2000}
    return asked[coordinates] if coordinates in asked else named_crs(coordinates)


def brought(places: gpd.GeoSeries, crs: CRS) -> gpd.GeoSeries:
    """Return shapes in a CRS; those that are in it under another writing of it stay as they are."""
    if places.crs.equals(crs, ignore_axis_order=True):
        return places.set_crs(crs, allow_override=True)
    return places.to_crs(crs)


def undone(places: gpd.GeoSeries, shift: str) -> gpd.GeoSeries:
    """Return shapes with the shift of "gcj02" or "bd09" undone, in WGS 84."""
    return gpd.GeoSeries(_unshifted(places.to_crs(WGS84).to_numpy(), shift), crs=WGS84)


def again(places: gpd.GeoSeries, shift: str) -> gpd.GeoSeries:
    """Return shapes whose shift of "gcj02" or "bd09" was undone as they came, in degrees."""
    return gpd.GeoSeries(shapely.transform(places.to_crs(WGS84).to_numpy(), _forward(shift)), crs=WGS84)


def _forward(shift: str) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Return what shifts points in degrees."""
    batch: Batch = coordTransform.wgs84_to_gcj02 if shift == "gcj02" else coordTransform.wgs84_to_bd09
    return lambda points: np.column_stack(batch(points[:, 0].copy(), points[:, 1].copy()))


def _unshifted(shapes: npt.NDArray[np.object_], shift: str) -> npt.NDArray[np.object_]:
    """Undo the shift of GCJ-02 or BD-09 by correcting a guess until it shifts to where the point is."""
    forward = _forward(shift)

    def undone(goal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the points, in degrees, that the shift takes to ``goal``."""
        guess = goal.copy()
        for _ in range(SHIFT_ROUNDS if len(goal) else 0):
            away = forward(guess) - goal
            guess -= away
            if np.abs(away).max() < SHIFT_TOLERANCE_DEGREES:
                break
        return guess

    result: npt.NDArray[np.object_] = shapely.transform(shapes, undone)
    return result


def asked_metric_crs(code: str) -> CRS:
    """Return the projected CRS in metres of a code of the plan file.

    Raises
    ------
    UsageError
        If there is no such code, or it does not measure in metres.
    """
    crs = named_crs(code)
    if not _is_in_metres(crs):
        raise UsageError(Message("geo.not_metric", {"code": code, "crs": crs.name}))
    return crs


def metric_crs(asked: str, communities: gpd.GeoSeries) -> CRS:
    """Return the CRS in metres that everything is brought to.

    Parameters
    ----------
    asked
        ``[project] metric_crs``: "auto" or a code.
    communities
        The polygons of the communities, in the CRS that they came in.

    Raises
    ------
    UsageError
        If the code is no projected CRS in metres.
    InputError
        If the communities lie nowhere on Earth, or a metre of the CRS asked for is no metre on the ground.
    """
    degrees = communities.to_crs(communities.crs.geodetic_crs)
    west, south, east, north = degrees.total_bounds
    longitude, latitude = (west + east) / 2, (south + north) / 2
    if not (abs(longitude) <= MOST_LONGITUDE and abs(latitude) <= MOST_LATITUDE):
        raise InputError(Message("geo.nowhere", {"crs": communities.crs.name}))
    automatic = _automatic(communities.crs, longitude, latitude)
    if asked == "auto":
        return automatic
    crs = asked_metric_crs(asked)
    factors = Proj(crs).get_factors(longitude, latitude)
    scales = (factors.meridional_scale, factors.parallel_scale)
    if not all(abs(scale - 1) <= LARGEST_SCALE_FAULT for scale in scales):
        values = {"code": asked, "crs": crs.name, "best": automatic.to_string()}
        raise InputError(Message("geo.distorted", values))
    return crs


def _is_in_metres(crs: CRS) -> bool:
    return crs.is_projected and all(math.isclose(axis.unit_conversion_factor, 1) for axis in crs.axis_info)


def _automatic(crs: CRS, longitude: float, latitude: float) -> CRS:
    """Return the CRS itself where it is a Gauss-Kruger zone of CGCS2000, else the zone of the place."""
    if is_cgcs2000(crs):
        code = crs.to_epsg()
        if code is not None and code in CGCS2000_PROJECTED_EPSG:
            return CRS.from_epsg(code)
        meridian = ZONE_DEGREES * round(longitude / ZONE_DEGREES)
        if FIRST_MERIDIAN <= meridian <= LAST_MERIDIAN:
            return CRS.from_epsg(FIRST_ZONE_EPSG + (meridian - FIRST_MERIDIAN) // ZONE_DEGREES)
    zone = min(60, int((longitude + 180) // UTM_ZONE_DEGREES) + 1)
    return CRS.from_epsg((WGS84_UTM_NORTH_EPSG if latitude >= 0 else WGS84_UTM_SOUTH_EPSG) + zone)
