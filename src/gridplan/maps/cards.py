"""What a page tells of each thing: the line under the pointer and the card that a click opens, as plain text.

A card set is ``{title, sub, badge, tone, note, labels, values}``: lists with an entry a thing, but for
``labels``, the headings of the columns of ``values``; its first column is the code that the search finds.
Empty values are left out of a card. Nothing here is HTML: the page makes text nodes of it.
"""

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.maps.written import Words, joined, number, numbers, percent
from gridplan.plan import Plan

OK, WARN, QUIET = "ok", "warn", "quiet"
MOST_DETAILED = 2_500  # units on a page, up to which each card says what is near
HOLDING = ("grid_leader", "full_time", "part_time")  # posts that a grid's card tells of


def grid_cards(plan: Plan, words: Words) -> dict[str, Any]:
    """Cards of the grids."""
    grids, home = plan.grids, _by_community(plan)
    names = home["name"].reindex(grids["community_id"])
    each = grids["load"] / grids["workers"].where(grids["workers"] > 0)
    weighted = grids["load"].where(~np.isclose(grids["load"], grids["households"]))
    columns = {
        "code": grids["code"].tolist(),
        "households": numbers(grids["households"]),
        "population": numbers(grids["population"]),
        "load": numbers(weighted, 1),
        "workers": numbers(grids["workers"]),
        "households_per_worker" if (weighted.isna()).all() else "load_per_worker": numbers(each, 1),
        "walk_mean": _metres(grids["walk_mean_m"], words),
        "walk_max": _metres(grids["walk_max_m"], words),
        "bounds": grids["bounds_text"].tolist(),
        **_people(plan, words),
        **_within_reach(plan, words),
    }
    bands = plan.bands(grids["community_id"]).to_dict("records")
    rows = zip(grids.to_dict("records"), bands, strict=True)
    standing = [_grid_standing(row, band, words) for row, band in rows]
    return {
        "title": _either(grids["name"], grids["code"]),
        "sub": [
            joined(street, name)
            for name, street in zip(names, home["street"].reindex(names.index), strict=True)
        ],
        **_standings(standing),
        **_columns(columns, words),
    }


def _people(plan: Plan, words: Words) -> dict[str, list[str]]:
    """Return for each grid who holds its posts: the names that the plan file asks for, else ids; no telephone."""
    held = {kind: plan.holders(kind) for kind in HOLDING}
    return {
        kind: [words("joint").join(held[kind].get(grid, ())) for grid in plan.grids["grid_id"]]
        for kind in HOLDING
    }


def _within_reach(plan: Plan, words: Words) -> dict[str, list[str]]:
    """Return for each grid the share of services within reach, and those that do not reach everybody, the least first."""
    told = {row["id"]: row for row in plan.report.get("assessment") or () if row["level"] == "grid"}
    rows = [told.get(each, {}) for each in plan.grids["grid_id"]]
    beyond = []
    for row in rows:
        short = sorted(
            (share, name)
            for name, share in (row.get("covered") or {}).items()
            if share is not None and share < 1
        )
        names = [
            words("beyond_some" if share else "beyond_all", service=name, share=percent(share, 0))
            for share, name in short
        ]
        beyond.append(words("joint").join(names))
    return {
        "score": [percent(row.get("score")) for row in rows],
        "in_reach": _minutes(plan, words),
        "beyond": beyond,
    }


def _minutes(plan: Plan, words: Words) -> list[str]:
    """Return for each grid the mean minutes of the households that have a service within reach to it, the nearest first."""
    ids, access = plan.grids["grid_id"], plan.access
    if access is None or len(ids) > MOST_DETAILED:
        return [""] * len(ids)
    units = plan.units[plan.units["households"] > 0].set_index("unit_id")
    there = access[(access["covered"] == 1) & access["unit_id"].isin(units.index)]
    grid, homes = (there["unit_id"].map(units[name]) for name in ("grid_id", "households"))
    there = there.assign(grid=grid, homes=homes)
    if there.empty:
        return [""] * len(ids)
    sums = there.assign(spent=there["minutes"] * there["homes"]).groupby(["grid", "category"])
    mean = (sums["spent"].sum() / sums["homes"].sum()).rename("mean").reset_index()
    mean = mean.sort_values(["mean", "category"], kind="stable")
    pairs = zip(mean["category"], numbers(mean["mean"]), strict=True)
    told = [words("nearest", service=service, minutes=minutes) for service, minutes in pairs]
    lists = mean.assign(told=told).groupby("grid")["told"].agg(words("joint").join)
    return [text if isinstance(text, str) else "" for text in lists.reindex(ids)]


