"""Grids that were made elsewhere: a layer of polygons, or a table of units or households; kept to no promise of ours."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan import geo
from gridplan.config import InputTable
from gridplan.errors import InputError
from gridplan.given import GRID, read_drawn
from gridplan.sources import read_source
from gridplan.tables import Inputs
from gridplan.units import Units
from gridplan.words import Message

LAYER = "grids"  # that is read of a file of several, as in a plan of ours


def codes_elsewhere(path: str, inputs: Inputs, units: Units) -> pd.Series:
    """Return the grid that each household row was in, "" for none.

    Parameters
    ----------
    path
        Polygons with a column ``grid_id`` in any format that inputs may have, or CSV, XLSX or Parquet with ``grid_id`` and
        ``unit_id`` or ``household_id``. Of polygons that overlap the first counts.
    inputs, units
        What the grids are laid over.

    Raises
    ------
    InputError
        If it cannot be read, lacks these columns, says not where it lies, or holds no household of the inputs.
    """
    found = _polygons(path)
    if found is None:
        code = _by_ids(path, inputs, units)
    else:
        names, places = found
        code = _by_place(names, geo.brought(places, inputs.crs).to_numpy(), inputs)
    if not (code != "").any():
        raise InputError(Message("pipeline.before_elsewhere", {"file": path}))
    return code


def _polygons(path: str) -> tuple[NDArray[np.object_], gpd.GeoSeries] | None:
    """Return the codes and the shapes of a layer of polygons; None where the file has no shapes."""
    try:
        found = read_source(InputTable(path=path, id=GRID), Path())
    except InputError as error:
        try:
            found = read_source(InputTable(path=path, id=GRID, layer=LAYER), Path())
        except InputError:
            raise error from None
    if found.shapes is None:
        return None
    places = geo.placed(found.shapes, found.crs, coordinates="auto", file=path)
    return found.table["id"].map(_text).to_numpy(object), places


def _by_place(names: NDArray[np.object_], shapes: NDArray[np.object_], inputs: Inputs) -> pd.Series:
    """Return the grid whose polygon holds each household row."""
    tree = shapely.STRtree(shapely.make_valid(shapes))
    at, of = tree.query(inputs.households.geometry.to_numpy(), predicate="intersects")
    first = pd.Series(of).groupby(at).min()
    code = np.full(len(inputs.households), "", object)
    code[first.index.to_numpy(int)] = names[first.to_numpy(int)]
    return pd.Series(code)


def _by_ids(path: str, inputs: Inputs, units: Units) -> pd.Series:
    """Return the grid that a table gives each household row, by its own id or by that of its unit."""
    key, rows = read_drawn(path)
    of = rows.drop_duplicates("id").set_index("id")["grid"]
    ids = units.table["unit_id"].iloc[units.of_row] if key == "unit_id" else inputs.households["household_id"]
    return pd.Series(ids.map(of).fillna("").to_numpy(object))


def _text(value: object) -> str:
    """Return a code as text; a number that a file makes of it has no fraction."""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}" if value % 1 else f"{value:.0f}"
    return "" if value is None else str(value).strip()
