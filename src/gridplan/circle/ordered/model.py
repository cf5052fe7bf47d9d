"""The model of services in shared buildings, with any goal and what earlier goals leave, solved by SCIP through OR-Tools.

Columns j of services, buildings k, elements e (alike households) of weight w_e and groups g; x_j opens, b_k takes, z_e covers::

    need_e z_e <= sum_j a_ej x_j            or, where it matters who goes where,  z_e = sum_j y_ej,  y_ej <= x_j
    sum_e w_e y_ej <= room_j x_j            where rooms are limited; an element that is not split goes to one site
    x_j <= b_k                              a column in a building takes it
    t <= sum_e in g w_e z_e / W_g           the worst-served group
    money, numbers of new sites and clashes as the services say; one budget for all

What fits into a building is told by its fullest contents P (all sets of services that leave no room for another)::

    x_j <= sum_P with j v_kP,   sum_P v_kP <= b_k

which is the convex hull of what fits: the bound is a third as far off as by the floor areas alone (Dantzig-Wolfe on each building).
"""

import numpy as np
from ortools.math_opt.python import mathopt

from gridplan.circle.model import EPS, Floats
from gridplan.circle.ordered.aims import MORE_IS_BETTER, Aim, Kept
from gridplan.circle.ordered.case import Case
from gridplan.circle.ordered.fits import full_contents
from gridplan.circle.ordered.merge import Ways, merged, ways_of
from gridplan.circle.siting.rules import Flags

NO_WAYS = Ways(element=np.zeros(0, np.int64), column=np.zeros(0, np.int64), saving=np.zeros(0))
HALF = 0.5


