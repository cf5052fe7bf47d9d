"""The fewest households that have to move from the grids of an earlier plan to others, by column generation.

Each grid goes on from an earlier one, its origin. A linear program over sets near the origins tells what each unit is worth; sets
that gain on that are looked for (``worth``) and brought in, until there are none: then its value is a bound for every plan whose
sets move no more than a budget, and so, up to that budget, for every plan. A plan within a budget holds only sets that cost no
more than the budget lies above the bound; these are listed, and a set partitioning over them finds the plan or proves that there
is none. The budget grows until there is one. Prices half-way to the best known ones keep the search short (P. Wentges, "Weighted
Dantzig-Wolfe decomposition for linear mixed-integer programming", 1997).
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from gridplan.partition.near import WHOLE, Near, around
from gridplan.partition.pricing import whole_loads
from gridplan.partition.problem import Flags, Floats, Ints, Problem
from gridplan.partition.programme import Programme
from gridplan.partition.search import Effort
from gridplan.partition.worth import Choice, sets_worth

BUDGET, WIDER = 30.0, 1.2  # households, at first, and how the budget grows
MOST = 400.0  # households: a plan that moves more is made anew
UNCOVERED, DEARER = 40.0, 4.0  # households that a unit not covered costs, at first, and how that grows
STEPS = 150_000_000  # of all searches for sets that gain
LOOK, DEEPER = 20_000, 8  # steps of a first look around an origin, and how they grow
FOUND, KEPT = 200, 8  # sets of one look, and those kept of them: the last ones, which gain most
LISTED = 40_000  # sets; more are not solved over
LIST_STEPS = 16_000_000, 150_000_000  # of the search for all sets: around one origin, and around all
SLACK = 8.0  # households between a bound and a plan, all of whose sets can be listed
SHARE = 0.5  # of the best known prices in those that are tried
MET = 1e-4  # at which value and bound count as one

Sets = list[tuple[int, Ints]]


@dataclass(frozen=True)
class _Prices:
    """What units and origins are worth, and the bound that this proves."""

    units: Floats
    origins: Floats
    bound: float = -np.inf

    def toward(self, other: "_Prices", share: float) -> "_Prices":
        """Return prices between these (``share`` 1) and others (0)."""
        return _Prices(
            share * self.units + (1 - share) * other.units, share * self.origins + (1 - share) * other.origins
        )


@dataclass
class Moves:
    """Sets near the origins of a problem, and what units and origins are worth.

    Attributes
    ----------
    problem
        The units and the band.
    was
        Households of each unit that were in each origin, shape (n, origins).
    budget
        Households that a plan of the sets looked at may move.
    steps
        Work done so far in the search for sets that gain.
    sets
        Those in the linear program, each with its origin.
    choices
        What a set of each origin may hold within the budget.
    """

    problem: Problem
    was: Floats
    budget: float = field(default=0.0, init=False)
    steps: int = field(default=0, init=False)
    sets: Sets = field(default_factory=list, init=False)
    choices: list[Choice] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Begin the linear program: every unit in one set, one set of every origin."""
        self.count, self.origins = self.was.shape
        self.households = self.was.sum(axis=1)
        self.main = np.where(self.households > 0, self.was.argmax(axis=1), -1)
        self.sizes, edges, _ = whole_loads(self.problem)
        self.edges = np.array([edges[:, 0].min(), edges[:, 1].max()])
        self.whole = bool((self.was == np.round(self.was)).all())
        rows = self.count + self.origins
        least = np.concatenate([self.problem.must.astype(float), np.ones(self.origins)])
        self.programme = Programme(UNCOVERED)
        self.programme.add_rows(least, np.ones(rows), sparse.csr_array((rows, 0)), paid=True)
        self.places, self.costs = np.zeros(0, np.int32), np.zeros(0)
        self.known: set[tuple[int, bytes]] = set()
        self.best = _Prices(np.zeros(self.count), np.zeros(self.origins), 0.0)
        self.widen(BUDGET)
        for of, units in self._all(BUDGET) or []:
            self._bring_in(of, [units])

    @property
    def least(self) -> float:
        """How many households have to move in a plan whose sets lie within the budget."""
        return max(0.0, self._rounded(self.best.bound))

    def _rounded(self, households: float) -> float:
        """Return the least number that is not below one: whole where households are."""
        return float(np.ceil(households - MET)) if self.whole and np.isfinite(households) else households

    def widen(self, budget: float) -> None:
        """Look at sets within a budget from now on."""
        self.budget, self.choices = budget, []
        for of in range(self.origins):
            away = self.households - self.was[:, of]
            price, mine = away - self.was[:, of], self.main == of
            begun = float(np.minimum(away, self.was[:, of]).sum())
            near = around(self.problem, mine, np.where(mine, -price, price).clip(0.0), budget - begun)
            elsewhere = np.flatnonzero(self._elsewhere(of, mine, price, budget - begun))
            units = np.union1d(np.append(near, elsewhere), np.flatnonzero(mine)).astype(np.int32)
            self.choices.append(Choice(units, away[units], price[units], begun))

    def _elsewhere(self, of: int, mine: Flags, price: Floats, budget: float) -> Flags:
        """Mark the units that a set with none of an origin's own can hold: then all of those move, and the set needs a load."""
        lost = -float(price[mine].sum())
        new = float(np.maximum(self.problem.load - self.households, 0.0).sum())
        load = float(self.problem.band.intervals[:, 0].min()) - new - 2 * float(self.was[~mine, of].sum())
        if lost + max(0.0, load) > budget + WHOLE:
            return np.zeros(self.count, bool)
        return ~mine & (lost + price <= budget + WHOLE)

    def _look(
        self, of: int, prices: _Prices, floor: float, most: tuple[int, int], *, raising: bool
    ) -> tuple[list[Ints], float, bool, int]:
        """Return sets of an origin that gain a floor at some prices, the most one gains, whether these are all, and the steps."""
        choice = self.choices[of]
        gain = prices.units[choice.units] - choice.gain
        order = np.argsort(-np.abs(gain), kind="stable")
        members, sizes, best, whole, steps = sets_worth(
            self.problem.ground,
            Choice(choice.units[order], gain[order], choice.price[order], choice.begun),
            self.sizes,
            self.edges,
            self.problem.band.intervals,
            self.budget + WHOLE,
            floor,
            raising,
            *most,
        )
        found = np.split(members, np.cumsum(sizes)[:-1]) if len(sizes) else []
        return found, float(best), bool(whole), int(steps)

    def _bring_in(self, of: int, found: list[Ints]) -> int:
        """Add sets to the linear program; return how many are new."""
        new = [units for units in found if (of, units.tobytes()) not in self.known]
        if not new:
            return 0
        self.known |= {(of, units.tobytes()) for units in new}
        self.sets += [(of, units) for units in new]
        cost = np.array([(self.households[units] - self.was[units, of]).sum() for units in new])
        row = np.concatenate([np.append(units, self.count + of) for units in new]).astype(np.int64)
        column = np.repeat(np.arange(len(new)), [len(units) + 1 for units in new])
        places = self.programme.add_columns(cost, row, column, np.ones(len(row)))
        self.places, self.costs = np.append(self.places, places), np.append(self.costs, cost)
        return len(new)

    def _priced(self, prices: _Prices, *, all_of: bool) -> tuple[int, _Prices | None]:
        """Bring in sets that gain more than their origin's price; return how many, and, of all origins, prices that prove a bound.

        Unless all are wanted, it is looked no deeper as soon as there is one.
        """
        gains, left, look, new = -prices.origins, list(range(self.origins)), LOOK, 0
        while left and self.steps < STEPS and (all_of or not new):
            unsure = []
            for of in left:
                floor = float(-prices.origins[of]) + WHOLE
                found, best, whole, steps = self._look(of, prices, floor, (FOUND, look), raising=True)
                self.steps += steps
                new += self._bring_in(of, found[-KEPT:])
                gains[of] = max(gains[of], best)
                if not whole:
                    unsure.append(of)
            left, look = unsure, look * DEEPER
        if left:
            return new, None
        # what is short of the floor by a hair may gain that hair
        slack = WHOLE * self.origins
        return new, _Prices(prices.units, -gains, float(prices.units.sum() - gains.sum()) - slack)

    def _relaxed(self) -> tuple[float, _Prices, float]:
        """Return the value of the linear program, its prices, and what is not covered."""
        value, values, duals = self.programme.solve()
        units = np.where(self.problem.must, duals[: self.count], np.minimum(duals[: self.count], 0.0))
        return value, _Prices(units, duals[self.count :]), float(values[self.programme.paying].sum())

    def bound(self, enough: float = np.inf) -> None:
        """Find the best prices for the budget, as far as the steps go, or until more have to move than the budget, or enough."""
        _, proof = self._priced(self.best, all_of=True)
        self.best = proof or _Prices(self.best.units, self.best.origins)
        share = SHARE
        while self.steps < STEPS and self.least <= self.budget and self.least < enough:
            value, prices, short = self._relaxed()
            if self._rounded(value) - self.least <= MET * (1.0 + abs(value)):
                if short <= WHOLE:
                    break
                self.programme.price *= DEARER
                self.programme.charge(self.costs, self.places, self.programme.price)
                continue
            new, proof = self._priced(self.best.toward(prices, share), all_of=False)
            if proof is not None and proof.bound > self.best.bound:
                self.best = proof
            share = SHARE if new else 0.0

    def listed(self, budget: float) -> Near | None:
        """Return all sets that a plan within a budget can have; None where there are too many to list."""
        wider = budget > self.budget + WHOLE
        self.widen(budget)
        if wider:
            self.bound()
        sets = self._all(max(0.0, budget - self.best.bound)) if np.isfinite(self.best.bound) else None
        return None if sets is None else self.near(sets)

    def _all(self, slack: float) -> Sets | None:
        """Return all sets within the budget that cost no more than they are worth and a slack; None where there are too many."""
        sets: Sets = []
        each, left = LIST_STEPS
        for of in range(self.origins):
            floor = -float(self.best.origins[of]) - slack - WHOLE
            found, _, whole, steps = self._look(
                of, self.best, floor, (LISTED, min(each, left)), raising=False
            )
            sets += [(of, units) for units in found]
            left -= steps
            if not whole or len(sets) > LISTED:
                return None
        return sets

    def near(self, sets: Sets) -> Near:
        """Return sets with what they move."""
        return Near.made(self.problem, self.was, [units for _, units in sets], [of for of, _ in sets])


