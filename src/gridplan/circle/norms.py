"""What the standards say of a service, with where that stands and how sure it is: a table, no constants."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Norm:
    """A row of the table; 0 and "" where a figure is not known."""

    level: float  # minutes of the circle
    zh: str
    en: str
    limit_m: float
    people_from: float = 0.0
    people_to: float = 0.0
    area_m2: float = 0.0
    source: str
    clause: str = ""
    sure: bool = False

    def of(self, category: str) -> bool:
        """Tell whether it is about a category, by its Chinese or its English name."""
        return category.strip().casefold() in (self.zh.casefold(), self.en.casefold())


@cache
def known_norms() -> tuple[Norm, ...]:
    """Return the table of the package."""
    text = files("gridplan.circle").joinpath("norms.toml").read_text(encoding="utf-8")
    rows = []
    for row in tomllib.loads(text)["norm"]:
        low, high = row.pop("people")
        rows.append(Norm(**row, people_from=low, people_to=high))
    return tuple(rows)


def norm_of(category: str, own: Sequence[Norm] = ()) -> Norm | None:
    """Return the norm of a category: the plan file's own, else the table's; None where neither has one."""
    return next((norm for norm in (*own, *known_norms()) if norm.of(category)), None)


def norm_rows(limits_m: Mapping[str, float], own: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return what the norms say of services: a row each, with the limit asked for, and whether the row is the plan's own."""
    given = [Norm(**row) for row in own]
    found = ((category, norm_of(category, given)) for category in limits_m)
    return [
        {"category": category, "asked_m": limits_m[category], "own": norm in given, **asdict(norm)}
        for category, norm in found
        if norm is not None
    ]