class Model:
    """The model with its variables."""

    def __init__(self, case: Case, aim: Aim, limits: tuple[Kept, ...]) -> None:
        self.case, self.aim, self.model = case, aim, mathopt.Model()
        self.aims = {aim, *(one.aim for one in limits)}
        self.ways = ways_of(case) if "walk" in self.aims else NO_WAYS
        self.few = merged(case, groups="worst" in self.aims)
        useful = np.zeros(len(case.free), bool)
        useful[case.column] = True
        self.columns = np.flatnonzero(case.free & (useful | (case.money < 0) | case.assigned[case.service]))
        self.place = np.full(len(case.free), -1)
        self.place[self.columns] = np.arange(len(self.columns))
        self.opened = [self.model.add_binary_variable() for _ in self.columns]
        self._buildings()
        self._rules()
        self.covered = self._cover()
        self.sums = {name: self._sum(name) for name in sorted(self.aims)}
        for one in limits:
            self._keep(one)
        total = self.sums[aim]
        if aim in MORE_IS_BETTER:
            self.model.maximize(total)
        else:
            self.model.minimize(total)

    @property
    def size(self) -> int:
        """How many entries the model has."""
        return len(self.few.column) + len(self.goes) + len(self.ways.column) + 1

    def x(self, column: int) -> mathopt.LinearTypes:
        """Return a column's variable, or what it is fixed to."""
        at = int(self.place[column])
        return self.opened[at] if at >= 0 else float(self.case.must[column])

    def _buildings(self) -> None:
        """Add the buildings that some column would be in, and what fits into each."""
        case = self.case
        home = case.building[self.columns]
        held = case.building[case.must & (case.building >= 0)]
        self.filled: dict[
            int, list[tuple[mathopt.Variable, set[int]]]
        ] = {}  # a building's full contents: part, columns
        self.taken = {
            int(k): self.model.add_variable(lb=float(k in held), ub=1.0, is_integer=True)
            for k in np.unique(home[home >= 0])
        }
        self.held = sorted(
            set(held.tolist()) - set(self.taken)
        )  # taken anyway, and nothing else would be in them
        for building, taken in self.taken.items():
            inside = self.columns[home == building]
            room = float(
                case.buildings.area_m2[building] - case.floor[case.must & (case.building == building)].sum()
            )
            full = full_contents(tuple(case.floor[inside].tolist()), room) if np.isfinite(room) else None
            if full is None:
                for column in inside.tolist():
                    self.model.add_linear_constraint(self.x(column) <= taken)
                if np.isfinite(room):
                    floor = _weighted([self.x(j) for j in inside.tolist()], case.floor[inside])
                    self.model.add_linear_constraint(floor <= room * taken)
                continue
            parts = [taken] if len(full) == 1 else [self.model.add_variable(lb=0.0, ub=1.0) for _ in full]
            if len(full) > 1:
                self.model.add_linear_constraint(mathopt.fast_sum(parts) <= taken)
                sets = [{int(j) for at, j in enumerate(inside) if content >> at & 1} for content in full]
                self.filled[building] = list(zip(parts, sets, strict=True))
            for at, column in enumerate(inside.tolist()):
                holds = [part for part, content in zip(parts, full, strict=True) if content >> at & 1]
                self.model.add_linear_constraint(self.x(column) <= mathopt.fast_sum(holds))

    def _rules(self) -> None:
        case = self.case
        for number, most in enumerate(case.most.tolist()):
            mine = np.flatnonzero((case.service == number) & case.counts)
            if most < len(mine):
                self.model.add_linear_constraint(mathopt.fast_sum(self.x(j) for j in mine.tolist()) <= most)
            own = np.flatnonzero(case.service == number)
            if np.isfinite(case.own_budget[number]):
                spent = _weighted([self.x(j) for j in own.tolist()], case.money[own])
                self.model.add_linear_constraint(spent <= float(case.own_budget[number]))
        if np.isfinite(case.buildings.budget):
            self.model.add_linear_constraint(self._money() <= float(case.buildings.budget))
        if case.buildings.most is not None:
            rest = float(case.buildings.most - len(self.held))
            self.model.add_linear_constraint(mathopt.fast_sum(self.taken.values()) <= rest)
        for one, other in case.clashes.tolist():
            if not (case.barred[one] or case.barred[other]):
                self.model.add_linear_constraint(mathopt.fast_sum([self.x(one), self.x(other)]) <= 1.0)

    def _cover(self) -> list[mathopt.Variable]:
        """Add whether each element is covered, and where it goes where that matters."""
        case, few = self.case, self.few
        whole = (few.need > 1) | (case.assigned & case.whole)[few.of]
        covered = [self.model.add_variable(lb=0.0, ub=1.0, is_integer=bool(one)) for one in whole]
        sorts = case.assigned[few.of]
        for at, (z, need) in enumerate(zip(covered, few.need.tolist(), strict=True)):
            if sorts[at]:
                continue
            inside = few.column[few.first[at] : few.first[at + 1]].tolist()
            self.model.add_linear_constraint(need * z <= mathopt.fast_sum(self.x(j) for j in inside))
        self.goes: dict[int, mathopt.Variable] = {}
        rows = np.flatnonzero(few.into >= 0)
        self.entries = np.concatenate(
            [np.arange(case.first[e], case.first[e + 1]) for e in rows if case.assigned[case.of[e]]]
            or [np.zeros(0, np.int64)]
        )
        if len(self.entries):
            self._assign(covered)
        return covered

    def _assign(self, covered: list[mathopt.Variable]) -> None:
        """Send elements of services with rooms to sites: z_e = sum_j y_ej, y_ej <= x_j, and no more than there is room for."""
        case, element = self.case, self.case.element
        self.goes = {
            at: self.model.add_variable(lb=0.0, ub=1.0, is_integer=bool(case.whole[case.of[element[at]]]))
            for at in self.entries.tolist()
        }
        whole = {
            e: self.model.add_linear_constraint(lb=0.0, ub=0.0)
            for e in np.unique(element[self.entries]).tolist()
        }
        for e, rule in whole.items():
            rule.set_coefficient(covered[self.few.into[e]], -1.0)
        used = np.unique(case.column[self.entries])
        full = {
            int(j): self.model.add_linear_constraint(ub=0.0)
            for j in used
            if np.isfinite(case.room[j]) and self.place[j] >= 0
        }
        full |= {
            int(j): self.model.add_linear_constraint(ub=float(case.room[j]))
            for j in used
            if np.isfinite(case.room[j]) and self.place[j] < 0
        }
        for j, rule in full.items():
            if self.place[j] >= 0:
                rule.set_coefficient(self.opened[self.place[j]], -float(case.room[j]))
        for at, part in self.goes.items():
            e, j = int(element[at]), int(case.column[at])
            whole[e].set_coefficient(part, 1.0)
            if self.place[j] >= 0:
                self.model.add_linear_constraint(part <= self.opened[self.place[j]])
            if j in full:
                full[j].set_coefficient(part, float(case.weight[e]))

    def _sum(self, aim: str) -> mathopt.LinearBase:
        """Return a goal's value."""
        case, few = self.case, self.few
        if aim == "cover":
            return _weighted(self.covered, few.weight) + float(case.weight[case.settled].sum())
        if aim == "named":
            return _weighted(self.covered, few.named) + float(case.named[case.settled].sum())
        if aim == "worst":
            return self._worst()
        if aim == "money":
            return self._money()
        if aim == "walk":
            return self._walk()
        outside = self.columns[case.counts[self.columns] & (case.building[self.columns] < 0)]
        there = float((case.must & case.counts & (case.building < 0)).sum() + len(self.held))
        return mathopt.fast_sum([*self.taken.values(), *(self.x(j) for j in outside.tolist())]) + there

    def _worst(self) -> mathopt.LinearBase:
        """Return the least share of a group that is covered."""
        case, few = self.case, self.few
        least = self.model.add_variable(lb=0.0, ub=1.0)
        there = case.settled & (case.group >= 0)
        held = np.bincount(case.group[there], case.weight[there], len(case.groups))
        for group in np.flatnonzero(case.groups > 0).tolist():
            mine = np.flatnonzero(few.group == group)
            share = _weighted([self.covered[e] for e in mine.tolist()], few.weight[mine] / case.groups[group])
            self.model.add_linear_constraint(least <= share + float(held[group] / case.groups[group]))
        return least + 0.0

    def _money(self) -> mathopt.LinearBase:
        case = self.case
        fixed = float(case.money[case.must].sum())
        fixed += float(case.buildings.cost[self.held].sum())
        outside = (
            _weighted(list(self.taken.values()), case.buildings.cost[list(self.taken)]) if self.taken else 0.0
        )
        return _weighted(self.opened, case.money[self.columns]) + outside + fixed

    def _walk(self) -> mathopt.LinearBase:
        """Return weight x metres; of rooms to where elements go, else to the nearest open column."""
        case, element = self.case, self.case.element
        terms: list[mathopt.LinearTypes] = []
        total = float(case.weight @ case.alone_m)
        saves = case.weight[element] * (case.alone_m[element] - case.metres)
        terms += [-float(saves[at]) * part for at, part in self.goes.items()]
        rules = [
            self.model.add_linear_constraint(ub=1.0)
            for _ in range(int(self.ways.element.max(initial=-1)) + 1)
        ]
        entries = zip(
            self.ways.element.tolist(), self.ways.column.tolist(), self.ways.saving.tolist(), strict=True
        )
        for at, column, saving in entries:
            way = self.model.add_variable(lb=0.0, ub=1.0)
            rules[at].set_coefficient(way, 1.0)
            self.model.add_linear_constraint(way <= self.x(column))
            terms.append(-saving * way)
        return mathopt.fast_sum(terms) + total

    def _keep(self, limit: Kept) -> None:
        """Hold what an earlier goal leaves, but for rounding."""
        slack = EPS * max(1.0, abs(limit.value)) if limit.aim != "worst" else EPS
        total = self.sums[limit.aim]
        if limit.aim in MORE_IS_BETTER:
            self.model.add_linear_constraint(total >= limit.value - slack)
        else:
            self.model.add_linear_constraint(total <= limit.value + slack)

    def hint(self, start: Flags | None) -> mathopt.ModelSolveParameters:
        """Return a choice as where the solver begins, and buildings as what it should settle first."""
        first = {**dict.fromkeys(self.taken.values(), 2), **dict.fromkeys(self.opened, 1)}
        if start is None:
            return mathopt.ModelSolveParameters(branching_priorities=first)
        values = dict(zip(self.opened, start[self.columns].astype(float).tolist(), strict=True))
        home = set(self.case.building[start].tolist())
        values |= {taken: float(building in home) for building, taken in self.taken.items()}
        opened = set(np.flatnonzero(start).tolist())
        for building, parts in self.filled.items():
            inside = opened & set().union(*(content for _, content in parts))
            held = (
                next((part for part, content in parts if inside <= content), None)
                if building in home
                else None
            )
            values |= {part: float(part is held) for part, _ in parts}
        if not self.goes:
            few = self.few
            number = np.bincount(few.element[start[few.column]], minlength=len(few.of))
            values |= dict(zip(self.covered, (number >= few.need).astype(float).tolist(), strict=True))
        return mathopt.ModelSolveParameters(
            solution_hints=[mathopt.SolutionHint(variable_values=values)], branching_priorities=first
        )

    def parts(self, result: mathopt.SolveResult) -> Floats | None:
        """Return which part of its element each entry serves."""
        if not self.goes:
            return None
        found = np.zeros(len(self.case.column))
        values = np.array(result.variable_values(list(self.goes.values())))
        found[list(self.goes)] = np.where(values < EPS, 0.0, np.minimum(values, 1.0))
        return found


def _weighted(variables: list[mathopt.LinearTypes], weights: Floats) -> mathopt.LinearBase:
    return mathopt.fast_sum(w * v for w, v in zip(weights.tolist(), variables, strict=True) if w) + 0.0
