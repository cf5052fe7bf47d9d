"""One input opened: read, its columns checked, its shapes placed in the system of coordinates that they are in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan import checks, geo
from gridplan.checks import Fault, Harm, Sheet
from gridplan.config import InputTable, PlanFile
from gridplan.errors import InputError
from gridplan.misfit import misfit
from gridplan.sources import Found, read_source
from gridplan.tables import Source

NEEDED = ("communities", "households")
SPOTS = ("agencies", "needs", "resources")  # a row may lie nowhere
TABLES = ("workers", "officers", "actors", "points")  # without places


@dataclass(frozen=True)
class Part:
    """An input on its way: how faults name it, its clean columns, its shapes as they came, if it has any."""

    sheet: Sheet
    table: pd.DataFrame
    places: gpd.GeoSeries | None
    source: Source
    raw: pd.DataFrame


def open_input(part: str, wanted: InputTable, plan: PlanFile) -> tuple[Part | None, list[Fault]]:
    """Read one input and check what can be seen without the others."""
    try:
        found = read_source(wanted, plan.folder)
    except InputError as error:
        return None, hard(part, error)
    sheet = Sheet(part=part, file=found.file, ids=checks.ids_of(found.table), columns=wanted.columns)
    with ThreadPoolExecutor(1) as beside:  # Arrow and GEOS work at once
        checked = beside.submit(checks.attributes, found.table, sheet)
        places, told = (None, []) if part in TABLES else _place(found, wanted, sheet)
        table, faults = checked.result()
    if found.source.rows == 0:
        harm = Harm.FORBIDS if part in NEEDED else Harm.TOLD
        faults.append(sheet.fault("empty", np.array([], dtype=np.intp), harm))
    if part in TABLES:
        return Part(sheet, table, None, found.source, found.table), faults
    shifted = wanted.coordinates in geo.SHIFTED
    crs = wanted.coordinates if shifted else "" if places is None else places.crs.name
    return Part(sheet, table, places, replace(found.source, crs=crs), found.table), faults + told


def _place(found: Found, wanted: InputTable, sheet: Sheet) -> tuple[gpd.GeoSeries | None, list[Fault]]:
    """Return the shapes of an input in the CRS that they are in, None where that cannot be known."""
    shapes, crs, faults = found.shapes, found.crs, list[Fault]()
    if sheet.part in SPOTS and shapes is None and not {"x", "y", "wkt"} & set(found.table):
        return gpd.GeoSeries([None] * len(found.table), crs=geo.CGCS2000), faults
    if shapes is None:
        shapes, faults = checks.build_shapes(found.table, sheet)
        if any(fault.code == "no_coordinates" for fault in faults):
            return None, faults
        if wanted.coordinates == "auto" and geo.in_degrees(shapes) and shapes.astype(bool).any():
            crs = geo.CGCS2000
            faults += [sheet.fault("taken_as_cgcs2000", np.array([], dtype=np.intp), Harm.TOLD)]
    stated = geo.stated(crs, wanted.coordinates)
    wrong = None if geo.is_old_datum(stated) else misfit(shapes, stated, file=sheet.file)
    if wrong is not None:
        return None, faults + hard(sheet.part, InputError(wrong))
    try:
        return geo.placed(shapes, crs, coordinates=wanted.coordinates, file=sheet.file), faults
    except InputError as error:
        return None, faults + hard(sheet.part, error)


def hard(part: str, error: InputError) -> list[Fault]:
    """Return the faults that stopped the reading of an input."""
    return [
        Fault(code=message.key.partition(".")[2], part=part, rows=(), harm=Harm.FORBIDS, message=message)
        for message in error.messages
    ]
