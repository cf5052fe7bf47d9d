"""Whom a whistle calls (吹哨报到): for each grid the officer of the month, the deputy, the agencies, the committee member."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

BETWEEN = "; "


@dataclass(frozen=True, eq=False, kw_only=True)
class Called:
    """Who may be called; each table None where there is none.

    ``officers``: place_id, department, officer_id, deputy_id, a row a place and team; ``people``: officer_id, name, phone.
    ``agencies``: community_id, agency_id, agency, phone. ``members``: grid_id, member_id, member. ``leaders``: by grid_id.
    """

    officers: pd.DataFrame | None = None
    people: pd.DataFrame | None = None
    agencies: pd.DataFrame | None = None
    members: pd.DataFrame | None = None
    leaders: pd.Series | None = None


def whistle(grids: pd.DataFrame, called: Called, *, month: str) -> pd.DataFrame:
    """Return the whistle table, a row a grid.

    ``grids``: grid_id, code, name, community_id, street and place_id, the place in the rota that the grid belongs to.
    """
    table = grids[["grid_id", "code", "name", "community_id", "street"]].reset_index(drop=True)
    leaders = pd.Series(dtype=object) if called.leaders is None else called.leaders
    table = table.assign(
        leader=table["grid_id"].map(leaders).astype(object).fillna(""),
        month=month if called.officers is not None else "",
    )
    officers = _officers(called)
    for name in (
        "officer_id",
        "officer",
        "officer_phone",
        "department",
        "deputy_id",
        "deputy",
        "deputy_phone",
    ):
        table[name] = _joined(grids["place_id"], officers, "place_id", name)
    for name, column in (("agency_ids", "agency_id"), ("agencies", "agency"), ("agency_phones", "phone")):
        table[name] = _joined(grids["community_id"], called.agencies, "community_id", column)
    for name in ("member_id", "member"):
        table[name] = _joined(grids["grid_id"], called.members, "grid_id", name)
    return table


def _officers(called: Called) -> pd.DataFrame | None:
    """Return the officers of the month with what is known of them and their deputies."""
    if called.officers is None or called.people is None:
        return None
    known = called.people.set_index("officer_id")
    table = called.officers
    for role in ("officer", "deputy"):
        who = table[f"{role}_id"]
        table = table.assign(
            **{
                role: who.map(known["name"]).astype(object).fillna(""),
                f"{role}_phone": who.map(known["phone"]).astype(object).fillna(""),
            }
        )
    return table


def _joined(keys: pd.Series, table: pd.DataFrame | None, key: str, column: str) -> np.ndarray:
    """Return what a table says of each key, joined where it has several rows, "" where it has none."""
    if table is None or not len(table):
        return np.full(len(keys), "", dtype=object)
    texts = table.groupby(key, sort=False)[column].agg(lambda one: BETWEEN.join(text for text in one if text))
    return keys.map(texts).astype(object).fillna("").to_numpy(object)
