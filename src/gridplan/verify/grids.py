"""Kinds, band, shapes and walks of grids follow from their units and rows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.verify.findings import COUNT, LINE, METRE, Flags, Floats, broken, differ, places, total
from gridplan.verify.ground import Shapes
from gridplan.verify.sums import ordinary
from gridplan.words import Message

KINDS = ("ordinary", "special", "empty")
SPECIAL_SHARE = 0.99


def band_of(plan: Plan, grids: pd.DataFrame) -> dict[str, Any]:
    """Return the workers a grid may have, and ``low`` and ``high`` of each grid's community, load a worker."""
    own = plan.bands(grids["community_id"])
    return {**plan.report["band"], "low": own["low"].to_numpy(), "high": own["high"].to_numpy()}


def outside(load: pd.Series, band: dict[str, Any]) -> tuple[Floats, Floats]:
    """Load outside the band and the workers for which it is least (tie: fewer)."""
    workers = np.arange(band["fewest"], band["most"] + 1, dtype=float)
    loads = load.to_numpy(float)[:, None]
    low, high = band["low"][:, None] * workers, band["high"][:, None] * workers
    away = np.maximum(0.0, np.maximum(low - loads, loads - high))
    return away.min(axis=1), workers[away.argmin(axis=1)]


def in_band(grids: pd.DataFrame, band: dict[str, Any]) -> Flags:
    """Whether load and workers of each grid are within the band."""
    load, workers = grids["load"].to_numpy(float), grids["workers"].to_numpy(float)
    return (load >= band["low"] * workers - COUNT) & (load <= band["high"] * workers + COUNT)


def check_kinds(plan: Plan) -> Iterator[Message]:
    """Check that grids are ordinary, special or empty, and only where they may be."""
    grids, ids = plan.grids, plan.grids["grid_id"]
    yield from broken("kind_unknown", ids, ~grids["kind"].isin(KINDS))
    lived_in = (grids["households"] > 0) | (grids["workers"] > 0)
    yield from broken("empty_is_not", ids, (grids["kind"] == "empty") & lived_in)
    special = (grids["kind"] == "special").to_numpy()
    areas = plan.backdrop.get("special_areas")
    if areas is None:
        yield from broken("special_without_area", ids, special)
        return
    shapes = grids.geometry.to_numpy()[special]
    held_m2 = shapely.area(shapely.intersection(shapes, shapely.union_all(areas.geometry.to_numpy())))
    yield from broken("special_without_area", ids[special], held_m2 < SPECIAL_SHARE * shapely.area(shapes))


def check_band(plan: Plan) -> Iterator[Message]:
    """Check that workers are allowed and that ``in_band`` says what load and workers say."""
    grids = ordinary(plan)
    band = band_of(plan, grids)
    ids, workers = grids["grid_id"], grids["workers"]
    allowed = workers.between(band["fewest"], band["most"]) & (workers % 1 == 0)
    yield from broken("workers_not_allowed", ids, ~allowed)
    inside = in_band(grids, band)
    yield from broken("in_band_wrong", ids, differ(grids["in_band"], inside))
    _, best = outside(grids["load"], band)
    yield from broken("workers_not_best", ids, ~inside & (workers != best))


def check_shapes(plan: Plan) -> Iterator[Message]:
    """Check that compactness is 4 pi area / perimeter squared (Polsby and Popper 1991)."""
    shapes = plan.grids.geometry.to_numpy()
    want = 4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2
    yield from broken(
        "compactness_wrong", plan.grids["grid_id"], differ(plan.grids["compactness"], want, LINE)
    )


def unit_points(plan: Plan) -> Shapes:
    """Return each unit's point: household-weighted mean of its rows; without households its inner point."""
    rows, ids = plan.households, plan.units["unit_id"]
    homes, points = rows["households"].to_numpy(float), rows.geometry.to_numpy()
    weight = total(rows["unit_id"], homes, ids)
    safe = np.where(weight > 0, weight, 1.0)
    x, y = (
        total(rows["unit_id"], homes * at, ids) / safe
        for at in (shapely.get_x(points), shapely.get_y(points))
    )
    inner = shapely.point_on_surface(plan.units.geometry.to_numpy())
    return np.where(weight > 0, np.asarray(shapely.points(x, y), object), inner)


def check_walks(plan: Plan) -> Iterator[Message]:
    """Check that walks are those from the unit points to the centre, and none shorter than the line."""
    points = unit_points(plan)
    units = plan.units[["unit_id", "grid_id", "households"]].assign(point=points)
    grids = ordinary(plan)
    grids = grids[grids["households"] > 0]
    ids = grids["grid_id"]
    centre = places(units, "unit_id", grids["centre_unit_id"])
    yield from broken("no_centre", ids, centre < 0)
    grids, ids, centre = grids[centre >= 0], ids[centre >= 0], centre[centre >= 0]
    home = places(grids, "grid_id", units["grid_id"])
    goal = np.full(len(units), None, object)
    goal[home >= 0] = points[centre[home[home >= 0]]]
    line_m = shapely.distance(points, goal)  # not a number outside ordinary grids
    mean_m = total(units["grid_id"], line_m * units["households"], ids) / grids["households"].to_numpy()
    yield from broken("walk_straight_wrong", ids, differ(grids["walk_straight_m"], mean_m, METRE))
    shorter = grids["walk_mean_m"] < grids["walk_straight_m"] - METRE
    yield from broken(
        "walk_shorter_than_line", ids, shorter | (grids["walk_max_m"] < grids["walk_mean_m"] - METRE)
    )
    walk = plan.report.get("walk") or {}
    if walk.get("kind") == "straight":
        yield from _straight_walks(grids, units.assign(line_m=line_m), mean_m, float(walk["detour"]))


def _straight_walks(
    grids: pd.DataFrame, units: pd.DataFrame, mean_m: Floats, detour: float
) -> Iterator[Message]:
    """Check walks and the best centre where people walk line x detour: both follow from the points."""
    ids = grids["grid_id"]
    yield from broken("walk_mean_wrong", ids, differ(grids["walk_mean_m"], detour * mean_m, METRE))
    farthest_m = units[units["households"] > 0].groupby("grid_id")["line_m"].max().reindex(ids)
    yield from broken("walk_max_wrong", ids, differ(grids["walk_max_m"], detour * farthest_m, METRE))
    mine = units[units["grid_id"].isin(ids)]
    pairs = mine.merge(mine[["grid_id", "unit_id", "point"]], on="grid_id", suffixes=("", "_goal"))
    metres = shapely.distance(pairs["point"].to_numpy(), pairs["point_goal"].to_numpy()) * pairs["households"]
    least = (
        metres.groupby([pairs["grid_id"], pairs["unit_id_goal"]]).sum().groupby(level=0).min().reindex(ids)
    )
    better = least.to_numpy() / grids["households"].to_numpy() < mean_m - METRE
    yield from broken("centre_not_best", ids, better)
