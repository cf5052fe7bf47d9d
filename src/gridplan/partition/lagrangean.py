"""The bound as a function of prices: what all units are worth, less the most that the sets of a plan can gain.

Each unit is the centre of one grid at most, so no more counts than the greatest gains of as many centres as there are grids.
"""

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.master import Prices, Rows
from gridplan.partition.odd import most
from gridplan.partition.pricing import Depths, Pricing
from gridplan.partition.problem import Columns, Floats

NEAR = 5e-3  # share of what a grid costs by which a set may at first gain less than the best of the knapsack
STEPS = (1_000, 64_000)  # of the search for such sets, for each unit: at first, and at most
DEEPER = 4


class Lagrangean:
    """The bound as a function of prices: by the knapsack, or, ``joined``, by a search among connected sets."""

    def __init__(self, pricing: Pricing, rows: Rows) -> None:
        self.pricing, self.joined = pricing, False
        low, high = self.workers = rows.workers
        size = len(rows.must)
        self.depths = Depths(np.zeros(size, np.int64), 0.0, STEPS[0])
        self.exact = True
        self.most_grids = int(min(size, np.floor(high / rows.band.fewest))) if np.isfinite(high) else size
        self.least_grids = int(np.ceil(low / rows.band.most))

    def gains(self, prices: Prices, rows: Rows) -> tuple[Floats, Columns]:
        """Return the most that a set of each centre can gain (n,), and sets that gain much."""
        gain, sets = self.pricing.best(prices, rows)
        if not self.joined:
            return gain, sets
        count = max(1, self.most_grids)
        self.depths.step = NEAR * max(1.0, float(prices.units.sum())) / count
        most, sets, self.exact = self.pricing.joined(prices, rows, gain, self.depths, count=count)
        return most, sets

    def deeper(self) -> bool:
        """Look longer for connected sets where the last search was too short to be sure; tell whether that is done."""
        if not self.joined or self.exact or self.depths.steps >= STEPS[1]:
            return False
        self.depths.steps *= DEEPER
        return True

    def used(self, gain: Floats) -> NDArray[np.int64]:
        """Return the centres whose sets gain most together."""
        order = np.argsort(-gain, kind="stable")[: self.most_grids]
        return order[
            ((np.arange(len(order)) < self.least_grids) & np.isfinite(gain[order])) | (gain[order] > 0)
        ]

    def wanted(self, prices: Prices, rows: Rows) -> Floats:
        """Return what a set of each centre has to gain to cost the bound nothing."""
        gain, _ = self.gains(prices, rows)
        used = self.used(gain)
        last = gain[used].min() if len(used) == self.most_grids else 0.0
        wanted = np.full(len(gain), last)
        wanted[used] = gain[used]
        return wanted

    def __call__(self, prices: Prices, rows: Rows) -> tuple[float, Columns]:
        """Return the bound at some prices, and sets that gain much."""
        gain, sets = self.gains(prices, rows)
        used = self.used(gain)
        if len(used) < self.least_grids:
            return -np.inf, sets
        value = prices.units.sum() + prices.patterns.sum() + prices.odd @ most(rows.odd) - gain[used].sum()
        low, high = self.workers
        value += prices.sums[0] * high if prices.sums[0] < 0 else 0.0
        value += prices.sums[1] * low if prices.sums[1] > 0 else 0.0
        return float(value), sets
