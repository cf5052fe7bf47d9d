"""Units that lie together and apart from the others, at every scale: regions for rows of load patterns."""

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from gridplan.partition.problem import Flags, Floats, Ints, Problem


def _between(problem: Problem) -> Floats:
    """Return the distances between units both ways alike, as one triangle; none is infinite."""
    distance = (problem.distance_m + problem.distance_m.T) / 2
    distance = np.where(np.isfinite(distance), distance, 2 * distance[np.isfinite(distance)].max(initial=1.0))
    np.fill_diagonal(distance, 0.0)
    return np.asarray(squareform(distance, checks=False))


def families(problem: Problem, most: float) -> Flags:
    """Return sets of units that lie together, of a load up to ``most``, the smaller ones first; shape (sets, n).

    Of any two, one lies in the other or they have no unit in common: the mergers of average linkage by the distance.
    """
    if problem.size <= 1:
        return np.zeros((0, problem.size), bool)
    inside = [np.arange(problem.size) == unit for unit in range(problem.size)]
    for left, right in hierarchy.linkage(_between(problem), "average")[:, :2].astype(int):
        inside.append(inside[left] | inside[right])
    several = np.array(inside[problem.size : -1]).reshape(-1, problem.size)
    return several[several @ problem.load <= most]


def chain_of(regions: Flags) -> tuple[Ints, Ints]:
    """Return the smallest region that each unit lies in and that around each region, -1 for none.

    ``regions`` (regions, n) are families, each before those around it.
    """
    count, units = regions.shape
    home, outer = np.full(units, -1, np.int32), np.full(count, -1, np.int32)
    for number in range(count - 1, -1, -1):
        first = int(np.argmax(regions[number]))
        outer[number] = home[first]
        home[regions[number]] = number
    return home, outer
