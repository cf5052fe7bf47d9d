"""Units that lie together and apart from the others: compounds, villages; regions for rows of load patterns."""

import numpy as np
from numpy.typing import NDArray
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from gridplan.partition.problem import Flags, Floats, Ints, Problem

LEAST, MOST = 0.5, 2.0  # mean load of a cluster, in loads of a grid
FEWEST = 2.0  # mean number of clusters in a village


def _between(problem: Problem) -> Floats:
    """Return the distances between units both ways alike, as one triangle; none is infinite."""
    distance = (problem.distance_m + problem.distance_m.T) / 2
    distance = np.where(np.isfinite(distance), distance, 2 * distance[np.isfinite(distance)].max(initial=1.0))
    np.fill_diagonal(distance, 0.0)
    return np.asarray(squareform(distance, checks=False))


def clusters_of(problem: Problem) -> tuple[Ints, Ints]:
    """Return the cluster of each unit (n,) and the village of each cluster, both numbered from 0.

    Clusters are of about a grid or two each, villages of several clusters; both are cut where the ways between them are widest
    beside those inside. Where nothing stands apart there is one of either.
    """
    one = np.zeros(problem.size, np.int32), np.zeros(1, np.int32)
    if problem.size <= 1:
        return one
    tree = hierarchy.linkage(_between(problem), "average")
    count = problem.size - np.arange(1, len(tree))  # clusters where one cuts below the next merger
    grids = problem.load.sum() / problem.band.middle
    cluster = _cut(tree, np.flatnonzero((count >= grids / MOST) & (count <= grids / LEAST)))
    if cluster is None:
        return one
    number = int(cluster.max()) + 1
    wide = _cut(tree, np.flatnonzero((count > 1) & (count <= number / FEWEST)))
    village = np.zeros(number, np.int32)
    if wide is not None:
        village[cluster] = wide
    return cluster, village


def _cut(tree: Floats, mergers: NDArray[np.int64]) -> Ints | None:
    """Return the clusters of a tree cut above one of some mergers, where the next is relatively the widest; None for no merger."""
    if not len(mergers):
        return None
    height = tree[:, 2]
    at = mergers[np.argmax(height[mergers + 1] / np.maximum(height[mergers], 1e-9))]
    return (hierarchy.fcluster(tree, (height[at] + height[at + 1]) / 2, "distance") - 1).astype(np.int32)


def families(problem: Problem, most: float) -> Flags:
    """Return sets of units that lie together, one in another, each of a load up to ``most``; shape (sets, n)."""
    if problem.size <= 1:
        return np.zeros((0, problem.size), bool)
    inside = [np.arange(problem.size) == unit for unit in range(problem.size)]
    for left, right in hierarchy.linkage(_between(problem), "average")[:, :2].astype(int):
        inside.append(inside[left] | inside[right])
    several = np.array(inside[problem.size :])
    return several[several @ problem.load <= most]
