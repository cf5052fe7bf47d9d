"""What each sheet of the workbook shows, as tables with texts in the plan's language."""

from typing import Any

import numpy as np
import pandas as pd

from gridplan.plan import Plan
from gridplan.tables import FIGURES
from gridplan.words import say

PEOPLE = (
    "leader",
    "full_time",
    "part_time",
    "phone",
    "branch",
    "cadre",
)  # left blank: an office writes them in
BLANK = (
    *PEOPLE,
    "project_lead",
    "progress",
    "remark",
    "person",
)  # columns that are there though nothing may stand in them
ASKED = ["posts_min", "posts_by_residents"]  # the larger of both is what the norm asks for at least


def said(plan: Plan, key: str, /, **values: object) -> str:
    """Return a text of the workbook in the plan's language."""
    return say(plan.language, f"export.{key}", **values)


def settled(row: dict[str, Any]) -> bool:
    """Return whether it is proven of a community that no plan has fewer grids out of band."""
    return bool(row["status"] == "infeasible" and row["out_of_band"] == row["out_of_band_bound"])


def proven(row: dict[str, Any]) -> bool:
    """Return whether a community's plan is proven best, or proven to have the fewest grids out of band."""
    return row["status"] == "optimal" or settled(row)


def streets_frame(plan: Plan) -> pd.DataFrame:
    """Return a row a street: figures, posts, roster, shortage."""
    table = pd.DataFrame(plan.streets).drop(columns="geometry").reset_index(drop=True)
    counts = plan.communities["street"].value_counts()
    table = table.assign(
        communities=table["street"].map(counts).fillna(0).astype(float), shortage=shortage(table)
    )
    return _numbered(table[["street", "communities", *FIGURES, "shortage"]])


def communities_frame(plan: Plan) -> pd.DataFrame:
    """Return a row a community: load beside posts and roster, what is proven, and why."""
    table = _by_street(plan).rename(columns={"name": "community"})
    rows = pd.DataFrame(plan.report["communities"]).set_index("community_id").reindex(table["community_id"])
    reasons = {
        row["community_id"]: " ".join(filter(None, (row.get("reason"), row.get("pieces_reason"))))
        for row in plan.report["communities"]
    }
    table = table.assign(
        shortage=shortage(table),
        out_of_band=rows["out_of_band"].to_numpy(float),
        status=[said(plan, f"status_{status}") for status in rows["status"]],
        gap=rows["gap"].to_numpy(float),
        reason=table["community_id"].map(reasons),
    )
    figures = [*FIGURES, "shortage", "out_of_band"]
    return _numbered(table[["street", "community_id", "community", *figures, "status", "gap", "reason"]])


def grids_frame(plan: Plan) -> pd.DataFrame:
    """Return a row a grid, those of a community together."""
    home = _by_street(plan).set_index("community_id")
    table = pd.DataFrame(plan.grids).drop(columns="geometry")
    order = pd.Index(home.index).get_indexer(table["community_id"])
    table = table.assign(order=order).sort_values(["order", "code"], kind="stable").reset_index(drop=True)
    named = plan.units[plan.units["compound"] != ""].groupby("grid_id")["compound"].unique().to_dict()
    joint = said(plan, "joint")
    below = plan.microgrids if plan.microgrids is not None else pd.DataFrame({"grid_id": []})
    table = table.assign(
        street=table["community_id"].map(home["street"]),
        community=table["community_id"].map(_told_apart(home)),
        grid=table["name"],
        kind=[said(plan, f"kind_{kind}") for kind in table["kind"]],
        compounds=[joint.join(map(str, named.get(grid, ()))) for grid in table["grid_id"]],
        microgrids=table["grid_id"].map(below["grid_id"].value_counts()).astype(float),
        remark=_remarks(plan, table),
        **dict.fromkeys(PEOPLE, ""),
    )
    if (table["load"] == table["households"]).all():
        table = table.drop(columns="load")
    texts = ["street", "community", "code", "grid", "kind", "bounds_text", "compounds"]
    numbers = [
        c for c in ("households", "population", "load", "workers", "walk_mean_m", "microgrids") if c in table
    ]
    return _numbered(table[[*texts, *numbers, *PEOPLE, "remark"]])


