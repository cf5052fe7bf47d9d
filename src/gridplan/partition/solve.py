"""From a problem to its grids: the goals in their order, each solved before the next."""

from dataclasses import replace

import numpy as np

from gridplan.partition.again import solved_again
from gridplan.partition.annealing import annealed, suits
from gridplan.partition.aside import set_aside, too_large
from gridplan.partition.bound import Bound
from gridplan.partition.closing import best_plan
from gridplan.partition.improve import Pool, completed, from_parts, improved, score_of
from gridplan.partition.least import least_bad
from gridplan.partition.master import Rows
from gridplan.partition.parting import parted
from gridplan.partition.problem import Columns, Ints, Problem, WorkersAsked, columns_of
from gridplan.partition.reasons import by_count, hopeless, reason_of, without_sets
from gridplan.partition.result import Partition, least_partition_of, partition_of, together
from gridplan.partition.search import Effort, Found, Lists, effort_of
from gridplan.partition.shortlist import best_of
from gridplan.partition.targets import near_targets, targets

INNER = 0.5  # work on a part of a plan that is being made better
SHARE = 0.5  # of a clock for plans from prices; the rest is for those that are made better by parts
NUMBERS = 2  # numbers of workers tried where not all sets can be listed


def solve(
    problem: Problem, effort: Effort | None = None, *, seconds: float | None = None, seed: int | None = None
) -> Partition:
    """Return the best grids of a problem under the goals, with what is proven of them.

    Parameters
    ----------
    problem
        The units, the band, the workers asked for.
    effort
        How much work may be done; not given: counted work, the same every time.
    seconds
        Stop after so much time, with the best plan found until then; instead of ``effort``.
    seed
        Instead of ``effort``; default 1.
    """
    effort = effort_of(effort, seconds=seconds, seed=seed)
    if not (problem.load > 0).any():
        return together(problem)
    lists = Lists(problem, effort)
    if not lists.complete:
        large = too_large(problem)
        return (
            set_aside(problem, large, lambda part: solve(part, effort))
            if len(large)
            else _by_parts(problem, lists, effort)
        )
    found, open_before = _in_band(problem, lists, effort)
    if found is not None and found.groups is not None:
        return partition_of(problem, found, exact=found.exact and not open_before)
    least = least_bad(problem, lists.all, targets=near_targets(problem), effort=effort)
    return least_partition_of(problem, lists, least, never=not open_before)


def _by_parts(problem: Problem, lists: Lists, effort: Effort) -> Partition:
    """Solve a problem with more sets than can be listed: proven where a margin of the bound reaches, else improved by parts."""
    best: tuple[tuple[float, float, float], list[np.ndarray]] | None = None
    asked = targets(problem)
    for number in asked[:NUMBERS] if len(asked) else [None]:
        rows = _free(problem) if number is None else replace(_free(problem), workers=(number, number))
        early = effort.part(SHARE)
        lists.effort = replace(early, quick=True)  # what takes long is for those that no parting proves
        plans = annealed(problem, number, early)
        known = _known(problem, plans)
        bound = lists.bound(rows, _in_plans(problem, plans), np.inf if known is None else known.cost)
        found = best_plan(lists, rows, bound, early, known=known)
        apart, lists.effort = None, early
        if suits(problem) and number is not None and found.groups is not None and not found.exact:
            apart = parted(problem, lists, bound, found, solve)
        found = apart or found
        if found.groups is not None and not found.exact and lists.cut_off(bound):
            found = best_plan(lists, rows, bound, early, known=found)
        if not found.exact and apart is None:
            found, groups = _improved(problem, lists, rows, bound, found, effort)
            score = score_of(problem, groups)
            best = (score, groups) if best is None or score < best[0] else best
        if found.groups is None and best is not None and best[0][0] == 0:
            break
        if found.groups is not None:
            return partition_of(
                problem, found, exact=found.exact and number in (None, asked[0] if len(asked) else None)
            )
    if best is None:
        grids = max(1, round(problem.load.sum() / problem.band.middle))
        return _open(problem, lists, completed(problem, [], grids))
    return _open(problem, lists, best[1])


