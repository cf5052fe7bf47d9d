"""staffing.xlsx: summary, streets, communities, grids, services, facilities, each street, to print and to fill in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from gridplan.export.frames import (
    ASKED,
    BLANK,
    communities_frame,
    facilities_frame,
    grids_frame,
    proven,
    said,
    services_frame,
    shortage,
    streets_frame,
)
from gridplan.export.lists import POINTS as LISTED_POINTS
from gridplan.export.lists import TENTHS as LISTED_TENTHS
from gridplan.export.lists import list_frames
from gridplan.export.offer import choices_table, offered
from gridplan.export.reach import SERVICE, curve_charts, reach_frames
from gridplan.export.sheet import Printer
from gridplan.export.staff import holders, staff_frames
from gridplan.export.table import Column, Form, Table
from gridplan.export.tradeoff import tradeoff_frame
from gridplan.plan import Plan

PLAIN_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
TENTHS = {
    "posts_min",
    "posts_max",
    "posts_by_residents",
    "workers_on_roster",
    "shortage",
    "whole_shortage",
    "mean_minutes",
    "worst_tenth_minutes",
    *("on_roster", "missing", "bound", "placed", "proportional"),
    *("per_bound", "per_placed", "per_fair", "per_proportional", "per_hamilton", "per_webster"),
    *LISTED_TENTHS,
    *LISTED_POINTS,
}
SHARES = {
    *("missing_share", "share"),
    *("in_band_share", "gap", "used", "covered_before", "covered_after"),
    *("score", "vulnerable_covered", "covered_so_far", "give_up", "met_share"),
}
MOST_STREETS, LONGEST_NAME = 40, 31  # sheets of their own; letters of a sheet's name
NOT_SUMMED = {"number", "gap", "limit_m", "walk_mean_m", "used", "shortage"}
AREAS = {"street", "community"}  # one cell for rows that follow one another, where communities have subtotals
SOURCES = ("150_200", "18", "25")  # norms whose origin is known
NAMING = {"number", "street", "community_id", "community", "code", "grid", "category"}  # which row it is


def write_workbook(plan: Plan, path: Path) -> None:
    """Write the workbook; the same plan gives the same bytes. It holds no personal data.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    project = plan.report["project"]
    content = BytesIO()
    book = xlsxwriter.Workbook(content, PLAIN_TEXT)
    book.set_properties({"title": project["name"], "created": datetime.fromisoformat(project["date"])})
    printer = Printer(book, note=str(project.get("note") or ""))
    printer.pairs(said(plan, "sheet_summary"), _title(plan, "summary"), list(_summary(plan)))
    for name, table in tables(plan):
        printer.table(said(plan, f"sheet_{name}"), table)
    choices = choices_table(plan)
    names = [sheet.get_name() for sheet in book.worksheets()] + [said(plan, "sheet_choices")] * bool(choices)
    for name, table in _each_street(plan, names):
        printer.table(name, table)
    if choices:
        printer.table(said(plan, "sheet_choices"), choices)
    book.close()
    path.write_bytes(content.getvalue())


def _summary(plan: Plan) -> Iterator[Column]:
    """Yield a line a figure, as a column of one value: the figures first, what they come from last."""
    report, totals, norm = plan.report, plan.report["totals"], plan.report.get("staffing")
    band = report["band"]
    figures = {
        name: totals.get(name) for name in ("households", "population", "grids", "workers", "in_band_share")
    }
    special = plan.grids[plan.grids["kind"] == "special"]
    beside = {"special_grids": len(special), "special_workers": special["workers"].sum()}
    yield from _figures(plan, {"communities": len(plan.communities), **figures})
    yield from _figures(plan, beside if len(special) else {})
    asked = f"{band['low']:g}–{band['high']:g}"
    yield Column(head=said(plan, "head_band"), values=[asked])
    if norm is not None:
        yield Column(head=said(plan, "head_norm"), values=[f"{norm['low']:g}–{norm['high']:g}"])
        posts = {
            name: totals.get(name)
            for name in ("posts_min", "posts_max", "posts_by_residents", "workers_on_roster")
        }
        short = shortage(pd.DataFrame([posts], dtype=float)).iloc[0]
        yield from _figures(plan, {"norm_residents": norm.get("per_10000"), **posts, "whole_shortage": short})
        yield from _sources(plan, norm)
    settled = sum(proven(row) for row in report["communities"])
    share = f"{settled} / {len(report['communities'])}"
    yield Column(head=said(plan, "head_communities_proven"), values=[share])
    gaps = [float(row["gap"]) for row in report["communities"] if row.get("gap") is not None]
    yield from _figures(plan, {"gap": max(gaps)} if gaps else {})
    texts = {"date": report["project"]["date"], "seed": report["seed"], "version": report["version"]}
    for name, text in texts.items():
        yield Column(head=said(plan, f"head_{name}"), values=[str(text)])


def _sources(plan: Plan, norm: Mapping[str, Any]) -> Iterator[Column]:
    """Yield where the norms come from: what is known of the usual figures, else the plan file."""
    households = f"{norm['low']:g}_{norm['high']:g}"
    residents = "" if norm.get("per_10000") is None else f"{norm['per_10000']:g}"
    for head, figure in (("norm", households), ("norm_residents", residents)):
        if figure:
            key = f"source_{figure}" if figure in SOURCES else "source_own"
            yield Column(head=said(plan, f"head_{head}_source"), values=[said(plan, key)])


def _figures(plan: Plan, figures: Mapping[str, float | None]) -> Iterator[Column]:
    """Yield numbers as columns of one value."""
    for name, value in figures.items():
        yield Column(head=said(plan, f"head_{name}"), values=np.array([value], float), form=_form(name))


