"""One budget for the services of many streets: how much each has, and what no other way of spreading it could do.

What a budget does is known exactly of each street, for some budgets of it. Plans for these are combined by an integer program.
For the bound a street that spends more than one of them, up to the next, leaves at least as many without a service as the next one
has to, and costs at least the first. The price of money that makes this relaxation worst is the Lagrangean bound; where it
lies far from the plan, more budgets of a street are looked at between those that it needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

from gridplan.reach import Spent

Asked = Mapping[str, list[float]]  # budgets to be looked at, by street
SHARES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)  # of an even share, looked at first
ROUNDS, PARTS = 3, 4  # of looking closer, each time at so many parts of what lies between
CLOSE = 1e-2  # of the households that stay without: a gap that is not worth another round
NARROW = 1e-4  # of the budget: between two such amounts nothing is looked for
HAIR = 1e-6
HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How a budget is spread.

    Attributes
    ----------
    each
        The budget of each street: what its plan takes.
    spent
        What their plans take of it.
    uncovered, bound
        Households times services that stay without one, and how many have to, however the budget is spread.
    price
        By how many fewer one unit of money more would leave.
    """

    each: dict[str, float]
    spent: float
    uncovered: float
    bound: float
    price: float


def spread(
    budget: float, streets: Sequence[str], look: Callable[[Asked], Mapping[str, list[Spent]]]
) -> Spread | None:
    """Return how a budget is spread so that the fewest households stay without a service; None where no street can be looked at.

    Parameters
    ----------
    budget
        Of all streets together.
    streets
        Their names.
    look
        Tells what budgets of streets would do; a street that cannot be planned is not in what it returns, and has nothing.
    """
    even = budget / len(streets)
    first = sorted({min(budget, share * even) for share in SHARES} | {budget})
    known: dict[str, list[Spent]] = dict(look(dict.fromkeys(streets, first)))
    if not known:
        return None
    made, between = _spread(budget, known)
    for _ in range(ROUNDS):
        if made.uncovered - made.bound <= CLOSE * max(1.0, made.uncovered) or not between:
            break
        for street, found in look(between).items():
            known[street] = sorted([*known[street], *found], key=lambda one: one.budget)
        made, between = _spread(budget, known)
    return made


def _spread(budget: float, known: Mapping[str, list[Spent]]) -> tuple[Spread, dict[str, list[float]]]:
    """Return the best spread of what is known, and the budgets that would tell more."""
    streets = list(known)
    plans = [(at, one) for at, street in enumerate(streets) for one in known[street]]
    chosen = _chosen(
        [one.uncovered for _, one in plans], [one.spent for _, one in plans], [at for at, _ in plans], budget
    )
    least = _least(known, streets)
    relaxed = _relaxed(least, budget)
    between: dict[str, list[float]] = {}
    price, worth = -float(relaxed.ineqlin.marginals[0]), np.asarray(relaxed.eqlin.marginals)
    uncovered = sum(plans[number][1].uncovered for number in chosen)
    share = (uncovered - float(relaxed.fun)) / len(streets)
    for at, low, high, value in least:
        if high - low > NARROW * budget and value + price * low - worth[at] <= share:
            between.setdefault(streets[at], []).extend(np.linspace(low, high, PARTS + 1)[1:-1].tolist())
    picked = {plans[number][0]: plans[number][1] for number in chosen}
    return Spread(
        each={street: picked[at].spent for at, street in enumerate(streets)},
        spent=sum(one.spent for one in picked.values()),
        uncovered=sum(one.uncovered for one in picked.values()),
        bound=max(0.0, float(relaxed.fun) - HAIR),
        price=price,
    ), between


def _least(known: Mapping[str, list[Spent]], streets: list[str]) -> list[tuple[int, float, float, float]]:
    """Return what a street leaves at least: its number, for budgets from above one to the next, and that."""
    rows = []
    for at, street in enumerate(streets):
        levels = known[street]
        rows.append((at, levels[0].budget, levels[0].budget, levels[0].bound))
        rows += [(at, before.budget, after.budget, after.bound) for before, after in pairwise(levels)]
    return rows


def _one_each(of: list[int]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(of)), (of, np.arange(len(of)))))


def _chosen(uncovered: list[float], spent: list[float], of: list[int], budget: float) -> NDArray[np.int64]:
    """Return the plans, one a street, that leave fewest and keep to the budget, then spend least."""
    tiny = NARROW / max(1.0, budget)  # of a household: money decides only between plans that are equal
    found = milp(
        np.array(uncovered) + tiny * np.array(spent),
        constraints=[
            LinearConstraint(_one_each(of), 1.0, 1.0),
            LinearConstraint(sparse.csr_array(np.array(spent)[None, :]), -np.inf, budget * (1 + HAIR)),
        ],
        integrality=np.ones(len(of)),
        bounds=Bounds(0.0, 1.0),
        options={"mip_rel_gap": 0.0},
    )
    return np.flatnonzero(found.x > HALF)


def _relaxed(least: list[tuple[int, float, float, float]], budget: float) -> OptimizeResult:
    """Return the linear relaxation: its dual is the best Lagrangean bound, its price that of money."""
    of = [at for at, _, _, _ in least]
    return linprog(
        [value for _, _, _, value in least],
        A_ub=np.array([[low for _, low, _, _ in least]]),
        b_ub=[budget],
        A_eq=_one_each(of),
        b_eq=np.ones(max(of) + 1),
        bounds=(0.0, 1.0),
        method="highs",
    )
