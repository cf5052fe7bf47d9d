"""Tables of a PostgreSQL database with PostGIS to what was found: read only, and never more than the columns named.

Rows come in the order of the id column, so that the same table gives the same plan. Names go into SQL as
identifiers, values as parameters; the password is never part of a message.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import shapely
from psycopg import Connection, sql
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridplan.config import InputTable
from gridplan.errors import InputError
from gridplan.sources.found import Found, choose
from gridplan.tables import Source
from gridplan.words import Message

SECONDS = 10  # to wait for a server
GEOMETRY = "geometry"
SYSTEM = ("information_schema", "pg_catalog", "topology", "tiger", "tiger_data")
DESCRIBING = (
    "spatial_ref_sys",
    "geometry_columns",
    "geography_columns",
    "raster_columns",
    "raster_overviews",
)
SHAPED = ("geometry", "geography")


def read_database(wanted: InputTable) -> Found:
    """Read a table, or a view, that ``layer`` names, as "table" or "schema.table".

    Raises
    ------
    InputError
        If the database cannot be reached or read, or the table or a column is missing.
    """
    with _connected(wanted) as connection:
        schema, table = _table_of(connection, wanted)
        kinds = _columns(connection, schema, table)
        shape = next((name for name, kind in kinds.items() if kind in SHAPED), None)
        there = [name for name in kinds if name != shape]
        columns = choose(wanted, there, file=wanted.label, with_shapes=shape is not None)
        names = list(dict.fromkeys(columns.values()))
        rows = _copied(connection, _query(schema, table, names, shape, columns.get("id")))
        crs = None if shape is None else _crs(connection, schema, table, shape)
    raw = pd.read_csv(io.BytesIO(rows), dtype=str, keep_default_na=False, encoding="utf-8")
    frame = pd.DataFrame(
        {key: raw[name].to_numpy() for key, name in columns.items()}, index=pd.RangeIndex(len(raw))
    )
    source = Source(
        label=wanted.label,
        sha256=hashlib.sha256(rows).hexdigest(),
        crs=crs.name if crs else "",
        rows=len(raw),
    )
    shapes = None if shape is None else _shapes(raw.iloc[:, -1].to_numpy(object))
    return Found(file=wanted.label, table=frame, shapes=shapes, crs=crs, source=source)


@contextmanager
def _connected(wanted: InputTable) -> Iterator[Connection[Any]]:
    """Open the database to read, and turn what it says into a message without credentials."""
    try:
        with psycopg.connect(wanted.path, connect_timeout=SECONDS, client_encoding="utf8") as connection:
            connection.read_only = True
            yield connection
    except InputError:
        raise
    except psycopg.OperationalError:
        raise InputError(Message("sources.database_unreachable", {"file": wanted.label})) from None
    except (psycopg.Error, ValueError) as error:
        kind = type(error).__name__
        raise InputError(
            Message("sources.database_unreadable", {"file": wanted.label, "error": kind})
        ) from None


def database_tables(wanted: InputTable) -> list[str]:
    """Return the names of all tables and views, as ``layer`` may name them: "schema.table", or "table" alone.

    Raises
    ------
    InputError
        If the database cannot be reached or read.
    """
    with _connected(wanted) as connection:
        return [name for pair in _tables(connection) for name in (pair[1], ".".join(pair))]


def _tables(connection: Connection[Any]) -> list[tuple[str, str]]:
    """Return schema and name of every table and view, those of public first."""
    found = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema <> ALL(%s) AND table_name <> ALL(%s) ORDER BY table_schema <> 'public', 1, 2",
        [[*SYSTEM], [*DESCRIBING]],
    ).fetchall()
    return [(str(schema), str(table)) for schema, table in found]


def _table_of(connection: Connection[Any], wanted: InputTable) -> tuple[str, str]:
    """Return schema and name of the table; the only one where none is named."""
    there = _tables(connection)
    named = [table if schema == "public" else f"{schema}.{table}" for schema, table in there]
    values = {"file": wanted.label, "layer": wanted.layer, "there": ", ".join(named)}
    if not there:
        raise InputError(Message("sources.no_layer", values))
    if wanted.layer is None and len(there) > 1:
        raise InputError(Message("sources.which_layer", values))
    if wanted.layer is None:
        return there[0]
    asked = [pair for pair in there if wanted.layer in (pair[1], ".".join(pair))]
    if not asked:
        raise InputError(Message("sources.missing_layer", values))
    return asked[0]


def _columns(connection: Connection[Any], schema: str, table: str) -> dict[str, str]:
    """Return the columns of a table and their kinds, in their order."""
    rows = connection.execute(
        "SELECT column_name, udt_name FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
        [schema, table],
    )
    return {str(name): str(kind) for name, kind in rows}


def _query(schema: str, table: str, names: list[str], shape: str | None, order: str | None) -> sql.Composed:
    """Return what reads the columns, the shape as hexadecimal WKB last."""
    fields = [sql.Identifier(name) for name in names]
    parts: list[Any] = [sql.SQL("{}").format(field) for field in fields]
    if shape is not None:
        wkb = sql.SQL("encode(ST_AsBinary({}::geometry), 'hex') AS {}")
        parts.append(wkb.format(sql.Identifier(shape), sql.Identifier(f"{GEOMETRY} of gridplan")))
    if not parts:
        parts = [sql.SQL("1 AS row")]
    by = (
        sql.SQL(" ORDER BY {}").format(sql.Identifier(order))
        if order
        else sql.SQL(" ORDER BY {}::text").format(sql.Identifier("t"))
    )
    return sql.SQL("COPY (SELECT {} FROM {} AS t{}) TO STDOUT (FORMAT csv, HEADER)").format(
        sql.SQL(", ").join(parts), sql.Identifier(schema, table), by
    )


def _copied(connection: Connection[Any], query: sql.Composed) -> bytes:
    """Return the rows as CSV."""
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(bytes(part) for part in copy)


def _shapes(texts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return shapes of hexadecimal WKB, None where there is none or it cannot be read."""
    known = np.array([text or None for text in texts], dtype=object)
    return np.asarray(shapely.from_wkb(known, on_invalid="ignore"), dtype=object)


def _crs(connection: Connection[Any], schema: str, table: str, shape: str) -> CRS | None:
    """Return the CRS of the first shape, None where the table does not say."""
    query = sql.SQL("SELECT ST_SRID({0}::geometry) FROM {1} WHERE {0} IS NOT NULL LIMIT 1")
    found = connection.execute(query.format(sql.Identifier(shape), sql.Identifier(schema, table))).fetchone()
    if found is None or not found[0]:
        return None
    known = connection.execute(
        "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s", [found[0]]
    ).fetchone()
    try:
        return (
            CRS.from_authority(known[0], known[1])
            if known and known[0]
            else CRS.from_user_input(int(found[0]))
        )
    except CRSError:
        return CRS.from_wkt(known[2]) if known and known[2] else None
