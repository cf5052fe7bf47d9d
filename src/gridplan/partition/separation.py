"""Rows of load patterns (``patterns``) that a linear optimum breaks, and their least valid coefficients.

For the loads that the sets of the linear optimum have in a region the most violated row is a small linear program, with a condition
for each multiset of loads that adds up to the region's; the violated ones are found as shortest ways over the loads (an unbounded
knapsack). Loads that are not in the linear optimum get the least coefficient that keeps the row valid, one after another.
"""

import highspy
import numpy as np

from gridplan.partition.multisets import cheapest, lifted
from gridplan.partition.patterns import CROSSING, INSIDE, Patterns
from gridplan.partition.problem import Columns, Flags, Floats, Ints

BROKEN = 0.94  # a row whose value is below this is worth adding
EXACT = 1e-7
USED = 1e-7  # share above which a linear optimum uses a set
WIDEST = 900  # largest whole load of a set for which regions are looked at
LARGEST = 12  # load of the largest region that is looked at, in the largest load of a set
TRIES = 40
MOST = 15  # rows found at a time


def _condition(loads: Ints, worth: Floats, total: int) -> tuple[float, Ints, Floats]:
    """Return the least worth of a multiset that adds up to a total, the places of its loads, and how often each is in it."""
    least, last = cheapest(loads, worth, total)
    places, left = [], total
    while left > 0 and np.isfinite(least[total]):
        places.append(int(last[left]))
        left -= int(loads[places[-1]])
    which, times = np.unique(np.array(places, np.int32), return_counts=True)
    return float(least[total]), which.astype(np.int32), times.astype(float)


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
    weight, size = np.bincount(of, weights=shares), len(kinds)
    loads = (kinds % top).astype(np.int32)
    program = highspy.Highs()
    program.setOptionValue("output_flag", False)  # noqa: FBT003 # the option takes it so
    program.addCols(
        size,
        weight,
        np.zeros(size),
        np.ones(size),
        0,
        np.zeros(size, np.int32),
        np.zeros(0, np.int32),
        np.zeros(0),
    )
    worth = np.zeros(size)
    for _ in range(TRIES):
        least, which, times = _condition(loads, worth, total)
        if least >= 1.0 - EXACT:
            break
        program.addRow(1.0, np.inf, len(which), which, times)
        program.run()
        worth = np.array(program.getSolution().col_value)
        if weight @ worth > BROKEN:
            return 1.0, None
    else:
        return 1.0, None
    return float(weight @ worth), np.asarray(lifted(kinds.astype(np.int64), worth + EXACT, possible, total))


class Rims:
    """Regions, and the loads that sets in band may have in them.

    Parameters
    ----------
    none
        No rows over the regions.
    intervals
        Whole loads in band, rows of (least, greatest).
    """

    def __init__(self, none: Patterns, intervals: Ints) -> None:
        self.none, self.intervals = none, intervals
        self.top = none.worth.shape[2]
        loads = np.arange(self.top)
        inside = ((loads[:, None] >= intervals[:, 0]) & (loads[:, None] <= intervals[:, 1])).any(axis=1)
        self.possible = np.vstack([loads > 0, inside])
        self.total = (none.regions * none.sizes).sum(axis=1)
        looked_at = (self.total > 0) & (self.total < LARGEST * self.top) & (self.top <= WIDEST)
        self.regions = np.flatnonzero(looked_at)

    def among(self, regions: Flags) -> "Rims":
        """Return these regions and more."""
        return Rims(self.none.over(regions), self.intervals)

    def wide(self, patterns: Patterns) -> Patterns:
        """Return rows over the first of these regions as rows over all of them."""
        return self.none.plus(patterns.of, patterns.worth)

    def broken(self, columns: Columns, shares: Floats) -> Patterns:
        """Return the rows that a linear optimum breaks most, at most one a region."""
        some = np.flatnonzero(shares > USED)
        used, shares = columns.take(some), shares[some]
        found: list[tuple[float, int, Floats]] = []
        for region in self.regions.tolist():
            load, kind = self.none.loads(used, region)
            touching = np.flatnonzero(load)
            if (shares[touching] > 1.0 - BROKEN / 100).all():
                continue
            mixed = load[touching] + np.where(kind[touching] == INSIDE, self.top, CROSSING)
            value, row = broken_row(int(self.total[region]), self.possible, mixed, shares[touching])
            if row is not None:
                found.append((value, region, row))
        found = sorted(found, key=lambda each: each[:2])[:MOST]
        of = np.array([region for _, region, _ in found], np.int32)
        worth = np.array([row for _, _, row in found]).reshape(-1, 2, self.top)
        return self.none.plus(of, worth)
