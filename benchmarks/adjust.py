"""Months of change in the example district: ``python benchmarks/adjust.py [--months 12] [--old OUT] [--fresh]``.

Each month 3 % of the households of five communities change, by chance with a fixed seed: entrances are handed over or demolished,
people move in and out. Every month's plan goes on from the last one, or, ``--fresh``, each from the first. A Markdown row a
month: what had to move and what did, whether that is proven, the seconds of the partition stage and of the whole run, and whether
communities without changes kept their grids to the byte.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

ROOT = Path(__file__).parents[1]
ROWS, ID, COUNT, ENTRANCE = "entrances.shp", "单元编号", "户数", "单元"
FIGURES = ("户数", "规划户数", "人口", "困难户")
SHARE, COMMUNITIES = 0.03, 5
DEGREES = 7e-5  # some eight metres
HEADS = "| month | changed | households moved | at least | out of band | partition, s | run, s | others as they were |"


def changed(rows: gpd.GeoDataFrame, home: pd.Series, month: int) -> gpd.GeoDataFrame:
    """Return the entrances after a month: in five communities so many are demolished, handed over, or have other households."""
    chance = np.random.default_rng(month)
    some = chance.choice(np.unique(home), COMMUNITIES, replace=False)
    new, gone = [], np.zeros(len(rows), bool)
    rows = rows.copy()
    for name in some:
        mine = np.flatnonzero((home == name).to_numpy() & (rows[COUNT] > 0).to_numpy())
        left = SHARE * rows[COUNT].iloc[mine].sum()
        for number, at in enumerate(chance.permutation(mine)):
            if left <= 0:
                break
            count = int(rows[COUNT].iloc[at])
            if number % 3 == 0:
                gone[at] = True
                left -= count
            elif number % 3 == 1:
                more = int(chance.integers(1, max(2, count // 3)))
                rows.iloc[at, rows.columns.get_loc(COUNT)] = count - more
                left -= more
            else:
                own = rows.iloc[[at]].copy()
                own[ID] = [f"N{month:02}{name}{number:03}"]
                own[ENTRANCE] = [f"N{month:02}-{number}"]
                own["geometry"] = own.geometry.translate(*chance.uniform(-DEGREES, DEGREES, 2))
                new.append(own)
                left -= count
    return gpd.GeoDataFrame(pd.concat([rows[~gone], *new], ignore_index=True), crs=rows.crs)


def untouched(old: Path, new: Path, adjusted: list[str]) -> bool:
    """Tell whether the grids of all communities but some are the same to the byte."""
    layers = [pyogrio.read_dataframe(place / "plan.gpkg", layer="grids") for place in (old, new)]
    kept = [
        layer[~layer["community_id"].isin(adjusted)].sort_values("grid_id").reset_index(drop=True)
        for layer in layers
    ]
    plain = [layer.drop(columns=["geometry", "bounds_text"]) for layer in kept]
    return bool(plain[0].equals(plain[1]) and (kept[0].geometry.to_wkb() == kept[1].geometry.to_wkb()).all())


def gridplan(*arguments: str) -> float:
    """Run the command beside this Python; return its seconds."""
    begun = time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("gridplan")), *arguments, "--quiet"], check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print a row a month."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--old", type=Path, help="output folder of a run of data/plan.toml")
    parser.add_argument(
        "--fresh", action="store_true", help="each month's changes are made to the first data and plan"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for file in (ROOT / "data").iterdir():
            shutil.copy(file, folder)
        old = asked.old or folder / "out"
        if asked.old is None:
            gridplan("run", str(folder / "plan.toml"), "--out", str(old))
        sys.stdout.write(HEADS + "\n|" + " --- |" * 8 + "\n")
        for month in range(1, asked.months + 1):
            sys.stdout.write(row(folder, old, month) + "\n")
            sys.stdout.flush()
            if asked.fresh:
                for file in (ROOT / "data").iterdir():
                    shutil.copy(file, folder)
            else:
                old = folder / f"month{month}"


def row(folder: Path, old: Path, month: int) -> str:
    """Change the data, adjust the plan, and return the figures of that."""
    rows = gpd.read_file(folder / ROWS)
    before = pyogrio.read_dataframe(old / "plan.gpkg", layer="households", read_geometry=False)
    home = rows[ID].map(before.set_index("household_id")["community_id"])
    changed(rows, home, month).to_file(folder / ROWS, encoding="gb18030")
    new = folder / f"month{month}"
    seconds = gridplan(
        "adjust", str(folder / "plan.toml"), "--from", str(old / "plan.gpkg"), "--out", str(new)
    )
    report = json.loads((new / "report.json").read_text(encoding="utf-8"))
    made = report["adjusted"]
    out = sum(one["out_of_band"] for one in report["communities"])
    figures = (
        month,
        len(made["communities"]),
        f"{made['households_moved']:.0f}",
        f"{made['households_moved_bound']:.0f}",
        out,
        f"{report['timings']['partition']:.1f}",
        f"{seconds:.0f}",
        "yes" if untouched(old, new, made["communities"]) else "NO",
    )
    return "| " + " | ".join(map(str, figures)) + " |"


if __name__ == "__main__":
    main()
