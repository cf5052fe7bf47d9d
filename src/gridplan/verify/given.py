"""The plan against what was read: rows, shapes, sums, roster, facilities."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from gridplan.plan import Plan
from gridplan.tables import Inputs
from gridplan.verify.findings import AREA_M2, METRE, broken, differ, number, picked, places, total
from gridplan.verify.ground import apart_m2
from gridplan.words import Message

FULL_TIME = "full_time"
TRACE_M2, TRACE_SHARE = 1.0, 0.01  # of a special area that may lie in other grids
PEOPLE = 1e-3


def check_rows(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that household rows are those that were read: ids, order, community, households and points."""
    given, rows = inputs.households, plan.households
    if len(given) != len(rows):
        yield Message("verify.rows_lost", {"given": len(given), "count": len(rows)})
        return
    ids = given["household_id"]
    other = (ids.to_numpy() != rows["household_id"].to_numpy()) | (
        given["community_id"].to_numpy() != rows["community_id"].to_numpy()
    )
    moved_m = shapely.distance(given.geometry.to_numpy(), rows.geometry.to_numpy())
    changed = other | differ(given["households"], rows["households"]) | ~(moved_m <= METRE)
    yield from broken("row_changed", ids, changed)


def check_communities(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that communities are those that were read, with their names, streets and shapes."""
    given, ids = inputs.communities, inputs.communities["community_id"]
    at = places(plan.communities, "community_id", ids)
    yield from broken("community_lost", ids, at < 0)
    found, given, ids = plan.communities.iloc[at[at >= 0]], given[at >= 0], ids[at >= 0]
    renamed = (found[["name", "street"]].to_numpy() != given[["name", "street"]].to_numpy()).any(axis=1)
    reshaped = apart_m2(found.geometry.to_numpy(), given.geometry.to_numpy()) > AREA_M2
    yield from broken("community_changed", ids, renamed | reshaped)


def check_figures(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that loads, people and planned households are the sums of what was read."""
    rows = inputs.households
    if len(rows) == len(plan.households):
        load = total(plan.households["unit_id"], rows["load"], plan.units["unit_id"])
        yield from broken(
            "figure_not_read", plan.units["unit_id"], differ(plan.units["load"], load), column="load"
        )
    ids = plan.communities["community_id"]
    for column in ("population", "planned"):
        if rows[column].notna().any():
            want = total(rows["community_id"], rows[column].fillna(0.0), ids)
        elif column in inputs.communities and inputs.communities[column].notna().any():
            want = inputs.communities.set_index("community_id")[column].reindex(ids).to_numpy(float)
        else:
            continue
        yield from broken(
            "figure_not_read", ids, differ(plan.communities[column], want, PEOPLE), column=column
        )


def check_roster(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that the roster counts the availability of those who work full time; helpers are outside."""
    if inputs.workers is None:
        return
    staff = inputs.workers[inputs.workers["kind"] == FULL_TIME]
    share = staff["availability"].fillna(1.0)
    ids = plan.communities["community_id"]
    wrong = differ(plan.communities["workers_on_roster"], total(staff["community_id"], share, ids), PEOPLE)
    yield from broken("figure_not_read", ids, wrong, column="workers_on_roster")
    told = number(plan.report["totals"].get("workers_on_roster"))
    yield from broken("totals_differ", ["workers_on_roster"], [differ(told, share.sum(), PEOPLE)])


def check_facilities(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that facilities stand where they were read and that special areas are grids of their own."""
    if plan.facilities is not None and inputs.facilities is not None:
        given = inputs.facilities
        given = given[given["category"].isin([row["category"] for row in plan.report["circle"]])]
        at = places(plan.facilities, "facility_id", given["facility_id"])
        near = shapely.distance(picked(plan.facilities.geometry, at), given.geometry.to_numpy()) <= METRE
        same = picked(plan.facilities["category"], at) == given["category"].to_numpy()
        kept = picked(plan.facilities["status"], at) != "new"
        yield from broken("facility_changed", given["facility_id"], ~(near & same & kept))
    if inputs.special_areas is not None:
        yield from _special_areas(plan, inputs.special_areas)


def _special_areas(plan: Plan, given: gpd.GeoDataFrame) -> Iterator[Message]:
    """Check that no other grid holds more than a trace of a special area."""
    areas = given.geometry.to_numpy()
    others = plan.grids[plan.grids["kind"] != "special"].geometry.to_numpy()
    area, other = shapely.STRtree(others).query(areas, predicate="intersects")
    shared_m2 = shapely.area(shapely.intersection(areas[area], others[other]))
    lost_m2 = np.bincount(area, weights=shared_m2, minlength=len(areas))
    trace_m2 = np.maximum(TRACE_M2, TRACE_SHARE * shapely.area(areas))
    yield from broken("special_area_lost", given["special_id"], lost_m2 > trace_m2)
