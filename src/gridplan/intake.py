"""From a plan file to clean tables: every input read, placed, checked and mended; all faults told at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from gridplan import checks, crew, geo, hand
from gridplan.checks import Fault, Harm, Sheet
from gridplan.config import InputTable, PlanFile
from gridplan.errors import InputError, UsageError
from gridplan.mend import Mended
from gridplan.progress import Progress, Silent
from gridplan.sources import Found, read_source
from gridplan.tables import Inputs, Source
from gridplan.units import build_units
from gridplan.words import Message

KINDS_SHOWN = 5  # of categories in one sentence
NEEDED = ("communities", "households")
SPOTS = ("agencies", "needs", "resources")  # a row may lie nowhere
POINTS = ("households", "facilities", "candidates", "seeds", *SPOTS)
TABLES = ("workers", "officers", "actors", "points")  # without places
LINES = ("roads", "barriers")  # rows without a shape are left out


def take_in(plan: PlanFile, progress: Progress) -> Inputs:
    """Read, check and mend all inputs of a plan file.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    InputError
        If anything in the inputs forbids a plan; it carries every such fault of every input.
    """
    inputs, faults, _ = _examine(plan, progress)
    if inputs is None:
        raise InputError(fault.message for fault in faults if fault.harm is Harm.FORBIDS)
    return inputs


def inspect(plan: PlanFile) -> list[Fault]:
    """Return everything that is wrong with the inputs of a plan file, mended or not.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    """
    inputs, faults, _ = _examine(plan, Silent())
    return faults if inputs is None else [*faults, *_unknown(plan, inputs), *_beyond(plan, inputs)]


def mended(plan: PlanFile) -> list[Mended]:
    """Return every input that could be opened, as it came and as it is after what needs no judgement was mended.

    Rows of faults are counted in what came, from 1.

    Raises
    ------
    UsageError
        If the plan file names a coordinate system that cannot be used.
    """
    return _examine(plan, Silent())[2]


def _unknown(plan: PlanFile, inputs: Inputs) -> list[Fault]:
    """Return services that no facility is of, and categories that candidates name though no service is called so."""
    services = [] if plan.circle is None else [service.category for service in plan.circle.services]
    found: list[Fault] = []
    if inputs.facilities is not None and len(inputs.facilities):
        there = sorted(set(inputs.facilities["category"]))
        told = [
            {"category": one, "kinds": ", ".join(there[:KINDS_SHOWN])} for one in services if one not in there
        ]
        found += [_strange("facilities", "circle.none_there", values) for values in told]
    if inputs.candidates is not None and services:
        for column in ("required", "forbidden"):
            named = (
                inputs.candidates[column]
                .str.replace("；", ";", regex=False)
                .str.split(";")
                .explode()
                .str.strip()
            )
            strange = sorted(set(named) - {"", *services})
            values = {"column": column, "kinds": ", ".join(strange[:KINDS_SHOWN])}
            found += [_strange("candidates", "circle.no_such_service", values)] if strange else []
    return found


def _strange(part: str, key: str, values: dict[str, str]) -> Fault:
    """Return that an input and the services do not know each other."""
    return Fault(code=key.partition(".")[2], part=part, rows=(), harm=Harm.TOLD, message=Message(key, values))


def _beyond(plan: PlanFile, inputs: Inputs) -> list[Fault]:
    """Return what is seen only from the units: what the planner asks of them, and what the roster cannot do for them."""
    if not (hand.asks(plan) or plan.partition.households_per_worker == "roster"):
        return []
    units = build_units(inputs, Silent())
    if found := crew.faults(plan, inputs, units):
        return found
    return hand.faults(plan, inputs, units, crew.crew_of(plan, inputs, units).widest)


@dataclass(frozen=True)
class _Part:
    """An input on its way: how faults name it, its clean columns, its shapes as they came, if it has any."""

    sheet: Sheet
    table: pd.DataFrame
    places: gpd.GeoSeries | None
    source: Source
    raw: pd.DataFrame


def _examine(plan: PlanFile, progress: Progress) -> tuple[Inputs | None, list[Fault], list[Mended]]:
    """Return the inputs, None where a fault forbids a plan, all faults, and what was mended."""
    _refuse_codes(plan)
    given = plan.inputs.given
    progress.start("read", len(given))
    faults: list[Fault] = []
    parts: dict[str, _Part] = {}
    for part, wanted in given.items():
        opened, found = _open(part, wanted, plan)
        faults += found
        if opened is not None:
            parts[part] = opened
        progress.advance()
    progress.start("check")
    crs, found = _metric_crs(plan, parts.get("communities"))
    faults += found
    frames: dict[str, pd.DataFrame] = {}
    if crs is not None:
        frames, found = _on_the_ground(parts, crs)
        faults += found
    copies = [_copied(part, opened, frames.get(part), crs) for part, opened in parts.items()]
    if crs is None or any(fault.harm is Harm.FORBIDS for fault in faults):
        return None, faults, copies
    sources = {part: opened.source for part, opened in parts.items()}
    repairs = tuple(fault.message for fault in faults)
    return Inputs(crs=crs, **frames, sources=sources, repairs=repairs), faults, copies


def _copied(part: str, opened: _Part, frame: pd.DataFrame | None, crs: CRS | None) -> Mended:
    """Return an input before and after; its shapes in the metric CRS, where there is one."""
    before = None if opened.places is None or crs is None else opened.places.to_crs(crs)
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


def _open(part: str, wanted: InputTable, plan: PlanFile) -> tuple[_Part | None, list[Fault]]:
    """Read one input and check what can be seen without the others."""
    try:
        found = read_source(wanted, plan.folder)
    except InputError as error:
        return None, _hard(part, error)
    sheet = Sheet(part=part, file=found.file, ids=checks.ids_of(found.table), columns=wanted.columns)
    table, faults = checks.attributes(found.table, sheet)
    if found.source.rows == 0:
        harm = Harm.FORBIDS if part in NEEDED else Harm.TOLD
        faults.append(sheet.fault("empty", np.array([], dtype=np.intp), harm))
    if part in TABLES:
        return _Part(sheet, table, None, found.source, found.table), faults
    places, told = _place(found, wanted, sheet)
    shifted = wanted.coordinates in geo.SHIFTED
    crs = wanted.coordinates if shifted else "" if places is None else places.crs.name
    return _Part(sheet, table, places, replace(found.source, crs=crs), found.table), faults + told


def _place(found: Found, wanted: InputTable, sheet: Sheet) -> tuple[gpd.GeoSeries | None, list[Fault]]:
    """Return the shapes of an input in the CRS that they are in, None where that cannot be known."""
    shapes, crs, faults = found.shapes, found.crs, list[Fault]()
    if sheet.part in SPOTS and shapes is None and not {"x", "y", "wkt"} & set(found.table):
        return gpd.GeoSeries([None] * len(found.table), crs=geo.CGCS2000), faults
    if shapes is None:
        shapes, faults = checks.build_shapes(found.table, sheet)
        if faults:
            return None, faults
        if wanted.coordinates == "auto" and geo.in_degrees(shapes) and shapes.astype(bool).any():
            crs = geo.CGCS2000
            faults = [sheet.fault("taken_as_cgcs2000", np.array([], dtype=np.intp), Harm.TOLD)]
    try:
        return geo.placed(shapes, crs, coordinates=wanted.coordinates, file=sheet.file), faults
    except InputError as error:
        return None, faults + _hard(sheet.part, error)


def _hard(part: str, error: InputError) -> list[Fault]:
    """Return the faults that stopped the reading of an input."""
    return [
        Fault(code=message.key.partition(".")[2], part=part, rows=(), harm=Harm.FORBIDS, message=message)
        for message in error.messages
    ]


def _metric_crs(plan: PlanFile, communities: _Part | None) -> tuple[CRS | None, list[Fault]]:
    """Return the CRS of the run, None where the communities do not lie anywhere."""
    if communities is None or communities.places is None:
        return None, []
    shaped = communities.places[~(communities.places.isna() | communities.places.is_empty)]
    if shaped.empty:
        return None, communities.sheet.faults("no_shape", np.ones(len(communities.table), dtype=bool))
    try:
        return geo.metric_crs(plan.project.metric_crs, shaped), []
    except InputError as error:
        return None, _hard("communities", error)


def _on_the_ground(parts: dict[str, _Part], crs: CRS) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Return all tables in the metric CRS, and what is wrong with their shapes and with where they lie."""
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for part, opened in parts.items():
        if part in TABLES:
            frames[part] = opened.table
        elif opened.places is not None:
            frames[part], found = _shaped(part, opened, opened.places.to_crs(crs))
            faults += found
    sheets = {part: opened.sheet for part, opened in parts.items()}
    communities, sheet, found = checks.merged(frames["communities"], sheets["communities"])
    mended, overlaps = checks.without_overlaps(communities, sheet)
    frames["communities"], sheets["communities"] = mended, sheet
    related, relations = _related(frames, sheets)
    return related, faults + found + overlaps + relations


