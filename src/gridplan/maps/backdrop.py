"""The ground that a plan lies on, from its own data: special areas, water and railways, roads."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.maps import signs
from gridplan.maps.elements import Drawn
from gridplan.maps.shapes import area_labels, packed, straightest
from gridplan.maps.written import Words
from gridplan.plan import Plan

SKETCH_M = 1.0  # lines that nothing else must meet lose vertices nearer than this to the straight line
POLYGON_DIMENSIONS = 2


def special_layer(plan: Plan, words: Words) -> Drawn | None:
    """Schools, malls, parks: green ground with a name."""
    areas = plan.backdrop.get("special_areas")
    if areas is None or areas.empty:
        return None
    data = {
        "key": "special",
        "rank": 0,
        "shapes": packed(areas.geometry),
        "looks": [signs.SPECIAL_AREA],
        "labels": area_labels(areas.geometry, areas["name"].tolist(), kind="special", rank=2),
    }
    return Drawn(data, name=words("layer_special"))


def barrier_layer(plan: Plan, words: Words) -> Drawn | None:
    """Water as blue ground or bands, railways as dashed dark lines."""
    barriers = plan.backdrop.get("barriers")
    if barriers is None or barriers.empty:
        return None
    shapes = shapely.simplify(barriers.geometry.to_numpy(), SKETCH_M)
    area = shapely.get_dimensions(shapes) == POLYGON_DIMENSIONS
    look = np.where(area, 0, np.where(is_railway(barriers), 2, 1))
    order = np.argsort(~area, kind="stable")
    grounds, lines = (gpd.GeoSeries(shapes[half], crs=barriers.crs) for half in (area, ~area))
    names = barriers["name"].to_numpy()[order]
    data = {
        "key": "barriers",
        "rank": 2,
        "shapes": [*packed(grounds), *packed(lines)],
        "open": (~area[order]).tolist(),
        "look": look[order].tolist(),
        "looks": [signs.WATER, signs.STREAM, signs.RAILWAY],
        "tips": names.tolist(),
        "labels": _barrier_labels(grounds, lines, names.tolist()),
    }
    return Drawn(data, name=words("layer_barriers"))


def road_layer(plan: Plan, words: Words) -> Drawn | None:
    """Roads, wider by rank, named on hover and along the line."""
    roads = plan.backdrop.get("roads")
    if roads is None or roads.empty:
        return None
    rank = signs.road_ranks(roads["rank"])
    order = np.argsort(-rank, kind="stable")
    lines = gpd.GeoSeries(shapely.simplify(roads.geometry.to_numpy(), SKETCH_M)[order], crs=roads.crs)
    names = roads["name"].to_numpy()[order]
    data = {
        "key": "roads",
        "rank": 3,
        "roads": True,
        "shapes": packed(lines),
        "look": rank[order].tolist(),
        "looks": signs.ROADS,
        "tips": names.tolist(),
        "labels": _road_labels(lines, names),
    }
    return Drawn(data, name=words("layer_roads"))


def is_railway(barriers: gpd.GeoDataFrame) -> np.ndarray:
    """Return which barriers are railways, by their names: the plan file says no more of them."""
    railway: np.ndarray = barriers["name"].str.contains(signs.RAILWAY_NAME).to_numpy(bool)
    return railway


def _barrier_labels(grounds: gpd.GeoSeries, lines: gpd.GeoSeries, names: list[str]) -> dict[str, Any]:
    """Names, level on water that has a shape, along the line elsewhere; they may be wider than a river."""
    labels = area_labels(grounds, names, kind="water", rank=3)
    at, length_m, angle = straightest(lines)
    return {
        **labels,
        "at": labels["at"] + at,
        "radius_m": (np.sqrt(grounds.area) / 2).astype(int).tolist() + [each // 2 for each in length_m],
        "angle": [0] * len(grounds) + angle,
    }


def _road_labels(lines: gpd.GeoSeries, names: np.ndarray) -> dict[str, Any]:
    """Each name once, on its longest stretch."""
    at, length_m, angle = straightest(lines)
    named = pd.DataFrame({"name": names, "length_m": length_m}).query("name != ''")
    chosen = named.sort_values("length_m", ascending=False, kind="stable").drop_duplicates("name").index
    return {
        "at": [at[i] for i in chosen],
        "radius_m": [length_m[i] // 2 for i in chosen],
        "angle": [angle[i] for i in chosen],
        "texts": names[chosen].tolist(),
        "second": [],
        "kind": "road",
        "rank": 4,
    }
