"""Each layer of a plan as the packed data that ``map.js`` draws; keys of that data are explained there.

Order, from below: backdrop areas and water, grids, roads, units, outlines, facilities.
"""

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.maps import cards
from gridplan.maps.cards import Words
from gridplan.maps.colours import PALETTE, bordering, colouring
from gridplan.maps.elements import Drawn
from gridplan.maps.shapes import inner_circles, packed, straightest
from gridplan.plan import Plan

WARNING, GREY = "#b3261e", "#8a8f98"
WATER, GREEN = "#a9c9e2", "#cfe0c3"
RAILWAY = re.compile(r"铁路|轨道|高铁|\brail|\bline\b|\bmetro", re.IGNORECASE)
SKETCH_M = 1.0  # lines that nothing else must meet lose vertices nearer than this to the straight line
UNIT_PIXELS = 16  # units are drawn from the zoom where half of them are at least so wide
EQUATOR_M_PER_PIXEL = 156_543.03  # at zoom 0, by the tile scheme that Leaflet's zoom levels follow

# words by which plan files rank roads (OpenStreetMap's and the Chinese ones), from the greatest down
RANKS = (
    ("motorway", "trunk", "expressway", "高速", "快速"),
    ("primary", "主干"),
    ("secondary", "次干"),
    ("tertiary", "支路"),
)
MINOR = len(RANKS)
CASINGS = ("#c9a25e", "#cdb98f", "#c4c4bd", "#cccac3", "#d4d2cb")
SURFACES = ("#f7dda2", "#fbeec6", "#ffffff", "#ffffff", "#ffffff")

GRID_BORDER: dict[str, Any] = {"color": "#6d7480", "weight": 0.8, "fillOpacity": 0.72}


def special_layer(plan: Plan, words: Words) -> Drawn | None:
    """Schools, malls, parks: green ground with a name."""
    areas = plan.backdrop.get("special_areas")
    if areas is None or areas.empty:
        return None
    look = {"fillColor": GREEN, "fillOpacity": 0.9, "color": "#9db58c", "weight": 0.6}
    data = {
        **_areas(areas.geometry, looks=[look]),
        "key": "special",
        "rank": 0,
        "labels": _area_labels(areas.geometry, areas["name"].tolist(), kind="special", rank=3),
    }
    return Drawn(data, name=words("layer_special"))


def barrier_layer(plan: Plan, words: Words) -> Drawn | None:
    """Water as blue ground or bands, railways as dashed dark lines."""
    barriers = plan.backdrop.get("barriers")
    if barriers is None or barriers.empty:
        return None
    railway = barriers["name"].str.contains(RAILWAY).to_numpy(bool)
    shapes = shapely.simplify(barriers.geometry.to_numpy(), SKETCH_M)
    area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004
    looks = [
        {"color": WATER, "fillColor": WATER, "fillOpacity": 1, "weight": 1},
        {"color": WATER, "weight": 5, "fill": False},
        {"color": "#7a7d84", "weight": 3, "fill": False, "dash": "#ffffff"},
    ]
    look = np.where(area, 0, np.where(railway, 2, 1))
    order = np.concatenate([np.flatnonzero(area), np.flatnonzero(~area)])
    tables = [gpd.GeoSeries(shapes[part], crs=barriers.crs) for part in (area, ~area)]
    data = {
        "key": "barriers",
        "rank": 1,
        "shapes": [shape for table in tables for shape in packed(table)],
        "open": [bool(not area[i]) for i in order],
        "look": look[order].tolist(),
        "looks": looks,
        "tips": barriers["name"].to_numpy()[order].tolist(),
    }
    return Drawn(data, name=words("layer_barriers"))