def tables(plan: Plan) -> Iterator[tuple[str, Table]]:
    """Yield every sheet after the summary but those of single streets: its name, what it shows."""
    if plan.streets is not None:
        yield "streets", _table(plan, "streets", streets_frame(plan))
    communities = communities_frame(plan)
    yield "communities", _table(plan, "communities", communities, alerts=communities["out_of_band"] > 0)
    for name, frame in staff_frames(plan):
        yield name, _table(plan, name, frame, total=False)
    grids = _held_grids(plan)
    yield "grids", _grids(plan, grids, _title(plan, "grids"))
    if plan.report["circle"]:
        services = services_frame(plan)
        yield "services", _table(plan, "services", services, alerts=services["out_of_reach"] > 0, total=False)
        for name, frame in reach_frames(plan):
            yield (
                name,
                replace(_table(plan, name, frame, total=False), charts=curve_charts(plan, name, frame)),
            )
    if plan.facilities is not None and len(plan.facilities):
        facilities = facilities_frame(plan)
        crowded = facilities["used"] > 1
        yield "facilities", _table(plan, "facilities", facilities, alerts=crowded, total=False)
    tradeoff = tradeoff_frame(plan)
    if tradeoff is not None:
        yield "tradeoff", _table(plan, "tradeoff", tradeoff, total=False)
    for name, frame in list_frames(plan):
        yield name, _table(plan, name, frame, total=False)


def _held_grids(plan: Plan) -> pd.DataFrame:
    """Return the grids with who holds their posts."""
    grids = grids_frame(plan)
    return grids.assign(**holders(plan, grids["code"]))


def _grids(plan: Plan, grids: pd.DataFrame, title: str) -> Table:
    return replace(
        _table(plan, "grids", grids, alerts=grids["remark"] != "", grouped="community"), title=title
    )


def _each_street(plan: Plan, taken: Sequence[str]) -> Iterator[tuple[str, Table]]:
    """Yield a sheet a street with its grids, to hand to that street's office; none where there is one street or very many."""
    grids = _held_grids(plan)
    if "street" not in grids or not 1 < grids["street"].nunique() <= MOST_STREETS:
        return
    used = list(taken)
    for street, mine in grids.groupby("street", sort=False):
        rows = mine.assign(number=np.arange(1.0, len(mine) + 1))
        name = sheet_name(str(street), used)
        used.append(name)
        yield name, _grids(plan, rows, said(plan, "title", project=street, sheet=said(plan, "sheet_grids")))


def sheet_name(text: str, used: Sequence[str]) -> str:
    """Return a name that Excel takes for a sheet, unlike those used: without the signs that it reserves, at most 31 letters."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", text).strip("' ")[:LONGEST_NAME] or "_"
    known = {name.casefold() for name in used} | {"history"}
    tails = chain([""], (f"~{number}" for number in count(2)))
    return next(
        name for tail in tails if (name := plain[: LONGEST_NAME - len(tail)] + tail).casefold() not in known
    )


def _table(
    plan: Plan,
    name: str,
    frame: pd.DataFrame,
    *,
    alerts: Sequence[bool] | pd.Series = (),
    grouped: str = "",
    total: bool = True,
) -> Table:
    """Return a frame as a table: columns that hold nothing are left out unless an office fills them in."""
    shown = frame[[c for c in frame if c in BLANK or (frame[c].notna() & (frame[c] != "")).any()]]
    runs = shown.groupby((shown[grouped] != shown[grouped].shift()).cumsum())[grouped] if grouped else ()
    return Table(
        title=_title(plan, name),
        columns=[
            replace(_column(plan, shown, str(column), summed=total), merged=bool(grouped) and column in AREAS)
            for column in shown
        ],
        total=said(plan, "total") if total else "",
        groups=[(said(plan, "subtotal", name=run.iloc[0]), len(run)) for _, run in runs],
        alerts=list(alerts),
        closing=said(plan, "closing"),
        frozen=sum(column in NAMING for column in shown),
    )


def _column(plan: Plan, frame: pd.DataFrame, name: str, *, summed: bool) -> Column:
    """Return a column with its head, form and formula."""
    numeric = frame[name].dtype.kind in "fi"
    return Column(
        head=name.removeprefix(SERVICE) if name.startswith(SERVICE) else said(plan, f"head_{name}"),
        values=frame[name].to_numpy(),
        form=_form(name) if numeric else "text",
        summed=summed and numeric and name not in NOT_SUMMED,
        formula=_shortage_formula(frame) if name == "shortage" else None,
        total=_shortage_in_all(frame) if name == "shortage" else float("nan"),
        choices=offered(plan, name),
    )


def _shortage_in_all(frame: pd.DataFrame) -> float:
    """Return the shortage of the sums of what is asked and of the roster."""
    sums = frame[[c for c in (*ASKED, "workers_on_roster") if c in frame]].sum().to_frame().T
    return float(shortage(sums).iloc[0])


def _shortage_formula(frame: pd.DataFrame) -> Callable[[int], str]:
    """Return how a row works its shortage out: what is asked less the roster, never below 0."""
    letters = {name: xl_col_to_name(at) for at, name in enumerate(frame)}
    asked = [letters[name] for name in ASKED if name in letters]

    def formula(row: int) -> str:
        most = ",".join(f"{letter}{row}" for letter in asked)
        return f"=MAX(0,MAX({most})-{letters['workers_on_roster']}{row})"

    return formula


def _form(name: str) -> Form:
    """Return how a number is shown."""
    if name == "number":
        return "order"
    return "tenth" if name in TENTHS else "share" if name in SHARES or name.startswith(SERVICE) else "whole"


def _title(plan: Plan, name: str) -> str:
    """Return the title of a sheet."""
    return said(plan, "title", project=plan.report["project"]["name"], sheet=said(plan, f"sheet_{name}"))
