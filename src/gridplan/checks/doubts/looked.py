"""One input as doubts look at it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.values import as_arrow

Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Written:
    """A column of texts: its different texts, as they were typed, and which of them each row has."""

    texts: pa.StringArray
    which: npt.NDArray[np.intp]

    @classmethod
    def of(cls, column: pd.Series) -> "Written":
        """Return a column; other cells than texts as ``values.as_text`` has them."""
        coded = as_arrow(column).dictionary_encode()
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

    @property
    def counts(self) -> npt.NDArray[np.intp]:
        """How many rows have each text."""
        return np.bincount(self.which, minlength=len(self.texts))

    def first(self, where: Mask) -> str:
        """Return the first text of some rows, without outer spaces."""
        return str(self.texts[int(self.which[int(np.argmax(where))])]).strip() if where.any() else ""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An input as it came and as it is now.

    Attributes
    ----------
    raw, came
        Its rows under the contract's keys, before anything was done to them, and how faults name them.
    frame, sheet
        Its rows after checks and mending (``tables.INPUT_COLUMNS``; shapes, if any, in the metric CRS), and how
        faults name those: some may have been left out or joined.
    """

    raw: pd.DataFrame
    came: Sheet
    frame: pd.DataFrame
    sheet: Sheet
    known: dict[str, Written] = field(default_factory=dict, repr=False, compare=False)

    def written(self, key: str) -> Written:
        """Return a column as it came, as texts; worked out once."""
        if key not in self.known:
            self.known[key] = Written.of(self.raw[key])
        return self.known[key]

    @property
    def shapes(self) -> npt.NDArray[np.object_]:
        """The shapes, None where a row has none; none at all for a table without places."""
        if "geometry" not in self.frame:
            return np.full(len(self.frame), None, dtype=object)
        return np.asarray(self.frame["geometry"].to_numpy(), dtype=object)


def doubt(sheet: Sheet, code: str, where: npt.ArrayLike, **values: object) -> list[Fault]:
    """Return a doubt about the rows where a mask holds; none without rows."""
    return sheet.faults(code, where, Harm.DOUBT, **values)


def first(texts: Texts, where: Mask) -> str:
    """Return the first text of some rows."""
    return str(texts[int(np.argmax(where))]) if where.any() else ""
