"""The best plan in band for a given number of workers: a bound, a list of every set that can matter, a plan, a proof.

1. Bound by column generation over knapsacks (``bound``).
2. Every connected set whose reduced cost is within a margin of the bound (``pricing``); a plan that costs less than bound + margin
   uses no other set. Where all connected sets in band are few they are listed at once (``candidates``): the margin is infinite.
3. The set partitioning over a part of that list gives a plan; its cost tells the margin that a proof needs.
4. Rows of triples lift the bound over the list; sets that cannot be in a better plan are dropped; the rest is solved to the end.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from gridplan.partition.bound import Bound, bound_of
from gridplan.partition.candidates import list_sets
from gridplan.partition.cuts import violated_triples
from gridplan.partition.linear import TOLERANCE, Relaxation, Relaxed
from gridplan.partition.master import Rows, Whole, reduced_costs, whole
from gridplan.partition.pricing import Pricing
from gridplan.partition.problem import Columns, Problem

GAP = 1e-5  # below this share of the cost a plan counts as proven
SMALL_LIST = 60_000
SMALL_STEPS = 250_000
LISTED = 60_000
STEPS = 12_000_000
MARGINS = (0.005, 0.015)
FIRST = 1_500  # sets in the first whole problem
NODES = 300
ROUNDS = 12
CUTS = 60  # rows of triples a round
GROWN = 3
SOLVERS = ("SCIP",)
LIFT = 1e-4  # share of the cost by which a round must lift the bound to be worth another


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much work a search may do: counted, and where ``until`` (seconds of ``time.time``) is given also by the clock.

    Once ``halt`` exists no more work is begun.
    """

    nodes: int = NODES
    until: float | None = None
    seed: int = 1
    halt: Path | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds left, None without a clock."""
        if self.halt is not None and self.halt.exists():
            return 0.0
        return None if self.until is None else self.until - time.time()

    @property
    def spent(self) -> bool:
        """Whether the clock or a halt says stop."""
        return self.seconds is not None and self.seconds <= 0


def effort_of(effort: Effort | None, *, seconds: float | None, seed: int | None) -> Effort:
    """Return an effort as it is given, or made of seconds from now and a seed.

    Raises
    ------
    ValueError
        If both are given, or the seconds are not above 0.
    """
    if effort is not None:
        if seconds is not None or seed is not None:
            raise ValueError("either an effort or seconds and seed are wanted; both came")
        return effort
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds above 0 are wanted; {seconds} came")
    until = None if seconds is None else time.time() + seconds
    return Effort(until=until) if seed is None else Effort(until=until, seed=seed)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The outcome for one number of workers; ``groups`` is None where no plan was found.

    ``exact``: the plan is best to within GAP, or, without a plan, it is proven that there is none.
    """

    groups: list[np.ndarray] | None
    cost: float
    bound: float
    exact: bool
    workers: tuple[float, float] = (0.0, np.inf)


def no_plan(*, proven: bool) -> Found:
    """Return the outcome without a plan."""
    return Found(groups=None, cost=np.inf, bound=np.inf if proven else 0.0, exact=proven)


class Sets(Protocol):
    """Where the sets of a plan come from."""

    def bound(self, rows: Rows) -> Bound | None:
        """Return a bound from prices of units; None where all sets are listed, which tells more."""

    def within(self, bound: Bound | None, margin: float) -> tuple[Columns, float]:
        """Return the sets a plan cheaper than bound + margin may use, and the margin that holds (0: too many to list)."""


@dataclass(frozen=True)
class Given:
    """A list of sets that is all there is."""

    columns: Columns

    def bound(self, rows: Rows) -> Bound | None:  # noqa: ARG002 # the protocol's form
        """Return no bound: the list tells more."""
        return None

    def within(self, bound: Bound | None, margin: float) -> tuple[Columns, float]:  # noqa: ARG002 # the protocol's form
        """Return the whole list."""
        return self.columns, np.inf


