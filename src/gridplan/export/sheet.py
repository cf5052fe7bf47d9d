"""A table on a printable sheet: header rows frozen and repeated, A3 landscape, one page wide, live sums."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

A3 = 8
TITLE_ROW, NOTE_ROW, HEAD_ROW, FIRST_ROW = range(4)
NARROWEST, NARROWEST_TEXT, WIDEST = 6, 10, 44  # characters of a column; texts may be written in by hand
LONGEST_TEXT = 32_000  # a cell of Excel holds 32,767
FOOTER = 100  # a footer holds 255, an ampersand counts twice
FORMS = {"text": "@", "whole": "#,##0", "tenth": "#,##0.0", "share": "0.0%"}
CELL = {"border": 1, "valign": "vcenter", "text_wrap": True}
HEAD = {**CELL, "bold": True, "align": "center", "bg_color": "#E7EEF5"}
SUM = {**CELL, "bold": True, "bg_color": "#F3F3F3"}
LABEL = {**SUM, "text_wrap": False}
ALERT = {**CELL, "bg_color": "#FBE3D6"}
TITLE = {"bold": True, "font_size": 16}
NOTE = {"font_color": "#C00000", "bold": True}

Form = Literal["text", "whole", "tenth", "share"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a sheet: texts, or numbers where NaN leaves a cell empty.

    ``summed`` columns are added up in subtotals and totals. ``formula`` works a number out from others of its
    row, which it is given as Excel counts it; ``total`` is then its value in the row of totals.
    """

    head: str
    values: Sequence[Any] | NDArray[Any]
    form: Form = "text"
    summed: bool = False
    formula: Callable[[int], str] | None = None
    total: float = float("nan")

    def sum_of(self, part: slice) -> float:
        """Sum of the known values of a part of the rows."""
        return float(np.nansum(np.asarray(self.values, float)[part]))

    @property
    def width(self) -> int:
        """Width in characters, a Chinese one counted twice; heads take two lines, long texts as many."""
        written = self.form == "text"
        numbers = [] if written else [*self.values, self.sum_of(slice(None))]
        shown = self.values if written else [f"{value:,.1f}" for value in numbers]
        longest = max([*(_width(str(text)) for text in shown), math.ceil(_width(self.head) / 2)])
        return min(max(longest + 2, NARROWEST_TEXT if written else NARROWEST), WIDEST)


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


class Printer:
    """Puts tables on the sheets of a workbook."""

    def __init__(self, book: Workbook, *, note: str) -> None:
        self._book = book
        self._note = note
        self._looks: dict[tuple[tuple[str, object], ...], Format] = {}

    def look(self, properties: Mapping[str, object], form: Form = "text") -> Format:
        """Return the cell format of these properties, made once."""
        wanted = {**properties, "num_format": FORMS[form]}
        key = tuple(sorted(wanted.items()))
        if key not in self._looks:
            self._looks[key] = self._book.add_format(wanted)
        return self._looks[key]

    def open(self, name: str, title: str) -> Worksheet:
        """Begin a sheet with its title, the note below it, and the page it is printed on."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&L" + self._note[:FOOTER].replace("&", "&&") + "&R&P / &N")
        sheet.write_string(TITLE_ROW, 0, title, self.look(TITLE))
        sheet.write_string(NOTE_ROW, 0, self._note, self.look(NOTE))
        return sheet

    def pairs(self, name: str, title: str, lines: Sequence[Column]) -> None:
        """Put a figure a line on a new sheet, what it is beside it."""
        sheet = self.open(name, title)
        sheet.set_column(0, 1, WIDEST)
        for row, line in enumerate(lines, HEAD_ROW):
            sheet.write_string(row, 0, line.head, self.look(SUM))
            self._values(sheet, 1, line, rows=[row], alerts=())

    def table(self, name: str, table: Table) -> None:
        """Put a table on a new sheet."""
        sheet = self.open(name, table.title)
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.repeat_rows(TITLE_ROW, HEAD_ROW)
        rows, sums = _lines(table)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(HEAD_ROW, at, column.head, self.look(HEAD))
            self._values(sheet, at, column, rows=rows, alerts=table.alerts)
            for line in sums:
                self._sum(sheet, at, column, line=line)
        last = max([*rows, *(line.row for line in sums)])
        sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{xl_col_to_name(len(table.columns) - 1)}{last + 1}"}
        )
        sheet.write_string(last + 2, 0, table.closing, self.look({}))

    def _values(
        self, sheet: Worksheet, at: int, column: Column, *, rows: Sequence[int], alerts: Sequence[bool]
    ) -> None:
        """Write the cells of a column; a text from the data is never a formula."""
        looks = self.look(CELL, column.form), self.look(ALERT, column.form)
        marked = alerts or [False] * len(rows)
        for row, value, alert in zip(rows, column.values, marked, strict=True):
            look = looks[bool(alert)]
            if column.form == "text":
                sheet.write_string(row, at, str(value)[:LONGEST_TEXT], look)
            elif column.formula is not None:
                sheet.write_formula(row, at, column.formula(row + 1), look, float(value))
            elif np.isnan(value):
                sheet.write_blank(row, at, None, look)
            else:
                sheet.write_number(row, at, float(value), look)

    def _sum(self, sheet: Worksheet, at: int, column: Column, *, line: "SumLine") -> None:
        """Write a column's cell in a row of sums, as a live formula that carries its value."""
        look = self.look(SUM, column.form)
        if at == 0:
            sheet.write_string(line.row, at, line.label, self.look(LABEL))
        elif column.summed:
            value = column.sum_of(line.values)
            letter = xl_col_to_name(at)
            sheet.write_formula(
                line.row, at, f"={line.function}{letter}{line.first}:{letter}{line.last})", look, value
            )
        elif column.formula is not None:
            sheet.write_formula(line.row, at, column.formula(line.row + 1), look, column.total)
        else:
            sheet.write_blank(line.row, at, None, look)


@dataclass(frozen=True, kw_only=True)
class SumLine:
    """A row of sums: where it is, and the rows it adds up, counted as Excel does."""

    row: int
    label: str
    first: int
    last: int
    values: slice
    function: str


def _lines(table: Table) -> tuple[list[int], list[SumLine]]:
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


def _width(text: str) -> int:
    """Return how many half-width characters a text takes."""
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text)
