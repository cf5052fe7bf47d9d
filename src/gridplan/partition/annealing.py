"""Plans by annealing: good ones within a second, for the proofs to start from.

It moves units between grids of a number that is given, and weighs nothing but the walk: it suits problems whose grids all have
the same number of workers, with no other prices and no units tied.
"""

from dataclasses import replace

import numpy as np

from gridplan.partition.graph.effort import Effort as Steps
from gridplan.partition.graph.problem import GraphProblem
from gridplan.partition.graph.start import Draft, anneal, first
from gridplan.partition.problem import Ints, Problem
from gridplan.partition.search import Effort

STARTS = 8
STEPS = 5_000  # moves weighed from each of them, for each unit, and as many again for each unit of work
SURE = 3  # of them that end with the same best plan are enough
AGAIN = (0.8, 0.4, 0.2, 0.1)  # heats at which the best plan is annealed again
SHORTER = 0.5  # share of the moves in each of those
NUMBERS = 3  # numbers of grids tried where any will do, from the greatest down


def suits(problem: Problem) -> bool:
    """Tell whether plans of a problem can be annealed."""
    return problem.extras is None and problem.ties is None and problem.band.fewest == problem.band.most


def annealed(problem: Problem, workers: float | None, effort: Effort) -> list[list[Ints]]:
    """Return connected grids for so many workers (None: for any number), the best plan first; none where annealing does not suit.

    A plan may have grids out of band: then no plan all in band was met.
    """
    if not suits(problem):
        return []
    if workers is None:
        most = int(problem.load.sum() / (problem.band.low * problem.band.fewest) + 1e-9)
        numbers = range(most, max(0, most - NUMBERS), -1)
    else:
        numbers = range(round(workers / problem.band.fewest), round(workers / problem.band.fewest) + 1)
    plans: list[Draft] = []
    for number in numbers:
        if 1 <= number <= problem.size and not (plans and plans[0].outside == 0.0):
            plans = sorted([*plans, *_drafts(problem, number, effort)], key=lambda draft: draft.key)
    return [_groups(plan.label) for plan in plans]


def _drafts(problem: Problem, grids: int, effort: Effort) -> list[Draft]:
    """Return what annealings from different beginnings end with, and from the best of them."""
    band = problem.band
    graph = GraphProblem(
        load=problem.load,
        cost=problem.cost,
        starts=problem.starts,
        neighbors=problem.neighbors,
        length=np.ones(len(problem.neighbors)),
        k=grids,
        lower=band.low * band.fewest,
        upper=band.high * band.fewest,
        objective="walk",
        contiguous=True,
    )
    steps = Steps(steps=round(STEPS * (1.0 + effort.work) * problem.size), until=effort.until)
    found: list[Draft] = []
    for number in range(STARTS):
        if (found and effort.spent) or _sure(found):
            break
        seed = effort.seed * STARTS + number
        found.append(anneal(graph, first(graph, np.random.default_rng(seed)), steps, seed=seed))
    again = replace(steps, steps=round(SHORTER * (steps.steps or 0)))
    for number, heat in enumerate(() if _sure(found) else AGAIN):
        if effort.spent:
            break
        best = min(found, key=lambda draft: draft.key)
        found.append(anneal(graph, best.label, again, seed=effort.seed * STARTS + number, heat=heat))
    return found


def _sure(found: list[Draft]) -> bool:
    """Whether several beginnings have ended with the best: more of them are of no use."""
    keys = [draft.key for draft in found]
    return bool(keys) and sum(np.allclose(key, min(keys), rtol=1e-12) for key in keys) >= SURE


def _groups(label: Ints) -> list[Ints]:
    """Return the units of each grid."""
    return [np.flatnonzero(label == grid).astype(np.int32) for grid in np.unique(label)]
