"""Each layer of a plan as the packed data that a page draws; ``assets/stage.js`` explains its keys.

Order, from below: special areas, grids, barriers (rivers stay visible), roads (bridges cross them), units,
borders of communities and streets, facilities.
"""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.maps import cards, signs
from gridplan.maps.backdrop import barrier_layer, road_layer, special_layer
from gridplan.maps.colours import bordering, colouring
from gridplan.maps.elements import Drawn
from gridplan.maps.shapes import area_labels, packed, zoom_for
from gridplan.maps.written import Words, number
from gridplan.plan import Plan

UNIT_PIXELS = 16  # units are drawn from the zoom where half of them are at least so wide


def all_layers(
    plan: Plan, words: Words, *, units: bool = True, pages: Mapping[str, str] | None = None
) -> list[Drawn]:
    """Return every layer that the plan has something for, as the layer list names them; without ``units`` not that of the units.

    ``pages`` are the files of communities' own pages by their ids.
    """
    layers = [
        grid_layer(plan, words),
        unit_layer(plan, words) if units else None,
        microgrid_layer(plan, words),
        reach_layer(plan, words),
        community_layer(plan, words, pages or {}),
        street_layer(plan, words),
        *facility_layers(plan, words),
        road_layer(plan, words),
        barrier_layer(plan, words),
        special_layer(plan, words),
    ]
    return [layer for layer in layers if layer is not None]


def grid_layer(plan: Plan, words: Words) -> Drawn:
    """Grids, neighbours in different colours; those out of band, special or empty also by another sign."""
    grids, card = plan.grids, cards.grid_cards(plan, words)
    data = {
        "key": "grids",
        "rank": 1,
        "shapes": packed(grids.geometry),
        **grid_looks(plan),
        "tips": cards.grid_tips(plan, words),
        "cards": card,
        "links": _links(
            grids["community_id"], plan.communities["community_id"], "communities", words("to_community")
        ),
        "labels": area_labels(
            grids.geometry,
            card["title"],
            kind="grid",
            rank=3,
            second=[words("grid_label", households=number(n)) if n > 0 else "" for n in grids["households"]],
        ),
    }
    return Drawn(data, name=words("layer_grids"))


def grid_looks(plan: Plan) -> dict[str, Any]:
    """Return the looks that grids may have, and the number of each grid's."""
    grids = plan.grids
    look = np.array(colouring(len(grids), bordering(grids.geometry)), dtype=int)
    out = ((grids["kind"] == "ordinary") & (grids["in_band"] != 1)).to_numpy()
    look[out] += len(signs.ORDINARY)
    special = len(signs.ORDINARY) + len(signs.OUT_OF_BAND)
    look[grids["kind"] == "special"] = special
    look[grids["kind"] == "empty"] = special + 1
    return {"look": look.tolist(), "looks": [*signs.ORDINARY, *signs.OUT_OF_BAND, signs.SPECIAL, signs.EMPTY]}


def unit_layer(plan: Plan, words: Words) -> Drawn:
    """Units as thin outlines, from the zoom where one can see them; counts only."""
    units = plan.units
    data = {
        "key": "units",
        "rank": 4,
        "zoom": zoom_for(units.geometry, pixels=UNIT_PIXELS),
        "shapes": packed(units.geometry),
        "looks": [signs.UNIT],
        "tips": cards.unit_tips(plan, words),
        "cards": cards.unit_cards(plan, words),
        "links": _links(units["grid_id"], plan.grids["grid_id"], "grids", words("to_grid")),
    }
    return Drawn(data, name=words("layer_units"), show=False)


def microgrid_layer(plan: Plan, words: Words) -> Drawn | None:
    """Borders of the microgrids, with what they hold."""
    table = plan.microgrids
    if table is None or table.empty:
        return None
    told = zip(table["microgrid_id"], table["households"], strict=True)
    data = {
        "key": "microgrids",
        "rank": 4.2,
        "shapes": packed(table.geometry),
        "looks": [signs.MICROGRID],
        "tips": [words("microgrid_tip", code=code, households=number(count)) for code, count in told],
    }
    return Drawn(data, name=words("layer_microgrids"), show=False)


