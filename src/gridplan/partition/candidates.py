"""Every connected set of units that may be a grid: the list behind the proof."""

import numpy as np

from gridplan.compiled import compiled
from gridplan.partition.growth import (
    FIGURES,
    HAIR,
    advance,
    appended,
    begin,
    growth,
    idles,
    in_band,
    priced,
    reached,
)
from gridplan.partition.problem import Columns, Floats, Problem, columns_of


@compiled
def _list(ground, intervals, largest, most_sets, most_steps):
    n = len(ground.load)
    limit = intervals.max() + HAIR
    members, figures = np.empty(1 << 12, np.int32), np.empty(1 << 11)
    grown, stack, row = growth(n), np.empty(n, np.int32), np.empty(FIGURES)
    sets, filled, steps = 0, 0, 0
    for root in range(n):
        begin(grown, root)
        while advance(ground, grown, limit, largest):
            steps += 1
            if steps > most_steps:
                return members[:filled], figures[: FIGURES * sets], False
            size, load = grown.depth[0], grown.total[0]
            if not in_band(load, intervals):
                continue
            centre, cost = priced(ground, grown.chosen, size, load, grown.inside)
            if idles(ground, grown.chosen, size, centre, grown.inside, stack):
                continue
            if sets == most_sets:
                return members[:filled], figures[: FIGURES * sets], False
            row[0], row[1], row[2], row[3] = size, load, cost, centre
            members = appended(members, filled, grown.chosen, size)
            figures = appended(figures, FIGURES * sets, row, FIGURES)
            filled, sets = filled + size, sets + 1
    return members[:filled], figures[: FIGURES * sets], True


@compiled
def _outgrown(ground, intervals, most_sets, most_steps):
    """Whether a list would end before it holds all sets; where some units are idle only steps are counted."""
    n = len(ground.load)
    limit, counts = intervals.max() + HAIR, not ground.idle.any()
    grown, sets, steps = growth(n), 0, 0
    for root in range(n):
        begin(grown, root)
        while advance(ground, grown, limit, n):
            steps += 1
            sets += counts and in_band(grown.total[0], intervals)
            if steps > most_steps or sets > most_sets:
                return True
    return False


@compiled
def _joined(ground, members, starts):
    """Whether each set is connected."""
    n = len(ground.load)
    inside, stack = np.zeros(n, np.bool_), np.empty(n, np.int32)
    whole = np.empty(len(starts) - 1, np.bool_)
    for at in range(len(starts) - 1):
        units = members[starts[at] : starts[at + 1]]
        inside[units] = True
        whole[at] = reached(ground.starts, ground.neighbors, units[0], inside, stack) == len(units)
        inside[units] = False
    return whole


def connected(problem: Problem, columns: Columns) -> Columns:
    """Return the sets that are connected, each with its best centre and all that it costs."""
    whole = _joined(problem.ground, columns.members, columns.starts)
    return columns_of([columns.of(at) for at in np.flatnonzero(whole).tolist()], problem)


def outgrown(problem: Problem, intervals: Floats, *, most_sets: int, most_steps: int) -> bool:
    """Return whether it is certain that ``list_sets`` would not come to an end; much sooner than the list is made."""
    wanted = np.ascontiguousarray(intervals, dtype=np.float64)
    return bool(_outgrown(problem.ground, wanted, most_sets, most_steps))


def list_sets(
    problem: Problem, intervals: Floats, *, most_sets: int, most_steps: int, largest: int | None = None
) -> tuple[Columns, bool]:
    """Return the connected sets of units with a load in one of the intervals, and whether these are all.

    A unit without load is in a set only where it makes it connected or is its centre: any plan with it elsewhere in a grid is
    no worse than the one without, to which it can be added (not so where borders have a price: then every unit counts).

    Parameters
    ----------
    problem
        The units.
    intervals
        Loads wanted, rows of (least, greatest), shape (k, 2).
    most_sets, most_steps
        Stop when there are more sets, or more steps of the search, than this.
    largest
        Most units in a set; any number if not given.
    """
    members, figures, complete = _list(
        problem.ground,
        np.ascontiguousarray(intervals, dtype=np.float64),
        problem.size if largest is None else largest,
        most_sets,
        most_steps,
    )
    return Columns.of_figures(members, figures.reshape(-1, FIGURES)), bool(complete)
