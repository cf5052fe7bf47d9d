"""The layers of a plan as files of other formats, in another CRS and encoding where asked for.

A shapefile has names of ten bytes and texts of 254: longer names are cut and told in ``columns.csv``, longer texts are cut and kept
whole in ``texts.csv``. Codes stay text everywhere. As CSV come the tables of the workbook too.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridplan.errors import OutputError, UsageError
from gridplan.export.geopackage import stamped
from gridplan.export.listing import FORMULA, LETTERS
from gridplan.export.workbook import tables
from gridplan.plan import Plan
from gridplan.tables import LAYERS
from gridplan.words import Message

FORMATS = ("gpkg", "shp", "geojson", "parquet", "csv")
ENCODINGS = ("utf-8", "gbk", "gb18030")
NAME_BYTES, TEXT_BYTES = 10, 254
COLUMNS, TEXTS = "columns.csv", "texts.csv"
SHEET = "table-"  # before the name of a file with a table of the workbook
GEOJSON_CRS = "EPSG:4326"  # what the format is defined for


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How layers are to be written; ``crs`` None: as they are."""

    format: str
    crs: CRS | None
    encoding: str


def asked_of(format_: str, crs: str | None, encoding: str | None) -> Asked:
    """Return how layers are to be written.

    Raises
    ------
    UsageError
        If the format, the CRS or the encoding is none that can be used; it carries all that are.
    """
    wrong = []
    if format_ not in FORMATS:
        wrong.append(("--format", format_, ", ".join(FORMATS)))
    if encoding is not None and encoding.lower() not in ENCODINGS:
        wrong.append(("--encoding", encoding, ", ".join(ENCODINGS)))
    found = None
    if crs is not None:
        try:
            found = CRS.from_user_input(crs)
        except CRSError:
            wrong.append(("--crs", crs, "EPSG:4490"))
    if wrong:
        raise UsageError(
            Message("export.wrong_layer_option", {"option": option, "value": value, "want": want})
            for option, value, want in wrong
        )
    return Asked(format=format_, crs=found, encoding=(encoding or "utf-8").lower())


def write_layers(plan: Plan, folder: Path, asked: Asked) -> list[Path]:
    """Write the layers into a folder that is made for them; return the files.

    Raises
    ------
    OutputError
        If something cannot be written, or a text has letters that the encoding lacks.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with stamped(plan.report["project"]["date"]):
            layers = [
                path for layer, table in _tables(plan, asked) for path in _write(folder, layer, table, asked)
            ]
        return [*layers, *(_sheets(plan, folder, asked) if asked.format == "csv" else ())]
    except UnicodeEncodeError as error:
        values = {"letter": error.object[error.start], "encoding": asked.encoding}
        raise OutputError(Message("export.no_such_letter", values)) from error
    except (OSError, RuntimeError) as error:  # pyogrio's errors derive from the second
        raise OutputError(Message("export.layers_unwritable", {"folder": folder, "error": error})) from error


def _tables(plan: Plan, asked: Asked) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the layers, with their shapes in the CRS asked for."""
    for layer in LAYERS:
        table = getattr(plan, layer)
        if table is None:
            continue
        if isinstance(table, gpd.GeoDataFrame):
            crs = asked.crs or (CRS(GEOJSON_CRS) if asked.format == "geojson" else None)
            table = table if crs is None else table.to_crs(crs)
        yield layer, table


def _write(folder: Path, layer: str, table: pd.DataFrame, asked: Asked) -> list[Path]:
    """Write one layer; return its files."""
    if asked.format == "csv" or not isinstance(table, gpd.GeoDataFrame):
        return [_csv(folder / f"{layer}.csv", _flat(table), asked)]
    path = folder / f"{layer}.{asked.format}"
    if asked.format == "parquet":
        table.to_parquet(path)
        return [path]
    if asked.format != "shp":
        path.unlink(missing_ok=True)
        driver = {"gpkg": "GPKG", "geojson": "GeoJSON"}[asked.format]
        pyogrio.write_dataframe(
            table, path, layer=layer, driver=driver, promote_to_multi=asked.format == "gpkg"
        )
        return [path]
    return [path, *_shapefile(path, layer, table, asked)]


def _sheets(plan: Plan, folder: Path, asked: Asked) -> Iterator[Path]:
    """Write the workbook's tables, without sums, the figures unrounded; yield the files."""
    for name, table in tables(plan):
        columns = {column.head: list(column.values) for column in table.columns}
        yield _csv(folder / f"{SHEET}{name}.csv", pd.DataFrame(columns), asked)


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a layer as a plain table, its shapes as WKT."""
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    return pd.DataFrame(table.drop(columns="geometry")).assign(wkt=table.geometry.to_wkt())


def _csv(path: Path, table: pd.DataFrame, asked: Asked) -> Path:
    """Write a table as CSV; a text that looks like a formula begins with an apostrophe."""
    content = io.StringIO()
    out = csv.writer(content, lineterminator="\n")
    out.writerow(table.columns)
    out.writerows([[_cell(value) for value in row] for row in table.itertuples(index=False)])
    encoding = LETTERS if asked.encoding == "utf-8" else asked.encoding
    path.write_bytes(content.getvalue().encode(encoding))
    return path


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if pd.isna(value) else f"{value:.15g}" if isinstance(value, float) else str(value)


def _shapefile(path: Path, layer: str, table: gpd.GeoDataFrame, asked: Asked) -> Iterator[Path]:
    """Write a shapefile; yield the files that tell what had to be cut."""
    plain = [column for column in table.columns if column != "geometry"]
    short = short_names(plain, asked.encoding)
    cut = table.copy()
    told = []
    for column in plain:
        if table[column].dtype.kind not in "fiub":
            texts = table[column].fillna("").astype(str)
            kept = [shortened(text, asked.encoding) for text in texts]
            told += [
                {"layer": layer, "row": row, "column": column, "text": text}
                for row, (text, part) in enumerate(zip(texts, kept, strict=True), start=1)
                if text != part
            ]
            cut[column] = kept
    pyogrio.write_dataframe(cut.rename(columns=short), path, driver="ESRI Shapefile", encoding=asked.encoding)
    changed = [{"layer": layer, "column": old, "name": new} for old, new in short.items() if old != new]
    for name, rows in ((COLUMNS, changed), (TEXTS, told)):
        if rows:
            yield _csv(path.with_name(f"{layer}-{name}"), pd.DataFrame(rows), asked)


def short_names(names: list[str], encoding: str) -> dict[str, str]:
    """Return names of ten bytes at most, no two the same."""
    short: dict[str, str] = {}
    for name in names:
        made, number = shortened(name, encoding, NAME_BYTES), 1
        while made.lower() in {other.lower() for other in short.values()}:
            ending = f"_{number}"
            made, number = shortened(name, encoding, NAME_BYTES - len(ending)) + ending, number + 1
        short[name] = made
    return short


def shortened(text: str, encoding: str, most: int = TEXT_BYTES) -> str:
    """Return the beginning of a text that has so many bytes at most, no letter cut in two.

    Raises
    ------
    UnicodeEncodeError
        If the encoding lacks a letter.
    """
    if len(text.encode(encoding)) <= most:
        return text
    size = 0
    for at, letter in enumerate(text):
        size += len(letter.encode(encoding))
        if size > most:
            return text[:at]
    return text
