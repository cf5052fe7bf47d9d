"""The set partitioning over a list of sets: its linear bound, and its best whole plan.

    least  sum over sets s of cost_s x_s
    with   sum of x_s over the sets with unit i  = 1 (a unit without load: <= 1)           for each unit i
           sum of fewest_s x_s <= workers asked for <= sum of most_s x_s
           number of sets out of band, and the load outside, at most so much               where no plan in band exists
           sum of floor(|s in S| / 2) x_s <= (|S| - 1) / 2                                  for some odd sets S of units (``odd``)
           sum of h(load of s in S) x_s >= 1 over the sets that cross the rim of S         for some regions S (``patterns``)
           x_s in {0, 1}

(A. Mehrotra, E. L. Johnson, G. L. Nemhauser, "An optimization based heuristic for political districting", 1998.) The rows of odd
sets and regions are implied by the whole numbers, not by the fractions; they lift the bound.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.sat.sat_parameters_pb2 import SatParameters

from gridplan.partition.odd import halves, most
from gridplan.partition.patterns import Patterns
from gridplan.partition.problem import Band, Columns, Flags, Floats, Ints

HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The right-hand side of the set partitioning.

    ``must`` (n,): units that have to be covered; ``workers`` (least, greatest) number wanted in all; ``outside`` (most grids out of
    band, most load outside); ``odd`` sets of units (o, n); ``patterns``: None where they are not
    looked for, as where sets are out of band.
    """

    must: NDArray[np.bool_]
    workers: tuple[float, float]
    band: Band
    outside: tuple[float, float] = (np.inf, np.inf)
    odd: Flags = field(default_factory=lambda: np.zeros((0, 0), bool))
    patterns: Patterns | None = None

    def sums(self, columns: Columns) -> Floats:
        """Return what each set adds to the rows that are sums over the whole plan, shape (4, sets)."""
        fewest, most = self.band.workers(columns.load)
        away, _ = self.band.outside(columns.load)
        return np.vstack([fewest, most, away > 0, away])

    @property
    def limits(self) -> tuple[Floats, Floats]:
        """Least and greatest values of these sums, shape (4,) each."""
        none = -np.inf
        return np.array([none, self.workers[0], none, none]), np.array(
            [self.workers[1], np.inf, *self.outside]
        )


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What the rows are worth in the linear optimum, in household-metres: units (n,), sums (4,), odd sets (o,), patterns (p,)."""

    units: Floats
    sums: Floats
    odd: Floats = field(default_factory=lambda: np.zeros(0))
    patterns: Floats = field(default_factory=lambda: np.zeros(0))


def cuts_in(columns: Columns, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return row, set and coefficient of each entry of the rows that only lift the bound: odd sets, then patterns."""
    none = np.zeros(0, np.int64)
    row, within, worth = [none], [none], [np.zeros(0)]
    if len(rows.odd):
        part = halves(columns, rows.odd).tocoo()
        row, within, worth = [part.row.astype(np.int64)], [part.col.astype(np.int64)], [part.data]
    if rows.patterns is not None:
        pattern, crossing, value = rows.patterns.entries(columns)
        row.append((pattern + len(rows.odd)).astype(np.int64))
        within.append(crossing.astype(np.int64))
        worth.append(value)
    return np.concatenate(row), np.concatenate(within), np.concatenate(worth)


def reduced_costs(columns: Columns, rows: Rows, prices: Prices) -> Floats:
    """Return what each set costs more than its units are worth, shape (sets,)."""
    reduced = columns.cost - columns.sums(prices.units) - prices.sums @ rows.sums(columns)
    cut, column, value = cuts_in(columns, rows)
    np.subtract.at(reduced, column, np.concatenate([prices.odd, prices.patterns])[cut] * value)
    return reduced


