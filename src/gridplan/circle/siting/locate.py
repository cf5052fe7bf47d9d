"""A siting problem solved: the method for its goal, and why not everybody is served where that is so."""

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from gridplan.circle.model import EPS, Floats, Integers, Stop
from gridplan.circle.siting.branch import Found
from gridplan.circle.siting.center import least_radius
from gridplan.circle.siting.covering import least_sites, most_cover
from gridplan.circle.siting.median import least_walk, nearest
from gridplan.circle.siting.plan import SitePlan, Status
from gridplan.circle.siting.problem import SiteProblem
from gridplan.circle.siting.rooms import by_rooms
from gridplan.circle.siting.rules import Flags, Rules
from gridplan.circle.siting.why import contradictions, shortages, unreached


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """A problem with the rows that can be served."""

    problem: SiteProblem
    rules: Rules
    rows: Integers  # those that want a site and have enough of them in reach
    lost: Integers  # those that want one and have not
    near: Flags  # (rows of the problem, sites) within the limit

    @property
    def reach(self) -> csr_array:
        """Which site each row has within the limit."""
        return csr_array(self.near[self.rows].astype(np.int64))

    @property
    def weight(self) -> Floats:
        """Weight of each row."""
        return self.problem.weight[self.rows]

    @property
    def metres(self) -> Floats:
        """Walks within the limit, inf for others."""
        return np.where(self.near[self.rows], self.problem.distance_m[self.rows], np.inf)

    @property
    def price(self) -> Floats:
        """What "fewest" counts: cost where there are costs, else new sites."""
        return self.rules.money if self.problem.price is not None else self.rules.counts.astype(float)

    @property
    def spent(self) -> float:
        """What costs come on top of the price: closing all sites that may be closed."""
        shut = self.problem.existing & ~self.problem.stays
        return float(self.problem.closing[shut].sum()) if self.problem.price is not None else 0.0


def locate(problem: SiteProblem, *, seconds: float | None = None, seed: int = 1) -> SitePlan:
    """Choose the best sites and prove it; without ``seconds`` the search stops on counted work, so that results repeat.

    Examples
    --------
    >>> from gridplan.circle import locate, site_problem
    >>> metres = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
    >>> plan = locate(site_problem(metres, goal="median", weight=[10, 20, 5], new=1))
    >>> plan.open.tolist(), plan.objective, plan.status
    ([1], 6000.0, 'optimal')
    """
    stop = Stop(deadline=None if seconds is None else time.monotonic() + seconds, seed=seed)
    case = _case(problem)
    broken = contradictions(problem, case.rules)
    if broken:
        only = Found(chosen=case.rules.must.copy(), objective=0.0, lower_bound=0.0)
        return replace(_plan(case, only, full=False), reasons=broken, status="infeasible")
    if problem.capacity is not None or problem.backup > 1:
        fitted, parts = by_rooms(case, stop)
        return _told(case, _plan(case, fitted, full=fitted.full, parts=parts), stop)
    found, full = _by_goal(case, stop)
    return _told(case, _plan(case, found, full=full), stop)


def _case(problem: SiteProblem) -> Case:
    rules = problem.rules
    near = np.isfinite(problem.distance_m) & (problem.distance_m <= problem.limit_m)
    usable = near[:, ~rules.barred].sum(axis=1) >= problem.backup
    wants = problem.weight > 0
    return Case(
        problem=problem,
        rules=rules,
        rows=np.flatnonzero(wants & usable),
        lost=np.flatnonzero(wants & ~usable),
        near=near,
    )


def _by_goal(case: Case, stop: Stop) -> tuple[Found, bool]:
    """Return what is found, and whether every row that can be served may still be served in full."""
    found: Found | None
    if case.problem.goal == "cover":
        return most_cover(case.reach, case.weight, case.rules, stop), True
    if case.problem.goal == "median":
        found = least_walk(case.metres, case.weight, case.rules, stop)
        return found, bool((nearest(case.metres, found.chosen) >= 0).all())
    if case.problem.goal == "center":
        found = least_radius(case.metres, case.rules, stop)
    else:
        found = least_sites(case.reach, case.price, case.rules, stop)
    if found is not None and np.isfinite(found.objective):
        return found, True
    # no choice serves every row, or none was found: then as many as can be
    fallback = most_cover(case.reach, case.weight, case.rules, stop)
    return replace(fallback, stopped="" if found is None else found.stopped or "work"), False


def _plan(case: Case, found: Found, *, full: bool, parts: Floats | None = None) -> SitePlan:
    """Return the plan of a choice; ``full``: every row of the case is served as the goal asks."""
    problem, chosen = case.problem, found.chosen
    served, goes = np.zeros(problem.rows), np.full(problem.rows, -1, np.int64)
    if parts is None:
        goes[case.rows] = nearest(case.metres, chosen)
        enough = case.near[np.ix_(case.rows, np.flatnonzero(chosen))].sum(axis=1) >= problem.backup
        served[case.rows] = enough.astype(float)
    else:
        served[case.rows] = parts.sum(axis=1)
        goes[case.rows] = np.where(parts.any(axis=1), parts.argmax(axis=1), -1)
    objective, bound = _worth(case, found, served, goes, full=full)
    status: Status = "optimal" if bound >= objective - EPS * max(1.0, abs(objective)) else "feasible"
    return SitePlan(
        open=np.flatnonzero(chosen),
        new=np.flatnonzero(chosen & ~problem.existing),
        closed=np.flatnonzero(problem.existing & ~chosen),
        assignment=goes,
        served=served,
        objective=objective,
        lower_bound=min(bound, objective),
        status=status,
        unreachable=case.lost,
        stopped=found.stopped,
    )


def _worth(case: Case, found: Found, served: Floats, goes: Integers, *, full: bool) -> tuple[float, float]:
    """Return objective and bound in the terms of ``SitePlan``; where not all are served what was found has no bound but its own."""
    problem, lost = case.problem, float(case.problem.weight[case.lost].sum())
    if problem.goal == "cover":
        return found.objective + lost, found.lower_bound + lost
    if full:
        return found.objective + (case.spent if problem.goal == "fewest" else 0.0), found.lower_bound + (
            case.spent if problem.goal == "fewest" else 0.0
        )
    there = goes >= 0
    walk = problem.distance_m[np.flatnonzero(there), goes[there]]
    if problem.goal == "median":
        value = float((problem.weight * served)[there] @ walk)
    elif problem.goal == "center":
        value = float(walk.max(initial=0.0))
    else:
        value = float(case.price[found.chosen].sum()) + case.spent
    return value, 0.0 if found.stopped else value


def _told(case: Case, plan: SitePlan, stop: Stop) -> SitePlan:
    """Add why not everybody is served, and what it would take."""
    goal = case.problem.goal
    left = case.rows[plan.served[case.rows] < 1 - EPS]
    reasons = unreached(case.problem, case.lost)
    if len(left) and not plan.stopped:
        reasons += shortages(case, left, plan, stop)
    status = plan.status
    if goal != "cover" and (len(case.lost) or (len(left) and not plan.stopped)):
        status = "infeasible"
    return replace(plan, reasons=reasons, status=status)
