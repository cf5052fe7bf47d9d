"""Plans without a solver: grown from scattered seeds, then annealed."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csgraph

from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.growth import grown
from gridplan.partition.graph.moves import annealed
from gridplan.partition.graph.problem import Floats, GraphProblem, Ints, objective_of, outside_of

STEPS = 400_000  # moves an annealing weighs, and as many again for each of
STEPS_UNIT = 3_000  # these a unit
CUT_TIMES = 4  # as many annealings there
CUT_STEPS = 4  # times as many where a move costs O(1)
FEW = 1_000  # units below which more annealings are made, and shorter ones
MOST = 12  # times as many
SHORT = 4_000  # moves a unit of a short annealing
PARTS = 16  # looks at the clock in one annealing
HOT = 2.0  # first temperature, in units of a unit's mean cost
AGAIN = (1.2, 0.2)  # first and last heat where a plan is annealed again
COOLED = 200.0
PRICE = 1.0  # of a mean load outside the band, in units of a unit's mean cost


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A labelling: in band (``outside`` is 0) with its cost, or the one with the least load outside."""

    label: Ints
    cost: float
    outside: float

    @property
    def key(self) -> tuple[float, float]:
        """Drafts in band come first, then the cheap."""
        return (self.outside, self.cost)


def draft_of(problem: GraphProblem, label: Ints) -> Draft:
    """Return a labelling with what it is worth."""
    return Draft(
        label=label, cost=objective_of(problem, label), outside=float(outside_of(problem, label).sum())
    )


def apart(problem: GraphProblem, sources: Ints) -> Floats:
    """Return how far each unit is from some units, for growth, shape (sources, n): by cost, or by edges where there is none."""
    if problem.cost is None:
        hops = csgraph.dijkstra(problem.matrix, indices=sources, unweighted=True)
        return np.where(np.isfinite(hops), hops, problem.size)
    mean = np.maximum(problem.cost.mean(axis=1), 1e-12)
    return np.ascontiguousarray((problem.cost[:, sources] / mean[:, None]).T)


def seeds_of(problem: GraphProblem, rng: np.random.Generator) -> Ints:
    """Return k seeds: one in each component, the others far from those there are, by chance (k-means++)."""
    if problem.contiguous:
        piece = csgraph.connected_components(problem.matrix, directed=False)[1]
    else:
        piece = np.zeros(problem.size, np.int32)
    seeds = [int(rng.choice(np.flatnonzero(piece == number))) for number in range(int(piece.max()) + 1)]
    far = apart(problem, np.array(seeds, np.int32)).min(axis=0)
    while len(seeds) < problem.k:
        chance = (far + 1e-9) * (problem.load + 1e-9)
        chance[seeds] = 0.0
        seeds.append(int(rng.choice(problem.size, p=chance / chance.sum())))
        far = np.minimum(far, apart(problem, np.array(seeds[-1:], np.int32))[0])
    return np.array(seeds[: problem.k], np.int32)


def first(problem: GraphProblem, rng: np.random.Generator) -> Ints:
    """Return a labelling with every grid in one piece (where that is asked), its loads roughly even."""
    seeds = seeds_of(problem, rng)
    near = apart(problem, seeds)
    if problem.contiguous:
        return grown(problem.starts, problem.neighbors, problem.load, near, seeds)
    label = near.argmin(axis=0).astype(np.int32)
    label[seeds] = np.arange(problem.k)
    return label


def anneal(  # the ends of one annealing
    problem: GraphProblem, label: Ints, effort: Effort, *, seed: int, heat: float = HOT
) -> Draft:
    """Return the best labelling that an annealing from another one meets."""
    cut = problem.cost is None
    cost = np.zeros((1, 1)) if problem.cost is None else problem.cost
    steps = effort.steps or _steps(problem)
    worth = (
        float(problem.length.sum() / max(1, len(problem.length)))
        if cut
        else objective_of(problem, label) / problem.size
    )
    worth = max(worth, 1e-12)
    price = PRICE * worth / max(float(problem.load.mean()), 1e-12)
    best = draft_of(problem, label)
    ends = heat * worth * COOLED ** (-np.arange(PARTS + 1) / PARTS)
    for part in range(PARTS):
        kept, value, poor, label, price = annealed(
            problem.load,
            cost,
            problem.starts,
            problem.neighbors,
            problem.length,
            label,
            problem.k,
            problem.lower,
            problem.upper,
            problem.slack,
            cut,
            problem.contiguous,
            max(1, steps // PARTS),
            ends[part],
            ends[part + 1],
            price,
            seed * PARTS + part,
        )
        if (0.0, value) < best.key or best.outside > 0.0:
            best = min(best, draft_of(problem, kept if np.isfinite(value) else poor), key=lambda d: d.key)
        if effort.spent:
            break
    return best


def _steps(problem: GraphProblem) -> int:
    """Return how many moves an annealing weighs by default."""
    if problem.size * 4 < FEW:
        return SHORT * problem.size
    return (STEPS + STEPS_UNIT * problem.size) * (CUT_STEPS if problem.cost is None else 1)


def drafts(problem: GraphProblem, effort: Effort) -> Draft:
    """Return the best of some annealings."""
    best: Draft | None = None
    times = max(1, min(MOST, FEW // problem.size)) * (CUT_TIMES if problem.cost is None else 1)
    for number in range(effort.starts * times):
        if best is not None and effort.spent:
            break
        rng = np.random.default_rng((effort.seed, number))
        found = anneal(problem, first(problem, rng), effort, seed=int(rng.integers(1 << 24)))
        best = found if best is None else min(best, found, key=lambda d: d.key)
    if best is None:
        raise ValueError("an effort has at least one start")
    return _reheated(problem, best, effort)


def _reheated(problem: GraphProblem, best: Draft, effort: Effort) -> Draft:
    """Return the best of some annealings from a plan, each from a lower heat than the last."""
    times = effort.starts * (CUT_TIMES if problem.cost is None else 1)
    for number, heat in enumerate(np.geomspace(*AGAIN, times)):
        if effort.spent:
            break
        seed = int(np.random.default_rng((effort.seed, number, 1)).integers(1 << 24))
        found = anneal(problem, best.label, effort, seed=seed, heat=float(heat))
        best = min(best, found, key=lambda d: d.key)
    return best
