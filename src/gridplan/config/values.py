"""Kinds of values that a plan file holds: what each must be, and the words that say so."""

import codecs
import re
from dataclasses import dataclass
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field


@dataclass(frozen=True)
class Want:
    """What a value must be, as the name of a words key."""

    name: str


def must(holds: object) -> None:
    """Raise the ValueError that pydantic gathers; the reader is told the field's ``Want``."""
    if not holds:
        raise ValueError


def listed(value: object) -> object:
    """Turn a TOML array into a tuple; anything else is left to be refused."""
    return tuple(value) if isinstance(value, list) else value


def _ordered(pair: tuple[float, float] | None) -> tuple[float, float] | None:
    must(pair is None or 0 < pair[0] <= pair[1])
    return pair


def _band_or_roster(
    value: tuple[float, float] | Literal["roster"],
) -> tuple[float, float] | Literal["roster"]:
    must(value == "roster" or 0 < value[0] <= value[1])
    return value


def _workers(value: int | str) -> int | str:
    must(value in ("middle", "fewest", "free") or (isinstance(value, int) and value > 0))
    return value


def _encoding(value: str) -> str:
    if value == "auto":
        return value
    try:
        "".encode(value)  # also refuses codecs that are not for text
    except LookupError as error:
        raise ValueError from error
    return codecs.lookup(value).name


def _epsg(value: str) -> str:
    must(re.fullmatch(r"EPSG:\d{4,6}", value, re.IGNORECASE))
    return value.upper()


def _metric_crs(value: str) -> str:
    return value if value == "auto" else _epsg(value)


def _coordinates(value: str) -> str:
    plain = value.lower()
    return plain if plain in ("auto", "wgs84", "cgcs2000", "gcj02", "bd09") else _epsg(value)


def _code(template: str) -> str:
    """Accept a template that gives every grid of every community its own code, or the name of a standard."""
    if re.fullmatch(r"15|20(:[0-9]{6})?", template):
        return template
    fields = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    must(fields == {"community_id", "n"})
    try:
        template.format(community_id="", n=1)
    except LookupError as error:
        raise ValueError from error
    return template


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Accept texts of which no two are the same."""
    must(len(set(values)) == len(values))
    return values


Text = Annotated[str, Field(min_length=1), Want("text")]
RequiredColumn = Annotated[str, Field(min_length=1), Want("column")]
Column = Annotated[str | None, Field(min_length=1), Want("column")]
Positive = Annotated[float, Field(gt=0), Want("positive")]
Price = Annotated[float, Field(ge=0), Want("price")]
Band = Annotated[tuple[float, float], BeforeValidator(listed), AfterValidator(_ordered), Want("band")]
GridBand = Annotated[
    tuple[float, float] | Literal["roster"],
    BeforeValidator(listed),
    AfterValidator(_band_or_roster),
    Want("grid_band"),
]
Effort = Annotated[float, Field(ge=0, le=100), Want("effort")]
Spread = Annotated[float, Field(gt=0, lt=1), Want("spread")]
OptionalPositive = Annotated[float | None, Field(gt=0), Want("positive")]
OptionalBand = Annotated[
    tuple[float, float] | None, BeforeValidator(listed), AfterValidator(_ordered), Want("band")
]
WorkersPerGrid = Annotated[
    tuple[int, int], BeforeValidator(listed), AfterValidator(_ordered), Want("workers_per_grid")
]
Workers = Annotated[int | str, AfterValidator(_workers), Want("workers")]
KeepWhole = Annotated[
    tuple[Literal["compound", "building"], ...],
    BeforeValidator(listed),
    AfterValidator(distinct),
    Want("keep_whole"),
]
Code = Annotated[str, AfterValidator(_code), Want("code")]
MetricCrs = Annotated[str, AfterValidator(_metric_crs), Want("metric_crs")]
Coordinates = Annotated[str, AfterValidator(_coordinates), Want("coordinates")]
Encoding = Annotated[str, AfterValidator(_encoding), Want("encoding")]
