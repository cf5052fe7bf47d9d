"""The best plan over a list of sets.

1. Linear optimum (``linear``), lifted by rows of odd sets of units (``odd``, ``tight``): often it is whole by itself.
2. The best plan over the sets of least reduced cost.
3. The same over all sets whose reduced cost is no more than what that plan costs above the bound: no other set is in a better plan.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.linear import TOLERANCE, Relaxation
from gridplan.partition.master import Rows, Whole, reduced_costs, whole
from gridplan.partition.odd import broken_rows
from gridplan.partition.problem import Columns, Ints
from gridplan.partition.search import Effort, Found, no_plan
from gridplan.partition.tight import Lifted, Tight

GAP = 1e-5  # below this share of the cost a plan counts as proven
DEAR = (30.0, 3_000.0)  # prices of a row that is not kept, in costs of the dearest set, one after another
BEGUN = 4  # sets a unit to begin with
ROUNDS = 40
LIFT = 1e-5  # share of the value by which a round of rows has to lift it
HALF, WHOLE = 0.5, 1e-6
STALLED = 3  # rounds without that lift before one stops
FIRST, A_UNIT = 1_500, 3  # sets looked among at first, or so many a unit
INNER = 400  # the same for a part of a plan that is being made better: a good plan is wanted there, no proof
GROWN = 3  # the next time so many times more


@dataclass(frozen=True, kw_only=True)
class _State:
    """The plan known (sets of the list), its cost, and the bound; ``step``: costs that differ by less are equal."""

    chosen: Ints | None = None
    cost: float = np.inf
    bound: float = -np.inf
    step: float = 0.0

    @property
    def closed(self) -> bool:
        least = max(GAP * max(abs(self.cost), 1.0), self.step * (1 - GAP))
        return self.chosen is not None and self.cost - self.bound <= least

    def better(self, chosen: Ints | None, cost: float) -> "_State":
        return self if chosen is None or cost >= self.cost else replace(self, chosen=chosen, cost=cost)

    def proven(self, bound: float) -> "_State":
        return replace(self, bound=max(self.bound, min(bound, self.cost)))


def _linear(columns: Columns, rows: Rows, first: NDArray[np.int64]) -> tuple[Tight, Lifted | None]:
    """Return the linear optimum."""
    for dear in DEAR:
        tight = Tight(columns, rows, first, dear=dear)
        linear = tight.solve()
        if linear is not None:
            break
    return tight, linear


def _lifted(tight: Tight, lifted: Lifted, effort: Effort) -> Lifted | None:
    """Add rows of odd sets as long as they lift the linear optimum; None where no linear plan keeps them."""
    stalled = 0
    for number in range(ROUNDS):
        odd = broken_rows(tight.columns, lifted.share, tight.rows.must, effort.seed + number)
        if effort.spent or stalled == STALLED or not len(odd):
            break
        tight.cut(odd)
        more = tight.solve()
        if more is None:
            return None
        stalled = 0 if more.value - lifted.value > LIFT * abs(lifted.value) else stalled + 1
        lifted = more
    return lifted


def _begun(columns: Columns, lifted: Lifted, step: float) -> _State:
    """Return the bound of the linear optimum, and its plan where it is whole."""
    state = _State(bound=_up(lifted.value, step), step=step)
    if np.minimum(lifted.share, 1 - lifted.share).max() > WHOLE:
        return state
    chosen = np.flatnonzero(lifted.share > HALF).astype(np.int32)
    return state.better(chosen, float(columns.cost[chosen].sum()))


def _some(tight: Tight, part: NDArray[np.int64], state: _State, effort: Effort) -> tuple[_State, Whole]:
    """Solve over some of the sets, by another solver too where the first finds nothing."""
    nodes, seconds, seed = effort.nodes, effort.seconds, effort.seed
    found = tight.whole(part, state.chosen, nodes=nodes, step=state.step, seconds=seconds, seed=seed)
    if found.chosen is None and state.chosen is None and not found.exhausted and not effort.spent:
        columns = tight.columns.take(part)
        found = whole(columns, tight.rows, nodes=nodes, seconds=effort.seconds, seed=seed)
        found = found if found.chosen is None else replace(found, chosen=part[found.chosen].astype(np.int32))
    return state.better(found.chosen, found.value), found


def _ended(tight: Tight, lifted: Lifted, state: _State, effort: Effort) -> tuple[_State, bool]:
    """Solve over the sets that matter, until the plan is best or the work is done; tell whether it is proven that there is none."""
    order = np.argsort(lifted.reduced, kind="stable")
    even = int((lifted.reduced <= TOLERANCE * tight.scale).sum())
    most = max(INNER if effort.inner else FIRST, A_UNIT * len(tight.rows.must), even)
    while state.chosen is None and not effort.spent:
        part = np.sort(order[:most])
        state, found = _some(tight, part, state, effort)
        if len(part) == len(order):
            if found.exhausted and state.chosen is None:
                return state, True
            return state.proven(found.bound), False
        most *= GROWN
    if state.closed or effort.spent or effort.inner:
        return state, False
    state, found = _some(tight, _near(tight, lifted, state), state, effort)
    return state.proven(state.cost if found.exhausted else found.bound), False


def best_of(columns: Columns, rows: Rows, effort: Effort, *, step: float = 0.0) -> Found:
    """Return the best plan over a list of sets, with what is proven of it; for the parameters see ``best_and_near``."""
    return best_and_near(columns, rows, effort, step=step)[0]


def best_and_near(
    columns: Columns, rows: Rows, effort: Effort, *, step: float = 0.0
) -> tuple[Found, NDArray[np.int64]]:
    """Return the best plan over a list of sets, with what is proven of it, and the sets that a plan as good may use.

    Parameters
    ----------
    columns, rows
        The sets, whose costs may be other than the walk; what is asked of them.
    effort
        When to stop; a search that is stopped still gives its plan and its bound.
    step
        The costs of all plans are multiples of this; 0 where they are not.
    """
    every = np.arange(len(columns))
    relaxed = Relaxation(columns, rows).solve() if len(columns) else None
    if relaxed is None or relaxed.short > TOLERANCE:
        return no_plan(proven=bool(rows.must.any()) or relaxed is not None), every
    reduced = np.where(relaxed.share > 0, -np.inf, reduced_costs(columns, rows, relaxed.prices))
    first = np.argsort(reduced, kind="stable")[: BEGUN * len(rows.must)]
    tight, linear = _linear(columns, rows, first)
    if linear is None:
        return no_plan(proven=False), every
    lifted = _lifted(tight, linear, effort)
    if lifted is None:
        (tight, _), lifted = _linear(columns, rows, first), linear
    state, none = _ended(tight, lifted, _begun(columns, lifted, step), effort)
    if state.chosen is None:
        return replace(no_plan(proven=none), bound=np.inf if none else state.bound), every
    found = Found(
        groups=[columns.of(int(column)) for column in state.chosen],
        cost=state.cost,
        bound=min(_up(state.bound, step), state.cost),
        exact=state.closed,
        workers=rows.workers,
    )
    return found, _near(tight, lifted, state)


def _near(tight: Tight, lifted: Lifted, state: _State) -> NDArray[np.int64]:
    """Return the sets that a plan as good as the one known may use."""
    return np.flatnonzero(lifted.reduced <= state.cost - lifted.value + TOLERANCE * tight.scale)


def _up(bound: float, step: float) -> float:
    """Return the least cost of a plan that a bound allows."""
    return bound if step == 0.0 else step * float(np.ceil(bound / step - GAP))
