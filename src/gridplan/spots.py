"""Spots that several units share: each gets a point beside it, so that cells meet like slices of a pie."""

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SPOT_M = 0.005  # points closer than this are one spot
SLICE_M = 0.3  # how far owners of one spot are moved apart
SLICE_SHARE = 0.45  # but no farther than this share of the way to the next spot or line
LEAST_SLICE_M = 0.001
WAYS = 64  # directions that are tried around a spot on the border


def apart(
    points: Floats, owner: Ints, *, shape: shapely.Geometry, lines: np.ndarray
) -> tuple[Floats, Ints, Ints]:
    """Return distinct spots (k, 2), owners (k,), and the spot of each point; owners on one spot move apart.

    Parameters
    ----------
    points, owner
        Points (n, 2), metres, and whose each is (n,).
    shape
        The community; owners of a spot on its border are moved inside.
    lines
        Lines that cells do not cross: no owner is moved over one.
    """
    grid = np.round(points / SPOT_M).astype(np.int64)
    pairs, first, spot = np.unique(
        np.column_stack([grid, owner]), axis=0, return_index=True, return_inverse=True
    )
    _, begin, place, count = np.unique(
        pairs[:, :2], axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    place, spots = place.ravel(), points[first]
    shared = np.flatnonzero(count > 1)
    for at, middle, radius_m in zip(
        shared, spots[begin[shared]], _room_m(spots[begin], shared, lines), strict=True
    ):
        spots[place == at] = _around(middle, radius_m, int(count[at]), shape)
    return spots, owner[first], spot.ravel()


def _room_m(middles: Floats, shared: Ints, lines: np.ndarray) -> Floats:
    """Return how far the owners of each shared spot may be moved, short of other spots and of lines."""
    if not len(shared):
        return np.zeros(0)
    tree = shapely.STRtree(np.concatenate([np.atleast_1d(shapely.points(middles)), lines]))
    room_m = np.full(len(shared), SLICE_M)
    own, other = tree.query(
        shapely.points(middles[shared]), predicate="dwithin", distance=SLICE_M / SLICE_SHARE
    )
    away_m = shapely.distance(shapely.points(middles[shared[own]]), tree.geometries[other])
    free = away_m > LEAST_SLICE_M  # a spot on a line has slices on either side
    np.minimum.at(room_m, own[free], SLICE_SHARE * away_m[free])
    return np.maximum(room_m, LEAST_SLICE_M)


def _around(middle: Floats, radius_m: float, count: int, shape: shapely.Geometry) -> Floats:
    """Return points evenly around a spot; around a spot on the border those inside it."""
    angle = 2 * np.pi * np.arange(count) / count
    even = middle + radius_m * np.column_stack([np.cos(angle), np.sin(angle)])
    if shapely.contains_xy(shape, even).all():
        return even
    angle = 2 * np.pi * np.arange(WAYS) / WAYS
    ways = middle + radius_m * np.column_stack([np.cos(angle), np.sin(angle)])
    inside = ways[shapely.contains_xy(shape, ways)]
    return even if len(inside) < count else inside[(2 * np.arange(count) + 1) * len(inside) // (2 * count)]
