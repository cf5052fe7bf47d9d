"""Goals one after another: each is solved before the next, which may give up a stated share of what was found.

"cover": most weight within reach; "worst": the group (grid) that is covered least; "named": most weight of the named groups
(households in difficulty); "walk": the shortest walk in all, who is out of reach counted with the limit; "money": the least
cost; "sites": the fewest buildings and new sites. The first search is for much cover; SCIP proves each goal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from gridplan.circle.model import EPS, Floats, Integers, Stop
from gridplan.circle.ordered.aims import MORE_IS_BETTER, Aim, Kept
from gridplan.circle.ordered.begin import much_cover
from gridplan.circle.ordered.case import Case, Measured, kept, measured
from gridplan.circle.ordered.solve import Solved, best
from gridplan.circle.siting.rules import Flags
from gridplan.words import Message


@dataclass(frozen=True, eq=False, kw_only=True)
class Reached:
    """What became of a goal: the best value found when its turn came, what none is better than, the value in the plan."""

    aim: Aim
    best: float
    bound: float
    give_up: float
    value: float
    stopped: str = ""  # what ended the proof, "work" or "clock"

    @property
    def proven(self) -> bool:
        """Whether nothing better is possible, within what earlier goals left."""
        return abs(self.best - self.bound) <= EPS * max(1.0, abs(self.best))


@dataclass(frozen=True, eq=False, kw_only=True)
class OrderedPlan:
    """The goals, and for each service the open sites (positions in its problem), what is served of each row, and where (-1: no)."""

    open: tuple[Integers, ...]
    served: tuple[Floats, ...]
    assignment: tuple[Integers, ...]
    goals: tuple[Reached, ...]
    buildings: Integers  # positions of the buildings taken
    money: float
    reasons: tuple[Message, ...] = ()

    @property
    def stopped(self) -> str:
        """What ended the first proof that did not come to its end; "" if all did."""
        return next((goal.stopped for goal in self.goals if goal.stopped and not goal.proven), "")


@dataclass(frozen=True, eq=False)
class Choice:
    """A choice of columns, and who goes where in services with rooms."""

    chosen: Flags
    parts: Floats | None


def in_order(
    case: Case, goals: Sequence[Aim], give_up: Sequence[float], stop: Stop
) -> tuple[Choice | None, tuple[Reached, ...]]:
    """Return the choice that the goals lead to, None where no choice keeps the rules or none was found, and what became of each."""
    now = _first(case, goals, stop)
    limits: tuple[Kept, ...] = ()
    turns: list[tuple[Aim, float, float, float, str]] = []
    for turn, (aim, share) in enumerate(zip(goals, give_up, strict=True)):
        part = stop.part(len(goals) - turn)
        found = best(case, aim, limits, None if now is None else now.chosen, part)
        now = _better(case, aim, limits, now, found)
        if now is None:
            return None, ()
        value = float(getattr(measured(case, now.chosen, now.parts), aim))
        bound = _bounded(case, aim, value, found)
        turns.append((aim, value, bound, share, found.stopped))
        left = value - share * abs(value) if aim in MORE_IS_BETTER else value + share * abs(value)
        limits = (*limits, Kept(aim=aim, value=left))
    last = measured(case, now.chosen, now.parts) if now is not None else None
    return now, tuple(
        Reached(
            aim=aim, best=value, bound=bound, give_up=share, value=float(getattr(last, aim)), stopped=stopped
        )
        for aim, value, bound, share, stopped in turns
    )


def _first(case: Case, goals: Sequence[Aim], stop: Stop) -> Choice | None:
    """Return where to begin: all that is there stays open if that may be; with much cover where cover comes first."""
    there = case.must | (case.free & ~case.counts)
    begun = next((flags for flags in (there, case.must) if kept(case, flags)), None)
    if begun is None:
        return None
    chosen = much_cover(case, begun, stop) if goals and goals[0] == "cover" else begun
    return Choice(chosen, None)


def _better(
    case: Case, aim: Aim, limits: tuple[Kept, ...], now: Choice | None, found: Solved
) -> Choice | None:
    """Return what the solver found where it keeps all rules and is no worse than what is at hand."""
    if found.chosen is None or not kept(case, found.chosen):
        return now
    if now is None:
        return Choice(found.chosen, found.parts)
    values = measured(case, found.chosen, found.parts)
    old = measured(case, now.chosen, now.parts)
    sign = 1.0 if aim in MORE_IS_BETTER else -1.0
    gain = sign * (getattr(values, aim) - getattr(old, aim))
    holds = [_holds(values, limit) for limit in limits]
    held = [_holds(old, limit) for limit in limits]
    return Choice(found.chosen, found.parts) if all(holds) and (gain >= 0 or not all(held)) else now


def _holds(values: Measured, limit: Kept) -> bool:
    slack = 10 * EPS * max(1.0, abs(limit.value))
    value = float(getattr(values, limit.aim))
    return value >= limit.value - slack if limit.aim in MORE_IS_BETTER else value <= limit.value + slack


def _bounded(case: Case, aim: Aim, value: float, found: Solved) -> float:
    """Return the bound of a goal: never beyond what is possible at all, rounded where values are whole."""
    bound = found.bound
    whole = {"cover": case.weight, "named": case.named, "sites": np.ones(1)}.get(aim)
    if (
        whole is not None
        and (whole == np.rint(whole)).all()
        and not (case.assigned & ~case.whole).any()
        and np.isfinite(bound)
    ):
        bound = float(np.floor(bound + 1e-4) if aim in MORE_IS_BETTER else np.ceil(bound - 1e-4))
    if aim in MORE_IS_BETTER:
        most = {"cover": float(case.weight.sum()), "worst": 1.0, "named": float(case.named.sum())}[aim]
        bound = max(value, min(most, bound))
    else:
        least = _at_least(case, aim)
        bound = min(value, max(least, bound))
    return value if abs(bound - value) <= EPS * max(1.0, abs(value)) else bound


def _at_least(case: Case, aim: Aim) -> float:
    """Return what a goal that should be small is never below: everybody at the nearest site, or what closing all saves."""
    if aim == "walk":
        near = np.append(case.metres, np.inf)[
            np.where(np.diff(case.first) > 0, case.first[:-1], len(case.metres))
        ]
        return float(case.weight @ np.minimum(near, case.alone_m))
    return float(np.minimum(case.money, 0.0).sum()) if aim == "money" else 0.0


def checked(
    goals: Sequence[str], give_up: float | Sequence[float]
) -> tuple[tuple[Aim, ...], tuple[float, ...]]:
    """Return goals and what each may give up.

    Raises
    ------
    ValueError
        If a goal is not known or named twice, or the shares do not fit.
    """
    known = get_args(Aim)
    if not goals or len(set(goals)) != len(goals) or not set(goals) <= set(known):
        raise ValueError(f"goals: some of {', '.join(known)}, each once, are wanted; {list(goals)} came")
    shares = (
        [float(give_up)] * len(goals) if isinstance(give_up, int | float) else [float(one) for one in give_up]
    )
    if len(shares) != len(goals) or not all(0 <= share < 1 for share in shares):
        raise ValueError(f"give_up: a share from 0 up to 1, or one for each goal, is wanted; {give_up} came")
    return tuple(goals), tuple(shares)  # type: ignore[arg-type] # looked up above
