"""What keeps a plan of services in order from covering more, and what it would take."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gridplan.circle.model import EPS, Stop
from gridplan.circle.ordered.aims import Kept
from gridplan.circle.ordered.begin import measured_cover, much_cover
from gridplan.circle.ordered.case import Buildings, Case, Tenant, measured, money_of
from gridplan.circle.ordered.goals import Choice
from gridplan.circle.ordered.solve import best
from gridplan.circle.siting.why import contradictions, plain_number
from gridplan.words import Message

ROUNDS = 2_000  # of each search without a limit
NODES = 50  # of the search for what full cover costs


def contradicted(case: Case, tenants: Sequence[Tenant], buildings: Buildings) -> tuple[Message, ...]:
    """Return how what must be open breaks the rules, whatever else is open."""
    told = tuple(reason for one in tenants for reason in contradictions(one.problem, one.problem.rules))
    spare = float(np.minimum(case.money, 0.0)[case.free].sum())
    shut = buildings.budget - case.buildings.budget if np.isfinite(buildings.budget) else 0.0
    cost = money_of(case, case.must) + spare + shut
    if np.isfinite(buildings.budget) and cost > buildings.budget + EPS * max(1.0, buildings.budget):
        values = {"cost": plain_number(cost), "budget": plain_number(buildings.budget)}
        told = (*told, Message("circle.required_too_dear", values))
    return told or (Message("circle.rules_contradict"),)


def short(case: Case, choice: Choice, buildings: Buildings, stop: Stop) -> tuple[Message, ...]:
    """Return which limits keep households from being covered that some site could serve, and what full cover would cost."""
    within = case.settled | (np.diff(case.first) >= case.need)
    everyone = float(case.weight[within].sum())
    covered = measured(case, choice.chosen, choice.parts).cover
    left = everyone - covered
    if left <= EPS * max(1.0, everyone):
        return ()
    told = []
    for key, freer in _without(case):
        more = measured_cover(freer, much_cover(freer, choice.chosen, stop, rounds=ROUNDS)) - covered
        if more > EPS * max(1.0, everyone):
            told.append(
                Message(f"circle.without_{key}", {"more": plain_number(more), "left": plain_number(left)})
            )
    if np.isfinite(buildings.budget):
        told += _full_price(case, buildings, everyone, stop)
    return tuple(told) or (Message("circle.rules_together", {"weight": plain_number(left)}),)


def _without(case: Case) -> Iterator[tuple[str, Case]]:
    """Yield each limit that there is, and the case without it."""
    free = replace(case, assigned=np.zeros(len(case.most), bool))
    if np.isfinite(case.buildings.budget) or np.isfinite(case.own_budget).any():
        own = np.full(len(case.most), np.inf)
        yield "budget", replace(free, own_budget=own, buildings=replace(case.buildings, budget=np.inf))
    new = np.bincount(case.service[case.counts & ~case.barred], minlength=len(case.most))
    if (case.most < new).any():
        yield "number", replace(free, most=new)
    if case.assigned.any():
        yield "room", free
    if np.isfinite(case.buildings.area_m2).any() and case.floor.any():
        area = np.full(len(case.buildings.area_m2), np.inf)
        yield "floor", replace(free, buildings=replace(case.buildings, area_m2=area))
    if len(case.clashes):
        yield "distance", replace(free, clashes=case.clashes[:0])


def _full_price(case: Case, buildings: Buildings, everyone: float, stop: Stop) -> list[Message]:
    """Return between which sums the cost of covering all who can be reached lies, with no limit but floors and distances."""
    shut = buildings.budget - case.buildings.budget
    count = np.full(len(case.most), len(case.service))
    freer = replace(
        case,
        most=count,
        own_budget=np.full(len(case.most), np.inf),
        buildings=replace(case.buildings, budget=np.inf, most=None),
        assigned=np.zeros(len(case.most), bool),
    )
    start = much_cover(freer, case.must.copy(), stop, rounds=ROUNDS)
    full = measured_cover(freer, start) >= everyone - EPS * max(1.0, everyone)
    found = best(
        freer, "money", (Kept(aim="cover", value=everyone),), start if full else None, stop, nodes=NODES
    )
    if not np.isfinite(found.bound):
        return []
    prices, least = np.concatenate([[shut], case.money, case.buildings.cost]), found.bound + shut
    values = {
        "budget": plain_number(buildings.budget),
        "least": plain_number(np.ceil(least - EPS) if (prices == np.rint(prices)).all() else least),
    }
    if found.chosen is None or case.assigned.any():  # rooms may ask for more
        return [Message("circle.full_price", values)]
    most = plain_number(money_of(freer, found.chosen) + shut)
    if most == values["least"]:
        return [Message("circle.full_price_known", values)]
    return [Message("circle.full_price_between", {**values, "most": most})]
