"""Where faces touch: the pieces of line that two of them share, vertex for vertex."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array, csgraph

from gridplan.where import Flags, Floats, Geometries, Ints

SLIVER_M = 0.25  # mean width below which a face is a sliver
HAIR_M = 0.1  # faces that share less of a line hang together by a hair


@dataclass(frozen=True, kw_only=True)
class Seams:
    """Pieces of line, each with a face on either side: their numbers, left < right, and the piece's ends (k, 2, 2)."""

    left: Ints
    right: Ints
    ends: Floats

    @property
    def length_m(self) -> Floats:
        """Length of each piece."""
        return np.hypot(*(self.ends[:, 1] - self.ends[:, 0]).T)

    @property
    def middle(self) -> Floats:
        """Middle (k, 2) of each piece."""
        return (self.ends[:, 0] + self.ends[:, 1]) / 2

    @property
    def pieces(self) -> Geometries:
        """The pieces as lines."""
        return np.asarray(shapely.linestrings(self.ends), object)

    @property
    def firm(self) -> "Seams":
        """The seams of faces that share more than a point or a hair."""
        pair = np.unique(self.left * (self.right.max(initial=0) + 1) + self.right, return_inverse=True)[1]
        return self.some(np.bincount(pair, weights=self.length_m)[pair] >= HAIR_M)

    def some(self, mask: Flags) -> "Seams":
        """Return some of the pieces."""
        return Seams(left=self.left[mask], right=self.right[mask], ends=self.ends[mask])


def seams_of(faces: Geometries) -> Seams:
    """Return the seams of faces that share their vertices."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    begin, end, face = xy[:-1][joined], xy[1:][joined], owner[ring[:-1][joined]]
    swap = (begin[:, 0] > end[:, 0]) | ((begin[:, 0] == end[:, 0]) & (begin[:, 1] > end[:, 1]))
    low, high = np.where(swap[:, None], end, begin), np.where(swap[:, None], begin, end)
    key = np.hstack([low, high])
    order = np.lexsort(key.T)
    same = (key[order][1:] == key[order][:-1]).all(axis=1)
    first, second = order[:-1][same], order[1:][same]
    apart = face[first] != face[second]
    first, second = first[apart], second[apart]
    return Seams(
        left=np.minimum(face[first], face[second]),
        right=np.maximum(face[first], face[second]),
        ends=np.stack([low[first], high[first]], axis=1),
    )


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Return the number of the connected piece of each of ``count`` things that pairs join."""
    pairs = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return csgraph.connected_components(pairs, directed=False)[1].astype(np.int64)


def slivers(faces: Geometries) -> Flags:
    """Return which faces are so thin, as between a road and a border drawn along it, that nobody could walk through."""
    return 2 * shapely.area(faces) < SLIVER_M * shapely.length(faces)
