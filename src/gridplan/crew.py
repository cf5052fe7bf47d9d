"""The workers that a run has: who works in which community, and, where the band follows from them, how many grids that makes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import staffing
from gridplan.checks import Fault, Sheet
from gridplan.config import PlanFile
from gridplan.errors import InputError
from gridplan.partition import Band, District, Hand, Rules, divide
from gridplan.progress import Progress, Silent
from gridplan.spread import Spread, spread_over
from gridplan.tables import Inputs
from gridplan.units import Units
from gridplan.words import Message

Floats = NDArray[np.float64]
WHOLE = 1e-9
SHOWN = 5
APART = 1e-7  # by this share a band ends before one worker more or fewer would do


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The workers of a run.

    Attributes
    ----------
    plan_file
        The plan file, its band as numbers.
    home
        Position of the community that each full-time worker of the roster works in, -1 for others; None without a roster.
    bands
        Where the band follows from the roster: community_id, workers (NaN without households), low, high; else None.
    told
        What there is to say of it.
    """

    plan_file: PlanFile
    home: NDArray[np.int64] | None = None
    bands: pd.DataFrame | None = None
    told: tuple[Message, ...] = ()

    @property
    def widest(self) -> Band:
        """The band that no community's own goes beyond."""
        low, high = self.plan_file.partition.band
        if self.bands is not None:
            low, high = self.bands["low"].min(), self.bands["high"].max()
        fewest, most = self.plan_file.partition.workers_per_grid
        return Band(low=float(low), high=float(high), fewest=fewest, most=most)


def crew_of(plan_file: PlanFile, inputs: Inputs, units: Units) -> Crew:
    """Return the workers of a run.

    Raises
    ------
    InputError
        If the band is to follow from the roster and it has nobody for a community where people live.
    """
    if inputs.workers is None:
        return Crew(plan_file=plan_file)
    home = staffing.homes(
        inputs.workers, inputs.communities["community_id"], counted(plan_file, inputs), kind="full_time"
    )
    if plan_file.partition.households_per_worker != "roster":
        return Crew(plan_file=plan_file, home=home)
    bands = _bands(plan_file, inputs, units, home)
    if found := _nobody(bands, plan_file):
        raise InputError(fault.message for fault in found)
    return _settled(plan_file, home, bands)


def faults(plan_file: PlanFile, inputs: Inputs, units: Units) -> list[Fault]:
    """Return what forbids a plan for the workers of the roster, where one is asked for."""
    if plan_file.partition.households_per_worker != "roster" or inputs.workers is None:
        return []
    ids = inputs.communities["community_id"]
    home = staffing.homes(inputs.workers, ids, counted(plan_file, inputs), kind="full_time")
    return _nobody(_bands(plan_file, inputs, units, home), plan_file)


def counted(plan_file: PlanFile, inputs: Inputs) -> Floats:
    """Return what workers are shared out by: each community's households by the basis of the norm, shape (communities,)."""
    basis = "lived_in" if plan_file.staffing is None else plan_file.staffing.basis
    column = staffing.Norm(1.0, 1.0, basis=basis).column
    sums = inputs.households.groupby("community_id")[column].sum()
    return np.asarray(inputs.communities["community_id"].map(sums).fillna(0.0), np.float64)


def _bands(plan_file: PlanFile, inputs: Inputs, units: Units, home: NDArray[np.int64]) -> pd.DataFrame:
    """Return the whole workers of each community, its load a worker and how far from it a grid may be.

    The band is the mean load times 1 -+ the spread, but never so wide that one worker more or fewer could do: with
    load / (n + 1) < low and high < load / (n - 1) every plan in band has exactly n workers. 0 workers: nobody is there.
    """
    ids = inputs.communities["community_id"]
    table = units.table[units.table["special"] < 0]
    load = ids.map(table.groupby("community_id")["load"].sum()).fillna(0.0).to_numpy(float)
    share = staffing.shares_of(inputs.workers).to_numpy()
    there = np.bincount(home[home >= 0], weights=share[home >= 0], minlength=len(ids))
    workers = np.where(there > 0, np.maximum(np.floor(there + WHOLE), 1.0), 0.0)
    workers = np.where(load > 0, workers, np.nan)
    spread, mean = plan_file.partition.roster_spread, load / np.where(workers > 0, workers, np.nan)
    fewer = load / np.where(workers > 1, workers - 1, np.nan)
    return pd.DataFrame(
        {
            "community_id": ids,
            "load": load,
            "there": there,
            "workers": workers,
            "low": np.fmax(mean * (1 - spread), load / (workers + 1) * (1 + APART)),
            "high": np.fmin(mean * (1 + spread), fewer * (1 - APART)),
        }
    )


def _nobody(bands: pd.DataFrame, plan_file: PlanFile) -> list[Fault]:
    """Return a fault that names the communities where people live and nobody works."""
    none = bands[bands["workers"] == 0]
    if none.empty:
        return []
    wanted = plan_file.inputs.given["workers"]
    sheet = Sheet(part="workers", file=wanted.label, ids=np.zeros(0, object), columns=wanted.columns)
    names = ", ".join(none["community_id"].head(SHOWN)) + (" …" if len(none) > SHOWN else "")
    return [sheet.fault("nobody_for", np.array([], np.intp), count=len(none), names=names)]


