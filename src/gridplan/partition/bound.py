"""A bound on the cost of every plan in band, from prices of units, of workers and of rows of load patterns.

No plan costs less than the sum of the prices less the most that its sets can gain on them; the most that a set with centre j can
gain is a knapsack (``pricing``), and each unit is the centre of one grid at most (Lagrangean relaxation). Good prices are those of
the linear program over the sets that the knapsacks found so far (column generation); prices half-way between these and the best
known ones get there in fewer rounds (P. Wentges, "Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming",
1997). When they have settled, rows of load patterns that the linear optimum breaks are added, and it goes on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.candidates import connected
from gridplan.partition.linear import Relaxation
from gridplan.partition.master import Prices, Rows, reduced_costs
from gridplan.partition.patterns import Patterns
from gridplan.partition.pricing import Pricing
from gridplan.partition.problem import Columns, Floats
from gridplan.partition.separation import Rims

ROUNDS = (16, 40)  # least and most
PRICED = 4_600  # units priced in all, where the least is no hindrance
HALVINGS = 12
SETTLED = 5e-3  # share by which the linear program may lie above the bound when rows are looked for
MET = 3e-4  # share at which the two count as one
NEW = 1e-6  # share of a unit's price that a set has to gain to be new
DEAR = 6.0  # price of a unit not covered, in units of the middle price
SMOOTH = 0.5


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A proven lower bound, household-metres, on the cost of every plan that some rows allow, and the prices that prove it.

    A plan with a set of centre j that gains g on the prices costs at least ``value + wanted[j] - g``.
    ``patterns`` are rows that every such plan keeps, with prices of their own; ``columns`` connected sets that were best at times.
    """

    value: float
    prices: Prices
    wanted: Floats
    patterns: Patterns
    columns: Columns


class _Lagrangean:
    """The bound as a function of prices."""

    def __init__(self, pricing: Pricing, rows: Rows) -> None:
        self.pricing, self.rows = pricing, rows
        low, high = rows.workers
        size = len(rows.must)
        self.most_grids = int(min(size, np.floor(high / rows.band.fewest))) if np.isfinite(high) else size
        self.least_grids = int(np.ceil(low / rows.band.most))

    def _best(self, prices: Prices, patterns: Patterns) -> tuple[Floats, Columns, NDArray[np.int64]]:
        """Return the gain of the best set of each centre, these sets, and which of them are best together."""
        gain, sets = self.pricing.best(prices, patterns)
        order = np.argsort(-gain[sets.centre], kind="stable")[: self.most_grids]
        used = order[(np.arange(len(order)) < self.least_grids) | (gain[sets.centre[order]] > 0)]
        return gain, sets, used

    def wanted(self, prices: Prices, patterns: Patterns) -> Floats:
        """Return what a set of each centre has to gain to cost the bound nothing."""
        gain, sets, used = self._best(prices, patterns)
        last = gain[sets.centre[used]].min() if len(used) == self.most_grids else 0.0
        wanted = np.full(len(gain), last)
        wanted[sets.centre[used]] = gain[sets.centre[used]]
        return wanted

    def __call__(self, prices: Prices, patterns: Patterns) -> tuple[float, Columns, NDArray[np.int64]]:
        """Return the bound at some prices, the best set of each centre, and how often these cover each unit together."""
        gain, sets, used = self._best(prices, patterns)
        chosen = sets.take(used)
        covered = np.bincount(chosen.members, minlength=len(gain))
        if len(used) < self.least_grids:
            return -np.inf, sets, covered
        value = prices.units.sum() + prices.patterns.sum() - gain[chosen.centre].sum()
        low, high = self.rows.workers
        value += prices.sums[0] * high if prices.sums[0] < 0 else 0.0
        value += prices.sums[1] * low if prices.sums[1] > 0 else 0.0
        return float(value), sets, covered


def _of_units(units: Floats) -> Prices:
    return Prices(units=units, sums=np.zeros(4), triples=np.zeros(0), patterns=np.zeros(0))


