"""Covering: the fewest sites that cover every row, or the most weight that a number of sites covers.

Sites j, rows i of weight w_i, reach a_ij = 1 where site j covers row i; x_j opens site j, y_i covers row i::

    y_i <= sum_j a_ij x_j,   0 <= y_i <= 1,   x_j in {0, 1}
    fewest:    min sum_j x_j        y_i = 1
    most:      max sum_i w_i y_i    sum_j x_j <= p
    cheapest:  min sum_j c_j x_j    no more sites, and no less cover, than the plan found before

Toregas et al. (1971), Operations Research 19; Church and ReVelle (1974), Papers in Regional Science 32.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from gridplan.circle.model import EPS, Choice, Floats, Integers, Stop, Task, solve
from gridplan.circle.reduce import merge_rows, reduce_both, reduce_sites


def fewest(reach: csr_array, cost: Floats | None, *, stop: Stop) -> Choice:
    """Choose the fewest sites that cover every row (rows, sites), and the cheapest among so few.

    Every row must be in reach of a site. The objective is the number of sites.
    """
    rows, sites = reduce_both(reach, cost)
    task = Task(reach=rows, weights=np.ones(rows.shape[0]), price=np.ones(len(sites)), all_rows=True)
    found = solve(task, _greedy(task), stop)
    bound = min(max(0.0, float(np.ceil(found.lower_bound - EPS))), found.objective)
    picked = found.sites
    if cost is not None:
        picked = solve(replace(task, price=cost[sites], most_sites=len(picked)), picked, stop).sites
    return replace(found, sites=np.sort(sites[picked]), lower_bound=bound)


def most(reach: csr_array, weights: Floats, cost: Floats | None, *, count: int, stop: Stop) -> Choice:
    """Choose at most ``count`` sites that cover the most weight; the fewest, then the cheapest, among equals.

    Every row must be in reach of a site. The objective is the weight left uncovered.
    """
    total = float(weights.sum())
    sites = reduce_sites(reach, cost)
    rows, merged = merge_rows(reach[:, sites], weights)
    task = Task(reach=rows, weights=merged, price=np.zeros(len(sites)), most_sites=count)
    found = solve(task, _greedy(task), stop)
    left = max(0.0, total + found.objective)
    if task.covered(found.sites).all():  # only then may fewer sites do: else each more site covers more
        whole = fewest(reach, cost, stop=stop)
        picked = whole.sites if len(whole.sites) <= count else np.sort(sites[found.sites])
        return Choice(sites=picked, objective=0.0, lower_bound=0.0)
    picked = found.sites
    if cost is not None:
        cheap = replace(task, price=cost[sites], least_cover=-found.objective)
        picked = solve(cheap, picked, stop).sites
    bound = _tight(total + found.lower_bound, left, weights)
    return replace(found, sites=np.sort(sites[picked]), objective=left, lower_bound=bound)


def _tight(bound: float, objective: float, weights: Floats) -> float:
    """Return the bound raised to a weight that can be, at least 0 and at most the objective."""
    if (weights == np.rint(weights)).all():
        bound = float(np.ceil(bound - 1e-4))
    close = bound >= objective - EPS * max(1.0, objective)
    return objective if close else max(bound, 0.0)


def _greedy(task: Task) -> Integers:
    """Choose sites one after another, each covering the most of what is left."""
    chosen: list[int] = []
    left, columns = task.weights.copy(), task.reach.tocsc()
    most_sites = columns.shape[1] if task.most_sites is None else min(task.most_sites, columns.shape[1])
    while left.any() and len(chosen) < most_sites:
        chosen.append(int(np.argmax(left @ columns)))
        left[columns.indices[columns.indptr[chosen[-1]] : columns.indptr[chosen[-1] + 1]]] = 0.0
    return np.array(chosen, np.int64)
