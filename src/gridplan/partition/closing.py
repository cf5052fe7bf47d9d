"""The best plan in band for a given number of workers where not all sets can be listed: those that can matter, a plan, a proof.

0. Over the connected sets that made the bound, a dive and the set partitioning give a first plan.
1. Every connected set whose reduced cost is within a margin of a bound from prices (``bound``, ``pricing``): a plan that costs
   less than bound + margin uses no other set, so no plan costs less than the lesser of bound + margin and the best over the list.
2. Rows of odd sets and of load patterns lift the linear bound over the list; sets that cannot be in a better plan are dropped.
3. A dive through the linear optimum and the set partitioning over the cheapest sets give a plan; its cost tells which sets a proof
   needs; over those it is solved to the end.
4. The margin is widened until the plan is proven, or the list is too long.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from gridplan.partition.bound import Bound
from gridplan.partition.linear import TOLERANCE, Relaxation, Relaxed
from gridplan.partition.master import Rows, Whole, whole
from gridplan.partition.odd import broken_rows
from gridplan.partition.problem import Columns
from gridplan.partition.search import HARDLY, Effort, Found, Lists

GAP = 1e-5  # below this share of the cost a plan counts as proven
MARGIN = 0.002  # share of the bound within which sets are listed at first
WIDEST = 0.05
LISTINGS = 4
FIRST = 1_500  # sets in the first whole problem
MOST = 3_000  # sets in the last one, where the list is not all there is
NODES = 10  # of a whole problem over part of a list
LARGE = 2_000  # sets from which CP-SAT tries first: it is as often ten times as fast as HiGHS as ten times as slow
WORK = 2.0  # of it
GROWN = 2
ROUNDS = 6
FEW = 1  # rounds while no plan is known
ITERATIONS = 6_000  # of the simplex after which no more rows are looked for
LIFT = 1e-4  # share of the cost by which a round must lift the bound to be worth another


@dataclass(frozen=True, kw_only=True)
class _State:
    """How far a search has come."""

    groups: list[np.ndarray] | None = None
    cost: float = np.inf
    bound: float = -np.inf
    begun: list[np.ndarray] = field(default_factory=list)  # grids of a plan that could not be finished
    rows: Rows | None = None  # those asked for, with those that lift the bound
    settled: float = 0.0  # margin of the bound below which no plan is left to be found

    @property
    def closed(self) -> bool:
        return self.groups is not None and self.cost - self.bound <= GAP * max(self.cost, 1.0)

    def better(self, columns: Columns, found: Whole) -> "_State":
        if found.chosen is None or found.value >= self.cost:
            return self
        groups = [columns.of(int(column)) for column in found.chosen]
        return replace(self, groups=groups, cost=float(columns.cost[found.chosen].sum()))

    def dived(self, columns: Columns, taken: np.ndarray, must: np.ndarray) -> "_State":
        """Take what a dive has found: a plan if it covers all, else grids to go on from."""
        groups = [columns.of(int(column)) for column in taken]
        covered = np.zeros(len(must), bool)
        covered[np.concatenate([np.zeros(0, np.int32), *groups])] = True
        if not covered[must].all():
            more = sum(map(len, groups)) > sum(map(len, self.begun))
            return replace(self, begun=groups) if more and self.groups is None else self
        cost = float(columns.cost[taken].sum())
        return replace(self, groups=groups, cost=cost) if cost < self.cost else self

    def proven(self, bound: float) -> "_State":
        return replace(self, bound=max(self.bound, min(bound, self.cost)))


def _lifted(lists: Lists, relaxation: Relaxation, state: _State, effort: Effort) -> tuple[Relaxed, _State]:
    """Add rows while they lift the bound, dropping sets that no plan better than the known one can use."""
    relaxed = relaxation.solve()
    for number in range(FEW if state.groups is None else ROUNDS):
        if relaxed.short > TOLERANCE:
            return relaxed, state.proven(np.inf)
        before, state = state.bound, state.proven(relaxed.value)
        if state.closed or effort.spent or relaxation.programme.iterations > ITERATIONS:
            break
        near = np.flatnonzero(relaxation.reduced(relaxed.prices) <= state.cost - relaxed.value)
        odd = broken_rows(relaxation.columns, relaxed.share, relaxation.rows.must, effort.seed + number)
        broken = lists.rims.broken(relaxation.columns, relaxed.share)
        added = len(odd) + len(broken)
        if not added or (len(near) < FIRST and state.bound - before < LIFT * relaxed.value):
            break
        relaxation.drop(near)
        if len(odd):
            relaxation.cut(odd)
        if len(broken):
            relaxation.pattern(broken)
        relaxed = relaxation.solve()
    return relaxed, state


def _whole(relaxation: Relaxation, relaxed: Relaxed, most: int, state: _State, effort: Effort) -> _State:
    """Solve over the cheapest sets; a plan with another costs at least the linear bound and what the cheapest of those adds."""
    reduced = relaxation.reduced(relaxed.prices)
    near = np.flatnonzero(reduced <= state.cost - relaxed.value)
    order = near[np.argsort(reduced[near], kind="stable")]
    beyond = relaxed.value + float(reduced[order[most]]) if len(order) > most else np.inf
    columns = relaxation.columns.take(np.sort(order[:most]))
    rows = relaxation.active(relaxed)
    seconds, seed = effort.seconds, effort.seed
    found = None
    if len(columns) > LARGE:
        found = whole(columns, rows, solver="CP-SAT", work=WORK, seconds=seconds, seed=seed)
    if found is None or not found.exhausted:
        found = whole(columns, rows, solver="HIGHS", nodes=NODES, seconds=effort.seconds, seed=seed)
    least = found.value if found.exhausted else found.bound
    return state.better(columns, found).proven(min(least, beyond))


def _over_list(
    lists: Lists, columns: Columns, rows: Rows, bound: Bound, state: _State, effort: Effort
) -> _State:
    """Return the best plan found over a list, or the known one, and what is proven of all plans of its sets."""
    relaxation = Relaxation(columns, rows, guess=bound.prices)
    most, over = FIRST if state.groups is None else MOST, replace(state, bound=-np.inf)
    while True:
        relaxed, over = _lifted(lists, relaxation, over, effort)
        over = replace(over, rows=relaxation.active(relaxed))
        if over.groups is None and not effort.spent and most == FIRST:
            over = over.dived(relaxation.columns, relaxation.dive(relaxed), rows.must)
        if relaxed.short > TOLERANCE:
            return replace(over, bound=np.inf) if over.groups is None else over.proven(np.inf)
        if over.closed or effort.spent:
            return over
        over = _whole(relaxation, relaxed, most, over, effort)
        plan_only = (
            columns is bound.columns
        )  # these are not all there are, so what is proven of them is of no use
        if over.closed or over.groups is None or plan_only or most >= min(MOST, len(relaxation.columns)):
            return over
        most *= GROWN


def _stepwise(lists: Lists, rows: Rows, bound: Bound, state: _State, effort: Effort) -> _State:
    """Find a plan among the sets that made the bound, then close the gap over those within a margin, wider from step to step."""
    if state.groups is None and len(bound.columns):
        part = _over_list(lists, bound.columns, rows, bound, state, effort)
        state = replace(part, bound=state.bound, settled=state.settled)
    margin = MARGIN * bound.value
    if state.cost - bound.value <= HARDLY * margin:
        margin = state.cost - bound.value
    for _ in range(LISTINGS):
        columns, held = lists.within(bound, margin, proof=margin >= state.cost - bound.value)
        if held <= 0.0 or not len(columns):
            break
        if margin > state.settled:
            state = _closer(lists, columns, rows, bound, margin, state, effort)
        unfinished = state.groups is None and state.settled < margin
        needed = state.cost - bound.value
        if state.closed or effort.spent or unfinished or needed <= margin:
            break
        last, margin = margin, lists.wider(margin, min(needed, WIDEST * bound.value))
        if margin <= last:
            break
    return state


def _closer(  # what is known, and what is to be searched
    lists: Lists, columns: Columns, rows: Rows, bound: Bound, margin: float, state: _State, effort: Effort
) -> _State:
    """Return the best plan over all sets within a margin, and what that proves."""
    over = _over_list(lists, columns, rows if state.rows is None else state.rows, bound, state, effort)
    proven = max(state.bound, min(over.bound, bound.value + margin, over.cost))
    whole = over.bound >= bound.value + margin or over.closed
    return replace(over, bound=proven, settled=margin if whole else state.settled)


def best_plan(lists: Lists, rows: Rows, bound: Bound, effort: Effort, *, known: Found | None = None) -> Found:
    """Return the best plan in band with the workers that ``rows`` ask for.

    Parameters
    ----------
    lists
        The sets of the problem.
    rows
        What has to be covered, by how many workers in all.
    bound
        The bound of these rows.
    effort
        When to stop; a search that is stopped still gives its plan and its bound.
    known
        A plan and what is known of it, to go on from.
    """
    state = _State(bound=bound.value)
    if known is not None:
        proven = max(bound.value, known.bound)
        state = _State(
            groups=known.groups, cost=known.cost, bound=proven, rows=known.rows, settled=known.settled
        )
    state = _stepwise(lists, bound.rows, bound, state, effort)
    return Found(
        groups=state.groups,
        cost=state.cost,
        bound=state.bound,
        exact=state.closed,
        workers=rows.workers if state.groups is not None else (0.0, np.inf),
        begun=state.begun,
        rows=state.rows,
        settled=state.settled,
    )
