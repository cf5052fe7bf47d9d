"""A service with a model or rules of its own: what there is and what there could be, as a problem of ``siting`` or ``ordered``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.circle.ground import FARTHEST_M, Ground
from gridplan.circle.model import Choice, Integers, Stop
from gridplan.circle.ordered import Buildings, OrderedPlan, Reached, Tenant, locate_in_order
from gridplan.circle.result import Service
from gridplan.circle.siting import Goal, SitePlan, SiteProblem, locate, site_problem
from gridplan.words import Message

HALF = 0.5  # a unit is served as a whole or not
PLAIN_GOALS = ("cover", "money")  # of services together, and where something may be closed


@dataclass(frozen=True, eq=False, kw_only=True)
class Ruled:
    """The choice among the eligible candidates, and what covering alone does not tell; values a unit."""

    choice: Choice
    status: str
    served: NDArray[np.bool_]  # within reach of as many sites as asked for, and with room
    covered: NDArray[np.bool_] | None  # None: who is within the limit
    goes: (
        Integers | None
    )  # of capacities: the site of each unit, those there first, then the new in order; -1: none
    closed: Integers  # positions among the facilities there
    reasons: tuple[Message, ...] = ()
    goals: tuple[Reached, ...] = ()
    together: bool = False  # goals, objective and reasons are those of all services placed together


def in_order(ground: Ground, service: Service) -> bool:
    """Tell whether a service that shares nothing is placed by goals in order: where it names some, or something may be closed."""
    marked = any(ground.marked(name, service).any() for name in ("required", "forbidden"))
    closable = bool(np.isfinite(ground.closing(service.category)).any())
    return service.model == "cover" and (bool(service.goals) or closable or marked)


def ruled(ground: Ground, service: Service, stop: Stop) -> Ruled:
    """Place one service by its own model and rules."""
    there, eligible = ground.existing(service.category), ground.eligible(service)
    rows = np.flatnonzero(ground.households > 0)
    if not len(there) + len(eligible) or not len(rows):
        return _none(ground, len(rows))
    problem = _problem(ground, service, rows)
    if in_order(ground, service):
        return _ordered(ground, service, rows, problem, stop)
    plan = locate(problem, seconds=stop.left_s, seed=stop.seed)
    return _ruled(ground, service, plan, rows, len(there))


def together(ground: Ground, services: Sequence[Service], stop: Stop) -> dict[str, Ruled]:
    """Place services in shared buildings within one budget; a candidate's cost is paid once, whatever is in it."""
    rows = np.flatnonzero(ground.households > 0)
    if not len(rows) or not any(
        len(ground.existing(one.category)) + len(ground.eligible(one)) for one in services
    ):
        return {service.category: _none(ground, len(rows)) for service in services}
    tenants = []
    for service in services:
        there, eligible = ground.existing(service.category), ground.eligible(service)
        price = np.concatenate([np.zeros(len(there)), np.full(len(eligible), service.cost)])
        own = replace(_problem(ground, service, rows, ordered=True), price=price)
        home = np.concatenate([np.full(len(there), -1), eligible])
        tenants.append(_tenant(ground, own, rows, building=home, floor_m2=service.floor_m2))
    area = ground.candidates["area"].to_numpy(float)
    budget = min(one.shared_budget for one in services if one.shared_budget is not None)
    plan = locate_in_order(
        tenants,
        buildings=Buildings(
            cost=ground.price(np.arange(len(area))),
            area_m2=np.where(np.isfinite(area), area, np.inf),
            budget=budget,
        ),
        goals=services[0].goals or PLAIN_GOALS,
        give_up=services[0].give_up or 0.0,
        seconds=stop.left_s,
        seed=stop.seed,
    )
    total = len(services) * float(ground.households.sum())
    return {
        service.category: replace(
            _of_plan(ground, service, plan, at, rows, total),
            together=True,
        )
        for at, service in enumerate(services)
    }


def _problem(ground: Ground, service: Service, rows: Integers, *, ordered: bool | None = None) -> SiteProblem:
    """Return a service as a problem: facilities there first, then the candidates that may hold it."""
    there, eligible = ground.existing(service.category), ground.eligible(service)
    limited = service.model == "cover"
    within_m = ground.limit_m(service)
    ordered = in_order(ground, service) if ordered is None else ordered
    marks = {
        name: len(there) + np.flatnonzero(ground.marked(name, service)[eligible])
        for name in ("required", "forbidden")
    }
    price = np.concatenate([np.zeros(len(there)), ground.price(eligible)])
    return site_problem(
        ground.metres(rows, there, eligible, within_m if ordered else FARTHEST_M),
        goal=_goal(service),
        weight=ground.households[rows],
        limit_m=within_m if limited else np.inf,
        new=service.new,
        cost=price if ordered or service.budget is not None else None,
        budget=np.inf if service.budget is None else service.budget,
        existing=np.arange(len(there)),
        closing=np.concatenate([ground.closing(service.category), np.full(len(eligible), np.nan)]),
        capacity=ground.room(service, there, len(eligible)),
        split=False,
        backup=service.backup,
        apart_m=service.apart_m,
        between_m=ground.between(there, eligible) if service.apart_m else None,
        **marks,
    )


