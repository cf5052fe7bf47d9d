"""One goal settled by SCIP, within what earlier goals leave."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt

from gridplan.circle.model import Floats, Stop
from gridplan.circle.ordered.aims import MORE_IS_BETTER, Aim, Kept
from gridplan.circle.ordered.case import Case
from gridplan.circle.ordered.model import HALF, Model
from gridplan.circle.siting.rules import Flags

WORK = 40_000_000  # entries x nodes of one model, so that results repeat
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
    result = mathopt.solve(
        built.model,
        mathopt.SolverType.GSCIP,
        params=mathopt.SolveParameters(
            random_seed=stop.seed,
            threads=1,
            node_limit=min(nodes, max(FEWEST, WORK // built.size)),
            time_limit=None if stop.left_s is None else timedelta(seconds=stop.left_s),
            relative_gap_tolerance=0.0,
            absolute_gap_tolerance=_grain(case, aim),
            # most cover starts from a good plan: SCIP's heuristics find no better one
            heuristics=mathopt.Emphasis.OFF if aim == "cover" and start is not None else None,
        ),
        model_params=built.hint(start),
    )
    limit = result.termination.limit
    stopped = "" if limit is None else "clock" if limit == mathopt.Limit.TIME else "work"
    bound = float(result.termination.objective_bounds.dual_bound)
    if not result.has_primal_feasible_solution():
        return Solved(chosen=None, bound=bound, stopped=stopped or "work")
    chosen = case.must.copy()
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
