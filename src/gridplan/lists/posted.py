"""The helpers of a run: agencies paired, officers posted, committee members bound to grids, and whom a whistle calls."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from gridplan import helpers
from gridplan.config import PlanFile
from gridplan.lists.setting import Listed, Setting, xy_of
from gridplan.words import Message

MONTHS = 12
THREADS = 2
HELPER, EMPTY = "helper", "empty"


def posted(setting: Setting, leaders: pd.Series) -> Listed:
    """Return the pairs, the rota and the whistle table, as far as the plan file names helpers."""
    grids = setting.grids[setting.grids["kind"] != EMPTY].reset_index(drop=True)
    grids = grids.assign(street=grids["community_id"].map(setting.streets).astype(object).fillna(""))
    pairs, members = _pairs(setting), _members(setting)
    turns = _rota(setting, grids)
    found = [one for one in (pairs, members, turns) if one is not None]
    if not found:
        return Listed()
    month = _this_month(turns, setting.day)
    called = helpers.Called(
        officers=None if turns is None else turns.tables["rota"][turns.tables["rota"]["month"] == month],
        people=setting.inputs.officers,
        agencies=None if pairs is None else pairs.tables["agency_pairs"],
        members=None if members is None else members.tables["members"],
        leaders=leaders,
    )
    place = "grid_id" if setting.plan_file.helpers.officers_in == "grids" else "community_id"
    calls = helpers.whistle(grids.assign(place_id=grids[place]), called, month=month)
    tables = {name: table for one in found for name, table in one.tables.items() if name != "members"}
    return Listed(
        tables={"whistle": calls, **tables},
        report={"helpers": {name: figures for one in found for name, figures in one.report.items()}},
        told=tuple(message for one in found for message in one.told),
    )


def months(plan_file: PlanFile, day: str) -> list[str]:
    """Return the months of the rota as 2026-11, from the plan file's start or the month of the run."""
    asked = plan_file.helpers
    first = asked.start or dt.date.fromisoformat(day)
    count = first.year * MONTHS + first.month - 1 + np.arange(asked.months)
    return [f"{month // MONTHS}-{month % MONTHS + 1:02}" for month in count.tolist()]


def _this_month(turns: Listed | None, day: str) -> str:
    """Return the month of the run, the rota's first where the rota does not have it."""
    there = [] if turns is None else turns.tables["rota"]["month"].unique().tolist()
    return day[:7] if day[:7] in there or not there else str(there[0])


def _pairs(setting: Setting) -> Listed | None:
    """Pair the agencies with the communities."""
    agencies, communities = setting.inputs.agencies, setting.communities
    if agencies is None or not len(agencies):
        return None
    ids, homes = communities["community_id"], communities["households"].to_numpy(float)
    ways_m = setting.ways(xy_of(agencies), setting.middles)
    people = agencies["people"].to_numpy(float)
    bound = pd.Index(ids).get_indexer(agencies["community_id"])
    made = helpers.pair(people, homes, bound, ways_m, balance=setting.plan_file.helpers.balance)
    rows = agencies.iloc[made.agency].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "agency_id": rows["agency_id"],
            "agency": rows["name"],
            "phone": rows["phone"],
            "community_id": ids.to_numpy(object)[made.community],
            "people": people[made.agency],
            "households": homes[made.community],
            "metres": ways_m[made.agency, made.community],
        }
    )
    figures = {
        name: getattr(made, name) for name in ("largest", "largest_bound", "way_m", "way_bound_m", "status")
    }
    unknown = int((~(people > 0)).sum())
    told = (Message("helpers.size_unknown", {"count": unknown}),) if 0 < unknown < len(people) else ()
    report = {
        "agencies": {"agencies": len(agencies), "communities": len(ids), "pairs": len(table), **figures}
    }
    return Listed(tables={"agency_pairs": table}, report=report, told=told)


