"""Files with shapes to tables as found: fiona says what is there and which row is wrong, pyogrio reads."""

import contextlib
import json
import shutil
import sqlite3
import tempfile
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyarrow import parquet

from gridplan.config import InputTable
from gridplan.errors import InputError
from gridplan.sources.dbf import check_whole, find_encoding
from gridplan.sources.fingerprint import shapefile_parts
from gridplan.sources.found import Found, choose, codec, decoding
from gridplan.tables import Source
from gridplan.words import Message

SHOWN_ROWS = 5
PYOGRIO_ONLY = (".kml",)  # what fiona was built without
BY_ARROW = (".gpkg", ".shp", ".fgb")
READ_ROWS = {"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"}  # its own way to Arrow crashes over a damaged file
DESCRIBING_TABLES = ("sqlite_master", "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
REQUIRED_PARTS = (".shp", ".dbf")
LARGEST_BYTES, MOST_FILES = 4 << 30, 10_000  # of what a .zip file may unpack to


def read_geojson(path: Path, wanted: InputTable) -> Found:
    """Read a GeoJSON file.

    Raises
    ------
    InputError
        If it is not in UTF-8, cannot be opened, a column is missing, or a row's shape is broken.
    """
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(Message("sources.not_utf8", {"file": wanted.path})) from None
    return _read(path, wanted, encoding=None)


def read_geopackage(path: Path, wanted: InputTable) -> Found:
    """Read a layer of a GeoPackage.

    Raises
    ------
    InputError
        If it cannot be opened, the layer or a column is missing, or a row's shape is broken.
    """
    with decoding(wanted.path):
        _refuse_damaged_database(path)
    return _read(path, wanted, encoding=None)


def _refuse_damaged_database(path: Path) -> None:
    """Raise if the tables that describe a GeoPackage cannot be read; fiona crashes over broken texts."""
    address = f"file:{quote(str(path.resolve()))}?immutable=1"  # leaves no lock and no file beside the input
    with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
        (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise ValueError(state)
        for table in DESCRIBING_TABLES:
            database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names of our own


def read_plain(path: Path, wanted: InputTable) -> Found:
    """Read a layer of a FlatGeobuf, a KML, a MapInfo table or a file geodatabase.

    Raises
    ------
    InputError
        If it cannot be opened, the layer or a column is missing, or a row's shape is broken.
    """
    encoding = None if wanted.encoding == "auto" else codec(wanted.encoding)
    return _read(path, wanted, encoding=encoding)


def read_shapefile(path: Path, wanted: InputTable) -> Found:
    """Read a shapefile; its encoding is found out from its texts where the plan file does not say it.

    Raises
    ------
    InputError
        If parts are missing or cut short, a column is missing, or a row's shape is broken.
    """
    parts = shapefile_parts(path)
    missing = [suffix for suffix in REQUIRED_PARTS if suffix not in parts]
    if missing:
        raise InputError(Message("sources.missing_parts", {"file": wanted.path, "parts": ", ".join(missing)}))
    check_whole(parts[".shp"], parts[".dbf"], file=wanted.path)
    encoding = codec(wanted.encoding)
    if encoding == "auto":
        encoding = find_encoding(parts[".dbf"], parts.get(".cpg"), file=wanted.path)
    if ".shx" in parts:
        return _read(path, wanted, encoding=encoding)
    with tempfile.TemporaryDirectory() as folder, decoding(wanted.path):
        for part in parts.values():
            shutil.copy(part, folder)
        with fiona.Env(SHAPE_RESTORE_SHX="YES"):  # writes the missing part, so beside a copy
            fiona.open(Path(folder, path.name)).close()
        return _read(Path(folder, path.name), wanted, encoding=encoding)


def read_zip(path: Path, wanted: InputTable) -> Found:
    """Read the shapefile in a .zip file; where there are several, ``layer`` names it.

    Raises
    ------
    InputError
        If it is no .zip file or holds no such shapefile; and as for a shapefile.
    """
    with tempfile.TemporaryDirectory() as folder:
        with decoding(wanted.path), zipfile.ZipFile(path) as packed:
            _refuse_bomb(packed, wanted)
            packed.extractall(folder)
        inside = {one.stem: one for one in sorted(Path(folder).rglob("*")) if one.suffix.lower() == ".shp"}
        chosen = inside[_one_of(list(inside), wanted)]
        return read_shapefile(chosen, wanted.model_copy(update={"layer": None}))


def _refuse_bomb(packed: zipfile.ZipFile, wanted: InputTable) -> None:
    """Raise for a .zip file that unpacks to far too much, or whose names lead out of the folder."""
    inside = packed.infolist()
    size = sum(one.file_size for one in inside)
    if size > LARGEST_BYTES or len(inside) > MOST_FILES:
        values = {"file": wanted.path, "size": f"{size / (1 << 30):.1f}", "count": len(inside)}
        raise InputError(Message("sources.zip_too_large", values))
    strange = [
        one.filename for one in inside if Path(one.filename).is_absolute() or ".." in Path(one.filename).parts
    ]
    if strange:
        raise InputError(Message("sources.zip_paths", {"file": wanted.path, "name": strange[0]}))


def read_parquet(path: Path, wanted: InputTable) -> Found:
    """Read a (Geo)Parquet file.

    Raises
    ------
    InputError
        If it cannot be read, or a column is missing.
    """
    with decoding(wanted.path):
        schema = parquet.read_schema(path)
        told = (schema.metadata or {}).get(b"geo")
        shapes = [] if told is None else [str(json.loads(told)["primary_column"])]
    there = [name for name in schema.names if name not in shapes]
    columns = choose(wanted, there, file=wanted.path, with_shapes=bool(shapes))
    with decoding(wanted.path):
        names = [*dict.fromkeys(columns.values()), *shapes]
        raw = gpd.read_parquet(path, columns=names) if shapes else pd.read_parquet(path, columns=names)
        raw = raw.reset_index() if any(raw.index.names) else raw  # an index of pandas is a column of the file
    return _found(raw, columns, Source(label=wanted.path, rows=len(raw)), wanted.path)


def _one_of(layers: list[str], wanted: InputTable) -> str:
    """Return the layer to read: the one named, else the only one."""
    values = {"file": wanted.path, "layer": wanted.layer, "there": ", ".join(layers)}
    if not layers:
        raise InputError(Message("sources.no_layer", values))
    if wanted.layer is None and len(layers) > 1:
        raise InputError(Message("sources.which_layer", values))
    if wanted.layer is not None and wanted.layer not in layers:
        raise InputError(Message("sources.missing_layer", values))
    return wanted.layer or layers[0]


def _read(path: Path, wanted: InputTable, *, encoding: str | None) -> Found:
    """Look at the layer with fiona, then read the columns that are wanted in bulk."""
    with decoding(wanted.path):
        if path.suffix.lower() in PYOGRIO_ONLY:
            layer = _one_of([str(name) for name, _ in pyogrio.list_layers(path)], wanted)
            info = pyogrio.read_info(path, layer=layer)
            there, is_empty, with_shapes = (
                list(info["fields"]),
                not info["features"],
                bool(info["geometry_type"]),
            )
        else:
            layer = _one_of(fiona.listlayers(path), wanted)
            with fiona.open(path, layer=layer, encoding=encoding) as opened:
                schema, is_empty = opened.schema, len(opened) == 0
            there, with_shapes = list(schema["properties"]), schema["geometry"] != "None"
    file = f"{wanted.path} ({layer})" if wanted.layer else wanted.path
    if is_empty and not there:
        raise InputError(Message("sources.empty", {"file": file}))
    columns = choose(wanted, there, file=file, with_shapes=with_shapes)
    raw = _bulk(path, layer, list(dict.fromkeys(columns.values())), encoding=encoding, file=file)
    source = Source(label=wanted.path, encoding=encoding or "", rows=len(raw))
    return _found(raw, columns, source, file)


def _bulk(path: Path, layer: str, names: list[str], *, encoding: str | None, file: str) -> pd.DataFrame:
    """Read columns and shapes of all rows."""
    with decoding(file), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks; what matters is found by checks
        pyogrio.set_gdal_config_options(READ_ROWS)
        try:
            return pyogrio.read_dataframe(
                path, layer=layer, columns=names, encoding=encoding, use_arrow=path.suffix.lower() in BY_ARROW
            )
        except shapely.errors.GEOSException:
            raise InputError(_broken_rows(path, layer, file)) from None


def _found(raw: pd.DataFrame, columns: dict[str, str], source: Source, file: str) -> Found:
    """Rename the columns to the contract's keys and set the shapes apart."""
    plain = pd.DataFrame(raw.drop(columns=raw.geometry.name) if isinstance(raw, gpd.GeoDataFrame) else raw)
    with decoding(file):
        for column in plain.select_dtypes("string"):
            pa.array(plain[column]).validate(full=True)  # texts kept as Arrow's are not decoded yet
    plain.index = pd.RangeIndex(len(raw))
    table = pd.DataFrame({key: plain[name] for key, name in columns.items()}, index=plain.index)
    if not isinstance(raw, gpd.GeoDataFrame):
        return Found(file=file, table=table, shapes=None, crs=None, source=source)
    named = replace(source, crs=raw.crs.name if raw.crs else "")
    return Found(file=file, table=table, shapes=raw.geometry.to_numpy(), crs=raw.crs, source=named)


def _broken_rows(path: Path, layer: str, file: str) -> Message:
    """Say which shapes cannot be built: fiona sees a shape in the row, pyogrio makes nothing of it."""
    built = pyogrio.read_dataframe(path, layer=layer, columns=[], on_invalid="ignore").geometry.notna()
    with fiona.open(path, layer=layer) as rows:
        drawn = np.array([row.geometry is not None for row in rows])
    broken = np.flatnonzero(drawn & ~built.to_numpy()) + 1
    values = {"file": file, "rows": ", ".join(map(str, broken[:SHOWN_ROWS])), "count": len(broken)}
    return Message("sources.broken_rows", values)
