"""How pages write things: figures, shares, names side by side, in the plan's language."""

import math
from collections.abc import Callable

import pandas as pd

from gridplan.words import percent as shares
from gridplan.words import say

Words = Callable[..., str]  # a key of the topic "maps" and the values of its placeholders -> text


def speaker(language: str) -> Words:
    """Return the way to say a key of this topic in a language."""

    def tell(key: str, /, **values: object) -> str:
        return say(language, f"maps.{key}", **values)

    return tell


def number(value: float | None, digits: int = 0) -> str:
    """Return a figure with thousands marked and at most so many decimals, "" where it is not known."""
    if value is None or math.isnan(value):
        return ""
    told = f"{value:,.{digits}f}"
    return told.rstrip("0").removesuffix(".") if "." in told else told


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share 0..1 as percent, "" where it is not known."""
    return "" if share is None or math.isnan(share) else shares(share, digits)


def numbers(column: pd.Series, digits: int = 0) -> list[str]:
    """Return a column of figures as text."""
    return [number(value, digits) for value in column]


def joined(*parts: str) -> str:
    """Return the parts that say something, side by side."""
    return " · ".join(str(part) for part in parts if part)
