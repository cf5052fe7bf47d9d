"""Rows of load patterns (``patterns``) that a linear optimum breaks, and their least valid coefficients.

For the loads that the sets of the linear optimum have in a region the most violated row is a small linear program, with a condition
for each multiset of loads that adds up to the region's (``multisets``).
Loads that are not in the linear optimum get the least coefficient that keeps the row valid, one after another.
"""

import numpy as np

from gridplan.partition.multisets import least_row, lifted
from gridplan.partition.patterns import Patterns
from gridplan.partition.problem import Columns, Flags, Floats, Ints

BROKEN = 0.94  # a row whose value is below this is worth adding
USED = 1e-7  # share above which a linear optimum uses a set
WIDEST = 900  # largest whole load of a set for which regions are looked at
MOST = 15  # rows found at a time


def broken_row(total: int, possible: Flags, used: Ints, shares: Floats) -> tuple[float, Floats | None]:
    """Return the value of the most violated row of a region and its coefficients (2, loads), None where there is none.

    Parameters
    ----------
    total
        Whole load of the region.
    possible
        Whether a set that crosses, and one inside, may have such a load, shape (2, loads).
    used, shares
        Loads of the sets of the linear optimum (those inside as much higher as there are loads), and their shares.
    """
    top = possible.shape[1]
    kinds, of = np.unique(used, return_inverse=True)
    weight = np.bincount(of, weights=shares)
    value, worth = least_row(kinds % top, weight, total, BROKEN)
    if value >= BROKEN:
        return 1.0, None
    worth = np.minimum(worth, 1.0)
    return float(value), np.asarray(lifted(kinds.astype(np.int64), worth, possible, total))


class Rims:
    """Regions, and the loads that sets in band may have in them.

    Parameters
    ----------
    none
        No rows over the regions.
    intervals
        Whole loads in band, rows of (least, greatest).
    most
        Whole load of the largest region that is looked at.
    """

    def __init__(self, none: Patterns, intervals: Ints, most: float) -> None:
        self.none, self.intervals = none, intervals
        self.top = none.worth.shape[2]
        loads = np.arange(self.top)
        inside = ((loads[:, None] >= intervals[:, 0]) & (loads[:, None] <= intervals[:, 1])).any(axis=1)
        self.possible = np.vstack([loads > 0, inside])
        self.total = (none.regions * none.sizes).sum(axis=1)
        looked_at = (self.total > 0) & (self.total <= most) & (self.top <= WIDEST)
        self.regions = np.flatnonzero(looked_at)

    def _loads(self, columns: Columns) -> tuple[Ints, Ints]:
        """Return the whole load of each set, and in each region that is looked at, shape (regions, sets)."""
        holds = np.zeros((len(self.none.sizes), len(columns)))
        holds[columns.members, columns.owner] = self.none.sizes[columns.members]
        inside = self.none.regions[self.regions] @ holds
        return holds.sum(axis=0).astype(np.int32), inside.astype(np.int32)

    def broken(self, columns: Columns, shares: Floats) -> Patterns:
        """Return the rows that a linear optimum breaks most, at most one a region."""
        some = np.flatnonzero(shares > USED)
        used, shares = columns.take(some), shares[some]
        whole, loads = self._loads(used)
        found: list[tuple[float, int, Floats]] = []
        for region, load in zip(self.regions.tolist(), loads, strict=True):
            touching = np.flatnonzero(load)
            if (shares[touching] > 1.0 - BROKEN / 100).all():
                continue
            crosses = load[touching] < whole[touching]
            mixed = load[touching] + np.where(crosses, 0, self.top)
            value, row = broken_row(int(self.total[region]), self.possible, mixed, shares[touching])
            if row is not None:
                found.append((value, region, row))
        found = sorted(found, key=lambda each: each[:2])[:MOST]
        of = np.array([region for _, region, _ in found], np.int32)
        worth = np.array([row for _, _, row in found]).reshape(-1, 2, self.top)
        return self.none.plus(of, worth)
