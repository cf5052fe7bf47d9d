"""Branch and price: the proof for problems of few large grids, where the Hess model's own bound is weak.

Each node is a table of pairs of unit and centre that are left. Its bound is that of column generation over connected sets
(``price``); pairs that no better plan can use are closed; then a centre is closed or opened (its unit goes nowhere
else), or a unit is given to a centre or kept from it (Mehrotra, Johnson and Nemhauser, Management
Science 1998; Barnhart et al., Operations Research 1998).
"""

import heapq
from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.hess import SURE, Answer, packed
from gridplan.partition.graph.lagrange import Flags, Priced
from gridplan.partition.graph.price import Master, Outcome, Relaxed, generated
from gridplan.partition.graph.problem import Floats, GraphProblem, Ints, is_plan
from gridplan.partition.graph.start import Draft, anneal, draft_of

HALF = 0.5
SHARE = 1e-6  # a share this near to 0 or 1 is whole
DEARER = 10.0
DEAREST = 1e9
PACK_EVERY = 8  # nodes between two looks for a whole plan over the sets found
PACK_NODES = 30
PACK_SETS = 1_500
LISTED = 8_000  # sets up to which a node is solved by them
CLOSE = 0.02  # share of the cost that a node may miss for that
LIST_STEPS = 100_000  # of the search of one centre for them
LIST_NODES = 5_000
COOL = 0.15  # heat of an annealing that polishes


@dataclass(order=True)
class Node:
    """What is left in a part of the tree, and its bound."""

    bound: float
    number: int
    allowed: Flags
    best: tuple[Floats, float]


