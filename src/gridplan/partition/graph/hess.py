"""Hess model over the pairs that are left, contiguity added where a solution lies in pieces.

x[i, j]: unit i is in the grid with centre j; x[j, j]: centre j is open.

    minimise    sum cost[i, j] x[i, j]
    each unit   sum_j x[i, j] = 1
    centres     sum_j x[j, j] = k
    band        lower x[j, j] <= sum_i load[i] x[i, j] <= upper x[j, j]
    open        x[i, j] <= x[j, j]
    one piece   x[i, j] <= sum of x[s, j] over a separator S of i and j    (in rounds)

Hess et al. 1965; Validi, Buchanan and Lykhovyd, Operations Research 2022.
"""

import datetime as dt
from dataclasses import dataclass

import highspy
import numpy as np
from ortools.math_opt.python import mathopt
from scipy import sparse

from gridplan.partition.graph.cuts import torn
from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.lagrange import HAIR, Priced
from gridplan.partition.graph.problem import Floats, GraphProblem, Ints, objective_of

HALF = 0.5
SURE = 2e-5  # share of the cost by which a solver's bound may be wrong
Pairs = dict[tuple[int, int], mathopt.Variable]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model says: a plan better than the known one (None for none), a bound, and whether it was solved to the end."""

    label: Ints | None
    bound: float
    exhausted: bool


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What a solver says of a model: the values of its variables (None for none), a bound, and how it ended."""

    values: Floats | None
    bound: float
    optimal: bool
    infeasible: bool


def near(problem: GraphProblem, unit: int) -> list[int]:
    """Return the neighbours of a unit."""
    return list(problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]].tolist())


def model_of(problem: GraphProblem, priced: Priced, scale: float) -> tuple[mathopt.Model, Pairs]:
    """Return the model, costs divided by ``scale``, and its variables by (unit, centre)."""
    model = mathopt.Model()
    centres, units = np.nonzero(priced.allowed)
    cost = problem.cost if problem.cost is not None else np.zeros((problem.size, problem.size))
    x = {(i, j): model.add_binary_variable() for j, i in zip(centres.tolist(), units.tolist(), strict=True)}
    model.minimize(mathopt.LinearSum(float(cost[i, j] / scale) * v for (i, j), v in x.items()))
    for i in range(problem.size):
        of_unit = np.flatnonzero(priced.allowed[:, i]).tolist()
        model.add_linear_constraint(mathopt.LinearSum(x[i, j] for j in of_unit) == 1)
    opened = np.flatnonzero(priced.allowed.diagonal()).tolist()
    model.add_linear_constraint(mathopt.LinearSum(x[j, j] for j in opened) == problem.k)
    weigh = max(problem.upper, 1e-12)
    for j in opened:
        mine = np.flatnonzero(priced.allowed[j]).tolist()
        load = mathopt.LinearSum(float(problem.load[i] / weigh) * x[i, j] for i in mine)
        model.add_linear_constraint(load - (problem.upper + problem.slack) / weigh * x[j, j] <= 0)
        model.add_linear_constraint(load - (problem.lower - problem.slack) / weigh * x[j, j] >= 0)
        for i in mine:
            if i != j:
                model.add_linear_constraint(x[i, j] <= x[j, j])
                beside = near(problem, i)
                if problem.contiguous and j not in beside:
                    _through(model, x, i, j, set(beside))
    return model, x


def _through(model: mathopt.Model, x: Pairs, unit: int, centre: int, separator: set[int]) -> None:
    """Let a unit go to a centre only with one of a separator between them."""
    parts = [x[s, centre] for s in sorted(separator) if (s, centre) in x]
    model.add_linear_constraint(x[unit, centre] <= mathopt.LinearSum(parts))


def best_of(problem: GraphProblem, priced: Priced, top: float, effort: Effort) -> Answer:
    """Return a plan cheaper than ``top`` over the pairs left, if there is one, and the bound over all plans.

    Parameters
    ----------
    priced
        The pairs left; whatever is not there is in no plan cheaper than ``top``.
    top
        Cost of the best plan known, inf for none.
    """
    scale = max(float(problem.cost.mean()), 1e-12) if problem.cost is not None else 1.0
    model, x = model_of(problem, priced, scale)
    if np.isfinite(top):
        model.add_linear_constraint(model.objective.as_linear_expression() <= top * (1 - HAIR) / scale)
    bound = priced.value
    while True:
        result = (solved if problem.contiguous else solved_by_scip)(model, effort)
        if result.infeasible:
            return Answer(label=None, bound=top, exhausted=True)
        bound = max(bound, min(top, result.bound * scale))
        if result.values is None:
            return Answer(label=None, bound=bound, exhausted=False)
        label = _label(problem, x, result.values)
        if not _mended(problem, model, x, label):
            return Answer(
                label=label[1], bound=min(bound, objective_of(problem, label[1])), exhausted=result.optimal
            )
        if effort.spent:
            return Answer(label=None, bound=bound, exhausted=False)


