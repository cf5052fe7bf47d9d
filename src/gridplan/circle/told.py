"""What a planner should know about a service: who is out of reach, what is crowded, idle or unproven."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.circle.ground import Ground
from gridplan.circle.serve import Served
from gridplan.words import Message

IDLE_SHARE = 0.5  # a facility that serves less than this share of its capacity stands idle
SHOWN = 5


def tell(ground: Ground, facilities: gpd.GeoDataFrame, one: Served) -> Iterator[Message]:
    """Give the messages about one placed service; ``facilities`` is the table after the plan."""
    category = one.service.category
    if len(ground.facilities) and not len(ground.existing(category)):
        kinds = sorted(set(ground.facilities["category"]))
        yield Message("circle.none_there", {"category": category, "kinds": _some(pd.Series(kinds))})
    if one.unreachable.any():
        yield _unreachable(ground, one)
    if one.ruled is not None:
        yield from _of_rules(one)
    elif one.choice.lower_bound < one.choice.objective:
        values = {"category": category, "found": _plain(one.choice.objective)}
        goal = "sites" if one.service.new is None else "cover"
        yield Message(f"circle.unproven_{goal}", {**values, "bound": _plain(one.choice.lower_bound)})
    if one.full is not None:
        values = {
            "new": str(one.service.new),
            "least": _plain(one.full.lower_bound),
            "most": str(len(one.full.sites)),
        }
        left = one.choice.objective
        key = (
            "circle.full_cover"
            if one.full.lower_bound == len(one.full.sites)
            else "circle.full_cover_between"
        )
        yield Message(key, {"category": category, "left": _plain(left), **values})
    yield from _loads(facilities[facilities["category"] == category], category)


def _of_rules(one: Served) -> Iterator[Message]:
    """Say what binds a service with rules or goals, once for all that share buildings, and what is not proven."""
    if one.ruled is None:
        return
    category = one.service.category
    for reason in one.ruled.reasons:
        key = "circle.of_all" if one.together else "circle.of_service"
        yield Message(key, {"reason": reason} if one.together else {"category": category, "reason": reason})
    if one.ruled.goals:
        for goal in one.ruled.goals:
            if not goal.proven:
                values = {
                    "goal": Message(f"circle.goal_{goal.aim}"),
                    "found": _amount(goal.aim, goal.best),
                    "bound": _amount(goal.aim, goal.bound),
                }
                key = "circle.goal_unproven_of_all" if one.together else "circle.goal_unproven"
                yield Message(key, values if one.together else {"category": category, **values})
    elif one.ruled.status == "feasible":
        yield Message("circle.unproven", {"category": category, "gap": _gap(one)})


def _amount(aim: str, value: float) -> str:
    """Return the value of a goal for reading: the share of the worst-served grid, else a number."""
    return f"{value:.1%}" if aim == "worst" else _plain(value)


def _unreachable(ground: Ground, one: Served) -> Message:
    """Say how many live out of reach of every facility and candidate, and where the most of them."""
    lost = ground.units[one.unreachable]
    places = lost.assign(place=_places(ground, one)).groupby("place")["households"].sum()
    named = places.reset_index().sort_values(["households", "place"], ascending=[False, True])["place"]
    minutes = one.service.limit_m / ground.metres_per_minute
    return Message(
        "circle.unreachable" if one.candidates else "circle.no_candidates",
        {
            "category": one.service.category,
            "minutes": _plain(minutes),
            "limit_m": _plain(one.service.limit_m),
            "units": len(lost),
            "households": _plain(float(lost["households"].sum())),
            "places": _some(named),
        },
    )


def _places(ground: Ground, one: Served) -> pd.Series:
    """Name where unreachable units lie: their compound, else the nearest named facility, else the unit."""
    lost = ground.units[one.unreachable]
    label = lost["label"].where(lost["label"] != "", lost["unit_id"])
    named = ground.facilities[ground.facilities["name"] != ""]
    bare = np.flatnonzero(lost["label"] == "")
    if not len(named) or not len(bare):
        return label
    spots = shapely.points(ground.unit_points[one.unreachable][bare])
    _, nearest = shapely.STRtree(named.geometry.to_numpy()).query_nearest(spots, all_matches=False)
    near = label.copy()
    near.iloc[bare] = named["name"].to_numpy(object)[nearest]
    return near


def _loads(mine: gpd.GeoDataFrame, category: str) -> Iterator[Message]:
    """Tell which existing facilities are the nearest of more households than they can serve, or of few."""
    known = mine[(mine["status"] == "existing") & mine["capacity"].notna()]
    crowded = known[known["households_served"] > known["capacity"]]
    idle = known[known["households_served"] < IDLE_SHARE * known["capacity"]]
    for key, rows in (("circle.crowded", crowded), ("circle.idle", idle)):
        if len(rows):
            values = {
                "category": category,
                "count": len(rows),
                "of": len(known),
                "ids": _some(rows["facility_id"]),
            }
            yield Message(key, values)


def _some(values: pd.Series) -> str:
    return ", ".join(values.head(SHOWN)) + (" …" if len(values) > SHOWN else "")


def _gap(one: Served) -> str:
    return f"{1 - one.choice.lower_bound / one.choice.objective:.1%}"


def _plain(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")
