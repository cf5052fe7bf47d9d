"""What a fault is, and how its rows are named to the reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from gridplan.words import Message

SHOWN_ROWS = 5


class Harm(StrEnum):
    """What a fault does: forbid a plan; be left as it is, for a person to look at; or be mended or lived with, and told."""

    FORBIDS = "forbids"
    DOUBT = "doubt"
    TOLD = "told"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong with rows of one input; ``rows`` are numbered from 1, without the header."""

    code: str
    part: str
    rows: tuple[int, ...]
    harm: Harm
    message: Message


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An input as faults name it.

    ``part`` is its table of the plan file, ``file`` its path (and layer), ``ids`` those of its rows,
    ``columns`` the names in the file of the contract's keys, ``numbers`` the row numbers if not 1, 2 ...
    """

    part: str
    file: str
    ids: npt.NDArray[np.object_]
    columns: Mapping[str, str] = field(default_factory=dict)
    numbers: npt.NDArray[np.intp] | None = None

    def faults(
        self, code: str, where: npt.ArrayLike, harm: Harm = Harm.FORBIDS, **values: object
    ) -> list[Fault]:
        """Return one fault, told by ``checks.<code>``, for the rows where a mask holds; none without rows."""
        rows = np.flatnonzero(np.asarray(where, dtype=bool))
        return [self.fault(code, rows, harm, **values)] if len(rows) else []

    def fault(
        self, code: str, rows: npt.NDArray[np.intp], harm: Harm = Harm.FORBIDS, **values: object
    ) -> Fault:
        """Return a fault of rows given by position; of none: of the whole input."""
        told = {"file": self.file, "rows": self._named(rows), **values}
        numbers = tuple(self._number(int(row)) for row in rows)
        return Fault(
            code=code, part=self.part, rows=numbers, harm=harm, message=Message(f"checks.{code}", told)
        )

    def _named(self, rows: npt.NDArray[np.intp]) -> Message | str:
        """Name the first rows by id and number, and say how many more there are."""
        shown = [self._row(int(row)) for row in rows[:SHOWN_ROWS]]
        if not shown:
            return ""
        text, more = shown.pop(), len(rows) - SHOWN_ROWS
        if more > 0:
            text = Message("checks.rows_more", {"rows": text, "more": more})
        for row in reversed(shown):
            text = Message("checks.rows_next", {"row": row, "rest": text})
        return text

    def _number(self, row: int) -> int:
        return row + 1 if self.numbers is None else int(self.numbers[row])

    def _row(self, row: int) -> Message:
        if not self.ids[row] or "id" not in self.columns:
            return Message("checks.row", {"number": self._number(row)})
        return Message("checks.row_id", {"id": self.ids[row], "number": self._number(row)})
