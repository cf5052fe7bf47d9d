"""What stands beside the drawing: the bar with title and figures, the list of communities, the legend."""

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from gridplan.maps import signs
from gridplan.maps.backdrop import is_railway
from gridplan.maps.cards import (
    WARN,
    community_cards,
)
from gridplan.maps.changes import BEFORE, MOVED
from gridplan.maps.colours import PALETTE
from gridplan.maps.finding import initials, places
from gridplan.maps.shading import views
from gridplan.maps.written import Words, number, percent
from gridplan.plan import Plan


def title(plan: Plan, words: Words) -> str:
    """Return the title of the page."""
    return words("title", name=plan.report["project"]["name"])


def bar(
    plan: Plan, words: Words, links: Sequence[tuple[str, str]] = (), *, units: bool = True
) -> dict[str, Any]:
    """Title, note, date, links to other pages, main figures and the texts of the search box."""
    project, found = plan.report["project"], places(plan, units=units)
    return {
        "title": title(plan, words),
        "note": project.get("note") or "",
        "date": str(project.get("date") or ""),
        "links": [list(link) for link in links],
        "figures": [
            [words(f"figure_{key}"), value] for key, value in main_figures(plan, words).items() if value
        ],
        "search": words("search"),
        "nothing": words("search_nothing"),
        "more": words("search_more"),
        "places": found,
        "initials": initials(_searched(plan, found)),
    }


def _searched(plan: Plan, found: dict[str, list[Any]]) -> set[str]:
    """Return all names that the search looks through."""
    things = (plan.communities[["name", "community_id"]], plan.grids[["name", "code"]])
    told = [name or code for table in things for name, code in table.itertuples(index=False)]
    told += [] if plan.facilities is None else plan.facilities["category"].tolist()
    roads = plan.backdrop["roads"]["name"].tolist() if "roads" in plan.backdrop else []
    streets = [] if plan.streets is None else plan.streets["street"].tolist()
    return {*told, *roads, *streets, *found["text"], *found["where"]}


def main_figures(plan: Plan, words: Words) -> dict[str, str]:
    """Return the figures an official looks for first, as text; "" where not known."""
    totals = plan.report["totals"]
    return {
        "households": number(totals["households"]),
        "grids": number(totals["grids"]),
        "in_band": percent(totals["in_band_share"]),
        "workers": number(totals["workers"]),
        "posts": number(posts_wanted(totals)),
        "gap": gap_text(totals, words),
    }


def posts_wanted(totals: dict[str, Any]) -> int | None:
    """Return the fewest whole posts that satisfy both norms (the larger binds), None without norms."""
    norms = [totals.get(key) for key in ("posts_min", "posts_by_residents")]
    known = [float(norm) for norm in norms if norm is not None and not math.isnan(norm)]
    return math.ceil(max(known) - 1e-9) if known else None


def gap_text(totals: dict[str, Any], words: Words) -> str:
    """Return how many full-time posts are missing or to spare, "" where norm or roster is not known."""
    wanted, roster = posts_wanted(totals), totals.get("workers_on_roster")
    if wanted is None or roster is None or math.isnan(roster):
        return ""
    missing = wanted - float(roster)
    key = "posts_missing" if missing > 0 else "posts_to_spare"
    return words(key, posts=number(abs(missing), 1))


def community_table(plan: Plan, words: Words) -> dict[str, Any]:
    """Return the communities as a table, those with grids out of band first."""
    card = community_cards(plan, words)
    rows = {row["community_id"]: row for row in plan.report["communities"]}
    communities = plan.communities
    out = [int(rows.get(each, {}).get("out_of_band") or 0) for each in communities["community_id"]]
    order = sorted(range(len(communities)), key=lambda i: (-out[i], i))
    figures = zip(communities["households"], communities["grids"], out, strict=True)
    told = [
        [name, number(h), number(g), str(o)] for name, (h, g, o) in zip(card["title"], figures, strict=True)
    ]
    return {
        "title": words("communities_title", number=len(communities)),
        "columns": [words(f"column_{key}") for key in ("community", "households", "grids", "out_of_band")],
        "rows": [told[i] for i in order],
        "to": order,
        "warn": [card["tone"][i] == WARN for i in order],
    }


