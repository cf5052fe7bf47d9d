"""Doubts about texts: words that stand for nothing, broken characters, one name written in two ways, personal data."""

import re
import unicodedata

import numpy as np
import pandas as pd

from gridplan.checks.doubts.looked import Looked, Mask, Texts, doubt, first, matching, written
from gridplan.checks.doubts.personal import is_personal
from gridplan.checks.faults import Fault, Harm
from gridplan.tables import INPUT_COLUMNS

NOTHING = frozenset(
    [
        *("无", "暂无", "不详", "未知", "待定", "待补", "待补充", "空", "没有", "同上", "测试"),
        *(
            "null",
            "none",
            "nan",
            "n/a",
            "na",
            "nil",
            "unknown",
            "tbd",
            "test",
            "xxx",
            "#n/a",
            "#ref!",
            "#value!",
            "#name?",
        ),
        *("-", "--", "—", "——", "/", "\\", "?", "？", ".", "。", "*"),
    ]
)
NINES = re.compile(r"-?9{3,}(\.0+)?")
BROKEN = re.compile("\ufffd|锟斤拷|烫烫|屯屯|ï»¿|[ÃÂ][\x80-\xbf]|[\ue000-\uf8ff]|\\?{3,}")
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f\u00a0]")
NAMES = ("compound", "street", "category")  # columns whose equal texts belong together
PEOPLE = (
    "workers",
    "officers",
    "actors",
    "agencies",
)  # lists of people, whose names and telephones are asked for
MANY = 0.2  # share of cells from which a column is taken to hold personal data


def plainly(text: str) -> str:
    """Return a text without what cannot be seen in it: width, case, spaces, control signs."""
    return "".join(UNSEEN.sub("", unicodedata.normalize("NFKC", text)).split()).casefold()


def is_placeholder(text: str) -> bool:
    """Tell whether a text stands for nothing, such as 无 or 999."""
    plain = plainly(text)
    return plain in NOTHING or NINES.fullmatch(plain) is not None


def doubts(looked: Looked) -> list[Fault]:
    """Return what is doubtful about the texts of an input, column by column."""
    found: list[Fault] = []
    for key, name in looked.came.columns.items():
        if key in looked.raw and _is_text(looked, key):
            found += _of_column(looked, key, name)
    return found


def _is_text(looked: Looked, key: str) -> bool:
    """Tell whether a column holds texts; ids are looked at for what cannot be seen, here too."""
    numbers = INPUT_COLUMNS[looked.came.part][1]
    return key not in (*numbers, "x", "y", "wkt") and looked.raw[key].dtype.kind not in "iufbM"


def _of_column(looked: Looked, key: str, name: str) -> list[Fault]:
    typed = written(looked.raw[key])
    texts = np.array([text.strip() for text in typed], dtype=object)
    marks = {
        "hidden_characters": matching(typed, lambda text: bool(UNSEEN.search(text))),
        "garbled_text": matching(texts, lambda text: bool(BROKEN.search(text))),
    }
    if key != "id":
        marks["placeholder_text"] = matching(texts, is_placeholder)
        marks["personal_text"] = _personal(looked, texts)
    if key in NAMES:
        marks["alike_names"] = alike(texts)
    outer = matching(typed, lambda text: text != text.strip() and bool(text.strip()))
    trimmed = looked.came.faults("trimmed", outer, Harm.TOLD, column=name)
    return trimmed + [
        fault
        for code, where in marks.items()
        for fault in doubt(
            looked.came, code, where, column=name, example=first(texts, where).replace("\ufeff", "")
        )
    ]


def alike(texts: Texts) -> Mask:
    """Return the rows whose name is written as others write it but for width, case, spaces or unseen signs: the rarer ones."""
    which, different = pd.factorize(texts, use_na_sentinel=False)
    counts = np.bincount(which, minlength=len(different))
    names = pd.DataFrame(
        {"plain": [plainly(text) for text in different], "count": counts, "at": np.arange(len(different))}
    )
    names = names[names["plain"] != ""].sort_values(["count", "at"], ascending=[False, True], kind="stable")
    rarer = names.loc[names["plain"].duplicated(), "at"].to_numpy(int)
    return np.isin(which, rarer)


def _personal(looked: Looked, texts: Texts) -> Mask:
    """Return the cells of a column that is no list of people's and holds telephones or identity numbers."""
    where = matching(texts, is_personal)
    known = max(int((texts != "").sum()), 1)
    if looked.came.part in PEOPLE or where.sum() < MANY * known:
        return np.zeros(len(texts), dtype=bool)
    return where
