"""What a choice of sites must keep beside serving the rows."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridplan.circle.model import EPS, Floats, Integers

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Rules:
    """What a choice of sites must keep; arrays have a value a site."""

    must: Flags
    barred: Flags
    counts: Flags  # whether a site is one of ``most``
    most: int | None = None
    money: Floats
    budget: float = np.inf
    clashes: Integers  # (pairs, 2)

    @classmethod
    def none(cls, sites: int, most: int | None = None) -> "Rules":
        """Return rules that only limit the number."""
        no = np.zeros(sites, bool)
        return cls(
            must=no,
            barred=no,
            counts=~no,
            most=most,
            money=np.zeros(sites),
            clashes=np.zeros((0, 2), np.int64),
        )

    @property
    def bare(self) -> bool:
        """Whether they limit nothing but the number of all sites, and settle some."""
        return not len(self.clashes) and np.isinf(self.budget) and bool(self.counts.all())

    def of(self, sites: Integers) -> "Rules":
        """Return the rules for some of the sites."""
        place = np.full(len(self.must), -1)
        place[sites] = np.arange(len(sites))
        pairs = place[self.clashes]
        return replace(
            self,
            must=self.must[sites],
            barred=self.barred[sites],
            counts=self.counts[sites],
            money=self.money[sites],
            clashes=pairs[(pairs >= 0).all(axis=1)],
        )

    def kept(self, chosen: Flags) -> bool:
        """Tell whether a choice keeps them."""
        number = int((chosen & self.counts).sum())
        spent = float(self.money[chosen].sum())
        return not (
            (self.must & ~chosen).any()
            or (self.barred & chosen).any()
            or (self.most is not None and number > self.most)
            or spent > self.budget + EPS * max(1.0, abs(self.budget))
            or chosen[self.clashes].all(axis=1).any()
        )

    @property
    def beside(self) -> Flags:
        """Which sites clash with one that must be open."""
        flags = np.zeros(len(self.must), bool)
        pairs = np.vstack([self.clashes, self.clashes[:, ::-1]])
        flags[pairs[self.must[pairs[:, 1]], 0]] = True
        return flags & ~self.must

    def begin(self) -> Flags:
        """Return a choice that keeps the rules, if any does: what must be open, and what is cheaper open if money asks."""
        if self.kept(self.must):
            return self.must.copy()
        return np.asarray(self.must | (~self.barred & ~self.beside & (self.money < 0)), bool)
