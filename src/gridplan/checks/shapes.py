"""Checks and repairs of shapes, each row for itself."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.values import as_numbers, as_text
from gridplan.words import Message

LINE, POLYGON = 1, 2  # dimensions
ALLOWED_DIMENSIONS = {
    "communities": (POLYGON,),
    "special_areas": (POLYGON,),
    "roads": (LINE,),
    "barriers": (LINE, POLYGON),
}
DIMENSION_NAMES = {(0,): "point", (LINE,): "line", (POLYGON,): "polygon", (LINE, POLYGON): "line_or_polygon"}
DISPENSABLE = ("roads", "barriers")  # a row without a shape is left out and told
FREE = ("agencies", "needs", "resources")  # a row may lie nowhere

FARTHEST_M = 1e8  # no coordinate of a metric CRS is beyond, zone number and all

Shapes = npt.NDArray[np.object_]


def build_shapes(table: pd.DataFrame, sheet: Sheet) -> tuple[Shapes, list[Fault]]:
    """Return the shapes that "x" and "y" or "wkt" of a table tell of; None where they cannot be read."""
    if "wkt" in table:
        built = shapely.from_wkt(list(as_text(table["wkt"])), on_invalid="ignore")
        return np.asarray(built, dtype=object), []
    if "x" not in table or "y" not in table:
        nothing = np.full(len(table), None, dtype=object)
        return nothing, [sheet.fault("no_coordinates", np.array([], dtype=np.intp))]
    x, y = as_numbers(table["x"]).found, as_numbers(table["y"]).found
    known = ~np.isnan(x) & ~np.isnan(y)
    shapes = shapely.points(x, y)
    shapes[~known] = None
    if sheet.part not in FREE:
        return shapes, []
    written = (as_text(table["x"]) != "") | (as_text(table["y"]) != "")
    return shapes, sheet.faults("half_place", written & ~known)


def sound(shapes: Shapes, sheet: Sheet) -> tuple[Shapes, list[Fault]]:
    """Return flat, valid shapes of the kind that their part needs, None for the others; and what is wrong.

    Parameters
    ----------
    shapes
        In a metric CRS; a shape that could not be brought there has coordinates that are not finite.
    """
    none, lost = _nowhere(shapes)
    flat = _without(shapes, none | lost)
    flat = shapely.force_2d(flat) if shapely.has_z(flat).any() else flat
    code, harm = ("left_out", Harm.TOLD) if sheet.part in DISPENSABLE else ("no_shape", Harm.FORBIDS)
    faults = [] if sheet.part in FREE else sheet.faults(code, none, harm)
    faults += sheet.faults("not_on_map", lost)
    dimensions = ALLOWED_DIMENSIONS.get(sheet.part)
    if dimensions is None:
        return flat, faults
    there = shapely.get_dimensions(flat)
    wrong = ~none & ~lost & ~np.isin(there, dimensions)
    if wrong.any():
        wanted, found = (_kind(one) for one in (dimensions, (int(there[wrong][0]),)))
        faults += sheet.faults("wrong_shape", wrong, wanted=wanted, found=found)
    flat = _without(flat, wrong)
    mended, repairs = _mended(flat, sheet)
    return mended, faults + repairs


def _nowhere(shapes: Shapes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which shapes are missing or empty, and which others have coordinates that are none."""
    bounds, broken = shapely.bounds(shapes), _with_no_number(shapes)
    if np.abs(bounds).max(initial=0) <= FARTHEST_M and not broken.any():
        return np.zeros(len(shapes), dtype=bool), np.zeros(len(shapes), dtype=bool)
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return none, ~none & (broken | ~(np.abs(bounds) <= FARTHEST_M).all(axis=1))


def _with_no_number(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Return which lines and polygons have a corner that is no number: their bounds leave it out."""
    found = np.zeros(len(shapes), dtype=bool)
    drawn = np.flatnonzero(shapely.get_type_id(shapes) > shapely.GeometryType.POINT)
    corners, of = shapely.get_coordinates(shapes[drawn], return_index=True)
    found[drawn[of[np.isnan(corners).any(axis=1)]]] = True
    return found


def _kind(dimensions: tuple[int, ...]) -> Message:
    """Return what shapes of these dimensions are called."""
    return Message(f"checks.shape_{DIMENSION_NAMES[dimensions]}")


def _without(shapes: Shapes, where: npt.NDArray[np.bool_]) -> Shapes:
    if not where.any():
        return shapes
    kept = shapes.copy()
    kept[where] = None
    return kept


def points(shapes: Shapes) -> Shapes:
    """Return points as they came, and of any other shape an inner point."""
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    if is_point.all():
        return shapes
    inner = shapes.copy()
    inner[~is_point] = shapely.point_on_surface(shapes[~is_point])
    return inner


def _mended(shapes: Shapes, sheet: Sheet) -> tuple[Shapes, list[Fault]]:
    """Make polygons valid that cross or touch themselves, or are mixed with other shapes."""
    is_mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    broken = (~shapely.is_valid(shapes) | is_mixed) & (shapely.get_dimensions(shapes) == POLYGON)
    if not broken.any():
        return shapes, []
    mended = shapes.copy()
    mended[broken] = [areal(shape) for shape in shapely.make_valid(shapes[broken])]
    gone = broken & shapely.is_empty(mended)
    before_m2, after_m2 = (shapely.area(each[broken & ~gone]).sum() for each in (shapes, mended))
    areas = {"before_m2": f"{before_m2:,.1f}", "after_m2": f"{after_m2:,.1f}"}
    faults = sheet.faults("no_area", gone) + sheet.faults("mended_shape", broken & ~gone, Harm.TOLD, **areas)
    return _without(mended, gone), faults


def areal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of a shape that have an area; what is left of an overlay may hold lines beside them."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = parts[shapely.get_dimensions(parts) == POLYGON]
    return areas[0] if len(areas) == 1 else shapely.multipolygons(areas)