def grid_tips(plan: Plan, words: Words) -> list[str]:
    """Return the line under the pointer for each grid."""
    grids = plan.grids
    names = _by_community(plan)["name"].reindex(grids["community_id"])
    titles = [
        joined(name, title) for name, title in zip(names, _either(grids["name"], grids["code"]), strict=True)
    ]
    figures = zip(titles, grids["kind"], numbers(grids["households"]), numbers(grids["workers"]), strict=True)
    return [
        words("grid_tip", grid=title, households=households, workers=workers)
        if kind == "ordinary"
        else joined(title, words(f"kind_{kind}"))
        for title, kind, households, workers in figures
    ]


def community_cards(plan: Plan, words: Words) -> dict[str, Any]:
    """Cards of the communities, with what the solver proved."""
    communities = plan.communities
    certificates = {row["community_id"]: row for row in plan.report["communities"]}
    rows = [certificates.get(each, {}) for each in communities["community_id"]]
    columns = {
        "community_code": communities["community_id"].tolist(),
        "households": numbers(communities["households"]),
        "planned": numbers(communities["planned"]),
        "population": numbers(communities["population"]),
        "grids": numbers(communities["grids"]),
        "in_band_share": [percent(row.get("in_band")) if row.get("grids") else "" for row in rows],
        "workers": numbers(communities["workers_in_plan"]),
        "posts": [
            _span(low, high)
            for low, high in zip(communities["posts_min"], communities["posts_max"], strict=True)
        ],
        "posts_by_residents": numbers(communities["posts_by_residents"], 1),
        "roster": numbers(communities["workers_on_roster"], 1),
        "gap": [_at_most(row.get("gap")) for row in rows],
    }
    return {
        "title": _either(communities["name"], communities["community_id"]),
        "sub": communities["street"].tolist(),
        **_standings([_community_standing(row, words) for row in rows]),
        **_columns(columns, words),
    }


def facility_cards(plan: Plan, table: gpd.GeoDataFrame, words: Words) -> dict[str, Any]:
    """Cards of some of the plan's facilities; the community tells of several of one service which it is."""
    home = _by_community(plan).reindex(plan.community_of(table.geometry)).fillna("")
    use = table["households_served"] / table["capacity"].where(table["capacity"] > 0)
    columns = {
        "facility_code": table["facility_id"].tolist(),
        "capacity": numbers(table["capacity"]),
        "served": numbers(table["households_served"]),
        "use": [percent(share, 0) for share in use],
    }
    tones = {"existing": QUIET, "new": OK, "closed": WARN}
    return {
        "title": table["category"].tolist(),
        "sub": [joined(*row) for row in zip(home["street"], home["name"], strict=True)],
        **_standings([(words(f"facility_{status}"), tones[status], "") for status in table["status"]]),
        **_columns(columns, words),
    }


def facility_tips(table: gpd.GeoDataFrame, words: Words) -> list[str]:
    """Return the line under the pointer for each facility."""
    figures = zip(
        table["category"],
        table["status"],
        numbers(table["households_served"]),
        numbers(table["capacity"]),
        strict=True,
    )
    return [
        joined(
            category,
            words(f"facility_{status}"),
            words("tip_served", households=served) if served else "",
            words("tip_capacity", households=room) if room else "",
        )
        for category, status, served, room in figures
    ]


def unit_tips(plan: Plan, words: Words) -> list[str]:
    """Return the line under the pointer for each unit."""
    units, titles = plan.units, _grid_titles(plan)
    rows = zip(units["compound"], numbers(units["households"]), units["grid_id"], strict=True)
    return [
        words("unit_tip", unit=compound or words("unit"), households=households, grid=titles.get(grid, ""))
        for compound, households, grid in rows
    ]


def _grid_titles(plan: Plan) -> dict[str, str]:
    """Name or code of each grid by its id."""
    return dict(zip(plan.grids["grid_id"], _either(plan.grids["name"], plan.grids["code"]), strict=True))


