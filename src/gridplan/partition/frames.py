"""Problems from a table of points or polygons such as a GeoDataFrame, and reasons in words.

What does not fit is told as a ``ValueError`` with the rows meant, counted from 0.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from gridplan.partition.arrays import SHOWN, named, problem_from_arrays
from gridplan.partition.problem import Band, Problem, WorkersAsked
from gridplan.partition.result import Partition
from gridplan.partition.told import Piece, Solved, reason_told

LEAST_M = 0.5  # units that share less border touch at a corner only
NEAR_M = 0.05  # borders that run closer than this are one
OVERLAP = 0.01  # share of the smaller unit that two units may have in common: drawing faults
AREA = 2  # dimensions of a polygon
POINT, POLYGON, MULTIPOLYGON = 0, 3, 6  # shapely's type ids


def problem_from_frame(
    units: Any,
    *,
    load: str,
    band: Band | tuple[float, float],
    neighbors: ArrayLike | None = None,
    distance_m: ArrayLike | None = None,
    weight: str | None = None,
    workers: WorkersAsked = "middle",
) -> Problem:
    """Return the problem of a GeoDataFrame, a row a unit; the frame itself is not changed.

    Parameters
    ----------
    units
        Points or polygons, in a CRS in metres or without a CRS (then taken for metres).
    load, weight
        Columns, as in ``problem_from_arrays``.
    neighbors
        Pairs of labels of the frame's index; not given: polygons that share at least half a metre of border.
    distance_m
        As in ``problem_from_arrays``, in the order of the rows; not given: straight lines between the points, or the
        centroids of the polygons.
    band, workers
        As in ``problem_from_arrays``.

    Raises
    ------
    ValueError
        If a column is missing, a shape cannot be used, polygons overlap, or the rest does not fit together.
    """
    columns = [load] if weight is None else [load, weight]
    missing = [column for column in columns if column not in units.columns]
    if missing:
        raise ValueError(f"columns {missing} are wanted; {list(map(str, units.columns))} came")
    shapes = units.geometry.to_numpy()
    _check_shapes(shapes, units.crs)
    numbers = [pd.to_numeric(units[column], errors="coerce").to_numpy(float) for column in columns]
    return problem_from_arrays(
        numbers[0],
        band=band,
        neighbors=bordering(shapes) if neighbors is None else _rows(neighbors, units.index),
        xy=shapely.get_coordinates(shapely.centroid(shapes)) if distance_m is None else None,
        distance_m=distance_m,
        weight=None if weight is None else numbers[1],
        workers=workers,
    )


def bordering(shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the pairs of rows of polygons that share at least LEAST_M of border, shape (pairs, 2), sorted.

    Borders that are drawn up to NEAR_M apart are one.

    Raises
    ------
    ValueError
        If shapes are no polygons, or overlap.
    """
    flat = np.flatnonzero(shapely.get_dimensions(shapes) < AREA)
    if len(flat):
        raise ValueError(f"points share no border: neighbors are wanted for {named(flat)}")
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=NEAR_M)
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    wrong = np.flatnonzero(shared > OVERLAP * smaller)
    if len(wrong):
        told = [f"{one[at]} and {other[at]} ({shared[at]:.0f} m2)" for at in wrong[:SHOWN]]
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise ValueError(f"units that do not overlap are wanted; rows {', '.join(told)}{more} do")
    around = shapely.buffer(shapes, NEAR_M)
    border_m = shapely.length(shapely.intersection(shapely.boundary(shapes[one]), around[other]))
    pairs = np.column_stack([one, other])[border_m >= LEAST_M]
    return np.asarray(pairs[np.lexsort(pairs.T[::-1])], np.int64)


def reason_text(
    problem: Problem, plan: Partition, *, names: Sequence[str] | None = None, language: str = "en"
) -> str:
    """Return in "en" or "zh" why a plan has grids out of band; "" where it has none. ``names`` are those of the units."""
    labels = [f"row {row}" for row in range(problem.size)] if names is None else list(map(str, names))
    units = pd.DataFrame({"label": labels, "load": problem.load})
    piece = Piece(community=0, units=np.arange(problem.size), problem=problem)
    told = reason_told([(piece, Solved(partition=plan))], units)
    return "" if told is None else told.text(language)


def _check_shapes(shapes: NDArray[np.object_], crs: Any) -> None:
    """Raise ValueError for shapes that no unit can have."""
    metric = crs is None or (
        crs.is_projected and all(axis.unit_conversion_factor == 1 for axis in crs.axis_info)
    )
    kind = shapely.get_type_id(shapes)
    known = np.isin(kind, (POINT, POLYGON, MULTIPOLYGON)) & ~shapely.is_empty(shapes)
    broken = known & ~shapely.is_valid(shapes)
    faults = []
    if not metric:
        faults.append(
            f"a CRS in metres is wanted; {crs.name} came: bring it there with to_crs(estimate_utm_crs())"
        )
    if not known.all():
        faults.append(f"points or polygons are wanted; {named(np.flatnonzero(~known))} hold none")
    if len(set((kind == POINT)[known])) > 1:
        few = np.flatnonzero(known & (kind == POINT))
        faults.append(f"all points or all polygons are wanted; both came: points in {named(few)}")
    if broken.any():
        faults.append(f"valid polygons are wanted; {named(np.flatnonzero(broken))} are not: see make_valid()")
    if faults:
        raise ValueError("\n".join(faults))


def _rows(neighbors: ArrayLike, index: Any) -> NDArray[np.int64]:
    """Return pairs of rows for pairs of labels.

    Raises
    ------
    ValueError
        If the labels are not one a row, or a pair names one that is not there.
    """
    if not index.is_unique:
        twice = index[index.duplicated()].unique().tolist()
        raise ValueError(f"an index with a label a row is wanted; {twice[:SHOWN]} came more than once")
    given = np.array(neighbors, object)
    if given.size and (given.ndim != 2 or given.shape[1] != 2):  # noqa: PLR2004 # pairs
        raise ValueError(f"neighbors: pairs, shape (pairs, 2), are wanted; {given.shape} came")
    rows = index.get_indexer(given.ravel())
    if (rows < 0).any():
        lost = given.ravel()[rows < 0].tolist()
        raise ValueError(f"neighbors: labels of the frame's index are wanted; {lost[:SHOWN]} came")
    return np.asarray(rows, np.int64).reshape(-1, 2)
