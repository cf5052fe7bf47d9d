"""One community as the solver sees it: positions 0..n-1 instead of ids, arrays instead of tables."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.charges import Extras, Tariff
from gridplan.partition.growth import Flags, Floats, Ground, Ints, figures_of
from gridplan.partition.ties import Ties

__all__ = ["SLACK", "Band", "Columns", "Flags", "Floats", "Ints", "Problem", "WorkersAsked", "columns_of"]

WorkersAsked = Literal["middle", "fewest", "free"] | int

SLACK = 1e-9  # loads that differ by less are equal


@dataclass(frozen=True, kw_only=True)
class Band:
    """How much load a grid may have: ``low``..``high`` a worker, with ``fewest``..``most`` workers."""

    low: float
    high: float
    fewest: int = 1
    most: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise ValueError(
                f"a band runs from a positive load to one at least as large, not {self.low}..{self.high}"
            )
        if not 1 <= self.fewest <= self.most:
            raise ValueError(f"a grid has at least one worker, not {self.fewest}..{self.most}")

    @property
    def middle(self) -> float:
        """Load a worker in the middle of the band."""
        return (self.low + self.high) / 2

    @property
    def intervals(self) -> Floats:
        """Loads in band, one (low, high) row a number of workers, shape (w, 2)."""
        workers = np.arange(self.fewest, self.most + 1, dtype=float)
        return np.column_stack([workers * self.low, workers * self.high])

    @property
    def overfull(self) -> float:
        """Load that would fill one grid more; several units are never poured together up to there."""
        return (self.most + 1) * self.low

    def outside(self, load: Floats) -> tuple[Floats, Ints]:
        """Return load outside the band and the workers for which it is least (tie: fewer), both like ``load``."""
        at = np.asarray(load, float)[..., None]
        away = np.maximum(0.0, np.maximum(self.intervals[:, 0] - at, at - self.intervals[:, 1]))
        best = away.argmin(axis=-1)
        least = np.take_along_axis(away, best[..., None], axis=-1)[..., 0]
        return np.where(least <= SLACK, 0.0, least), (best + self.fewest).astype(np.int32)

    def workers(self, load: Floats) -> tuple[Ints, Ints]:
        """Return the least and the greatest number of workers for which a load is in band; out of band: those of ``outside``."""
        fewest = (
            np.ceil(np.asarray(load, float) / self.high - SLACK).astype(np.int32).clip(self.fewest, self.most)
        )
        most = (
            np.floor(np.asarray(load, float) / self.low + SLACK).astype(np.int32).clip(self.fewest, self.most)
        )
        away, best = self.outside(load)
        return np.where(away > 0, best, fewest), np.where(away > 0, best, most)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Units of a community that are to be gathered into grids.

    Attributes
    ----------
    load
        What the band limits, shape (n,), not negative.
    weight
        Households, which walk, shape (n,).
    distance_m
        Walk between units, shape (n, n).
    starts, neighbors
        Adjacency: the neighbours of unit i are ``neighbors[starts[i]:starts[i + 1]]``.
    extras
        Prices beside the walk; none if not given.
    ties
        Units joined, and units apart; none if not given.
    """

    load: Floats
    weight: Floats
    distance_m: Floats
    starts: Ints
    neighbors: Ints
    band: Band
    workers: WorkersAsked = "middle"
    extras: Extras | None = None
    ties: Ties | None = None

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.load)

    @cached_property
    def cost(self) -> Floats:
        """Household-metres of unit i in a grid with centre j, shape (n, n)."""
        return np.ascontiguousarray(self.weight[:, None] * self.distance_m)

    @property
    def must(self) -> Flags:
        """Units that a plan has to cover; a unit where nobody lives joins a neighbour afterwards unless borders have a price."""
        priced = self.extras is not None and self.extras.prices.border_off_line > 0
        every = np.ones(self.size, bool) if priced else self.load > 0
        return every if self.ties is None else (every & ~self.ties.spare) | self.ties.pinned

    @property
    def spared(self) -> float:
        """What the prices of all sets of any plan hold too much, household-metres."""
        return 0.0 if self.extras is None else self.extras.spared

    @cached_property
    def ground(self) -> Ground:
        """The problem as the compiled searches read it."""
        return Ground(
            np.ascontiguousarray(self.load, float),
            self.cost,
            self.starts,
            self.neighbors,
            ~self.must,
            self.extras is not None,
            _tariff(self.extras, self.band),
            np.zeros((0, 0), bool) if self.ties is None else self.ties.apart,
        )


def _tariff(extras: Extras | None, band: Band) -> Tariff:
    middle = np.array([0.0, band.middle, band.fewest, band.most])
    if extras is None:
        return Tariff(np.zeros((0, 0), np.int32), np.zeros(0), np.zeros(0), middle)
    priced, border = extras.split > 0, extras.prices.border_off_line
    middle[0] = extras.prices.off_middle
    return Tariff(
        np.ascontiguousarray(extras.group[priced], np.int32),
        extras.split[priced],
        border * extras.off_line_m / 2 if border > 0 else np.zeros(0),
        middle,
    )


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Sets of units that may be grids; set s holds ``members[starts[s]:starts[s + 1]]``."""

    members: Ints
    starts: NDArray[np.int64]
    load: Floats
    cost: Floats
    centre: Ints

    @classmethod
    def of_figures(cls, members: Ints, figures: Floats) -> "Columns":
        """Return the sets of a search; ``figures`` (sets, 4): size, load, cost, centre."""
        return cls(
            members=members,
            starts=np.concatenate([[0], np.cumsum(figures[:, 0])]).astype(np.int64),
            load=figures[:, 1].copy(),
            cost=figures[:, 2].copy(),
            centre=figures[:, 3].astype(np.int32),
        )

    def __len__(self) -> int:
        return len(self.load)

    @property
    def owner(self) -> NDArray[np.int64]:
        """The set of each entry of ``members``."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def sums(self, values: Floats) -> Floats:
        """Sum of a value of units over each set."""
        if not len(self):
            return np.zeros(0)
        return np.add.reduceat(values[self.members], self.starts[:-1])

    def of(self, column: int) -> Ints:
        """Return the units of one set."""
        return self.members[self.starts[column] : self.starts[column + 1]]

    def take(self, chosen: NDArray[np.int64]) -> "Columns":
        """Return some of the sets, in the order asked."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        inside = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        members = self.members[np.repeat(self.starts[chosen], lengths) + inside]
        return Columns(
            members=members,
            starts=starts,
            load=self.load[chosen],
            cost=self.cost[chosen],
            centre=self.centre[chosen],
        )

    def joined(self, other: "Columns") -> "Columns":
        """Return the sets of both, one after another."""
        return Columns(
            members=np.concatenate([self.members, other.members]),
            starts=np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            load=np.concatenate([self.load, other.load]),
            cost=np.concatenate([self.cost, other.cost]),
            centre=np.concatenate([self.centre, other.centre]),
        )


def columns_of(groups: list[Ints], problem: Problem) -> Columns:
    """Return groups of units as columns, each with its best centre."""
    members = np.concatenate([np.zeros(0, np.int32), *(np.asarray(g, np.int32) for g in groups)])
    sizes = np.array([len(g) for g in groups], np.int64)
    return Columns.of_figures(members, figures_of(problem.ground, members, sizes))
