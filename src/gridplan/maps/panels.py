"""What stands beside the drawing: the bar with title and figures, the list of communities, the legend."""

import math
from typing import Any

import pandas as pd

from gridplan.maps import layers
from gridplan.maps.cards import WARN, Words, community_cards, number, percent
from gridplan.maps.colours import PALETTE
from gridplan.plan import Plan


def title(plan: Plan, words: Words) -> str:
    """Return the title of the page."""
    return words("title", name=plan.report["project"]["name"])


def bar(plan: Plan, words: Words) -> dict[str, Any]:
    """Title, note, date, main figures and the texts of the search box."""
    project = plan.report["project"]
    return {
        "title": title(plan, words),
        "note": project.get("note") or "",
        "date": str(project.get("date") or ""),
        "figures": [[words(f"figure_{key}"), value] for key, value in main_figures(plan, words).items() if value],
        "search": words("search"),
        "nothing": words("search_nothing"),
        "close": words("close"),
    }


def main_figures(plan: Plan, words: Words) -> dict[str, str]:
    """Return the figures an official looks for first, as text; "" where not known."""
    totals = plan.report["totals"]
    return {
        "households": number(totals["households"]),
        "grids": number(totals["grids"]),
        "in_band": percent(totals["in_band_share"]),
        "workers": number(totals["workers"]),
        "posts": number(posts_wanted(totals)) if posts_wanted(totals) else "",
        "gap": gap_text(totals, words),
    }


def posts_wanted(totals: dict[str, Any]) -> int | None:
    """Return the fewest whole posts that satisfy both norms (the larger binds), None without norms."""
    norms = [totals.get(key) for key in ("posts_min", "posts_by_residents")]
    known = [float(norm) for norm in norms if norm is not None and not pd.isna(norm)]
    return math.ceil(max(known) - 1e-9) if known else None


def gap_text(totals: dict[str, Any], words: Words) -> str:
    """Return how many full-time posts are missing or to spare, "" where norm or roster is not known."""
    wanted, roster = posts_wanted(totals), totals.get("workers_on_roster")
    if wanted is None or roster is None or pd.isna(roster):
        return ""
    missing = wanted - float(roster)
    key = "posts_missing" if missing > 0 else "posts_to_spare"
    return words(key, posts=number(abs(missing), 0 if float(missing).is_integer() else 1))


def community_table(plan: Plan, words: Words) -> dict[str, Any]:
    """The communities as a table, those with grids out of band first."""
    card = community_cards(plan, words)
    rows = {row["community_id"]: row for row in plan.report["communities"]}
    communities = plan.communities
    out = [int(rows.get(each, {}).get("out_of_band") or 0) for each in communities["community_id"]]
    order = sorted(range(len(communities)), key=lambda i: (-out[i], i))
    figures = zip(communities["households"], communities["grids"], out, strict=True)
    told = [[name, number(h), number(g), str(o)] for name, (h, g, o) in zip(card["title"], figures, strict=True)]
    return {
        "title": words("communities_title", number=len(communities)),
        "columns": [words(f"column_{key}") for key in ("community", "households", "grids", "out_of_band")],
        "rows": [told[i] for i in order],
        "to": order,
        "warn": [card["tone"][i] == WARN for i in order],
    }


def legend(plan: Plan, words: Words) -> dict[str, Any]:
    """A swatch and a text for every sign the map uses, with the layer that it goes with."""
    kinds, grids = set(plan.grids["kind"]), plan.grids
    ordinary = grids[grids["kind"] == "ordinary"]
    border = layers.GRID_BORDER
    entries: list[tuple[bool, str, str, dict[str, Any]]] = [
        (True, "grids", "legend_grids", {"fills": PALETTE[:4], **border}),
        (
            bool((ordinary["in_band"] != 1).any()),
            "grids",
            "legend_out_of_band",
            {"fills": [PALETTE[2]], "hatch": layers.WARNING, "color": layers.WARNING, "weight": 2.2},
        ),
        ("special" in kinds, "grids", "legend_special_grid", {"fills": ["#dfe1e4"], "hatch": layers.GREY, **border}),
        ("empty" in kinds, "grids", "legend_empty_grid", {"fills": ["#eceded"], **border}),
        (True, "communities", "legend_community", {"line": "#4a4f5c", "weight": 2}),
        (plan.streets is not None, "streets", "legend_street", {"line": "#5b3f77", "weight": 3.4}),
        (True, "units", "legend_unit", {"fills": ["#ffffff"], "color": "#8b93a1", "weight": 0.7}),
        ("roads" in plan.backdrop, "roads", "legend_road", {"line": "#fbeec6", "casing": "#cdb98f", "weight": 4}),
        *_barriers(plan),
        ("special_areas" in plan.backdrop, "special", "legend_special", {"fills": [layers.GREEN], "color": "#9db58c", "weight": 0.6}),
        *_facilities(plan),
    ]
    shown = [{"layer": layer, "text": words(key), "sign": sign} for there, layer, key, sign in entries if there]
    return {"title": words("legend"), "entries": shown}


def _barriers(plan: Plan) -> list[tuple[bool, str, str, dict[str, Any]]]:
    barriers = plan.backdrop.get("barriers")
    if barriers is None or barriers.empty:
        return []
    railway = barriers["name"].str.contains(layers.RAILWAY)
    return [
        (bool((~railway).any()), "barriers", "legend_water", {"fills": [layers.WATER], "color": layers.WATER, "weight": 1}),
        (bool(railway.any()), "barriers", "legend_railway", {"line": "#7a7d84", "weight": 3, "dash": "#ffffff"}),
    ]


def _facilities(plan: Plan) -> list[tuple[bool, str, str, dict[str, Any]]]:
    there = set() if plan.facilities is None else set(plan.facilities["status"])
    return [
        (status in there, f"facilities_{status}", f"facility_{status}", {"mark": mark, "fills": [colour]})
        for status, (mark, colour) in layers.MARKS.items()
    ]
