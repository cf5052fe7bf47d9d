"""The lists of a plan as sheets: whom a whistle calls, the rota, agencies, needs, resources, matches, projects, actors, points."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gridplan.export.frames import said
from gridplan.plan import Plan
from gridplan.words import say

PROJECT = ("project_lead", "progress")  # left blank: an office writes them in
SHEETS = {  # sheet -> columns of its list, in their order
    "whistle": (
        *("street", "community", "code", "grid", "month", "leader"),
        *("officer_id", "officer", "officer_phone", "department", "deputy_id", "deputy", "deputy_phone"),
        *("agency_ids", "agencies", "agency_phones", "member_id", "member"),
    ),
    "rota": ("month", "place_id", "place", "officer_id", "officer", "department", "deputy_id", "deputy"),
    "agency_pairs": (
        "street",
        "community",
        "agency_id",
        "agency",
        "phone",
        "agency_people",
        "households",
        "away_m",
    ),
    "needs": (
        *("street", "community", "need_id", "need", "need_kind", "grid_code", "start", "end"),
        *("urgency", "wanted", "met", "unmet", "why_unmet", "project_id"),
    ),
    "resources": (
        *("resource_id", "resource", "resource_kind", "serves", "actor_id", "community", "start", "end"),
        *("on_offer", "given_away", "left", "remark"),
    ),
    "matches": ("project_id", "need_id", "resource_id", "actor_id", "matched", "away_m"),
    "projects": (
        *("street", "community", "project_id", "need_kind", "need_ids", "resource_ids", "actor_ids"),
        *("start", "end", "wanted", "met", "met_share", *PROJECT),
    ),
    "actors": (
        *("actor_id", "actor", "actor_kind", "community", "phone"),
        *("willing", "able", "resourced", "related", "resources_listed", "resources_used"),
    ),
    "ledger": (
        *("actor_id", "actor", "given", "earned", "redeemed", "points_left", "promised", "promised_points"),
    ),
}
CALLED = {  # column of a list -> what its sheet calls it
    "agency_pairs": {"metres": "away_m", "people": "agency_people"},
    "needs": {
        "name": "need",
        "kind": "need_kind",
        "grid_id": "grid_code",
        "amount": "wanted",
        "reason_text": "why_unmet",
    },
    "resources": {"name": "resource", "kind": "resource_kind", "amount": "on_offer", "used": "given_away"},
    "matches": {"amount": "matched", "metres": "away_m"},
    "projects": {
        "kind": "need_kind",
        "needs": "need_ids",
        "resources": "resource_ids",
        "actors": "actor_ids",
        "asked": "wanted",
        "share": "met_share",
    },
    "actors": {
        "name": "actor",
        "kind": "actor_kind",
        "resources": "resources_listed",
        "used": "resources_used",
    },
    "ledger": {"name": "actor", "balance": "points_left"},
    "whistle": {"name": "grid"},
}
MARKS = ("willing", "able", "resourced", "related")
TENTHS = {"wanted", "met", "unmet", "on_offer", "given_away", "left", "matched", "urgency"}
POINTS = {"given", "earned", "redeemed", "points_left", "promised", "promised_points"}


def list_frames(plan: Plan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and the table of each sheet that holds something."""
    for name, columns in SHEETS.items():
        if name in plan.lists:
            table = _named(plan, plan.lists[name].rename(columns=CALLED.get(name, {})))
            yield name, table.reindex(columns=[*columns])


def _named(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Return a list with what its rows are called: the names of communities, kinds and marks in words, and blanks to fill in."""
    more: dict[str, object] = dict.fromkeys(PROJECT, "")
    if "community_id" in table:
        home = plan.communities.set_index("community_id")
        more["community"] = (
            table["community_id"].map(home["name"]).replace("", np.nan).fillna(table["community_id"])
        )
        more["street"] = table["community_id"].map(home["street"]).astype(object).fillna("")
    if "resource_kind" in table:
        more["resource_kind"] = [
            say(plan.language, f"export.resource_{kind}") for kind in table["resource_kind"]
        ]
    for mark in MARKS:
        if mark in table:
            more[mark] = [
                "" if pd.isna(value) else said(plan, "mark_yes" if value > 0 else "mark_no")
                for value in table[mark]
            ]
    return table.assign(**more)
