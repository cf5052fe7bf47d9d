"""Cells of a table as text and as numbers."""

import math
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SAMPLE = 1_000  # cells that are looked at to tell whether a column repeats its texts
GROUPED = re.compile(r"[+-]?\d{1,3}([ ,]\d{3})+(\.\d+)?")


def as_text(values: pd.Series) -> npt.NDArray[np.object_]:
    """Return cells as text without outer spaces: nothing is "", a whole float (ids with gaps) has no ".0"."""
    if not isinstance(values.dtype, pd.StringDtype):
        return np.array([_text(value) for value in values.tolist()], dtype=object)
    texts = as_arrow(values)
    if not repeats(texts):
        return np.asarray(pc.utf8_trim_whitespace(texts).to_numpy(zero_copy_only=False))
    coded = texts.dictionary_encode()  # each different text becomes one object
    bare: npt.NDArray[np.object_] = pc.utf8_trim_whitespace(coded.dictionary).to_numpy(zero_copy_only=False)
    return bare[coded.indices.to_numpy()]


def repeats(texts: pa.StringArray) -> bool:
    """Tell whether texts are often the same, by a sample of them: if so, each different one is looked at once."""
    some = texts.take(np.linspace(0, max(len(texts) - 1, 0), min(SAMPLE, len(texts)), dtype=np.int64))
    return len(some.unique()) * 2 < len(some)


def as_arrow(values: pd.Series) -> pa.StringArray:
    """Return cells as texts of Arrow, with the outer spaces of texts: nothing is "", other cells as ``as_text`` has them."""
    if isinstance(values.dtype, pd.StringDtype):
        array = pa.array(values, type=pa.large_string(), from_pandas=True)
    else:
        texts = [cell if isinstance(cell, str) else _text(cell) for cell in values.tolist()]
        array = pa.array(texts, type=pa.large_string())
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.fill_null(whole, "")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() else str(value)
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


@dataclass(frozen=True)
class Numbers:
    """Cells as numbers (NaN where there is none), and where they were blank, unreadable, or oddly written."""

    found: npt.NDArray[np.float64]
    blank: npt.NDArray[np.bool_]
    unreadable: npt.NDArray[np.bool_]
    mended: npt.NDArray[np.bool_]


def as_numbers(values: pd.Series) -> Numbers:
    """Read cells as finite numbers; full-width digits, and thousands set apart, are understood."""
    if values.dtype.kind in "iuf":
        plain = values.to_numpy(np.float64, na_value=np.nan)
        infinite = np.isinf(plain)
        return Numbers(
            np.where(infinite, np.nan, plain), np.isnan(plain), infinite, np.zeros(len(plain), bool)
        )
    plainly = _all_plain(values)
    if plainly is not None:
        return plainly
    texts = as_text(values)
    blank = texts == ""
    read = _finite(texts)
    odd = np.flatnonzero(np.isnan(read) & ~blank)
    mended = np.zeros(len(texts), dtype=bool)
    if len(odd):
        read[odd] = _finite(np.array([_plain(text) for text in texts[odd]], dtype=object))
        mended[odd] = ~np.isnan(read[odd])
    return Numbers(read, blank, np.isnan(read) & ~blank, mended)


def _all_plain(values: pd.Series) -> Numbers | None:
    """Read texts that are all written as numbers, or blank; None where one is not: Arrow reads, or refuses, them all at once."""
    if not isinstance(values.dtype, pd.StringDtype):
        return None
    texts = as_arrow(values)
    empty = np.zeros(len(texts), dtype=bool)
    try:
        read = pc.cast(texts, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        bare = pc.utf8_trim_whitespace(texts)
        blank = pc.equal(bare, "")
        empty = blank.to_numpy(zero_copy_only=False)
        try:
            read = pc.cast(pc.if_else(blank, "nan", bare), pa.float64()).to_numpy()
        except pa.ArrowInvalid:
            return None
    if not (np.isfinite(read) | empty).all():
        return None
    return Numbers(read.copy(), empty, np.zeros(len(read), bool), np.zeros(len(read), bool))


def _finite(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    read = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    return np.where(np.isfinite(read), read, np.nan)


def _plain(text: str) -> str:
    """Write a number plainly: half-width digits, no thousands separators."""
    half_width = unicodedata.normalize("NFKC", text).strip()
    return re.sub("[ ,]", "", half_width) if GROUPED.fullmatch(half_width) else half_width
