"""A problem parted where no better plan has a grid on both sides of a rim, and each part solved by itself.

Let a grid that crosses the rim of a region earn, beside what the prices of a bound say, all that the best plan known costs more
than that bound. Where one such grid is asked for and the bound still comes to that plan's cost, a plan with such a grid is no
better: so in a better plan the region and the rest share nothing but the number of grids in all. Villages lie so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.partition.bound import Bound
from gridplan.partition.closing import GAP
from gridplan.partition.improve import part_of
from gridplan.partition.lagrangean import Lagrangean
from gridplan.partition.master import Prices, Rows
from gridplan.partition.patterns import CROSSING, Patterns
from gridplan.partition.pricing import Pricing
from gridplan.partition.problem import Flags, Ints, Problem, columns_of
from gridplan.partition.result import Partition
from gridplan.partition.search import Effort, Found, Lists

WORK, MOST = 90.0, 2.5  # effort of a part of so many units, and of one far smaller unless all is to be quick
HAIR = 1e-6  # share of a gap that a crossing grid earns more than that
FAR = 0.5  # share of the gap that a grid has to walk over a rim: nearer than that no proof is tried
LITTLE = 0.2  # share of the gap that a proof may lack to be tried again with a longer search
COMBINATIONS = 12  # of numbers of grids of the parts

Solver = Callable[[Problem, Effort], Partition]


def parted(  # what is known of the whole
    problem: Problem, lists: Lists, bound: Bound, known: Found, solver: Solver
) -> Found | None:
    """Return the best plan and what is proven of it from parts solved by themselves, None where there are no parts.

    Parameters
    ----------
    problem, lists
        The units; all grids have as many workers.
    bound
        Of the plans for a number of workers.
    known
        A plan for them, in band.
    solver
        Returns the best plan of a part for a number of workers, with some effort.
    """
    groups, parts = known.groups or [], _parts(problem, lists.priced, bound, known)
    if len(parts) <= 1:
        return None
    sides = [_Side(problem, units, solver, lists.effort) for units in parts]
    own = tuple(sum(side.touched_by(group) for group in groups) for side in sides)
    numbers = list(_numbers(sides, len(groups)))
    if own not in numbers or len(numbers) > COMBINATIONS:
        return None
    best, lower = known, known.cost
    for counts in sorted(numbers, key=lambda one: sum(abs(a - b) for a, b in zip(one, own, strict=True))):
        pairs = list(zip(sides, counts, strict=True))
        if counts != own and sum(side.bound(count) for side, count in pairs) >= best.cost:
            continue
        plans = [side.best(count) for side, count in pairs]
        lower = min(lower, sum(plan.bound for plan in plans))
        together = _together([plan.groups for plan in plans])
        cost = np.inf if together is None else float(columns_of(together, problem).cost.sum())
        if cost < best.cost:
            best = replace(best, groups=together, cost=cost)
    proven = max(bound.value, known.bound, min(lower, best.cost))
    return replace(best, bound=proven, exact=best.cost - proven <= GAP * max(best.cost, 1.0))


@dataclass(frozen=True, kw_only=True)
class _Best:
    """The grids of a part for a number of them, None where none were found, and what no others cost less than."""

    groups: list[Ints] | None
    bound: float


class _Side:
    """One part: its units, with all those without a load beside them, which several parts may need to be connected."""

    def __init__(self, problem: Problem, units: Ints, solver: Solver, effort: Effort) -> None:
        self.units, self.solver = units, solver
        self.loaded = units[problem.must[units]]
        self.problem = part_of(problem, units)
        quick = effort.quick or not effort.work
        work = max(effort.work, min(1.0 if quick else MOST, WORK / len(units)))
        self.effort = replace(effort, work=work, quick=quick)  # of few units is cheap
        self.lists = Lists(self.problem, self.effort)
        self.bounds: dict[int, float] = {}
        self.known: dict[int, _Best] = {}

    @property
    def numbers(self) -> range:
        """How many grids in band may come to its load."""
        load, band = float(self.problem.load.sum()), self.problem.band
        most = int(load / (band.low * band.fewest) + HAIR)
        return range(int(np.ceil(load / (band.high * band.fewest) - HAIR)), most + 1)

    def touched_by(self, group: Ints) -> bool:
        """Tell whether a grid has units of this part that have a load."""
        return bool(np.isin(group, self.loaded).any())

    def bound(self, count: int) -> float:
        """Return what no plan with so many grids costs less than."""
        if count not in self.bounds:
            workers = float(count * self.problem.band.fewest)
            rows = Rows(must=self.problem.must, workers=(workers, workers), band=self.problem.band)
            self.bounds[count] = self.lists.bound(rows).value
        return self.bounds[count]

    def best(self, count: int) -> _Best:
        """Return the best plan with so many grids."""
        if count not in self.known:
            self.known[count] = self._solved(count)
        return self.known[count]

    def _solved(self, count: int) -> _Best:
        workers, least = count * self.problem.band.fewest, self.bounds.get(count, 0.0)
        plan = self.solver(replace(self.problem, workers=workers), self.effort)
        if plan.out_of_band or plan.workers.sum() != workers:
            none = plan.out_of_band_bound > 0 or plan.status == "optimal"
            return _Best(groups=None, bound=np.inf if none else least)
        groups = [self.units[self._needed(plan.grid == number)] for number in range(len(plan.centre))]
        return _Best(groups=groups, bound=max(least, plan.lower_bound))

    def _needed(self, inside: Flags) -> Ints:
        """Return the units of a grid, those without a load only if it is not connected without them, or its centre is one."""
        every = np.flatnonzero(inside).astype(np.int32)
        loaded = every[self.problem.must[every]]
        pieces, _ = csgraph.connected_components(_graph(self.problem)[loaded][:, loaded], directed=False)
        alike = columns_of([every], self.problem).centre[0] in loaded
        return loaded if pieces == 1 and alike else every


def _graph(problem: Problem) -> sparse.csr_array:
    """Return who borders whom."""
    ones = np.ones(len(problem.neighbors), np.int8)
    return sparse.csr_array((ones, problem.neighbors, problem.starts), shape=(problem.size,) * 2)


def _numbers(sides: list["_Side"], grids: int) -> Iterator[tuple[int, ...]]:
    """Yield how many grids each part may have, so that they come to as many as there are."""
    for counts in product(*(side.numbers for side in sides[:-1])):
        if grids - sum(counts) in sides[-1].numbers:
            yield (*counts, grids - sum(counts))


def _together(found: list[list[Ints] | None]) -> list[Ints] | None:
    """Return the grids of all parts, None where one has none, or two want the same unit."""
    groups = [group for one in found for group in one or []]
    units = np.concatenate(groups)
    return None if None in found or len(np.unique(units)) < len(units) else groups


def _parts(problem: Problem, pricing: Pricing, bound: Bound, known: Found) -> list[Ints]:
    """Return the units of each part, which have only such without a load in common; one that is not connected is several."""
    code = np.zeros(problem.size, np.int64)
    for region in uncrossed(problem, pricing, bound, known):
        code = np.unique(2 * code + pricing.regions[region], return_inverse=True)[1]
    found, graph = [], _graph(problem)
    for one in np.unique(code[problem.must]):
        units = np.flatnonzero(~problem.must | (code == one))
        _, piece = csgraph.connected_components(graph[units][:, units], directed=False)
        some = np.unique(piece[problem.must[units]])
        found += [units[piece == number].astype(np.int32) for number in some]
    return found


def uncrossed(problem: Problem, pricing: Pricing, bound: Bound, known: Found) -> Iterator[int]:
    """Yield regions whose rim no grid of a better plan crosses, those of the known plan least of all."""
    price = (known.cost - bound.value) * (1 + HAIR)
    value_at = Lagrangean(pricing, bound.rows)
    value_at.joined = True
    for region in np.flatnonzero(_kept_apart(problem, pricing.regions, known, FAR * price)).tolist():
        rows, prices = _asked_to_cross(bound, pricing.rims.none, region, price)
        value = value_at(prices, rows)[0]
        if known.cost > value >= known.cost - LITTLE * price and value_at.deeper():
            value = value_at(prices, rows)[0]
        if value >= known.cost:
            yield region


def _asked_to_cross(bound: Bound, none: Patterns, region: int, price: float) -> tuple[Rows, Prices]:
    """Return the rows of a bound with one more, that a grid crosses a region's rim, and prices with what that earns."""
    patterns = bound.rows.patterns or none
    worth = np.zeros((1, *patterns.worth.shape[1:]))
    worth[0, CROSSING, 1:] = 1.0
    rows = replace(bound.rows, patterns=patterns.plus(np.array([region], np.int32), worth))
    return rows, replace(bound.prices, patterns=np.append(bound.prices.patterns, price))


def _kept_apart(problem: Problem, regions: Flags, known: Found, far: float) -> Flags:
    """Mark the regions that no grid of a plan is in with some of its load alone, and that lie far from the rest."""
    grid = np.full(problem.size, -1)
    for number, group in enumerate(known.groups or []):
        grid[group] = number
    apart, first = np.zeros(len(regions), bool), np.argmax(problem.must)
    sides = (regions ^ regions[:, [first]]) & problem.must  # a region and all beyond it are one case
    for at in np.unique(sides, axis=0, return_index=True)[1].tolist():
        within, beyond = np.flatnonzero(sides[at]), np.flatnonzero(~sides[at] & problem.must)
        if len(within) and len(beyond) and not np.isin(grid[within], grid[beyond]).any():
            least = np.minimum(problem.weight[within, None], problem.weight[beyond])
            apart[at] = (least * problem.distance_m[np.ix_(within, beyond)]).min() >= far
    return apart
