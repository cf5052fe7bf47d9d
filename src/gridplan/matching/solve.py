"""Three goals, one after another: the most need met by urgency; the fairest shares; the least cost. Each exact, in whole units.

A unit is 1 where all amounts of a part are whole numbers, else 0.01.
"""

from dataclasses import dataclass, replace

import numpy as np
from ortools.graph.python import min_cost_flow

from gridplan.matching.fair import fair_shares
from gridplan.matching.most import Most, bound, most_met
from gridplan.matching.problem import Floats, Ints, Problem, parts

UNITS = 100  # amounts are counted in hundredths


@dataclass(frozen=True, eq=False, kw_only=True)
class Solution:
    """What goes where: ``amount`` (pairs,), in hundredths; the weight met, and what no plan can exceed."""

    amount: Ints
    objective: float
    upper_bound: float


def solve(problem: Problem, weight: Floats) -> Solution:
    """Match needs and resources.

    Parameters
    ----------
    problem
        Needs, resources and pairs; amounts in hundredths.
    weight
        What a unit of each need counts in the objective; rises with ``problem.rank``, equal where that is.
    """
    amount = np.zeros(len(problem.need), np.int64)
    most = 0.0
    for part in parts(problem):
        inner, unit = _whole(part.problem)
        best = most_met(inner)
        most += unit * bound(inner, best, weight[part.needs])
        amount[part.pairs] = unit * _nearest(inner, best, fair_shares(inner, best))
    met = np.bincount(problem.need, weights=amount, minlength=len(problem.asked))
    return Solution(amount=amount, objective=float(met @ weight) / UNITS, upper_bound=most / UNITS)


def _whole(problem: Problem) -> tuple[Problem, int]:
    """Return a problem in units that are not split, and how many hundredths one is."""
    if any((amounts % UNITS).any() for amounts in (problem.offered, problem.asked)):
        return problem, 1
    return replace(problem, offered=problem.offered // UNITS, asked=problem.asked // UNITS), UNITS


def _nearest(problem: Problem, most: Most, shares: Ints) -> Ints:
    """Return the amount of each pair at least cost: sure needs in full, each group its share."""
    pairs = np.flatnonzero(most.allowed(problem))
    resources, needs = len(problem.offered), len(problem.asked)
    source, sink = resources + needs + len(shares), resources + needs + len(shares) + 1
    r, n = problem.resource[pairs], problem.need[pairs]
    sure = most.sure()
    alone, shared = np.flatnonzero(sure), np.flatnonzero(~sure)
    group = resources + needs + np.arange(len(shares))
    tails = np.concatenate([np.full(resources, source), r, resources + alone, resources + shared, group])
    heads = [np.arange(resources), resources + n, np.full(len(alone), sink)]
    heads += [group[problem.group[shared]], np.full(len(shares), sink)]
    sizes = [problem.offered, np.minimum(problem.offered[r], problem.asked[n])]
    sizes += [problem.asked[alone], problem.asked[shared], shares]
    costs = np.zeros(len(tails), np.int64)
    costs[resources : resources + len(pairs)] = problem.cost[pairs]
    total = int(problem.asked[alone].sum() + shares.sum())
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, np.concatenate(heads), np.concatenate(sizes), costs)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("shares that a flow can follow were not followed")
    amount = np.zeros(len(problem.need), np.int64)
    amount[pairs] = flow.flows(np.arange(resources, resources + len(pairs)))
    return amount
