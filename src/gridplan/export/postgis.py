"""A finished plan into a PostgreSQL database with PostGIS: every layer and list a table of one schema, all or none.

Tables that gridplan wrote before are replaced in one transaction; a table of the same name that somebody else made
is never touched.
"""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely
from psycopg import Connection, Cursor, sql

from gridplan.config import hidden
from gridplan.errors import OutputError, UsageError
from gridplan.export.geopackage import plan_tables
from gridplan.plan import Plan
from gridplan.words import Message

SECONDS = 10  # to wait for a server
SCHEMA, OURS = "gridplan", "written by gridplan"
GEOMETRY = "geometry"
LONGEST_NAME = 63  # bytes of a name in PostgreSQL


def write_database(plan: Plan, address: str, schema: str | None) -> dict[str, int]:
    """Write the plan; return the rows of each table.

    Parameters
    ----------
    plan
        A finished plan.
    address
        "postgresql://user@host:port/database"; the password may come from the environment (PGPASSWORD) or ~/.pgpass.
    schema
        Where the tables go, made if it is not there; ``gridplan`` if None.

    Raises
    ------
    UsageError
        If the address or the schema is none.
    OutputError
        If the database cannot be reached or written, or a table of somebody else's bears one of the names; nothing
        is changed then.
    """
    named = schema or SCHEMA
    if not address.startswith(("postgresql://", "postgres://")):
        raise UsageError(Message("export.no_database", {"address": hidden(address)}))
    if not 0 < len(named.encode()) <= LONGEST_NAME or "\0" in named:
        raise UsageError(Message("export.wrong_schema", {"schema": named}))
    values = {"address": hidden(address), "schema": named}
    try:
        with psycopg.connect(address, connect_timeout=SECONDS, client_encoding="utf8") as connection:
            return _write(connection, plan, named, values)
    except psycopg.OperationalError:
        raise OutputError(Message("export.database_unreachable", values)) from None
    except psycopg.Error as error:
        raise OutputError(
            Message("export.database_refused", {**values, "error": type(error).__name__})
        ) from None


def _write(connection: Connection[Any], plan: Plan, schema: str, values: dict[str, str]) -> dict[str, int]:
    """Write all tables in one transaction."""
    tables = dict(plan_tables(plan))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        strange = [name for name in tables if _is_strange(cursor, schema, name)]
        if strange:
            connection.rollback()
            raise OutputError(Message("export.not_our_table", {**values, "tables": ", ".join(strange)}))
        for name, table in tables.items():
            _write_table(cursor, schema, name, table)
    return {name: len(table) for name, table in tables.items()}


def _is_strange(cursor: Cursor[Any], schema: str, name: str) -> bool:
    """Tell whether there is something of this name that gridplan did not write."""
    found = cursor.execute(
        "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = %s",
        [schema, name],
    ).fetchone()
    return found is not None and found[0] != OURS


def _write_table(cursor: Cursor[Any], schema: str, name: str, table: pd.DataFrame) -> None:
    """Replace one table."""
    place, kinds = sql.Identifier(schema, name), dict(_kinds(table))
    fields = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in kinds.items()
    )
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(place, fields))
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(place, sql.Literal(OURS)))
    columns = [_values(table[column]) for column in kinds]
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(place)) as copy:
        for row in zip(*columns, strict=True):
            copy.write_row(row)
    if GEOMETRY in kinds:
        cursor.execute(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(place, sql.Identifier(GEOMETRY)))
    cursor.execute(sql.SQL("ANALYZE {}").format(place))


def _kinds(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield each column with its kind in SQL; codes stay text."""
    for column in table:
        if column == GEOMETRY and isinstance(table, gpd.GeoDataFrame):
            yield GEOMETRY, f"geometry(Geometry, {table.crs.to_epsg() or 0 if table.crs else 0})"
        else:
            yield str(column), "double precision" if table[column].dtype.kind == "f" else "text"


def _values(column: pd.Series) -> list[Any]:
    """Return the cells as they are sent: shapes as hexadecimal EWKB, nothing for NaN."""
    if isinstance(column, gpd.GeoSeries):
        srid = column.crs.to_epsg() or 0 if column.crs else 0
        known = shapely.set_srid(column.to_numpy(), srid)
        return list(shapely.to_wkb(known, hex=True, include_srid=True))
    if column.dtype.kind == "f":
        values = column.to_numpy(float)
        return [None if np.isnan(value) else value for value in values.tolist()]
    return [str(value) for value in column]
