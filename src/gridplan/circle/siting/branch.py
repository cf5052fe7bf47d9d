"""Branch and bound over which sites are open, with the bounds of ``ascent`` and the choices of ``swap``."""

from dataclasses import dataclass
from dataclasses import field as default
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from gridplan.circle.model import Stop
from gridplan.circle.siting.ascent import ascend, spread_out
from gridplan.circle.siting.field import FREE, IN, OUT, Field, Floats, Marks, grain
from gridplan.circle.siting.swap import descend, wander, worth

NODES = 20_000  # counted work of one search, so that results repeat
EXACT = 1e-9  # relative; closer than that are equal
ROUNDS = 60  # shakes before it
ROOT = (1500, 20, 1.5)  # rounds, patience, boldness at the root
EASY = 0.3
NODE = (120, 6, 0.6)


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """The best choice (a flag a site), what it is worth, what none is below, and what ended the search ("", "work", "clock")."""

    chosen: NDArray[np.bool_]
    objective: float
    lower_bound: float
    stopped: str = ""


@dataclass(order=True)
class _Node:
    """A part of the choices, by what is settled in it."""

    bound: float
    number: int
    status: Marks = default(compare=False)
    wage: NDArray[np.float32] = default(compare=False)
    rate: float = default(compare=False)


class Search:
    """A search that can be looked at while it goes on."""

    def __init__(self, problem: Field, status: Marks, start: NDArray[np.bool_], seed: int) -> None:
        self.field = problem
        self.seed = seed
        self.grain = grain(problem)
        self.chosen = start.copy()
        self.objective = float(worth(problem, start))
        self.floor = np.inf  # the least bound of the parts that were given up
        self.open: list[_Node] = []
        self.nodes = 0
        self.status = status

    @property
    def goal(self) -> float:
        """What a choice must be below to be better."""
        slack = EXACT * max(1.0, abs(self.objective))
        return self.objective - (self.grain - slack if self.grain > slack else slack)

    @property
    def lower_bound(self) -> float:
        """What no choice is below."""
        least = min([self.floor, *(node.bound for node in self.open[:1])])
        if least >= self.goal:
            least = self.objective if self.grain else least
        elif self.grain:
            least = np.ceil(least / self.grain - 1e-6) * self.grain
        lowest = 0.0 if (self.field.price >= 0).all() else -np.inf
        return float(min(max(least, lowest), self.objective))

    def offer(self, chosen: NDArray[np.bool_]) -> None:
        """Take a choice if it is better."""
        value = float(worth(self.field, chosen))
        if value < self.objective:
            self.objective, self.chosen = value, chosen.copy()

    def shake(self, rounds: int) -> None:
        """Improve the choice by so many shakes and swaps."""
        chosen, slack = self.chosen.copy(), EXACT * max(1.0, abs(self.objective))
        wander(self.field, self.status, chosen, slack, rounds, self.seed)
        self.offer(chosen)

    def look(
        self, status: Marks, wage: Floats, rate: float, effort: tuple[int, int, float], bound: float
    ) -> None:
        """Bound a part; keep it in two halves unless it holds nothing better."""
        self.nodes += 1
        before = status.copy()
        paces = np.array([rate])
        least, share, choice = ascend(self.field, status, wage, paces, self.goal, *effort)
        if np.isfinite(least):
            self._try(choice, before)
        least = max(least, bound)
        if least >= self.goal:
            self.floor = min(self.floor, self.goal if np.isinf(least) else least)
            return
        free = np.flatnonzero(status == FREE)
        if not len(free):
            only = status == IN
            if self._allowed(only):
                self.offer(only)
                self.floor = min(self.floor, float(worth(self.field, only)))
            return
        split = free[np.argmin(np.abs(share[free] - 0.5))]
        for mark in (IN, OUT):
            half = status.copy()
            half[split] = mark
            number = 2 * self.nodes + (mark == OUT)
            heappush(self.open, _Node(least, number, half, wage.astype(np.float32), float(paces[0])))

    def _allowed(self, chosen: NDArray[np.bool_]) -> bool:
        return bool(spread_out(self.field, np.where(chosen, IN, OUT).astype(np.int8)))

    def _try(self, choice: NDArray[np.bool_], status: Marks) -> None:
        """Improve the choice of a bound, if it keeps the rules."""
        if self._allowed(choice):
            descend(self.field, status, choice, EXACT * max(1.0, abs(self.objective)))
            self.offer(choice)

    def run(self, stop: Stop, nodes: int) -> str:
        """Go on until nothing is open; return what ended it before."""
        while self.open:
            if self.nodes >= nodes:
                return "work"
            if stop.left_s == 0:
                return "clock"
            node = heappop(self.open)
            if node.bound >= self.goal:
                self.floor = min(self.floor, node.bound)
                continue
            self.look(node.status, node.wage.astype(float), node.rate, NODE, node.bound)
        return ""


def least_worth(
    problem: Field,
    status: Marks,
    start: NDArray[np.bool_],
    *,
    stop: Stop,
    rounds: int = ROUNDS,
    nodes: int = NODES,
) -> Found:
    """Find the cheapest choice from one that keeps the rules."""
    search = Search(problem, status, start, stop.seed)
    search.shake(rounds)
    search.look(status.copy(), first_wages(problem), 0.0, ROOT, -np.inf)
    stopped = search.run(stop, nodes)
    return Found(
        chosen=search.chosen, objective=search.objective, lower_bound=search.lower_bound, stopped=stopped
    )


def first_wages(problem: Field) -> Floats:
    """Return where the bound starts to rise: the second cheapest site of each row; of equal ones a part of what is dearer."""
    entries = np.append(problem.cost, 0.0)
    many = np.diff(problem.first) > 1
    first = np.where(np.diff(problem.first) > 0, entries[problem.first[:-1]], problem.alone)
    second = np.where(many, entries[np.minimum(problem.first[:-1] + 1, len(problem.cost))], problem.alone)
    return np.where(second > first, second, first + EASY * (problem.alone - first))
