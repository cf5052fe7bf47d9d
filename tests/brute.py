"""Every way to divide a small graph, counted out: what the solver has to agree with."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gridplan.partition import Band, Problem

HAIR = 1e-6


def near(problem: Problem, unit: int) -> set[int]:
    """Return the neighbours of a unit."""
    return set(problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]].tolist())


def connected(problem: Problem, units: frozenset[int]) -> bool:
    """Tell whether one can walk from unit to unit inside a set."""
    todo, met = [min(units)], {min(units)}
    while todo:
        for other in near(problem, todo.pop()) & units - met:
            met.add(other)
            todo.append(other)
    return met == units


def sets_of(problem: Problem) -> list[frozenset[int]]:
    """Return every connected set of units."""
    every = range(problem.size)
    return [
        frozenset(chosen)
        for size in range(1, problem.size + 1)
        for chosen in combinations(every, size)
        if connected(problem, frozenset(chosen))
    ]


def divisions(problem: Problem) -> Iterator[list[frozenset[int]]]:
    """Yield every division of all units into connected sets."""
    sets = sets_of(problem)

    def rest_of(left: frozenset[int]) -> Iterator[list[frozenset[int]]]:
        if not left:
            yield []
            return
        first = min(left)
        for group in sets:
            if first in group and group <= left:
                for others in rest_of(left - group):
                    yield [group, *others]

    yield from rest_of(frozenset(range(problem.size)))


@dataclass(frozen=True, kw_only=True)
class Division:
    """A division and what it is worth; ``workers`` are the least and the most that its grids may have."""

    groups: tuple[frozenset[int], ...]
    out: int
    outside: float
    workers: tuple[int, int]
    cost: float


def load_of(problem: Problem, group: frozenset[int]) -> float:
    """Sum the load of a set."""
    return float(problem.load[list(group)].sum())


def outside(band: Band, load: float) -> tuple[float, int, int]:
    """Return the load outside the band, and the least and greatest number of workers for which it is that."""
    numbers = range(band.fewest, band.most + 1)
    away = [max(0.0, band.low * w - load, load - band.high * w) for w in numbers]
    best = [w for w, a in zip(numbers, away, strict=True) if a <= min(away) + HAIR]
    return min(away), best[0], best[-1] if min(away) == 0 else best[0]


def cost_of(problem: Problem, group: frozenset[int]) -> float:
    """Return the household-metres of a set to its best centre."""
    units = list(group)
    return min(float(problem.weight[units] @ problem.distance_m[units, centre]) for centre in units)


def beside_the_walk(problem: Problem, groups: list[frozenset[int]]) -> float:
    """Return what a division costs beside the walk: groups parted, borders off every line, loads off the middle."""
    if problem.extras is None:
        return 0.0
    prices, total = problem.extras.prices, 0.0
    of = {unit: number for number, group in enumerate(groups) for unit in group}
    for price, kind in zip((prices.split_compound, prices.split_building), problem.extras.group, strict=True):
        for name in set(kind.tolist()) - {-1}:
            total += price * (len({of[unit] for unit in range(problem.size) if kind[unit] == name}) - 1)
    for unit in range(problem.size):
        for entry in range(problem.starts[unit], problem.starts[unit + 1]):
            if unit < problem.neighbors[entry] and of[unit] != of[problem.neighbors[entry]]:
                total += prices.border_off_line * problem.extras.off_line_m[entry]
    band = problem.band
    for group in groups:
        load = load_of(problem, group)
        total += prices.off_middle * min(
            abs(load - w * (band.low + band.high) / 2) for w in range(band.fewest, band.most + 1)
        )
    return total


def judged(problem: Problem, groups: list[frozenset[int]]) -> Division:
    """Return a division with its worth."""
    away = [outside(problem.band, load_of(problem, group)) for group in groups]
    return Division(
        groups=tuple(groups),
        out=sum(a > 0 for a, _, _ in away),
        outside=sum(a for a, _, _ in away),
        workers=(sum(few for _, few, _ in away), sum(many for _, _, many in away)),
        cost=sum(cost_of(problem, group) for group in groups) + beside_the_walk(problem, groups),
    )


def may_be(problem: Problem, group: frozenset[int]) -> bool:
    """Tell whether a set may be a grid: in band, one unit with load, or short of what fills one grid more."""
    load = load_of(problem, group)
    lived_in = sum(problem.load[unit] > 0 for unit in group)
    one_more = (problem.band.most + 1) * problem.band.low
    return outside(problem.band, load)[0] == 0 or lived_in == 1 or (lived_in > 0 and load < one_more)


def away_from_asked(problem: Problem, workers: int) -> tuple[float, int]:
    """Return how far a number of workers is from the one asked for; the fewer of equals come first."""
    total = problem.load.sum()
    match problem.workers:
        case "middle":
            return round(abs(total / workers - problem.band.middle), 9), workers
        case "fewest":
            return 0.0, workers
        case asked:
            return abs(workers - float(asked)), workers


def best(problem: Problem) -> Division:
    """Return the division that the goals of the contract put first."""
    legal = [
        judged(problem, groups)
        for groups in divisions(problem)
        if all(may_be(problem, group) for group in groups)
    ]
    out = min(one.out for one in legal)
    legal = [one for one in legal if one.out == out]
    least = min(one.outside for one in legal)
    legal = [one for one in legal if one.outside <= least + HAIR]
    if problem.workers != "free":
        numbers = {n for one in legal for n in range(one.workers[0], one.workers[1] + 1)}
        number = min(numbers, key=lambda n: away_from_asked(problem, n))
        legal = [one for one in legal if one.workers[0] <= number <= one.workers[1]]
    return min(legal, key=lambda one: one.cost)


def found_groups(grid: np.ndarray) -> list[frozenset[int]]:
    """Return the sets of units of an answer."""
    return [frozenset(np.flatnonzero(grid == number).tolist()) for number in np.unique(grid)]
