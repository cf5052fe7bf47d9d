"""A graph that is to be divided into k grids of many units each: plain arrays, and what a division is worth.

Four objectives: "walk" (weight x distance to the best centre unit of the grid), "moi" (moment of inertia: weight x
distance squared), "pmedian" (distance to the median, grids may lie in pieces) and "cut" (length of the edges between grids).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Objective = Literal["walk", "moi", "cut", "pmedian"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)

SLACK = 1e-9  # share of the load by which a grid may miss the band: rounding


@dataclass(frozen=True, kw_only=True)
class GraphProblem:
    """Units, who borders whom, and how many grids of what load are wanted.

    Attributes
    ----------
    load
        What the band limits, shape (n,), not negative.
    cost
        Cost of unit i in a grid with centre j, shape (n, n); None where the objective is "cut".
    starts, neighbors, length
        Adjacency: the neighbours of unit i are ``neighbors[starts[i]:starts[i + 1]]``; ``length``: what
        each such edge is worth if cut.
    k, lower, upper
        Number of grids, and the least and the greatest load of each.
    contiguous
        Whether each grid must be in one piece.
    """

    load: Floats
    cost: Floats | None
    starts: Ints
    neighbors: Ints
    length: Floats
    k: int
    lower: float
    upper: float
    objective: Objective
    contiguous: bool

    def __post_init__(self) -> None:
        if (self.cost is None) != (self.objective == "cut"):
            raise ValueError("a cost is given for every objective but cut")
        if self.cost is not None and self.cost.shape != (self.size, self.size):
            raise ValueError(f"the cost of {self.size} units has {self.size} rows, not {self.cost.shape}")
        if not self.size or self.k < 1:
            raise ValueError(f"at least one unit and one grid, not {self.size} and {self.k}")
        if self.lower > self.upper:
            raise ValueError(f"a band runs upwards, not {self.lower}..{self.upper}")
        if not (self.load >= 0).all():
            raise ValueError("no load is negative")

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.load)

    @property
    def slack(self) -> float:
        """Load that is taken for rounding."""
        return SLACK * max(1.0, float(self.load.sum()))

    @property
    def matrix(self) -> sparse.csr_array:
        """Lengths of the edges, shape (n, n)."""
        return sparse.csr_array((self.length, self.neighbors, self.starts), shape=(self.size, self.size))


def graph_problem(  # noqa: PLR0913 # what a user has at hand
    load: ArrayLike,
    edges: ArrayLike,
    *,
    k: int,
    lower: float | None,
    upper: float | None,
    objective: Objective,
    cost: ArrayLike | None = None,
    distance: ArrayLike | None = None,
    xy: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    length: ArrayLike | None = None,
    contiguous: bool | None = None,
) -> GraphProblem:
    """Return the problem of some arrays.

    Parameters
    ----------
    load
        What the band limits, shape (n,).
    edges
        Pairs of units that border, each once, shape (e, 2).
    k, lower, upper
        Number of grids and their band; None for no limit.
    objective
        What is made least.
    cost, distance, xy
        One of them (none for "cut"): the cost itself, shape (n, n); a distance; or positions, shape (n, 2), for
        straight lines.
    weight
        Who walks, shape (n,); default the load, for "pmedian" one each.
    length
        Worth of each edge, shape (e,); default one.
    contiguous
        Default: all but "pmedian".

    Raises
    ------
    ValueError
        The arrays do not fit together.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f"the objective is one of {', '.join(OBJECTIVES)}, not {objective}")
    loads = np.array(load, float)
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    worth = np.ones(len(pairs)) if length is None else np.array(length, float)
    starts, neighbors, lengths = _adjacency(pairs, worth, len(loads))
    costs = None
    if objective != "cut":
        who = weight if weight is not None else loads if objective != "pmedian" else np.ones(len(loads))
        costs = _cost(cost, distance, xy, np.asarray(who, float), power=2 if objective == "moi" else 1)
    return GraphProblem(
        load=loads,
        cost=costs,
        starts=starts,
        neighbors=neighbors,
        length=lengths,
        k=k,
        lower=0.0 if lower is None else float(lower),
        upper=float(loads.sum()) if upper is None else float(upper),
        objective=objective,
        contiguous=objective != "pmedian" if contiguous is None else contiguous,
    )


