"""The gap between the posts that the norms ask for and the workers on the roster."""

from dataclasses import dataclass
from math import ceil, isnan, nan

from gridplan.words import Message

FRACTION = 1e-9  # 600 households / 200 are 3 posts, whatever the last bit says


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Whole posts of a district from its totals, and what is missing; NaN where a figure is not known."""

    posts_min: float  # households / most households a worker, rounded up
    posts_max: float
    posts_by_residents: float
    binding: str  # "households" or "residents": the norm that asks for more at least; "" without a norm
    least: float  # posts that satisfy both norms
    on_roster: float  # not rounded: availabilities add up
    missing: float  # least - on_roster; below 0 there are more workers than the norms ask for
    told: Message | None


def gap(*, posts_min: float, posts_max: float, posts_by_residents: float, on_roster: float) -> Gap:
    """Compare a district's posts (unrounded totals) with the workers on its roster."""
    low, high, residents = (_up(posts) for posts in (posts_min, posts_max, posts_by_residents))
    least = max((posts for posts in (low, residents) if not isnan(posts)), default=nan)
    binding = "" if isnan(least) else "households" if least == low else "residents"
    missing = least - on_roster
    return Gap(
        posts_min=low,
        posts_max=high,
        posts_by_residents=residents,
        binding=binding,
        least=least,
        on_roster=on_roster,
        missing=missing,
        told=None if isnan(missing) else _told(missing, least=least, on_roster=on_roster, binding=binding),
    )


def _up(posts: float) -> float:
    return nan if isnan(posts) else float(ceil(posts - FRACTION))


def _told(missing: float, *, least: float, on_roster: float, binding: str) -> Message:
    key = "staffing.missing" if missing > 0 else "staffing.enough"
    norm = Message(f"staffing.by_{binding}")
    return Message(
        key,
        {"least": _short(least), "there": _short(on_roster), "missing": _short(abs(missing)), "norm": norm},
    )


def _short(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")
