"""The whole run: from a plan file to a finished, verified plan. A line a stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from gridplan import circle, partition
from gridplan.assemble import Tables, band_of, micro_of, prices_of, tables
from gridplan.before import Before, before_of
from gridplan.config import Circle, PlanFile
from gridplan.crew import Crew, crew_of, divide_each
from gridplan.duty import Duty, on_duty
from gridplan.errors import InputError, PromiseError
from gridplan.given import Drawn, drawn_of
from gridplan.hand import Asked, asked_of
from gridplan.intake import take_in
from gridplan.lists import Listed, Setting, leaders_of, lists_of
from gridplan.naming import check_code
from gridplan.network import tell_far
from gridplan.options import Options
from gridplan.plan import Plan
from gridplan.progress import Progress, Silent
from gridplan.reach import placed
from gridplan.report import Stamp, day_of, report_of
from gridplan.tables import Inputs
from gridplan.units import Units, build_units
from gridplan.verify import verify
from gridplan.walking import Ways, ways_of

LAYERS_BEHIND = ("roads", "barriers", "special_areas")
HALTED_S = 1.0  # of solving for each service, once a run is to end


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


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What every stage may ask for: the plan file, how the run is made, and whom to tell."""

    plan_file: PlanFile
    options: Options
    progress: Progress

    @property
    def language(self) -> str:
        return self.options.language or self.plan_file.project.language

    @property
    def circle(self) -> Circle:
        return self.plan_file.circle or Circle()


def run(plan_file: PlanFile, options: Options | None = None, progress: Progress | None = None) -> Plan:
    """Read, check, partition, staff, place and verify.

    Raises
    ------
    UsageError, InputError
        As ``intake.take_in``; InputError also if the codes asked for cannot be made.
    PromiseError
        If the finished plan breaks a promise: a bug, with what is broken.
    """
    asked = _Asked(plan_file=plan_file, options=options or Options(), progress=progress or Silent())
    clock = _Clock()
    partition.get_ready(asked.options.jobs)
    with clock.of("read"):
        inputs = _read(asked)
    with clock.of("units"):
        units = build_units(inputs, asked.progress)
        crew = crew_of(plan_file, inputs, units)
        asked = replace(asked, plan_file=crew.plan_file)
        wishes = asked_of(plan_file, inputs, units, crew.widest)
        drawn = drawn_of(asked.options.drawn, inputs, units, crew.widest, improve=asked.options.improve)
        before = before_of(asked.options.before, plan_file, inputs, units, asked.language)
    with clock.of("network"):
        ways = ways_of(plan_file, inputs, units, asked.progress)
    with clock.of("partition"):
        district = _divided(asked, inputs, units, ways, before, _hand(wishes, drawn, before), crew)
    with clock.of("circle"):
        reach = _placed(asked, inputs, units, ways, district)
    with clock.of("assemble"):
        asked.progress.start("assemble")
        earlier = drawn.earlier or before.earlier
        layers = tables(inputs, units, district, asked.plan_file, asked.language, crew.bands, earlier)
    with clock.of("staffing"):
        duty = on_duty(asked.plan_file, inputs, layers, units, ways.metres, crew.home)
    found = _Found(units, ways, district, reach, wishes, crew, drawn)
    with clock.of("lists"):
        listed = lists_of(_setting(asked, inputs, found, layers), leaders=leaders_of(duty.posts))
    with clock.of("report"):
        report = _report(asked, inputs, found, layers, duty, listed)
        report = before.told_of(report, layers.grids["grid_id"].tolist())
    lists = {"posts": duty.posts, **listed.tables}
    plan = _plan(inputs, layers, reach, lists, {**report, "timings": clock.seconds})
    with clock.of("verify"):
        asked.progress.start("verify")
        broken = verify(plan, inputs=inputs)
    if broken:
        raise (PromiseError if drawn.hand is None else InputError)(broken)
    return plan


def _read(asked: _Asked) -> Inputs:
    """Read and check the inputs."""
    inputs = take_in(asked.plan_file, asked.progress)
    check_code(asked.plan_file.partition.code, inputs.communities["community_id"].tolist())
    return inputs


def _hand(wishes: Asked, drawn: Drawn, before: Before) -> partition.Hand | None:
    """Return what is asked of the units: by the inputs, by what somebody has drawn, by an earlier plan where nothing changed."""
    hand = drawn.hand_with(wishes.hand)
    if hand is None or before.hand is None:
        return before.hand if hand is None else hand
    return replace(hand, drawn=before.hand.drawn)