def services_frame(plan: Plan) -> pd.DataFrame:
    """Return a row a service: who is reached before and after."""
    columns = [
        "category",
        "limit_m",
        "existing",
        "new",
        "covered_before",
        "covered_after",
        "unreachable",
        "mean_minutes",
    ]
    rows = pd.DataFrame(plan.report["circle"])
    table = rows.reindex(columns=columns).astype(dict.fromkeys(columns[1:], float))
    beyond = (1 - table["covered_after"]) * float(plan.report["totals"]["households"])
    table.insert(6, "out_of_reach", beyond.round(6))
    return table.assign(status=[said(plan, f"status_{status}") for status in rows["status"]])


def facilities_frame(plan: Plan) -> pd.DataFrame:
    """Return a row a facility: how many households come, and for how many it has room."""
    if plan.facilities is None:
        raise ValueError("the plan has no facilities")
    home = _by_street(plan).set_index("community_id")
    at = pd.Series(plan.community_of(plan.facilities.geometry))
    table = pd.DataFrame(plan.facilities).drop(columns="geometry").reset_index(drop=True)
    table = table.assign(
        street=at.map(home["street"]).fillna(""),
        community=at.map(_told_apart(home)).fillna(""),
        facility_status=[said(plan, f"facility_{status}") for status in table["status"]],
        facility_name=table["name"],
        facility_kind=table["kind"],
        used=table["households_served"] / table["capacity"].where(table["capacity"] > 0),
    )
    table = table.sort_values(["category", "status"], kind="stable")
    columns = [
        "category",
        "facility_id",
        "facility_name",
        "facility_kind",
        "street",
        "community",
        "facility_status",
        "capacity",
        "households_served",
        "used",
    ]
    return _numbered(table[columns].reset_index(drop=True))


def shortage(table: pd.DataFrame) -> pd.Series:
    """Return how many workers the roster lacks for what the norm asks at least."""
    asked = table.reindex(columns=ASKED).max(axis=1)
    return (asked - table["workers_on_roster"]).clip(lower=0.0)


def _remarks(plan: Plan, grids: pd.DataFrame) -> list[str]:
    """Say of each ordinary grid out of band by how much."""
    band = plan.bands(grids["community_id"])
    over = (grids["load"] - band["high"] * grids["workers"]).to_numpy(float)
    under = (band["low"] * grids["workers"] - grids["load"]).to_numpy(float)
    texts = np.full(len(grids), "", object)
    for name, away in (("over", over), ("under", under)):
        for at in np.flatnonzero((grids["kind"] == "ordinary") & (grids["in_band"] != 1) & (away > 0)):
            texts[at] = said(plan, f"remark_{name}", outside=f"{away[at]:,.0f}")
    return list(texts)


def _by_street(plan: Plan) -> pd.DataFrame:
    """Return the communities without shapes, those of a street together."""
    table = pd.DataFrame(plan.communities).drop(columns="geometry")
    first = pd.factorize(table["street"])[0]
    return table.iloc[np.argsort(first, kind="stable")].reset_index(drop=True)


def _told_apart(home: pd.DataFrame) -> pd.Series:
    """Return what each community is called by its id: its id where it has no name, with it where two share one."""
    ids = pd.Series(home.index, index=home.index)
    both = home["name"] + " " + ids
    return home["name"].mask(home["name"].duplicated(keep=False), both).mask(home["name"] == "", ids)


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its rows numbered from 1 in front."""
    return table.assign(number=np.arange(1.0, len(table) + 1))[["number", *table.columns]]
