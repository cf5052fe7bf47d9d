"""Mended copies of the inputs in a folder of their own, a plan file that reads them, and a list of every change."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import tomlkit

from gridplan.errors import OutputError
from gridplan.export.geopackage import stamped
from gridplan.export.listing import FORMULA, LETTERS
from gridplan.mend import HEADS, Mended
from gridplan.words import Message

PLAN, CHANGES = "plan.toml", "changes.csv"
DROPPED = ("layer", "encoding", "coordinates", "x", "y")  # keys that told how to read what came
DAY = "1970-01-01"  # stamp of the copies, so that the same inputs give the same bytes


def write_fixed(folder: Path, plan_file: Path, copies: Sequence[Mended]) -> int:
    """Write mended copies, the plan file for them and the list of changes into a new or empty folder; return how many changes.

    Columns that the plan file does not name are left out; the shapes are in the metric CRS.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(Message("export.fix_not_empty", {"folder": folder}))
    changes = [row for one in copies for row in one.changes()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in copies:
            _write(folder / _name(one), one.copy())
        (folder / PLAN).write_text(_plan(plan_file, copies), encoding="utf-8", newline="\n")
        (folder / CHANGES).write_text(_text(changes), encoding=LETTERS, newline="\n")
    except (OSError, RuntimeError) as error:  # pyogrio's errors derive from the second
        raise OutputError(Message("export.fix_unwritable", {"folder": folder, "error": error})) from error
    return len(changes)


def _name(one: Mended) -> str:
    return f"{one.part}.gpkg" if isinstance(one.table, gpd.GeoDataFrame) else f"{one.part}.csv"


def _write(path: Path, table: pd.DataFrame) -> None:
    """Write one copy."""
    if isinstance(table, gpd.GeoDataFrame):
        with stamped(DAY):
            pyogrio.write_dataframe(table, path, layer=path.stem, driver="GPKG", promote_to_multi=True)
        return
    path.write_text(
        _text(table.to_dict("records"), heads=list(table.columns)), encoding=LETTERS, newline="\n"
    )


def _text(rows: Sequence[dict[Any, Any]], heads: Sequence[str] = HEADS) -> str:
    """Return rows as CSV; a text that looks like a formula begins with an apostrophe."""
    content = io.StringIO()
    out = csv.writer(content, lineterminator="\n")
    out.writerow(heads)
    out.writerows([[_cell(row[head]) for head in heads] for row in rows])
    return content.getvalue()


def _cell(value: Any) -> str:  # whatever a table holds
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return (
        "" if value is None or pd.isna(value) else f"{value:.15g}" if isinstance(value, float) else str(value)
    )


def _plan(plan_file: Path, copies: Sequence[Mended]) -> str:
    """Return the plan file with the paths of the copies, its comments kept."""
    document = tomlkit.parse(plan_file.read_text(encoding="utf-8-sig"))
    inputs: Any = document["inputs"]
    for one in copies:
        table = inputs[one.part]
        table["path"] = _name(one)
        for key in DROPPED:
            table.pop(key, None)
    return tomlkit.dumps(document)
