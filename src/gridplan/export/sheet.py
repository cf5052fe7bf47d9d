"""A table on a printable sheet: header rows frozen and repeated, A3 landscape, one page wide, live sums.

Rows are as tall as their longest text needs: not every program works that out when it opens a workbook.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from gridplan.export.chart import ROWS as CHART_ROWS
from gridplan.export.chart import draw
from gridplan.export.table import FIRST_ROW, Column, Form, SumLine, Table, lines_of, lines_of_table

A3, A4 = 8, 9
TITLE_ROW, NOTE_ROW, HEAD_ROW = range(FIRST_ROW)
PAIR_WIDTHS = 46, 40
LINE_POINTS, TALLEST_LINES = 15.5, 25  # Excel takes no row above 409 points
LONGEST_TEXT = 32_000  # a cell of Excel holds 32,767
FOOTER = 100  # a footer holds 255, an ampersand counts twice
FORMS = {"text": "@", "order": "0", "whole": "#,##0", "tenth": "#,##0.0", "share": "0.0%"}
ALIGNED: dict[str, dict[str, object]] = {"text": {"align": "left", "indent": 1}, "order": {"align": "center"}}
CELL = {"border": 1, "valign": "vcenter", "text_wrap": True}
HEAD = {**CELL, "bold": True, "align": "center", "bg_color": "#E7EEF5"}
SUM = {**CELL, "bold": True, "bg_color": "#F3F3F3"}
LABEL = {**SUM, "text_wrap": False}
ALERT = {**CELL, "bg_color": "#FBE3D6"}
TITLE = {"bold": True, "font_size": 16}
NOTE = {"font_color": "#C00000", "bold": True}


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

    def open(self, name: str, title: str, *, paper: int = A3) -> Worksheet:
        """Begin a sheet with its title, the note below it, and the page it is printed on."""
        sheet = self._book.add_worksheet(name)
        if paper == A3:
            sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&L" + self._note[:FOOTER].replace("&", "&&") + "&R&P / &N")
        sheet.write_string(TITLE_ROW, 0, title, self.look(TITLE))
        sheet.write_string(NOTE_ROW, 0, self._note, self.look(NOTE))
        return sheet

    def pairs(self, name: str, title: str, lines: Sequence[Column]) -> None:
        """Put a figure a line on a new sheet of A4, what it is beside it."""
        sheet = self.open(name, title, paper=A4)
        for at, width in enumerate(PAIR_WIDTHS):
            sheet.set_column(at, at, width)
        for row, line in enumerate(lines, HEAD_ROW):
            sheet.write_string(row, 0, line.head, self.look(SUM))
            look = self.look({**CELL, "align": "right"}, line.form)
            tall = max(
                lines_of(text, width - 1)
                for text, width in zip((line.head, line.texts[0]), PAIR_WIDTHS, strict=True)
            )
            if tall > 1:
                sheet.set_row(row, LINE_POINTS * tall + 1)
            if line.form == "text":
                sheet.write_string(row, 1, str(line.values[0]), look)
            elif np.isnan(line.values[0]):
                sheet.write_blank(row, 1, None, look)
            else:
                sheet.write_number(row, 1, float(line.values[0]), look)

    def table(self, name: str, table: Table) -> None:
        """Put a table on a new sheet."""
        sheet = self.open(name, table.title)
        sheet.freeze_panes(FIRST_ROW, table.frozen)
        sheet.repeat_rows(TITLE_ROW, HEAD_ROW)
        rows, sums = lines_of_table(table)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(HEAD_ROW, at, column.heading, self.look(HEAD))
            if column.merged:
                self._runs(sheet, at, column, rows=rows)
            else:
                self._values(sheet, at, column, rows=rows, alerts=table.alerts)
            if column.choices and rows:
                source = column.choices if isinstance(column.choices, str) else list(column.choices)
                offered = {"validate": "list", "source": source, "error_type": "information"}
                sheet.data_validation(rows[0], at, rows[-1], at, offered)
            for line in sums if at >= table.frozen else ():
                self._sum(sheet, at, column, line=line)
        for line in sums:
            self._label(sheet, line, columns=table.frozen)
        self._heights(sheet, table.columns, rows)
        last = max([*rows, *(line.row for line in sums)])
        sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{xl_col_to_name(len(table.columns) - 1)}{last + 1}"}
        )
        sheet.write_string(last + 2, 0, table.closing, self.look({}))
        heads = [column.head for column in table.columns]
        for number, chart in enumerate(table.charts):
            names = [str(value) for value in table.columns[heads.index(chart.runs)].values]
            row = HEAD_ROW + CHART_ROWS * number
            draw(self._book, sheet, chart, heads=heads, names=names, first=FIRST_ROW, at=row)

    def _heights(self, sheet: Worksheet, columns: Sequence[Column], rows: Sequence[int]) -> None:
        """Make rows tall enough for their longest text, the head for its."""
        widths = [column.width for column in columns]
        heads = [lines_of(column.heading, width) for column, width in zip(columns, widths, strict=True)]
        sheet.set_row(HEAD_ROW, LINE_POINTS * max(heads) + 3)
        texts = [
            [lines_of(text, width - 1) for text in column.texts]  # a text is indented by one
            for column, width in zip(columns, widths, strict=True)
            if column.form == "text"
        ]
        for row, lines in zip(rows, zip(*texts, strict=True), strict=bool(texts)):
            if max(lines) > 1:
                sheet.set_row(row, LINE_POINTS * min(max(lines), TALLEST_LINES) + 1)

    def _values(
        self, sheet: Worksheet, at: int, column: Column, *, rows: Sequence[int], alerts: Sequence[bool]
    ) -> None:
        """Write the cells of a column; a text from the data is never a formula."""
        aligned = ALIGNED.get(column.form, {})
        looks = self.look({**CELL, **aligned}, column.form), self.look({**ALERT, **aligned}, column.form)
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

    def _runs(self, sheet: Worksheet, at: int, column: Column, *, rows: Sequence[int]) -> None:
        """Write the texts of a column, equal ones in rows that follow one another as one cell."""
        look = self.look({**CELL, **ALIGNED["text"]})
        follows = [row + 1 for row in rows]
        begins = [
            at_row
            for at_row, text in enumerate(column.texts)
            if not at_row or text != column.texts[at_row - 1] or rows[at_row] != follows[at_row - 1]
        ]
        for first, end in zip(begins, [*begins[1:], len(rows)], strict=True):
            text = column.texts[first][:LONGEST_TEXT]
            if end - first > 1:
                sheet.merge_range(rows[first], at, rows[end - 1], at, "", look)
            sheet.write_string(rows[first], at, text, look)

    def _label(self, sheet: Worksheet, line: SumLine, *, columns: int) -> None:
        """Say what a row adds up, across the columns that say of the others which row it is."""
        if columns > 1:
            sheet.merge_range(line.row, 0, line.row, columns - 1, line.label, self.look(LABEL))
        else:
            sheet.write_string(line.row, 0, line.label, self.look(LABEL))

    def _sum(self, sheet: Worksheet, at: int, column: Column, *, line: SumLine) -> None:
        """Write a column's cell in a row of sums, as a live formula that carries its value."""
        look = self.look(SUM, column.form)
        if column.summed:
            value = column.sum_of(line.values)
            letter = xl_col_to_name(at)
            sheet.write_formula(
                line.row, at, f"={line.function}{letter}{line.first}:{letter}{line.last})", look, value
            )
        elif column.formula is not None:
            sheet.write_formula(line.row, at, column.formula(line.row + 1), look, column.total)
        else:
            sheet.write_blank(line.row, at, None, look)