def entries(columns: Columns, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return row, set and coefficient of each entry of the matrix: units, then sums, then odd sets, then patterns."""
    n = len(rows.must)
    cut, within, worth = cuts_in(columns, rows)
    sums = rows.sums(columns)
    which, of = np.nonzero(sums)
    row = np.concatenate([columns.members, n + which, cut + n + len(sums)])
    column = np.concatenate([columns.owner, of, within])
    value = np.concatenate([np.ones(len(columns.members)), sums[which, of], worth])
    return row.astype(np.int64), column.astype(np.int64), value


def sides(rows: Rows) -> tuple[Floats, Floats]:
    """Return the least and the greatest value of each row, in the order of ``entries``."""
    low, high = rows.limits
    patterns = 0 if rows.patterns is None else len(rows.patterns)
    lower = np.concatenate([rows.must.astype(float), low, np.full(len(rows.odd), -np.inf), np.ones(patterns)])
    return lower, np.concatenate([np.ones(len(rows.must)), high, most(rows.odd), np.full(patterns, np.inf)])


def _proto(columns: Columns, rows: Rows, scale: float) -> model_pb2.ModelProto:
    """Write the model with costs divided by ``scale``."""
    m = len(columns)
    lower, upper = sides(rows)
    row, column, value = entries(columns, rows)
    order = np.lexsort((column, row))
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(m))
    proto.variables.lower_bounds.extend(np.zeros(m))
    proto.variables.upper_bounds.extend(np.ones(m))
    proto.variables.integers.extend([True] * m)
    some = np.flatnonzero(columns.cost)
    proto.objective.linear_coefficients.ids.extend(some)
    proto.objective.linear_coefficients.values.extend(columns.cost[some] / scale)
    proto.linear_constraints.ids.extend(range(len(lower)))
    proto.linear_constraints.lower_bounds.extend(lower)
    proto.linear_constraints.upper_bounds.extend(upper)
    proto.linear_constraint_matrix.row_ids.extend(row[order])
    proto.linear_constraint_matrix.column_ids.extend(column[order])
    proto.linear_constraint_matrix.coefficients.extend(value[order])
    return proto


@dataclass(frozen=True, kw_only=True)
class Whole:
    """The best whole plan found over some sets; ``chosen`` is None where none was; ``bound`` holds over these sets.

    ``exhausted``: the search ended by itself: the plan is best, or there is none.
    """

    chosen: Ints | None
    value: float
    bound: float
    exhausted: bool


def whole(  # a solver call with its stop rules
    columns: Columns,
    rows: Rows,
    *,
    solver: str = "SCIP",
    nodes: int | None = None,
    seconds: float | None = None,
    work: float | None = None,
    hint: Ints | None = None,
    seed: int = 1,
) -> Whole:
    """Find the best whole plan over the sets given, by SCIP, HiGHS or CP-SAT through MathOpt.

    ``work`` (of CP-SAT, its deterministic time, some seconds each) and ``nodes`` (of the others) are counted, so results repeat.
    """
    if not len(columns):
        nothing = not rows.must.any() and rows.workers[0] <= 0
        empty = np.zeros(0, np.int32)
        return Whole(
            chosen=empty if nothing else None, value=0.0 if nothing else np.inf, bound=0.0, exhausted=True
        )
    scale = max(1.0, float(columns.cost.max()))
    model = mathopt.Model.from_model_proto(_proto(columns, rows, scale))
    variables = list(model.variables())
    kind = {
        "SCIP": mathopt.SolverType.GSCIP,
        "HIGHS": mathopt.SolverType.HIGHS,
        "CP-SAT": mathopt.SolverType.CP_SAT,
    }
    hints = []
    if hint is not None:
        inside = np.zeros(len(columns))
        inside[hint] = 1.0
        hints = [mathopt.SolutionHint(variable_values=dict(zip(variables, inside.tolist(), strict=True)))]
    result = mathopt.solve(
        model,
        kind[solver],
        params=mathopt.SolveParameters(
            node_limit=nodes if solver != "CP-SAT" else None,
            time_limit=None if seconds is None else dt.timedelta(seconds=max(0.05, seconds)),
            random_seed=seed,
            threads=None if solver == "HIGHS" else 1,
            relative_gap_tolerance=1e-6,
            cp_sat=SatParameters(max_deterministic_time=np.inf if work is None else work),
        ),
        model_params=mathopt.ModelSolveParameters(solution_hints=hints),
    )
    return _told(result, variables, scale)


def _told(result: mathopt.SolveResult, variables: list[mathopt.Variable], scale: float) -> Whole:
    reason = result.termination.reason
    ended = reason in (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE)
    bounds = result.termination.objective_bounds
    if not result.has_primal_feasible_solution():
        return Whole(
            chosen=None, value=np.inf, bound=np.inf if ended else bounds.dual_bound * scale, exhausted=ended
        )
    share = np.array(result.variable_values(variables))
    return Whole(
        chosen=np.flatnonzero(share > HALF).astype(np.int32),
        value=bounds.primal_bound * scale,
        bound=bounds.dual_bound * scale,
        exhausted=ended,
    )
