"""CSV files and workbooks to tables as found."""

import contextlib
import io
import re
import warnings
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
from openpyxl.utils import get_column_letter
from pyarrow import csv

from gridplan.config import InputTable
from gridplan.errors import InputError
from gridplan.sources.found import DEFAULT_ENCODING, Found, choose, codec, decoding
from gridplan.tables import Source
from gridplan.words import Message

SHOWN_CELLS = 5
UTF_8, BOM = "utf-8", b"\xef\xbb\xbf"


def read_csv(path: Path, wanted: InputTable) -> Found:
    """Read a CSV file; every value stays the text that it is.

    Raises
    ------
    InputError
        If it cannot be decoded, a row has more values than there are columns, or a column is missing.
    """
    content, encoding = path.read_bytes(), UTF_8
    rows = _plain_rows(content.removeprefix(BOM)) if wanted.encoding in ("auto", UTF_8) else None
    if rows is None:
        text, encoding = _decoded(content, wanted)
        rows = _rows(text, wanted)
    table = rows.iloc[1:].reset_index(drop=True)
    table.columns = pd.Index([str(name).strip() for name in rows.iloc[0]])
    return _found(table, wanted, Source(label=wanted.path, encoding=encoding), wanted.path)


def _rows(text: str, wanted: InputTable) -> pd.DataFrame:
    """Return the rows of a CSV file, the heads among them: else pandas takes a surplus first column for an index."""
    plainly = _plain_rows(text.encode(errors="surrogatepass"))
    if plainly is not None:
        return plainly
    try:
        return pd.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError:
        raise InputError(Message("sources.no_header", {"file": wanted.path})) from None
    except pd.errors.ParserError as error:
        line = re.search(r"line (\d+)", str(error))
        values = {"file": wanted.path, "line": line[1] if line else 1}
        raise InputError(Message("sources.ragged", values)) from None


def _plain_rows(content: bytes) -> pd.DataFrame | None:
    """Return the rows of a CSV file in UTF-8, without quotes, all as long, as pandas does but ten times as fast; of others None."""
    columns = content.partition(b"\n")[0].count(b",") + 1
    if columns == 1 or b'"' in content or content.count(b"\r") != content.count(b"\r\n"):
        return None
    types = dict.fromkeys((f"f{number}" for number in range(columns)), pa.large_string())
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(autogenerate_column_names=True),
            parse_options=csv.ParseOptions(quote_char=False),
            convert_options=csv.ConvertOptions(column_types=types, strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    return table.to_pandas() if table.num_columns == columns else None


def read_workbook(path: Path, wanted: InputTable) -> Found:
    """Read a sheet of a workbook: ``layer``, else the first; of formulas the values that were last computed.

    Raises
    ------
    InputError
        If it is no workbook, or the sheet or a column is missing.
    """
    names, rows = _sheet(path, wanted)
    if rows is None:
        values = {"file": wanted.path, "layer": wanted.layer, "there": ", ".join(names)}
        raise InputError(Message("sources.missing_layer", values))
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    if not rows:
        raise InputError(Message("sources.no_header", {"file": wanted.path}))
    header = ["" if name is None else str(name).strip() for name in rows[0]]
    table = pd.DataFrame(rows[1:], columns=pd.Index(header), dtype=object)
    file = f"{wanted.path} ({wanted.layer})" if wanted.layer else wanted.path
    found = _found(table, wanted, Source(label=wanted.path), file)
    if found.table.isna().any(axis=None):
        _refuse_formulas(path, wanted, rows, file)
    return found


def _refuse_formulas(path: Path, wanted: InputTable, rows: list[list[object]], file: str) -> None:
    """Raise for cells of named columns that have a formula but no value: nobody has calculated the workbook yet."""
    named = set(wanted.columns.values()) | {wanted.x, wanted.y}
    written = _sheet(path, wanted, formulas=True)[1] or []
    cells = [
        f"{get_column_letter(at + 1)}{number}"
        for number, (values, formulas) in enumerate(zip(rows[1:], written[1:], strict=False), start=2)
        for at, (value, formula) in enumerate(zip(values, formulas, strict=False))
        if value is None and formula is not None and str(rows[0][at]).strip() in named
    ]
    if cells:
        told = ", ".join(cells[:SHOWN_CELLS]) + (" …" if len(cells) > SHOWN_CELLS else "")
        raise InputError(Message("sources.formula", {"file": file, "cells": told}))


def _sheet(
    path: Path, wanted: InputTable, *, formulas: bool = False
) -> tuple[list[str], list[list[object]] | None]:
    """Return the names of the sheets, and the rows of the one wanted, None if it is not there."""
    with decoding(wanted.path), warnings.catch_warnings():
        # openpyxl tells of styles and lists that it leaves aside
        warnings.simplefilter("ignore", UserWarning)
        with contextlib.closing(openpyxl.load_workbook(path, read_only=True, data_only=not formulas)) as book:
            names = book.sheetnames
            name = names[0] if wanted.layer is None else wanted.layer
            rows = [list(row) for row in book[name].iter_rows(values_only=True)] if name in names else None
    return names, rows


def _decoded(content: bytes, wanted: InputTable) -> tuple[str, str]:
    """Return the text and its encoding: the one declared, else UTF-8 or GB18030, whichever decodes it all."""
    asked = ["utf-8-sig", DEFAULT_ENCODING] if wanted.encoding == "auto" else [codec(wanted.encoding)]
    for encoding in asked:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise InputError(Message("sources.unknown_encoding", {"file": wanted.path}))


def _found(table: pd.DataFrame, wanted: InputTable, source: Source, file: str) -> Found:
    """Return the columns of a sheet that the plan file names."""
    names = [name for name in table.columns if name]
    columns = choose(wanted, names, file=file, with_shapes=False)
    first = {name: list(table.columns).index(name) for name in columns.values()}
    taken = pd.DataFrame(
        {key: table.iloc[:, first[name]] for key, name in columns.items()}, index=table.index
    )
    return Found(file=file, table=taken, shapes=None, crs=None, source=replace(source, rows=len(taken)))
