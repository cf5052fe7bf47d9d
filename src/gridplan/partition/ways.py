"""Ways out for a community without a plan in band, each one tried on the exact model.

- ``second_worker``: one worker more than the plan file allows, on as few grids as possible.
- ``split``: a unit parted (``tower``).
- ``wider_band``: the least number of households by which the band has to give way.

A worker shared with a neighbouring grid is looked for when the grids have their names (``sharing``).
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from gridplan.partition.exists import Tried, covering, in_band, listed, rows_of
from gridplan.partition.problem import SLACK, Band, Columns, Floats, Problem, columns_of
from gridplan.partition.reasons import by_count, hopeless
from gridplan.partition.search import Effort

TRIES = 10  # widths of the band that are tried on a side
JUMP = 4  # households between the first widths, more and more, until one helps

Kind = Literal["second_worker", "split", "wider_band"]


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way out that was tried.

    Attributes
    ----------
    kind
        Which way.
    key
        The sentence: ``ways.<key>`` of the words tables, with ``terms``.
    works
        Whether a plan in band then exists; None where that was not settled.
    groups
        Units meant, a tuple a grid or a unit, told as ``{groups}``.
    loads, workers
        Load and workers of each group that is a grid.
    parts
        Loads of the parts of each group that is a unit.
    """

    kind: Kind
    key: str
    works: bool | None
    terms: dict[str, Any] = field(default_factory=dict)
    groups: tuple[tuple[int, ...], ...] = ()
    loads: tuple[float, ...] = ()
    workers: tuple[int, ...] = ()
    parts: tuple[tuple[float, ...], ...] = ()


def _around(problem: Problem, unit: int, intervals: Floats) -> tuple[Columns, bool]:
    """Return the sets with one heavy unit and a load in some intervals, without listing what else is as heavy."""
    spare = problem.load.copy()
    spare[unit] = 1.0
    shifted = np.maximum(intervals - problem.load[unit] + 1.0, 0.5)
    columns, complete = listed(replace(problem, load=spare), shifted[shifted[:, 1] >= 1.0])
    mine = np.unique(columns.owner[columns.members == unit])
    some = columns.take(mine)
    return replace(some, load=some.sums(problem.load)), complete


def _larger(problem: Problem) -> tuple[Columns, bool]:
    """Return the sets in band for more workers than a grid may have: one more, or as many as a heavy unit needs."""
    band = problem.band
    span = np.array([band.low, band.high])
    columns, complete = listed(problem, (band.most + 1) * span[None, :])
    top = (band.most + 1) * band.high
    for unit in np.flatnonzero(problem.load > top + SLACK):
        least = int(np.ceil(problem.load[unit] / band.high - SLACK))
        more, all_of_it = _around(problem, int(unit), least * span[None, :])
        columns, complete = columns.joined(more), complete and all_of_it
    return columns, complete


def _fewest_larger(problem: Problem, effort: Effort) -> Tried:
    """Return a plan with as few grids as possible that have more workers than allowed."""
    band = problem.band
    inside, all_inside = listed(problem, band.intervals)
    if not all_inside:
        return Tried(groups=_lightened(problem, effort), settled=False)
    larger, all_larger = _larger(problem)
    every, fewest = inside.joined(larger), max(len(hopeless(problem)), 1)
    tried = Tried(groups=None, settled=False)
    for count in (fewest, fewest + 1, np.inf):
        tried = covering(
            every, replace(rows_of(problem), outside=(count, np.inf)), effort, complete=all_larger
        )
        if tried.groups is not None:
            break
    return tried


def _lightened(problem: Problem, effort: Effort) -> list[np.ndarray] | None:
    """Return a plan in which the grid of each hopeless unit has more workers: each of them takes the middle of the band off it."""
    band, load = problem.band, problem.load.copy()
    units = hopeless(problem)
    over = np.maximum(load[units] - band.most * band.high, 0.0)
    load[units] -= np.maximum(np.ceil(over / band.middle - SLACK), 1.0) * band.middle
    if not len(units) or (load[units] <= 0).any():
        return None
    return in_band(replace(problem, load=load), effort).groups


def more_workers(problem: Problem, effort: Effort) -> Way:
    """Try one worker more than allowed, or as many as a heavy unit needs, on as few grids as possible."""
    band = problem.band
    if by_count(problem) is not None:
        return Way(kind="second_worker", key="more_workers_sum", works=False)
    tried = _fewest_larger(problem, effort)
    needed = max(band.most + 1, int(np.ceil(problem.load.max() / band.high - SLACK)))
    if tried.groups is None:
        key = "more_workers_never" if tried.settled else "more_workers_open"
        return Way(kind="second_worker", key=key, works=tried.works, terms={"workers": needed})
    loads = np.array([problem.load[group].sum() for group in tried.groups])
    out = np.flatnonzero(band.outside(loads)[0] > 0)
    hands = np.ceil(loads[out] / band.high - SLACK).clip(band.most + 1)
    return Way(
        kind="second_worker",
        key="more_workers",
        works=True,
        terms={"most": band.most, "count": len(out)},
        groups=tuple(tuple(tried.groups[grid].tolist()) for grid in out),
        loads=tuple(loads[out].tolist()),
        workers=tuple(int(hand) for hand in hands),
    )


