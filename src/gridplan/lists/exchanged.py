"""Needs and resources of a run brought together: placed on the grids, matched, with reasons, projects and points."""

from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridplan import matching
from gridplan.checks import Harm
from gridplan.config import Circle
from gridplan.errors import InputError
from gridplan.lists.setting import Listed, Setting, xy_of
from gridplan.tables import INPUT_COLUMNS, LISTS
from gridplan.words import Message

NEARLY = 1e-6


def exchanged(setting: Setting) -> Listed:
    """Return the lists of needs, resources, matches, projects, actors and points, as far as the plan file names any.

    Raises
    ------
    InputError
        If a need is listed by a grid that the plan does not have, and by nothing else.
    """
    inputs = setting.inputs
    if all(table is None for table in (inputs.needs, inputs.resources, inputs.actors, inputs.points)):
        return Listed()
    needs, told = _needs(setting)
    resources = _resources(setting)
    made = matching.match(needs, resources, reach=_reach(setting), metres=setting.near)
    why = ["" if one is None else one.text(setting.language) for one in made.why]
    tables = {
        "needs": made.needs.assign(reason_text=why),
        "resources": made.resources.assign(remark=_remarks(resources, setting.language)),
        "matches": made.matches,
        "projects": made.projects,
        "actors": _actors(setting, made),
        "ledger": _ledger(setting, made),
    }
    lists = {name: table[[*LISTS[name][0], *LISTS[name][1]]] for name, table in tables.items() if len(table)}
    owing = tables["ledger"]["actor_id"][tables["ledger"]["balance"] < -NEARLY]
    if len(owing):
        told.append(Message("matching.overdrawn", {"count": len(owing), "actors": ", ".join(owing[:5])}))
    return Listed(tables=lists, report={"matching": _figures(made)}, told=tuple(told))


def _blank(part: str) -> pd.DataFrame:
    """Return a list without rows."""
    texts, numbers = INPUT_COLUMNS[part]
    columns = {**{c: pd.Series(dtype=object) for c in texts}, **{c: pd.Series(dtype=float) for c in numbers}}
    return pd.DataFrame(columns)


def _needs(setting: Setting) -> tuple[pd.DataFrame, list[Message]]:
    """Return the needs with their places, grids and streets, and what there is to say of them."""
    table = setting.inputs.needs
    if table is None:
        return _placed(setting, _blank("needs"), np.zeros((0, 2))), []
    xy, grids = xy_of(table), pd.Index(setting.grids["grid_id"])
    at = grids.get_indexer(table["grid_id"])
    unknown = ((table["grid_id"] != "") & (at < 0)).to_numpy()
    lost = unknown & np.isnan(xy[:, 0]) & (table["community_id"] == "").to_numpy()
    told: list[Message] = []
    for code, where, harm in (
        ("unknown_grid", lost, Harm.FORBIDS),
        ("grid_gone", unknown & ~lost, Harm.TOLD),
    ):
        if not where.any():
            continue
        example = table["grid_id"].iloc[int(np.argmax(where))]
        sheet = setting.sheet("needs")
        column = sheet.columns.get("grid", "grid")
        faults = [fault.message for fault in sheet.faults(code, where, harm, example=example, column=column)]
        if harm is Harm.FORBIDS and faults:
            raise InputError(faults)
        told += faults
    return _on_grids(setting, table, xy, at), told


def _on_grids(setting: Setting, table: pd.DataFrame, xy: np.ndarray, at: np.ndarray) -> pd.DataFrame:
    """Return needs each with its grid: the one that holds its place, else the one that it names, at whose centre it then is."""
    named, placed = at >= 0, ~np.isnan(xy[:, 0])
    grid = np.append(setting.grids["grid_id"].to_numpy(object), "")[np.where(named, at, -1)]
    rows = np.flatnonzero(placed)
    held = shapely.STRtree(setting.grids.geometry.to_numpy()).query(
        shapely.points(xy[rows]), predicate="intersects"
    )
    first = np.unique(held[0], return_index=True)
    grid[rows[first[0]]] = setting.grids["grid_id"].to_numpy(object)[held[1][first[1]]]
    centred = np.where((named & ~placed)[:, None], np.vstack([setting.centres, [np.nan, np.nan]])[at], xy)
    home = np.append(setting.grids["community_id"].to_numpy(object), "")[at]
    community = np.where(named & ~placed, home, table["community_id"].to_numpy(object))
    return _placed(setting, table.assign(grid_id=grid, community_id=community), centred)


