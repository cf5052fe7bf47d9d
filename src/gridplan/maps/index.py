"""``Plan -> folium.Map``: the map of a whole plan, and its pages."""

from collections.abc import Mapping, Sequence
from typing import Any

import folium
import numpy as np
from folium.plugins import Fullscreen

from gridplan.maps import panels
from gridplan.maps.cards import speaker
from gridplan.maps.elements import Assets, Beside
from gridplan.maps.hand import hand_data
from gridplan.maps.layers import all_layers
from gridplan.maps.offline import JQUERY_JS, LEAFLET_CSS, LEAFLET_JS, html_safe, page
from gridplan.maps.shapes import corners, zoom_for
from gridplan.moves import Ground
from gridplan.part import street_of
from gridplan.plan import Plan
from gridplan.words import say

INDEX = "index.html"
FARTHEST_ZOOM = 20
MOST_UNITS = 6_000  # up to which they are on the page of all streets too
GRID_PIXELS = 90  # a grid so wide can carry its name


def build_map(
    plan: Plan,
    *,
    links: Sequence[tuple[str, str]] = (),
    hand: dict[str, Any] | None = None,
    units: bool = True,
) -> folium.Map:
    """Return the map of a plan as a folium map, to which layers of one's own may be added.

    ``links`` are texts and names of pages beside this one, shown under the title; ``hand`` is what moving units by hand needs
    (``maps.hand``), None for no such tool. Without ``units`` the page has no layer of the units, which are most of its bytes.

    Examples
    --------
    >>> built = build_map(plan)  # doctest: +SKIP
    >>> folium.GeoJson(my_layer, name="...").add_to(built)  # doctest: +SKIP
    >>> Path("map.html").write_text(page(built, language="zh"), encoding="utf-8")  # doctest: +SKIP
    """
    words = speaker(plan.language)
    built = _canvas(plan, title=panels.title(plan, words))
    for layer in all_layers(plan, words, units=units):
        built.add_child(layer)
    built.add_child(Beside("bar", panels.bar(plan, words, links, units=units)))
    built.add_child(Fullscreen(title=words("full_screen"), title_cancel=words("full_screen_leave")))
    built.add_child(folium.LayerControl(collapsed=False))
    built.add_child(Beside("communities", panels.community_table(plan, words)))
    if hand is not None:
        built.add_child(Beside("hand", hand))
    built.add_child(Beside("legend", panels.legend(plan, words, units=units)))
    return built


def pages(plan: Plan, *, ground: Mapping[str, Ground] | None = None) -> dict[str, str]:
    """Return the pages of a plan, file name -> text: all of it, and each street where there are several; nothing is written.

    Where there are very many units only the pages of streets draw them. With the ground of its communities the pages of streets (of
    all, where there is one) can move units by hand.
    """
    words = speaker(plan.language)

    def hand(part: Plan) -> dict[str, Any] | None:
        return None if ground is None else hand_data(part, plan, ground, words)

    names = [] if plan.streets is None else plan.streets["street"].tolist()
    files = [f"street-{number:02}.html" for number in range(1, len(names) + 1)] if len(names) > 1 else []
    back = ((say(plan.language, "maps.whole", name=plan.report["project"]["name"]), INDEX),)
    whole = build_map(
        plan,
        links=list(zip(names, files, strict=False)),
        hand=None if files else hand(plan),
        units=not files or len(plan.units) <= MOST_UNITS,
    )
    made = {INDEX: page(whole, language=plan.language)}
    for name, file in zip(names, files, strict=False):
        part = street_of(plan, name)
        made[file] = page(build_map(part, links=back, hand=hand(part)), language=plan.language)
    return made


def _canvas(plan: Plan, *, title: str) -> folium.Map:
    """Return the empty map over the communities."""
    bounds = corners(plan.communities.geometry)
    built = folium.Map(
        location=np.mean(bounds, axis=0).tolist(),
        tiles=None,
        prefer_canvas=True,
        max_zoom=FARTHEST_ZOOM,
        zoom_snap=0.25,
        zoom_delta=0.5,
        attribution_control=False,
        font_size="13px",
    )
    # on the instance: in folium the lists belong to the class, shared by every map
    built.default_js = [("leaflet", LEAFLET_JS), ("jquery", JQUERY_JS)]
    built.default_css = [("leaflet_css", LEAFLET_CSS)]
    built.get_root().title = html_safe(title)
    built.add_child(Assets(bounds=bounds, near_zoom=zoom_for(plan.grids.geometry, pixels=GRID_PIXELS)))
    return built
