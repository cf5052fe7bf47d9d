"""One street, or one community, of a plan as a plan of its own: its rows and figures, nothing of the rest of the district."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.plan import Plan

BESIDE_M = 150.0  # of roads and rivers that are drawn around a street
SUMS = (
    "households",
    "planned",
    "population",
    "posts_min",
    "posts_max",
    "posts_by_residents",
    "workers_on_roster",
)
AREA_PARTS = ("areas", "what_if", "apportionment", "service")  # of the report's posts, a row an area
SITES = ("existing", "new", "closed")
OF_DISTRICT = ("helpers", "matching")  # parts of the report that are true of all of it only


def street_of(plan: Plan, street: str) -> Plan:
    """Return the plan of one street; cover of services is counted anew over its households, curves are left to the district.

    Raises
    ------
    KeyError
        If the plan has no such street.
    """
    if plan.streets is None or street not in set(plan.streets["street"]):
        raise KeyError(street)
    return _part(plan, (plan.communities["street"] == street).to_numpy(), street, street)


def community_of(plan: Plan, community_id: str) -> Plan:
    """Return the plan of one community, as ``street_of`` does of a street.

    Raises
    ------
    KeyError
        If the plan has no such community.
    """
    mask = (plan.communities["community_id"] == community_id).to_numpy()
    if not mask.any():
        raise KeyError(community_id)
    row = plan.communities[mask].iloc[0]
    mine = _part(plan, mask, "", str(row["name"] or community_id))
    return replace(mine, streets=None)


def _part(plan: Plan, mask: NDArray[np.bool_], street: str, name: str) -> Plan:
    """Return the plan of some communities: of a street, or of one where ``street`` is ""."""
    communities = _of(plan.communities, mask)
    ids = set(communities["community_id"])
    grids = _of(plan.grids, plan.grids["community_id"].isin(ids))
    units = _of(plan.units, plan.units["community_id"].isin(ids))
    households = _of(plan.households, plan.households["community_id"].isin(ids))
    shape = shapely.union_all(communities.geometry.to_numpy())
    access = None if plan.access is None else _of(plan.access, plan.access["unit_id"].isin(units["unit_id"]))
    facilities = _facilities(plan, access, shape)
    near = shape.buffer(BESIDE_M)
    mine = replace(
        plan,
        communities=communities,
        streets=None if plan.streets is None else _of(plan.streets, plan.streets["street"] == street),
        grids=grids,
        units=units,
        households=households,
        microgrids=None
        if plan.microgrids is None
        else _of(plan.microgrids, plan.microgrids["grid_id"].isin(grids["grid_id"])),
        facilities=facilities,
        access=access,
        isochrones=None
        if plan.isochrones is None or facilities is None
        else _of(plan.isochrones, plan.isochrones["facility_id"].isin(facilities["facility_id"])),
        backdrop={
            name: _of(table, shapely.intersects(table.geometry.to_numpy(), near))
            .clip(near)
            .reset_index(drop=True)
            for name, table in plan.backdrop.items()
        },
        lists=dict(_lists(plan, street, ids, set(grids["grid_id"]))),
    )
    return replace(mine, report=_report(plan, mine, street, name))


def _of(table: Any, rows: Any) -> Any:  # a table of any kind, a mask of any kind
    """Return some rows of a table, numbered anew."""
    return table[np.asarray(rows)].reset_index(drop=True)


def _facilities(plan: Plan, access: pd.DataFrame | None, shape: shapely.Geometry) -> gpd.GeoDataFrame | None:
    """Return the facilities in a street, and those elsewhere that its households go to."""
    table = plan.facilities
    if table is None:
        return None
    used: set[str] = set()
    if access is not None:
        used = set(access["facility_id"]) | set(access["assigned_id"])
    inside = shapely.intersects(table.geometry.to_numpy(), shape)
    return _of(table, inside | table["facility_id"].isin(used).to_numpy())


def _lists(plan: Plan, street: str, ids: set[str], grids: set[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the lists with the rows that are of a street; people and offers only where something of it names them."""
    kept: dict[str, pd.DataFrame] = {}
    for name, table in plan.lists.items():
        if "community_id" in table:
            here = table["community_id"].isin(ids)
            blank = table["community_id"] == ""
            kept[name] = _of(
                table, here | (blank & (table["street"] == street)) if "street" in table else here
            )
        elif "place_id" in table:
            kept[name] = _of(table, table["place_id"].isin(ids | grids | {street}))
    if "matches" in plan.lists:
        needs = set(kept["needs"]["need_id"]) if "needs" in kept else set()
        matches = _of(plan.lists["matches"], plan.lists["matches"]["need_id"].isin(needs))
        kept["matches"] = matches
        for name, key in (("resources", "resource_id"), ("actors", "actor_id")):
            if name in plan.lists:
                table = plan.lists[name]
                named = table[key].isin(set(matches[key]))
                kept[name] = _of(table, named | table["community_id"].isin(ids))
    if "ledger" in plan.lists:
        who = set(kept["actors"]["actor_id"]) if "actors" in kept else set()
        kept["ledger"] = _of(plan.lists["ledger"], plan.lists["ledger"]["actor_id"].isin(who))
    yield from ((name, kept[name]) for name in plan.lists if name in kept)


