"""Labelling model for the length of edges cut, contiguity added where a solution lies in pieces.

x[i, v]: unit i has label v; y[e]: edge e is cut.

    minimise    sum length[e] y[e]
    each unit   sum_v x[i, v] = 1
    band        lower <= sum_i load[i] x[i, v] <= upper
    cut         y[e] >= x[i, v] - x[j, v] for e = {i, j}, both ways
    apart       x[i, v] + x[j, v] <= 1 where every path from i to j is heavier than a grid
    one piece   x[a, v] + x[b, v] <= 1 + sum of x[s, v] over a separator S of a and b    (in rounds)

Labels are alike, so units that are apart from one another get the first ones (Validi and Buchanan, INFORMS J. on Computing 2022).
"""

from dataclasses import dataclass, replace

import numpy as np
from ortools.math_opt.python import mathopt

from gridplan.partition.graph.cuts import torn
from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.hess import HALF, Answer, near, parameters
from gridplan.partition.graph.lagrange import HAIR, reach
from gridplan.partition.graph.problem import GraphProblem, Ints, objective_of, pieces_of
from gridplan.partition.graph.spectral import rounded

NODES = 300  # beyond which the bound hardly rises


@dataclass(frozen=True, kw_only=True)
class Labels:
    """A labelling model: ``x[i][v]``."""

    model: mathopt.Model
    x: list[list[mathopt.Variable]]


def fixed_of(problem: GraphProblem, together: np.ndarray) -> list[int]:
    """Return units of which no two can share a grid, the heaviest first, at most k."""
    chosen: list[int] = []
    for unit in np.argsort(-problem.load, kind="stable").tolist():
        if len(chosen) < problem.k and not together[unit, chosen].any():
            chosen.append(unit)
    return chosen


def model_of(problem: GraphProblem) -> Labels:
    """Return the model of a problem."""
    model, n, k = mathopt.Model(), problem.size, problem.k
    x = [[model.add_binary_variable() for _ in range(k)] for _ in range(n)]
    for mine in x:
        model.add_linear_constraint(mathopt.LinearSum(mine) == 1)
    weigh = max(problem.upper, 1e-12)
    for v in range(k):
        load = mathopt.LinearSum(float(problem.load[i] / weigh) * x[i][v] for i in range(n))
        model.add_linear_constraint(load <= (problem.upper + problem.slack) / weigh)
        model.add_linear_constraint(load >= (problem.lower - problem.slack) / weigh)
        model.add_linear_constraint(mathopt.LinearSum(x[i][v] for i in range(n)) >= 1)
    owner = np.repeat(np.arange(n), np.diff(problem.starts)).tolist()
    total = mathopt.LinearExpression()
    for i, j, length in zip(owner, problem.neighbors.tolist(), problem.length.tolist(), strict=True):
        if i < j:
            y = model.add_variable(lb=0.0, ub=1.0)
            total += length * y
            for one, other in zip(x[i], x[j], strict=True):
                model.add_linear_constraint(y >= one - other)
                model.add_linear_constraint(y >= other - one)
    model.minimize(total)
    _broken(problem, x, model)
    return Labels(model=model, x=x)


def _broken(problem: GraphProblem, x: list[list[mathopt.Variable]], model: mathopt.Model) -> None:
    """Break the likeness of labels, and keep units apart that no grid can hold together."""
    together = reach(problem)
    together = together & together.T
    for v, unit in enumerate(fixed_of(problem, together)):
        x[unit][v].lower_bound = 1.0
        for other in range(problem.size):
            if not together[unit, other]:
                x[other][v].upper_bound = 0.0
            elif problem.contiguous and other != unit and unit not in near(problem, other):
                beside = mathopt.LinearSum(x[q][v] for q in near(problem, other))
                model.add_linear_constraint(x[other][v] <= beside)


def best_of(problem: GraphProblem, lower: float, top: float, effort: Effort) -> Answer:
    """Return a plan that cuts less than ``top``, if there is one, and the bound over all plans."""
    labels = model_of(problem)
    if np.isfinite(top):
        most = top - 1 + HAIR if rounded(problem, 0.5) == 1.0 else top * (1 - HAIR)
        labels.model.add_linear_constraint(labels.model.objective.as_linear_expression() <= most)
    bound, effort = lower, replace(effort, nodes=min(effort.nodes, NODES))
    while True:
        result = mathopt.solve(labels.model, mathopt.SolverType.GSCIP, params=parameters(effort))
        reason, limits = result.termination.reason, result.termination.objective_bounds
        if reason in (
            mathopt.TerminationReason.INFEASIBLE,
            mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
        ):
            return Answer(label=None, bound=top, exhausted=True)
        bound = max(bound, min(top, rounded(problem, limits.dual_bound)))
        if not result.has_primal_feasible_solution():
            return Answer(label=None, bound=bound, exhausted=False)
        share = np.array([result.variable_values(mine) for mine in labels.x])
        label = (share > HALF).argmax(axis=1).astype(np.int32)
        if not _mended(problem, labels, label):
            ended = reason == mathopt.TerminationReason.OPTIMAL
            return Answer(label=label, bound=min(bound, objective_of(problem, label)), exhausted=ended)
        if effort.spent:
            return Answer(label=None, bound=bound, exhausted=False)


def _mended(problem: GraphProblem, labels: Labels, label: Ints) -> bool:
    """Add what a solution in pieces violates, for every label; tell whether anything was."""
    if not problem.contiguous:
        return False
    piece, added = pieces_of(problem, label), False
    for v in range(problem.k):
        members = np.flatnonzero(label == v).astype(np.int32)
        weight = np.bincount(piece[members], problem.load[members] + 1.0)
        heart = members[piece[members] == weight.argmax()]
        anchor = int(heart[problem.load[heart].argmax()])
        for piece_units, wall in torn(problem, members, anchor):
            unit, added = piece_units[0], True
            for mine in range(problem.k):
                parts = mathopt.LinearSum(labels.x[s][mine] for s in sorted(wall))
                labels.model.add_linear_constraint(labels.x[unit][mine] + labels.x[anchor][mine] <= 1 + parts)
    return added
