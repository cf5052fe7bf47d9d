"""A bound on the cost of every plan in band, from prices of units alone.

Give each unit a price. No plan costs less than the sum of the prices less the most that its sets can gain on them; the most that a
set with centre j can gain is a knapsack (``pricing``), and each unit is the centre of one grid at most (Lagrangean relaxation of
the covering rows). Good prices are found by subgradient steps: dearer where no best set wants a unit, cheaper where several do
(M. Held, P. Wolfe, H. Crowder, "Validation of subgradient optimization", 1974).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.master import Prices, Rows
from gridplan.partition.pricing import Pricing
from gridplan.partition.problem import Columns, Floats

STEPS = 90
HALVINGS = 12
AIM = 1.03  # the value aimed at, as a multiple of the best so far
PATIENCE = 5  # steps without gain before they are shortened
SHORTEN = 0.6
MOMENTUM = 0.5


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A proven lower bound, household-metres, on the cost of every plan that some rows allow, and the prices that prove it.

    A plan with a set of centre j that gains g on the prices costs at least ``value + wanted[j] - g``.
    """

    value: float
    prices: Prices
    wanted: Floats


def _prices(units: Floats, worker: float) -> Prices:
    return Prices(
        units=units, sums=np.array([min(worker, 0.0), max(worker, 0.0), 0.0, 0.0]), triples=np.zeros(0)
    )


class _Lagrangean:
    """The bound as a function of the prices of units and of a worker."""

    def __init__(self, pricing: Pricing, rows: Rows) -> None:
        self.pricing, self.rows = pricing, rows
        low, high = rows.workers
        size = len(rows.must)
        self.most_grids = int(min(size, np.floor(high / rows.band.fewest))) if np.isfinite(high) else size
        self.least_grids = int(np.ceil(low / rows.band.most))
        self.by_workers = np.isfinite(high) and rows.band.most > rows.band.fewest

    def _best(self, prices: Prices) -> tuple[Floats, Columns, NDArray[np.int64]]:
        """Return the gain of the best set of each centre, these sets, and which of them are best together."""
        gain, sets = self.pricing.best(prices)
        order = np.argsort(-gain[sets.centre], kind="stable")[: self.most_grids]
        used = order[(np.arange(len(order)) < self.least_grids) | (gain[sets.centre[order]] > 0)]
        return gain, sets, used

    def wanted(self, prices: Prices) -> Floats:
        """Return what a set of each centre has to gain to cost the bound nothing."""
        gain, sets, used = self._best(prices)
        last = gain[sets.centre[used]].min() if len(used) == self.most_grids else 0.0
        wanted = np.full(len(gain), last)
        wanted[sets.centre[used]] = gain[sets.centre[used]]
        return wanted

    def __call__(self, units: Floats, worker: float) -> tuple[float, Floats, float]:
        """Return the bound at some prices, and the directions in which it rises: for units (n,) and for a worker."""
        rows, prices = self.rows, _prices(units, worker)
        gain, sets, used = self._best(prices)
        if len(used) < self.least_grids:
            return -np.inf, np.zeros(len(units)), 0.0
        chosen = sets.take(used)
        covered = np.bincount(chosen.members, minlength=len(units))
        low, high = rows.workers
        value = units.sum() - gain[chosen.centre].sum()
        slope = 0.0
        if self.by_workers:
            value += prices.sums[0] * high + prices.sums[1] * low
            fewest, most = rows.band.workers(chosen.load)
            slope = high - fewest.sum() if worker < 0 else low - most.sum()
        return float(value), (1.0 - covered).astype(np.float64), float(slope)


def _by_load(value_at: _Lagrangean, load: Floats, dearest: float) -> tuple[float, Floats]:
    """Return the best bound of prices that are in proportion to the load, and these prices."""
    low, high = 0.0, dearest
    best, units = -np.inf, np.zeros(len(load))
    for _ in range(HALVINGS):
        per_load = (low + high) / 2
        value, rising, _ = value_at(per_load * load, 0.0)
        if value > best:
            best, units = value, per_load * load
        low, high = (per_load, high) if rising @ load > 0 else (low, per_load)
    return best, units


def bound_of(pricing: Pricing, rows: Rows) -> Bound:
    """Return the best bound that the steps find for every plan that ``rows`` allow; prices beside the walk are left out."""
    value_at = _Lagrangean(pricing, rows)
    load, size = pricing.problem.load, len(rows.must)
    best, units = _by_load(value_at, load, 2.0 * float(pricing.cost.max()) / max(float(load.mean()), 1e-9))
    worker, step = 0.0, 1.0
    at, per_worker, way, stall = units, worker, np.zeros(size + 1), 0
    for _ in range(STEPS):
        value, rising, slope = value_at(at, per_worker)
        stall = 0 if value > best * (1 + 1e-4) else stall + 1
        if value > best:
            best, units, worker = value, at, per_worker
        if stall == PATIENCE:
            step, stall, way = step * SHORTEN, 0, np.zeros(size + 1)
            at, per_worker = units, worker
            continue
        way = np.append(rising, slope) + MOMENTUM * way
        length = way @ way
        if length == 0.0:
            break
        move = step * max(AIM * best - value, 0.01 * abs(best)) / length
        at = np.where(rows.must, at + move * way[:-1], np.minimum(at + move * way[:-1], 0.0))
        per_worker = per_worker + move * way[-1]
    prices = _prices(units, worker)
    return Bound(value=best + pricing.problem.spared, prices=prices, wanted=value_at.wanted(prices))
