"""A service with a model or rules of its own: what there is and what there could be, as one problem of ``siting``."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.circle.ground import FARTHEST_M, Ground
from gridplan.circle.model import Choice, Floats, Integers, Stop
from gridplan.circle.result import Service
from gridplan.circle.siting import Goal, SitePlan, locate, site_problem
from gridplan.words import Message

HALF = 0.5  # a unit is served as a whole or not


@dataclass(frozen=True, eq=False, kw_only=True)
class Ruled:
    """The choice among the eligible candidates, and what covering alone does not tell; values a unit."""

    choice: Choice
    status: str
    served: NDArray[np.bool_]  # within reach of as many sites as asked for, and with room
    covered: NDArray[np.bool_] | None  # None: who is within the limit
    goes: (
        Integers | None
    )  # of capacities: the site each unit goes to, existing ones first, then the new in order; -1: none
    reasons: tuple[Message, ...]


def ruled(ground: Ground, service: Service, there: Integers, eligible: Integers, stop: Stop) -> Ruled:
    """Place one service by its own model and rules."""
    homes = ground.households
    rows = np.flatnonzero(homes > 0)
    metres = _metres(ground, rows, there, eligible)
    limited = service.model == "cover"
    cost = ground.candidates["cost"].to_numpy(float)[eligible]
    known = cost[np.isfinite(cost)]
    whole = np.concatenate(
        [np.zeros(len(there)), np.where(np.isfinite(cost), cost, known.max() if len(known) else 0.0)]
    )
    if not metres.shape[1] or not len(rows):
        return Ruled(
            choice=_nothing(homes),
            status="infeasible" if len(rows) else "optimal",
            served=np.zeros(len(homes), bool),
            covered=None,
            goes=None,
            reasons=(),
        )
    plan = locate(
        site_problem(
            metres,
            goal="fewest" if limited and service.new is None and service.budget is None else _goal(service),
            weight=homes[rows],
            limit_m=ground.limit_m(service) if limited else np.inf,
            new=service.new,
            cost=None if service.budget is None else whole,
            budget=np.inf if service.budget is None else service.budget,
            existing=np.arange(len(there)),
            capacity=_room(ground, service, there, len(eligible)),
            split=False,
            backup=service.backup,
            apart_m=service.apart_m,
            between_m=_between(ground, there, eligible) if service.apart_m else None,
        ),
        seconds=stop.left_s,
        seed=stop.seed,
    )
    return _ruled(ground, service, plan, rows, len(there))


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
        place = np.full(max(there, int(plan.open.max(initial=-1)) + 1), -1)
        place[:there] = np.arange(there)
        place[plan.new] = there + np.arange(len(plan.new))
        goes = np.full(len(ground.households), -1)
        goes[rows] = np.where(plan.assignment >= 0, place[plan.assignment], -1)
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
        reasons=tuple(reason for reason in plan.reasons if reason.key not in told),
    )


def _nothing(homes: Floats) -> Choice:
    left = float(homes.sum())
    return Choice(sites=np.zeros(0, np.int64), objective=left, lower_bound=left)


def _metres(ground: Ground, rows: Integers, there: Integers, eligible: Integers) -> Floats:
    """Return walks from units to what there is, then to what there could be; inf where only a barrier is crossed."""
    here = ground.unit_places[rows]
    parts = [
        ground.walk.distances(here, places, limit_m=FARTHEST_M)
        for places in (ground.facility_places[there], ground.candidate_places[eligible])
    ]
    return np.concatenate(parts, axis=1)


def _between(ground: Ground, there: Integers, eligible: Integers) -> Floats:
    """Return walks between what there is and what there could be."""
    places = (ground.facility_places[there], ground.candidate_places[eligible])
    return np.concatenate(
        [np.concatenate([ground.walk.distances(one, other) for other in places], axis=1) for one in places]
    )


def _room(ground: Ground, service: Service, there: Integers, candidates: int) -> Floats | None:
    """Return the households that each site can serve, where that counts; an unknown capacity is any."""
    if not service.capacities:
        return None
    known = ground.facilities["capacity"].to_numpy(float)[there]
    new = np.inf if service.capacity is None else service.capacity
    return np.concatenate([np.where(np.isfinite(known), known, np.inf), np.full(candidates, new)])
