"""The lists of a plan as CSV files: plain tables that Excel opens right, and that people may write into."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gridplan.errors import InputError
from gridplan.export.geopackage import read_lists
from gridplan.tables import LISTS

FOLDER, ENDING = "lists", ".csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for the beginning of one
LETTERS = "utf-8-sig"  # with the mark that tells Excel the encoding


def list_texts(lists: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the text of each list by the name of its file; a text that looks like a formula begins with an apostrophe."""
    return {f"{name}{ENDING}": _text(lists[name], *LISTS[name]) for name in LISTS if name in lists}


def _text(table: pd.DataFrame, texts: tuple[str, ...], numbers: tuple[str, ...]) -> str:
    """Return a list as CSV, the columns in their order, nothing where a number is not known."""
    content = io.StringIO()
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow([*texts, *numbers])
    columns = [[_plain(text) for text in table[c].fillna("").astype(str)] for c in texts]
    columns += [["" if pd.isna(n) else f"{n:.10g}" for n in table[c].astype(float)] for c in numbers]
    rows.writerows(zip(*columns, strict=True))
    return content.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def edited_lists(folder: Path, plan: Path) -> list[Path]:
    """Return the lists in an output folder that are not as gridplan wrote them, by what the old plan there holds."""
    there = sorted(folder / FOLDER / f"{name}{ENDING}" for name in LISTS)
    there = [path for path in there if path.is_file()]
    if not there:
        return []
    try:
        written = list_texts(read_lists(plan))
    except InputError:
        return there
    return [path for path in there if path.read_bytes() != written.get(path.name, "").encode(LETTERS)]
