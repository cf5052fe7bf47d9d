"""Sites with limited room, and cover by several sites: the model of ``scip``, goal after goal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridplan.circle.model import EPS, Floats, Stop
from gridplan.circle.siting.branch import Found
from gridplan.circle.siting.scip import Answer, Task, solve

if TYPE_CHECKING:
    from gridplan.circle.siting.locate import Case


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted(Found):
    """What is found; ``full``: every row is served."""

    full: bool = True


def by_rooms(case: "Case", stop: Stop) -> tuple[Fitted, Floats | None]:
    """Serve as much weight as can be; then, as the goal asks, from the cheapest sites or by the shortest walks.

    Returns the choice and the share of each row that each site serves (rows, sites), None where that is not limited.
    """
    task, total = _task(case), float(case.weight.sum())
    first = solve(task, None, stop)
    if first.chosen is None:
        bare = case.rules.must.copy()
        return Fitted(
            chosen=bare, objective=total, lower_bound=0.0, stopped=first.stopped or "work", full=False
        ), None
    bound = max(0.0, total + first.lower_bound)
    left = max(0.0, total + first.objective)
    tight = left if bound >= left - EPS * max(1.0, total) else bound
    full = left <= EPS * max(1.0, total)
    if case.problem.goal == "cover":
        done = Fitted(chosen=first.chosen, objective=left, lower_bound=tight, stopped=first.stopped)
        return done, _parts(case, first)
    second = solve(_second(case, task, -first.objective, full=full), first.chosen, stop)
    stopped = first.stopped or second.stopped
    if second.chosen is None:  # the first choice serves as much, but nothing is known of its worth
        worth = float(case.price[first.chosen].sum())
        return Fitted(
            chosen=first.chosen, objective=worth, lower_bound=0.0, stopped=stopped or "work", full=full
        ), _parts(case, first)
    close = second.lower_bound >= second.objective - EPS * max(1.0, abs(second.objective))
    return (
        Fitted(
            chosen=second.chosen,
            objective=second.objective,
            lower_bound=second.objective if close else second.lower_bound,
            stopped=stopped,
            full=full,
        ),
        _parts(case, second),
    )


def _task(case: "Case") -> Task:
    """Return the model that serves the most weight."""
    problem = case.problem
    return Task(
        reach=case.reach,
        weights=case.weight,
        price=np.zeros(problem.sites),
        rules=case.rules,
        backup=problem.backup,
        room=problem.capacity,
        split=problem.split,
    )


def _second(case: "Case", task: Task, weight: float, *, full: bool) -> Task:
    """Return the model of the goal proper, with so much weight served."""
    walks = case.problem.goal == "median"
    reach = task.reach
    rows = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    return Task(
        reach=reach,
        weights=task.weights,
        price=task.price if walks else case.price,
        rules=task.rules,
        all_rows=full,
        least_cover=None if full else weight * (1 - EPS),
        backup=task.backup,
        room=task.room,
        split=task.split,
        walk=case.metres[rows, reach.indices] * task.weights[rows] if walks else None,
    )


def _parts(case: "Case", answer: Answer) -> Floats | None:
    """Return the share of each row at each site."""
    if answer.served is None:
        return None
    reach = case.reach
    parts = np.zeros(reach.shape)
    parts[np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr)), reach.indices] = answer.served
    return np.where(parts < EPS, 0.0, np.minimum(parts, 1.0))
