"""The most need met, the more urgent first, and the prices that prove it.

Resources r offer c_r, needs n ask a_n with urgency w_n, x_rn goes from r to n where r reaches n::

    max  sum_rn w_n x_rn     x >= 0,   sum_n x_rn <= c_r,   sum_r x_rn <= a_n
    min  sum_r c_r p_r + sum_n a_n s_n     p, s >= 0,   p_r + s_n >= w_n where r reaches n        (its dual)

What needs can be met together is a polymatroid, so meeting the more urgent first is best for every list of weights that rises with
urgency, and only the order of the weights counts: ranks stand for them. The price p_r of a resource is the urgency of the most
urgent need that one more unit of r would meet, handed on along others; s_n = max(0, w_n - the least price in reach).
(Edmonds 1970, Submodular functions, matroids, and certain polyhedra.)
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from gridplan.matching.problem import Flags, Floats, Ints, Problem


@dataclass(frozen=True, eq=False, kw_only=True)
class Most:
    """A best plan, ``amount`` (pairs,), and its prices in ranks: ``price`` (resources,), ``surplus`` (needs,)."""

    amount: Ints
    price: Ints
    surplus: Ints

    def sure(self) -> Flags:
        """Return which needs are met in full by every best plan."""
        return self.surplus > 0

    def allowed(self, problem: Problem) -> Flags:
        """Return which pairs a best plan may use."""
        return self.price[problem.resource] + self.surplus[problem.need] == problem.rank[problem.need]


def most_met(problem: Problem) -> Most:
    """Return a plan that meets the most, the more urgent first."""
    amount = _flow(problem)
    price = _prices(problem, amount)
    least = np.full(len(problem.asked), np.iinfo(np.int64).max)
    np.minimum.at(least, problem.need, price[problem.resource])
    surplus = np.maximum(problem.rank - least, 0)
    return Most(amount=amount, price=price, surplus=np.where(least == np.iinfo(np.int64).max, 0, surplus))


def bound(problem: Problem, most: Most, weight: Floats) -> float:
    """Return what no plan can exceed, by the dual, in the weights (needs,) that the ranks stand for."""
    order = np.unique(np.column_stack([problem.rank, weight]), axis=0)
    of_rank = np.zeros(int(problem.rank.max(initial=0)) + 1)
    of_rank[order[:, 0].astype(int)] = order[:, 1]
    price = of_rank[most.price]
    least = np.full(len(weight), np.inf)
    np.minimum.at(least, problem.need, price[problem.resource])
    surplus = np.where(np.isfinite(least), np.maximum(weight - least, 0.0), 0.0)
    return float(problem.offered @ price + problem.asked @ surplus)


def _flow(problem: Problem) -> Ints:
    """Return the amount of each pair, by a flow of least cost: what a need is worth is a cost below 0."""
    resources, needs, pairs = len(problem.offered), len(problem.asked), len(problem.need)
    source, sink = resources + needs, resources + needs + 1
    met = resources + np.arange(needs)
    tails = np.concatenate([np.full(resources, source), problem.resource, met, [source]])
    heads = np.concatenate([np.arange(resources), resources + problem.need, np.full(needs, sink), [sink]])
    room = np.minimum(problem.offered[problem.resource], problem.asked[problem.need])
    total = int(problem.offered.sum())
    sizes = np.concatenate([problem.offered, room, problem.asked, [total]])
    costs = np.concatenate([np.zeros(resources + pairs, int), -problem.rank, [0]])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, sizes, costs)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("a flow that may always be nothing was not found")
    return np.asarray(flow.flows(np.arange(resources, resources + pairs)), np.int64)


def _prices(problem: Problem, amount: Ints) -> Ints:
    """Return the rank of the most urgent need that is not met in full and that one more unit of each resource would reach."""
    met = np.bincount(problem.need, weights=amount, minlength=len(problem.asked))
    short = np.flatnonzero(met < problem.asked)
    by_need = _listed(problem.need, problem.resource, len(problem.asked))
    used = amount > 0
    given = _listed(problem.resource[used], problem.need[used], len(problem.offered))
    price = np.zeros(len(problem.offered), np.int64)
    seen = np.zeros(len(problem.asked), bool)
    for start in short[np.argsort(-problem.rank[short], kind="stable")]:
        waiting = [] if seen[start] else [int(start)]
        seen[start] = True
        while waiting:
            reached = by_need[waiting.pop()]
            new = reached[price[reached] == 0]
            price[new] = problem.rank[start]
            for resource in new:
                found = given[resource][~seen[given[resource]]]
                seen[found] = True
                waiting += found.tolist()
    return price


def _listed(keys: Ints, values: Ints, count: int) -> list[Ints]:
    """Return the values of each key 0 .. count - 1."""
    order = np.argsort(keys, kind="stable")
    return np.split(values[order], np.cumsum(np.bincount(keys, minlength=count))[:-1])
