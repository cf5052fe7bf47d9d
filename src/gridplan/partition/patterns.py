"""Rows of load patterns: what whole numbers of grids ask of the grids that touch a region.

The grids that lie in a region of load L, wholly or in part, have loads there that add up to L: those wholly inside have a load in
band, those that cross the rim any. Let h count a grid by its load in the region, and by whether it crosses. If

    sum of h >= 1   over each multiset of such loads that adds up to L

then the row  sum over sets s that touch the region of h(load of s inside) x_s >= 1  holds for every plan in band. Fractions of sets
break such rows: a compound of 223 households is covered by fractions of grids of 150 to 200 at no cost, though 23 to 73 of them
have to go elsewhere; and 640 households by 3.2 grids of 200. The functions h are found by ``separation``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.problem import Columns, Flags, Floats, Ints

CROSSING, INSIDE = 0, 1

Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Rows of load patterns.

    Attributes
    ----------
    sizes
        Whole loads of the units, shape (n,).
    regions
        Units of each region, shape (regions, n).
    of
        The region of each row, shape (rows,).
    worth
        What a set counts in a row by its whole load inside, sets that cross the rim and sets inside; shape (rows, 2, loads).
    """

    sizes: Ints
    regions: Flags
    of: Ints
    worth: Floats

    @classmethod
    def none(cls, sizes: Ints, regions: Flags, top: int) -> "Patterns":
        """Return no rows over some regions, for loads below ``top``."""
        return cls(sizes=sizes, regions=regions, of=np.zeros(0, np.int32), worth=np.zeros((0, 2, top)))

    def __len__(self) -> int:
        return len(self.of)

    def plus(self, of: Ints, worth: Floats) -> "Patterns":
        """Return these rows and more of the same regions."""
        return Patterns(
            sizes=self.sizes,
            regions=self.regions,
            of=np.concatenate([self.of, of]).astype(np.int32),
            worth=np.concatenate([self.worth, worth]),
        )

    def take(self, rows: Ints) -> "Patterns":
        """Return some of the rows."""
        return Patterns(sizes=self.sizes, regions=self.regions, of=self.of[rows], worth=self.worth[rows])

    def entries(self, columns: Columns) -> tuple[Places, Places, Floats]:
        """Return row, set and coefficient of each entry."""
        if not len(self) or not len(columns):
            none = np.zeros(0, np.int64)
            return none, none, np.zeros(0)
        some, of = np.unique(self.of, return_inverse=True)
        sizes = np.vstack([self.regions[some], np.ones(len(self.sizes), bool)]) * self.sizes
        load = np.add.reduceat(sizes[:, columns.members], columns.starts[:-1], axis=1)
        kind = np.where(load[:-1] < load[-1], CROSSING, INSIDE)
        inside = np.minimum(load[:-1], self.worth.shape[2] - 1)  # no set in band has more
        worth: Floats = self.worth[np.arange(len(self))[:, None], kind[of], inside[of]]
        row, column = np.nonzero(worth * (load[:-1] > 0)[of])
        return row, column, worth[row, column]
