"""The program of ``serve`` as matrices: its variables are y by availability and set, s, u and d, in that order."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array, csr_array, diags_array, eye_array, hstack, kron, vstack

from gridplan.staffing.clusters import Clusters, Flags, Floats, Ints

PARTS = 1000  # availabilities that differ by less than one of so many parts are alike
INFEASIBLE = 2  # what milp calls it


@dataclass(frozen=True, eq=False, kw_only=True)
class Program:
    """The grids, sets and workers of a community as rows and columns.

    Attributes
    ----------
    sets, load, needed
        Sets of grids, what there is to do in each grid, and whether it is to have somebody, shape (grids,).
    availability, before
        Of each worker, and the grid served before, -1 for none, shape (workers,).
    move_m, uneven_m
        The prices, metres a worker moved and metres a household off the mean.
    """

    sets: Clusters
    load: Floats
    needed: Flags
    availability: Floats
    before: Ints
    move_m: float
    uneven_m: float

    @cached_property
    def _kinds(self) -> tuple[Floats, Ints]:
        parts, alike = np.unique(np.rint(self.availability * PARTS).clip(1), return_inverse=True)
        return parts / PARTS, alike

    @property
    def share(self) -> Floats:
        """Each availability that there is, shape (kinds,)."""
        return self._kinds[0]

    @property
    def alike(self) -> Ints:
        """Which of them each worker has, shape (workers,)."""
        return self._kinds[1]

    @cached_property
    def heads(self) -> Floats:
        """Workers of each availability, shape (kinds,)."""
        return np.bincount(self.alike, minlength=len(self.share)).astype(float)

    @property
    def mean(self) -> float:
        """Load a worker who gives all the time."""
        return float(self.load.sum() / self.availability.sum())

    @cached_property
    def stays(self) -> tuple[Ints, Ints]:
        """The worker and the set of each s."""
        worker, at = np.nonzero(self.sets.holds[:, self.before].T & (self.before >= 0)[:, None])
        return worker, at

    @property
    def widths(self) -> tuple[int, int, int, int]:
        """Numbers of y, s, u and d."""
        grids = len(self.load)
        return len(self.share) * len(self.sets.walk_m), len(self.stays[0]), grids, grids

    def solve(self, cost: Floats, *, most_unserved: int, nodes: int) -> OptimizeResult:
        """Find the least of a goal with at most so many grids with nobody."""
        rows, low, high = self._rows
        return milp(
            cost,
            integrality=np.repeat([1, 0, 1, 0], self.widths),
            bounds=Bounds(0.0, self._most),
            constraints=[
                LinearConstraint(rows, low, high),
                LinearConstraint(self.alone[None], 0.0, most_unserved),
            ],
            options={"mip_rel_gap": 0.0, "node_limit": nodes},
        )

    @property
    def metres(self) -> Floats:
        """What each variable costs; a worker who stays earns what moving costs, which all are charged beforehand."""
        _, s, u, d = self.widths
        off = np.abs((self.sets.holds @ self.load)[None] - self.mean * self.share[:, None])
        of_sets = np.where(self._lone, 0.0, self.sets.walk_m + self.uneven_m * off).ravel()
        return np.concatenate([of_sets, np.full(s, -self.move_m), np.zeros(u), np.full(d, self.uneven_m)])

    @property
    def moving_m(self) -> float:
        """What it costs to move all who served a grid before."""
        return self.move_m * float((self.before >= 0).sum())

    @property
    def alone(self) -> Floats:
        """Grids with nobody as a goal."""
        return np.repeat([0.0, 0.0, 1.0, 0.0], self.widths)

    def leaves(self, workers: Ints) -> Flags:
        """Whether each of some workers leaves the grid served before on each set, shape (workers, sets)."""
        before = self.before[workers]
        return np.asarray(~self.sets.holds[:, before].T & (before >= 0)[:, None])

    @property
    def _lone(self) -> Flags:
        return self.sets.size == 1

    @property
    def _most(self) -> Floats:
        _, s, u, d = self.widths
        of_sets = np.where(self._lone, self.heads[:, None], 1.0).ravel()
        return np.concatenate([of_sets, np.ones(s + u), np.full(d, np.inf)])

    def _row(
        self,
        y: csr_array | None = None,
        s: csr_array | None = None,
        u: csr_array | None = None,
        d: csr_array | None = None,
    ) -> csr_array:
        """Return rows over all variables; blocks not given are empty."""
        parts = (y, s, u, d)
        size = next(part.shape[0] for part in parts if part is not None)
        filled = [csr_array((size, w)) if p is None else p for p, w in zip(parts, self.widths, strict=True)]
        return csr_array(hstack(filled))

    @cached_property
    def _several(self) -> csr_array:
        """Return t by grid, over y."""
        each = csr_array((self.sets.holds & ~self._lone[:, None]).T.astype(float))
        return csr_array(hstack([each] * len(self.share)))

    @cached_property
    def _lone_crews(self) -> list[csr_array]:
        """Return the workers of each availability on each lone grid, over y."""
        single = csr_array((self.sets.holds & self._lone[:, None]).T.astype(float))
        kinds = np.eye(len(self.share))
        return [csr_array(kron(csr_array(row[None]), single)) for row in kinds]

    @property
    def _rows(self) -> tuple[csr_array, Floats, Floats]:
        """Return all rows with what they are at least and at most."""
        blocks = [*self._one_set_each(), *self._no_grid_twice(), *self._looked_after(), *self._off_mean()]
        blocks += self._places_to_stay()
        low, high = (
            np.concatenate(
                [np.broadcast_to(np.asarray(block[side], float), block[0].shape[:1]) for block in blocks]
            )
            for side in (1, 2)
        )
        return csr_array(vstack([rows for rows, _, _ in blocks])), low, high

    def _one_set_each(self) -> list[tuple[csr_array, Floats, Floats]]:
        """Give every worker one set."""
        ones = np.ones((1, len(self.sets.walk_m)))
        return [(self._row(csr_array(kron(eye_array(len(self.share)), ones))), self.heads, self.heads)]

    def _no_grid_twice(self) -> list[tuple[csr_array, float, float]]:
        """Keep a grid that is one of a worker's several from all others."""
        pairs = zip(self._lone_crews, self.heads, strict=True)
        lone = [(self._row(csr_array(crew + have * self._several)), -np.inf, have) for crew, have in pairs]
        return [(self._row(self._several), -np.inf, 1.0), *lone]

    def _looked_after(self) -> list[tuple[csr_array, Floats, float]]:
        """Count a grid that is to have somebody and that nobody takes."""
        there = csr_array(self._several + sum(self._lone_crews))
        return [(self._row(there, u=csr_array(eye_array(len(self.load)))), self.needed.astype(float), np.inf)]

    def _off_mean(self) -> list[tuple[csr_array, Floats, float]]:
        """Measure what the crew of a lone grid has more or less than the mean."""
        crews = sum(crew * (self.mean * one) for crew, one in zip(self._lone_crews, self.share, strict=True))
        done = csr_array(diags_array(self.load) @ self._several + crews)
        own = csr_array(eye_array(len(self.load)))
        return [(self._row(done, d=own), self.load, np.inf), (self._row(-done, d=own), -self.load, np.inf)]

    def _places_to_stay(self) -> list[tuple[csr_array, float, float]]:
        """Let nobody stay but on a place of the workers alike, on a set that holds the grid served before."""
        worker, at = self.stays
        if not len(worker):
            return []
        place, row = np.unique(self.alike[worker] * len(self.sets.walk_m) + at, return_inverse=True)
        number = np.arange(len(worker))
        once = _marks(worker, number, (len(self.before), len(worker)))
        used = _marks(row, number, (len(place), len(worker)))
        places = _marks(np.arange(len(place)), place, (len(place), self.widths[0]))
        return [(self._row(s=once), -np.inf, 1.0), (self._row(-places, used), -np.inf, 0.0)]


def _marks(rows: Ints, columns: Ints, shape: tuple[int, int]) -> csr_array:
    """Return a matrix of ones at some places."""
    return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=shape))