def _divided(
    asked: _Asked,
    inputs: Inputs,
    units: Units,
    ways: Ways,
    before: Before,
    hand: partition.Hand | None,
    crew: Crew,
) -> partition.District:
    """Run the partition stage; from here on a run that is to end has something worth writing."""
    if asked.options.halt is not None:
        asked.options.halt.worth = True
    table = units.table
    special = table["special"].to_numpy()
    posts = np.zeros(len(table))
    if inputs.special_areas is not None and len(inputs.special_areas):
        posts = np.where(special >= 0, inputs.special_areas["workers"].fillna(0.0).to_numpy()[special], 0.0)
    first = ~pd.Series(special).duplicated().to_numpy()
    named = partition.described(table, units.of_row, inputs.households["load"].to_numpy(float))
    divide, communities = (
        (partition.divide, inputs.communities) if crew.bands is None else (divide_each, crew.bands)
    )
    return divide(
        named.assign(special_workers=np.where(first, posts, 0.0)),
        units.borders,
        communities,
        rules=before.rules_with(
            partition.Rules(
                band=band_of(asked.plan_file),
                workers=cast("partition.WorkersAsked", asked.plan_file.partition.workers),
                prices=prices_of(asked.plan_file),
                micro=micro_of(asked.plan_file),
                seed=asked.options.seed,
                jobs=asked.options.jobs,
                scheduler=asked.options.scheduler,
                work=asked.plan_file.partition.effort,
                seconds=asked.options.time_limit,
                halt=None if asked.options.halt is None else asked.options.halt.mark,
                journal=asked.options.journal,
                wish=partition.Wish(
                    moved=asked.options.moved, toward=asked.options.toward, curve=asked.options.curve
                ),
            )
        ),
        metres=ways.metres,
        progress=asked.progress,
        hand=hand,
    )


def _placed(
    asked: _Asked, inputs: Inputs, units: Units, ways: Ways, district: partition.District
) -> circle.Circle | None:
    """Run the circle stage, where the plan file asks for services."""
    wanted = asked.circle
    if not wanted.services:
        return None
    asked.progress.start("circle", len(wanted.services))
    return placed(
        wanted,
        inputs,
        units,
        ways,
        district.grid.astype(str).astype(object),
        seconds=HALTED_S if asked.options.halted else asked.options.time_limit,
        seed=asked.options.seed,
    )


@dataclass(frozen=True)
class _Found:
    """What the stages found."""

    units: Units
    ways: Ways
    district: partition.District
    reach: circle.Circle | None
    wishes: Asked
    crew: Crew
    drawn: Drawn


def _setting(asked: _Asked, inputs: Inputs, found: _Found, layers: Tables) -> Setting:
    """Return what the lists are made from."""
    return Setting(
        plan_file=asked.plan_file,
        inputs=inputs,
        communities=layers.communities,
        grids=layers.grids,
        units=found.units.table,
        walk=found.ways.walk,
        line=found.ways.line,
        day=day_of(asked.plan_file),
        language=asked.language,
    )


def _report(
    asked: _Asked, inputs: Inputs, found: _Found, layers: Tables, duty: Duty, listed: Listed
) -> dict[str, Any]:
    """Return the report, without its timings."""
    units, ways = found.units, found.ways
    report = report_of(
        asked.plan_file,
        inputs,
        layers,
        found.district,
        found.reach,
        pieces=units.pieces,
        told=(
            *units.told,
            *found.wishes.told,
            *found.drawn.told,
            *tell_far(ways.walk, ways.units),
            *layers.roster.told,
            *found.crew.told,
            *duty.told,
            *listed.told,
        ),
        stamp=Stamp(
            seed=asked.options.seed,
            language=asked.language,
            day=day_of(asked.plan_file),
            straight=ways.straight,
            clock=found.district.clock or asked.options.halted,
        ),
    )
    return {**report, **found.wishes.report, **duty.report, **listed.report}


def _plan(
    inputs: Inputs,
    layers: Tables,
    reach: circle.Circle | None,
    lists: dict[str, pd.DataFrame | None],
    report: dict[str, Any],
) -> Plan:
    """Put the stages' outcomes together as a plan."""
    backdrop = {name: getattr(inputs, name) for name in LAYERS_BEHIND}
    return Plan(
        streets=layers.streets,
        communities=layers.communities,
        grids=layers.grids,
        microgrids=layers.microgrids,
        units=layers.units,
        households=layers.households,
        facilities=reach.facilities if reach else None,
        access=reach.access if reach else None,
        isochrones=reach.isochrones if reach else None,
        backdrop={name: table for name, table in backdrop.items() if table is not None and len(table)},
        lists={name: table for name, table in lists.items() if table is not None},
        report=report,
    )
