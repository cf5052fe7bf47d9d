"""Doubts: what is not wrong for certain, but is more often a slip than the truth; a person has to look."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from gridplan.checks.doubts import between, figures, ids, lines, outlines, texts
from gridplan.checks.doubts.looked import Arrived, Looked
from gridplan.checks.faults import Fault

__all__ = ["Arrived", "Looked", "doubts", "of_cells"]

OUTLINED = ("communities", "special_areas")
DRAWN = ("roads", "barriers")


def of_cells(arrived: Arrived) -> list[Fault]:
    """Return every doubt about the ids and texts of an input as it came."""
    return [*ids.doubts(arrived), *texts.doubts(arrived)]


def doubts(looked: Mapping[str, Looked]) -> list[Fault]:
    """Return every other doubt about the inputs, by part of the plan file; what a part lacks is not looked at."""
    works: list[between.Work] = []
    for part, one in looked.items():
        works += [partial(figures.doubts, one)]
        works += [partial(outlines.doubts, one)] if part in OUTLINED else []
        works += [partial(lines.doubts, one)] if part in DRAWN else []
    works += between.works(looked)
    with ThreadPoolExecutor() as threads:  # the libraries that do the work let others run
        return [fault for found in threads.map(lambda work: work(), works) for fault in found]
