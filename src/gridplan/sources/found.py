"""What a reader gives back, and what the readers share."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from gridplan.config import InputTable
from gridplan.errors import InputError
from gridplan.tables import Source
from gridplan.words import Message

WKT_NAMES = ("wkt", "geometry", "geom")
XY_NAMES = (("x", "y"), ("lng", "lat"), ("lon", "lat"))
DEFAULT_ENCODING = "gb18030"
CHINESE_ENCODINGS = ("gbk", "gb2312", "hz")  # GB18030 holds them all, and rare characters that they lack


@dataclass(frozen=True, kw_only=True)
class Found:
    """An input as it was found.

    ``table`` has a RangeIndex, rows in the order of the file, and the columns that the plan file names, under
    the contract's keys ("id", "households", ...). A file with shapes has them in ``shapes``, None where a row
    has none; of one without, ``table`` also holds the columns "x" and "y", or "wkt", where there are any.
    """

    file: str  # as faults name it: the path, and the layer where one is named
    table: pd.DataFrame
    shapes: npt.NDArray[np.object_] | None
    crs: CRS | None
    source: Source


@contextmanager
def decoding(file: str) -> Iterator[None]:
    """Turn whatever is raised while a file is decoded into one sentence.

    Damaged files make the libraries for foreign formats raise errors of every kind; no list is complete.

    Raises
    ------
    InputError
        If anything is raised.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(Message("sources.unreadable", {"file": file})) from error


def codec(encoding: str) -> str:
    """Return the codec that reads a declared encoding."""
    return DEFAULT_ENCODING if encoding in CHINESE_ENCODINGS else encoding


def choose(wanted: InputTable, names: Iterable[str], *, file: str, with_shapes: bool) -> dict[str, str]:
    """Return which columns of the file to take: key of the contract -> name in the file.

    Where the file has no shapes, "x" and "y" or "wkt" are added, named by the plan file or as is usual.

    Raises
    ------
    InputError
        If columns are missing, naming those that there are.
    """
    there = list(names)
    columns = wanted.columns if with_shapes else {**wanted.columns, **_places(wanted, there)}
    missing = [(key, name) for key, name in columns.items() if name not in there]
    if missing:
        raise InputError(_missing(key, name, there, file) for key, name in missing)
    return columns


def _missing(key: str, name: str, there: list[str], file: str) -> Message:
    """Say that there is no such column, what there is, and what may have been meant."""
    near = difflib.get_close_matches(name, there, n=1)
    values = {
        "file": file,
        "key": key,
        "name": name,
        "there": ", ".join(there),
        "near": near[0] if near else "",
    }
    return Message("sources.missing_column_near" if near else "sources.missing_column", values)


def _places(wanted: InputTable, there: list[str]) -> dict[str, str]:
    """Return the columns that place the rows of a table without shapes."""
    if wanted.x or wanted.y:
        return {key: name for key, name in (("x", wanted.x), ("y", wanted.y)) if name}
    known = {name.lower(): name for name in reversed(there)}
    wkt = next((known[name] for name in WKT_NAMES if name in known), None)
    if wkt:
        return {"wkt": wkt}
    pair = next(((known[x], known[y]) for x, y in XY_NAMES if x in known and y in known), None)
    return {"x": pair[0], "y": pair[1]} if pair else {}
