"""An instance of ``../shared/instances`` or ``communities.py`` as arrays, and what a division of it is worth, whoever made it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Units of a community: households, positions in metres, pairs of neighbours; grids wanted and their band."""

    load: np.ndarray
    xy: np.ndarray
    edges: np.ndarray
    k: int
    k_free: bool
    low: float
    high: float

    @classmethod
    def of(cls, read: dict[str, Any]) -> "Instance":
        """Return an instance from the form of its file."""
        nodes = read["nodes"]
        return cls(
            load=np.array([node["weight"] for node in nodes], float),
            xy=np.array([(node["x"], node["y"]) for node in nodes], float),
            edges=np.array(read["edges"], np.int64).reshape(-1, 2),
            k=read["k"],
            k_free=bool(read.get("k_free", False)),
            low=float(read["lower"]),
            high=float(read["upper"]),
        )

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.load)

    @property
    def middle(self) -> float:
        """Load of a grid if all of the k had the same."""
        return float(self.load.sum()) / self.k

    @property
    def distance_m(self) -> np.ndarray:
        """Straight lines between units, shape (n, n)."""
        return np.hypot(self.xy[:, None, 0] - self.xy[:, 0], self.xy[:, None, 1] - self.xy[:, 1])

    @property
    def graph(self) -> sparse.csr_array:
        """Who borders whom, both ways."""
        both = np.concatenate([self.edges, self.edges[:, ::-1]])
        return sparse.csr_array((np.ones(len(both)), tuple(both.T)), shape=(self.size, self.size))


def in_order(label: Any) -> list[int]:
    """Return labels as numbers 0, 1, ..."""
    return np.unique(np.asarray(label), return_inverse=True)[1].ravel().tolist()


def away(instance: Instance, label: np.ndarray) -> np.ndarray:
    """Return the load outside the band of each grid."""
    load = np.bincount(label, instance.load)
    return np.maximum(0.0, np.maximum(instance.low - load, load - instance.high))


def walked(instance: Instance, label: np.ndarray) -> float:
    """Return household-metres to the best centre unit of each grid."""
    total = 0.0
    for grid in range(int(label.max()) + 1):
        group = np.flatnonzero(label == grid)
        line = instance.xy[group]
        metres = np.hypot(line[:, None, 0] - line[:, 0], line[:, None, 1] - line[:, 1])
        total += float((instance.load[group] @ metres).min())
    return total


def in_pieces(instance: Instance, label: np.ndarray) -> int:
    """Return the number of grids that are not connected."""
    one, other = instance.edges.T
    inside = instance.edges[label[one] == label[other]]
    links = sparse.csr_array((np.ones(len(inside)), tuple(inside.T)), shape=(instance.size,) * 2)
    piece = csgraph.connected_components(links, directed=False)[1]
    pairs = np.unique(np.column_stack([label, piece]), axis=0)
    return int((np.bincount(pairs[:, 0]) > 1).sum())


def scored(instance: Instance, assignment: list[int]) -> dict[str, float]:
    """Return the figures of a division."""
    label = np.asarray(assignment)
    outside = away(instance, label)
    objective = walked(instance, label)
    return {
        "grids": len(outside),
        "in_band": float((outside <= ROUNDING).mean()),
        "in_pieces": in_pieces(instance, label),
        "objective": objective,
        "walk_m": objective / float(instance.load.sum()),
    }
