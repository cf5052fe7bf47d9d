"""From a problem to its grids: the goals in their order, each solved before the next."""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.bound import Bound
from gridplan.partition.improve import from_parts, improved, score_of
from gridplan.partition.least import Least, least_bad
from gridplan.partition.master import Rows
from gridplan.partition.problem import Floats, Ints, Problem, columns_of
from gridplan.partition.reasons import Reason, reason_of, without_sets
from gridplan.partition.search import Effort, Found, Lists, best_plan, closed_plan

PROVEN = 1e-4  # gap up to which a plan counts as optimal
NUMBERS = 2  # numbers of workers tried where not all sets can be listed


@dataclass(frozen=True, kw_only=True)
class Partition:
    """The grids of one problem.

    Attributes
    ----------
    grid
        Number of each unit's grid, shape (n,).
    centre, workers
        Centre unit and workers of each grid, shape (grids,).
    walk_m
        Distance of each unit to the centre of its grid, shape (n,).
    objective, lower_bound
        Household-metres; the bound is proven.
    out_of_band, households_outside
        Grids out of band and load outside it, each with its proven bound.
    status
        "optimal", "infeasible" (proven that no plan has every grid in band) or "feasible" (anything else).
    reason
        Why a grid is out of band; None where none is.
    """

    grid: Ints
    centre: Ints
    workers: Ints
    walk_m: Floats
    objective: float
    lower_bound: float
    out_of_band: int
    out_of_band_bound: int
    households_outside: float
    households_outside_bound: float
    status: str
    reason: Reason | None = None

    @property
    def gap(self) -> float:
        """Share of the objective that is not proven to be needed."""
        return (self.objective - self.lower_bound) / self.objective if self.objective > 0 else 0.0


def targets(problem: Problem) -> Floats:
    """Return the numbers of workers to try, the one asked for first; empty where any number will do."""
    total, band = problem.load.sum(), problem.band
    least = int(np.ceil(total / band.high - 1e-9))
    most = int(np.floor(total / band.low + 1e-9))
    numbers = np.arange(max(least, 1), max(most, 0) + 1, dtype=float)
    match problem.workers:
        case "free":
            return np.zeros(0)
        case "fewest":
            return numbers
        case "middle":
            away = np.abs(total / numbers - band.middle) if len(numbers) else numbers
        case asked:
            away = np.abs(numbers - asked)
    return numbers[np.lexsort((numbers, np.round(away, 9)))]


def solve(problem: Problem, effort: Effort | None = None) -> Partition:
    """Return the best grids of a problem under the goals, with what is proven of them."""
    effort = effort or Effort()
    if not (problem.load > 0).any():
        return _together(problem)
    lists = Lists(problem)
    if not lists.complete:
        return _by_parts(problem, lists, effort)
    found, open_before = _in_band(problem, lists, effort)
    if found is not None and found.groups is not None:
        return _told(problem, found, exact=found.exact and not open_before)
    least = least_bad(problem, lists.all, targets=_near(problem), effort=effort)
    return _least_told(problem, lists, least, never=not open_before)


def _by_parts(problem: Problem, lists: Lists, effort: Effort) -> Partition:
    """Solve a problem with more sets than can be listed: proven where a margin of the bound reaches, else improved by parts."""
    best: tuple[tuple[float, float, float], list[np.ndarray]] | None = None
    asked = targets(problem)
    for number in asked[:NUMBERS] if len(asked) else [None]:
        rows = _free(problem) if number is None else replace(_free(problem), workers=(number, number))
        bound = lists.bound(rows)
        found = best_plan(lists, rows, effort, bound=bound)
        if not found.exact and bound is not None:
            found, groups = _improved(problem, lists, rows, bound, found, effort)
            score = score_of(problem, groups)
            best = (score, groups) if best is None or score < best[0] else best
        if found.groups is None and best is not None and best[0][0] == 0:
            break
        if found.groups is not None:
            return _told(
                problem, found, exact=found.exact and number in (None, asked[0] if len(asked) else None)
            )
    if best is None:
        raise ValueError("no number of workers was tried")
    return _open(problem, lists, best[1])


def _improved(  # the ends of one search
    problem: Problem, lists: Lists, rows: Rows, bound: Bound, found: Found, effort: Effort
) -> tuple[Found, list[np.ndarray]]:
    """Return a better plan in band if one is found, and the best grids there are, in band or not."""
    total = problem.load.sum()
    number = rows.workers[0] if np.isfinite(rows.workers[1]) else round(total / problem.band.middle)
    columns = lists.some(bound)
    groups = (
        from_parts(problem, columns, bound, int(number), effort)
        if found.groups is None
        else improved(problem, found.groups, columns, bound, effort)
    )
    out, _, cost = score_of(problem, groups)
    low, high = problem.band.workers(columns_of(groups, problem).load)
    kept = low.sum() <= rows.workers[1] and high.sum() >= rows.workers[0]
    if out or not kept or cost >= found.cost:
        return found, groups
    return closed_plan(lists, rows, bound, groups, cost, effort), groups


