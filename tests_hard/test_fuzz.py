"""Ten thousand spoiled files: each is read, or refused with a message; none ends in a traceback, a crash or a hang.

Files of every kind that can be read have bytes changed, cut out, doubled or cut off, by random numbers of a seed
(``GRIDPLAN_SEED``). Each kind runs in a process of its own, so that a crash of a library is a failure of one test.
"""

import multiprocessing
import os
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from gridplan.config import InputTable, read_plan_file
from gridplan.errors import GridplanError
from gridplan.sources import read_source

CASES = int(os.environ.get("GRIDPLAN_FUZZ", "10000"))
SEED = int(os.environ.get("GRIDPLAN_SEED", "20261127"))  # the same everywhere; others are tried by hand
SECONDS = 540
ROWS = 40
HOW = ("byte", "bit", "out", "twice", "noise", "end")
PLAN = """
[project]
name = "试验区"
date = 2026-01-01
[inputs.communities]
path = "a.gpkg"
id = "id"
[inputs.households]
path = "b.csv"
x = "x"
y = "y"
[partition]
households_per_worker = [150, 200]
workers_per_grid = [1, 3]
[circle]
minutes = 15
[[circle.services]]
category = "菜市场"
new = 3
"""


def table() -> gpd.GeoDataFrame:
    """Return points with ids, names and counts."""
    spots = [Point(500_000 + 10 * row, 3_400_000 + row) for row in range(ROWS)]
    named = {
        "id": [f"h{row}" for row in range(ROWS)],
        "name": ["东路小区"] * ROWS,
        "households": np.arange(ROWS),
    }
    return gpd.GeoDataFrame(named, geometry=spots, crs="EPSG:4547")


def write(kind: str, path: Path) -> Path:
    """Write a file of a kind; return the part of it that is spoiled."""
    frame = table()
    plain = pd.DataFrame(frame.drop(columns="geometry")).assign(x=frame.geometry.x, y=frame.geometry.y)
    if kind == "toml":
        path.write_text(PLAN, encoding="utf-8")
    elif kind == "csv":
        plain.to_csv(path, index=False)
    elif kind == "wkt.csv":
        plain.assign(geometry=[box(n, n, n + 1, n + 1).wkt for n in range(ROWS)]).to_csv(path, index=False)
    elif kind == "xlsx":
        plain.to_excel(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "kml":
        frame.to_crs(4326).to_file(path, driver="KML", engine="pyogrio")
    elif kind in ("shp", "dbf"):
        frame.to_file(path.with_suffix(".shp"), encoding="utf-8")
    else:
        frame.to_file(path)
    return path


def spoiled(content: bytes, chance: np.random.Generator) -> bytes:
    """Return the bytes with one to six changes."""
    data = bytearray(content)
    for _ in range(int(chance.integers(1, 7))):
        if not data:
            break
        at = int(chance.integers(len(data)))
        long = int(chance.integers(1, 40))
        match HOW[int(chance.integers(len(HOW)))]:
            case "byte":
                data[at] = int(chance.integers(256))
            case "bit":
                data[at] ^= 1 << int(chance.integers(8))
            case "out":
                del data[at : at + long]
            case "twice":
                data[at:at] = data[at : at + long]
            case "noise":
                data[at : at + long] = bytes(chance.integers(0, 256, long, dtype=np.uint8))
            case _:
                del data[at:]
    return bytes(data)


def reader(kind: str, path: Path) -> Callable[[], object]:
    """Return how a file of a kind is read."""
    if kind == "toml":
        return lambda: read_plan_file(path)
    place = {"x": "x", "y": "y"} if kind in ("csv", "xlsx") else {}
    named = {} if kind == "kml" else {"id": "id"}  # its texts are named otherwise
    wanted = InputTable(path=path.name if kind != "dbf" else path.with_suffix(".shp").name, **named, **place)
    return lambda: read_source(wanted, path.parent)


def _tried(kind: str, folder: str, seed: int, cases: int, told: "multiprocessing.Queue[str]") -> None:
    """Read so many spoiled files; tell of the first that ends otherwise than it should."""
    warnings.simplefilter("ignore")
    chance = np.random.default_rng(seed)
    path = write(kind, Path(folder) / f"a.{kind}")
    content, read = path.read_bytes(), reader(kind, path)
    read()
    for case in range(cases):
        path.write_bytes(spoiled(content, chance))
        try:
            read()
        except GridplanError as error:
            if not error.text("zh").strip():
                told.put(f"case {case}: no message")
                return
        except Exception:  # noqa: BLE001 # what is looked for
            told.put(f"case {case}: {traceback.format_exc()}")
            return
    told.put("")


KINDS = ("toml", "csv", "wkt.csv", "xlsx", "gpkg", "geojson", "fgb", "parquet", "shp", "dbf", "kml")


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_files_are_refused_with_a_message(kind: str, tmp_path: Path) -> None:
    """No exception but ours, no crash, no hang."""
    setting = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = setting.Queue()
    cases = -(-CASES // len(KINDS))
    work = setting.Process(target=_tried, args=(kind, str(tmp_path), SEED, cases, told))
    work.start()
    work.join(SECONDS)
    hangs = work.is_alive()
    work.kill()
    assert not hangs, f"seed {SEED}: still reading after {SECONDS} s"
    assert work.exitcode == 0, f"seed {SEED}: the process ended with {work.exitcode}"
    answer = told.get(timeout=5)
    assert not answer, f"seed {SEED}: {answer}"
