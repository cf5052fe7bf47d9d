"""The least bad plan where no plan has every grid in band.

Fewest grids out of band, then fewest households outside it, then the workers asked for, then the walk. A grid out of band is a
single unit, or holds less than would fill one grid more (``Band.overfull``): without that rule the fewest grids out of band
would be one, with everything poured into it that the others leave over.
"""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.candidates import list_sets
from gridplan.partition.master import Rows
from gridplan.partition.problem import Columns, Floats, Problem, columns_of
from gridplan.partition.search import Effort, Found
from gridplan.partition.shortlist import best_and_near, best_of

MOST_SETS = 300_000
MOST_STEPS = 6_000_000
HAIR = 1e-6
CLOSE = 1e-4  # households by which a bound may miss its value and count as met


@dataclass(frozen=True, kw_only=True)
class Least:
    """The least bad plan found, with what is proven of it."""

    found: Found
    out: int
    out_bound: int
    outside: float
    outside_bound: float


def _between(problem: Problem) -> Floats:
    """Return the intervals of load out of band that a grid of several units may have."""
    edges = problem.band.intervals
    lows = np.append(HAIR if problem.load.min(initial=1.0) > 0 else 0.0, edges[:, 1] + HAIR)
    highs = np.append(edges[:, 0] - HAIR, problem.band.overfull - HAIR)
    return np.column_stack([lows, highs])[highs > lows]


def out_of_band(problem: Problem) -> tuple[Columns, bool]:
    """Return the connected sets out of band that may be grids, and whether these are all.

    Where they are too many, only sets of few units are listed, as many as fit.
    """
    intervals = _between(problem)
    for largest in (problem.size, 5, 4, 3, 2, 1):
        columns, complete = list_sets(
            problem, intervals, most_sets=MOST_SETS, most_steps=MOST_STEPS, largest=largest
        )
        if complete:
            break
    listed = np.zeros(problem.size, bool)
    lone = np.diff(columns.starts) == 1
    listed[columns.members[columns.starts[:-1][lone]]] = True
    alone = [
        np.array([unit], np.int32)
        for unit in np.flatnonzero(~listed & (problem.band.outside(problem.load)[0] > 0) & (problem.load > 0))
    ]
    return columns.joined(columns_of(alone, problem)), complete and largest == problem.size


def least_bad(problem: Problem, inside: Columns, *, targets: Floats, effort: Effort) -> Least:
    """Return the least bad plan: each goal is solved over the sets that a plan best in those before it may use.

    Parameters
    ----------
    problem
        The units.
    inside
        All sets in band.
    targets
        Numbers of workers, the one asked for first; empty where any number will do.
    effort
        When to stop.
    """
    outer, complete = out_of_band(problem)
    every = inside.joined(outer)
    anyhow = Rows(must=problem.must, workers=(0.0, np.inf), band=problem.band)
    first, few = best_and_near(_costing(problem, every, households=False), anyhow, effort, step=1.0)
    if first.groups is None:
        return _alone(problem)
    every, out = every.take(few), round(first.cost)
    within = replace(anyhow, outside=(float(out), np.inf))
    second, few = best_and_near(
        _costing(problem, every, households=True), within, effort, step=_step(problem)
    )
    second = replace(first, exact=False, bound=0.0) if second.groups is None else second
    outside = float(problem.band.outside(columns_of(second.groups or [], problem).load)[0].sum())
    out_bound = round(first.bound) if complete else 0
    outside_bound = max(0.0, second.bound) if complete and out_bound == out else 0.0
    cheapest = _cheapest(problem, every.take(few), (float(out), outside), targets, effort)
    walk = float(columns_of(second.groups or [], problem).cost.sum())
    found = cheapest or replace(second, cost=walk, bound=0.0, exact=False)
    trusted = complete and found.exact
    return Least(
        found=replace(
            found, bound=found.bound if trusted else 0.0, exact=trusted and first.exact and second.exact
        ),
        out=out,
        out_bound=out_bound,
        outside=outside,
        outside_bound=outside if abs(outside - outside_bound) < CLOSE else outside_bound,
    )


def _costing(problem: Problem, columns: Columns, *, households: bool) -> Columns:
    """Return sets that cost what they are out of band: one each, or the households outside."""
    away = problem.band.outside(columns.load)[0]
    return replace(columns, cost=away if households else (away > 0).astype(float))


def _step(problem: Problem) -> float:
    """Return what households outside are multiples of; 0 where loads or band have decimals."""
    every = np.concatenate([problem.load, problem.band.intervals.ravel()])
    return 1.0 if (every == np.round(every)).all() else 0.0


def _alone(problem: Problem) -> Least:
    """Return the plan in which each unit is a grid of its own, of which nothing is proven."""
    alone = problem.must if problem.ties is None else problem.must & problem.ties.free
    chosen = columns_of([np.array([u], np.int32) for u in np.flatnonzero(alone)], problem)
    far = problem.band.outside(chosen.load)[0]
    groups = [chosen.of(i) for i in range(len(chosen))]
    found = Found(groups=groups, cost=float(chosen.cost.sum()), bound=0.0, exact=False)
    return Least(
        found=found, out=int((far > 0).sum()), out_bound=0, outside=float(far.sum()), outside_bound=0.0
    )


def _cheapest(
    problem: Problem, usable: Columns, limits: tuple[float, float], targets: Floats, effort: Effort
) -> Found | None:
    """Return the cheapest plan within the limits for the first number of workers that has one."""
    wanted = [(float(w), float(w)) for w in targets] or [(0.0, np.inf)]
    for workers in wanted:
        rows = Rows(
            must=problem.must, workers=workers, band=problem.band, outside=(limits[0], limits[1] + HAIR)
        )
        found = best_of(usable, rows, effort)
        if found.groups is not None:
            return found
        if not found.exact:
            break
    return None
