"""Doubts: what is not wrong for certain, but is more often a slip than the truth; a person has to look."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from gridplan.checks.doubts import between, figures, ids, lines, outlines, texts
from gridplan.checks.doubts.looked import Looked
from gridplan.checks.faults import Fault

__all__ = ["Looked", "doubts"]

OUTLINED = ("communities", "special_areas")
DRAWN = ("roads", "barriers")


def doubts(looked: Mapping[str, Looked]) -> list[Fault]:
    """Return every doubt about the inputs, by part of the plan file; what a part lacks is not looked at."""
    works: list[Callable[[], list[Fault]]] = []
    for part, one in looked.items():
        works += [partial(_of_cells, one)]
        works += [partial(outlines.doubts, one)] if part in OUTLINED else []
        works += [partial(lines.doubts, one)] if part in DRAWN else []
    works.append(partial(between.doubts, looked))
    with ThreadPoolExecutor() as threads:  # the libraries that do the work let others run
        return [fault for found in threads.map(lambda work: work(), works) for fault in found]


def _of_cells(one: Looked) -> list[Fault]:
    """Return what is doubtful about the cells of an input."""
    return [*ids.doubts(one), *texts.doubts(one), *figures.doubts(one)]