def _shaped(part: str, opened: _Part, places: gpd.GeoSeries) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return a table with its shapes as its part needs them."""
    shapes, faults = checks.sound(places.to_numpy(), opened.sheet)
    shapes = checks.points(shapes) if part in POINTS else shapes
    frame = gpd.GeoDataFrame(opened.table, geometry=shapes, crs=places.crs)
    return frame[frame.geometry.notna()].reset_index(drop=True) if part in LINES else frame, faults


def _related(
    frames: dict[str, pd.DataFrame], sheets: dict[str, Sheet]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Return the tables with what they take from one another, and what does not fit between them."""
    related = dict(frames)
    communities = frames["communities"]
    ids, shapes = communities["community_id"].to_numpy(object), communities.geometry.to_numpy()
    distant = {
        part: checks.elsewhere(frame.geometry.to_numpy(), shapes, sheets[part])
        for part, frame in frames.items()
        if isinstance(frame, gpd.GeoDataFrame)
    }
    faults = [fault for found in distant.values() for fault in found]
    if "households" in frames and not distant.get("households"):
        households = frames["households"]
        home, found = checks.homes(households.geometry.to_numpy(), ids, shapes, sheets["households"])
        related["households"] = households.assign(community_id=home)
        residents, told = checks.residents(communities, related["households"], sheets["communities"])
        related["communities"] = communities.assign(population=residents)
        faults += found + told
    if "seeds" in frames and not distant.get("seeds"):
        home, found = checks.homes(frames["seeds"].geometry.to_numpy(), ids, shapes, sheets["seeds"])
        related["seeds"] = frames["seeds"].assign(community_id=home)
        faults += found
    if "special_areas" in frames and not distant.get("special_areas"):
        special = frames["special_areas"].geometry.to_numpy()
        faults += checks.outside_special_areas(special, shapes, sheets["special_areas"])
    for part, frame in frames.items():
        if part not in NEEDED and part != "seeds" and "community_id" in frame:
            faults += checks.unknown_communities(frame, ids, sheets[part])
    for part in SPOTS[1:]:
        if part in frames and not distant.get(part):
            related[part], found = checks.at_home(frames[part], ids, shapes, sheets[part])
            faults += found
    return related, faults + checks.related(frames, sheets)
