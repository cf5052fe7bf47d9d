"""Plans begun from parts."""

import numpy as np

from gridplan.partition import Band, Effort, solve
from gridplan.partition.improve import Pool, from_parts
from gridplan.partition.problem import columns_of
from strategies import Graph

ROW = Graph(
    load=(30.0,) * 5,
    places=tuple((100.0 * n, 0.0) for n in range(5)),
    pairs=tuple((n, n + 1) for n in range(4)),
)


def test_too_few_people_for_one_worker_are_one_grid():
    """150 households and a band of 15,000 to 20,000 round to no worker at all: the plan is one grid, and not in band."""
    problem = ROW.problem(Band(low=15_000, high=20_000))
    pool = Pool(columns_of([], problem), np.zeros(0))
    assert [sorted(group.tolist()) for group in from_parts(problem, pool, 0, Effort())] == [[0, 1, 2, 3, 4]]
    assert solve(problem).status == "infeasible"


def test_the_better_start_is_taken():
    """Begun with the two ends alone, or from the sets of a pool: the plan is the one that walks less, in band."""
    problem = ROW.problem(Band(low=60, high=90))
    pool = Pool(columns_of([np.array([0, 1], np.int32), np.array([2, 3, 4], np.int32)], problem), np.zeros(2))
    begun = [np.array([0], np.int32), np.array([4], np.int32)]
    groups = from_parts(problem, pool, 2, Effort(), begun=begun)
    assert sorted(sorted(group.tolist()) for group in groups) in ([[0, 1], [2, 3, 4]], [[0, 1, 2], [3, 4]])
