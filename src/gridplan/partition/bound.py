"""A bound on the cost of every plan in band, from prices of units, of workers and of rows that fractions of sets break.

No plan costs less than the sum of the prices less the most that its sets can gain on them; the most that a set with centre j can
gain is found by ``pricing``, and each unit is the centre of one grid at most (Lagrangean relaxation). Good prices are those of the
linear program over the sets found so far (column generation), or, for fewer rounds, prices between these and the best known ones
(P. Wentges, "Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming", 1997). Rows that the linear optimum
breaks are added on the way. First the sets need not be connected: a knapsack is fast, and its rows of load patterns (``patterns``)
tell what each region asks of the grids around it. From where that settles on, only connected sets count, and rows of odd sets
(``odd``) are added as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.candidates import connected
from gridplan.partition.lagrangean import Lagrangean
from gridplan.partition.linear import Relaxation, Relaxed
from gridplan.partition.master import Prices, Rows, reduced_costs
from gridplan.partition.odd import broken_rows
from gridplan.partition.pricing import Pricing
from gridplan.partition.problem import Columns, Floats
from gridplan.partition.separation import Rims

ROUNDS = (16, 70)  # least and most; the least is larger where there is work for more
MORE = 40  # rounds
PRICED = 5_000  # units priced in all, where the least is no hindrance
HALVINGS = 12
SETTLED = 5e-3  # share by which the linear program may lie above the bound when rows are looked for
MET = 3e-4  # share at which the two count as one
NEW = 1e-6  # share of a unit's price that a set has to gain to be new
DEAR = (
    6.0,
    40.0,
)  # price of a row that is not kept, in units of the middle price of a unit: at first, and of connected sets
SMOOTH = (0.5, 0.8)  # share of the best known prices in those that are tried: at first, and of connected sets
JOINED = 40  # most rounds with connected sets
LIFT = 2e-4  # share by which the bound has to rise
STALLED = 8  # rounds without that before one stops
SEEDED = 0.008  # share of the bound within which connected sets are listed to begin with
SEEDS, SEED_STEPS = 160, 6_000  # of that list: sets, and steps of its search, for each unit
CLOSE = (
    0.35  # of the middle price of a unit: a plan so near the bound is proven by listing the sets in between
)
WORK = 24_000  # steps of all these searches, for each unit

Stops = tuple[Callable[[], bool], Callable[[], bool]]


def never() -> bool:
    """Tell that a search goes on to its end."""
    return False


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A proven lower bound, household-metres, on the cost of every plan that some rows allow, and the prices that prove it.

    A plan with a set of centre j that gains g on the prices costs at least ``value + wanted[j] - g``.
    ``rows``: those asked for, with rows of odd sets and patterns that every such plan keeps, which have prices of their own;
    ``columns``: connected sets that were best at times.
    """

    value: float
    prices: Prices
    wanted: Floats
    rows: Rows
    columns: Columns


def _of_units(units: Floats) -> Prices:
    return Prices(units=units, sums=np.zeros(4))


def _longer(prices: Floats, count: int) -> Floats:
    """Return prices of so many rows; those that were not known have none."""
    return np.append(prices, np.zeros(count - len(prices)))


def _between(old: Prices, new: Prices, share: float) -> Prices:
    """Return prices between the old (``share`` 1) and the new (0); rows that the old do not know had no price."""
    return Prices(
        units=share * old.units + (1 - share) * new.units,
        sums=share * old.sums + (1 - share) * new.sums,
        odd=share * _longer(old.odd, len(new.odd)) + (1 - share) * new.odd,
        patterns=share * _longer(old.patterns, len(new.patterns)) + (1 - share) * new.patterns,
    )


@dataclass
class _Search:
    """How far the prices have come: nothing costs less than nothing, at prices of nothing."""

    value_at: Lagrangean
    rows: Rows
    prices: Prices
    value: float = 0.0

    @property
    def known(self) -> Prices:
        """The best prices, of all rows there are now."""
        patterns = 0 if self.rows.patterns is None else len(self.rows.patterns)
        return replace(
            self.prices,
            odd=_longer(self.prices.odd, len(self.rows.odd)),
            patterns=_longer(self.prices.patterns, patterns),
        )

    def at(self, prices: Prices) -> Columns:
        """Try some prices; return sets that gain much there."""
        value, sets = self.value_at(prices, self.rows)
        if value > self.value:
            self.value, self.prices = value, prices
        return sets


def _by_load(search: _Search, load: Floats, dearest: float) -> Columns:
    """Try prices that are in proportion to the load; return the sets that were best at some of them."""
    low, high, sets = 0.0, dearest, []
    for _ in range(HALVINGS):
        per_load = (low + high) / 2
        found = search.at(_of_units(per_load * load))
        sets.append(found)
        used = search.value_at.used(per_load * found.load - found.cost)
        low, high = (per_load, high) if load.sum() > found.load[used].sum() else (low, per_load)
    every = sets[0]
    for more in sets[1:]:
        every = every.joined(more)
    return every


