"""What people may pick where they fill the workbook in: names known from the plan, on a sheet of their own.

A list in the cell itself holds 255 characters at most, so the lists of names stand on a sheet, where an office
may also correct them or add to them.
"""

from collections.abc import Sequence

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from gridplan.export.frames import said
from gridplan.export.table import FIRST_ROW, Column, Table
from gridplan.plan import Plan

PROGRESS = ("open", "begun", "done", "stopped")  # what an office may say of a project
SPARE = 20  # empty rows below each list that are offered too
LISTS = ("full_time", "part_time", "everybody", "actor")  # columns of the sheet
OFFERED = {  # column that is filled in -> list
    "full_time": "full_time",
    "part_time": "part_time",
    "leader": "everybody",
    "person": "everybody",
    "project_lead": "actor",
}


def offered(plan: Plan, column: str) -> Sequence[str] | str:
    """Return what is offered in a column: texts, or a range of the sheet of lists; nothing where nothing is known."""
    if column == "progress":
        return [said(plan, f"progress_{step}") for step in PROGRESS]
    wanted = OFFERED.get(column, "")
    names = lists(plan) if wanted else {}
    if wanted not in names:
        return ()
    letter = xl_col_to_name(list(names).index(wanted))
    sheet = said(plan, "sheet_choices").replace("'", "''")
    last = FIRST_ROW + len(names[wanted]) + SPARE
    return f"='{sheet}'!${letter}${FIRST_ROW + 1}:${letter}${last}"


def lists(plan: Plan) -> dict[str, list[str]]:
    """Return the lists that hold something: people by the posts they hold, everybody, those who give."""
    found = dict.fromkeys(LISTS, pd.Series(dtype=object))
    if "posts" in plan.lists:
        held = plan.lists["posts"]
        who = held["name"].where(held["name"] != "", held["worker_id"])
        found |= {kind: who[held["kind"] == kind] for kind in ("full_time", "part_time")}
        found["everybody"] = who
    if "actors" in plan.lists:
        found["actor"] = plan.lists["actors"]["name"]
    named = {name: sorted(set(who) - {""}) for name, who in found.items()}
    return {name: who for name, who in named.items() if who}


def choices_table(plan: Plan) -> Table | None:
    """Return the sheet of lists, with room to write in; None where there is no list."""
    names = lists(plan)
    if not names:
        return None
    rows = max(map(len, names.values())) + SPARE
    columns = [
        Column(head=said(plan, f"choices_{name}"), values=who + [""] * (rows - len(who)))
        for name, who in names.items()
    ]
    return Table(
        title=said(plan, "title", project=plan.report["project"]["name"], sheet=said(plan, "sheet_choices")),
        columns=columns,
        total="",
        closing=said(plan, "choices_closing"),
        frozen=0,
    )