def reach_layer(plan: Plan, words: Words) -> Drawn | None:
    """Areas from which a facility is within some minutes, the widest below, where the plan file asks for them."""
    table = plan.isochrones
    if table is None or table.empty:
        return None
    ordered = table.sort_values("minutes", ascending=False, kind="stable")
    steps = sorted(ordered["minutes"].unique())
    told = zip(ordered["category"], ordered["minutes"], ordered["households"], strict=True)
    data = {
        "key": "reach",
        "rank": 4.1,
        "shapes": packed(ordered.geometry),
        "look": [min(steps.index(minutes), len(signs.REACH) - 1) for minutes in ordered["minutes"]],
        "looks": signs.REACH,
        "tips": [
            words("reach_tip", service=service, minutes=number(minutes), households=number(count))
            for service, minutes, count in told
        ],
    }
    return Drawn(data, name=words("layer_reach"), show=False)


def community_layer(plan: Plan, words: Words, pages: Mapping[str, str]) -> Drawn:
    """Borders and names of the communities; each card leads to the page of its own, where there is one and it is another."""
    shapes, card = plan.communities.geometry, cards.community_cards(plan, words)
    data = {
        "key": "communities",
        "rank": 5,
        "shapes": packed(shapes),
        "looks": [signs.COMMUNITY],
        "cards": card,
        "labels": area_labels(shapes, card["title"], kind="community", rank=1),
    }
    if len(plan.communities) > 1 and pages:
        data["pages"] = {
            "text": words("community_page"),
            "to": [pages.get(one, "") for one in plan.communities["community_id"]],
        }
    return Drawn(data, name=words("layer_communities"))


def street_layer(plan: Plan, words: Words) -> Drawn | None:
    """Borders and names of the streets."""
    streets = plan.streets
    if streets is None or streets.empty:
        return None
    told = streets if len(streets) > 1 else streets[:0]  # one street is the whole map: the title names it
    data = {
        "key": "streets",
        "rank": 6,
        "shapes": packed(streets.geometry),
        "looks": [signs.STREET],
        "labels": area_labels(told.geometry, told["street"].tolist(), kind="street", rank=0),
    }
    return Drawn(data, name=words("layer_streets"))


def facility_layers(plan: Plan, words: Words) -> list[Drawn]:
    """Return a layer for each status of facility that the plan has, each with its own mark."""
    if plan.facilities is None:
        return []
    groups = ((status, plan.facilities[plan.facilities["status"] == status]) for status in signs.MARKS)
    return [_facility_layer(plan, table, words, status) for status, table in groups if len(table)]


def _facility_layer(plan: Plan, table: gpd.GeoDataFrame, words: Words, status: str) -> Drawn:
    card, homes = cards.facility_cards(plan, table, words), pd.Series(plan.community_of(table.geometry))
    mark, colour = signs.MARKS[status]
    data = {
        "key": f"facilities_{status}",
        "rank": 7,
        "shapes": packed(table.geometry),
        "mark": mark,
        "looks": [{"color": "#ffffff", "weight": 1.2, "fillColor": colour, "fillOpacity": 1}],
        "glyphs": [title[:1].upper() for title in card["title"]],
        "tips": cards.facility_tips(table, words),
        "cards": card,
        "links": _links(homes, plan.communities["community_id"], "communities", words("to_community")),
    }
    return Drawn(data, name=words(f"layer_{status}"))


def _links(keys: pd.Series, targets: pd.Series, layer: str, text: str) -> dict[str, Any]:
    """From each card to the card of another layer; -1 where there is none."""
    place = pd.Series(range(len(targets)), index=targets)
    return {"layer": layer, "text": text, "to": place.reindex(keys).fillna(-1).astype(int).tolist()}