def grid_layer(plan: Plan, words: Words) -> Drawn:
    """Grids, neighbours in different colours; those out of band, special or empty marked beside the colour."""
    grids = plan.grids
    colour = np.array(colouring(len(grids), bordering(grids.geometry)), dtype=int)
    mark = np.select(
        [grids["kind"] == "special", grids["kind"] == "empty", grids["in_band"] != 1], [1, 2, 3], default=0
    )
    fills = list(PALETTE)
    looks: list[dict[str, Any]] = [{**GRID_BORDER, "fillColor": fill} for fill in fills]
    looks += [{**GRID_BORDER, "fillColor": "#dfe1e4", "hatch": GREY}, {**GRID_BORDER, "fillColor": "#eceded"}]
    looks += [
        {**GRID_BORDER, "fillColor": fill, "hatch": WARNING, "color": WARNING, "weight": 2.2, "front": True}
        for fill in fills
    ]
    look = np.select([mark == 1, mark == 2, mark == 3], [len(fills), len(fills) + 1, len(fills) + 2 + colour], colour)  # noqa: PLR2004
    card = cards.grid_cards(plan, words)
    data = {
        **_areas(grids.geometry, looks=looks, look=look),
        "key": "grids",
        "rank": 2,
        "tips": cards.grid_tips(plan, words),
        "cards": card,
        "links": _links(grids["community_id"], plan.communities["community_id"], "communities", words("to_community")),
        "labels": _area_labels(grids.geometry, card["title"], kind="grid", rank=2, second=_people(grids, words)),
    }
    return Drawn(data, name=words("layer_grids"))


def road_layer(plan: Plan, words: Words) -> Drawn | None:
    """Roads, wider by rank, named on hover and along the line."""
    roads = plan.backdrop.get("roads")
    if roads is None or roads.empty:
        return None
    width = np.array([_rank(word) for word in roads["rank"]], dtype=int)
    order = np.lexsort((np.arange(len(roads)), -width))
    lines = gpd.GeoSeries(shapely.simplify(roads.geometry.to_numpy(), SKETCH_M)[order], crs=roads.crs)
    names = roads["name"].to_numpy()[order]
    data = {
        "key": "roads",
        "rank": 3,
        "shapes": packed(lines),
        "look": width[order].tolist(),
        "looks": [{"color": s, "casing": c, "fill": False} for s, c in zip(SURFACES, CASINGS, strict=True)],
        "roads": True,
        "tips": names.tolist(),
        "labels": _road_labels(lines, names),
    }
    return Drawn(data, name=words("layer_roads"))


def unit_layer(plan: Plan, words: Words) -> Drawn:
    """Units as thin outlines, from the zoom where one can see them."""
    units = plan.units
    look = {"color": "#8b93a1", "weight": 0.7, "fillOpacity": 0}
    card = cards.unit_cards(plan, words)
    data = {
        **_areas(units.geometry, looks=[look]),
        "key": "units",
        "rank": 4,
        "zoom": _zoom_for(units.geometry),
        "cards": card,
        "links": _links(units["grid_id"], plan.grids["grid_id"], "grids", words("to_grid")),
    }
    return Drawn(data, name=words("layer_units"), show=False)


def community_layer(plan: Plan, words: Words) -> Drawn:
    """Borders and names of the communities."""
    communities = plan.communities
    card = cards.community_cards(plan, words)
    data = {
        **_areas(communities.geometry, looks=[{"color": "#4a4f5c", "weight": 2, "fill": False, "idle": True}]),
        "key": "communities",
        "rank": 5,
        "cards": card,
        "labels": _area_labels(communities.geometry, card["title"], kind="community", rank=1),
    }
    return Drawn(data, name=words("layer_communities"))


def street_layer(plan: Plan, words: Words) -> Drawn | None:
    """Borders and names of the streets."""
    streets = plan.streets
    if streets is None or streets.empty:
        return None
    data = {
        **_areas(streets.geometry, looks=[{"color": "#5b3f77", "weight": 3.4, "opacity": 0.75, "fill": False, "idle": True}]),
        "key": "streets",
        "rank": 6,
        "labels": _area_labels(streets.geometry, streets["street"].tolist(), kind="street", rank=0),
    }
    return Drawn(data, name=words("layer_streets"))


