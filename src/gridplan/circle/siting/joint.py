"""Several services at once, in shared buildings, within one budget: where each goes so that most is covered.

Services s, sites j, rows i of weight w_si; b_j takes a building, x_sj opens a service in it, z_si says that a row is covered::

    max  sum_si w_si z_si            then  min  sum_j building_j b_j + sum_sj cost_sj x_sj
    z_si <= sum_j a_sij x_sj,   x_sj <= b_j
    sum_s floor_s x_sj <= area_j b_j                    what is in a building fits into it
    sum_j building_j b_j + sum_sj cost_sj x_sj <= budget,   sum_j x_sj <= new_s,   sum_j b_j <= buildings

The building is paid once, whatever is in it: so services gather (嵌入式服务综合体). SCIP starts from a greedy choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt
from scipy.sparse import csr_array

from gridplan.circle.model import EPS, Floats, Stop
from gridplan.circle.reduce import merge_rows
from gridplan.circle.siting.rules import Flags

NODES = 2_000
TIDY = 20  # of the second goal: money among plans as good
HALF = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class JointService:
    """A service: whom each site would cover, and what opening it costs; ``reach`` (rows, sites) holds rows in need only."""

    reach: csr_array
    weight: Floats
    cost: Floats  # (sites,) beside the building
    floor_m2: float = 0.0
    new: int | None = None
    allowed: Flags  # (sites,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Buildings:
    """Where services may go, and what all may cost."""

    cost: Floats  # (sites,) of taking the building
    area_m2: Floats  # (sites,) inf: any
    budget: float = np.inf
    most: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class JointPlan:
    """Which services are opened where (services, sites); weight left uncovered of all rows in need, and its bound; the money."""

    chosen: Flags
    objective: float
    lower_bound: float
    money: float
    stopped: str = ""

    @property
    def buildings(self) -> Flags:
        """The buildings taken."""
        return np.asarray(self.chosen.any(axis=0))


def locate_jointly(services: Sequence[JointService], buildings: Buildings, stop: Stop) -> JointPlan:
    """Choose where each service goes: the most weight covered, then the least money among choices as good."""
    start = _greedy(services, buildings)
    total = float(sum(one.weight.sum() for one in services))
    first = _solve(services, buildings, start, stop, least_cover=None)
    chosen, bound, stopped = first
    covered, best = _covered(services, chosen), _covered(services, start)
    if best > covered:
        chosen, covered = start, best
    left, whole = total - covered, all((one.weight == np.rint(one.weight)).all() for one in services)
    bound = max(0.0, total - bound)
    bound = float(np.ceil(bound - 1e-4)) if whole else bound
    close = bound >= left - EPS * max(1.0, left)
    if close and not stopped:
        cheap, _, _ = _solve(services, buildings, chosen, stop, least_cover=covered * (1 - EPS))
        worse = _covered(services, cheap) < covered * (1 - EPS) or spent(services, buildings, cheap) > spent(
            services, buildings, chosen
        )
        chosen = chosen if worse else cheap
    return JointPlan(
        chosen=chosen,
        objective=left,
        lower_bound=left if close else bound,
        money=spent(services, buildings, chosen),
        stopped="" if close else stopped,
    )


def spent(services: Sequence[JointService], buildings: Buildings, chosen: Flags) -> float:
    """Return what a choice costs."""
    inside = sum(float(one.cost[flags].sum()) for one, flags in zip(services, chosen, strict=True))
    return float(buildings.cost[chosen.any(axis=0)].sum()) + inside


def _covered(services: Sequence[JointService], chosen: Flags) -> float:
    """Return the weight that a choice covers."""
    return sum(
        float(one.weight[np.asarray(one.reach[:, np.flatnonzero(flags)].sum(axis=1)) > 0].sum())
        for one, flags in zip(services, chosen, strict=True)
    )


def _greedy(services: Sequence[JointService], buildings: Buildings) -> Flags:
    """Open what covers most for its money, one after another, as long as anything fits."""
    chosen = np.zeros((len(services), len(buildings.cost)), bool)
    left = [one.weight.copy() for one in services]
    floor = np.array([one.floor_m2 for one in services])
    cost = np.stack([one.cost for one in services])
    while True:
        taken = chosen.any(axis=0)
        money = spent(services, buildings, chosen)
        gain = np.stack([weight @ one.reach for weight, one in zip(left, services, strict=True)])
        price = cost + np.where(taken, 0.0, buildings.cost)
        fits = np.stack([one.allowed for one in services]) & ~chosen & (money + price <= buildings.budget)
        fits &= floor @ chosen + floor[:, None] <= buildings.area_m2
        full = [
            one.new is not None and flags.sum() >= one.new
            for one, flags in zip(services, chosen, strict=True)
        ]
        fits &= ~np.array(full)[:, None]
        if buildings.most is not None and taken.sum() >= buildings.most:
            fits &= taken
        worth = np.where(fits & (gain > 0), gain / np.maximum(price, 1e-9), -1.0)
        service, site = divmod(int(np.argmax(worth)), worth.shape[1])
        if worth[service, site] <= 0:
            return chosen
        chosen[service, site] = True
        left[service][np.asarray(services[service].reach[:, [site]].sum(axis=1)) > 0] = 0.0


def _solve(
    services: Sequence[JointService],
    buildings: Buildings,
    start: Flags,
    stop: Stop,
    *,
    least_cover: float | None,
) -> tuple[Flags, float, str]:
    """Return the choice, what no choice covers more than (or is cheaper than), and what ended the proof."""
    left_s = stop.left_s
    if left_s == 0:
        return start, np.inf, "clock"
    built = _Model(services, buildings, start, least_cover)
    result = mathopt.solve(
        built.model,
        mathopt.SolverType.GSCIP,
        params=mathopt.SolveParameters(
            random_seed=stop.seed,
            threads=1,
            node_limit=NODES if least_cover is None else TIDY,
            time_limit=None if left_s is None else timedelta(seconds=left_s),
            relative_gap_tolerance=0.0 if least_cover is None else 1e-3,
            absolute_gap_tolerance=0.0,
        ),
        model_params=mathopt.ModelSolveParameters(
            solution_hints=[mathopt.SolutionHint(variable_values=built.hint)]
        ),
    )
    limit = result.termination.limit
    stopped = "" if limit is None else "clock" if limit == mathopt.Limit.TIME else "work"
    bound = float(result.termination.objective_bounds.dual_bound)
    if not result.has_primal_feasible_solution():
        return start, bound, stopped or "work"
    chosen = np.zeros(start.shape, bool)
    for (service, site), opened in built.opened.items():
        chosen[service, site] = result.variable_values(opened) > HALF
    return chosen, bound, stopped


class _Model:
    """The model with its variables b, x and z."""

    def __init__(
        self,
        services: Sequence[JointService],
        buildings: Buildings,
        start: Flags,
        least_cover: float | None,
    ) -> None:
        self.model = mathopt.Model()
        self.taken = [self.model.add_binary_variable() for _ in buildings.cost]
        self.opened: dict[tuple[int, int], mathopt.Variable] = {}
        self.hint = dict(zip(self.taken, start.any(axis=0).astype(float).tolist(), strict=True))
        weight: list[mathopt.LinearTypes] = []
        for number, one in enumerate(services):
            weight += self._add(number, one, start[number])
        self._fit(services, buildings)
        money = self._money(services, buildings)
        if np.isfinite(buildings.budget):
            self.model.add_linear_constraint(money <= buildings.budget)
        if buildings.most is not None:
            self.model.add_linear_constraint(mathopt.fast_sum(self.taken) <= buildings.most)
        covered = mathopt.fast_sum(weight)
        if least_cover is None:
            self.model.maximize(covered)
        else:
            self.model.add_linear_constraint(covered >= least_cover)
            self.model.minimize(money)

    def _add(self, number: int, one: JointService, start: Flags) -> list[mathopt.LinearTypes]:
        """Add a service; return its weighted rows. Rows that the same sites cover are one."""
        useful = np.flatnonzero(one.allowed & (one.reach.sum(axis=0) > 0))
        rows, weights = merge_rows(one.reach[:, useful], one.weight)
        opened = [self.model.add_binary_variable() for _ in useful]
        for site, variable in zip(useful.tolist(), opened, strict=True):
            self.opened[number, site] = variable
            self.model.add_linear_constraint(variable <= self.taken[site])
        if one.new is not None:
            self.model.add_linear_constraint(mathopt.fast_sum(opened) <= one.new)
        self.hint |= dict(zip(opened, start[useful].astype(float).tolist(), strict=True))
        served = np.asarray(rows[:, np.flatnonzero(start[useful])].sum(axis=1)) > 0
        terms = []
        for row, sites in enumerate(np.split(rows.indices, rows.indptr[1:-1])[: rows.shape[0]]):
            covered = self.model.add_variable(lb=0.0, ub=1.0)
            self.hint[covered] = float(served[row])
            rule = self.model.add_linear_constraint(lb=0.0)
            rule.set_coefficient(covered, -1.0)
            for site in sites.tolist():
                rule.set_coefficient(opened[site], 1.0)
            terms.append(float(weights[row]) * covered)
        return terms

    def _fit(self, services: Sequence[JointService], buildings: Buildings) -> None:
        """Let what is in a building fit into it."""
        for site in np.flatnonzero(np.isfinite(buildings.area_m2)).tolist():
            inside = [
                one.floor_m2 * self.opened[number, site]
                for number, one in enumerate(services)
                if one.floor_m2 and (number, site) in self.opened
            ]
            if inside:
                room = float(buildings.area_m2[site]) * self.taken[site]
                self.model.add_linear_constraint(mathopt.fast_sum(inside) <= room)

    def _money(self, services: Sequence[JointService], buildings: Buildings) -> mathopt.LinearBase:
        """Return what a choice costs."""
        outside = [cost * taken for cost, taken in zip(buildings.cost.tolist(), self.taken, strict=True)]
        inside = [float(services[s].cost[j]) * opened for (s, j), opened in self.opened.items()]
        return mathopt.fast_sum(outside + inside)
