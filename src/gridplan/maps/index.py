"""``Plan -> folium.Map``: the map of a whole plan, and its pages."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import folium
import numpy as np
from folium.plugins import Fullscreen

from gridplan.maps import panels
from gridplan.maps.changes import Changes
from gridplan.maps.elements import Assets, Beside, Underlay
from gridplan.maps.hand import hand_data
from gridplan.maps.layers import all_layers
from gridplan.maps.offline import JQUERY_JS, LEAFLET_CSS, LEAFLET_JS, html_safe, page
from gridplan.maps.shapes import corners, zoom_for
from gridplan.maps.tiles import origins, tiles
from gridplan.maps.written import speaker
from gridplan.moves import Ground
from gridplan.part import community_of, street_of
from gridplan.plan import Plan
from gridplan.words import say

INDEX = "index.html"
EVERY = slice(None)
FARTHEST_ZOOM = 20
MOST_UNITS = 6_000  # up to which they are on the page of all streets too
MOST_COMMUNITIES = 100  # up to which each has a page of its own
GRID_PIXELS = 90  # a grid so wide can carry its name


def build_map(
    plan: Plan,
    *,
    links: Sequence[tuple[str, str]] = (),
    pages: Mapping[str, str] | None = None,
    hand: dict[str, Any] | None = None,
    units: bool = True,
    changes: Changes | None = None,
) -> folium.Map:
    """Return the map of a plan as a folium map, to which layers of one's own may be added.

    ``links`` are texts and names of pages beside this one, shown under the title; ``pages`` that of each community's, to which its
    card leads; ``hand`` is what moving units by hand needs (``maps.hand``), None for no such tool; ``changes`` an earlier plan and
    what moved since. Without ``units`` the page has no layer of the units, which are most of its bytes.

    Examples
    --------
    >>> built = build_map(plan)  # doctest: +SKIP
    >>> folium.GeoJson(my_layer, name="...").add_to(built)  # doctest: +SKIP
    >>> Path("map.html").write_text(page(built, language="zh"), encoding="utf-8")  # doctest: +SKIP
    """
    words = speaker(plan.language)
    built = _canvas(plan, title=panels.title(plan, words))
    underlay = tiles(plan, words)
    if underlay is not None:
        built.add_child(Underlay(underlay, origins=origins(underlay)))
    for layer in all_layers(plan, words, units=units, pages=pages or {}):
        built.add_child(layer)
    for layer in [] if changes is None else changes.layers(plan, words):
        built.add_child(layer)
    built.add_child(Beside("bar", panels.bar(plan, words, links, units=units)))
    built.add_child(Fullscreen(title=words("full_screen"), title_cancel=words("full_screen_leave")))
    built.add_child(folium.LayerControl(collapsed=False))
    built.add_child(Beside("measure", panels.measure(words)))
    built.add_child(Beside("overview", {"title": words("overview")}))
    built.add_child(Beside("communities", panels.community_table(plan, words)))
    if hand is not None:
        built.add_child(Beside("hand", hand))
    built.add_child(Beside("legend", panels.legend(plan, words, units=units, changed=changes is not None)))
    return built


def pages(plan: Plan, *, ground: Mapping[str, Ground] | None = None, some: slice = EVERY) -> dict[str, str]:
    """Return the pages of a plan, file name -> text: all of it, each street and each community where there are several.

    Nothing is written. Where there are very many units only the pages of streets draw them; where there are very many communities
    they have no pages of their own. With the ground of its communities the pages can move units by hand, but for that of
    several streets. ``some``: which of the pages, in the order of their names' numbers, where several processes draw them.
    """
    words = speaker(plan.language)

    def made(
        part: Plan, links: Sequence[tuple[str, str]], *, units: bool = True, by_hand: bool = True
    ) -> str:
        hand = hand_data(part, plan, ground, words) if by_hand and ground is not None else None
        return page(build_map(part, links=links, pages=below, hand=hand, units=units), language=plan.language)

    streets, below = _street_files(plan), _community_files(plan)
    whole = (say(plan.language, "maps.whole", name=plan.report["project"]["name"]), INDEX)
    named = dict(zip(plan.communities["community_id"], plan.communities["name"], strict=True))
    first = list(streets.items()) or [(str(named[one] or one), file) for one, file in below.items()]

    def of_all() -> str:
        return made(plan, first, units=not streets or len(plan.units) <= MOST_UNITS, by_hand=not streets)

    def of_street(street: str) -> str:
        mine = plan.communities[plan.communities["street"] == street]["community_id"]
        inside = [(str(named[one] or one), below[one]) for one in mine if one in below]
        return made(street_of(plan, street), [whole, *inside])

    def of_community(community: str) -> str:
        home = plan.communities.set_index("community_id")["street"][community]
        above = [(home, streets[home])] if home in streets else []
        return made(community_of(plan, community), [whole, *above])

    wanted: list[tuple[str, Callable[[], str]]] = [
        (INDEX, of_all),
        *((file, partial(of_street, street)) for street, file in streets.items()),
        *((file, partial(of_community, community)) for community, file in below.items()),
    ]
    return {file: draw() for file, draw in wanted[some]}


def _street_files(plan: Plan) -> dict[str, str]:
    """Return the file of each street's page, where there are several streets."""
    names = [] if plan.streets is None else plan.streets["street"].tolist()
    return {name: f"street-{at:02}.html" for at, name in enumerate(names, start=1)} if len(names) > 1 else {}


def _community_files(plan: Plan) -> dict[str, str]:
    """Return the file of each community's page, where there are several communities, and not too many."""
    ids = plan.communities["community_id"].tolist()
    if not 1 < len(ids) <= MOST_COMMUNITIES:
        return {}
    return {one: f"community-{at:03}.html" for at, one in enumerate(ids, start=1)}


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
