"""What a grid costs beside the walk, in household-metres: groups parted, borders off every line, loads away from the middle.

Each is a sum over the grids of a plan, so a set of units carries its own share. A group (a compound, a building) that lies in k
grids costs k - 1 times its price; a set pays for every group it touches and the sum is less one price a group (``spared``). A metre
of border between two grids is paid half by each.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import borrowing

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


KINDS = ("compound", "building")
PARTS = ("walk", "split_compound", "split_building", "border_off_line", "off_middle")


@dataclass(frozen=True, kw_only=True)
class PlanPrices:
    """``[partition.prices]``, household-metres, for a compound or building in one grid more, a metre of border, a household."""

    split_compound: float = 0.0
    split_building: float = 0.0
    border_off_line: float = 0.0
    off_middle: float = 0.0

    @property
    def any(self) -> bool:
        """Whether anything is priced."""
        return max(self.split_compound, self.split_building, self.border_off_line, self.off_middle) > 0


@dataclass(frozen=True, kw_only=True)
class Extras:
    """The prices of a problem, and what they are prices of.

    Attributes
    ----------
    prices
        What each costs.
    group
        Number of each unit's compound and building, -1 for none or where nobody lives, shape (2, n).
    off_line_m
        Metres of border that run along no road, river, railway or wall, for each entry of the problem's ``neighbors``.
    """

    prices: PlanPrices
    group: Ints
    off_line_m: Floats

    @property
    def split(self) -> Floats:
        """Price of one grid more for each kind of group, shape (2,)."""
        return np.array([self.prices.split_compound, self.prices.split_building])

    @property
    def spared(self) -> float:
        """What the groups would cost if none were parted: every set pays for each group it touches."""
        return float(sum(p * len(np.unique(g[g >= 0])) for p, g in zip(self.split, self.group, strict=True)))

    def part(self, units: NDArray[np.int64], kept: Flags) -> "Extras":
        """Return the prices of some of the units, ``kept`` (entries,) telling which neighbours stay."""
        return replace(self, group=self.group[:, units], off_line_m=self.off_line_m[kept])


def extras_of(
    prices: PlanPrices, names: NDArray[np.object_], load: Floats, off_line_m: Floats
) -> Extras | None:
    """Return the prices of a problem, None where nothing is priced; ``names`` (n, 2) are compounds and buildings, "" for none.

    A building of one name in two compounds is two.
    """
    if not prices.any:
        return None
    compound, building = names.T
    group = np.full(names.T.shape, -1, np.int32)
    both = np.array([f"{c}\n{b}" for c, b in names], object)
    for kind, (key, named) in enumerate(((compound, compound != ""), (both, building != ""))):
        some = named & (load > 0)
        group[kind, some] = np.unique(key[some].astype(str), return_inverse=True)[1]
    return Extras(prices=prices, group=group, off_line_m=off_line_m)


class Tariff(NamedTuple):
    """The prices as the compiled searches read them."""

    group: Ints
    split: Floats
    border: Floats  # household-metres of each entry of ``neighbors``, half the border's
    middle: Floats  # price, middle load of a worker, fewest and most workers


@borrowing
def charged(members, size, load, starts, neighbors, inside, tariff):
    """Return what a set costs beside the walk; ``inside`` marks its members."""
    total = 0.0
    for kind in range(len(tariff.split)):
        group = tariff.group[kind]
        for at in range(size):
            first = group[members[at]] >= 0
            for before in range(at):
                if group[members[before]] == group[members[at]]:
                    first = False
                    break
            if first:
                total += tariff.split[kind]
    if len(tariff.border):
        for at in range(size):
            for entry in range(starts[members[at]], starts[members[at] + 1]):
                if not inside[neighbors[entry]]:
                    total += tariff.border[entry]
    if tariff.middle[0] > 0.0:
        away = np.inf
        for workers in range(int(tariff.middle[2]), int(tariff.middle[3]) + 1):
            away = min(away, abs(load - workers * tariff.middle[1]))
        total += tariff.middle[0] * away
    return total
