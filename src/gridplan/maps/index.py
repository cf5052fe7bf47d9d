"""``Plan -> folium.Map``: the map of a whole plan, and its pages."""

from html import escape

import folium
import numpy as np
from folium.plugins import Fullscreen

from gridplan.maps import layers, panels
from gridplan.maps.cards import Words, speaker
from gridplan.maps.elements import Assets, Beside, Drawn
from gridplan.maps.offline import JQUERY_JS, LEAFLET_CSS, LEAFLET_JS, page
from gridplan.maps.shapes import MICRODEGREES, projector
from gridplan.plan import Plan

FARTHEST_ZOOM = 20


def build_map(plan: Plan) -> folium.Map:
    """Return the map of a plan as a folium map, to which layers of one's own may be added.

    Examples
    --------
    >>> built = build_map(plan)  # doctest: +SKIP
    >>> folium.GeoJson(my_layer, name="...").add_to(built)  # doctest: +SKIP
    >>> Path("map.html").write_text(page(built, language="zh"), encoding="utf-8")  # doctest: +SKIP
    """
    words = speaker(plan.language)
    built = _canvas(plan, title=panels.title(plan, words))
    built.add_child(Assets())
    for layer in _layers(plan, words):
        built.add_child(layer)
    built.add_child(Beside("bar", panels.bar(plan, words)))
    built.add_child(Fullscreen(title=words("full_screen"), title_cancel=words("full_screen_leave")))
    built.add_child(folium.LayerControl(collapsed=False))
    built.add_child(Beside("communities", panels.community_table(plan, words)))
    built.add_child(Beside("legend", panels.legend(plan, words)))
    return built


def pages(plan: Plan) -> dict[str, str]:
    """Return the pages of a plan, file name -> text; nothing is written."""
    return {"index.html": page(build_map(plan), language=plan.language)}


def _canvas(plan: Plan, *, title: str) -> folium.Map:
    """Return the empty map over the communities."""
    west, south, east, north = plan.communities.total_bounds
    corners = np.array([[west, south], [east, south], [west, north], [east, north]])
    degrees = projector(plan.communities.crs)(corners) / MICRODEGREES
    low, high = degrees.min(axis=0).tolist(), degrees.max(axis=0).tolist()
    built = folium.Map(
        location=((np.array(low) + high) / 2).tolist(),
        tiles=None,
        prefer_canvas=True,
        max_zoom=FARTHEST_ZOOM,
        zoom_snap=0.25,
        zoom_delta=0.5,
        attribution_control=False,
        zoom_control=True,
        font_size="13px",
    )
    # on the instance: in folium the lists belong to the class, shared by every map
    built.default_js = [("leaflet", LEAFLET_JS), ("jquery", JQUERY_JS)]
    built.default_css = [("leaflet_css", LEAFLET_CSS)]
    built.get_root().title = escape(title)
    built.fit_bounds([low, high])
    return built


def _layers(plan: Plan, words: Words) -> list[Drawn]:
    """Every layer that the plan has something for, from below."""
    drawn = [
        layers.special_layer(plan, words),
        layers.barrier_layer(plan, words),
        layers.grid_layer(plan, words),
        layers.road_layer(plan, words),
        layers.unit_layer(plan, words),
        layers.community_layer(plan, words),
        layers.street_layer(plan, words),
        *layers.facility_layers(plan, words),
    ]
    return [layer for layer in drawn if layer is not None]
