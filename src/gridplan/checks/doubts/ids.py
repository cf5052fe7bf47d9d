"""Doubts about ids: what spreadsheets do to them, and what is no id."""

import re

import numpy as np
import pandas as pd

from gridplan.checks.doubts.looked import Looked, Mask, Texts, doubt, first, matching
from gridplan.checks.doubts.personal import is_personal
from gridplan.checks.doubts.texts import is_placeholder, plainly
from gridplan.checks.faults import Fault
from gridplan.checks.values import as_text

SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+")
EXACT = 1e15  # a number of more digits has lost the last ones
SHORTEST_CODE, USUAL = 6, 0.6  # digits of a code; share of ids of the usual length
DENSE = 10  # ids that are so many times their number or fewer are a numbering
MOSTLY = 0.8  # share of rows from which a column is taken for what its cells look like


def doubts(looked: Looked) -> list[Fault]:
    """Return what is doubtful about the ids of an input, where the plan file names their column."""
    if "id" not in looked.raw or looked.came.part in ("roads", "barriers"):
        return []
    sheet, ids = looked.came, as_text(looked.raw["id"])
    column = sheet.columns["id"]
    found = {
        "scientific_id": _scientific(looked.raw["id"], ids),
        "lost_zeros": lost_zeros(ids),
        "placeholder_id": matching(ids, is_placeholder),
        "alike_ids": _alike(ids),
        "personal_id": _personal(ids),
    }
    return [
        fault
        for code, where in found.items()
        for fault in doubt(sheet, code, where, column=column, example=first(ids, where))
    ]


def _scientific(column: pd.Series, ids: Texts) -> Mask:
    """Return where a spreadsheet wrote a long number short, or kept it as a number that has lost digits."""
    if column.dtype.kind == "f":
        return np.asarray(np.abs(column.to_numpy(float, na_value=0.0)) >= EXACT, bool)
    large = np.array([isinstance(cell, float) and abs(cell) >= EXACT for cell in column.tolist()], bool)
    return large | matching(ids, lambda text: bool(SCIENTIFIC.fullmatch(text)))


def lost_zeros(ids: Texts) -> Mask:
    """Return the ids of digits that are shorter than nearly all, and would be as long, and new, with zeros before them."""
    digits = matching(ids, lambda text: text.isascii() and text.isdigit())
    none = np.zeros(len(ids), dtype=bool)
    lengths = np.array([len(text) for text in ids], dtype=int)
    if digits.sum() < MOSTLY * max(len(ids), 1):
        return none
    usual = int(np.bincount(lengths[digits]).argmax())
    numbers = np.array([int(text) for text in ids[digits]], dtype=object)
    numbering = max(numbers) - min(numbers) < DENSE * len(numbers)
    if usual < SHORTEST_CODE or numbering or (lengths == usual).mean() < USUAL:
        return none
    short = digits & (lengths < usual) & (lengths > usual // 2)
    there = set(ids)
    return np.array(
        [bool(is_short and text.zfill(usual) not in there) for text, is_short in zip(ids, short, strict=True)]
    )


def _alike(ids: Texts) -> Mask:
    """Return ids that differ from others in nothing but width, case, spaces or signs that cannot be seen."""
    table = pd.DataFrame({"id": ids, "plain": [plainly(text) for text in ids]})
    several = table.groupby("plain")["id"].transform("nunique") > 1
    return np.asarray(several & (table["plain"] != ""), bool)


def _personal(ids: Texts) -> Mask:
    """Return the ids that are citizens' numbers or mobile numbers, if nearly all are."""
    where = matching(ids, is_personal)
    return where if where.sum() >= MOSTLY * max(len(ids), 1) else np.zeros(len(ids), dtype=bool)