def possible(problem: Problem, was: Floats) -> bool:
    """Tell whether a plan with one grid of every origin can be: each has units, and the load goes into so many grids."""
    lived, many, load = was.sum(axis=1) > 0, was.shape[1], problem.load.sum()
    low, high = problem.band.intervals[:, 0].min(), problem.band.intervals[:, 1].max()
    return len(np.unique(was[lived].argmax(axis=1))) == many and bool(many * low <= load <= many * high)


def fewest(moves: Moves, effort: Effort) -> tuple[tuple[Near, float] | None, float]:
    """Return sets of which a plan moves fewest households, and how many it moves, None where none was met; and how many have to."""
    best: tuple[Near, float] | None = None
    least, budget = 0.0, BUDGET
    while budget <= MOST and moves.steps < STEPS and not effort.spent:
        moves.widen(budget)
        moves.bound(np.inf if best is None else best[1] - SLACK)
        least = max(least, min(moves.least, _beyond(budget, moves)))
        best = _better(moves.near(moves.sets), best)
        if moves.least <= budget:
            budget = budget if best is None else min(budget, best[1])
            listed = moves.listed(budget)
            found = None if listed is None else _better(listed, None)
            if found is not None and found[1] <= budget + WHOLE:
                return found, found[1]
            if listed is None or (
                best is not None and best[1] <= budget
            ):  # or the solver missed a plan that is there
                break
            least = max(least, _beyond(budget, moves))
        elif best is not None and best[1] <= budget + WHOLE:  # no bound can say so: nothing is proven
            return best, 0.0
        budget = budget * WIDER if best is None else min(budget * WIDER, best[1])
    return best, least if best is None else min(least, best[1])


def _beyond(budget: float, moves: Moves) -> float:
    """Return how many households have to move where no plan lies within a budget."""
    return float(np.floor(budget + WHOLE)) + 1.0 if moves.whole else budget


def _better(near: Near, best: tuple[Near, float] | None) -> tuple[Near, float] | None:
    """Return sets of which a plan moves fewer than the best one known, if there is one."""
    chosen = near.best(near.moved, np.inf)
    moved = np.inf if chosen is None else float(near.moved[chosen].sum())
    known = np.inf if best is None else best[1]
    return (near, moved) if moved < known else best
