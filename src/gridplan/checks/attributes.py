"""Checks of everything but shapes: ids, texts and numbers of each input, against one table of rules."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.checks import lists
from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.posts import posts_named
from gridplan.checks.values import as_numbers, as_text
from gridplan.tables import INPUT_COLUMNS

KINDS_OF_WORKER = ("full_time", "part_time", "helper")
MOST_AMOUNT = 1e7
HUNDREDTHS, NEARLY = 100, 1e-6


@dataclass(frozen=True)
class Rule:
    """What the numbers of a column must be; 0 or more unless ``signed``. Blank ones are refused, told, or fine."""

    signed: bool = False
    required: bool = False
    summed: bool = False
    whole: bool = False
    hundredths: bool = False
    most: float = np.inf


RULES = {
    ("communities", "population"): Rule(),
    ("communities", "workers"): Rule(whole=True),
    ("households", "households"): Rule(required=True, whole=True),
    ("households", "planned"): Rule(summed=True),
    ("households", "population"): Rule(summed=True),
    ("households", "workload"): Rule(required=True),
    ("households", "vulnerable"): Rule(summed=True),
    ("facilities", "capacity"): Rule(),
    ("facilities", "closing"): Rule(signed=True),
    ("candidates", "cost"): Rule(),
    ("candidates", "area"): Rule(),
    ("special_areas", "workers"): Rule(whole=True),
    ("workers", "availability"): Rule(most=1),
    ("agencies", "people"): Rule(),
    ("needs", "amount"): Rule(required=True, hundredths=True, most=MOST_AMOUNT),
    ("needs", "urgency"): Rule(),
    ("resources", "amount"): Rule(required=True, hundredths=True, most=MOST_AMOUNT),
    ("resources", "metres"): Rule(),
    ("points", "given"): Rule(),
    ("points", "earned"): Rule(),
    ("points", "redeemed"): Rule(),
}
ONE_EACH = {
    ("needs", "amount"),
    ("needs", "urgency"),
    ("resources", "amount"),
}  # without a column of their own
REQUIRED_TEXTS = {
    *(("facilities", "category"), ("candidates", "categories")),
    *(("needs", "kind"), ("points", "actor_id")),
}
REFERENCES = {
    "community_id": "community",
    "grid_id": "grid",
    "actor_id": "actor",
}  # column -> key that names it
UNCHECKED_IDS = ("roads", "barriers")  # one road, or river, is many lines of one number


def attributes(table: pd.DataFrame, sheet: Sheet) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the clean columns of an input, and what is wrong with them.

    The columns are those of ``tables.INPUT_COLUMNS``, texts "" and numbers NaN where nothing is known.
    Households count 1 a row where no column is named; ``load`` is the workload where there is one.
    """
    texts, numbers = INPUT_COLUMNS[sheet.part]
    clean: dict[str, npt.NDArray] = {texts[0]: sheet.ids}
    nothing, unknown = np.full(len(table), "", dtype=object), np.full(len(table), np.nan)
    faults = _id_faults(sheet)
    for key in texts[1:]:
        found = REFERENCES.get(key, key)
        clean[key] = nothing
        if found in table:
            clean[key], told = _texts(table[found], key, sheet)
            faults += told
    for key in numbers:
        clean[key] = np.ones(len(table)) if (sheet.part, key) in ONE_EACH else unknown
        if key in table:
            clean[key], told = _numbers(table[key], key, sheet)
            faults += told
    if sheet.part == "households":
        if "households" not in table:
            clean["households"] = np.ones(len(table))
        clean["load"] = clean["workload" if "workload" in table else "households"]
    if sheet.part == "workers" and "kind" in table:
        strange = ~np.isin(clean["kind"], KINDS_OF_WORKER)
        example = _first(pd.Series(clean["kind"], dtype=object), strange)
        faults += sheet.faults("unknown_kind", strange, column=sheet.columns["kind"], example=example)
    columns = {id(values): pd.Series(values, dtype=values.dtype, copy=False) for values in clean.values()}
    return pd.DataFrame({key: columns[id(values)] for key, values in clean.items()}, copy=False), faults


