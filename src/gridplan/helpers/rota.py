"""The officers' rota: who is posted where in which month, and who stands in.

Places in a row are cut into as many rounds as there are officers, of sizes that differ by at most one, the larger ones spread
evenly: round b of O over P places begins at floor(b P / O). In month m officer o has round o - m, and stands in for another one, a
fixed step away. So nobody has a place twice running, and whoever passes k rounds one after another has passed floor(k P / O) or one
more place (the sizes are a Christoffel word, whose factors are balanced): no rota is more even, in any month or over all of them.
With more officers than places, places are dealt out month after month like cards, which is as even.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.words import Message

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOBODY = -1
APART = 4  # officers from which on nobody of last month need be at a place in either role


@dataclass(frozen=True, eq=False, kw_only=True)
class Rota:
    """Who is where: ``table`` has month, place_id, officer_id and deputy_id ("" for nobody), a row a month, place and team.

    ``teams`` has a row a team (department, street): officers, places, the figures of ``evenness``.
    """

    table: pd.DataFrame
    teams: list[dict[str, Any]]
    told: tuple[Message, ...]


def rota(
    officers: pd.DataFrame, places: pd.DataFrame, *, months: list[str], each_department: bool = False
) -> Rota:
    """Post officers to places.

    Parameters
    ----------
    officers
        officer_id, department, street ("" serves where the most places wait for each officer).
    places
        place_id, street, x, y in metres; at least one.
    months
        Names of the months, in order.
    each_department
        Whether every place has an officer of each department, instead of one of any.
    """
    rows: list[pd.DataFrame] = []
    teams: list[dict[str, Any]] = []
    told: list[Message] = []
    kinds = officers["department"] if each_department else pd.Series("", index=officers.index)
    for kind in pd.unique(kinds):
        for street, members, posts in _teams(officers[kinds == kind], places):
            label = {"department": kind, "street": street}
            if not len(members):
                told.append(Message("helpers.no_officer", {"street": street, "count": len(posts)}))
            who, stand_in = posted(len(posts), len(members), len(months))
            order = posts.iloc[chain(posts[["x", "y"]].to_numpy(float))]
            rows.append(_rows(order, members, months, who, stand_in))
            teams.append(
                {**label, "officers": len(members), "places": len(posts), **evenness(who, len(members))}
            )
    table = pd.concat(rows, ignore_index=True)
    rank = pd.Series(np.arange(len(places)), index=places["place_id"])
    by_place = np.lexsort(
        (table["place_id"].map(rank), table["month"].map({m: n for n, m in enumerate(months)}))
    )
    return Rota(table=table.iloc[by_place].reset_index(drop=True), teams=teams, told=tuple(told))


def posted(places: int, officers: int, months: int) -> tuple[Ints, Ints]:
    """Return (months, places) officer and deputy, by number, -1 for nobody; places in a row are near each other."""
    month = np.arange(months)[:, None]
    if not officers:
        nobody = np.full((months, places), NOBODY)
        return nobody, nobody
    if places >= officers:
        begins = np.arange(officers) * places // officers
        turn, step = np.searchsorted(begins, np.arange(places), side="right") - 1 + month, 1
    else:
        turn, step = np.arange(places) + month * places, places
    away = _away(officers, places, step)
    deputy = (turn + away) % officers if away else np.full((months, places), NOBODY)
    return turn % officers, deputy


def _away(officers: int, places: int, step: int) -> int:
    """Return how many turns before their own a deputy is called: not the officer, nor, if that can be, one of the months beside."""
    if officers < APART:
        return officers // 2
    free = [h for h in range(1, officers) if h not in {step % officers, -step % officers}]
    idle = [h for h in free if places <= h <= officers - places]
    return min(idle or free, key=lambda h: (abs(2 * h - officers), h))


def evenness(who: Ints, officers: int) -> dict[str, int]:
    """Return the largest load of an officer in a month and over all, beside what no rota can go below; and the repeats."""
    months, places = who.shape
    if not officers:
        return {"most_in_month": 0, "bound_in_month": 0, "most": 0, "bound": 0, "repeats": 0}
    loads = np.zeros((months, officers), int)
    np.add.at(loads, (np.repeat(np.arange(months), places), who.ravel()), 1)
    return {
        "most_in_month": int(loads.max()),
        "bound_in_month": -(-places // officers),
        "most": int(loads.sum(axis=0).max()),
        "bound": -(-places * months // officers),
        "repeats": int((who[1:] == who[:-1]).sum()),
    }


def chain(points: Floats) -> Ints:
    """Return an order of points (k, 2) in which each is the nearest one left to the one before, from the westernmost on."""
    left = np.ones(len(points), bool)
    at = int(np.lexsort((points[:, 1], points[:, 0]))[0]) if len(points) else 0
    order = []
    for _ in range(len(points)):
        order.append(at)
        left[at] = False
        away = np.where(left, np.hypot(*(points - points[at]).T), np.inf)
        at = int(away.argmin())
    return np.array(order, dtype=np.int64)


def _teams(officers: pd.DataFrame, places: pd.DataFrame) -> list[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Return the streets with their officers and places; one team for all where no officer is bound to a street."""
    if not (officers["street"] != "").any():
        return [("", officers, places)]
    counts = places["street"].value_counts(sort=False)
    streets = list(pd.unique(places["street"]))
    there = {street: int((officers["street"] == street).sum()) for street in streets}
    home = officers["street"].to_numpy(object).copy()
    for row in np.flatnonzero(home == ""):
        waits = [counts[s] / there[s] if there[s] else np.inf for s in streets]
        most = max(range(len(streets)), key=lambda n: (waits[n], counts[streets[n]], -n))
        home[row] = streets[most]
        there[streets[most]] += 1
    return [(s, officers[home == s], places[places["street"] == s]) for s in streets]


def _rows(
    places: pd.DataFrame, officers: pd.DataFrame, months: list[str], who: Ints, deputy: Ints
) -> pd.DataFrame:
    """Return a row a month and place."""
    ids = np.append(officers["officer_id"].to_numpy(object), "")
    return pd.DataFrame(
        {
            "month": np.repeat(np.array(months, dtype=object), len(places)),
            "place_id": np.tile(places["place_id"].to_numpy(object), len(months)),
            "officer_id": ids[who.ravel()],
            "deputy_id": ids[deputy.ravel()],
        }
    )
