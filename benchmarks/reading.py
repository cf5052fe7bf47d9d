"""How fast inputs are read with all checks on, beside plain geopandas on the same files in the same run.

One million household points in a hundred square communities, made on the spot, in every format. Each is read by
``geopandas.read_file`` (or ``read_parquet``, ``pandas.read_csv`` with points made of it), all columns, and by what
``gridplan run`` reads it with: everything from the file to clean tables, each point in its community, all faults
collected. ``gridplan check``, which looks for doubts too, is the last column. Median of several rounds in turn.

    python benchmarks/reading.py [--rows 1000000] [--rounds 3]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from gridplan.config import read_plan_file
from gridplan.intake import inspect, take_in
from gridplan.progress import Silent

X, Y, SIDE, ACROSS = 500_000, 3_300_000, 1_000, 10
PLAN = """
[project]
name = "合成数据"
date = 2026-11-27
[inputs.communities]
path = "communities.gpkg"
id = "code"
[inputs.households]
path = "{path}"
id = "id"
households = "households"
population = "population"
compound = "compound"
building = "building"
{more}
"""


def town(rows: int) -> gpd.GeoDataFrame:
    """Return so many households in the communities, by a fixed seed."""
    chance = np.random.default_rng(1)
    places = chance.uniform(1, ACROSS * SIDE - 1, (rows, 2)).round(2)
    home = (places // SIDE).astype(int)
    compound = home[:, 0] * ACROSS + home[:, 1]
    households = chance.integers(1, 40, rows)
    table = {
        "id": np.char.add("H", np.arange(rows).astype(str)),
        "households": households,
        "population": households * 3,
        "compound": np.char.add("小区", compound.astype(str)),
        "building": np.char.add(chance.integers(1, 60, rows).astype(str), "号楼"),
    }
    shapes = gpd.points_from_xy(X + places[:, 0], Y + places[:, 1])
    return gpd.GeoDataFrame(
        {name: pd.Series(values, dtype=object) for name, values in table.items()}, geometry=shapes, crs=4547
    )


def write(folder: Path, frame: gpd.GeoDataFrame) -> dict[str, tuple[Path, Callable[[Path], object]]]:
    """Write the households in every format; return each with how geopandas reads it."""
    squares = [
        box(X + SIDE * x, Y + SIDE * y, X + SIDE * (x + 1), Y + SIDE * (y + 1))
        for x in range(ACROSS)
        for y in range(ACROSS)
    ]
    codes = [f"C{number:03}" for number in range(len(squares))]
    gpd.GeoDataFrame({"code": codes}, geometry=squares, crs=4547).to_file(folder / "communities.gpkg")
    frame = frame.astype({"households": int, "population": int})
    frame.to_file(folder / "a.gpkg")
    frame.to_file(folder / "a.fgb")
    frame.to_file(folder / "a.shp", encoding="utf-8")
    frame.to_parquet(folder / "a.parquet")
    plain = pd.DataFrame(frame.drop(columns="geometry")).assign(x=frame.geometry.x, y=frame.geometry.y)
    plain.to_csv(folder / "a.csv", index=False)

    def from_csv(path: Path) -> gpd.GeoDataFrame:
        found = pd.read_csv(path)
        return gpd.GeoDataFrame(found, geometry=gpd.points_from_xy(found["x"], found["y"]), crs=4547)

    readers = {
        ".gpkg": gpd.read_file,
        ".fgb": gpd.read_file,
        ".shp": gpd.read_file,
        ".parquet": gpd.read_parquet,
        ".csv": from_csv,
    }
    return {suffix: (folder / f"a{suffix}", reader) for suffix, reader in readers.items()}


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Print a row a format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder), town(asked.rows))
        print(f"{asked.rows:,} points; seconds, median of {asked.rounds}")
        print(
            f"{'format':>9} {'MB':>6} {'geopandas':>10} {'run reads':>10} {'ratio':>6} {'check':>7} {'ratio':>6}"
        )
        for suffix, (path, reader) in files.items():
            print(row(suffix, path, reader, asked.rounds), flush=True)


def row(suffix: str, path: Path, reader: Callable[[Path], object], rounds: int) -> str:
    """Return the figures of one format."""
    plan_file = path.with_name("plan.toml")
    more = 'x = "x"\ny = "y"\ncoordinates = "EPSG:4547"' if suffix == ".csv" else ""
    plan_file.write_text(PLAN.format(path=path.name, more=more), encoding="utf-8")
    plan = read_plan_file(plan_file)
    take_in(plan, Silent())  # warm
    works = (lambda: reader(path), lambda: take_in(plan, Silent()), lambda: inspect(plan))
    taken = [[seconds(work) for work in works] for _ in range(rounds)]
    peer, ours, checked = (statistics.median(one) for one in zip(*taken, strict=True))
    size = sum(
        part.stat().st_size for part in [path, *path.parent.glob("a.dbf")] if part == path or suffix == ".shp"
    )
    return f"{suffix:>9} {size / 1e6:>6.0f} {peer:>10.2f} {ours:>10.2f} {ours / peer:>6.2f} {checked:>7.2f} {checked / peer:>6.2f}"


if __name__ == "__main__":
    main()
