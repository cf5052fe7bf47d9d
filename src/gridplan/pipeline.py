"""The whole run: from a plan file to a finished, verified plan. A line a stage."""

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import circle, partition
from gridplan.assemble import tables
from gridplan.config import Circle, PlanFile
from gridplan.errors import PromiseError
from gridplan.intake import take_in
from gridplan.network import StraightLine, Walk, build_network, tell_far
from gridplan.plan import Plan
from gridplan.progress import Progress, Silent
from gridplan.report import Stamp, report_of
from gridplan.tables import Inputs
from gridplan.units import Units, build_units
from gridplan.verify import verify

LAYERS_BEHIND = ("roads", "barriers", "special_areas")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is made, beside the plan file.

    ``time_limit`` is solving time in seconds for the whole run; without it the solver stops on counted work, so results repeat.
    ``language`` overrides that of the plan file.
    """

    seed: int = 1
    time_limit: float | None = None
    jobs: int = 1
    language: str | None = None


class _Clock:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Time a stage."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - start, 3)


def run(plan_file: PlanFile, options: Options | None = None, progress: Progress | None = None) -> Plan:
    """Read, check, partition, staff, place and verify.

    Raises
    ------
    UsageError, InputError
        As ``intake.take_in``.
    PromiseError
        If the finished plan breaks a promise: a bug, with what is broken.
    """
    options, progress, clock = options or Options(), progress or Silent(), _Clock()
    language = options.language or plan_file.project.language
    with clock.of("read"):
        inputs = take_in(plan_file, progress)
    with clock.of("units"):
        units = build_units(inputs, progress)
    with clock.of("network"):
        walk = _walk(plan_file, inputs, progress)
    with clock.of("partition"):
        metres = _metres(plan_file, inputs, units, walk)
        district = _divided(plan_file, inputs, units, metres, options, progress)
    with clock.of("circle"):
        reach = _placed(plan_file, inputs, units, walk, options, progress)
    progress.start("assemble")
    with clock.of("assemble"):
        layers = tables(inputs, units, district, plan_file, language)
        told = (*units.told, *tell_far(walk, units.table[["x", "y"]].to_numpy()), *layers.roster.told)
        report = report_of(
            plan_file,
            inputs,
            layers,
            district,
            reach,
            told=told,
            stamp=Stamp(
                seed=options.seed,
                language=language,
                day=day_of(plan_file),
                straight=straight(plan_file, inputs),
                clock=options.time_limit is not None,
            ),
        )
        plan = Plan(
            streets=layers.streets,
            communities=layers.communities,
            grids=layers.grids,
            units=layers.units,
            households=layers.households,
            facilities=reach.facilities if reach else None,
            access=reach.access if reach else None,
            backdrop={
                name: table
                for name in LAYERS_BEHIND
                if (table := getattr(inputs, name)) is not None and len(table)
            },
            report={**report, "timings": clock.seconds},
        )
    progress.start("verify")
    with clock.of("verify"):
        broken = verify(plan, inputs=inputs)
    if broken:
        raise PromiseError(broken)
    return plan


def day_of(plan_file: PlanFile) -> str:
    """Return the date of the run: the plan file's, else that of SOURCE_DATE_EPOCH, else today."""
    if plan_file.project.date is not None:
        return plan_file.project.date.isoformat()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date().isoformat()
    return dt.datetime.now().astimezone().date().isoformat()


def _circle(plan_file: PlanFile) -> Circle:
    return plan_file.circle or Circle()


def _walk(plan_file: PlanFile, inputs: Inputs, progress: Progress) -> Walk:
    """Return the way people walk: over the roads where there are roads."""
    if inputs.roads is None or not len(inputs.roads):
        return StraightLine(_circle(plan_file).detour)
    progress.start("network")
    return build_network(inputs.roads, inputs.barriers, detour=_circle(plan_file).detour)


def straight(plan_file: PlanFile, inputs: Inputs) -> bool:
    """Tell whether the partition measures by straight line x detour."""
    asked = plan_file.partition.distance
    return asked == "straight" or (asked == "auto" and (inputs.roads is None or not len(inputs.roads)))


def _metres(
    plan_file: PlanFile, inputs: Inputs, units: Units, walk: Walk
) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    """Return the distances between units that the partition uses.

    Over the roads, but units of one block, with no road or barrier between them, are at most line x detour apart:
    nobody walks out to the street and back in to get next door.
    """
    points = units.table[["x", "y"]].to_numpy()
    block = units.table["block"].to_numpy()
    line = StraightLine(_circle(plan_file).detour)
    if straight(plan_file, inputs):
        return lambda at: line.distances(points[at], points[at])
    places = walk.attach(points)

    def metres(at: NDArray[np.int64]) -> NDArray[np.float64]:
        ways, direct = walk.distances(places[at], places[at]), line.distances(points[at], points[at])
        beside = (block[at][:, None] == block[at]) & (block[at][:, None] >= 0)
        return np.where(beside | ~np.isfinite(ways), np.minimum(ways, direct), ways)

    return metres


def _divided(  # all that a stage needs
    plan_file: PlanFile,
    inputs: Inputs,
    units: Units,
    metres: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    options: Options,
    progress: Progress,
) -> partition.District:
    """Run the partition stage."""
    asked = plan_file.partition
    low, high = asked.households_per_worker
    fewest, most = asked.workers_per_grid
    table = units.table
    special = table["special"].to_numpy()
    posts = np.zeros(len(table))
    if inputs.special_areas is not None and len(inputs.special_areas):
        posts = np.where(special >= 0, inputs.special_areas["workers"].fillna(0.0).to_numpy()[special], 0.0)
    first = ~pd.Series(special).duplicated().to_numpy()
    rules = partition.Rules(
        band=partition.Band(low=float(low), high=float(high), fewest=fewest, most=most),
        workers=cast("partition.WorkersAsked", asked.workers),
        seed=options.seed,
        jobs=options.jobs,
        seconds=options.time_limit,
    )
    label = np.where(table["entrance"] != "", table["entrance"], table["building"])
    label = np.where(label != "", label, table["unit_id"])
    return partition.divide(
        table.assign(special_workers=np.where(first, posts, 0.0), label=label),
        units.borders,
        inputs.communities,
        rules=rules,
        metres=metres,
        progress=progress,
    )


def _placed(  # all that a stage needs
    plan_file: PlanFile, inputs: Inputs, units: Units, walk: Walk, options: Options, progress: Progress
) -> circle.Circle | None:
    """Run the circle stage, where the plan file asks for services."""
    asked = plan_file.circle
    if asked is None or not asked.services:
        return None
    progress.start("circle", len(asked.services))
    services = [
        circle.Service(category=s.category, limit_m=asked.limit_m(s), new=s.new, capacity=s.capacity)
        for s in asked.services
    ]
    return circle.place(
        units.table,
        inputs.facilities,
        inputs.candidates,
        services=services,
        walk=walk,
        metres_per_minute=asked.metres_per_minute,
        solve_seconds=options.time_limit,
        seed=options.seed,
    )