def _given_way(band: Band, load: Floats) -> tuple[Floats, Floats, Floats]:
    """Return by how much a worker the band has to give way for each load: above alone, below alone, on the better side."""
    workers = np.arange(band.fewest, band.most + 1, dtype=float)
    each = load[:, None] / workers
    over, under = np.maximum(each - band.high, 0.0), np.maximum(band.low - each, 0.0)
    above = np.where(under <= SLACK, over, np.inf).min(axis=1)
    below = np.where(over <= SLACK, under, np.inf).min(axis=1)
    return above, below, np.maximum(over, under).min(axis=1)


SIDES: tuple[tuple[int, int], ...] = ((0, 1), (1, 0), (1, 1))  # which limits give way: below, above


def _at_least(problem: Problem, side: int) -> float:
    """Return a bound on how much the band has to give way on a side; infinity where nothing helps."""
    band, total = problem.band, float(problem.load.sum())
    heaviest = float(problem.load.max()) / band.most - band.high
    fewest, most = np.ceil(total / band.high - SLACK), np.floor(total / band.low + SLACK)
    if side == 0:
        return max(heaviest, total / most - band.high if most >= band.fewest else np.inf, 0.0)
    if side == 1:
        return np.inf if heaviest > SLACK else max(band.low - total / max(fewest, band.fewest), 0.0)
    return max(heaviest, 0.0)


def _wide(band: Band, side: int, households: int) -> Band:
    below, above = SIDES[side]
    return replace(band, low=band.low - below * households, high=band.high + above * households)


def _least_width(
    problem: Problem, part: Problem, plan: Floats, side: int, effort: Effort
) -> tuple[int | None, bool]:
    """Return the least number of whole households by which the band has to give way on a side, and whether less is ruled out.

    ``plan`` holds the loads of a plan that is at hand, ``part`` the units that are divided anew. None: no width was found to help,
    or, where that is settled, none can.
    """
    band, bound = problem.band, _at_least(problem, side)
    has = _given_way(band, plan)[side].max()
    most = np.ceil(band.low) - 1 if side else max(band.high, has if np.isfinite(has) else 0.0)
    if bound > most:
        return None, not np.isfinite(bound)
    best = int(np.ceil(has - SLACK)) if has <= most else None
    low, jump, ruled_out = int(np.ceil(bound - SLACK)), 0, True
    for _ in range(TRIES):
        if best is not None and low >= best:
            break
        at = low if not jump else low + jump if best is None else (low + best) // 2
        if at > most:
            break
        tried = in_band(replace(part, band=_wide(band, side, at)), effort)
        if tried.groups is None:
            low, ruled_out = at + 1, ruled_out and tried.settled and part is problem
        else:
            needs = _given_way(band, columns_of(tried.groups, part).load)[side].max()
            best = max(low, min(at, int(np.ceil(needs - SLACK))))
        jump = 2 * jump + JUMP
    return best, best is not None and ruled_out and low >= best


def wider_band(problem: Problem, part: Problem, plan: Floats, effort: Effort) -> list[Way]:
    """Return by how much the upper limit alone, or the lower limit alone, has to give way; both, where neither helps.

    Parameters
    ----------
    problem
        The units.
    part
        The problem itself; or, where its sets are too many, the units around the grids out of band: the others stay as they are.
    plan
        Loads of the grids of the plan at hand.
    effort
        When to stop.
    """
    found: list[Way] = []
    for side in range(len(SIDES)):
        if side == len(SIDES) - 1 and any(way.works for way in found):
            break
        width, settled = _least_width(problem, part, plan, side, effort)
        band = _wide(problem.band, side, width or 0)
        ending = ("never" if settled else "open") if width is None else "least" if settled else "some"
        key = (f"upper_{ending}", f"lower_{ending}", f"both_{ending}")[side]
        works = True if width is not None else False if settled else None
        values = {
            "low": f"{band.low:g}",
            "high": f"{band.high:g}",
            "was_low": f"{problem.band.low:g}",
            "was_high": f"{problem.band.high:g}",
            "by": width,
        }
        found.append(Way(kind="wider_band", key=key, works=works, terms=values))
    return found