def _in_plans(problem: Problem, plans: list[list[Ints]]) -> Columns | None:
    """Return the grids in band of some plans, each once."""
    distinct = {tuple(group.tolist()): None for plan in plans for group in plan}
    columns = columns_of([np.array(group, np.int32) for group in distinct], problem)
    inside = np.flatnonzero(problem.band.outside(columns.load)[0] == 0)
    return columns.take(inside) if len(inside) else None


def _known(problem: Problem, plans: list[list[Ints]]) -> Found | None:
    """Return the first of some plans as what is known, if it is in band."""
    if not plans:
        return None
    out, _, cost = score_of(problem, plans[0])
    return None if out else Found(groups=plans[0], cost=cost, bound=-np.inf, exact=False)


def _improved(  # the ends of one search
    problem: Problem, lists: Lists, rows: Rows, bound: Bound, found: Found, effort: Effort
) -> tuple[Found, list[np.ndarray]]:
    """Return a better plan in band if one is found, and the best grids there are, in band or not."""
    total = problem.load.sum()
    number = rows.workers[0] if np.isfinite(rows.workers[1]) else round(total / problem.band.middle)
    pool = Pool.of(lists.some(bound), bound.rows, bound.prices)
    whole = found.groups or _by_walk(problem, rows, effort)
    if whole is None:
        groups = from_parts(problem, pool, int(number), effort, begun=found.begun)
    else:
        groups = whole if suits(problem) else improved(problem, whole, pool, effort)
    if not effort.inner and not suits(problem):
        groups = solved_again(
            problem, groups, bound.rows, bound.prices, lambda part: _grids(part, effort), effort
        )
    out, _, cost = score_of(problem, groups)
    low, high = problem.band.workers(columns_of(groups, problem).load)
    kept = low.sum() <= rows.workers[1] and high.sum() >= rows.workers[0]
    if out or not kept or cost >= found.cost:
        return found, groups
    known = replace(found, groups=groups, cost=cost)
    return best_plan(lists, rows, bound, effort, known=known), groups


def _grids(part: Problem, effort: Effort) -> list[Ints]:
    """Return the best grids found of some units."""
    plan = solve(part, replace(effort, inner=True, work=INNER))
    return [np.flatnonzero(plan.grid == grid).astype(np.int32) for grid in range(len(plan.centre))]


def _by_walk(problem: Problem, rows: Rows, effort: Effort) -> list[Ints] | None:
    """Return the plan for the same workers by the walk alone, where more has a price: the best start known for those."""
    if problem.extras is None:
        return None
    number: WorkersAsked = int(rows.workers[0]) if np.isfinite(rows.workers[1]) else "free"
    plan = solve(replace(problem, extras=None, workers=number), effort)
    return [np.flatnonzero(plan.grid == grid).astype(np.int32) for grid in range(len(plan.centre))]


def _open(problem: Problem, lists: Lists, groups: list[np.ndarray]) -> Partition:
    """Return a plan that is not all in band, or not with the workers asked for: little is proven of it."""
    out, outside, cost = score_of(problem, groups)
    bound = lists.bound(_free(problem)) if not out else None
    found = Found(groups=groups, cost=cost, bound=bound.value if bound else 0.0, exact=False)
    plan = partition_of(problem, found, exact=False)
    if not out:
        return plan
    never = len(hopeless(problem)) > 0 or by_count(problem) is not None
    return replace(
        plan,
        out_of_band=int(out),
        out_of_band_bound=int(never),
        households_outside=outside,
        status="infeasible" if never else "feasible",
        reason=reason_of(problem, None, proven=never),
    )


def _free(problem: Problem) -> Rows:
    return Rows(must=problem.must, workers=(0.0, np.inf), band=problem.band)


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
        found = best_of(lists.all, rows, effort)
        if found.groups is not None:
            return found, still_open
        still_open = still_open or not found.exact
        if number is not None and number == asked[0] and len(asked) > 1:
            anyhow = best_of(lists.all, free, effort)
            if anyhow.groups is None and anyhow.exact:
                return None, False
    return None, still_open
