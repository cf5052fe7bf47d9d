"""Services within one budget, in shared buildings: the candidates' cost is paid once, whatever is in the building."""

from collections.abc import Sequence

import numpy as np

from gridplan.circle.ground import Ground
from gridplan.circle.model import Choice, Floats, Stop
from gridplan.circle.result import Service
from gridplan.circle.siting.joint import Buildings, JointPlan, JointService, locate_jointly


def together(ground: Ground, services: Sequence[Service], *, stop: Stop) -> dict[str, Choice]:
    """Return the choice of each service, by category, among the candidates that may hold it.

    Objective and bound of each are those of all together: (household, service) pairs left without cover.
    """
    sites = np.arange(len(ground.candidates))
    asked = [_asked(ground, service) for service in services]
    budget = min(one.shared_budget for one in services if one.shared_budget is not None)
    buildings = Buildings(cost=_cost(ground), area_m2=_area(ground), budget=budget)
    plan = locate_jointly(asked, buildings, stop) if len(sites) and asked else _none(asked, len(sites))
    return {
        service.category: Choice(
            sites=np.flatnonzero(chosen[ground.eligible(service.category)]),
            objective=plan.objective,
            lower_bound=plan.lower_bound,
            stopped=plan.stopped,
        )
        for service, chosen in zip(services, plan.chosen, strict=True)
    }


def _asked(ground: Ground, service: Service) -> JointService:
    """Return whom each candidate would cover with a service who is not covered yet."""
    homes, limit_m = ground.households, ground.limit_m(service)
    before_m, _ = ground.nearest(ground.facility_places[ground.existing(service.category)])
    needy = np.flatnonzero((homes > 0) & (before_m > limit_m))
    allowed = np.zeros(len(ground.candidates), bool)
    allowed[ground.eligible(service.category)] = True
    return JointService(
        reach=ground.reach(needy, np.arange(len(allowed)), limit_m),
        weight=homes[needy],
        cost=np.full(len(allowed), service.cost),
        floor_m2=service.floor_m2,
        new=service.new,
        allowed=allowed,
    )


def _cost(ground: Ground) -> Floats:
    """Return what each building costs; an unknown cost is the highest, and where none is known buildings cost nothing."""
    cost = ground.candidates["cost"].to_numpy(float)
    known = cost[np.isfinite(cost)]
    return np.where(np.isfinite(cost), cost, known.max() if len(known) else 0.0)


def _area(ground: Ground) -> Floats:
    """Return the floor area of each building; an unknown one is any."""
    if "area" not in ground.candidates:
        return np.full(len(ground.candidates), np.inf)
    area = ground.candidates["area"].to_numpy(float)
    return np.where(np.isfinite(area), area, np.inf)


def _none(asked: Sequence[JointService], sites: int) -> JointPlan:
    left = float(sum(one.weight.sum() for one in asked))
    return JointPlan(chosen=np.zeros((len(asked), sites), bool), objective=left, lower_bound=left, money=0.0)
