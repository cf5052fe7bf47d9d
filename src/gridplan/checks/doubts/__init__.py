"""Doubts: what is not wrong for certain, but is more often a slip than the truth; a person has to look."""

from collections.abc import Mapping

from gridplan.checks.doubts import between, figures, ids, lines, outlines, texts
from gridplan.checks.doubts.looked import Looked
from gridplan.checks.faults import Fault

__all__ = ["Looked", "doubts"]

OUTLINED = ("communities", "special_areas")
DRAWN = ("roads", "barriers")


def doubts(looked: Mapping[str, Looked]) -> list[Fault]:
    """Return every doubt about the inputs, by part of the plan file; what a part lacks is not looked at."""
    found: list[Fault] = []
    for part, one in looked.items():
        found += [*ids.doubts(one), *texts.doubts(one), *figures.doubts(one)]
        if part in OUTLINED:
            found += outlines.doubts(one)
        if part in DRAWN:
            found += lines.doubts(one)
    return found + between.doubts(looked)
