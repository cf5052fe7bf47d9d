"""The report of each community: figures of its tables, objective, bounds, status and reasons."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from gridplan.plan import Plan
from gridplan.verify.findings import COUNT, METRE, SHARE, Flags, broken, differ, number, total
from gridplan.verify.grids import band_of, in_band, outside
from gridplan.verify.sums import ordinary
from gridplan.words import Message

PROVEN_GAP = 1e-4
STATUSES = ("optimal", "feasible", "infeasible")
CERTIFICATE = (
    "out_of_band",
    "out_of_band_bound",
    "households_outside",
    "households_outside_bound",
    "objective",
    "lower_bound",
    "gap",
)


def report_rows(plan: Plan) -> pd.DataFrame:
    """Return the report's communities as a table with one row an id, figures as numbers."""
    rows = [
        {
            "community_id": str(row["community_id"]),
            "status": row.get("status"),
            "reason": str(row.get("reason") or ""),
        }
        | {
            column: number(row.get(column))
            for column in (*CERTIFICATE, "households", "workers", "grids", "in_band")
        }
        | _walk_and_parts(row)
        for row in plan.report["communities"]
    ]
    return pd.DataFrame(rows)


def _walk_and_parts(row: dict[str, Any]) -> dict[str, float]:
    """Return the walk within the objective and the sum of its parts, if any; else the objective."""
    parts = row.get("objective_parts") or {"walk": row.get("objective")}
    return {"walk": number(parts.get("walk")), "parts": sum(map(number, parts.values()))}


def check_report_rows(plan: Plan) -> Iterator[Message]:
    """Check that each community is in the report once, with the figures of its tables."""
    rows, ids = report_rows(plan), plan.communities["community_id"]
    missing, unknown = ~ids.isin(rows["community_id"]), ~rows["community_id"].isin(ids)
    yield from broken("community_not_reported", ids, missing)
    yield from broken("community_unknown", rows["community_id"], unknown | rows["community_id"].duplicated())
    grids = ordinary(plan)
    band = band_of(plan, grids)
    out = ~in_band(grids, band)
    counts = total(grids["community_id"], np.ones(len(grids)), rows["community_id"])
    wants = {
        "households": total(plan.grids["community_id"], plan.grids["households"], rows["community_id"]),
        "workers": total(grids["community_id"], grids["workers"], rows["community_id"]),
        "grids": counts,
        "out_of_band": total(grids["community_id"], out, rows["community_id"]),
        "households_outside": total(
            grids["community_id"], outside(grids["load"], band)[0], rows["community_id"]
        ),
    }
    for column, want in wants.items():
        yield from broken("report_figure", rows["community_id"], differ(rows[column], want), column=column)
    share = 1 - wants["out_of_band"] / np.maximum(counts, 1)
    wrong = (counts > 0) & differ(rows["in_band"], share, SHARE)
    yield from broken("report_figure", rows["community_id"], wrong, column="in_band")


def check_objective(plan: Plan) -> Iterator[Message]:
    """Check that the objective is the sum of households x walk plus the prices, as its parts say."""
    rows = report_rows(plan)
    ids, slack = rows["community_id"], METRE * np.maximum(1.0, rows["households"])
    walked = []
    for grids in (ordinary(plan), plan.grids):  # a special area may have households, and may be walked or not
        metres = (grids["households"] * grids["walk_mean_m"]).fillna(0.0)
        walked.append(np.abs(rows["walk"] - total(grids["community_id"], metres, ids)) <= slack)
    yield from broken("walk_not_that_of_grids", ids, ~(walked[0] | walked[1]))
    yield from broken("parts_do_not_add_up", ids, ~(np.abs(rows["objective"] - rows["parts"]) <= slack))


def check_certificate(plan: Plan) -> Iterator[Message]:
    """Check that bounds are below their values, the gap follows from them and the status from both."""
    rows = report_rows(plan)
    ids, status = rows["community_id"], rows["status"]
    yield from broken("status_unknown", ids, ~status.isin(STATUSES))
    yield from broken("certificate_incomplete", ids, rows[list(CERTIFICATE)].isna().any(axis=1))
    yield from broken("bound_above_value", ids, _bound_above(rows))
    gap = np.where(
        rows["objective"] > 0, 1 - rows["lower_bound"] / rows["objective"].where(rows["objective"] > 0, 1), 0
    )
    yield from broken("gap_wrong", ids, differ(rows["gap"], gap, SHARE) | (rows["gap"] < 0))
    out = rows["out_of_band"]
    open_end = (out > 0) | (rows["gap"] > PROVEN_GAP + 1e-9)
    yield from broken("optimal_is_not", ids, (status == "optimal") & open_end)
    none_out = (out < 1) | (rows["out_of_band_bound"] < 1)
    yield from broken("infeasible_is_not", ids, (status == "infeasible") & none_out)
    idle = (rows["households"] == 0) & ((status != "optimal") | (rows[list(CERTIFICATE)] != 0).any(axis=1))
    yield from broken("nobody_but_figures", ids, idle)


def _bound_above(rows: pd.DataFrame) -> Flags:
    """Whether a bound is negative or above what it bounds."""
    bounds = rows[["out_of_band_bound", "households_outside_bound", "lower_bound"]]
    above = (
        (rows["out_of_band_bound"] > rows["out_of_band"])
        | (rows["households_outside_bound"] > rows["households_outside"] + COUNT)
        | (rows["lower_bound"] > rows["objective"] * (1 + 1e-9))
    )
    return (above | (bounds < 0).any(axis=1)).to_numpy()


def check_reasons(plan: Plan) -> Iterator[Message]:
    """Check that a community with a grid out of band has a reason."""
    rows = report_rows(plan)
    yield from broken(
        "no_reason", rows["community_id"], (rows["out_of_band"] > 0) & (rows["reason"].str.strip() == "")
    )
