"""The circle: every unit has a line for every service, and the report says what the lines say."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.verify.certificate import STATUSES
from gridplan.verify.findings import COUNT, METRE, SHARE, Floats, broken, differ, number, picked, places
from gridplan.verify.grids import unit_points
from gridplan.words import Message

MINUTE = 1e-6
FACILITY_STATUSES = ("existing", "new", "closed")


def check_access(plan: Plan) -> Iterator[Message]:
    """Check that each unit has one line a service, to an open facility, by a walk not below the line."""
    access = plan.access
    if access is None or plan.facilities is None:
        missing = [row["category"] for row in plan.report["circle"]]
        yield from broken("service_without_lines", missing, np.ones(len(missing)))
        return
    asked = pd.MultiIndex.from_product(
        [plan.units["unit_id"], [row["category"] for row in plan.report["circle"]]]
    )
    lines = pd.MultiIndex.from_frame(access[["unit_id", "category"]])
    yield from broken("line_missing", asked.get_level_values(0), ~asked.isin(lines))
    yield from broken("line_twice", access["unit_id"], lines.duplicated() | ~lines.isin(asked))
    at = places(plan.facilities, "facility_id", access["facility_id"])
    named, known = (access["facility_id"] != "").to_numpy(), access["minutes"].notna().to_numpy()
    closed = (picked(plan.facilities["status"], at) == "closed") & named
    yield from broken("facility_not_open", access["unit_id"], closed | (named != known))
    yield from broken(
        "minutes_negative", access["unit_id"], (access[["minutes", "minutes_existing"]] < 0).any(axis=1)
    )
    speed = number((plan.report.get("walk") or {}).get("metres_per_minute"))
    unit = places(plan.units, "unit_id", access["unit_id"])
    line_m = shapely.distance(unit_points(plan)[unit], picked(plan.facilities.geometry, at))
    yield from broken(
        "minutes_shorter_than_line", access["unit_id"], known & (access["minutes"] * speed < line_m - METRE)
    )


def check_circle(plan: Plan) -> Iterator[Message]:
    """Check that covered follows from the minutes and the report's figures from the lines."""
    if plan.access is None or plan.facilities is None:
        return
    homes_of = plan.units.set_index("unit_id")["households"]
    for row in plan.report["circle"]:
        category = row["category"]
        mine = plan.access[plan.access["category"] == category]
        homes = homes_of.reindex(mine["unit_id"]).to_numpy(float)
        yield from _covered(plan, row, mine)
        told = {column: number(row.get(column)) for column in ("covered_after", "mean_minutes")}
        wrong = [column for column, want in _shares(mine, homes).items() if differ(told[column], want, SHARE)]
        yield from broken("circle_figure", wrong, np.ones(len(wrong)), category=category)
        left = float(homes[(mine["covered"] == 0).to_numpy()].sum())
        yield from broken("circle_status", [category], [not _sound(row, left)])


def _covered(plan: Plan, row: dict[str, Any], lines: pd.DataFrame) -> Iterator[Message]:
    """Check that covered is 0 or 1 and follows from the minutes, where the walking speed is told."""
    category, ids, covered = row["category"], lines["unit_id"], lines["covered"] == 1
    yield from broken("covered_unknown", ids, ~lines["covered"].isin((0, 1)), category=category)
    limit_min = number(row.get("limit_m")) / number((plan.report.get("walk") or {}).get("metres_per_minute"))
    if np.isnan(limit_min):
        return
    within = lines["minutes"] <= limit_min + MINUTE
    refused = within & ~covered & _has_room(plan, category)
    yield from broken("covered_wrong", ids, (covered & ~within) | refused, category=category)


def _has_room(plan: Plan, category: str) -> bool:
    """Return whether no facility of a service, old or new, is told to have a capacity."""
    table = plan.facilities
    asked = [
        service.get("capacity")
        for service in plan.report.get("services") or ()
        if service["category"] == category
    ]
    told = table is not None and table.loc[table["category"] == category, "capacity"].notna().any()
    return not told and not any(asked)


def _shares(lines: pd.DataFrame, homes: Floats) -> dict[str, float]:
    """Return what the report must say of a service."""
    everyone = float(homes.sum())
    reached = lines["minutes"].notna().to_numpy()
    walked = homes[reached] @ lines["minutes"].to_numpy()[reached]
    return {
        "covered_after": float(homes @ (lines["covered"] == 1).to_numpy() / max(1.0, everyone)),
        "mean_minutes": float(walked / homes[reached].sum()) if homes[reached].sum() else np.nan,
    }


def _sound(row: dict[str, Any], left: float) -> bool:
    """Return whether status, bound and the count of those whom no candidate reaches fit together."""
    objective, bound = number(row.get("objective")), number(row.get("lower_bound"))
    closed = abs(objective - bound) <= SHARE * max(1.0, abs(objective))
    within = (
        0 <= number(row.get("unreachable")) <= left + COUNT
        and 0 <= number(row.get("covered_before")) <= 1 + SHARE
    )
    return row.get("status") in STATUSES and within and (closed or row.get("status") != "optimal")


def check_service_counts(plan: Plan) -> Iterator[Message]:
    """Check that facilities have a known status, new ones are allowed, and the report counts them."""
    table = plan.facilities
    if table is None:
        return
    yield from broken("facility_status", table["facility_id"], ~table["status"].isin(FACILITY_STATUSES))
    asked = {service["category"]: service.get("new") for service in plan.report.get("services") or ()}
    for row in plan.report["circle"]:
        status = table.loc[table["category"] == row["category"], "status"]
        new, kept, closed = ((status == kind).sum() for kind in ("new", "existing", "closed"))
        most = asked.get(row["category"])
        yield from broken("too_many_new", [row["category"]], [most is not None and new > most])
        counted = number(row.get("new")) == new and number(row.get("existing")) in {kept, kept + closed}
        yield from broken("circle_counts", [row["category"]], [not counted])
