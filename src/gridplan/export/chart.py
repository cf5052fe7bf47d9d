"""A drawing beside a table of the workbook."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

SIZE, ROWS = {"width": 720, "height": 420}, 23


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A line for each run of equal values of a column, one column against another; columns by their heads."""

    title: str
    runs: str
    across: str
    up: str


def draw(
    book: Workbook,
    sheet: Worksheet,
    asked: Chart,
    *,
    heads: Sequence[str],
    names: Sequence[str],
    first: int,
    at: int,
) -> None:
    """Draw a chart right of its table, whose values begin in row ``first``, from row ``at`` on; ``names`` are those of the runs."""
    runs, across, up = (heads.index(head) for head in (asked.runs, asked.across, asked.up))
    begins = [row for row in range(len(names)) if row == 0 or names[row] != names[row - 1]]
    drawn = book.add_chart({"type": "scatter", "subtype": "straight"})
    for begin, end in zip(begins, [*begins[1:], len(names)], strict=True):
        rows = first + begin, first + end - 1
        drawn.add_series(
            {
                "name": [sheet.name, rows[0], runs],
                "categories": [sheet.name, rows[0], across, rows[1], across],
                "values": [sheet.name, rows[0], up, rows[1], up],
            }
        )
    drawn.set_title({"name": asked.title, "name_font": {"size": 12}})
    drawn.set_x_axis({"name": asked.across, "min": 0})
    drawn.set_y_axis({"name": asked.up, "max": 1, "num_format": "0%"})
    drawn.set_size(SIZE)
    sheet.insert_chart(at, len(heads) + 1, drawn)
