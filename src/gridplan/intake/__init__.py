"""From a plan file to clean tables: every input read, placed, checked and mended; all faults told at once."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
from pyproj import CRS

from gridplan import checks, geo
from gridplan.checks import Fault, Harm
from gridplan.config import PlanFile
from gridplan.errors import InputError, UsageError
from gridplan.intake.beyond import beyond, unknown
from gridplan.intake.ground import metric_crs, on_the_ground
from gridplan.intake.opening import Part, open_input
from gridplan.intake.shifted import looks_shifted
from gridplan.mend import Mended
from gridplan.progress import Progress, Silent
from gridplan.tables import Inputs, Source
from gridplan.words import Message

__all__ = ["inspect", "looked_over", "mended", "take_in"]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles still: it would look at a million new shapes again and again, and find none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def take_in(plan: PlanFile, progress: Progress) -> Inputs:
    """Read, check and mend all inputs of a plan file.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    InputError
        If anything in the inputs forbids a plan; it carries every such fault of every input.
    """
    found = _examine(plan, progress)
    if found.inputs is None:
        raise InputError(fault.message for fault in found.faults if fault.harm is Harm.FORBIDS)
    return found.inputs


def inspect(plan: PlanFile) -> list[Fault]:
    """Return everything that is wrong with the inputs of a plan file, mended or not, and every doubt, the most harmful first.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    """
    return looked_over(plan)[0]


@_uncollected()
def looked_over(plan: PlanFile) -> tuple[list[Fault], dict[str, Source]]:
    """Return what ``inspect`` does, and how each input was read that could be.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    """
    works: list[Future[list[Fault]]] = []
    with ThreadPoolExecutor(1) as beside:  # cells are looked at while shapes are held against one another
        found = _examine(
            plan,
            Silent(),
            lambda part: works.append(beside.submit(checks.of_cells, checks.Arrived(part.raw, part.sheet))),
        )
        faults = [*found.faults, *checks.doubts(found.looked)]
    faults += [fault for work in works for fault in work.result()]
    if any(fault.code == "outside" for fault in faults):
        faults += looks_shifted(plan, found.parts, found.looked)
    if found.inputs is not None:
        faults += [*unknown(plan, found.inputs), *beyond(plan, found.inputs)]
    ordered = sorted(faults, key=lambda fault: [*Harm].index(fault.harm))
    return ordered, {part: opened.source for part, opened in found.parts.items()}


@_uncollected()
def mended(plan: PlanFile) -> list[Mended]:
    """Return every input that could be opened, as it came and as it is after what needs no judgement was mended.

    Rows of faults are counted in what came, from 1.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    """
    found = _examine(plan, Silent())
    return [_copied(part, opened, found.frames.get(part), found.crs) for part, opened in found.parts.items()]


@dataclass(frozen=True, kw_only=True)
class _Examined:
    """The inputs, None where a fault forbids a plan; all faults; each input as it came, as it is now, and as doubts look at it."""

    inputs: Inputs | None
    faults: list[Fault]
    crs: CRS | None
    parts: dict[str, Part]
    frames: dict[str, pd.DataFrame]
    looked: dict[str, checks.Looked]


def _examine(
    plan: PlanFile, progress: Progress, opened_one: Callable[[Part], None] = lambda _: None
) -> _Examined:
    """Read, check and mend all inputs; what is to be done with each as soon as it is open, is begun then."""
    _refuse_codes(plan)
    given = plan.inputs.given
    progress.start("read", len(given))
    faults: list[Fault] = []
    parts: dict[str, Part] = {}
    for part, wanted in given.items():
        opened, found = open_input(part, wanted, plan)
        faults += found
        if opened is not None:
            parts[part] = opened
            opened_one(opened)
        progress.advance()
    progress.start("check")
    crs, found = metric_crs(plan, parts.get("communities"))
    faults += found
    frames: dict[str, pd.DataFrame] = {}
    sheets = {part: opened.sheet for part, opened in parts.items()}
    if crs is not None:
        frames, sheets, found = on_the_ground(parts, crs)
        faults += found
    inputs = None
    if crs is not None and not any(fault.harm is Harm.FORBIDS for fault in faults):
        sources = {part: opened.source for part, opened in parts.items()}
        repairs = tuple(fault.message for fault in faults if fault.harm is Harm.TOLD)
        inputs = Inputs(crs=crs, **frames, sources=sources, repairs=repairs)
    looked = {
        part: checks.Looked(frame=frames.get(part, opened.table), sheet=sheets[part])
        for part, opened in parts.items()
    }
    return _Examined(inputs=inputs, faults=faults, crs=crs, parts=parts, frames=frames, looked=looked)


def _copied(part: str, opened: Part, frame: pd.DataFrame | None, crs: CRS | None) -> Mended:
    """Return an input before and after; its shapes in the metric CRS, where there is one."""
    before = None if opened.places is None or crs is None else geo.brought(opened.places, crs)
    return Mended(
        part=part,
        file=opened.sheet.file,
        columns=dict(opened.sheet.columns),
        raw=opened.raw,
        table=opened.table if frame is None else frame,
        before=before,
    )


def _refuse_codes(plan: PlanFile) -> None:
    """Raise for coordinate systems that cannot be used, before any input is opened."""
    asked = [(geo.named_crs, table.coordinates) for table in plan.inputs.given.values()]
    asked.append((geo.asked_metric_crs, plan.project.metric_crs))
    refused = [_refused(check, code) for check, code in asked if code.startswith("EPSG:")]
    if any(refused):
        raise UsageError(message for messages in refused for message in messages)


def _refused(check: Callable[[str], CRS], code: str) -> tuple[Message, ...]:
    """Return what a check has against a code."""
    try:
        check(code)
    except UsageError as error:
        return error.messages
    return ()