def _report(plan: Plan, mine: Plan, street: str, name: str) -> dict[str, Any]:
    """Return the report of a street, or of one community."""
    ids = set(mine.communities["community_id"])
    report = {key: value for key, value in plan.report.items() if key not in OF_DISTRICT}
    project = {**report["project"], "name": f"{report['project']['name']} {name}"}
    named = ids | {street} | set(mine.grids["grid_id"])
    assessed = [row for row in report.get("assessment") or () if row["id"] in named]
    level = "street" if street else "community"
    whole = [{**row, "level": "district", "id": ""} for row in assessed if row["level"] == level]
    posts = report.get("posts")
    return {
        **report,
        "project": project,
        "totals": _totals(mine),
        "communities": [row for row in report["communities"] if row["community_id"] in ids],
        "circle": _services(plan, mine),
        **({"assessment": [*whole, *assessed]} if "assessment" in report else {}),
        **({} if posts is None else {"posts": _posts(posts, street, ids)}),
        "told": [],
        "repairs": [],
    }


def _totals(mine: Plan) -> dict[str, Any]:
    """Return the totals of a street, or of one community, from its row."""
    ordinary = mine.grids[mine.grids["kind"] == "ordinary"]
    row = (mine.communities if mine.streets is None or mine.streets.empty else mine.streets).iloc[0]
    sums = {name: None if pd.isna(row[name]) else float(row[name]) for name in SUMS}
    return {
        **sums,
        "load": float(mine.grids["load"].sum()),
        "grids": len(ordinary),
        "workers": int(ordinary["workers"].sum()),
        "in_band_share": float(ordinary["in_band"].mean()) if len(ordinary) else 1.0,
    }


def _services(plan: Plan, mine: Plan) -> list[dict[str, Any]]:
    """Return what each service is for the households of a street; what was solved was solved for the district."""
    rows = [
        {**row, "curve": [], "goals": [], "next_site": "", "next_site_households": 0.0}
        for row in plan.report["circle"]
    ]
    access, sites = mine.access, mine.facilities
    if access is None or sites is None or not rows:
        return rows
    categories = pd.Index([row["category"] for row in rows])
    of, site = categories.get_indexer(access["category"]), categories.get_indexer(sites["category"])
    limit_min = np.array([row["limit_m"] for row in rows]) / plan.report["walk"]["metres_per_minute"]
    homes = access["unit_id"].map(mine.units.set_index("unit_id")["households"]).fillna(0.0).to_numpy(float)
    minutes, early, late = (
        access[name].to_numpy(float) for name in ("minutes", "minutes_existing", "covered")
    )
    known, status = ~np.isnan(minutes), sites["status"].to_numpy(object)
    people = np.maximum(_each(of, homes, len(rows)), 1.0)
    walked = np.maximum(_each(of, homes * known, len(rows)), 1.0)
    found = {
        **{name: _each(site, status == name, len(rows)).astype(int) for name in SITES},
        "covered_before": _each(of, homes * (early <= limit_min[of] + 1e-9), len(rows)) / people,
        "covered_after": _each(of, homes * (late == 1), len(rows)) / people,
        "mean_minutes": _each(of, homes * np.where(known, minutes, 0.0), len(rows)) / walked,
    }
    return [
        {**row, **{name: sums[at].item() for name, sums in found.items()}, "unreachable": None}
        for at, row in enumerate(rows)
    ]


def _each(of: NDArray[np.intp], weights: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Return the sum of the weights of each service; rows of none (-1) are left out."""
    sums = np.zeros(count)
    np.add.at(sums, of[of >= 0], weights[of >= 0])
    return sums


def _posts(posts: dict[str, Any], street: str, ids: set[str]) -> dict[str, Any]:
    """Return the rows of a street and its communities; the street stands for the whole."""

    def rows(part: str) -> list[dict[str, Any]]:
        """Return the rows of a part."""
        mine = [row for row in posts.get(part) or () if row["community_id"] in ids]
        own = [
            row
            for row in posts.get(part) or ()
            if row.get("level") == "street" and row.get("street") == street and not row["community_id"]
        ]
        return [*({**row, "level": "district", "area": ""} for row in own), *own, *mine]

    return {part: rows(part) for part in AREA_PARTS if part in posts}
