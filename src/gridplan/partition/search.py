"""Where the sets of a plan come from, how much work may be done on them, and what a search for one number of workers tells."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from gridplan.partition.bound import Bound, bound_of
from gridplan.partition.candidates import list_sets, outgrown
from gridplan.partition.master import Rows
from gridplan.partition.pricing import Pricing
from gridplan.partition.problem import Columns, Problem, columns_of
from gridplan.partition.separation import Rims

SMALL_LIST = 60_000
SMALL_STEPS = 250_000
LISTED = 16_000
HALFWAY = (0.35, 0.5)  # shares of a clock after which the two searches for prices stop
STEPS = 15_000  # of the search for sets, for each unit
FEWEST = 200  # units for which there are steps even where there are fewer
NODES = 300
SHARE = 0.004  # margin whose sets are a pool to improve a plan from
GROWTH = 1.5  # power of a margin by which the steps of a search for its sets grow: measured, 1.4 to 1.7
PROOF = 50_000  # sets, where they are all that a proof needs
REACH, PATIENCE = (
    3,
    6,
)  # times as many steps: at which a proof seems to be in reach, and that are then done for it
HARDLY = 1.5  # how much wider than the last a margin has to be


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much work a search may do: counted, and where ``until`` (seconds of ``time.time``) is given also by the clock.

    Once ``halt`` exists no more work is begun. ``inner``: for a part of a plan that is being made better. ``work``: how many
    times as much is counted where not all sets can be listed. ``quick``: no more is done for proofs, whatever ``work`` a part has.
    """

    nodes: int = NODES
    work: float = 1.0
    quick: bool = False
    until: float | None = None
    seed: int = 1
    inner: bool = False
    halt: Path | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds left, None without a clock."""
        if self.halt is not None and self.halt.exists():
            return 0.0
        return None if self.until is None else self.until - time.time()

    def part(self, share: float) -> "Effort":
        """Return this effort with a share of the seconds that are left now."""
        return (
            self
            if self.until is None
            else replace(self, until=time.time() + share * (self.until - time.time()))
        )

    def spent_by(self, share: float) -> Callable[[], bool]:
        """Return what tells whether a share of the seconds left now is gone, or a halt says stop."""
        left = self.seconds
        until = None if left is None else time.time() + share * left
        return lambda: self.spent or (until is not None and time.time() > until)

    @property
    def spent(self) -> bool:
        """Whether the clock or a halt says stop."""
        return self.seconds is not None and self.seconds <= 0


def effort_of(effort: Effort | None, *, seconds: float | None, seed: int | None) -> Effort:
    """Return an effort as it is given, or made of seconds from now and a seed.

    Raises
    ------
    ValueError
        If both are given, or the seconds are not above 0.
    """
    if effort is not None:
        if seconds is not None or seed is not None:
            raise ValueError("either an effort or seconds and seed are wanted; both came")
        return effort
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds above 0 are wanted; {seconds} came")
    until = None if seconds is None else time.time() + seconds
    return Effort(until=until) if seed is None else Effort(until=until, seed=seed)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The outcome for one number of workers; ``groups`` is None where no plan was found.

    ``exact``: the plan is best to within a hair, or, without a plan, it is proven that there is none. ``begun``: without a plan,
    grids to go on from. ``rows``: those asked for with those that lift the bound; ``settled``: margin of the bound below which no
    plan was left to be found.
    """

    groups: list[np.ndarray] | None
    cost: float
    bound: float
    exact: bool
    workers: tuple[float, float] = (0.0, np.inf)
    begun: list[np.ndarray] = field(default_factory=list)
    rows: Rows | None = None
    settled: float = 0.0


def no_plan(*, proven: bool) -> Found:
    """Return the outcome without a plan."""
    return Found(groups=None, cost=np.inf, bound=np.inf if proven else 0.0, exact=proven)