def _tenant(ground: Ground, problem: SiteProblem, rows: Integers, **more: Any) -> Tenant:
    """Return a problem with the grids and the households in difficulty of its rows."""
    grid = pd.factorize(ground.units["grid"].replace("", None))[0]
    return Tenant(
        problem=problem, group=grid[rows], named=ground.units["vulnerable"].to_numpy(float)[rows], **more
    )


def _ordered(ground: Ground, service: Service, rows: Integers, problem: SiteProblem, stop: Stop) -> Ruled:
    """Place one service by goals in order; with neither a number nor a budget the fewest sites for full cover come second."""
    goals, shares = (
        service.goals or PLAIN_GOALS,
        service.give_up or (0.0,) * len(service.goals or PLAIN_GOALS),
    )
    asked = dict(zip(goals, shares, strict=True))
    if service.new is None and service.budget is None:
        asked = {
            "cover": asked.get("cover", 0.0),
            "sites": 0.0,
            **{k: v for k, v in asked.items() if k not in ("cover", "sites")},
        }
    plan = locate_in_order(
        [_tenant(ground, problem, rows)],
        goals=tuple(asked),
        give_up=tuple(asked.values()),
        seconds=stop.left_s,
        seed=stop.seed,
    )
    return _of_plan(ground, service, plan, 0, rows, float(ground.households.sum()))


def _of_plan(
    ground: Ground, service: Service, plan: OrderedPlan, at: int, rows: Integers, total: float
) -> Ruled:
    """Return a service's part of a plan in order, in terms of the units; ``total`` is the weight of all that could be covered."""
    there = len(ground.existing(service.category))
    chosen = plan.open[at]
    served = np.zeros(len(ground.households))
    served[rows] = plan.served[at]
    counted = next((goal for goal in plan.goals if goal.aim == "sites"), None) if _fewest(service) else None
    first = next((goal for goal in plan.goals if goal.aim == "cover"), None)
    if counted is not None:
        value, bound = counted.best, counted.bound
    elif first is not None:
        value, bound = total - first.best, total - first.bound
    else:
        value, bound = total - float(sum(map(np.sum, plan.served))), 0.0
    goes, covered = None, None
    if service.capacities:
        covered = served > HALF
        goes = np.full(len(served), -1)
        goes[rows] = _order(plan.assignment[at], chosen, there)
    settled = bool(plan.goals) and all(goal.proven for goal in plan.goals)
    return Ruled(
        choice=Choice(
            sites=chosen[chosen >= there] - there, objective=value, lower_bound=bound, stopped=plan.stopped
        ),
        status="infeasible" if not plan.goals else "optimal" if settled and bound >= value else "feasible",
        served=served > HALF,
        covered=covered,
        goes=goes,
        closed=np.setdiff1d(np.arange(there), chosen),
        reasons=plan.reasons,
        goals=plan.goals,
    )


def _fewest(service: Service) -> bool:
    """Tell whether full cover by the fewest sites is asked for."""
    return service.model == "cover" and not service.shared and service.new is None and service.budget is None


def _order(goes: Integers, opened: Integers, there: int) -> Integers:
    """Return where rows go as positions among what there is, then the new ones in their order."""
    new = opened[opened >= there]
    place = np.full(max(there, int(opened.max(initial=-1)) + 1) + 1, -1)
    place[:there] = np.arange(there)
    place[new] = there + np.arange(len(new))
    return place[goes]


def _goal(service: Service) -> Goal:
    """Return the goal of ``siting``: with neither a number nor a budget cover is to be full."""
    if service.model == "cover":
        return "fewest" if service.new is None and service.budget is None else "cover"
    return "median" if service.model == "median" else "center"


def _ruled(ground: Ground, service: Service, plan: SitePlan, rows: Integers, there: int) -> Ruled:
    """Return a plan in terms of the units."""
    covered, goes = None, None
    served = np.zeros(len(ground.households))
    served[rows] = plan.served
    if service.capacities:
        covered = served > HALF
        goes = np.full(len(served), -1)
        goes[rows] = _order(plan.assignment, plan.open, there)
    told = ("circle.out_of_reach", "circle.no_way_there")  # the run names places instead of rows
    return Ruled(
        choice=Choice(
            sites=plan.new - there,
            objective=plan.objective,
            lower_bound=plan.lower_bound,
            stopped=plan.stopped,
        ),
        status=plan.status,
        served=served > HALF,
        covered=covered,
        goes=goes,
        closed=plan.closed,
        reasons=tuple(reason for reason in plan.reasons if reason.key not in told),
    )


def _none(ground: Ground, wanting: int) -> Ruled:
    """Return that nobody can be served."""
    left = float(ground.households.sum())
    nothing = np.zeros(0, np.int64)
    return Ruled(
        choice=Choice(sites=nothing, objective=left, lower_bound=left),
        status="infeasible" if wanting else "optimal",
        served=np.zeros(len(ground.households), bool),
        covered=None,
        goes=None,
        closed=nothing,
    )
