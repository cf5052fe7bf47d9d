"""Why not everybody is served, and what it would take."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridplan.circle.model import EPS, Floats, Integers, Stop
from gridplan.circle.siting.covering import least_sites
from gridplan.circle.siting.plan import SitePlan
from gridplan.circle.siting.problem import SiteProblem
from gridplan.circle.siting.rules import Rules
from gridplan.words import Message

if TYPE_CHECKING:
    from gridplan.circle.siting.locate import Case

SHOWN = 5


def contradictions(problem: SiteProblem, rules: Rules) -> tuple[Message, ...]:
    """Return how what must be open breaks the rules, whatever else is open."""
    must, told = rules.must, []
    both = problem.required & problem.forbidden
    if both.any():
        told.append(Message("circle.both_required_and_forbidden", {"sites": _listed(np.flatnonzero(both))}))
    near = rules.clashes[must[rules.clashes].all(axis=1)]
    if len(near):
        told.append(Message("circle.required_too_near", {"sites": _listed(np.unique(near))}))
    number = int((must & rules.counts).sum())
    if rules.most is not None and number > rules.most:
        told.append(Message("circle.required_too_many", {"required": number, "new": rules.most}))
    spare = np.minimum(rules.money, 0.0)[~must & ~rules.barred & ~rules.beside].sum()
    cost = float(rules.money[must].sum() + spare) - (rules.budget - problem.budget)
    if cost > problem.budget + EPS * max(1.0, problem.budget) and np.isfinite(problem.budget):
        told.append(
            Message(
                "circle.required_too_dear",
                {"cost": plain_number(cost), "budget": plain_number(problem.budget)},
            )
        )
    return tuple(told)


def unreached(problem: SiteProblem, lost: Integers) -> tuple[Message, ...]:
    """Return who has too few sites within reach."""
    if not len(lost):
        return ()
    metres = problem.distance_m[lost][:, ~problem.rules.barred]
    at = min(problem.backup, metres.shape[1]) - 1
    needed = np.sort(metres, axis=1)[:, at] if metres.shape[1] else np.full(len(lost), np.inf)
    values = {
        "rows": _listed(lost),
        "weight": plain_number(float(problem.weight[lost].sum())),
        "backup": problem.backup,
        "limit_m": plain_number(problem.limit_m),
    }
    if metres.shape[1] >= problem.backup and np.isfinite(needed).all():
        return (Message("circle.out_of_reach", {**values, "needed_m": plain_number(float(needed.max()))}),)
    return (Message("circle.no_way_there", values),)


def shortages(case: "Case", left: Integers, plan: SitePlan, stop: Stop) -> tuple[Message, ...]:
    """Return which number, budget, room or distance keeps the rows ``left`` from being served in full."""
    problem = case.problem
    weight = float((problem.weight * (1 - plan.served))[left].sum())
    told = _of_room(problem, case.rules, weight)
    if problem.backup > 1 or told:
        return told or (_limited(case.rules, weight),)
    free = replace(case.rules, most=None, budget=np.inf)
    count, cost = case.rules.counts.astype(float), case.rules.money
    if case.rules.most is not None:
        least = least_sites(case.reach, count, free, stop)
        if least is not None and least.lower_bound > case.rules.most:
            values = {
                "new": case.rules.most,
                "least": plain_number(least.lower_bound),
                "weight": plain_number(weight),
            }
            told += (Message("circle.needs_sites", values),)
    if np.isfinite(problem.budget):
        least = least_sites(case.reach, cost, free, stop)
        spent = problem.budget - case.rules.budget
        if least is not None and least.lower_bound > case.rules.budget:
            values = {
                "budget": plain_number(problem.budget),
                "least": plain_number(least.lower_bound + spent),
                "weight": plain_number(weight),
            }
            told += (Message("circle.needs_budget", values),)
    return told or (_limited(case.rules, weight),)


def _of_room(problem: SiteProblem, rules: Rules, weight: float) -> tuple[Message, ...]:
    """Return that the rooms of all sites that may be open together are too small."""
    if problem.capacity is None:
        return ()
    room = np.sort(problem.capacity[~rules.barred & rules.counts])[::-1]
    most = len(room) if rules.most is None else rules.most
    total = float(room[:most].sum() + problem.capacity[~rules.counts].sum())
    wanted = float(problem.weight.sum())
    key = "circle.needs_room" if total < wanted else "circle.needs_room_near"
    return (
        Message(
            key, {"room": plain_number(total), "wanted": plain_number(wanted), "weight": plain_number(weight)}
        ),
    )


def _limited(rules: Rules, weight: float) -> Message:
    """Return that the rules together leave weight unserved."""
    key = "circle.too_near" if len(rules.clashes) else "circle.rules_together"
    return Message(key, {"weight": plain_number(weight)})


def _listed(rows: Integers | Floats) -> str:
    return ", ".join(map(str, rows[:SHOWN].tolist())) + (f" … ({len(rows)})" if len(rows) > SHOWN else "")


def plain_number(number: float) -> str:
    """Return a number for reading."""
    return f"{number:,.2f}".rstrip("0").removesuffix(".")
