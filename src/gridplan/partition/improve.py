"""A plan where the list tells none: grow one, then take neighbouring grids out and solve them again exactly, worst first."""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.master import Prices, Rows, reduced_costs, whole
from gridplan.partition.problem import Columns, Flags, Floats, Ints, Problem, columns_of
from gridplan.partition.search import Effort
from gridplan.partition.split import best_split

PASSES = 12
NEIGHBOURS = 5
PACKED = 1_500
POOL_NODES = 5
EVENED = (0.08, 0.04, 0.02)  # how far from their mean loads may be while they are evened out
LITTLE = 1e-6  # share of the cost below which a gain is none


@dataclass(frozen=True)
class Pool:
    """Sets to make plans of, and what each costs beyond what it is worth."""

    columns: Columns
    reduced: Floats

    @classmethod
    def of(cls, columns: Columns, rows: Rows, prices: Prices) -> "Pool":
        """Return sets with the prices of rows."""
        return cls(columns, reduced_costs(columns, rows, prices))


def packed(problem: Problem, pool: Pool) -> list[np.ndarray]:
    """Return sets of a pool that do not overlap, the cheapest first."""
    groups: list[np.ndarray] = []
    covered = np.zeros(problem.size, bool)
    columns = pool.columns
    for column in np.argsort(pool.reduced, kind="stable"):
        units = columns.of(int(column))
        if not covered[units].any():
            groups.append(units)
            covered[units] = True
    return groups


def completed(problem: Problem, groups: list[np.ndarray], count: int) -> list[np.ndarray]:
    """Return ``count`` connected groups (or as many as there are): new ones are begun where most is left over, and all units join.

    A new group takes what lies nearest until it is as full as the band's middle; what then is left joins the nearest group.
    """
    distance, load = problem.distance_m, problem.load
    grid = np.full(problem.size, -1, np.int32)
    for number, group in enumerate(groups):
        grid[group] = number
    seeds = columns_of(groups, problem).centre.tolist()
    total = [float(load[group].sum()) for group in groups]
    while len(seeds) < count and _waiting(problem, grid).any():
        free = np.flatnonzero(_waiting(problem, grid))
        near = np.exp(-distance[np.ix_(free, free)] / max(float(np.median(distance)), LITTLE))
        seeds.append(int(free[np.argmax(near @ load[free])]))
        grid[seeds[-1]] = len(seeds) - 1
        total.append(float(load[seeds[-1]]))
        while total[-1] < problem.band.middle:
            unit = _next(problem, grid, distance[:, seeds[-1]], len(seeds) - 1)
            if unit < 0:
                break
            grid[unit] = len(seeds) - 1
            total[-1] += float(load[unit])
    while _waiting(problem, grid).any():
        free = np.flatnonzero(_waiting(problem, grid))
        options = [
            (u, g)
            for u in free.tolist()
            for g in np.unique(grid[_near(problem, u)]).tolist()
            if g >= 0 and _may_join(problem, grid, g)[u]
        ]
        if not options:  # apart from all around it, or in a piece where no group was begun
            seeds.append(int(free[0]))
            options = [(seeds[-1], len(seeds) - 1)]
        joining, host = min(options, key=lambda o: (distance[o[0], seeds[o[1]]], o))
        grid[joining] = host
    return [np.flatnonzero(grid == number) for number in range(len(seeds))]


def _waiting(problem: Problem, grid: Ints) -> Flags:
    """Mark the units in no group that have to be in one."""
    return (grid < 0) if problem.ties is None else (grid < 0) & ~problem.ties.spare


def _may_join(problem: Problem, grid: Ints, number: int) -> Flags:
    """Mark the units in no group that a group may take in."""
    waiting = _waiting(problem, grid)
    return waiting if problem.ties is None else waiting & ~problem.ties.apart[grid == number].any(axis=0)


def _near(problem: Problem, unit: int) -> Ints:
    return problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]]


