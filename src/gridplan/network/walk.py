"""What every way of walking offers, and the simplest of them: the straight line times a detour."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from gridplan.words import Message

FAR_M = 200.0  # farther from every road: a road is missing there, or the point is misplaced

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Places:
    """Points (k, 2) in metres, attached once for many distances; ``places[rows]`` is a part of them."""

    points: Floats

    def __getitem__(self, rows: ArrayLike | slice) -> Self:
        """Return the places of a boolean mask, an array of positions, or a slice."""
        picked = rows if isinstance(rows, slice) else np.asarray(rows)
        return type(self)(*(values[picked] for values in vars(self).values()))

    def __len__(self) -> int:
        return len(self.points)


class Walk(Protocol):
    """Walking metres between points of one metric CRS."""

    def attach(self, points: ArrayLike) -> Places:
        """Find where (k, 2) points join the ways people walk; ``distances`` takes the answer."""

    def distances(
        self, origins: ArrayLike | Places, destinations: ArrayLike | Places, *, limit_m: float = np.inf
    ) -> Floats:
        """Return (n, m) metres; inf beyond the limit and where no way leads."""

    def nearest(
        self, origins: ArrayLike | Places, destinations: ArrayLike | Places, *, limit_m: float = np.inf
    ) -> tuple[Floats, Integers]:
        """Return (n,) metres to the nearest destination, and which it is, the first of equals; inf, -1 for none."""

    def far(self, points: ArrayLike | Places) -> NDArray[np.bool_]:
        """Return which points are too far from every road to trust their distances."""


@dataclass(frozen=True)
class StraightLine:
    """The straight line times a detour (the plan file's default is 1.3)."""

    detour: float

    def attach(self, points: ArrayLike) -> Places:
        """Return the points as they are: the straight line starts anywhere."""
        return Places(as_points(points))

    def distances(
        self, origins: ArrayLike | Places, destinations: ArrayLike | Places, *, limit_m: float = np.inf
    ) -> Floats:
        """Return (n, m) metres of line times detour; inf beyond the limit."""
        metres = cdist(_points(origins), _points(destinations)) * self.detour
        return np.where(metres <= limit_m, metres, np.inf)

    def nearest(
        self, origins: ArrayLike | Places, destinations: ArrayLike | Places, *, limit_m: float = np.inf
    ) -> tuple[Floats, Integers]:
        """Return (n,) metres to the nearest destination, and which it is, the first of equals; inf, -1 for none."""
        metres = self.distances(origins, destinations, limit_m=limit_m)
        if not metres.shape[1]:
            return np.full(len(metres), np.inf), np.full(len(metres), -1)
        least_m = metres.min(axis=1)
        return least_m, np.where(np.isfinite(least_m), metres.argmin(axis=1), -1)

    def far(self, points: ArrayLike | Places) -> NDArray[np.bool_]:
        """Return False for every point: there is no road to be far from."""
        return np.zeros(len(_points(points)), bool)


def as_points(points: ArrayLike) -> Floats:
    """Return the points as a (k, 2) array of floats; a list of none is (0, 2)."""
    return np.asarray(points, dtype=float).reshape(-1, 2)


def _points(places: ArrayLike | Places) -> Floats:
    return places.points if isinstance(places, Places) else as_points(places)


def tell_far(walk: Walk, points: ArrayLike | Places) -> tuple[Message, ...]:
    """Return a message that counts the points far from every road, or nothing."""
    count = int(walk.far(points).sum())
    return (Message("network.far", {"count": count, "far_m": round(FAR_M)}),) if count else ()
