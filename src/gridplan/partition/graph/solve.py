"""From a graph problem to its grids: an annealed plan, a bound, and where the problem is small enough a proof."""

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csgraph

from gridplan.partition.graph import hess, label
from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.lagrange import HAIR, WHOLE, bound_of
from gridplan.partition.graph.problem import Floats, GraphProblem, Ints, is_plan
from gridplan.partition.graph.spectral import cut_bound
from gridplan.partition.graph.start import Draft, draft_of, drafts
from gridplan.partition.graph.tree import Tree

PROVEN = 1e-4  # gap up to which a plan counts as optimal
PAIRS = 4_000  # of unit and centre in a model that is solved whole
GRID = 12  # units a grid up to which sets are priced
FINE = 150  # units up to which they are
CELLS = 600  # of unit and label in one


@dataclass(frozen=True, kw_only=True)
class GraphPlan:
    """The grids of one problem.

    Attributes
    ----------
    assignment
        Grid 0..k-1 of each unit, shape (n,); None where it is proven at once that no plan is in band and in one piece.
    objective, lower_bound
        In units of the objective; the bound is proven (inf: no plan).
    outside
        Load outside the band, summed over grids: 0 for a plan in band.
    status
        "optimal", "infeasible" (proven that no plan has every grid in band and in one piece) or "feasible" (anything else).
    seconds
        Of the search.
    """

    assignment: Ints | None
    objective: float
    lower_bound: float
    outside: float
    status: str
    seconds: float

    @property
    def gap(self) -> float:
        """Share of the objective that is not proven to be needed."""
        return (self.objective - self.lower_bound) / self.objective if self.objective > 0 else 0.0


def solve(problem: GraphProblem, effort: Effort | None = None) -> GraphPlan:
    """Return the best plan found, with what is proven of it.

    Parameters
    ----------
    problem
        What is to be divided.
    effort
        When to stop; a search that is stopped still gives its plan and its bound.
    """
    effort, begun = effort or Effort(), time.time()
    if impossible(problem):
        return _told(None, np.inf, begun)
    draft = drafts(problem, effort)
    if problem.cost is None:
        draft, bound = _cut(problem, draft, effort)
    else:
        draft, bound = _centred(problem, draft, effort)
    return _told(draft, bound, begun)


def impossible(problem: GraphProblem) -> bool:
    """Tell whether loads and components alone prove that there is no plan."""
    n, k, slack = problem.size, problem.k, problem.slack
    if k > n or problem.load.max() > problem.upper + slack:
        return True
    piece = np.zeros(n, np.int32)
    if problem.contiguous:
        piece = csgraph.connected_components(problem.matrix, directed=False)[1]
    load, size = np.bincount(piece, problem.load), np.bincount(piece)
    fewest = np.ones(len(load)) if problem.contiguous else np.minimum(load, 1)
    if problem.upper > 0:
        fewest = np.maximum(fewest, np.ceil((load - slack) / (problem.upper + slack)))
    most: Floats = size.astype(float)
    if problem.lower > slack:
        most = np.minimum(most, np.floor((load + slack) / (problem.lower - slack)))
    return bool((fewest > most).any() or fewest.sum() > k or most.sum() < k)


def _centred(problem: GraphProblem, draft: Draft, effort: Effort) -> tuple[Draft, float]:
    """Bound, close pairs, and solve over those left."""
    known = is_plan(problem, draft.label)
    top = draft.cost if known else np.inf
    priced = bound_of(problem, draft.label, top, effort)
    if known and (top - priced.value <= HAIR * top or effort.spent or priced.pairs > PAIRS):
        return draft, min(priced.value, top)
    if np.isinf(priced.value) or effort.spent or priced.pairs > PAIRS:
        return draft, priced.value
    if problem.contiguous and problem.size <= FINE and problem.size <= GRID * problem.k:
        return _joined(problem, draft, Tree(problem, priced, draft, effort).search())
    if problem.size > WHOLE:
        return draft, priced.value
    return _joined(problem, draft, hess.best_of(problem, priced, top, effort))


def _cut(problem: GraphProblem, draft: Draft, effort: Effort) -> tuple[Draft, float]:
    """Bound by eigenvalues, and where the problem is small by a model."""
    known = is_plan(problem, draft.label)
    top = draft.cost if known else np.inf
    bound = min(cut_bound(problem), top)
    if bound >= top or effort.spent or problem.size * problem.k > CELLS:
        return draft, bound
    return _joined(problem, draft, label.best_of(problem, bound, top, effort))


def _joined(problem: GraphProblem, draft: Draft, answer: hess.Answer) -> tuple[Draft, float]:
    """Return the better of a draft and an answer, and the bound."""
    if answer.label is not None and is_plan(problem, answer.label):
        found = draft_of(problem, answer.label)
        draft = min(draft, found, key=lambda d: d.key) if is_plan(problem, draft.label) else found
    return draft, answer.bound


def _told(draft: Draft | None, bound: float, begun: float) -> GraphPlan:
    """Put the outcome into words."""
    seconds = time.time() - begun
    if draft is None:
        return GraphPlan(
            assignment=None,
            objective=np.inf,
            lower_bound=np.inf,
            outside=np.inf,
            status="infeasible",
            seconds=seconds,
        )
    whole = draft.outside == 0.0
    status = "feasible"
    if np.isinf(bound) and not whole:
        status = "infeasible"
    elif whole and draft.cost - bound <= PROVEN * max(draft.cost, 1e-12):
        status = "optimal"
    return GraphPlan(
        assignment=draft.label,
        objective=draft.cost,
        lower_bound=min(bound, draft.cost) if whole else bound,
        outside=draft.outside,
        status=status,
        seconds=seconds,
    )