def _next(problem: Problem, grid: Ints, away: Floats, number: int) -> int:
    """Return the nearest free unit beside a group, -1 for none."""
    beside = np.concatenate([_near(problem, unit) for unit in np.flatnonzero(grid == number).tolist()])
    free = np.unique(beside[_may_join(problem, grid, number)[beside]])
    return int(free[np.argmin(away[free])]) if len(free) else -1


def part_of(problem: Problem, units: np.ndarray) -> Problem:
    """Return the problem of some of the units alone."""
    place = np.full(problem.size, -1, np.int32)
    place[units] = np.arange(len(units))
    near = [problem.neighbors[problem.starts[u] : problem.starts[u + 1]] for u in units]
    kept = [place[n][place[n] >= 0] for n in near]
    inside = (place[problem.neighbors] >= 0) & np.repeat(place >= 0, np.diff(problem.starts))
    return replace(
        problem,
        load=problem.load[units],
        weight=problem.weight[units],
        distance_m=problem.distance_m[np.ix_(units, units)],
        starts=np.concatenate([[0], np.cumsum([len(k) for k in kept])]).astype(np.int32),
        neighbors=np.concatenate([np.zeros(0, np.int32), *kept]).astype(np.int32),
        extras=None if problem.extras is None else problem.extras.part(units, inside),
        ties=None if problem.ties is None else problem.ties.part(units),
    )


def score_of(problem: Problem, groups: list[np.ndarray]) -> tuple[float, float, float]:
    """Return grids out of band, load outside, and cost."""
    columns = columns_of(groups, problem)
    away = problem.band.outside(columns.load)[0]
    return float((away > 0).sum()), float(away.sum()), float(columns.cost.sum())


class _Plan:
    """Grids on their way: the units of each, and the workers the whole has."""

    def __init__(self, problem: Problem, groups: list[np.ndarray], effort: Effort) -> None:
        self.problem, self.groups, self.effort = problem, groups, effort
        self.tried: set[tuple[tuple[int, ...], ...]] = set()
        self.seen = list(groups)

    def beside(self, number: int) -> list[int]:
        """Return the neighbouring grids, the nearest first."""
        grid = np.full(self.problem.size, -1)
        for at, group in enumerate(self.groups):
            grid[group] = at
        mine = self.groups[number]
        near = np.concatenate(
            [self.problem.neighbors[self.problem.starts[u] : self.problem.starts[u + 1]] for u in mine]
        )
        others = np.unique(grid[near][(grid[near] >= 0) & (grid[near] != number)])
        away = [self.problem.distance_m[np.ix_(mine, self.groups[o])].mean() for o in others]
        return [int(o) for o in others[np.argsort(away, kind="stable")]]

    def again(self, one: int, other: int) -> bool:
        """Part the units of two grids anew, and keep the answer if it is better."""
        old = [self.groups[one], self.groups[other]]
        key = tuple(sorted(tuple(group.tolist()) for group in old))
        if key in self.tried or self.effort.spent:
            return False
        self.tried.add(key)
        units = np.sort(np.concatenate(old))
        if self.problem.ties is not None:
            units = units[~self.problem.ties.spare[units]]
        part = part_of(self.problem, units)
        workers = int(part.band.workers(columns_of(old, self.problem).load)[0].sum())
        found = best_split(part, workers, score_of(self.problem, old))
        if found is None:
            return False
        self.groups[one], self.groups[other] = units[found[0]], units[found[1]]
        self.seen += [self.groups[one], self.groups[other]]
        return True


