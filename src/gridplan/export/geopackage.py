"""plan.gpkg: all layers of a plan, what maps draw behind them, and the report; read back as the same plan.

The same plan gives the same bytes: rows and layers in one order, stamped with the plan's date.
"""

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridplan.errors import InputError
from gridplan.export.record import report_json
from gridplan.plan import Plan
from gridplan.tables import LAYERS, LISTS
from gridplan.words import Message

LATER = {"building"}  # text columns that plans of earlier versions do not have
NEEDED = ("communities", "grids", "units", "households")
BACKDROP = {"roads": ("name", "rank"), "barriers": ("name",), "special_areas": ("special_id", "name")}
SCARCE_BYTES = 1 << 24  # a disk with less room than that is full
REPORT, REPORT_TEXT = "report", "json"
MULTIPLE = {"Polygon": "MultiPolygon", "LineString": "MultiLineString", "Point": "MultiPoint"}


def write_geopackage(plan: Plan, path: Path) -> None:
    """Write a plan to a GeoPackage that does not exist yet.

    Raises
    ------
    OSError
        If the file cannot be written whole.
    """
    tables = dict(plan_tables(plan))
    with stamped(plan.report["project"]["date"]):
        try:
            for layer, table in tables.items():
                _write_layer(table, path, layer)
        except RuntimeError as error:  # pyogrio's errors derive from it
            raise _disk_error(path, error) from error
    _check_whole(path, {layer: len(table) for layer, table in tables.items()})


def read_plan(path: Path) -> Plan:
    """Return the plan that a GeoPackage holds; ``timings`` of the report are empty.

    Raises
    ------
    InputError
        If there is no such file, or it holds no plan.
    """
    if not path.is_file():
        raise InputError(Message("export.no_plan_file", {"path": path}))
    try:
        found = {str(name) for name, _ in pyogrio.list_layers(path)}
    except pyogrio.errors.DataSourceError as error:
        raise InputError(Message("export.unreadable_plan", {"path": path, "error": error})) from error
    if missing := [layer for layer in (*NEEDED, REPORT) if layer not in found]:
        raise InputError(Message("export.no_plan", {"path": path, "layers": ", ".join(missing)}))
    layers = {layer: _read_layer(path, layer, *LAYERS[layer]) for layer in LAYERS if layer in found}
    backdrop = {layer: _read_layer(path, layer, BACKDROP[layer], ()) for layer in BACKDROP if layer in found}
    report = json.loads(pyogrio.read_dataframe(path, layer=REPORT)[REPORT_TEXT].iloc[0])
    return Plan(
        **{layer: layers.get(layer) for layer in LAYERS},
        backdrop=backdrop,
        lists=read_lists(path),
        report=report,
    )


def read_lists(path: Path) -> dict[str, pd.DataFrame]:
    """Return the lists that a GeoPackage holds, by name.

    Raises
    ------
    InputError
        If it is none, or a list lacks a column.
    """
    try:
        found = {str(name) for name, _ in pyogrio.list_layers(path)}
    except pyogrio.errors.DataSourceError as error:
        raise InputError(Message("export.unreadable_plan", {"path": path, "error": error})) from error
    return {name: _read_layer(path, name, *LISTS[name]) for name in LISTS if name in found}


def plan_tables(plan: Plan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table of the file in its order, with its columns in theirs."""
    for layer, (texts, numbers) in LAYERS.items():
        table = getattr(plan, layer)
        if layer == "streets" and table is not None:  # a street's id is its name; the contract wants both
            yield layer, _columns(table.assign(name=table["street"]), ("street", "name"), numbers)
        elif table is not None:
            yield layer, _columns(table, texts, numbers)
    for layer, texts in BACKDROP.items():
        if layer in plan.backdrop:
            yield layer, _columns(plan.backdrop[layer], texts, ())
    for name, (texts, numbers) in LISTS.items():
        if name in plan.lists:
            yield name, _columns(plan.lists[name], texts, numbers)
    yield REPORT, pd.DataFrame({REPORT_TEXT: [report_json(plan.report, timings=False)]})


def _columns(table: pd.DataFrame, texts: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    """Return texts, numbers and geometry of a table, typed so that a column without values keeps its kind."""
    plain = pd.DataFrame({c: _texts(table[c]) for c in texts}, index=table.index)
    plain = plain.assign(**{c: table[c].astype(float) for c in numbers}).reset_index(drop=True)
    if not isinstance(table, gpd.GeoDataFrame):
        return plain
    return gpd.GeoDataFrame(plain, geometry=table.geometry.to_numpy(), crs=table.crs)


def _texts(column: pd.Series) -> pd.Series:
    """Return a column as texts, "" where nothing is known; it may have no value and no type."""
    return column.astype(object).where(column.notna(), "").astype(str)


@contextmanager
def stamped(day: str) -> Iterator[None]:
    """Let GDAL stamp what it writes with a day of the plan, and not wait for the disk at every step."""
    options = {
        "OGR_CURRENT_DATE": f"{date.fromisoformat(day)}T00:00:00.000Z",
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
    }
    before = {option: pyogrio.get_gdal_config_option(option) for option in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _write_layer(table: pd.DataFrame, path: Path, layer: str) -> None:
    """Add a layer of one type: where some shapes have several parts, all are written as such."""
    if not isinstance(table, gpd.GeoDataFrame):
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG")
        return
    kinds = {str(kind) for kind in table.geom_type.unique()}
    simple = {kind.removeprefix("Multi") for kind in kinds}
    one = simple.pop() if len(simple) == 1 else "Unknown"
    several = one in MULTIPLE and MULTIPLE[one] in kinds
    kind = MULTIPLE[one] if several else one
    pyogrio.write_dataframe(
        table, path, layer=layer, driver="GPKG", geometry_type=kind, promote_to_multi=several
    )


def _disk_error(path: Path, error: Exception) -> OSError:
    """Return what the system may have said: GDAL and SQLite hide that a disk is full."""
    full = shutil.disk_usage(path.parent).free < SCARCE_BYTES
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if full else OSError(str(error))


def _check_whole(path: Path, rows: dict[str, int]) -> None:
    """Raise OSError unless the file is sound and has all rows: GDAL may only log that a disk is full."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            faults = [str(row[0]) for row in file.execute("PRAGMA quick_check(1)")]
            found = {layer: file.execute(f'SELECT count(*) FROM "{layer}"').fetchone()[0] for layer in rows}  # noqa: S608
    except sqlite3.Error as error:
        raise _disk_error(path, error) from error
    if faults != ["ok"] or found != rows:
        raise OSError(f"{path.name}: {faults}, {found} rows written of {rows}")


def _read_layer(path: Path, layer: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    """Return a layer as it was before it was written; a shape of one part is no multiple one."""
    raw = pyogrio.read_dataframe(path, layer=layer)
    raw = raw.assign(**dict.fromkeys(LATER & {*texts} - {*raw}, ""))
    if missing := [c for c in (*texts, *numbers) if c not in raw]:
        raise InputError(
            Message("export.no_columns", {"path": path, "layer": layer, "columns": ", ".join(missing)})
        )
    table = _columns(raw, texts, numbers)
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    shapes = table.geometry.to_numpy()
    lone = (shapely.get_num_geometries(shapes) == 1) & (
        shapely.get_type_id(shapes) > shapely.GeometryType.POLYGON
    )
    return table.set_geometry(
        gpd.GeoSeries(np.where(lone, shapely.get_geometry(shapes, 0), shapes), crs=table.crs)
    )
