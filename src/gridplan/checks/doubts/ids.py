"""Doubts about ids: what spreadsheets do to them, and what is no id."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gridplan.checks.doubts.looked import Arrived, Mask, Written, doubt
from gridplan.checks.doubts.personal import personal
from gridplan.checks.doubts.texts import plainly, stand_for_nothing
from gridplan.checks.faults import Fault

SCIENTIFIC = r"^\s*\d(\.\d+)?[eE]\+\d+\s*$"
EXACT = 1e15  # a number of more digits has lost the last ones
SHORTEST_CODE, USUAL = 6, 0.6  # digits of a code; share of ids of the usual length
DENSE = 10  # ids that are so many times their number or fewer are a numbering
MOSTLY = 0.8  # share of rows from which a column is taken for what its cells look like
MOST_DIGITS = 18  # that a number of the machine holds


def doubts(arrived: Arrived) -> list[Fault]:
    """Return what is doubtful about the ids of an input, where the plan file names their column."""
    if "id" not in arrived.raw or arrived.came.part in ("roads", "barriers") or not len(arrived.raw):
        return []
    column = arrived.raw["id"]
    ids = arrived.written("id")
    people = ids.rows(personal(ids.texts))
    plain = plainly(ids.texts) if _may_differ(ids) else ids.texts
    found = {
        "scientific_id": _scientific(column, ids),
        "lost_zeros": lost_zeros(ids),
        "placeholder_id": ids.rows(stand_for_nothing(plain)),
        "alike_ids": _alike(ids, plain),
        "personal_id": people if people.sum() >= MOSTLY * len(people) else np.zeros(len(people), dtype=bool),
    }
    return [
        fault
        for code, where in found.items()
        for fault in doubt(
            arrived.came, code, where, column=arrived.came.columns["id"], example=ids.first(where)
        )
    ]


def _scientific(column: pd.Series, ids: Written) -> Mask:
    """Return where a spreadsheet wrote a long number short, or kept it as a number that has lost digits."""
    if column.dtype.kind == "f":
        return np.asarray(np.abs(column.to_numpy(float, na_value=0.0)) >= EXACT, bool)
    if column.dtype != object:
        return ids.found(SCIENTIFIC) if b"+" in ids.signs else np.zeros(len(column), bool)
    large = np.array([isinstance(cell, float) and abs(cell) >= EXACT for cell in column.tolist()], bool)
    return large | ids.found(SCIENTIFIC)


def lost_zeros(ids: Written) -> Mask:
    """Return the ids of digits that are shorter than nearly all, and would be as long, and new, with zeros before them."""
    plain = pc.utf8_trim_whitespace(ids.texts)
    digits = pc.ascii_is_decimal(plain).to_numpy(zero_copy_only=False)
    none = np.zeros(len(ids.which), dtype=bool)
    if digits.mean() < MOSTLY:
        return none
    lengths = pc.utf8_length(plain).to_numpy(zero_copy_only=False)
    usual = int(np.bincount(lengths[digits]).argmax())
    if not SHORTEST_CODE <= usual <= MOST_DIGITS or (lengths == usual).mean() < USUAL:
        return none
    short = digits & (lengths < usual) & (lengths > usual // 2)
    numbers = plain.filter(digits & (lengths <= MOST_DIGITS)).to_numpy(zero_copy_only=False).astype(np.int64)
    if not short.any() or numbers.max() - numbers.min() < DENSE * len(numbers):
        return none
    padded = pc.utf8_lpad(plain, usual, "0")
    return ids.rows(short & ~pc.is_in(padded, value_set=plain).to_numpy(zero_copy_only=False))


def _may_differ(ids: Written) -> bool:
    """Tell whether ids written plainly may be others than they are: signs that are not ASCII, spaces, letters of either case."""
    return not ids.is_plain or (ids.signs not in (ids.signs.lower(), ids.signs.upper()))


def _alike(ids: Written, written: pa.StringArray) -> Mask:
    """Return ids that differ from others in nothing but width, case, spaces or signs that cannot be seen."""
    if written is ids.texts:
        return np.zeros(len(ids.which), dtype=bool)
    trimmed = pd.Series(pc.utf8_trim_whitespace(ids.texts).dictionary_encode().indices.to_numpy())
    plain = written.dictionary_encode()
    same = pd.Series(plain.indices.to_numpy())
    if same.nunique() == trimmed.nunique():
        return np.zeros(len(ids.which), dtype=bool)
    several = trimmed.groupby(same).transform("nunique") > 1
    blank = pc.equal(plain.dictionary, "").to_numpy(zero_copy_only=False)[plain.indices.to_numpy()]
    return ids.rows(np.asarray(several & ~blank, bool))