def _open(problem: Problem, lists: Lists, groups: list[np.ndarray]) -> Partition:
    """Return a plan that is not all in band, or not with the workers asked for: little is proven of it."""
    out, outside, cost = score_of(problem, groups)
    bound = lists.bound(_free(problem)) if not out else None
    found = Found(groups=groups, cost=cost, bound=bound.value if bound else 0.0, exact=False)
    plan = _told(problem, found, exact=False)
    if not out:
        return plan
    return replace(
        plan,
        out_of_band=int(out),
        households_outside=outside,
        reason=reason_of(problem, None, proven=False),
    )


def _free(problem: Problem) -> Rows:
    return Rows(must=problem.load > 0, workers=(0.0, np.inf), band=problem.band)


def _in_band(problem: Problem, lists: Lists, effort: Effort) -> tuple[Found | None, bool]:
    """Return the best plan in band for the first number of workers that has one, and whether an earlier number stayed open."""
    asked = targets(problem)
    if problem.workers != "free" and not len(asked):
        return None, False
    if lists.complete and len(without_sets(problem, lists.all)):
        return None, False
    free, still_open = _free(problem), False
    for number in asked if len(asked) else [None]:
        rows = free if number is None else replace(free, workers=(number, number))
        found = best_plan(lists, rows, effort)
        if found.groups is not None:
            return found, still_open
        still_open = still_open or not found.exact
        if number is not None and number == asked[0] and len(asked) > 1:
            anyhow = best_plan(lists, free, effort)
            if anyhow.groups is None and anyhow.exact:
                return None, False
    return None, still_open


def _near(problem: Problem) -> Floats:
    """Return the numbers of workers near the one asked for, for a plan that is not all in band."""
    if problem.workers == "free":
        return np.zeros(0)
    total, band = problem.load.sum(), problem.band
    most = max(int(np.ceil(total / band.low)) + 2, band.fewest + 1)
    numbers = np.arange(1, most + 1, dtype=float)
    wanted = {"middle": total / band.middle, "fewest": 1.0}.get(str(problem.workers), problem.workers)
    away = (
        np.abs(total / numbers - band.middle)
        if problem.workers == "middle"
        else np.abs(numbers - float(wanted))
    )
    return numbers[np.lexsort((numbers, np.round(away, 9)))]


def _together(problem: Problem) -> Partition:
    """Return the plan of units that nobody lives in: nothing to divide."""
    return Partition(
        grid=np.zeros(problem.size, np.int32),
        centre=np.zeros(1, np.int32),
        workers=np.zeros(1, np.int32),
        walk_m=np.zeros(problem.size),
        objective=0.0,
        lower_bound=0.0,
        out_of_band=0,
        out_of_band_bound=0,
        households_outside=0.0,
        households_outside_bound=0.0,
        status="optimal",
    )


def attached(problem: Problem, groups: list[np.ndarray]) -> Ints:
    """Return the grid of each unit; units without load that no set needed join the neighbour with the nearest centre."""
    grid = np.full(problem.size, -1, np.int32)
    for number, group in enumerate(groups):
        grid[group] = number
    centre = columns_of(groups, problem).centre
    while (grid < 0).any():
        waiting = np.flatnonzero(grid < 0)
        joined = False
        for unit in waiting:
            near = problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]]
            around = np.unique(grid[near][grid[near] >= 0])
            if len(around):
                grid[unit] = around[np.argmin(problem.distance_m[unit, centre[around]])]
                joined = True
        if not joined:
            raise ValueError("a unit without load is cut off from all others; solve its piece by itself")
    return grid


def _spread(low: Ints, high: Ints, wanted: tuple[float, float]) -> Ints:
    """Return workers of each grid within its range, so that they come to the number wanted."""
    workers = low.copy()
    spare = int(min(max(wanted[0] - workers.sum(), 0), (high - low).sum()))
    for grid in np.flatnonzero(high > low):
        more = min(spare, int(high[grid] - low[grid]))
        workers[grid] += more
        spare -= more
    return workers


def _told(problem: Problem, found: Found, *, exact: bool) -> Partition:
    groups = found.groups or []
    grid = attached(problem, groups)
    final = columns_of([np.flatnonzero(grid == g).astype(np.int32) for g in range(len(groups))], problem)
    low, high = problem.band.workers(final.load)
    objective = float(final.cost.sum())
    bound = min(found.bound, objective)
    gap = (objective - bound) / objective if objective > 0 else 0.0
    return Partition(
        grid=grid,
        centre=final.centre,
        workers=_spread(low, high, found.workers),
        walk_m=problem.distance_m[np.arange(problem.size), final.centre[grid]],
        objective=objective,
        lower_bound=max(bound, 0.0),
        out_of_band=0,
        out_of_band_bound=0,
        households_outside=0.0,
        households_outside_bound=0.0,
        status="optimal" if exact and gap <= PROVEN else "feasible",
    )


def _least_told(problem: Problem, lists: Lists, least: Least, *, never: bool) -> Partition:
    return replace(
        _told(problem, least.found, exact=False),
        out_of_band=least.out,
        out_of_band_bound=max(least.out_bound, 1 if never else 0),
        households_outside=least.outside,
        households_outside_bound=least.outside_bound,
        status="infeasible" if never else "feasible",
        reason=reason_of(problem, lists.all if lists.complete else None, proven=never),
    )
