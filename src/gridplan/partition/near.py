"""Sets of units near the grids of an earlier plan, and the best plan of such sets that moves at most so many households.

A set that takes in A households from elsewhere and gives away R of its origin's is part of no plan that moves fewer than A + R.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csgraph

from gridplan.partition.problem import Columns, Floats, Ints, Problem, columns_of

WHOLE = 1e-6

Toward = Literal["walk", "balance"]


@dataclass(frozen=True, kw_only=True)
class Near:
    """The sets near so many ``origins``: ``origin`` each goes on from, ``moved`` households it takes in, ``lost`` it gives away."""

    problem: Problem
    origins: int
    columns: Columns
    origin: NDArray[np.int64]
    moved: Floats
    lost: Floats

    @classmethod
    def made(cls, problem: Problem, was: Floats, sets: list[Ints], origin: list[int]) -> "Near":
        """Return some sets, each with its origin."""
        columns, own = columns_of(sets, problem), np.array(origin, np.int64)
        stay = was[columns.members, own[columns.owner]]
        kept = np.add.reduceat(stay, columns.starts[:-1]) if len(columns) else np.zeros(0)
        return cls(
            problem=problem,
            origins=was.shape[1],
            columns=columns,
            origin=own,
            moved=columns.sums(was.sum(axis=1)) - kept,
            lost=was.sum(axis=0)[own] - kept,
        )

    def toward(self, goal: Toward) -> Floats:
        """Return what each set costs: metres that its households walk, or households that it is off the middle of the band."""
        if goal == "walk":
            return self.columns.cost
        band = self.problem.band
        workers = np.arange(band.fewest, band.most + 1)
        middles: Floats = np.abs(self.columns.load[:, None] - band.middle * workers)
        return middles.min(axis=1)

    def within(self, moved: float) -> "Near":
        """Return the sets that a plan with so many moves can have."""
        some = np.flatnonzero(self.moved + self.lost <= moved + WHOLE)
        return replace(
            self,
            columns=self.columns.take(some),
            origin=self.origin[some],
            moved=self.moved[some],
            lost=self.lost[some],
        )

    def best(self, cost: Floats, most: float) -> NDArray[np.int64] | None:
        """Return the cheapest sets, one of each origin, that hold every unit and move at most so many; None if there are none."""
        count, must = len(self.columns), self.problem.must
        if not count:
            return None
        ones = np.ones(len(self.columns.members))
        cover = sparse.csr_array(
            (ones, (self.columns.members, self.columns.owner)), shape=(self.problem.size, count)
        )
        origins = sparse.csr_array(
            (np.ones(count), (self.origin, np.arange(count))), shape=(self.origins, count)
        )
        scale = max(1.0, float(np.abs(cost).mean()))
        solved = milp(
            cost / scale,
            constraints=[
                LinearConstraint(cover, must.astype(float), 1.0),
                LinearConstraint(origins, 1.0, 1.0),
                LinearConstraint(sparse.csr_array(self.moved[None, :]), 0.0, most + WHOLE),
            ],
            integrality=np.ones(count),
            bounds=Bounds(0.0, 1.0),
            options={"mip_rel_gap": 0.0},
        )
        return None if solved.x is None else np.flatnonzero(solved.x > 0.5)  # noqa: PLR2004 # a half


def around(problem: Problem, grid: NDArray[np.bool_], price: Floats, budget: float) -> Ints:
    """Return the units that a set near a grid can hold or lack: what lies between costs no more than the budget."""
    own = np.repeat(np.arange(problem.size), np.diff(problem.starts))
    tiny = 1e-9  # keeps a way that costs nothing an edge of the sparse graph
    ways = sparse.csr_array(
        (np.where(grid, 0.0, price)[problem.neighbors] + tiny, (own, problem.neighbors)),
        shape=(problem.size,) * 2,
    )
    if not grid.any() or budget < 0:
        return np.zeros(0, np.int32)
    far = csgraph.dijkstra(ways, indices=np.flatnonzero(grid), min_only=True, limit=budget + WHOLE)
    near = np.where(grid, price <= budget + WHOLE, np.isfinite(far))
    return np.flatnonzero(near).astype(np.int32)