def _parted(
    problem: Problem, groups: list[np.ndarray], effort: Effort
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return better grids for the same workers, and all that were met: pairs of neighbours are parted anew until none gains."""
    plan = _Plan(problem, [np.asarray(group) for group in groups], effort)
    for _ in range(PASSES):
        away = problem.band.outside(columns_of(plan.groups, problem).load)[0]
        gains = 0
        for number in np.argsort(-away, kind="stable"):
            for other in plan.beside(int(number))[:NEIGHBOURS]:
                gains += plan.again(int(number), other)
        if not gains:
            break
    return plan.groups, plan.seen


def _recombined(
    problem: Problem, groups: list[np.ndarray], seen: list[np.ndarray], cheap: Columns, effort: Effort
) -> list[np.ndarray]:
    """Return the best plan made of sets that the search has met and the cheapest of a list, for the same workers."""
    score = score_of(problem, groups)
    distinct = {tuple(np.sort(group).tolist()): None for group in seen}
    met = columns_of([np.array(group, np.int32) for group in distinct], problem)
    inside = problem.band.outside(met.load)[0] == 0
    pool = met.take(np.flatnonzero(inside)).joined(cheap)
    low, high = problem.band.workers(columns_of(groups, problem).load)
    rows = Rows(must=problem.must, workers=(float(low.sum()), float(high.sum())), band=problem.band)
    found = whole(pool, rows, nodes=POOL_NODES, seconds=effort.seconds, seed=effort.seed)
    if found.chosen is None:
        return groups
    new = [pool.of(int(column)) for column in found.chosen]
    return new if score_of(problem, new) < score else groups


def improved(problem: Problem, groups: list[np.ndarray], pool: Pool, effort: Effort) -> list[np.ndarray]:
    """Return better grids for the same workers.

    Pairs of neighbours are parted anew, those out of band first; then the best plan is made of all grids met on the way and the
    cheapest sets of a list, and parted anew again. ``groups`` are connected; units without load may be in none.
    """
    order = np.argsort(pool.reduced, kind="stable")
    cheap = pool.columns.take(np.sort(order[:PACKED]))
    parted, seen = _parted(problem, groups, effort)
    mixed = _recombined(problem, parted, seen, cheap, effort)
    again = parted if mixed is parted else _parted(problem, mixed, effort)[0]
    return _mended(problem, again, effort)


def _mended(problem: Problem, groups: list[np.ndarray], effort: Effort) -> list[np.ndarray]:
    """Even out the loads where a grid is out of band, so that it gets from far what its neighbours cannot give, then part anew."""
    best = groups
    for spread in EVENED:
        if not score_of(problem, best)[0]:
            break
        workers = problem.band.workers(columns_of(best, problem).load)[0].sum()
        mean = float(problem.load.sum()) / float(workers)
        even = replace(problem.band, low=mean * (1 - spread), high=mean * (1 + spread))
        evened, _ = _parted(replace(problem, band=even), best, effort)
        again, _ = _parted(problem, evened, effort)
        best = min((best, again), key=lambda plan: score_of(problem, plan))
    return best


def from_parts(
    problem: Problem, pool: Pool, workers: int, effort: Effort, *, begun: list[np.ndarray] | None = None
) -> list[np.ndarray]:
    """Return grids for a number of workers, in band where that could be reached.

    They go on from the grids ``begun``, from the sets of a pool that fit best, and from those that cost least for their load; that
    which ends best is taken.
    """
    band, columns = problem.band, pool.columns
    least = Pool(columns, columns.cost / np.maximum(columns.load, LITTLE))
    best: tuple[tuple[float, float, float], list[np.ndarray]] | None = None
    for groups in (begun, packed(problem, pool), packed(problem, least)):
        if not groups:
            continue
        held = sum(band.workers(np.array([problem.load[g].sum()]))[0][0] for g in groups)
        more = max(0, round((workers - held) / ((band.fewest + band.most) / 2)))
        plan = improved(problem, completed(problem, groups, max(1, len(groups) + more)), pool, effort)
        score = score_of(problem, plan)
        best = (score, plan) if best is None or score < best[0] else best
    return best[1] if best else improved(problem, completed(problem, [], max(1, workers)), pool, effort)
