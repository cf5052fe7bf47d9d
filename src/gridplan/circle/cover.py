"""Covering as a plan asks for it: the fewest sites for full cover, or the most cover of a number; the cheapest of equals.

Goals come one after another, each a problem of ``siting``: what the first found is a rule of the next.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from gridplan.circle.model import EPS, Choice, Floats, Stop
from gridplan.circle.reduce import merge_rows, reduce_sites
from gridplan.circle.siting.branch import Found
from gridplan.circle.siting.covering import least_sites, most_cover
from gridplan.circle.siting.rules import Flags, Rules
from gridplan.circle.siting.scip import Task, solve


def fewest(reach: csr_array, cost: Floats | None, *, stop: Stop) -> Choice:
    """Choose the fewest sites that cover every row (rows, sites), and the cheapest among so few.

    Every row must be in reach of a site. The objective is the number of sites.
    """
    rules = Rules.none(reach.shape[1])
    found = least_sites(reach, np.ones(reach.shape[1]), rules, stop)
    if found is None:
        raise ValueError("reach: every row must be in reach of a site")
    picked = found.chosen
    if cost is not None:
        cheap = least_sites(reach, cost, replace(rules, most=int(picked.sum())), stop)
        if cheap is not None and cheap.objective <= cost[picked].sum():
            picked = cheap.chosen
    return _choice(found, picked)


def most(reach: csr_array, weights: Floats, cost: Floats | None, *, count: int, stop: Stop) -> Choice:
    """Choose at most ``count`` sites that cover the most weight; the fewest, then the cheapest, among equals.

    The objective is the weight left uncovered.
    """
    rules = Rules.none(reach.shape[1], count)
    found = most_cover(reach, weights, rules, stop)
    if found.objective == 0:  # only then may fewer sites do: else each more site covers more
        whole = fewest(reach, cost, stop=stop)
        if len(whole.sites) <= count:
            return replace(whole, objective=0.0, lower_bound=0.0)
        return _choice(found, found.chosen)
    if cost is None:
        return _choice(found, found.chosen)
    return _choice(found, _cheapest(reach, weights, cost, found, replace(rules, money=cost), stop))


def _cheapest(
    reach: csr_array, weights: Floats, cost: Floats, found: Found, rules: Rules, stop: Stop
) -> Flags:
    """Return the cheapest sites that cover no less."""
    sites = reduce_sites(reach, cost)
    rows, merged = merge_rows(reach[:, sites], weights)
    covered = (float(weights.sum()) - found.objective) * (1 - EPS)
    task = Task(reach=rows, weights=merged, price=cost[sites], rules=rules.of(sites), least_cover=covered)
    start = found.chosen[sites]
    answer = solve(task, start if start.sum() == found.chosen.sum() else None, stop)
    if answer.chosen is None or cost[sites][answer.chosen].sum() > cost[found.chosen].sum():
        return found.chosen
    chosen = np.zeros(len(cost), bool)
    chosen[sites[answer.chosen]] = True
    return chosen


def _choice(found: Found, chosen: Flags) -> Choice:
    return Choice(
        sites=np.flatnonzero(chosen).astype(np.int64),
        objective=found.objective,
        lower_bound=found.lower_bound,
        stopped=found.stopped,
    )
