"""A plan that somebody else has made, held against the best there is."""

from dataclasses import replace

import numpy as np

from gridplan.partition.problem import SLACK, Ints, Problem, columns_of
from gridplan.partition.reasons import Reason
from gridplan.partition.result import PROVEN, Partition, partition_of, together
from gridplan.partition.search import Effort, Found
from gridplan.partition.solve import solve


def judged(problem: Problem, groups: list[Ints], effort: Effort) -> Partition:
    """Return a plan as it is: what it costs, what is out of band, and what no plan can be better than.

    Parameters
    ----------
    problem
        The units and the band.
    groups
        Connected grids that hold every unit with a load once.
    effort
        How much work may be done for the best plan, whose bounds hold for this one too.
    """
    if not (problem.load > 0).any():
        return together(problem)
    cost = float(columns_of(groups, problem).cost.sum())
    found = Found(groups=groups, cost=cost, bound=-np.inf, exact=False)
    mine = partition_of(problem, found, exact=False)
    best = solve(problem, effort)
    number = int(mine.workers.sum())
    asked_for = number == int(best.workers.sum())
    rival = best if asked_for else solve(replace(problem, workers=number), effort)
    away = problem.band.outside(np.bincount(mine.grid, weights=problem.load).astype(float))[0]
    out, outside = int((away > 0).sum()), float(away.sum())
    same = out == rival.out_of_band and abs(outside - rival.households_outside) <= SLACK
    bound = min(rival.lower_bound, mine.objective) if same else 0.0
    proven = same and asked_for and mine.objective - bound <= PROVEN * mine.objective
    never = best.status == "infeasible"
    return replace(
        mine,
        out_of_band=out,
        out_of_band_bound=min(best.out_of_band_bound, out),
        households_outside=outside,
        households_outside_bound=min(best.households_outside_bound, outside) if same else 0.0,
        lower_bound=bound,
        status="infeasible" if never else best.status if proven and out == 0 else "feasible",
        reason=_reason(best) if out else None,
    )


def _reason(best: Partition) -> Reason:
    """Return why a grid that somebody drew is out of band."""
    if best.reason is not None:
        return best.reason
    return Reason(key="reason_drawn", terms={"workers": int(best.workers.sum())})