def _cost(
    cost: ArrayLike | None, distance: ArrayLike | None, xy: ArrayLike | None, weight: Floats, *, power: int
) -> Floats:
    """Return the cost of unit i with centre j, shape (n, n)."""
    if cost is not None:
        return np.ascontiguousarray(cost, float)
    if distance is None:
        if xy is None:
            raise ValueError("a cost, a distance or positions are needed")
        place = np.asarray(xy, float)
        distance = np.hypot(place[:, None, 0] - place[:, 0], place[:, None, 1] - place[:, 1])
    return np.ascontiguousarray(np.asarray(distance, float) ** power * weight[:, None])


def _adjacency(pairs: NDArray[np.int64], worth: Floats, n: int) -> tuple[Ints, Ints, Floats]:
    """Return both directions of each edge, sorted; loops are left out, parallel edges added up."""
    if len(pairs) and not (pairs.min() >= 0 and pairs.max() < n):
        raise ValueError(f"edges join units 0..{n - 1}")
    if len(worth) != len(pairs):
        raise ValueError(f"{len(worth)} lengths for {len(pairs)} edges")
    kept = pairs[:, 0] != pairs[:, 1]
    one, other = pairs[kept].T if len(pairs) else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    both = np.concatenate([one, other]), np.concatenate([other, one])
    matrix = sparse.csr_array((np.tile(worth[kept], 2), both), shape=(n, n))
    matrix.sum_duplicates()
    return matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data.astype(float)


def loads_of(problem: GraphProblem, label: Ints) -> Floats:
    """Return the load of each grid, shape (k,)."""
    return np.bincount(label, problem.load, problem.k).astype(float)


def outside_of(problem: GraphProblem, label: Ints) -> Floats:
    """Return the load outside the band of each grid, shape (k,); rounding is none."""
    load = loads_of(problem, label)
    away = np.maximum(0.0, np.maximum(problem.lower - load, load - problem.upper))
    return np.where(away <= problem.slack, 0.0, away)


def pieces_of(problem: GraphProblem, label: Ints) -> Ints:
    """Return the connected piece of its grid that each unit is in, shape (n,); pieces of two grids have two numbers."""
    owner = np.repeat(np.arange(problem.size), np.diff(problem.starts))
    inside = label[owner] == label[problem.neighbors]
    links = sparse.csr_array(
        (np.ones(inside.sum()), (owner[inside], problem.neighbors[inside])), shape=(problem.size,) * 2
    )
    return csgraph.connected_components(links, directed=False)[1].astype(np.int32)


def is_plan(problem: GraphProblem, label: Ints) -> bool:
    """Tell whether a labelling 0..k-1 has every grid there, in band, and in one piece where that is asked."""
    if len(np.unique(label)) != problem.k or outside_of(problem, label).any():
        return False
    return not problem.contiguous or int(pieces_of(problem, label).max()) + 1 == problem.k


def objective_of(problem: GraphProblem, label: Ints) -> float:
    """Return what a labelling costs."""
    if problem.cost is None:
        owner = np.repeat(np.arange(problem.size), np.diff(problem.starts))
        return float(problem.length[label[owner] != label[problem.neighbors]].sum()) / 2
    members = [np.flatnonzero(label == grid) for grid in np.unique(label)]
    return float(sum(problem.cost[np.ix_(m, m)].sum(axis=0).min() for m in members))


def centres_of(problem: GraphProblem, label: Ints) -> Ints:
    """Return the best centre of each grid, shape (k,)."""
    if problem.cost is None:
        raise ValueError("a cut has no centres")
    members = [np.flatnonzero(label == grid) for grid in range(problem.k)]
    return np.array([m[problem.cost[np.ix_(m, m)].sum(axis=0).argmin()] for m in members], np.int32)
