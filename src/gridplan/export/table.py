"""What a sheet shows: columns of texts and numbers, their widths, and the rows of a table with its sums."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from gridplan.export.chart import Chart

FIRST_ROW = 3  # below title, note and heads
NARROWEST, NARROWEST_TEXT, WIDEST = 6, 10, 32  # characters of a column; texts may be written in by hand
PROSE, WIDEST_PROSE = 80, 60  # a text so long is a sentence, and has a wider column
CHINESE_WIDTH = 2.15  # of a character, in half-width ones
WRITTEN = {"order": "{:.0f}", "whole": "{:,.0f}", "tenth": "{:,.1f}", "share": "{:.1%}"}

Form = Literal["text", "order", "whole", "tenth", "share"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a sheet: texts, or numbers where NaN leaves a cell empty.

    ``summed`` columns are added up in subtotals and totals. ``formula`` works a number out from others of its
    row, which it is given as Excel counts it; ``total`` is then its value in the row of totals. ``merged``: equal texts below one
    another are one cell. ``choices``: what people may pick where they fill it in, texts or a formula of the range that
    holds them; they may write something else.
    """

    head: str
    values: Sequence[Any] | NDArray[Any]
    form: Form = "text"
    summed: bool = False
    formula: Callable[[int], str] | None = None
    total: float = float("nan")
    merged: bool = False
    choices: Sequence[str] | str = ()

    def sum_of(self, part: slice) -> float:
        """Sum of the known values of a part of the rows."""
        return float(np.nansum(np.asarray(self.values, float)[part]))

    @property
    def heading(self) -> str:
        """What stands above the column: brackets in a line of their own."""
        return self.head.replace("（", "\n（")

    @cached_property
    def texts(self) -> list[str]:
        """What the cells show."""
        if self.form == "text":
            return [str(value) for value in self.values]
        return ["" if np.isnan(value) else WRITTEN[self.form].format(value) for value in self.values]

    @cached_property
    def width(self) -> int:
        """Width in half-width characters; heads take two lines, long texts as many as they need."""
        shown, written = set(self.texts), self.form == "text"
        if self.summed:
            shown.add(WRITTEN[self.form].format(self.sum_of(slice(None))))
        lines = self.heading.split("\n")
        words = [width_of(word) for word in re.findall(r"[!-~]+", self.head)]
        longest = max(
            [
                *map(width_of, shown),
                width_of(lines[0]) / min(2, 3 - len(lines)),
                *map(width_of, lines[1:]),
                *words,
            ]
        )
        widest = WIDEST if longest < PROSE else WIDEST_PROSE
        return min(max(math.ceil(longest) + 2, NARROWEST_TEXT if written else NARROWEST), widest)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a sheet shows: columns of equal length, their rows in groups one after another or in none.

    ``total`` is what the row of totals is called; without a name there is none.
    """

    title: str
    columns: Sequence[Column]
    total: str
    groups: Sequence[tuple[str, int]] = ()  # label of the subtotal, number of rows
    alerts: Sequence[bool] = ()
    closing: str = ""
    frozen: int = 1  # so many columns say which row it is, and stay in view
    charts: Sequence[Chart] = ()


@dataclass(frozen=True, kw_only=True)
class SumLine:
    """A row of sums: where it is, and the rows it adds up, counted as Excel does."""

    row: int
    label: str
    first: int
    last: int
    values: slice
    function: str


def lines_of_table(table: Table) -> tuple[list[int], list[SumLine]]:
    """Return the row of each line of values, and the rows of sums; SUBTOTAL leaves other subtotals out."""
    count = len(table.columns[0].values)
    rows: list[int] = []
    sums: list[SumLine] = []
    row, done = FIRST_ROW, 0
    for label, size in table.groups:
        rows += range(row, row + size)
        part = slice(done, done + size)
        sums.append(_sum_line(row + size, label, row, part, "SUBTOTAL(9,"))
        row, done = row + size + 1, done + size
    rows += range(row, row + count - done)
    row += count - done
    if not table.total:
        return rows, sums
    function = "SUBTOTAL(9," if table.groups else "SUM("
    sums.append(_sum_line(row, table.total, FIRST_ROW, slice(0, count), function))
    return rows, sums


def _sum_line(row: int, label: str, first: int, values: slice, function: str) -> SumLine:
    """Return the line of sums in a row that adds up the rows from ``first`` to the one above it."""
    return SumLine(row=row, label=label, first=first + 1, last=row, values=values, function=function)


def width_of(text: str) -> float:
    """Return how many half-width characters a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide * (CHINESE_WIDTH - 1)


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column: Chinese breaks anywhere, words do not."""
    if "\n" not in text and width_of(text) <= width:
        return 1
    lines = 0
    for part in text.split("\n"):
        lines, at = lines + 1, 0.0
        for word in re.findall(r"[!-~]+ ?|.", part):
            long = width_of(word)
            if at and at + long > width:
                lines, at = lines + 1, 0.0
            lines += int(long // (width + 1))
            at += long % (width + 1)
    return lines
