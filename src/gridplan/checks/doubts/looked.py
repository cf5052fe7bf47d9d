"""One input as doubts look at it: as it came, and as it is now."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.values import as_arrow, repeats

Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


VISIBLE = bytes(range(0x21, 0x7F))


@dataclass(frozen=True)
class Written:
    """A column of texts: its texts, as they were typed, and which of them each row has; each text once, if they repeat."""

    texts: pa.StringArray
    which: npt.NDArray[np.intp]

    @classmethod
    def of(cls, column: pd.Series) -> "Written":
        """Return a column; other cells than texts as ``values.as_text`` has them."""
        texts = as_arrow(column)
        if not repeats(texts):
            return cls(texts, np.arange(len(texts)))
        coded = texts.dictionary_encode()
        return cls(coded.dictionary, coded.indices.to_numpy().astype(np.intp))

    def rows(self, held: pa.BooleanArray | Mask) -> Mask:
        """Return the rows that have a text of which something holds."""
        marks = held if isinstance(held, np.ndarray) else held.to_numpy(zero_copy_only=False).astype(bool)
        if not marks.any():
            return np.zeros(len(self.which), dtype=bool)
        return np.asarray(marks[self.which], bool)

    def found(self, pattern: str) -> Mask:
        """Return the rows in whose text a pattern (RE2) is found."""
        return self.rows(pc.match_substring_regex(self.texts, pattern))

    @cached_property
    def signs(self) -> bytes:
        """All the texts' bytes in a row (UTF-8), the fastest way to see that a sign is in none of them."""
        _, ends, signs = self.texts.buffers()
        if not len(self.texts) or signs is None:
            return b""
        at = np.frombuffer(ends, np.int64)[self.texts.offset :]
        return bytes(signs)[at[0] : at[len(self.texts)]]

    @cached_property
    def is_plain(self) -> bool:
        """Tell whether all the texts' signs are visible ones of ASCII: no spaces, no Chinese, nothing of another width."""
        return not self.signs.translate(None, VISIBLE)

    @property
    def counts(self) -> npt.NDArray[np.intp]:
        """How many rows have each text."""
        return np.bincount(self.which, minlength=len(self.texts))

    def first(self, where: Mask) -> str:
        """Return the first text of some rows, without outer spaces."""
        return str(self.texts[int(self.which[int(np.argmax(where))])]).strip() if where.any() else ""


@dataclass(frozen=True)
class Arrived:
    """An input as it came: its rows under the contract's keys, before anything was done to them, and how faults name them."""

    raw: pd.DataFrame
    came: Sheet
    known: dict[str, Written] = field(default_factory=dict, repr=False, compare=False)

    def written(self, key: str) -> Written:
        """Return a column as it came, as texts; worked out once."""
        if key not in self.known:
            self.known[key] = Written.of(self.raw[key])
        return self.known[key]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An input as it is after checks and mending.

    Attributes
    ----------
    frame, sheet
        Its rows (``tables.INPUT_COLUMNS``; shapes, if any, in the metric CRS), and how faults name them: some that
        came may have been left out or joined.
    """

    frame: pd.DataFrame
    sheet: Sheet

    @property
    def shapes(self) -> npt.NDArray[np.object_]:
        """The shapes, None where a row has none; none at all for a table without places."""
        if "geometry" not in self.frame:
            return np.full(len(self.frame), None, dtype=object)
        return np.asarray(self.frame["geometry"].to_numpy(), dtype=object)

    @cached_property
    def places(self) -> npt.NDArray[np.float64]:
        """East and north of the points, a row each, NaN where a row has none."""
        shapes = self.shapes
        places: npt.NDArray[np.float64] = shapely.bounds(shapes)[:, :2]
        return places


def doubt(sheet: Sheet, code: str, where: npt.ArrayLike, **values: object) -> list[Fault]:
    """Return a doubt about the rows where a mask holds; none without rows."""
    return sheet.faults(code, where, Harm.DOUBT, **values)


def first(texts: Texts, where: Mask) -> str:
    """Return the first text of some rows."""
    return str(texts[int(np.argmax(where))]) if where.any() else ""
