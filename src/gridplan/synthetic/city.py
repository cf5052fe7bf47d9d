"""A made-up city: the reference district again and again, other homes each time, as GeoParquet street by street."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import tomlkit

from gridplan.synthetic.district import SEED, District, build_streets
from gridplan.synthetic.files import COLUMNS, DATE, degrees
from gridplan.words import say

TILE_M = (15_000.0, 13_000.0)  # from a district to the next: each is smaller
ACROSS = 10  # districts side by side
MOST = 99 * 99  # districts that have codes
DISTRICT_FIGURES = 6  # of a code, at its beginning
IDS = {"facilities": "id", "candidates": "id", "special_areas": "id", "workers": "id"}
PARTS = {"entrances": "households"}  # tables under another name than their part of the plan file
LEFT_OUT = ("agencies", "officers", "actors", "needs", "resources", "points")
STREET = "{street}"


def write_city(folder: Path, households: int, *, language: str) -> Path:
    """Write streets until so many households live in them, and the plan file; return its path.

    A file a street and part, ``households/990101001.parquet``; one district at a time is held in memory. The same number
    of households gives the same bytes, and a larger city begins with the streets of a smaller one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = say(language, "synthetic.plan", name="", note=say(language, "synthetic.note"), date=DATE)
    document = tomlkit.parse(text)
    _adapt(document, say(language, "synthetic.city_name", households=f"{households:,}"))
    left = households
    for code, street in _streets():
        _write(street, code, folder)
        left -= int(street.entrances["households"].sum())
        if left <= 0:
            break
    plan = folder / "plan.toml"
    plan.write_text(tomlkit.dumps(document), encoding="utf-8", newline="\n")
    return plan


def _streets() -> Iterator[tuple[str, District]]:
    """Yield street after street of district after district, each at its place and under its codes."""
    for number, streets in zip(range(MOST), _districts(), strict=False):
        area = f"99{number // 99 + 1:02}{number % 99 + 1:02}"
        east_m = TILE_M[0] * (number % ACROSS - ACROSS // 2)
        south_m = TILE_M[1] * (number // ACROSS)
        for code, street in streets:
            own = area + code[DISTRICT_FIGURES:]
            yield own, _moved(street, area, own, (east_m, -south_m))


def _districts() -> Iterator[list[tuple[str, District]]]:
    """Yield the streets of district after district, by the seeds that give one: not every town has room for all its homes."""
    for seed in count(SEED):
        with suppress(ValueError):
            streets = list(build_streets(seed))
            yield streets


def _moved(street: District, area: str, code: str, by_m: tuple[float, float]) -> District:
    """Return a street elsewhere, under codes that no other has."""
    tables: dict[str, Any] = {}
    for name in ("communities", "entrances", "roads", "barriers", *IDS):
        table: pd.DataFrame = getattr(street, name)
        if isinstance(table, gpd.GeoDataFrame):
            table = table.set_geometry(table.geometry.translate(*by_m))
        changed = {
            column: area + table[column].str[DISTRICT_FIGURES:]
            for column in ("community_id", "entrance_id")
            if column in table
        }
        if name in IDS:
            changed[IDS[name]] = code + table[IDS[name]]
        tables[name] = table.assign(**changed)
    return replace(street, **tables)


def _write(street: District, code: str, folder: Path) -> None:
    """Write the tables of a street that have rows."""
    for name in ("communities", "entrances", "roads", "barriers", *IDS):
        table: pd.DataFrame = getattr(street, name)
        if not len(table):
            continue
        path = folder / PARTS.get(name, name) / f"{code}.parquet"
        path.parent.mkdir(exist_ok=True)
        columns = COLUMNS.get(name, {})
        if isinstance(table, gpd.GeoDataFrame):
            degrees(table).rename(columns=columns).to_parquet(path, index=False)
        else:
            pd.DataFrame(table).rename(columns=columns).to_parquet(path, index=False)


def _adapt(document: Any, name: str) -> None:
    """Let the plan file of the reference district read a city."""
    document["project"]["name"] = name
    inputs = document["inputs"]
    for part in LEFT_OUT:
        inputs.pop(part)
    for part, table in inputs.items():
        table["path"] = f"{part}/{STREET}.parquet"
        for key in ("x", "y", "coordinates"):
            table.pop(key, None)
    for table in ("helpers", "matching"):
        document.pop(table)
