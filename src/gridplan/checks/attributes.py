"""Checks of everything but shapes: ids, texts and numbers of each input, against one table of rules."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.values import as_numbers, as_text
from gridplan.tables import INPUT_COLUMNS

KINDS_OF_WORKER = ("full_time", "part_time", "helper")


@dataclass(frozen=True)
class Rule:
    """What the numbers of a column must be; all of them 0 or more. Blank ones are refused, told, or fine."""

    required: bool = False
    summed: bool = False
    whole: bool = False
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
    ("candidates", "cost"): Rule(),
    ("candidates", "area"): Rule(),
    ("special_areas", "workers"): Rule(whole=True),
    ("workers", "availability"): Rule(most=1),
}
REQUIRED_TEXTS = {("facilities", "category"), ("candidates", "categories")}
UNCHECKED_IDS = ("roads", "barriers")  # one road, or river, is many lines of one number


def attributes(table: pd.DataFrame, sheet: Sheet) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the clean columns of an input, and what is wrong with them.

    The columns are those of ``tables.INPUT_COLUMNS``, texts "" and numbers NaN where nothing is known.
    Households count 1 a row where no column is named; ``load`` is the workload where there is one.
    """
    texts, numbers = INPUT_COLUMNS[sheet.part]
    clean: dict[str, npt.NDArray] = {texts[0]: sheet.ids}
    faults = _id_faults(sheet)
    for key in texts[1:]:
        found = "community" if (sheet.part, key) == ("workers", "community_id") else key
        clean[key] = as_text(table[found]) if found in table else np.full(len(table), "", dtype=object)
        if found in table and (sheet.part, key) in REQUIRED_TEXTS:
            faults += sheet.faults("blank_text", clean[key] == "", column=sheet.columns[key])
    for key in numbers:
        if key in table:
            clean[key], found_faults = _numbers(table[key], key, sheet)
            faults += found_faults
        else:
            clean[key] = np.full(len(table), np.nan)
    if sheet.part == "households":
        if "households" not in table:
            clean["households"] = np.ones(len(table))
        clean["load"] = clean["workload" if "workload" in table else "households"]
    if sheet.part == "workers" and "kind" in table:
        unknown = ~np.isin(clean["kind"], KINDS_OF_WORKER)
        example = _first(pd.Series(clean["kind"], dtype=object), unknown)
        faults += sheet.faults("unknown_kind", unknown, column=sheet.columns["kind"], example=example)
    return pd.DataFrame(clean), faults


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
        twice = pd.Series(sheet.ids).duplicated(keep=False).to_numpy() & ~blank
        faults += sheet.faults("duplicate_id", twice, column=sheet.columns["id"])
    return faults


def _numbers(column: pd.Series, key: str, sheet: Sheet) -> tuple[npt.NDArray[np.float64], list[Fault]]:
    """Read a column of numbers and hold it against its rule."""
    rule, name = RULES[sheet.part, key], sheet.columns[key]
    read = as_numbers(column)
    values, never = read.found, np.zeros(len(column), dtype=bool)
    is_known = not read.blank.all()
    above, broken = values > rule.most, (values % 1 > 0) if rule.whole else never
    looked_for: list[tuple[str, npt.NDArray[np.bool_], Harm, dict[str, object]]] = [
        ("text_for_number", read.unreadable, Harm.FORBIDS, {"example": _first(column, read.unreadable)}),
        ("negative", values < 0, Harm.FORBIDS, {"example": _first(column, values < 0)}),
        ("too_large", above, Harm.FORBIDS, {"most": f"{rule.most:g}", "example": _first(column, above)}),
        ("blank_number", read.blank if rule.required else never, Harm.FORBIDS, {}),
        ("fraction", broken, Harm.FORBIDS, {"example": _first(column, broken)}),
        ("blank_is_zero", read.blank if rule.summed and is_known else never, Harm.TOLD, {}),
        ("mended_number", read.mended, Harm.TOLD, {"example": _first(column, read.mended)}),
    ]
    return values, [
        fault
        for code, where, harm, more in looked_for
        for fault in sheet.faults(code, where, harm, column=name, **more)
    ]


def _first(column: pd.Series, where: npt.NDArray[np.bool_]) -> str:
    """Return the first cell of some as a person reads it."""
    return str(as_text(column[where][:1])[0]) if where.any() else ""
