"""One goal settled within what earlier goals leave: by SCIP, or where many walks count by HiGHS.

Walks to the nearest of many sites make a linear program that SCIP's own solver does not end within minutes and HiGHS's does in
seconds. HiGHS takes no plan to begin with, so a goal that comes after walking keeps to the sites of the plan at hand, which SCIP
solves at once, and has its bound from the linear program over all sites.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt

from gridplan.circle.model import Floats, Stop
from gridplan.circle.ordered.aims import MORE_IS_BETTER, Aim, Kept
from gridplan.circle.ordered.case import Case, may_open, only
from gridplan.circle.ordered.model import HALF, Model
from gridplan.circle.siting.rules import Flags

WORK = 40_000_000  # entries x nodes of one model, so that results repeat
HEAVY = {"worst": 4}  # goals whose nodes cost more
FEW_WAYS = 5_000  # of walks, up to which SCIP is as quick
FEWEST, MOST = 20, 3_000  # nodes, at least and at most
WAYS = 200_000  # of walks in one model; where there are more its bound is that of everybody's nearest site


@dataclass(frozen=True, eq=False, kw_only=True)
class Solved:
    """The choice of columns (None: none was found), the bound of the goal, who goes where (an entry each), what ended it."""

    chosen: Flags | None
    bound: float
    parts: Floats | None = None
    stopped: str = ""


def best(
    case: Case, aim: Aim, limits: tuple[Kept, ...], start: Flags | None, stop: Stop, *, nodes: int = MOST
) -> Solved:
    """Return the best choice by a goal within what earlier goals leave."""
    less = np.inf if aim in MORE_IS_BETTER else -np.inf
    if stop.left_s == 0:
        return Solved(chosen=None, bound=less, stopped="clock")
    built = Model(case, aim, limits)
    if len(built.ways.column) > WAYS:
        return Solved(chosen=None, bound=less, stopped="work")
    if len(built.ways.column) <= FEW_WAYS:
        return _by_scip(built, start, stop, nodes)
    if aim == "walk" or start is None:
        return _by_highs(built, stop, nodes)
    found = _by_scip(Model(only(case, start), aim, limits), start, stop, nodes)
    parts = None
    if found.parts is not None:
        parts = np.zeros(len(case.column))
        parts[may_open(case, start)[case.column]] = found.parts
    return replace(found, parts=parts, bound=_relaxed(built, stop, less), stopped=found.stopped or "work")


def _by_scip(built: Model, start: Flags | None, stop: Stop, nodes: int) -> Solved:
    result = mathopt.solve(
        built.model,
        mathopt.SolverType.GSCIP,
        params=replace(
            _params(built, stop, nodes),
            random_seed=stop.seed,
            threads=1,
            # most cover starts from a good plan: SCIP's heuristics find no better one
            heuristics=mathopt.Emphasis.OFF if built.aim == "cover" and start is not None else None,
        ),
        model_params=built.hint(start),
    )
    return _solved(built, result)


def _by_highs(built: Model, stop: Stop, nodes: int) -> Solved:
    result = mathopt.solve(built.model, mathopt.SolverType.HIGHS, params=_params(built, stop, nodes))
    return _solved(built, result)


def _relaxed(built: Model, stop: Stop, unknown: float) -> float:
    """Return the bound of the linear program, ``unknown`` where the clock ends it first."""
    for variable in built.model.variables():
        variable.integer = False
    # walks make it degenerate: four times as quick as the simplex method
    params = mathopt.SolveParameters(time_limit=_clock(stop), lp_algorithm=mathopt.LPAlgorithm.BARRIER)
    result = mathopt.solve(built.model, mathopt.SolverType.HIGHS, params=params)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return unknown
    return float(result.termination.objective_bounds.dual_bound)


def _params(built: Model, stop: Stop, nodes: int) -> mathopt.SolveParameters:
    work = WORK // HEAVY.get(built.aim, 1)
    return mathopt.SolveParameters(
        node_limit=min(nodes, max(FEWEST, work // built.size)),
        time_limit=_clock(stop),
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=_grain(built.case, built.aim),
    )


def _clock(stop: Stop) -> timedelta | None:
    return None if stop.left_s is None else timedelta(seconds=stop.left_s)


def _solved(built: Model, result: mathopt.SolveResult) -> Solved:
    """Return what a solver found, in terms of the case."""
    limit = result.termination.limit
    stopped = "" if limit is None else "clock" if limit == mathopt.Limit.TIME else "work"
    bound = float(result.termination.objective_bounds.dual_bound)
    if not result.has_primal_feasible_solution():
        return Solved(chosen=None, bound=bound, stopped=stopped or "work")
    chosen = built.case.must.copy()
    chosen[built.columns] = np.array(result.variable_values(built.opened)) > HALF
    return Solved(chosen=chosen, bound=bound, parts=built.parts(result), stopped=stopped)


def _grain(case: Case, aim: Aim) -> float:
    """Return how near to the bound is proof enough: less than the least difference of two values."""
    values = {
        "cover": case.weight,
        "named": case.named,
        "sites": np.ones(1),
        "money": np.append(case.money, case.buildings.cost),
    }.get(aim)
    split = bool((case.assigned & ~case.whole).any()) and aim in ("cover", "named")
    if values is None or split or (values != np.rint(values)).any():
        return 0.0
    return max(0.0, float(np.gcd.reduce(np.abs(values).astype(np.int64), initial=0)) - 1e-3)