@dataclass(frozen=True)
class _Limits:
    """When a search for prices ends: what a set has to gain to be new, rounds, steps of searches, a clock, a bound that will do."""

    least: float
    rounds: int
    steps: float
    spent: Callable[[], bool]
    enough: float

    def over(self, pricing: Pricing) -> bool:
        """Tell whether the steps are done or the time is gone."""
        return pricing.steps > self.steps or self.spent()


def bound_of(
    pricing: Pricing,
    rows: Rows,
    work: float = 1.0,
    stops: Stops = (never, never),
    known: Columns | None = None,
    cost: float = np.inf,
) -> Bound:
    """Return the best bound found for every plan that ``rows`` allow; prices beside the walk are left out.

    ``work``: how many times as much is done as by default; ``stops``: whether the search with all
    sets, and that with connected ones, is to end; ``known``: sets in band of good plans; ``cost``: of the best of these plans.
    """
    load = pricing.problem.load
    asked = replace(rows, odd=np.zeros((0, len(load)), bool), patterns=pricing.rims.none)
    search = _Search(Lagrangean(pricing, rows), asked, _of_units(np.zeros(len(load))))
    begun = _by_load(search, load, 2.0 * float(pricing.cost.max()) / max(float(load.mean()), 1e-9))
    begun = begun if known is None else begun.joined(known)
    middle = max(float(np.median(search.prices.units[rows.must])), 1.0) if rows.must.any() else 1.0
    master = Relaxation(begun, asked, guess=search.prices, scale=middle, shortage=DEAR[0])
    least = ROUNDS[0] + int(MORE * min(1.0, work))
    most_rounds = int(np.clip(PRICED // len(load), least, ROUNDS[1]) * max(1.0, work))
    enough = cost - pricing.problem.spared - CLOSE * middle
    limits = _Limits(NEW * middle, most_rounds, np.inf, stops[0], enough)
    _settle(search, master, pricing.rims, limits)
    columns = master.columns
    if work > 0 and search.value < enough:
        limits = _Limits(NEW * middle, int(JOINED * work), work * WORK * len(load), stops[1], enough)
        columns = _among_connected(search, master, pricing, limits)
    return Bound(
        value=search.value + pricing.problem.spared,
        prices=search.known,
        wanted=search.value_at.wanted(search.known, search.rows),
        rows=search.rows,
        columns=connected(pricing.problem, columns),
    )


def _among_connected(search: _Search, master: Relaxation, pricing: Pricing, limits: _Limits) -> Columns:
    """Go on with connected sets alone; return those that were met."""
    seeds = _connected(search, master, pricing)
    master = Relaxation(seeds, search.rows, guess=search.known, scale=master.scale, shortage=DEAR[1])
    search.value_at.joined = True
    pricing.steps = 0
    _settle(search, master, pricing.rims, limits)
    return master.columns


def _connected(search: _Search, master: Relaxation, pricing: Pricing) -> Columns:
    """Return connected sets: those that were met, and those near the bound."""
    size = len(search.rows.must)
    floors = search.value_at.wanted(search.known, search.rows) - SEEDED * search.value
    near, _ = pricing.within(
        search.known, search.rows, floors=floors, most_sets=SEEDS * size, most_steps=SEED_STEPS * size
    )
    return connected(pricing.problem, master.columns).joined(near)


def _settle(search: _Search, master: Relaxation, rims: Rims, limits: _Limits) -> None:
    """Price sets and solve the linear program over them, in turn, until both agree and no row is broken any more."""
    smooth = share = SMOOTH[search.value_at.joined]
    reached, stalled = search.value, 0
    for number in range(limits.rounds):
        lifted = search.value > reached + LIFT * abs(reached)
        reached, stalled = (search.value, 0) if lifted else (reached, stalled + 1)
        if stalled > STALLED or search.value >= limits.enough or limits.over(search.value_at.pricing):
            break
        relaxed = master.sifted() if search.value_at.joined else master.over_working()
        sets = search.at(_between(search.prices, relaxed.prices, share))
        gains = -reduced_costs(sets, master.rows, relaxed.prices)
        new = sets.take(np.flatnonzero(gains > limits.least))
        if len(new):
            master.extend(new)
        elif search.value_at.deeper():
            continue
        elif share > 0:
            share = 0.0
            continue
        share = smooth
        apart = relaxed.value - search.value
        if len(new) and apart > SETTLED * abs(relaxed.value):
            continue
        if not _cut(search, master, relaxed, rims, number) and (
            not len(new) or apart <= MET * abs(relaxed.value)
        ):
            break


def _cut(search: _Search, master: Relaxation, relaxed: Relaxed, rims: Rims, seed: int) -> bool:
    """Add rows that the linear optimum breaks; tell whether there are any."""
    broken = rims.broken(master.columns, relaxed.share)
    if len(broken):
        master.pattern(broken)
    odd = np.zeros((0, len(master.rows.must)), bool)
    if search.value_at.joined:
        odd = broken_rows(master.columns, relaxed.share, master.rows.must, seed)
        if len(odd):
            master.cut(odd)
    search.rows = master.rows
    return len(broken) + len(odd) > 0