def _between(old: Prices, new: Prices, share: float) -> Prices:
    """Return prices between the old (``share`` 1) and the new (0); rows that the old do not know had no price."""
    known = np.append(old.patterns, np.zeros(len(new.patterns) - len(old.patterns)))
    return Prices(
        units=share * old.units + (1 - share) * new.units,
        sums=share * old.sums + (1 - share) * new.sums,
        triples=np.zeros(0),
        patterns=share * known + (1 - share) * new.patterns,
    )


@dataclass
class _Search:
    """How far the prices have come: nothing costs less than nothing, at prices of nothing."""

    value_at: _Lagrangean
    patterns: Patterns
    prices: Prices
    value: float = 0.0

    def at(self, prices: Prices) -> tuple[Columns, NDArray[np.int64]]:
        """Try some prices; return the best set of each centre there, and the cover of units."""
        value, sets, covered = self.value_at(prices, self.patterns)
        if value > self.value:
            self.value, self.prices = value, prices
        return sets, covered


def _by_load(search: _Search, load: Floats, dearest: float) -> Columns:
    """Try prices that are in proportion to the load; return the sets that were best at some of them."""
    low, high, sets = 0.0, dearest, []
    for _ in range(HALVINGS):
        per_load = (low + high) / 2
        found, covered = search.at(_of_units(per_load * load))
        sets.append(found)
        low, high = (per_load, high) if (1.0 - covered) @ load > 0 else (low, per_load)
    every = sets[0]
    for more in sets[1:]:
        every = every.joined(more)
    return every


def bound_of(pricing: Pricing, rows: Rows) -> Bound:
    """Return the best bound found for every plan that ``rows`` allow; prices beside the walk are left out."""
    load = pricing.problem.load
    none = pricing.rims.none
    search = _Search(_Lagrangean(pricing, rows), none, _of_units(np.zeros(len(load))))
    begun = _by_load(search, load, 2.0 * float(pricing.cost.max()) / max(float(load.mean()), 1e-9))
    middle = max(float(np.median(search.prices.units[rows.must])), 1.0) if rows.must.any() else 1.0
    asked = Rows(must=rows.must, workers=rows.workers, band=rows.band, patterns=none)
    master = Relaxation(begun, asked, guess=search.prices, scale=middle, shortage=DEAR)
    _settle(search, master, pricing.rims, NEW * middle)
    prices, patterns = search.prices, search.patterns
    known = Prices(
        units=prices.units,
        sums=prices.sums,
        triples=np.zeros(0),
        patterns=np.append(prices.patterns, np.zeros(len(patterns) - len(prices.patterns))),
    )
    return Bound(
        value=search.value + pricing.problem.spared,
        prices=known,
        wanted=search.value_at.wanted(known, patterns),
        patterns=patterns,
        columns=connected(pricing.problem, master.columns.take(np.arange(len(begun), len(master.columns)))),
    )


def _settle(search: _Search, master: Relaxation, rims: Rims, least: float) -> None:
    """Price sets and solve the linear program over them, in turn, until both agree and no row is broken any more."""
    share = SMOOTH
    for _ in range(int(np.clip(PRICED // len(search.prices.units), *ROUNDS))):
        relaxed = master.over_working()
        sets, _ = search.at(_between(search.prices, relaxed.prices, share))
        gains = -reduced_costs(sets, master.rows, relaxed.prices)
        new = sets.take(np.flatnonzero(gains > least))
        if len(new):
            master.extend(new)
        elif share > 0:
            share = 0.0
            continue
        share = SMOOTH
        apart = relaxed.value - search.value
        if len(new) and apart > SETTLED * abs(relaxed.value):
            continue
        broken = rims.broken(master.columns, relaxed.share)
        if len(broken):
            search.patterns = search.patterns.plus(broken.of, broken.worth)
            master.pattern(broken)
        elif not len(new) or apart <= MET * abs(relaxed.value):
            break