def _placed(setting: Setting, table: pd.DataFrame, xy: np.ndarray) -> pd.DataFrame:
    """Return a list without shapes, with x, y and street."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).reset_index(drop=True)
    street = plain["community_id"].map(setting.streets).astype(object).fillna("")
    return plain.assign(x=xy[:, 0], y=xy[:, 1], street=street)


def _resources(setting: Setting) -> pd.DataFrame:
    """Return the resources with their places, and whether their actors are willing and able."""
    table = setting.inputs.resources
    if table is None:
        return _placed(setting, _blank("resources"), np.zeros((0, 2))).assign(offered=np.zeros(0, bool))
    actors = setting.inputs.actors
    offered = pd.Series(data=True, index=table.index)
    if actors is not None:
        ready = actors[["willing", "able"]].fillna(1.0).min(axis=1) > 0
        offered = (
            table["actor_id"]
            .map(pd.Series(ready.to_numpy(), index=actors["actor_id"]))
            .astype(object)
            .fillna(value=True)
        )
    return _placed(setting, table, xy_of(table)).assign(offered=offered.to_numpy(bool))


def _remarks(resources: pd.DataFrame, language: str) -> list[str]:
    closed = Message("matching.not_offered").text(language)
    return ["" if offered else closed for offered in resources["offered"]]


def _reach(setting: Setting) -> matching.Reach:
    """Return how far a resource reaches that says nothing of its own."""
    asked, circle = setting.plan_file.matching, setting.plan_file.circle or Circle()
    minutes = circle.minutes if asked.minutes is None else asked.minutes
    limit_m = circle.metres(minutes) if asked.metres is None else asked.metres
    return matching.Reach(limit_m=limit_m, within=asked.within)


def _actors(setting: Setting, made: matching.Matching) -> pd.DataFrame:
    """Return the actors with how many resources they have on the list, and how many of these are used."""
    table = _blank("actors") if setting.inputs.actors is None else setting.inputs.actors
    owned, used = made.resources["actor_id"], made.resources["used"] > 0
    counts = {"resources": owned.value_counts(), "used": owned[used].value_counts()}
    return table.assign(**{name: table["actor_id"].map(count).fillna(0.0) for name, count in counts.items()})


def _ledger(setting: Setting, made: matching.Matching) -> pd.DataFrame:
    """Return the points of each actor."""
    actors = _blank("actors") if setting.inputs.actors is None else setting.inputs.actors
    kinds = made.resources.set_index("resource_id")["kind"]
    rates = setting.plan_file.matching.points.model_dump()
    table = matching.ledger(setting.inputs.points, made.matches, kinds, rates=rates)
    names = actors.set_index("actor_id")["name"]
    return table.assign(name=table["actor_id"].map(names).astype(object).fillna(""))


def _figures(made: matching.Matching) -> dict[str, Any]:
    """Return what report.json has of the matching."""
    proven = made.upper_bound - made.objective <= NEARLY * max(1.0, made.upper_bound)
    reasons = made.needs["reason"]
    by_community = made.needs.groupby("community_id", sort=False)[["amount", "met"]].sum().reset_index()
    return {
        "needs": len(made.needs),
        "resources": len(made.resources),
        "matches": len(made.matches),
        "projects": len(made.projects),
        "met_in_full": int((reasons == "").sum()),
        "unmet": {code: int((reasons == code).sum()) for code in matching.REASONS},
        "objective": made.objective,
        "upper_bound": made.upper_bound,
        "status": "optimal" if proven else "feasible",
        "communities": by_community.to_dict("records"),
        "shares": made.shares.to_dict("records"),
    }