def _members(setting: Setting) -> Listed | None:
    """Bind the committee members of each community to its grids; the table "members" is for the whistle table alone."""
    roster = setting.inputs.workers
    if roster is None or not (roster["kind"] == HELPER).any():
        return None
    people = roster[roster["kind"] == HELPER]
    ordinary = (setting.grids["kind"] == "ordinary").to_numpy()
    centres, rows = setting.centres, []
    way_m = bound_m = 0.0
    proven = True
    groups = []
    for community, group in people[people["community_id"] != ""].groupby("community_id", sort=False):
        at = np.flatnonzero(ordinary & (setting.grids["community_id"] == community).to_numpy())
        if len(at):
            groups.append((group, at))
    asked = [(setting.ways(centres[at], centres[at]), min(len(group), len(at))) for group, at in groups]
    with ThreadPoolExecutor(THREADS) as threads:  # the solver leaves the interpreter to the other
        bundles = list(threads.map(lambda one: helpers.bundles(*one), asked))
    for (group, at), made in zip(groups, bundles, strict=True):
        way_m, bound_m, proven = way_m + made.way_m, bound_m + made.bound_m, proven and made.proven
        rows += _bound(group, setting.grids["grid_id"].to_numpy(object)[at], made.bundle)
    table = pd.DataFrame(rows, columns=["grid_id", "member_id", "member"])
    loose = int((people["community_id"] == "").sum())
    told = (Message("helpers.unbound_members", {"count": loose}),) if loose else ()
    figures = {
        "members": len(people),
        "grids": table["grid_id"].nunique(),
        "way_m": way_m,
        "way_bound_m": bound_m,
    }
    status = "optimal" if proven else "feasible"
    return Listed(tables={"members": table}, report={"members": {**figures, "status": status}}, told=told)


def _bound(people: pd.DataFrame, grids: np.ndarray, bundle: np.ndarray) -> list[tuple[str, str, str]]:
    """Return a row a grid and member: with more members than bundles, they take turns over the bundles."""
    count = int(bundle.max()) + 1
    return [
        (grid, person, name)
        for n, (person, name) in enumerate(zip(people["worker_id"], people["name"], strict=True))
        for grid in grids[bundle == n % count]
    ]


def _rota(setting: Setting, grids: pd.DataFrame) -> Listed | None:
    """Post the officers by a rota."""
    officers = setting.inputs.officers
    if officers is None or not len(officers):
        return None
    asked = setting.plan_file.helpers
    places = _places(setting, grids)
    made = helpers.rota(
        officers,
        places,
        months=months(setting.plan_file, setting.day),
        each_department=asked.each_department,
    )
    known = officers.set_index("officer_id")
    table = made.table.assign(
        place=made.table["place_id"].map(places.set_index("place_id")["name"]),
        officer=made.table["officer_id"].map(known["name"]).astype(object).fillna(""),
        department=made.table["officer_id"].map(known["department"]).astype(object).fillna(""),
        deputy=made.table["deputy_id"].map(known["name"]).astype(object).fillna(""),
    )
    return Listed(tables={"rota": table}, report={"officers": _figures(made, asked.months)}, told=made.told)


def _places(setting: Setting, grids: pd.DataFrame) -> pd.DataFrame:
    """Return where officers are posted: communities or grids."""
    if setting.plan_file.helpers.officers_in == "grids":
        xy = pd.DataFrame(setting.centres, columns=["x", "y"])[(setting.grids["kind"] != EMPTY).to_numpy()]
        names = pd.DataFrame(grids[["grid_id", "name", "street"]]).rename(columns={"grid_id": "place_id"})
        return names.join(xy.reset_index(drop=True))
    communities = pd.DataFrame(setting.communities[["community_id", "name", "street"]])
    xy = pd.DataFrame(setting.middles, columns=["x", "y"], index=communities.index)
    return communities.rename(columns={"community_id": "place_id"}).join(xy)


def _figures(made: helpers.Rota, count: int) -> dict[str, Any]:
    """Return what is proven of the rota: no load above its bound, and how often a place keeps its officer."""
    even = all(
        team["most_in_month"] == team["bound_in_month"] and team["most"] == team["bound"]
        for team in made.teams
    )
    lone = sum(team["repeats"] for team in made.teams)
    alone = all(team["repeats"] == 0 or team["officers"] == 1 for team in made.teams)
    return {
        "months": count,
        "officers": sum(team["officers"] for team in made.teams),
        "repeats": lone,
        "status": "optimal" if even and alone else "feasible",
        "teams": made.teams,
    }