def measure(words: Words) -> dict[str, str]:
    """Return the texts of the tool that measures lengths and areas."""
    return {key: words(f"measure_{key}") for key in ("title", "hint", "length", "area")}


def legend(plan: Plan, words: Words, *, units: bool = True, changed: bool = False) -> dict[str, Any]:
    """Return a swatch and a text for every sign the map uses, with the layer that it comes and goes with."""
    entries = [
        *_grid_signs(plan),
        *_border_signs(plan, units=units),
        (changed, "before", "legend_before", _stroked(BEFORE)),
        (changed, "moved", "legend_moved", _filled(MOVED)),
        *_ground_signs(plan),
        *_facility_signs(plan),
    ]
    shown = [
        {"layer": layer, "text": words(key), "sign": sign} for there, layer, key, sign in entries if there
    ]
    return {
        "title": words("legend"),
        "entries": shown,
        "views": views(plan, words),
        "plain": words("view_plain"),
        "ask": words("view_ask"),
    }


Entry = tuple[bool, str, str, signs.Look]  # whether the plan has it, key of its layer, key of its text, sign


def _grid_signs(plan: Plan) -> list[Entry]:
    kind, in_band = plan.grids["kind"], plan.grids["in_band"]
    out = bool(((kind == "ordinary") & (in_band != 1)).any())
    return [
        (True, "grids", "legend_grids", {**signs.GRID_BORDER, "fills": PALETTE[:4]}),
        (out, "grids", "legend_out_of_band", _filled(signs.OUT_OF_BAND[2])),
        ("special" in set(kind), "grids", "legend_special_grid", _filled(signs.SPECIAL)),
        ("empty" in set(kind), "grids", "legend_empty_grid", _filled(signs.EMPTY)),
    ]


def _border_signs(plan: Plan, *, units: bool) -> list[Entry]:
    return [
        (True, "communities", "legend_community", _stroked(signs.COMMUNITY)),
        (plan.streets is not None, "streets", "legend_street", _stroked(signs.STREET)),
        (units, "units", "legend_unit", {**signs.UNIT, "fills": ["#ffffff"]}),
        (_some(plan.microgrids), "microgrids", "legend_microgrid", {**signs.MICROGRID, "fills": ["#ffffff"]}),
        (_some(plan.isochrones), "reach", "legend_reach", _filled(signs.REACH[0])),
    ]


def _some(table: gpd.GeoDataFrame | None) -> bool:
    return table is not None and not table.empty


def _ground_signs(plan: Plan) -> list[Entry]:
    barriers = plan.backdrop.get("barriers")
    railway = is_railway(barriers) if barriers is not None else np.zeros(0, bool)
    return [
        *_road_signs(plan),
        (bool((~railway).any()), "barriers", "legend_water", _filled(signs.WATER)),
        (bool(railway.any()), "barriers", "legend_railway", _stroked(signs.RAILWAY)),
        ("special_areas" in plan.backdrop, "special", "legend_special", _filled(signs.SPECIAL_AREA)),
    ]


def _road_signs(plan: Plan) -> list[Entry]:
    """Roads that all have one rank say nothing of ranks."""
    if "roads" not in plan.backdrop:
        return []
    ranks = np.unique(signs.road_ranks(plan.backdrop["roads"]["rank"]))
    alike = len(ranks) == 1
    look = signs.ROADS[ranks[0] if alike else 1]
    return [(True, "roads", "layer_roads" if alike else "legend_road", {**_stroked(look), "weight": 4})]


def _facility_signs(plan: Plan) -> list[Entry]:
    there = set() if plan.facilities is None else set(plan.facilities["status"])
    return [
        (status in there, f"facilities_{status}", f"facility_{status}", {"mark": mark, "fills": [colour]})
        for status, (mark, colour) in signs.MARKS.items()
    ]


def _filled(look: signs.Look) -> signs.Look:
    return {**look, "fills": [look["fillColor"]]}


def _stroked(look: signs.Look) -> signs.Look:
    return {**look, "line": look["color"]}
