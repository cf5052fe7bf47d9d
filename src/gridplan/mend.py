"""What was mended in the inputs without judgement, cell by cell: each change a row that says what came and what it is now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

REFERENCES = {
    "community_id": "community",
    "grid_id": "grid",
    "actor_id": "actor",
}  # column -> key that names it
MOVED_M = 1e-6  # shapes that differ by less are the same
SHAPE = "geometry"
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
HEADS = ("input", "file", "row", "id", "column", "before", "after")


@dataclass(frozen=True, kw_only=True)
class Mended:
    """One input before and after.

    Attributes
    ----------
    part, file
        Its table of the plan file, and the file.
    columns
        Names in the file of the contract's keys.
    raw
        What came, under the keys.
    table
        What it is now, under the names of ``tables.INPUT_COLUMNS``, with geometry where it has shapes; rows may be fewer.
    before
        The shapes as they came, in the CRS of ``table``; None where there are none.
    """

    part: str
    file: str
    columns: dict[str, str]
    raw: pd.DataFrame
    table: pd.DataFrame
    before: gpd.GeoSeries | None

    @property
    def named(self) -> dict[str, str]:
        """The columns that go into a mended copy: name in the file of each of ``table``."""
        first = self.table.columns[0]
        names = {first: self.columns.get("id", first)}
        for column in self.table.columns[1:]:
            key = REFERENCES.get(column, column)
            if key in self.columns and column != SHAPE:
                names[column] = self.columns[key]
        return names

    @property
    def whole(self) -> bool:
        """Whether every row that came is still there, in its place."""
        return len(self.table) == len(self.raw)

    def copy(self) -> pd.DataFrame:
        """Return the mended input under the names of the file; numbers that are whole without decimals."""
        made = self.table[list(self.named)].rename(columns=self.named)
        if isinstance(self.table, gpd.GeoDataFrame):
            return gpd.GeoDataFrame(made, geometry=self.table.geometry.to_numpy(), crs=self.table.crs)
        return pd.DataFrame(made)

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield a row for every change (``HEADS``); rows are numbered from 1, without the header."""
        if not self.whole:
            values = {"column": "", "before": f"{len(self.raw)} rows", "after": f"{len(self.table)} rows"}
            yield {"input": self.part, "file": self.file, "row": "", "id": "", **values}
            return
        ids = self.table.iloc[:, 0].to_numpy(object)
        for column, name in self.named.items():
            key = "id" if column == self.table.columns[0] else REFERENCES.get(column, column)
            if key not in self.raw:
                continue
            plain = _number if self.table[column].dtype.kind == "f" else _plain
            old, new = (values.map(plain).to_numpy(object) for values in (self.raw[key], self.table[column]))
            for row in np.flatnonzero(old != new).tolist():
                yield self._row(row, ids, name, old[row], new[row])
        yield from self._shapes(ids)

    def _shapes(self, ids: np.ndarray) -> Iterator[dict[str, Any]]:
        if self.before is None or SHAPE not in self.table:
            return
        old, new = self.before.to_numpy(), self.table[SHAPE].to_numpy()
        for row in np.flatnonzero(~_alike(old, new)).tolist():
            yield self._row(row, ids, SHAPE, _told(old[row]), _told(new[row]))

    def _row(self, row: int, ids: np.ndarray, name: str, old: str, new: str) -> dict[str, Any]:
        told = {"column": name, "before": old, "after": new}
        return {"input": self.part, "file": self.file, "row": row + 1, "id": ids[row], **told}


def _plain(value: Any) -> str:  # whatever a reader found
    """Return a value as text, so that 5, 5.0 and "5" are one."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT:
        return ""
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return f"{float(value):.15g}"
    return str(value)


def _number(value: Any) -> str:  # as above
    """Return a value of a column of numbers as text: one that is plainly written is the number."""
    text = _plain(value)
    return f"{float(text):.15g}" if PLAIN.fullmatch(text) else text


def _alike(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Tell of each pair of shapes whether they are the same, points where polygons were not counted as a change."""
    both = ~(shapely.is_missing(old) | shapely.is_missing(new))
    alike = shapely.is_missing(old) & shapely.is_missing(new)
    same = shapely.equals_exact(old[both], new[both], tolerance=MOVED_M)
    areas = shapely.get_dimensions(old[both]) > shapely.get_dimensions(new[both])
    alike[both] = (
        same
        | areas
        | shapely.equals_exact(*map(shapely.normalize, (old[both], new[both])), tolerance=MOVED_M)
    )
    return alike


def _told(shape: shapely.Geometry | None) -> str:
    """Return a shape in a few words: its kind, area, corners."""
    if shape is None:
        return ""
    corners = shapely.get_num_coordinates(shape)
    return f"{shape.geom_type}, {corners} corners, {shape.area:.2f} m2"
