"""The covering model, solved by SCIP through OR-Tools, which gives plan and bound.

Sites j, rows i of weight w_i; x_j opens site j, z_i says that row i is served, y_ij which part of it at site j::

    min  sum_j price_j x_j  +  sum_ij walk_ij y_ij  -  sum_i w_i z_i (where cover counts)
    z_i <= sum_j a_ij x_j                  or, with ``backup`` b, b z_i <= sum_j a_ij x_j
    z_i  = sum_j y_ij,  y_ij <= x_j        where rooms are limited or walks count:
    sum_i w_i y_ij <= room_j x_j           a site serves no more than it has room for
    sum_j counts_j x_j <= most,  sum_j money_j x_j <= budget,  x_j + x_k <= 1 for clashes
    z_i  = 1 (``all_rows``)  or  sum_i w_i z_i >= least_cover

Toregas et al. (1971), Operations Research 19; Church and ReVelle (1974), Papers in Regional Science 32; Hogan and ReVelle (1986),
Management Science 32 (backup); Pirkul and Schilling (1991), Management Science 37 (rooms).
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt
from scipy.sparse import csr_array

from gridplan.circle.model import Floats, Stop
from gridplan.circle.siting.rules import Flags, Rules

NODES = 5_000  # counted work of one model, so that results repeat
HALF = 0.5  # a variable above it is set


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """A covering problem with rules."""

    reach: csr_array  # (rows, sites)
    weights: Floats
    price: Floats
    rules: Rules
    all_rows: bool = False
    least_cover: float | None = None
    backup: int = 1
    room: Floats | None = None  # (sites,), in weight
    split: bool = True  # a row may be served by several sites
    walk: Floats | None = None  # what the whole row walks, an entry of ``reach`` each

    @property
    def cover_counts(self) -> bool:
        """Whether the weight covered is part of the objective."""
        return not self.all_rows and self.least_cover is None

    @property
    def assigned(self) -> bool:
        """Whether it matters which site serves a row."""
        return self.room is not None or self.walk is not None


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """The choice (a flag a site; None: none was found), what is proven, and who is served where."""

    chosen: Flags | None
    objective: float
    lower_bound: float
    served: Floats | None = None  # the part of each entry's row that its site serves
    infeasible: bool = False  # proven: no choice keeps the rules
    stopped: str = ""


def solve(task: Task, start: Flags | None, stop: Stop, *, nodes: int = NODES) -> Answer:
    """Solve a task by SCIP, from a choice that keeps its rules if there is one."""
    left_s = stop.left_s
    if left_s == 0:
        return Answer(chosen=None, objective=np.inf, lower_bound=-np.inf, stopped="clock")
    built, quick = _Model(task), not task.assigned and task.backup == 1
    result = mathopt.solve(
        built.model,
        mathopt.SolverType.GSCIP,
        params=mathopt.SolveParameters(
            random_seed=stop.seed,
            threads=1,
            node_limit=nodes,
            time_limit=None if left_s is None else timedelta(seconds=left_s),
            relative_gap_tolerance=0.0,
            absolute_gap_tolerance=0.0,
            # on covering rows SCIP's cuts cost four times what they save, and the start is better than its heuristics find
            cuts=mathopt.Emphasis.OFF if quick else None,
            heuristics=mathopt.Emphasis.OFF if quick else None,
        ),
        model_params=built.hint(start),
    )
    limit = result.termination.limit
    stopped = "" if limit is None else "clock" if limit == mathopt.Limit.TIME else "work"
    bound = float(result.termination.objective_bounds.dual_bound)
    if not result.has_primal_feasible_solution():
        empty = result.termination.reason == mathopt.TerminationReason.INFEASIBLE
        return Answer(chosen=None, objective=np.inf, lower_bound=bound, infeasible=empty, stopped=stopped)
    part = np.array(result.variable_values(built.part)) if task.assigned else None
    return Answer(
        chosen=np.array(result.variable_values(built.opened)) > HALF,
        objective=float(result.objective_value()),
        lower_bound=bound,
        served=part,
        stopped=stopped,
    )


class _Model:
    """The model of a task with its variables x, z and y."""

    def __init__(self, task: Task) -> None:
        rows = task.reach.shape[0]
        self.task, self.model = task, mathopt.Model()
        rules = task.rules
        self.opened = [
            self.model.add_binary_variable() if not fixed else self.model.add_variable(lb=on, ub=on)
            for fixed, on in zip(
                (rules.must | rules.barred).tolist(), rules.must.astype(float).tolist(), strict=True
            )
        ]
        low = float(task.all_rows)
        self.covered = [
            self.model.add_variable(
                lb=low, ub=1.0, is_integer=task.backup > 1 or (task.room is not None and not task.split)
            )
            for _ in range(rows)
        ]
        self.part: list[mathopt.Variable] = []
        self._keep_the_rules()
        if task.assigned:
            self._serve_at_open_sites()
        if not task.assigned or task.backup > 1:
            self._cover_only_from_open_sites()
        self._aim()

    def hint(self, start: Flags | None) -> mathopt.ModelSolveParameters:
        """Return a choice as where the solver begins."""
        if start is None:
            return mathopt.ModelSolveParameters()
        values = dict(zip(self.opened, start.astype(float).tolist(), strict=True))
        if not self.task.assigned:
            enough = np.asarray(self.task.reach[:, np.flatnonzero(start)].sum(axis=1)) >= self.task.backup
            values |= dict(zip(self.covered, enough.astype(float).tolist(), strict=True))
        return mathopt.ModelSolveParameters(solution_hints=[mathopt.SolutionHint(variable_values=values)])

    def _keep_the_rules(self) -> None:
        rules = self.task.rules
        if rules.most is not None:
            self.model.add_linear_constraint(
                mathopt.fast_sum(self.opened[j] for j in np.flatnonzero(rules.counts)) <= rules.most
            )
        if np.isfinite(rules.budget):
            self.model.add_linear_constraint(_weighted(self.opened, rules.money) <= rules.budget)
        for one, other in rules.clashes.tolist():
            self.model.add_linear_constraint(self.opened[one] + self.opened[other] <= 1.0)

    def _cover_only_from_open_sites(self) -> None:
        """Let a row be covered only by enough open sites in its reach: b z_i <= sum_j a_ij x_j."""
        reach = self.task.reach
        for row, sites in enumerate(np.split(reach.indices, reach.indptr[1:-1])[: reach.shape[0]]):
            rule = self.model.add_linear_constraint(lb=0.0)
            rule.set_coefficient(self.covered[row], -float(self.task.backup))
            for site in sites.tolist():
                rule.set_coefficient(self.opened[site], 1.0)

    def _serve_at_open_sites(self) -> None:
        """Let parts of rows be served at open sites with room: z_i = sum_j y_ij, y_ij <= x_j, sum_i w_i y_ij <= room_j x_j."""
        task, reach = self.task, self.task.reach
        rows = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr)).tolist()
        sites = reach.indices.tolist()
        self.part = [
            self.model.add_variable(lb=0.0, ub=1.0, is_integer=not task.split) for _ in range(len(sites))
        ]
        whole = [self.model.add_linear_constraint(lb=0.0, ub=0.0) for _ in range(reach.shape[0])]
        for row, covered in enumerate(self.covered):
            whole[row].set_coefficient(covered, -1.0)
        for row, site, part in zip(rows, sites, self.part, strict=True):
            whole[row].set_coefficient(part, 1.0)
            self.model.add_linear_constraint(part <= self.opened[site])
        if task.room is None:
            return
        full = [self.model.add_linear_constraint(ub=0.0) if np.isfinite(room) else None for room in task.room]
        for site, rule in enumerate(full):
            if rule is not None:
                rule.set_coefficient(self.opened[site], -float(task.room[site]))
        for row, site, part in zip(rows, sites, self.part, strict=True):
            rule = full[site]
            if rule is not None:
                rule.set_coefficient(part, float(task.weights[row]))

    def _aim(self) -> None:
        """Set the objective and what must be covered at least."""
        task = self.task
        weight = _weighted(self.covered, task.weights)
        if task.least_cover is not None:
            self.model.add_linear_constraint(weight >= task.least_cover)
        price = _weighted(self.opened, task.price)
        if task.walk is not None:
            price += _weighted(self.part, task.walk)
        self.model.minimize(price - weight if task.cover_counts else price)


def _weighted(variables: list[mathopt.Variable], weights: Floats) -> mathopt.LinearBase:
    return mathopt.fast_sum(w * v for w, v in zip(weights.tolist(), variables, strict=True) if w)
