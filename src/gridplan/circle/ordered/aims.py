"""The goals that there are, and what an earlier one leaves to later ones."""

from dataclasses import dataclass
from typing import Literal

Aim = Literal["cover", "worst", "named", "walk", "money", "sites"]
MORE_IS_BETTER = ("cover", "worst", "named")


@dataclass(frozen=True, eq=False, kw_only=True)
class Kept:
    """What an earlier goal leaves: no less (cover, worst, named) or no more (the others) than ``value``."""

    aim: Aim
    value: float