def _settled(plan_file: PlanFile, home: NDArray[np.int64], bands: pd.DataFrame) -> Crew:
    """Return the crew with the district's mean load and the spread as the band of the plan file."""
    spread, workers = plan_file.partition.roster_spread, float(bands["workers"].sum())
    mean = float(bands["load"].sum()) / workers
    asked = plan_file.partition.model_copy(
        update={"households_per_worker": (mean * (1 - spread), mean * (1 + spread))}
    )
    left = float(bands["there"].sum()) - workers
    values = {"workers": f"{workers:,.0f}", "mean": f"{mean:,.1f}", "spread": f"{spread:.0%}"}
    told = [Message("staffing.by_roster", values)]
    if left > WHOLE:
        told.append(Message("staffing.parts_left", {"left": f"{left:,.1f}"}))
    return Crew(
        plan_file=plan_file.model_copy(update={"partition": asked}),
        home=home,
        bands=bands.where(bands["workers"] > 0).assign(community_id=bands["community_id"]),
        told=tuple(told),
    )


def divide_each(
    units: pd.DataFrame,
    borders: pd.DataFrame,
    bands: pd.DataFrame,
    *,
    rules: Rules,
    metres: Callable[[NDArray[np.int64]], Floats],
    progress: Progress,
    hand: Hand | None,
) -> District:
    """Divide every community for exactly its workers: ``partition.divide`` with the community's own band and number.

    ``bands`` has community_id, workers, low, high in the order of the communities; the other arguments are those of ``divide``.
    """
    progress.start("partition", len(bands))
    place = pd.Index(bands["community_id"]).get_indexer(units["community_id"])
    at = [np.flatnonzero(place == number) for number in range(len(bands))]
    hard = sorted(range(len(bands)), key=lambda number: (-len(at[number]), number))
    share = None if rules.seconds is None else rules.seconds * max(1, rules.jobs) / len(bands)
    own = replace(rules, seconds=share, jobs=1, scheduler=None)
    tasks = [
        _task(units, borders, bands.iloc[[number]], at[number], own, metres, hand or Hand.idle(len(units)))
        for number in hard
    ]
    found: dict[int, District] = {}
    with _spread(min(rules.jobs, len(bands)), rules.scheduler) as spread:
        for number, district in zip(hard, spread(_divided, tasks), strict=True):
            found[number] = district
            progress.advance()
    return _together([(at[number], found[number]) for number in range(len(bands))], len(units))


@dataclass(frozen=True, eq=False)
class _Walks:
    """Walks between the units of a community, shape (units, units), as another process can take them along."""

    metres: Floats

    def __call__(self, at: NDArray[np.int64]) -> Floats:
        return self.metres[np.ix_(at, at)]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Task:
    """One community to be divided, by itself in another process."""

    units: pd.DataFrame
    borders: pd.DataFrame
    community: pd.DataFrame
    rules: Rules
    walks: _Walks
    hand: Hand


def _task(
    units: pd.DataFrame,
    borders: pd.DataFrame,
    row: pd.DataFrame,
    at: NDArray[np.int64],
    rules: Rules,
    metres: Callable[[NDArray[np.int64]], Floats],
    hand: Hand,
) -> _Task:
    """Return the task of one community, its units at some positions."""
    inside = np.full(len(units), -1)
    inside[at] = np.arange(len(at))
    left, right = inside[borders["left"]], inside[borders["right"]]
    own = (left >= 0) & (right >= 0)
    known = float(row["workers"].iloc[0]) > 0
    band = (
        replace(rules.band, low=float(row["low"].iloc[0]), high=float(row["high"].iloc[0]))
        if known
        else rules.band
    )
    return _Task(
        units=units.iloc[at].reset_index(drop=True),
        borders=borders[own].assign(left=left[own], right=right[own]).reset_index(drop=True),
        community=row[["community_id", "workers"]].reset_index(drop=True),
        rules=replace(rules, band=band),
        walks=_Walks(metres(at)),
        hand=hand.part(at, hand.locked[at]),
    )


def _divided(task: _Task) -> District:
    return divide(
        task.units,
        task.borders,
        task.community,
        rules=task.rules,
        metres=task.walks,
        progress=Silent(),
        hand=task.hand,
    )


@contextmanager
def _spread(jobs: int, scheduler: str | None) -> Iterator[Spread]:
    """Yield a ``map``: over other processes where there are to be several."""
    if jobs <= 1 and scheduler is None:
        yield map
        return
    with spread_over(jobs, preload=__name__, scheduler=scheduler) as spread:
        yield spread


def _together(parts: list[tuple[NDArray[np.int64], District]], count: int) -> District:
    """Return the districts of single communities as one; ``parts`` hold the positions of their units."""
    grid, walk_m, micro = np.full(count, -1), np.zeros(count), np.full(count, -1)
    tables, grids, micros = [], 0, 0
    for at, one in parts:
        grid[at], walk_m[at] = one.grid + grids, one.walk_m
        tables.append(one.grids.assign(centre=at[one.grids["centre"].to_numpy(np.int64)]))
        grids += len(one.grids)
        if one.micro is not None:
            micro[at] = one.micro + micros
            micros += int(one.micro.max(initial=-1)) + 1
    first = parts[0][1]
    return replace(
        first,
        grid=grid,
        walk_m=walk_m,
        micro=None if first.micro is None else micro,
        grids=pd.concat(tables, ignore_index=True),
        communities=pd.concat([one.communities for _, one in parts], ignore_index=True),
        reasons={name: reason for _, one in parts for name, reason in one.reasons.items()},
        ways={name: ways for _, one in parts for name, ways in one.ways.items()},
        clock=any(one.clock for _, one in parts),
    )
