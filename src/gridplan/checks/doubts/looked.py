"""One input as doubts look at it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.values import as_text

Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


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

    @property
    def shapes(self) -> npt.NDArray[np.object_]:
        """The shapes, None where a row has none; none at all for a table without places."""
        if "geometry" not in self.frame:
            return np.full(len(self.frame), None, dtype=object)
        return np.asarray(self.frame["geometry"].to_numpy(), dtype=object)


def doubt(sheet: Sheet, code: str, where: npt.ArrayLike, **values: object) -> list[Fault]:
    """Return a doubt about the rows where a mask holds; none without rows."""
    return sheet.faults(code, where, Harm.DOUBT, **values)


def matching(texts: Texts, test: Callable[[str], bool]) -> Mask:
    """Return where a test holds of texts; each different text is tried once."""
    which, different = pd.factorize(texts, use_na_sentinel=False)
    held = np.array([test(text) for text in different], dtype=bool)
    return held[which] if len(texts) else np.zeros(0, dtype=bool)


def first(texts: Texts, where: Mask) -> str:
    """Return the first text of some rows."""
    return str(texts[int(np.argmax(where))]) if where.any() else ""


def written(column: pd.Series) -> Texts:
    """Return texts as they were typed, with outer spaces; other cells as ``values.as_text`` has them."""
    plain = as_text(column)
    typed = column.to_numpy(object)
    return np.array(
        [cell if isinstance(cell, str) else text for cell, text in zip(typed, plain, strict=True)],
        dtype=object,
    )
