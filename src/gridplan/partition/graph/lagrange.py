"""A bound for objectives with centres, and the pairs of unit and centre that no better plan can use.

Hess model (Hess et al. 1965): unit i goes to centre j, k centres are open, the load of each is in band. With a price on "each unit
goes somewhere" it falls into one knapsack a centre; the k best of them and the prices are a bound (Mirchandani, Oudjit and Wong
1985 for p-medians; Validi, Buchanan and Lykhovyd, Operations Research 2022, for districts). Knapsacks are first solved in
parts of units, then, where units are few, whole, with loads in buckets. Contiguity is left out, so the bound holds with it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.knapsack import ascended, spared
from gridplan.partition.graph.problem import Floats, GraphProblem, Ints, centres_of
from gridplan.partition.graph.tables import forced, whole_inner

Flags = NDArray[np.bool_]

WHOLE = 200  # units up to which knapsacks are solved whole
BUCKETS = 1_500  # of load in a band, at most
ROUND = 25  # steps between two looks at the clock and at what can be closed
HAIR = 1e-7  # share of the cost by which a better plan is cheaper
FEW = 5  # steps between them where each takes long
PATIENCE = 12
NEARNESS = 0.7  # of a grid's units are nearer to one than the place its first price is taken from
STUCK = 1e-3  # step below which prices move no more
LARGE = 1_500  # units above which few steps are made


@dataclass(frozen=True, kw_only=True)
class Priced:
    """Prices of units (n,), their bound, and what a better plan may use: ``allowed[j, i]`` unit i with centre j."""

    value: float
    price: Floats
    allowed: Flags
    closed: Flags

    @property
    def pairs(self) -> int:
        """Number of pairs of unit and centre that are left."""
        return int(self.allowed.sum())


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """Loads rounded down to whole buckets: size (n,), what was cut off (n,), and the load of one."""

    size: NDArray[np.int64]
    fraction: Floats
    load: float


def buckets_of(problem: GraphProblem) -> Buckets:
    """Return loads in buckets; exact where loads are whole and few."""
    load = problem.load
    whole = bool((load == np.floor(load)).all())
    common = float(np.gcd.reduce(load.astype(np.int64))) if whole and load.any() else 0.0
    width = max(common, min(problem.upper, float(load.sum())) / BUCKETS, 1e-12)
    width = np.ceil(width / common - 1e-9) * common if common else width
    size = np.floor(load / width + 1e-9).astype(np.int64)
    return Buckets(size=size, fraction=np.maximum(0.0, load - size * width), load=float(width))


def beginning(problem: GraphProblem, label: Ints) -> Floats:
    """Return prices to begin with: a unit's cost at the second nearest centre of a plan, or as far away as a grid's border."""
    if problem.cost is None:
        raise ValueError("a cut has no prices")
    if problem.k > 1 and problem.size <= WHOLE:
        return np.sort(problem.cost[:, centres_of(problem, label)], axis=1)[:, 1].copy()
    place = min(problem.size - 1, int(NEARNESS * problem.size / problem.k))
    return np.partition(problem.cost, place, axis=1)[:, place].copy()


def reach(problem: GraphProblem) -> Flags:
    """Tell which units a centre can have by load alone: a path between them fits into a grid, shape (n, n)."""
    n = problem.size
    if not problem.contiguous or n > LARGE:
        return np.ones((n, n), bool)
    tiny = 1e-12 * max(1.0, problem.upper)  # keeps the way to a unit without load an edge of the sparse graph
    ways = sparse.csr_array(
        (problem.load[problem.neighbors] + tiny, problem.neighbors, problem.starts), shape=(n, n)
    )
    far = csgraph.dijkstra(ways) + problem.load[:, None]
    return np.asarray(far <= problem.upper + problem.slack + n * tiny)


def close(
    problem: GraphProblem, args: tuple[Any, ...], values: Floats, top: float, left: tuple[Flags, Flags]
) -> None:
    """Close centres and pairs of ``left`` (allowed, closed; changed in place) that no plan cheaper than ``top`` can use."""
    price, (allowed, closed) = args[2], left
    order = np.argsort(values, kind="stable")
    chosen, last = order[: problem.k], values[order[problem.k - 1]]
    bound = float(values[chosen].sum() + price.sum())
    least = np.empty((problem.size, problem.size))
    forced(*args, problem.lower - problem.slack, problem.upper + problem.slack, least)
    gone = np.full(problem.size, last)
    gone[chosen] = values[chosen]
    limit = top * (1 - HAIR)
    allowed &= (bound - gone)[:, None] + least <= limit
    closed |= ~allowed.diagonal()
    allowed[closed] = False


def bound_of(problem: GraphProblem, label: Ints, top: float, effort: Effort) -> Priced:
    """Return the bound and what a plan cheaper than ``top`` may use.

    Parameters
    ----------
    label
        A plan to take first prices from, in band or not.
    top
        Cost of the best plan in band; inf for none.
    """
    if problem.cost is None:
        raise ValueError("a cut has no centres")
    n = problem.size
    by_centre = np.ascontiguousarray(problem.cost.T)
    closed = problem.load > problem.upper + problem.slack
    allowed = reach(problem)
    allowed[closed] = False
    guess = float(problem.cost[np.arange(n), centres_of(problem, label)[label]].sum())
    band = (problem.lower - problem.slack, problem.upper + problem.slack)
    price, best, step = beginning(problem, label), -np.inf, 1.0
    best_price = price
    rounds = effort.rounds if n <= LARGE else effort.rounds // 4
    each = ROUND if n <= LARGE else FEW
    for _ in range(0, rounds, each):
        found, best_price = ascended(
            by_centre,
            problem.load,
            problem.k,
            *band,
            best_price,
            min(top, 1.02 * guess),
            each,
            step,
            PATIENCE,
            closed,
        )
        step *= 0.75 ** (each / ROUND)
        gain, best = found - best, max(best, found)
        if np.isinf(best):
            break
        if np.isfinite(top):
            spared(by_centre, problem.load, best_price, problem.k, *band, top * (1 - HAIR), closed, allowed)
        if effort.spent or top - best <= HAIR * abs(top) or gain < 1e-6 * abs(best) * each / ROUND:
            break
    result = Priced(value=best, price=best_price, allowed=allowed, closed=closed)
    if n <= WHOLE and np.isfinite(best) and not effort.spent:
        return _whole(problem, result, top, guess, effort)
    return result


def _whole(problem: GraphProblem, begun: Priced, top: float, guess: float, effort: Effort) -> Priced:
    """Lift the bound with whole units, closing what cannot be in a better plan on the way."""
    if problem.cost is None:
        raise ValueError("a cut has no centres")
    n, k = problem.size, problem.k
    by_centre, cells = np.ascontiguousarray(problem.cost.T), buckets_of(problem)
    allowed, closed = begun.allowed.copy(), begun.closed.copy()
    price, best, best_price = begun.price.copy(), begun.value, begun.price
    values, sets, way = np.empty(n), np.empty((n, n)), np.zeros(n)
    step, poor = 0.5, 0
    aim = min(top, 1.02 * guess)
    for number in range(effort.rounds // 2):
        args = (by_centre, problem.load, price, allowed, closed, cells.size, cells.fraction, cells.load)
        whole_inner(*args, problem.lower - problem.slack, problem.upper + problem.slack, values, sets)
        chosen = np.argsort(values, kind="stable")[:k]
        bound = float(values[chosen].sum() + price.sum())
        if np.isinf(bound):
            return Priced(value=np.inf, price=price, allowed=allowed, closed=closed)
        if bound > best + 1e-6 * abs(best):
            best, best_price, poor = bound, price.copy(), 0
        else:
            poor += 1
        if number % ROUND == 0 and np.isfinite(top):
            close(problem, args, values, top, (allowed, closed))
        if effort.spent or top - best <= HAIR * abs(top) or step < STUCK:
            break
        if poor >= PATIENCE:
            step, poor, price = step * 0.6, 0, best_price.copy()
            way[:] = 0.0
            continue
        way = 0.7 * (1.0 - sets[chosen].sum(axis=0)) + 0.3 * way
        norm = float(way @ way)
        if norm <= 0.0:
            break
        price = price + step * max(aim - bound, 1e-4 * abs(aim)) / norm * way
    return Priced(value=best, price=best_price, allowed=allowed, closed=closed)
