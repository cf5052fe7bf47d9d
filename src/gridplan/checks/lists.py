"""Cells of lists that are neither plain texts nor numbers: days, marks, kinds of resources; and what lists name of one another."""

import datetime as dt
import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.values import as_text

DAYS = {
    *((part, key) for part in ("needs", "resources") for key in ("start", "end")),
    ("points", "date"),
}
MARKS = {("actors", mark) for mark in ("willing", "able", "resourced", "related")}
KINDS = {("resources", "kind"), ("points", "kind")}
NAMED = {  # what a column of kinds may hold -> the kind
    **{kind: kind for kind in ("time", "goods", "skills", "space", "money", "data")},
    "时间": "time",
    "物资": "goods",
    "物品": "goods",
    "技能": "skills",
    "空间": "space",
    "场地": "space",
    "资金": "money",
    "公益金": "money",
    "数据": "data",
}
YES = frozenset(["1", "是", "有", "√", "✓", "✔", "y", "yes", "true"])
NO = frozenset(["", *["0", "否", "无", "×", "✗", "n", "no", "false"]])
DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?")
Texts = npt.NDArray[np.object_]


def days(column: pd.Series, sheet: Sheet, key: str) -> tuple[Texts, list[Fault]]:
    """Return days as 2026-11-21, "" for blank cells, and which cells are no days."""
    texts = as_text(column.astype(object))
    read = np.array([_day(text) for text in texts], dtype=object)
    wrong = (read == "") & (texts != "")
    return read, sheet.faults("no_day", wrong, column=sheet.columns[key], example=_example(texts, wrong))


def _day(text: str) -> str:
    """Return a day as 2026-11-21, "" for what is none."""
    parts = DAY.fullmatch(text)
    if parts is None:
        return ""
    try:
        return dt.date(int(parts[1]), int(parts[3]), int(parts[4])).isoformat()
    except ValueError:
        return ""


def marks(column: pd.Series, sheet: Sheet, key: str) -> tuple[npt.NDArray[np.float64], list[Fault]]:
    """Return marks as 1 and 0, blank cells as 0, and which cells are neither yes nor no."""
    texts = as_text(column)
    plain = np.array([text.lower() for text in texts], dtype=object)
    yes, no = np.isin(plain, list(YES)), np.isin(plain, list(NO))
    wrong = ~(yes | no)
    return yes.astype(float), sheet.faults(
        "no_mark", wrong, column=sheet.columns[key], example=_example(texts, wrong)
    )


def kinds(column: pd.Series, sheet: Sheet) -> tuple[Texts, list[Fault]]:
    """Return kinds of resources by their names in the plan file, and which cells name none."""
    texts = as_text(column)
    wrong = np.array([text not in NAMED and bool(text or sheet.part == "resources") for text in texts], bool)
    named = np.array([NAMED.get(text, "") for text in texts], dtype=object)
    return named, sheet.faults(
        "unknown_resource", wrong, column=sheet.columns["kind"], example=_example(texts, wrong)
    )


def related(frames: Mapping[str, pd.DataFrame], sheets: Mapping[str, Sheet]) -> list[Fault]:
    """Return what is wrong between the lists, and between columns of one."""
    faults: list[Fault] = []
    if "officers" in frames:
        streets = frames["communities"]["street"]
        faults += _unknown(frames["officers"]["street"], streets, sheets["officers"], "street")
    for part in ("resources", "points"):
        if part in frames and "actors" in frames:
            faults += _unknown(frames[part]["actor_id"], frames["actors"]["actor_id"], sheets[part], "actor")
    for part in ("needs", "resources"):
        if part in frames:
            faults += _periods(frames[part], sheets[part])
    if "needs" in frames:
        needs = frames["needs"]
        placed = (
            needs["geometry"].notna() if "geometry" in needs else pd.Series(data=False, index=needs.index)
        )
        lost = ~placed & (needs["community_id"] == "") & (needs["grid_id"] == "")
        faults += sheets["needs"].faults("no_where", lost)
    if "points" in frames:
        nothing = frames["points"][["given", "earned", "redeemed"]].isna().all(axis=1)
        faults += sheets["points"].faults("empty_entry", nothing, Harm.TOLD)
    return faults


def _periods(table: pd.DataFrame, sheet: Sheet) -> list[Fault]:
    """Return the rows whose period ends before it starts."""
    start, end = table["start"].to_numpy(str), table["end"].to_numpy(str)
    wrong = (start != "") & (end != "") & (end < start)
    columns = " / ".join(sheet.columns.get(key, key) for key in ("start", "end"))
    return sheet.faults("ends_early", wrong, column=columns)


def _unknown(values: pd.Series, there: pd.Series, sheet: Sheet, key: str) -> list[Fault]:
    """Return the rows that name something there is not, as ``checks.unknown_<key>``; blank cells name nothing."""
    named = values.to_numpy(object)
    wrong = (named != "") & ~np.isin(named.astype(str), there.to_numpy(str))
    column = sheet.columns.get(key, key)
    return sheet.faults(f"unknown_{key}", wrong, example=_example(named, wrong), column=column)


def _example(texts: Texts, where: npt.NDArray[np.bool_]) -> str:
    """Return the first text of some rows."""
    return str(texts[int(np.argmax(where))]) if where.any() else ""
