"""The options that all commands share, from the texts of the command line to what they mean."""

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridplan.errors import UsageError
from gridplan.words import LANGUAGES, Message

VALUES = {
    "out": "DIR",
    "assignment": "FILE",
    "fix": "DIR",
    "page": "FILE.html",
    "since": "OUT",
    "hand": "PLAN.toml",
    "street": "NAME",
    "format_": "gpkg|shp|geojson|parquet|csv",
    "crs": "EPSG:n",
    "encoding": "NAME",
    "database": "postgresql://...",
    "schema": "NAME",
    "from_": "PLAN.gpkg|FILE",
    "moved": "HOUSEHOLDS",
    "toward": "walk|balance",
    "scheduler": "tcp://HOST:PORT",
    "seed": "N",
    "time_limit": "SECONDS",
    "jobs": "N",
    "lang": "zh|en",
}
DONE, FAULTY, STOPPED = 0, 4, 130  # statuses of the contract
SHARED = ("seed", "time_limit", "jobs", "lang")
FLAGS = ("strict", "quiet", "json", "debug")


def flag(name: str) -> str:
    """Return an option as it is written on the command line."""
    return "--" + name.rstrip("_").replace("_", "-")


@dataclass(frozen=True, kw_only=True)
class Common:
    """The common options. ``time_limit`` is in seconds; ``lang`` is None where it was not asked for."""

    seed: int
    time_limit: float | None
    jobs: int
    lang: str | None
    strict: bool
    quiet: bool
    json: bool
    debug: bool


def common(
    *,
    seed: str | None,
    time_limit: str | None,
    jobs: str | None,
    lang: str | None,
    strict: bool,
    quiet: bool,
    json: bool,
    debug: bool,
) -> Common:
    """Return the common options from their texts.

    Raises
    ------
    UsageError
        If values cannot be used; it carries all of them.
    """
    _refuse_unfit(
        ("--seed", seed, "seed"),
        ("--time-limit", time_limit, "time_limit"),
        ("--jobs", jobs, "jobs"),
        ("--lang", lang, "lang"),
    )
    return Common(
        seed=1 if seed is None else int(seed),
        time_limit=None if time_limit is None else float(time_limit),
        jobs=_cores() if jobs is None else int(jobs),
        lang=lang,
        strict=strict,
        quiet=quiet,
        json=json,
        debug=debug,
    )


def nearness(moved: str | None, toward: str | None) -> dict[str, Any]:
    """Return how near a plan is to stay to an earlier one, as options of a run, from their texts.

    Raises
    ------
    UsageError
        If values cannot be used; it carries all of them.
    """
    _refuse_unfit(("--moved", moved, "moved"), ("--toward", toward, "toward"))
    return {"moved": None if moved is None else float(moved), "toward": toward or "walk"}


def _refuse_unfit(*given: tuple[str, str | None, str]) -> None:
    """Raise for options, each with its value and what is wanted, that cannot be used; tell of all of them."""
    wrong = [
        Message("cli.wrong_value", {"option": option, "value": value, "want": Message(f"cli.want_{want}")})
        for option, value, want in given
        if value is not None and not _FITS[want](value)
    ]
    if wrong:
        raise UsageError(wrong)


def _whole(text: str, *, least: int) -> bool:
    return text.isascii() and text.isdigit() and least <= int(text) < 1 << 31  # solvers take no larger ones


def _seconds(text: str) -> bool:
    try:
        return 0 < float(text) < math.inf
    except ValueError:
        return False


_FITS: Mapping[str, Callable[[str], bool]] = {
    "seed": lambda text: _whole(text, least=0),
    "time_limit": _seconds,
    "jobs": lambda text: _whole(text, least=1),
    "lang": lambda text: text in LANGUAGES,
    "moved": lambda text: _whole(text, least=0),
    "toward": lambda text: text in ("walk", "balance"),
}


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