def unit_cards(plan: Plan, words: Words) -> dict[str, Any]:
    """Cards of the units: counts only."""
    units, titles = plan.units, _grid_titles(plan)
    weighted = units["load"].where(~np.isclose(units["load"], units["households"]))
    columns = {
        "unit_code": units["unit_id"].tolist(),
        "unit_grid": [titles.get(each, "") for each in units["grid_id"]],
        "households": numbers(units["households"]),
        "load": numbers(weighted, 1),
        "nearest": _nearest(plan, words),
    }
    return {
        "title": [compound or words("unit") for compound in units["compound"]],
        "sub": _by_community(plan)["name"].reindex(units["community_id"]).fillna("").tolist(),
        **_standings([("", QUIET, "")] * len(units)),
        **_columns(columns, words),
    }


def _nearest(plan: Plan, words: Words) -> list[str]:
    """Return for each unit the minutes to each service, the nearest first; "" on pages of very many units."""
    access, units = plan.access, plan.units
    if access is None or len(units) > MOST_DETAILED or access["minutes"].isna().all():
        return [""] * len(units)
    known = access[access["minutes"].notna()].sort_values("minutes", kind="stable")
    pairs = zip(known["category"], numbers(known["minutes"]), strict=True)
    told = [words("nearest", service=service, minutes=minutes) for service, minutes in pairs]
    lists = known.assign(told=told).groupby("unit_id")["told"].agg(words("joint").join)
    return [text if isinstance(text, str) else "" for text in lists.reindex(units["unit_id"])]


def _by_community(plan: Plan) -> pd.DataFrame:
    """Name and street of each community by its id."""
    names = _either(plan.communities["name"], plan.communities["community_id"])
    return pd.DataFrame(
        {"name": names, "street": plan.communities["street"].tolist()}, index=plan.communities["community_id"]
    )


def _grid_standing(grid: dict[str, Any], band: dict[str, Any], words: Words) -> tuple[str, str, str]:
    """Badge, tone and note of a grid: in band, or by how much not."""
    if grid["kind"] != "ordinary":
        return words(f"kind_{grid['kind']}"), QUIET, ""
    if grid["in_band"] == 1:
        return words("in_band"), OK, ""
    load, workers = float(grid["load"]), float(grid["workers"])
    low, high = band["low"] * workers, band["high"] * workers
    key, limit, away = ("over_band", high, load - high) if load > high else ("under_band", low, low - load)
    counted = words("row_households" if np.isclose(load, grid["households"]) else "row_load")
    note = words(
        key, what=counted, load=number(load), workers=number(workers), limit=number(limit), away=number(away)
    )
    return words("out_of_band"), WARN, note


def _community_standing(row: dict[str, Any], words: Words) -> tuple[str, str, str]:
    """Badge, tone and note of a community by its row of the report."""
    note = " ".join(str(row[key]) for key in ("reason", "pieces_reason") if row.get(key))
    status = str(row.get("status", ""))
    if not status:
        return "", QUIET, note
    return words(f"status_{status}"), OK if not row.get("out_of_band") else WARN, note


def _standings(standing: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    return {key: [each[i] for each in standing] for i, key in enumerate(("badge", "tone", "note"))}


def _columns(columns: dict[str, list[str]], words: Words) -> dict[str, Any]:
    """Headings, and a row of values a thing."""
    return {
        "labels": [words(f"row_{key}") for key in columns],
        "values": [list(row) for row in zip(*columns.values(), strict=True)],
    }


def _either(column: pd.Series, other: pd.Series) -> list[str]:
    return [str(a or b) for a, b in zip(column, other, strict=True)]


def _metres(column: pd.Series, words: Words) -> list[str]:
    return [words("metres", metres=number(value)) if pd.notna(value) else "" for value in column]


def _at_most(share: float | None) -> str:
    """Percent of a bound from above: never rounded down."""
    return "" if share is None or math.isnan(share) else f"{math.ceil(share * 1e4 - 1e-6) / 100:.2f}%"


def _span(low: float, high: float) -> str:
    return "" if math.isnan(low) or math.isnan(high) else f"{number(low, 1)}–{number(high, 1)}"