class Lists:
    """The sets of one problem: all of them where they are few, else those within a margin of a bound."""

    def __init__(self, problem: Problem, effort: Effort | None = None) -> None:
        self.problem, self.effort = problem, effort or Effort()
        limits = {"most_sets": SMALL_LIST, "most_steps": SMALL_STEPS}
        if outgrown(problem, problem.band.intervals, **limits):
            self.all, self.complete = columns_of([], problem), False
        else:
            self.all, self.complete = list_sets(problem, problem.band.intervals, **limits)
        self.listed: dict[float, tuple[Columns, bool]] = {}  # of one bound, by margin
        self.took: dict[float, int] = {}  # steps of the search for each of these
        self.bound_listed: Bound | None = None

    @cached_property
    def priced(self) -> Pricing:
        """What prices sets where not all are listed."""
        return Pricing(self.problem)

    @property
    def rims(self) -> Rims:
        """Regions for rows of load patterns."""
        return self.priced.rims

    def bound(self, rows: Rows, known: Columns | None = None, cost: float = np.inf) -> Bound:
        """Return the bound from prices; ``known``: sets to begin with; ``cost``: of the best plan known."""
        stops = self.effort.spent_by(HALFWAY[0]), self.effort.spent_by(HALFWAY[1])
        return bound_of(self.priced, rows, self.effort.work, stops, known, cost)

    def some(self, bound: Bound) -> Columns:
        """Return the sets of the widest margin of which all were listed."""
        if self.bound_listed is not bound or not self.listed:
            self.within(bound, SHARE * bound.value)
        whole = [margin for margin, (_, complete) in self.listed.items() if complete]
        return self.listed[max(whole) if whole else min(self.listed)][0]

    def within(self, bound: Bound, margin: float, *, proof: bool = False) -> tuple[Columns, float]:
        """Return the sets a plan cheaper than bound + margin may use, and the margin that holds (0: too many to list).

        ``proof``: these are all that a proof needs, so more work is done, and part of them is of no use.
        """
        if self.bound_listed is not bound:
            self.listed, self.took, self.bound_listed = {}, {}, bound
        too_wide = min((m for m, (_, complete) in self.listed.items() if not complete), default=np.inf)
        if margin not in self.listed and margin < too_wide:
            begun, patient = self.priced.steps, proof and self.patient
            self.listed[margin] = self.priced.within(
                bound.prices,
                bound.rows,
                floors=bound.wanted - margin,
                most_sets=int((PROOF if patient else LISTED) * max(1.0, self.effort.work)),
                most_steps=self.most_steps * (PATIENCE if patient else REACH if proof else 1),
                all_or_none=proof,
            )
            self.took[margin] = max(1, self.priced.steps - begun)
        columns, complete = self.listed[min(margin, too_wide)]
        return columns, margin if complete else 0.0

    @property
    def patient(self) -> bool:
        """Whether more work is done where it makes a proof."""
        return self.effort.work > 0 and not self.effort.quick

    @property
    def most_steps(self) -> int:
        """Steps of one search for sets."""
        return int(STEPS * max(1.0, self.effort.work)) * max(FEWEST, self.problem.size)

    def cut_off(self, bound: Bound) -> bool:
        """Forget lists of a bound that were too long, so that more work is done for them; tell whether that seems to be of use."""
        short = [margin for margin, (_, complete) in self.listed.items() if not complete]
        if self.bound_listed is not bound or len(short) in (0, len(self.listed)) or not self.patient:
            return False
        for margin in short:
            del self.listed[margin], self.took[margin]
        return True

    def wider(self, margin: float, needed: float) -> float:
        """Return the margin to list after one that was: what is needed, or as far as one seems to get.

        The steps of a search grow like a power of its margin. The same margin is returned where it would be hardly any wider.
        """
        further = self.most_steps / self.took[margin]
        if needed <= margin * (REACH * further) ** (1 / GROWTH):
            return needed
        reach = margin * further ** (1 / GROWTH)
        return min(needed, reach) if reach > HARDLY * margin else margin
