"""The covering model of ``cover``, built and solved by SCIP through OR-Tools, which gives plan and bound."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt
from scipy.sparse import csr_array

NODES = 500  # counted work of one model, so that results repeat
EPS = 1e-6

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Stop:
    """When to give up: at a moment of the monotonic clock (seconds) if there is one, else after work."""

    deadline: float | None = None
    seed: int = 1

    @property
    def left_s(self) -> float | None:
        """Seconds left."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice:
    """The sites chosen (positions), the objective, what is proven about it, and what ended the proof."""

    sites: Integers
    objective: float
    lower_bound: float
    stopped: str = ""  # "", "work" or "clock"


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """A covering model: ``price`` of the sites opened, less the weight covered unless that is a rule."""

    reach: csr_array  # (rows, sites)
    weights: Floats
    price: Floats
    all_rows: bool = False  # rule: every row is covered
    most_sites: int | None = None  # rule: so many sites at most
    least_cover: float | None = None  # rule: so much weight covered at least

    @property
    def cover_counts(self) -> bool:
        """Whether the weight covered is part of the objective."""
        return not self.all_rows and self.least_cover is None

    def covered(self, sites: Integers) -> NDArray[np.bool_]:
        """Return which rows the sites cover."""
        return np.asarray(self.reach[:, sites].sum(axis=1) > 0)

    def objective(self, sites: Integers) -> float:
        """Return the price of sites less the weight covered, if that counts; inf if a rule is broken."""
        covered = self.covered(sites)
        weight = float(self.weights[covered].sum())
        broken = (
            (self.all_rows and not covered.all())
            or (self.most_sites is not None and len(sites) > self.most_sites)
            or (self.least_cover is not None and weight < self.least_cover * (1 - EPS))
        )
        return np.inf if broken else float(self.price[sites].sum()) - weight * self.cover_counts


def solve(task: Task, start: Integers, stop: Stop) -> Choice:
    """Solve a task from sites that keep its rules; they are returned where the solver finds none better."""
    held = Choice(sites=start, objective=task.objective(start), lower_bound=-float(task.weights.sum()))
    if not all(task.reach.shape):
        return replace(held, lower_bound=held.objective)
    left_s = stop.left_s
    if left_s == 0:
        return replace(held, stopped="clock")
    model, opened, covered = _model(task)
    chosen = np.isin(np.arange(len(opened)), start)
    hint = dict(zip([*opened, *covered], map(float, [*chosen, *task.covered(start)]), strict=True))
    result = mathopt.solve(
        model,
        mathopt.SolverType.GSCIP,
        params=_parameters(stop.seed, left_s),
        model_params=mathopt.ModelSolveParameters(
            solution_hints=[mathopt.SolutionHint(variable_values=hint)]
        ),
    )
    if result.has_primal_feasible_solution():
        sites = np.flatnonzero(np.array(result.variable_values(opened)) > 0.5).astype(np.int64)  # noqa: PLR2004
        found = replace(held, sites=sites, objective=task.objective(sites))
        held = min(found, held, key=lambda choice: choice.objective)
    limit = result.termination.limit
    stopped = "" if limit is None else "clock" if limit == mathopt.Limit.TIME else "work"
    return replace(held, lower_bound=result.termination.objective_bounds.dual_bound, stopped=stopped)


def _parameters(seed: int, left_s: float | None) -> mathopt.SolveParameters:
    """Return how SCIP solves: in one thread to the optimum, but for the count of nodes and the clock."""
    return mathopt.SolveParameters(
        random_seed=seed,
        threads=1,
        node_limit=NODES,
        time_limit=None if left_s is None else timedelta(seconds=left_s),
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.0,
    )


def _model(task: Task) -> tuple[mathopt.Model, list[mathopt.Variable], list[mathopt.Variable]]:
    """Build the model; return it with its variables x and y."""
    rows, sites = task.reach.shape
    model = mathopt.Model()
    opened = [model.add_binary_variable() for _ in range(sites)]
    covered = [model.add_variable(lb=float(task.all_rows), ub=1.0) for _ in range(rows)]
    _cover_only_from_open_sites(model, task.reach, opened, covered)
    if task.most_sites is not None:
        model.add_linear_constraint(mathopt.fast_sum(opened) <= task.most_sites)
    weight = mathopt.fast_sum(w * y for w, y in zip(task.weights.tolist(), covered, strict=True))
    if task.least_cover is not None:
        model.add_linear_constraint(weight >= task.least_cover)
    price = mathopt.fast_sum(c * x for c, x in zip(task.price.tolist(), opened, strict=True))
    model.minimize(price - weight if task.cover_counts else price)
    return model, opened, covered


def _cover_only_from_open_sites(
    model: mathopt.Model, reach: csr_array, opened: list[mathopt.Variable], covered: list[mathopt.Variable]
) -> None:
    """Let a row be covered only by open sites in its reach: y_i <= sum_j a_ij x_j."""
    near = np.split(reach.indices, reach.indptr[1:-1])
    for sites, row in zip(near, covered, strict=True):
        rule = model.add_linear_constraint(lb=0.0)
        rule.set_coefficient(row, -1.0)
        for site in sites.tolist():
            rule.set_coefficient(opened[site], 1.0)
