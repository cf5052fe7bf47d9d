"""Checks of where things lie, seen from the communities."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.checks.faults import Fault, Harm, Sheet

TOUCHING_M = 0.01  # up to which a point beside a border lies on it: coordinates are no finer
STRAY_M = 5.0  # up to which a point outside every community is taken to the nearest
ELSEWHERE_M = 5_000.0  # between two inputs that cannot belong to one place

Shapes = npt.NDArray[np.object_]
Bounds = npt.NDArray[np.float64]  # west, south, east, north, a row a shape; NaN where there is none


def elsewhere(bounds: Bounds, communities: Bounds, sheet: Sheet) -> list[Fault]:
    """Return a fault if the extent of an input lies far from that of the communities; the bounds of each shape are given."""
    own, other = (_extent(one) for one in (bounds, communities))
    distance_m = shapely.distance(own, other)
    if not distance_m > ELSEWHERE_M:
        return []
    return [sheet.fault("elsewhere", np.array([], dtype=np.intp), distance_km=f"{distance_m / 1000:,.0f}")]


def _extent(bounds: Bounds) -> shapely.Polygon:
    """Return the box around bounds, of nothing finite where there are none."""
    low = [np.fmin.reduce(side, initial=np.nan) for side in bounds.T[:2]]
    return shapely.box(*low, *[np.fmax.reduce(side, initial=np.nan) for side in bounds.T[2:]])


def homes(
    points: Bounds, ids: npt.NDArray[np.object_], communities: Shapes, sheet: Sheet
) -> tuple[npt.NDArray[np.object_], list[Fault]]:
    """Return the id of the community of each point, given by its bounds, "" for a point that is far from all.

    On a border it is the first id of those that hold the point; up to 5 m outside, the first of the nearest.
    Where no community has a shape, which is a fault of theirs, nothing is said of the points.
    """
    if shapely.is_missing(communities).all():
        return np.full(len(points), "", dtype=object), []
    order = np.argsort(ids.astype(str), kind="stable")
    held = _held(points, communities[order])
    home = _first_of(held[::-1], len(points))
    between = np.bincount(held[1], minlength=len(points)) > 1
    stray = np.flatnonzero(home < 0)
    stray = stray[~np.isnan(points[stray, 0])]
    away = shapely.points(points[stray, :2])
    near, distance_m = shapely.STRtree(communities[order]).query_nearest(away, return_distance=True)
    nearest_m = np.zeros(len(points))
    nearest_m[stray[near[0]]] = distance_m
    close = distance_m <= STRAY_M
    home[stray] = _first_of(near[:, close], len(stray))
    far = np.zeros(len(points), dtype=bool)
    far[stray] = home[stray] < 0
    moved = (nearest_m > TOUCHING_M) & ~far
    faults = sheet.faults("outside", far, farthest_m=f"{nearest_m.max(initial=0):,.0f}")
    farthest_m = f"{nearest_m[moved].max(initial=0):.2f}"
    faults += sheet.faults("taken_to_nearest", moved, Harm.TOLD, farthest_m=farthest_m)
    faults += sheet.faults("on_border", between, Harm.DOUBT)
    named = np.append(ids[order], "")
    return named[home], faults


def _held(points: Bounds, polygons: Shapes) -> npt.NDArray[np.intp]:
    """Return the pairs of polygons and the points in or on them, a column each, as a query of a tree gives them.

    Points sorted from west to east lie side by side in memory where a polygon asks for them: several times as fast
    as a tree of points in the order of a file.
    """
    order = np.argsort(points[:, 0])
    x, y = points[order, 0], points[order, 1]
    bounds = shapely.bounds(polygons)
    first, end = np.searchsorted(x, bounds[:, 0]), np.searchsorted(x, bounds[:, 2], side="right")
    inside = [np.empty(0, dtype=np.intp)]
    shapely.prepare(polygons)
    for number, polygon in enumerate(polygons):
        near = y[first[number] : end[number]]
        near_at = first[number] + np.flatnonzero((near >= bounds[number, 1]) & (near <= bounds[number, 3]))
        inside.append(order[near_at[shapely.intersects_xy(polygon, x[near_at], y[near_at])]])
    shapely.destroy_prepared(polygons)
    counts = [len(found) for found in inside[1:]]
    return np.array([np.repeat(np.arange(len(polygons)), counts), np.concatenate(inside)])


def _first_of(pairs: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    """Return the least partner of each of ``count`` rows, -1 for a row without one."""
    least = np.full(count, np.iinfo(np.intp).max)
    np.minimum.at(least, pairs[0], pairs[1])
    return np.where(least == np.iinfo(np.intp).max, -1, least)


def outside_special_areas(shapes: Shapes, communities: Shapes, sheet: Sheet) -> list[Fault]:
    """Tell of special areas that no community holds any part of; of none where no community has a shape."""
    if shapely.is_missing(communities).all():
        return []
    tree = shapely.STRtree(communities)
    inside = np.isin(np.arange(len(shapes)), tree.query(shapes, predicate="intersects")[0])
    return sheet.faults("special_outside", ~inside & ~shapely.is_missing(shapes), Harm.TOLD)


def at_home(
    list_: gpd.GeoDataFrame, ids: npt.NDArray[np.object_], communities: Shapes, sheet: Sheet
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return a list with the community that each row with a place lies in; a need has to lie in one, a resource need not."""
    home, faults = homes(shapely.bounds(list_.geometry.to_numpy()), ids, communities, sheet)
    named = list_["community_id"].to_numpy(object)
    moved = sheet.faults("other_community", (named != "") & (home != "") & (named != home), Harm.TOLD)
    lies = list_.assign(community_id=np.where(home == "", named, home))
    return lies, [*(faults if sheet.part == "needs" else ()), *moved]


def unknown_communities(roster: pd.DataFrame, ids: npt.NDArray[np.object_], sheet: Sheet) -> list[Fault]:
    """Return the rows of the roster that are bound to a community that there is not."""
    bound = roster["community_id"].to_numpy()
    unknown = (bound != "") & ~np.isin(bound.astype(str), ids.astype(str))
    example = bound[int(np.argmax(unknown))] if unknown.any() else ""
    return sheet.faults(
        "unknown_community", unknown, example=example, column=sheet.columns.get("community", "")
    )