def facility_layers(plan: Plan, words: Words) -> list[Drawn]:
    """A layer for each status of facility that the plan has, each with its own mark."""
    table = plan.facilities
    if table is None:
        return []
    card = cards.facility_cards(plan, words)
    drawn = []
    for status, (mark, colour) in MARKS.items():
        rows = np.flatnonzero(table["status"] == status)
        if len(rows):
            chosen = {key: value if key == "labels" else [value[i] for i in rows] for key, value in card.items()}
            data = {
                "key": f"facilities_{status}",
                "rank": 7,
                "shapes": packed(table.geometry.iloc[rows]),
                "mark": mark,
                "looks": [{"color": "#ffffff", "weight": 1.2, "fillColor": colour, "fillOpacity": 1}],
                "glyphs": [title[:1].upper() for title in chosen["title"]],
                "tips": [cards.joined(title, words(f"facility_{status}")) for title in chosen["title"]],
                "cards": chosen,
            }
            drawn.append(Drawn(data, name=words(f"layer_{status}")))
    return drawn


# status of a facility -> shape of its mark, colour
MARKS = {"existing": ("circle", "#2f5d8a"), "new": ("star", "#c2410c"), "closed": ("cross", "#6b7280")}


def _areas(shapes: gpd.GeoSeries, *, looks: list[dict[str, Any]], look: Any = None) -> dict[str, Any]:
    numbers = [0] * len(shapes) if look is None else np.asarray(look).tolist()
    return {"shapes": packed(shapes), "look": numbers, "looks": looks}


def _area_labels(
    shapes: gpd.GeoSeries, texts: list[str], *, kind: str, rank: int, second: list[str] | None = None
) -> dict[str, Any]:
    """Names with the room they have: the widest circle inside each shape."""
    at, radius_m = inner_circles(shapes)
    return {"at": at, "radius_m": radius_m, "texts": texts, "second": second or [], "kind": kind, "rank": rank}


def _road_labels(lines: gpd.GeoSeries, names: np.ndarray) -> dict[str, Any]:
    """Each name once, on its longest straight stretch."""
    at, length_m, angle = straightest(lines)
    table = pd.DataFrame({"name": names, "length_m": length_m}).query("name != ''")
    longest = table.sort_values("length_m", ascending=False, kind="stable").drop_duplicates("name").index
    return {
        "at": [at[i] for i in longest],
        "radius_m": [length_m[i] // 2 for i in longest],
        "angle": [angle[i] for i in longest],
        "texts": names[longest].tolist(),
        "second": [],
        "kind": "road",
        "rank": 4,
    }


def _people(grids: gpd.GeoDataFrame, words: Words) -> list[str]:
    """Second line of a grid's name."""
    return [words("grid_label", households=cards.number(value)) if value > 0 else "" for value in grids["households"]]


def _links(keys: pd.Series, targets: pd.Series, layer: str, text: str) -> dict[str, Any]:
    """From each card to the card of another layer."""
    place = pd.Series(range(len(targets)), index=targets)
    return {"layer": layer, "text": text, "to": place.reindex(keys).fillna(-1).astype(int).tolist()}


def _rank(word: str) -> int:
    """Width class of a road, 0 the widest, by the word that the plan file's rank column has."""
    told = str(word).lower()
    return next((i for i, group in enumerate(RANKS) if any(sign in told for sign in group)), MINOR)


def _zoom_for(shapes: gpd.GeoSeries) -> int:
    """First zoom at which half of the shapes are UNIT_PIXELS wide."""
    if shapes.empty:
        return 0
    latitude = packed(gpd.GeoSeries([shapes.union_all().centroid], crs=shapes.crs))[0][0] / 1e6
    metres = float(np.sqrt(np.median(shapely.area(shapes.to_numpy()))))
    per_pixel = metres / UNIT_PIXELS
    return int(np.ceil(np.log2(EQUATOR_M_PER_PIXEL * np.cos(np.radians(latitude)) / per_pixel)))