class Tree:
    """A search for a plan cheaper than the best known."""

    def __init__(self, problem: GraphProblem, priced: Priced, draft: Draft, effort: Effort) -> None:
        self.problem, self.effort, self.draft = problem, effort, draft
        self.known = is_plan(problem, draft.label)
        self.most = float(problem.cost.max(axis=1).sum()) * (1 + 1e-6) if problem.cost is not None else np.inf
        self.master = Master(problem, draft.cost)
        self.count, self.packed = 0, 0
        grid = (priced.value - float(priced.price.sum())) / problem.k
        self.heap = [Node(priced.value, 0, propagated(priced.allowed), (priced.price, grid))]
        if self.known:
            self._learn(draft.label)

    @property
    def limit(self) -> float:
        """What a bound has to reach for its node to be of no use."""
        return self.draft.cost * (1 - SURE) if self.known else self.most

    def search(self) -> Answer:
        """Search until nothing better is left, or the effort is spent."""
        while self.heap and self.heap[0].bound < self.limit:
            if self.effort.spent or self.count >= self.effort.nodes:
                break
            self._step(heapq.heappop(self.heap))
        over = not self.heap or self.heap[0].bound >= self.limit
        label = self.draft.label if self.known else None
        if over:
            return Answer(label=label, bound=self.limit if self.known else np.inf, exhausted=True)
        return Answer(label=label, bound=min(self.heap[0].bound, self.limit), exhausted=False)

    def _step(self, node: Node) -> None:
        """Bound a node, close pairs, and branch."""
        self.count += 1
        outcome = self._bounded(node)
        relaxed, bound = outcome.relaxed, max(node.bound, outcome.bound)
        if bound >= self.limit:
            return
        if self.effort.spent:
            heapq.heappush(self.heap, Node(bound, node.number, node.allowed, node.best))
            return
        self._look(relaxed)
        allowed = node.allowed
        if outcome.ended:
            least = self.master.least_with(allowed, relaxed.price)
            allowed = allowed & (bound + np.maximum(0.0, least - relaxed.grid) < self.limit)
            if self.limit - bound <= CLOSE * self.limit and self._listed(relaxed, allowed, bound):
                return
        for child in self._children(relaxed, allowed):
            left = propagated(child)
            if left.any(axis=0).all():
                self._push(bound, left, (relaxed.price, relaxed.grid))

    def _listed(self, relaxed: Relaxed, allowed: Flags, bound: float) -> bool:
        """List every set that a better plan can use and solve over them, if they are few; tell whether that settles the node."""
        tops = np.full(self.problem.size, relaxed.grid + self.limit - bound)
        sets, centres, _, seen = self.master.cheaper(
            allowed, relaxed.price, tops, steps=LIST_STEPS, shrink=False, most=LISTED
        )
        if not seen or len(sets) > LISTED:
            return False
        return self._pack(sets, centres, LIST_NODES)

    def _pack(self, sets: list[Ints], centres: list[int], nodes: int) -> bool:
        """Take the best plan over some sets; tell whether that was solved to the end."""
        cost = np.array(
            [self.master.by_centre[j][s].sum() for s, j in zip(sets, centres, strict=True)], float
        )
        chosen, ended = packed(self.problem, sets, cost, replace(self.effort, nodes=nodes))
        if chosen is not None:
            self._take([sets[c] for c in chosen.tolist()])
        return ended

    def _push(self, bound: float, allowed: Flags, best: tuple[Floats, float]) -> None:
        """Put a child on the heap."""
        self.packed += 1
        heapq.heappush(self.heap, Node(bound, self.packed, allowed, best))

    def _bounded(self, node: Node) -> Outcome:
        """Generate sets; where units stay uncovered, at a higher price again."""
        outcome = generated(self.master, node.allowed, node.best, self.limit, self.effort)
        while (
            outcome.ended
            and outcome.relaxed.short > SHARE
            and outcome.bound < self.limit
            and self.master.dear < DEAREST
        ):
            self.master.pay(self.master.dear * DEARER)
            outcome = generated(self.master, node.allowed, node.best, self.limit, self.effort)
        return outcome

    def _look(self, relaxed: Relaxed) -> None:
        """Look for a better plan: the linear optimum if it is whole, else now and then the best over the sets found."""
        chosen = np.flatnonzero(relaxed.share > SHARE)
        if relaxed.short <= SHARE and (relaxed.share[chosen] > 1 - SHARE).all():
            self._take([self.master.sets[s] for s in chosen])
        elif self.count % PACK_EVERY == 1:
            reduced = self._reduced(relaxed)
            near = np.flatnonzero(reduced <= self.limit - relaxed.value)
            near = np.sort(near[np.argsort(reduced[near], kind="stable")[:PACK_SETS]])
            self._pack([self.master.sets[s] for s in near], [self.master.centre[s] for s in near], PACK_NODES)

    def _reduced(self, relaxed: Relaxed) -> Floats:
        """Return the reduced cost of each set found."""
        return np.array(self.master.cost) - self.master.incidence @ relaxed.price - relaxed.grid

    def _take(self, sets: list[Ints]) -> None:
        """Take sets for a plan, polish it, and keep it if it is better."""
        label = np.full(self.problem.size, -1, np.int32)
        for number, units in enumerate(sets):
            label[units] = number
        if label.min() < 0 or not is_plan(self.problem, label):
            return
        found = draft_of(self.problem, label)
        polished = anneal(self.problem, label, self.effort, seed=self.effort.seed + self.count, heat=COOL)
        better = min(found, polished, key=lambda d: d.key)
        if not self.known or better.cost < self.draft.cost:
            self.draft, self.known = better, True
            self._learn(better.label)

    def _learn(self, label: Ints) -> None:
        """Take the sets of a plan into the master."""
        if self.problem.cost is None:
            return
        sets = [np.flatnonzero(label == g).astype(np.int32) for g in range(self.problem.k)]
        cost = self.problem.cost
        self.master.add(sets, [int(s[cost[np.ix_(s, s)].sum(axis=0).argmin()]) for s in sets])

    def _children(self, relaxed: Relaxed, allowed: Flags) -> list[Flags]:
        """Return what is left on either side of a branching."""
        n = self.problem.size
        used = np.flatnonzero(relaxed.share > SHARE)
        share = np.zeros((n, n))
        for column in used.tolist():
            share[self.master.centre[column], self.master.sets[column]] += relaxed.share[column]
        opened = share.diagonal()
        j = int(np.abs(opened - HALF).argmin())
        i = j
        if min(opened[j], 1 - opened[j]) <= SHARE:
            j, i = divmod(int(np.abs(share - HALF).argmin()), n)
        if not (SHARE < share[j, i] < 1 - SHARE):
            # whole, or in need of sets not found: any pair that is still open parts the node
            free = allowed & (allowed.sum(axis=0) > 1)
            if not free.any():
                return []
            j, i = divmod(int(free.argmax()), n)
        without, only = allowed.copy(), allowed.copy()
        without[j, i] = False
        only[:, i] = False
        only[j, i] = allowed[j, i]
        return [without, only]


def propagated(allowed: Flags) -> Flags:
    """Close what follows: a centre that may not have its own unit has none; a unit with one centre left opens it."""
    left = allowed.copy()
    while True:
        before = left.sum()
        left[~left.diagonal()] = False
        alone = left.sum(axis=0) == 1
        opened = np.flatnonzero(left[:, alone].any(axis=1))
        mine = left[opened, opened].copy()
        left[:, opened] = False
        left[opened, opened] = mine
        if left.sum() == before:
            return left
