"""Sites of one or more services by goals in order, and what keeps more from being covered."""

import time
from collections.abc import Sequence

import numpy as np

from gridplan.circle.model import Integers, Stop
from gridplan.circle.ordered.case import Buildings, Case, Tenant, case_of, measured, money_of, taken
from gridplan.circle.ordered.goals import Choice, OrderedPlan, checked, in_order
from gridplan.circle.ordered.why import contradicted, short
from gridplan.circle.siting.problem import SiteProblem


def locate_in_order(
    tenants: Sequence[Tenant | SiteProblem],
    *,
    buildings: Buildings | None = None,
    goals: Sequence[str] = ("cover", "money"),
    give_up: float | Sequence[float] = 0.0,
    seconds: float | None = None,
    seed: int = 1,
) -> OrderedPlan:
    """Choose sites by goals in order; without ``seconds`` the search stops on counted work, so that results repeat.

    Parameters
    ----------
    tenants
        The services. Of a problem counts all but its goal: the goals are those given here.
    buildings
        Where they may be together; without it each service has its own sites.
    goals
        Some of "cover", "worst", "named", "walk", "money", "sites", in the order that matters (see ``ordered.goals``).
    give_up
        The share of each goal's value that later goals may give up, one for all or one for each.

    Raises
    ------
    ValueError
        If goals or shares make no sense, or a service has no limit of its walk.

    Examples
    --------
    >>> from gridplan.circle import locate_in_order, site_problem
    >>> problem = site_problem([[0, 90], [60, 0]], goal="cover", weight=[9, 1], limit_m=100, new=1)
    >>> plan = locate_in_order([problem], goals=["cover", "walk"])
    >>> plan.open[0].tolist(), [(goal.aim, goal.value, goal.proven) for goal in plan.goals]
    ([0], [('cover', 10.0, True), ('walk', 60.0, True)])
    """
    aims, shares = checked(goals, give_up)
    services = [one if isinstance(one, Tenant) else Tenant(problem=one) for one in tenants]
    if not services or not all(np.isfinite(one.problem.limit_m) for one in services):
        raise ValueError("tenants: at least one service, each with a limit of its walk, is wanted")
    houses = buildings or Buildings()
    case = case_of(services, houses)
    stop = Stop(deadline=None if seconds is None else time.monotonic() + seconds, seed=seed)
    choice, reached = in_order(case, aims, shares, stop)
    if choice is None:
        bare = Choice(case.must.copy(), None)
        return _plan(case, services, bare, (), contradicted(case, services, houses))
    reasons = () if any(goal.stopped == "clock" for goal in reached) else short(case, choice, houses, stop)
    return _plan(case, services, choice, reached, reasons)


def _plan(
    case: Case, services: Sequence[Tenant], choice: Choice, reached: tuple, reasons: tuple
) -> OrderedPlan:
    """Return a choice in the terms of the services' own problems."""
    values = measured(case, choice.chosen, choice.parts)
    served, goes = [], []
    where = _where(case, choice)
    for number, one in enumerate(services):
        mine = case.of == number
        share, site = np.zeros(one.problem.rows), np.full(one.problem.rows, -1)
        share[case.row[mine]] = values.served[mine]
        site[case.row[mine]] = where[mine]
        held = _nearest(
            one.problem, np.flatnonzero((site < 0) & (share > 0)), case.must[case.service == number]
        )
        served.append(share)
        goes.append(np.where(held >= 0, held, site))
    return OrderedPlan(
        open=tuple(case.site[choice.chosen & (case.service == number)] for number in range(len(services))),
        served=tuple(served),
        assignment=tuple(goes),
        goals=reached,
        buildings=np.flatnonzero(taken(case, choice.chosen)),
        money=money_of(case, choice.chosen),
        reasons=reasons,
    )


def _where(case: Case, choice: Choice) -> Integers:
    """Return the site each element goes to: where rooms send most of it, else the nearest open one of its entries; -1 for none."""
    element = case.element
    opened = choice.chosen[case.column]
    parts = (
        opened.astype(float)
        if choice.parts is None
        else np.where(case.assigned[case.of[element]], choice.parts, opened)
    )
    at = np.flatnonzero(parts > 0)
    at = at[
        np.lexsort(
            (case.metres[at], -np.where(case.assigned[case.of[element[at]]], parts[at], 1.0), element[at])
        )
    ]
    first = at[np.unique(element[at], return_index=True)[1]]
    where = np.full(len(case.of), -1)
    where[element[first]] = case.site[case.column[first]]
    return where


def _nearest(problem: SiteProblem, rows: Integers, must: np.ndarray) -> Integers:
    """Return for some rows the nearest site that is open anyway, -1 for the other rows."""
    found = np.full(problem.rows, -1)
    at = np.flatnonzero(must)
    if len(rows) and len(at):
        found[rows] = at[problem.distance_m[np.ix_(rows, at)].argmin(axis=1)]
    return found