class Lists:
    """The sets of one problem: all of them where they are few, else those within a margin of a bound."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.all, self.complete = list_sets(
            problem, problem.band.intervals, most_sets=SMALL_LIST, most_steps=SMALL_STEPS
        )
        self.pricing = None if self.complete else Pricing(problem)

    def bound(self, rows: Rows) -> Bound | None:
        """Return the knapsack bound; None where all sets are listed, which tells more."""
        return None if self.pricing is None else bound_of(self.pricing, rows)

    def some(self, bound: Bound | None) -> Columns:
        """Return all sets, or those of the widest margin of which all can be listed."""
        if bound is None:
            return self.all
        for share in reversed(MARGINS):
            columns, margin = self.within(bound, share * bound.value)
            if margin > 0.0:
                break
        return columns

    def within(self, bound: Bound | None, margin: float) -> tuple[Columns, float]:
        """Return the sets a plan cheaper than bound + margin may use, and the margin that holds (0: too many to list)."""
        if bound is None or self.pricing is None:
            return self.all, np.inf
        columns, complete = self.pricing.within(
            bound.prices, floors=bound.wanted - margin, most_sets=LISTED, most_steps=STEPS
        )
        return columns, margin if complete else 0.0


def _groups(columns: Columns, found: Whole) -> list[np.ndarray]:
    return [columns.of(int(column)) for column in found.chosen] if found.chosen is not None else []


@dataclass(frozen=True, kw_only=True)
class _State:
    """How far a search has come."""

    groups: list[np.ndarray] | None = None
    cost: float = np.inf
    bound: float = -np.inf

    @property
    def closed(self) -> bool:
        return self.groups is not None and self.cost - self.bound <= GAP * max(self.cost, 1.0)

    def better(self, columns: Columns, found: Whole) -> "_State":
        if found.chosen is None or found.value >= self.cost:
            return self
        return replace(self, groups=_groups(columns, found), cost=float(columns.cost[found.chosen].sum()))

    def proven(self, bound: float) -> "_State":
        return replace(self, bound=max(self.bound, min(bound, self.cost)))


def _lifted(relaxation: Relaxation, state: _State, effort: Effort) -> tuple[Relaxed, _State]:
    """Add rows of triples while they lift the bound, dropping sets that no plan better than the known one can use."""
    relaxed = relaxation.solve()
    for _ in range(ROUNDS):
        if relaxed.short > TOLERANCE:
            return relaxed, state.proven(np.inf)
        before, state = state.bound, state.proven(relaxed.value)
        if state.closed or effort.spent:
            break
        reduced = reduced_costs(relaxation.columns, relaxation.rows, relaxed.prices)
        near = np.flatnonzero(reduced <= state.cost - relaxed.value)
        triples = violated_triples(
            relaxation.columns, relaxed.share, size=len(relaxation.rows.must), most=CUTS
        )
        if not len(triples) or (len(near) < FIRST and state.bound - before < LIFT * relaxed.value):
            break
        relaxation.drop(near)
        relaxation.cut(triples)
        relaxed = relaxation.solve()
    return relaxed, state


def _whole(
    relaxation: Relaxation, relaxed: Relaxed, most: int, state: _State, effort: Effort
) -> tuple[_State, bool]:
    """Solve over the cheapest sets; tell whether it was to the end over all sets that a better plan can use."""
    reduced = reduced_costs(relaxation.columns, relaxation.rows, relaxed.prices)
    near = np.flatnonzero(reduced <= state.cost - relaxed.value)
    part = np.sort(near[np.argsort(reduced[near], kind="stable")[:most]])
    columns = relaxation.columns.take(part)
    rows = relaxation.active(relaxed)
    for solver in SOLVERS:
        found = whole(
            columns, rows, solver=solver, nodes=effort.nodes, seconds=effort.seconds, seed=effort.seed
        )
        state = state.better(columns, found)
        if found.exhausted:
            break
    if len(part) < len(near):
        return state, False
    return (state.proven(state.cost) if found.exhausted else state.proven(found.bound)), found.exhausted


def _first_plan(
    relaxation: Relaxation, state: _State, effort: Effort, *, to_the_end: bool
) -> tuple[_State, bool]:
    """Look for a plan over the cheapest sets, more of them each time; tell whether there is none in the list."""
    relaxed, over = _lifted(relaxation, replace(state, bound=-np.inf), effort)
    if relaxed.short > TOLERANCE:
        return state, True
    most, ended = FIRST, False
    while not ended and not effort.spent:
        over, ended = _whole(relaxation, relaxed, most, over, effort)
        if over.groups is not None or most >= len(relaxation.columns) or not to_the_end:
            break
        most *= GROWN
    state = replace(state, groups=over.groups, cost=over.cost)
    return state, ended and state.groups is None


def best_plan(lists: Sets, rows: Rows, effort: Effort, *, bound: Bound | None = None) -> Found:
    """Return the best plan in band with the workers that ``rows`` ask for.

    Parameters
    ----------
    lists
        The sets of the problem.
    rows
        What has to be covered, by how many workers in all.
    effort
        When to stop; a search that is stopped still gives its plan and its bound.
    """
    bound = bound or lists.bound(rows)
    state = _State(bound=bound.value if bound else -np.inf)
    for share in MARGINS:
        columns, margin = lists.within(bound, share * state.bound if bound else np.inf)
        if not len(columns):
            continue
        relaxation = Relaxation(columns, rows, guess=bound.prices if bound else None)
        state, none = _first_plan(relaxation, state, effort, to_the_end=bound is None)
        if none and np.isinf(margin):
            return no_plan(proven=True)
        if state.groups is not None or effort.spent or np.isinf(margin) or margin == 0.0:
            break
    if state.groups is None:
        return replace(no_plan(proven=False), bound=state.bound)
    state = _proven(lists, bound, rows, state, effort)
    return Found(
        groups=state.groups, cost=state.cost, bound=state.bound, exact=state.closed, workers=rows.workers
    )


def closed_plan(
    lists: Sets, rows: Rows, bound: Bound | None, groups: list[np.ndarray], cost: float, effort: Effort
) -> Found:
    """Return a known plan, or a better one, with what can be proven of it."""
    state = _State(groups=groups, cost=cost, bound=bound.value if bound else -np.inf)
    if bound is None or cost - bound.value <= MARGINS[-1] * bound.value:
        state = _proven(lists, bound, rows, state, effort)
    return Found(
        groups=state.groups, cost=state.cost, bound=state.bound, exact=state.closed, workers=rows.workers
    )


def _proven(lists: Sets, bound: Bound | None, rows: Rows, state: _State, effort: Effort) -> _State:
    """Close the gap over every set that a better plan could use."""
    if state.closed or effort.spent:
        return state
    columns, margin = lists.within(bound, state.cost - bound.value if bound else np.inf)
    relaxation = Relaxation(columns, rows, guess=bound.prices if bound else None)
    relaxed, over = _lifted(relaxation, replace(state, bound=-np.inf), effort)
    if not over.closed and not effort.spent:
        over, _ = _whole(relaxation, relaxed, len(columns), over, effort)
    return replace(over, bound=max(state.bound, over.bound) if margin > 0 else state.bound)
