"""Sets of neighbouring grids that one worker may look after, and the shortest walk past them."""

from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """Connected sets of grids, by number of grids and then by members.

    Attributes
    ----------
    holds
        Whether each set holds each grid, shape (sets, grids).
    walk_m
        Shortest walk past the centres of a set's grids, beginning and ending where it is shortest, shape (sets,).
    """

    holds: Flags
    walk_m: Floats

    @property
    def size(self) -> Ints:
        """Number of grids of each set."""
        return np.asarray(self.holds.sum(axis=1), np.int64)


def clusters(beside: Flags, metres: Floats, *, most: int) -> Clusters:
    """Return every connected set of at most ``most`` grids.

    Parameters
    ----------
    beside
        Whether two grids are neighbours, symmetric, shape (grids, grids).
    metres
        Walk between their centres, shape (grids, grids).
    most
        Grids that one worker may have.
    """
    count = len(beside)
    layer: list[tuple[int, ...]] = [(grid,) for grid in range(count)]
    sets = list(layer)
    near = [np.flatnonzero(row).tolist() for row in beside]
    for _ in range(most - 1):
        grown = {tuple(sorted((*one, other))) for one in layer for grid in one for other in near[grid]}
        layer = sorted({one for one in grown if len(set(one)) == len(one)})
        sets += layer
    holds = np.zeros((len(sets), count), bool)
    for number, members in enumerate(sets):
        holds[number, list(members)] = True
    return Clusters(holds=holds, walk_m=_walks(sets, metres))


def _walks(sets: list[tuple[int, ...]], metres: Floats) -> Floats:
    """Return the shortest open walk past all members of each set, over all orders."""
    walk_m = np.zeros(len(sets))
    sizes = np.array([len(one) for one in sets])
    for size in range(2, int(sizes.max(initial=1)) + 1):
        at = np.flatnonzero(sizes == size)
        members = np.array([sets[one] for one in at], np.int64).reshape(len(at), size)
        orders = [
            order for order in permutations(range(size)) if order[0] < order[-1]
        ]  # there is as far as back
        legs = [
            np.sum([metres[members[:, a], members[:, b]] for a, b in pairwise(order)], axis=0)
            for order in orders
        ]
        walk_m[at] = np.min(legs, axis=0)
    return walk_m
