"""A plan that somebody else has made: as it is, and held against the best there is."""

from dataclasses import replace

import numpy as np

from gridplan.partition.problem import SLACK, Ints, Problem, columns_of
from gridplan.partition.reasons import Reason
from gridplan.partition.result import PROVEN, Partition, partition_of, together
from gridplan.partition.search import Effort, Found
from gridplan.partition.solve import solve


def as_it_is(problem: Problem, groups: list[Ints]) -> Partition:
    """Return a plan with its figures, nothing proven; ``groups``: connected grids, every unit with a load in one."""
    if not (problem.load > 0).any():
        return together(problem)
    cost = float(columns_of(groups, problem).cost.sum())
    mine = partition_of(problem, Found(groups=groups, cost=cost, bound=-np.inf, exact=False), exact=False)
    away = problem.band.outside(np.bincount(mine.grid, weights=problem.load).astype(float))[0]
    reason = Reason(key="reason_drawn", terms={}) if (away > 0).any() else None
    return replace(
        mine, out_of_band=int((away > 0).sum()), households_outside=float(away.sum()), reason=reason
    )


def judged(problem: Problem, groups: list[Ints], effort: Effort) -> Partition:
    """Return a plan as it is, with what no plan can be better than.

    Parameters
    ----------
    problem
        The units and the band.
    groups
        Connected grids that hold every unit with a load once.
    effort
        How much work may be done for the best plan, whose bounds hold for this one too.
    """
    mine = as_it_is(problem, groups)
    if not (problem.load > 0).any():
        return mine
    best = solve(problem, effort)
    number = int(mine.workers.sum())
    asked_for = number == int(best.workers.sum())
    rival = best if asked_for else solve(replace(problem, workers=number), effort)
    same = (
        mine.out_of_band == rival.out_of_band
        and abs(mine.households_outside - rival.households_outside) <= SLACK
    )
    bound = min(rival.lower_bound, mine.objective) if same else 0.0
    proven = same and asked_for and mine.objective - bound <= PROVEN * mine.objective
    never = best.status == "infeasible"
    return replace(
        mine,
        out_of_band_bound=min(best.out_of_band_bound, mine.out_of_band),
        households_outside_bound=min(best.households_outside_bound, mine.households_outside) if same else 0.0,
        lower_bound=bound,
        status="infeasible" if never else best.status if proven and not mine.out_of_band else "feasible",
        reason=best.reason if mine.out_of_band and best.reason is not None else mine.reason,
    )
