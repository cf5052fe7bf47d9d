"""One input of the plan file, whatever its format, to what was found."""

import difflib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from gridplan.config import InputTable
from gridplan.errors import InputError
from gridplan.sources.fingerprint import fingerprint
from gridplan.sources.found import Found
from gridplan.sources.room import refuse_huge
from gridplan.sources.sheets import read_csv, read_workbook
from gridplan.sources.vectors import (
    read_geojson,
    read_geopackage,
    read_parquet,
    read_plain,
    read_shapefile,
    read_zip,
)
from gridplan.words import Message

DATABASES = ("postgresql://", "postgres://")
READERS = {
    ".csv": read_csv,
    ".xlsx": read_workbook,
    ".parquet": read_parquet,
    ".geoparquet": read_parquet,
    ".shp": read_shapefile,
    ".zip": read_zip,
    ".gpkg": read_geopackage,
    ".geojson": read_geojson,
    ".json": read_geojson,
    ".fgb": read_plain,
    ".kml": read_plain,
    ".tab": read_plain,
    ".mif": read_plain,
    ".gdb": read_plain,
}


def read_source(wanted: InputTable, folder: Path) -> Found:
    """Read one input.

    Parameters
    ----------
    wanted
        The input as the plan file names it.
    folder
        The folder that its path is relative to.

    Raises
    ------
    InputError
        If the file, its layer or a column is missing, or it cannot be read; it says what there is instead.
    """
    if wanted.path.startswith(DATABASES):
        found: Found = _database(wanted).read_database(wanted)
        return found
    if "://" in wanted.path:
        raise InputError(Message("sources.database", {"file": wanted.label}))
    path = folder / wanted.path
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            Message("sources.unknown_format", {"file": wanted.path, "formats": ", ".join(READERS)})
        )
    if not (path.is_dir() if path.suffix.lower() == ".gdb" else path.is_file()):
        raise InputError(_missing(path, wanted.path))
    refuse_huge(path, wanted.path)
    try:
        with ThreadPoolExecutor(1) as beside:  # both wait for the disk, and neither for the other
            sha256 = beside.submit(fingerprint, path)
            found = reader(path, wanted)
            return replace(found, source=replace(found.source, sha256=sha256.result()))
    except OSError:
        raise InputError(Message("sources.unreadable", {"file": wanted.path})) from None


def tables_in(wanted: InputTable) -> list[str]:
    """Return the names of the tables of the database that an input is in.

    Raises
    ------
    InputError
        If databases cannot be read here, or this one cannot.
    """
    return _database(wanted).database_tables(wanted)


def _database(wanted: InputTable) -> ModuleType:
    """Return what reads databases, if what is needed for that is installed."""
    try:
        from gridplan.sources import database  # noqa: PLC0415 # an extra
    except ImportError:
        raise InputError(Message("sources.database_extra", {"file": wanted.label})) from None
    return database


def _missing(path: Path, label: str) -> Message:
    """Say that a file is missing, and which of its folder has the nearest name."""
    try:
        there = sorted(one.name for one in path.parent.iterdir() if one.suffix.lower() in READERS)
    except OSError:
        return Message("sources.missing_folder", {"file": label, "folder": path.parent})
    near = difflib.get_close_matches(path.name, there, n=1)
    if near:
        return Message("sources.missing_file_near", {"file": label, "near": near[0]})
    return Message("sources.missing_file", {"file": label})
