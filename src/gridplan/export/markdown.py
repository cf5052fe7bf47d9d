"""What report.md is written with: texts of the data as plain text, numbers, tables."""

import re
from collections.abc import Sequence

from gridplan.words import percent as shares


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def plain(text: object) -> str:
    """Return a text from the data on one line, none of its marks taken for Markdown; inside a word _ is none."""
    return re.sub(r"([\\`*<|\[\]#]|(?<!\w)_|_(?!\w))", r"\\\1", " ".join(str(text).split()))


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with its thousands apart, - for none."""
    return "-" if value is None or value != value else f"{value:,.{digits}f}"  # noqa: PLR0124  NaN


def span(low: float, high: float) -> str:
    """Return two numbers as from - to, one if they are the same."""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def percent(share: float | None) -> str:
    """Return a share in hundredths, - for none."""
    return "-" if share is None else shares(share)
