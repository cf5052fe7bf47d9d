"""Two plans side by side, as lines to read and as tables that Excel opens right."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from gridplan.compare import FIGURES, Comparison
from gridplan.errors import OutputError
from gridplan.export.listing import FORMULA, LETTERS
from gridplan.export.sheet import Printer
from gridplan.export.table import Column, Form, Table
from gridplan.export.workbook import PLAIN_TEXT
from gridplan.plan import Plan
from gridplan.words import Message, say

SHOWN = 10  # moves named in the lines; the tables have all
HAIR = 1e-9  # figures that differ by less are equal
SHOWN_FIGURES = ("households", "grids", "workers", "in_band", "out_of_band", "objective")
NUMBERS = {"in_band_share": ".1%", "walk_mean_m": ".1f"}


def comparison_lines(found: Comparison, language: str) -> Iterator[str]:
    """Yield what a planner reads: the figures of both, how many moved, and the largest moves."""
    for row in found.totals.to_dict("records"):
        values = {
            "figure": say(language, f"compare.{row['figure']}"),
            "before": _shown(row["before"], row["figure"]),
            "after": _shown(row["after"], row["figure"]),
        }
        yield say(language, "compare.figure", **values)
    changed = _changed(found.communities)
    yield say(
        language,
        "compare.moved",
        households=f"{found.moved:,.0f}",
        buildings=len(found.buildings),
        communities=changed,
        workers=len(found.workers),
    )
    largest = found.moves.sort_values(["households", "from_grid"], ascending=[False, True]).head(SHOWN)
    for row in largest.to_dict("records"):
        none = say(language, "compare.nowhere")
        values = {**row, "from_grid": row["from_grid"] or none, "to_grid": row["to_grid"] or none}
        yield say(language, "compare.move", **{**values, "households": f"{row['households']:,.0f}"})
    if len(found.moves) > SHOWN:
        yield say(language, "compare.more", count=len(found.moves) - SHOWN)


def _shown(value: float, figure: str) -> str:
    return "-" if pd.isna(value) else format(value, NUMBERS.get(figure, ",.0f"))


def _changed(communities: pd.DataFrame) -> int:
    """Return how many communities have other figures in the two plans."""
    differ = communities["status_before"].fillna("") != communities["status_after"].fillna("")
    for figure in FIGURES[:-1]:
        old, new = communities[f"{figure}_before"], communities[f"{figure}_after"]
        differ |= ~np.isclose(old.astype(float), new.astype(float), rtol=HAIR, atol=HAIR, equal_nan=True)
    return int(differ.sum())


def comparison_files(found: Comparison, language: str) -> dict[str, str]:
    """Return the tables of a comparison as CSV texts, by the name of the file."""
    tables = {
        "totals": found.totals.assign(
            figure=[say(language, f"compare.{name}") for name in found.totals["figure"]]
        ),
        "communities": found.communities,
        "moves": found.moves,
        "buildings": found.buildings,
        "workers": found.workers,
    }
    return {f"{name}.csv": _csv(table) for name, table in tables.items()}


def _csv(table: pd.DataFrame) -> str:
    """Return a table as CSV; a text that looks like a formula begins with an apostrophe."""
    content = io.StringIO()
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow(table.columns)
    rows.writerows([[_cell(value) for value in row] for row in table.itertuples(index=False)])
    return content.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if pd.isna(value) else f"{value:.10g}"


def comparison_workbook(found: Comparison, plan: Plan) -> bytes:
    """Return the tables of a comparison as a workbook to print, a sheet each; the same comparison gives the same bytes."""
    content, project = BytesIO(), plan.report["project"]
    book = xlsxwriter.Workbook(content, PLAIN_TEXT)
    book.set_properties({"title": project["name"], "created": datetime.fromisoformat(project["date"])})
    printer = Printer(book, note=str(project.get("note") or ""))
    for name, table in _sheets(found, plan.language):
        if not len(table):
            continue
        title = say(plan.language, f"compare.sheet_{name}")
        columns = [
            Column(
                head=say(plan.language, f"compare.head_{column}"),
                values=table[column].to_numpy(float if table[column].dtype.kind in "fi" else object),
                form=_form(str(column)) if table[column].dtype.kind in "fi" else "text",
            )
            for column in table
        ]
        printer.table(title, Table(title=f"{project['name']} {title}", columns=columns, total=""))
    book.close()
    return content.getvalue()


def _sheets(found: Comparison, language: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the tables for a reader: what a figure is called, and of communities what most look for."""
    told = {
        when: [
            _shown(value, figure)
            for value, figure in zip(found.totals[when], found.totals["figure"], strict=True)
        ]
        for when in ("before", "after")
    }
    figures = [say(language, f"compare.{name}") for name in found.totals["figure"]]
    yield "totals", pd.DataFrame({"figure": figures, **told})
    kept = [f"{figure}_{when}" for figure in SHOWN_FIGURES for when in ("before", "after")]
    communities = found.communities.assign(**{name: found.communities[name].astype(float) for name in kept})
    yield "communities", communities[["community_id", *kept]]
    yield "moves", found.moves.astype({"buildings": float, "households": float})
    yield "buildings", found.buildings.astype({"households": float})
    yield "workers", found.workers


def _form(column: str) -> Form:
    """Return how a number is shown."""
    return "share" if column.startswith("in_band") else "whole"


def write_comparison(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write tables and pages into a folder that is made for them; files there of other names stay.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            if isinstance(text, bytes):
                (folder / name).write_bytes(text)
            else:
                (folder / name).write_text(
                    text, encoding=LETTERS if name.endswith(".csv") else "utf-8", newline="\n"
                )
    except OSError as error:
        raise OutputError(
            Message("compare.unwritable", {"folder": folder, "error": error.strerror})
        ) from error