def solved(model: mathopt.Model, effort: Effort) -> Solved:
    """Solve a model by HiGHS itself: through MathOpt it writes to standard output."""
    proto = model.export_model()
    rows, columns = len(proto.linear_constraints.ids), len(proto.variables.ids)
    place = {number: at for at, number in enumerate(proto.variables.ids)}
    row_of = {number: at for at, number in enumerate(proto.linear_constraints.ids)}
    cost = np.zeros(columns)
    for number, value in zip(
        proto.objective.linear_coefficients.ids, proto.objective.linear_coefficients.values, strict=True
    ):
        cost[place[number]] = value
    matrix = proto.linear_constraint_matrix
    table = sparse.csr_array(
        (
            np.array(matrix.coefficients),
            (
                np.array([row_of[r] for r in matrix.row_ids], int),
                np.array([place[c] for c in matrix.column_ids], int),
            ),
        ),
        shape=(rows, columns),
    )
    highs = _highs(effort)
    none = np.zeros(0, np.int32)
    highs.addVars(columns, np.array(proto.variables.lower_bounds), np.array(proto.variables.upper_bounds))
    every = np.arange(columns, dtype=np.int32)
    highs.changeColsCost(columns, every, cost)
    kinds = np.where(np.array(proto.variables.integers), 1, 0).astype(np.uint8)
    highs.changeColsIntegrality(columns, every, kinds)
    lower, upper = (
        np.array(proto.linear_constraints.lower_bounds),
        np.array(proto.linear_constraints.upper_bounds),
    )
    starts = table.indptr[:-1].astype(np.int32) if rows else none
    highs.addRows(rows, lower, upper, table.nnz, starts, table.indices.astype(np.int32), table.data)
    highs.run()
    return _read(highs)


def _highs(effort: Effort) -> highspy.Highs:
    """Return a solver with its stop rules."""
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", effort.seed),
        ("mip_rel_gap", SURE / 2),
        ("mip_max_nodes", effort.nodes),
    ):
        highs.setOptionValue(option, value)
    if effort.seconds is not None:
        highs.setOptionValue("time_limit", max(0.05, effort.seconds))
    return highs


def _read(highs: highspy.Highs) -> Solved:
    """Return what a solver found."""
    status, info = highs.getModelStatus(), highs.getInfo()
    nothing = status in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    )
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return Solved(
        values=np.array(highs.getSolution().col_value) if found else None,
        bound=float(info.mip_dual_bound),
        optimal=status == highspy.HighsModelStatus.kOptimal,
        infeasible=nothing,
    )


def solved_by_scip(model: mathopt.Model, effort: Effort) -> Solved:
    """Solve a model by SCIP."""
    result = mathopt.solve(model, mathopt.SolverType.GSCIP, params=parameters(effort))
    reason = result.termination.reason
    found = result.has_primal_feasible_solution()
    return Solved(
        values=np.array(result.variable_values(list(model.variables()))) if found else None,
        bound=result.termination.objective_bounds.dual_bound,
        optimal=reason == mathopt.TerminationReason.OPTIMAL,
        infeasible=reason
        in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED),
    )


def parameters(effort: Effort) -> mathopt.SolveParameters:
    """Return the stop rules of one solver call."""
    return mathopt.SolveParameters(
        node_limit=effort.nodes,
        time_limit=None if effort.seconds is None else dt.timedelta(seconds=max(0.05, effort.seconds)),
        random_seed=effort.seed,
        threads=1,
        relative_gap_tolerance=SURE,
    )


def _label(problem: GraphProblem, x: Pairs, values: Floats) -> tuple[Ints, Ints]:
    """Return the centre of each unit, and its grid's number."""
    centre = np.full(problem.size, -1, np.int32)
    for (i, j), value in zip(x, values.tolist(), strict=True):
        if value > HALF:
            centre[i] = j
    return centre, np.unique(centre, return_inverse=True)[1].astype(np.int32)


def _mended(problem: GraphProblem, model: mathopt.Model, x: Pairs, label: tuple[Ints, Ints]) -> bool:
    """Add what a solution in pieces violates, for every unit of a piece; tell whether anything was."""
    if not problem.contiguous:
        return False
    centre, added = label[0], False
    for j in np.unique(centre).tolist():
        for piece, wall in torn(problem, np.flatnonzero(centre == j).astype(np.int32), j):
            for unit in piece:
                _through(model, x, unit, j, wall)
            added = True
    return added


def packed(problem: GraphProblem, sets: list[Ints], cost: Floats, effort: Effort) -> tuple[Ints | None, bool]:
    """Choose k sets that cover every unit once and cost least; tell whether that was solved to the end.

    Parameters
    ----------
    sets, cost
        Units of each set that may be a grid, and what it costs, shape (sets,).
    """
    model, scale = mathopt.Model(), max(float(cost.max(initial=0.0)), 1e-12)
    x = [model.add_binary_variable() for _ in sets]
    holds: list[list[mathopt.Variable]] = [[] for _ in range(problem.size)]
    for variable, units in zip(x, sets, strict=True):
        for unit in units.tolist():
            holds[unit].append(variable)
    for variables in holds:
        model.add_linear_constraint(mathopt.LinearSum(variables) == 1)
    model.add_linear_constraint(mathopt.LinearSum(x) == problem.k)
    model.minimize(mathopt.LinearSum(float(c / scale) * v for c, v in zip(cost, x, strict=True)))
    found = solved_by_scip(model, effort)
    chosen = None if found.values is None else np.flatnonzero(found.values > HALF).astype(np.int32)
    return chosen, found.infeasible or found.optimal