def ids_of(table: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the ids of an input as text; rows numbered from 1 where the plan file names no column."""
    if "id" in table:
        return as_text(table["id"])
    return np.arange(1, len(table) + 1).astype(str).astype(object)


def _id_faults(sheet: Sheet) -> list[Fault]:
    """Missing ids, and ids used twice; rows of one community are looked at with their shapes."""
    if "id" not in sheet.columns or sheet.part in UNCHECKED_IDS:
        return []
    blank = sheet.ids == ""
    faults = sheet.faults("blank_id", blank, column=sheet.columns["id"])
    if sheet.part != "communities":
        faults += sheet.faults("duplicate_id", _twice(sheet.ids) & ~blank, column=sheet.columns["id"])
    return faults


def _twice(ids: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Return where an id is one that another row has too; ids whose hashes all differ are not compared."""
    hashes = np.sort(pd.util.hash_array(ids, categorize=False))
    if not (hashes[1:] == hashes[:-1]).any():
        return np.zeros(len(ids), dtype=bool)
    return np.asarray(pd.Series(ids, dtype=object).duplicated(keep=False), bool)


def _texts(column: pd.Series, key: str, sheet: Sheet) -> tuple[npt.NDArray[np.object_], list[Fault]]:
    """Read a column of texts, days or kinds."""
    if (sheet.part, key) in lists.DAYS:
        return lists.days(column, sheet, key)
    if (sheet.part, key) in lists.KINDS:
        return lists.kinds(column, sheet)
    if (sheet.part, key) == ("workers", "post"):
        return posts_named(column, sheet)
    texts = as_text(column)
    blank = texts == "" if (sheet.part, key) in REQUIRED_TEXTS else np.zeros(len(texts), dtype=bool)
    return texts, sheet.faults("blank_text", blank, column=sheet.columns[REFERENCES.get(key, key)])


def _numbers(column: pd.Series, key: str, sheet: Sheet) -> tuple[npt.NDArray[np.float64], list[Fault]]:
    """Read a column of numbers and hold it against its rule."""
    if (sheet.part, key) in lists.MARKS:
        return lists.marks(column, sheet, key)
    rule, name = RULES[sheet.part, key], sheet.columns[key]
    read = as_numbers(column)
    values, never = read.found, np.zeros(len(column), dtype=bool)
    is_known, below = not read.blank.all(), never if rule.signed else values < 0
    above, broken = values > rule.most, (values % 1 > 0) if rule.whole else never
    cents = values * HUNDREDTHS
    fine = np.abs(cents - np.round(cents)) > NEARLY if rule.hundredths else never
    looked_for: list[tuple[str, npt.NDArray[np.bool_], Harm, dict[str, object]]] = [
        ("text_for_number", read.unreadable, Harm.FORBIDS, {"example": _first(column, read.unreadable)}),
        ("negative", below, Harm.FORBIDS, {"example": _first(column, below)}),
        ("too_large", above, Harm.FORBIDS, {"most": f"{rule.most:g}", "example": _first(column, above)}),
        ("blank_number", read.blank if rule.required else never, Harm.FORBIDS, {}),
        ("fraction", broken, Harm.FORBIDS, {"example": _first(column, broken)}),
        ("too_fine", fine, Harm.FORBIDS, {"example": _first(column, fine)}),
        ("blank_is_zero", read.blank if rule.summed and is_known else never, Harm.TOLD, {}),
        ("mended_number", read.mended, Harm.TOLD, {"example": _first(column, read.mended)}),
    ]
    if (sheet.part, key) in ONE_EACH and not rule.required:
        values = np.where(read.blank, 1.0, values)
    return values, [
        fault
        for code, where, harm, more in looked_for
        for fault in sheet.faults(code, where, harm, column=name, **more)
    ]


def _first(column: pd.Series, where: npt.NDArray[np.bool_]) -> str:
    """Return the first cell of some as a person reads it."""
    return str(as_text(column[where][:1])[0]) if where.any() else ""
