"""Doubts about texts: words that stand for nothing, broken characters, one name written in two ways, personal data."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gridplan.checks.doubts.looked import Arrived, Mask, Written, doubt
from gridplan.checks.doubts.personal import personal
from gridplan.checks.faults import Fault, Harm
from gridplan.tables import INPUT_COLUMNS

NOTHING = (
    *("无", "暂无", "不详", "未知", "待定", "待补", "待补充", "空", "没有", "同上", "测试"),
    *("null", "none", "nan", "n/a", "na", "nil", "unknown", "tbd", "test", "xxx"),
    *("#n/a", "#ref!", "#value!", "#name?"),
    *("-", "--", "—", "——", "/", "\\", "?", "？", ".", "。", "*"),
)
NINES = r"^-?9{3,}(\.0+)?$"
BROKEN = "\ufffd|锟斤拷|烫烫|屯屯|ï»¿|[ÃÂ][\u0080-\u00bf]|[\ue000-\uf8ff]|\\?{3,}"
UNSEEN = "[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\\x00-\\x08\\x0b-\\x1f\\x7f\u00a0]"
SPACES = r"[\s\x{3000}]+"
NAMES = ("compound", "street", "category")  # columns whose equal texts belong together
PEOPLE = (
    "workers",
    "officers",
    "actors",
    "agencies",
)  # lists of people, whose names and telephones are asked for
MANY = 0.2  # share of cells from which a column is taken to hold personal data


def plainly(texts: pa.StringArray) -> pa.StringArray:
    """Return texts without what cannot be seen in them: width, case, spaces, control signs."""
    seen = pc.replace_substring_regex(texts, UNSEEN, "")
    return pc.utf8_lower(pc.replace_substring_regex(pc.utf8_normalize(seen, form="NFKC"), SPACES, ""))


def stand_for_nothing(texts: pa.StringArray) -> Mask:
    """Return which texts, written plainly, are words for nothing or numbers all of nines."""
    marked = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NOTHING, pa.large_string()))
    marked = np.array(marked.to_numpy(zero_copy_only=False), bool)
    nines = np.flatnonzero(pc.match_substring(texts, "999").to_numpy(zero_copy_only=False))
    marked[nines] |= pc.match_substring_regex(texts.take(nines), NINES).to_numpy(zero_copy_only=False)
    return marked


def doubts(arrived: Arrived) -> list[Fault]:
    """Return what is doubtful about the texts of an input, column by column."""
    found: list[Fault] = []
    for key, name in arrived.came.columns.items():
        if key in arrived.raw and len(arrived.raw) and _is_text(arrived, key):
            found += _of_column(arrived, key, name)
    return found


def _is_text(arrived: Arrived, key: str) -> bool:
    """Tell whether a column holds texts; ids are looked at for what cannot be seen, here too."""
    numbers = INPUT_COLUMNS[arrived.came.part][1]
    return key not in (*numbers, "x", "y", "wkt") and arrived.raw[key].dtype.kind not in "iufbM"


def _of_column(arrived: Arrived, key: str, name: str) -> list[Fault]:
    typed = arrived.written(key)
    bare = typed.texts if typed.is_plain else pc.utf8_trim_whitespace(typed.texts)
    blank = pc.equal(bare, "").to_numpy(zero_copy_only=False)
    outer = typed.rows(pc.not_equal(bare, typed.texts).to_numpy(zero_copy_only=False) & ~blank)
    found = arrived.came.faults("trimmed", outer, Harm.TOLD, column=name)
    odd = {} if typed.is_plain else {"hidden_characters": UNSEEN}
    odd |= {} if typed.is_plain and b"?" not in typed.signs else {"garbled_text": BROKEN}
    marks = {code: typed.found(pattern) for code, pattern in odd.items()}
    if key != "id":
        marks["placeholder_text"] = typed.rows(stand_for_nothing(plainly(typed.texts)))
        marks["personal_text"] = _personal(arrived, typed, blank)
    if key in NAMES:
        marks["alike_names"] = alike(typed)
    return found + [
        fault
        for code, where in marks.items()
        for fault in doubt(
            arrived.came, code, where, column=name, example=typed.first(where).replace("\ufeff", "")
        )
    ]


def alike(typed: Written) -> Mask:
    """Return the rows whose name is written as others write it but for width, case, spaces or unseen signs: the rarer ones."""
    bare = pc.utf8_trim_whitespace(typed.texts)
    plain = plainly(typed.texts)
    names = pd.DataFrame({"plain": plain.to_pylist(), "bare": bare.to_pylist(), "count": typed.counts})
    names = names.assign(count=names.groupby("bare")["count"].transform("sum"), at=np.arange(len(names)))
    ordered = names[names["plain"] != ""].sort_values(["count", "at"], ascending=[False, True], kind="stable")
    usual = ordered.groupby("plain")["bare"].transform("first")
    rarer = np.zeros(len(names), dtype=bool)
    rarer[ordered.loc[ordered["bare"] != usual, "at"].to_numpy(int)] = True
    return typed.rows(rarer)


def _personal(arrived: Arrived, typed: Written, blank: Mask) -> Mask:
    """Return the cells of a column that is no list of people's and holds telephones or identity numbers."""
    where = typed.rows(personal(typed.texts))
    known = max(int((~blank[typed.which]).sum()), 1)
    if arrived.came.part in PEOPLE or where.sum() < MANY * known:
        return np.zeros(len(typed.which), dtype=bool)
    return where
