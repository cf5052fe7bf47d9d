"""A bound on the length of the edges cut, from eigenvalues.

With L the Laplacian of the graph and W the loads on the diagonal, grids of loads m_1 >= m_2 >= ... cut at least half the sum of
m_i times the i-th smallest eigenvalue of W^-1/2 L W^-1/2 (Donath and Hoffman 1973, with weights on the units).
"""

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

from gridplan.partition.graph.problem import GraphProblem

SAFE = 1e-6  # share taken off for rounding
LARGE = 3_000  # units above which nothing but connectedness is used
THIN = 1e-3  # load given to units without any, as a share of the mean


def cut_bound(problem: GraphProblem) -> float:
    """Return a length that every division into k grids in band cuts."""
    parts = csgraph.connected_components(problem.matrix, directed=False)[0]
    least = float(problem.length.min(initial=np.inf)) if len(problem.length) else 0.0
    joined = max(0, problem.k - parts) * least
    if problem.size > LARGE or problem.k >= problem.size or not (problem.length >= 0).all():
        return joined
    load = np.maximum(problem.load, THIN * max(float(problem.load.mean()), 1e-12))
    extra = float((load - problem.load).sum())
    laplacian = (sparse.diags_array(problem.matrix.sum(axis=1)) - problem.matrix).toarray()
    scale = 1.0 / np.sqrt(load)
    values = linalg.eigh(
        laplacian * scale[:, None] * scale, eigvals_only=True, subset_by_index=(0, problem.k - 1)
    )
    values = np.maximum(values, 0.0)
    # the least the sum can be: grids of small eigenvalue as heavy as the band and the total allow
    free = load.sum() - problem.k * max(problem.lower, 0.0)
    width = max(problem.upper + extra - max(problem.lower, 0.0), 0.0)
    loads = np.full(problem.k, max(problem.lower, 0.0))
    for number in range(problem.k):
        more = min(width, max(free, 0.0))
        loads[number] += more
        free -= more
    bound = 0.5 * float(loads @ values) * (1 - SAFE)
    return max(joined, rounded(problem, bound))


def rounded(problem: GraphProblem, bound: float) -> float:
    """Return a bound on what is cut, rounded up where all lengths are whole."""
    whole = bool((problem.length == np.floor(problem.length)).all())
    return float(np.ceil(bound - 1e-6)) if whole and np.isfinite(bound) else bound
