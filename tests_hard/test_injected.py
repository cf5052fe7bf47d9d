"""Faults put at random into one row in a hundred of every input of the reference district: nearly all are found, where they are."""

import os
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from gridplan.config import read_plan_file
from gridplan.intake import inspect

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
SEED = int(os.environ.get("GRIDPLAN_SEED", "20261127"))
ROUNDS = 3
SHARE, WANTED = 0.01, 0.99

Kinds = dict[str, dict[str, str]]  # code that has to be found -> columns and what they become

HOUSEHOLDS: Kinds = {  # {} is what the cell holds, _ with a space in it, + with a number added, @ the cell of another row
    "blank_id": {"单元编号": " "},
    "duplicate_id": {"单元编号": "@"},
    "placeholder_id": {"单元编号": "待定"},
    "text_for_number": {"户数": "12户"},
    "blank_number": {"户数": ""},
    "negative": {"人口": "-3"},
    "fraction": {"户数": "{}.5"},
    "mended_number": {"户数": "１２"},
    "placeholder_number": {"户数": "9999", "规划户数": "9999", "人口": "20000"},
    "outlier": {"户数": "5000", "规划户数": "5000", "人口": "13000"},
    "no_residents": {"人口": "0", "户数": "9"},
    "residents_only": {"户数": "0", "人口": "9", "困难户": "0"},
    "large_families": {"户数": "1", "人口": "90", "困难户": "0"},
    "planned_fewer": {"规划户数": "1", "户数": "9"},
    "difficult_more": {"困难户": "80"},
    "hidden_characters": {"小区名称": "{}\u200b"},
    "garbled_text": {"小区名称": "\ufffd\ufffd小区"},
    "placeholder_text": {"小区名称": "暂无"},
    "alike_names": {"小区名称": "_"},
    "trimmed": {"小区名称": "{}　"},
    "no_shape": {"x": ""},
    "outside": {"x": "+0.3"},
}
WORKERS: Kinds = {
    "duplicate_id": {"工号": "@"},
    "unknown_kind": {"类别": "专职"},
    "unknown_community": {"社区代码": "x9"},
    "too_large": {"投入": "8"},
    "no_time": {"投入": "0"},
}
FACILITIES: Kinds = {
    "blank_text": {"category": ""},
    "distant": {"lng": "+0.3"},
    "negative": {"capacity": "-1"},
    "no_capacity": {"capacity": "0"},
    "hidden_characters": {"category": "{}\u00a0"},
}
NEEDS: Kinds = {
    "no_day": {"start": "明天"},
    "ends_early": {"start": "2031-01-01", "end": "2026-01-01"},
    "too_fine": {"amount": "0.125"},
    "no_amount": {"amount": "0"},
    "unknown_community": {"community_id": "x9"},
    "half_place": {"lng": "?"},
}
RESOURCES: Kinds = {
    "unknown_resource": {"kind": "车"},
    "unknown_actor": {"actor": "x9"},
    "serves_nobody": {"serves": "没有的事"},
    "blank_number": {"amount": ""},
}
TABLES = {
    "households": ("households.csv", HOUSEHOLDS),
    "workers": ("workers.csv", WORKERS),
    "facilities": ("facilities.csv", FACILITIES),
    "needs": ("needs.csv", NEEDS),
    "resources": ("resources.csv", RESOURCES),
}


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the reference district, its households and roster as CSV; the folder."""
    folder = tmp_path_factory.mktemp("district") / "data"
    shutil.copytree(ROOT / "data", folder)
    homes = gpd.read_file(folder / "entrances.shp")
    places = homes.get_coordinates()
    homes.drop(columns="geometry").assign(x=places["x"], y=places["y"]).to_csv(
        folder / "households.csv", index=False
    )
    pd.read_excel(folder / "workers.xlsx", dtype=str).to_csv(folder / "workers.csv", index=False)
    text = (folder / "plan.toml").read_text(encoding="utf-8").replace("workers.xlsx", "workers.csv")
    code = homes.crs.to_epsg()
    placed = f'path = "households.csv"\nx = "x"\ny = "y"\ncoordinates = "EPSG:{code}"'
    (folder / "plan.toml").write_text(text.replace('path = "entrances.shp"', placed), encoding="utf-8")
    return folder


def changed(cell: str, change: str, column: pd.Series, chance: np.random.Generator) -> str:
    """Return what becomes of a cell."""
    if change == "@":
        others = column[column != cell].to_numpy(object)
        return str(others[int(chance.integers(len(others)))])
    if change == "_":
        return f"{cell[:1]} {cell[1:]}"
    if change.startswith("+"):
        return str(float(cell) + float(change))
    return change.replace("{}", cell)


def spoil(path: Path, kinds: Kinds, chance: np.random.Generator) -> list[tuple[str, int]]:
    """Put a fault into one row in a hundred; return the code and the row, from 1, of each."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).astype(object)
    count = max(round(SHARE * len(rows)), 1)
    at = chance.choice(len(rows), size=count, replace=False)
    put = []
    for row in at.tolist():
        code = list(kinds)[int(chance.integers(len(kinds)))]
        for column, change in kinds[code].items():
            rows.loc[row, column] = changed(str(rows.loc[row, column]), change, rows[column], chance)
        put.append((code, row + 1))
    rows.to_csv(path, index=False, encoding="utf-8")
    return put


def spoil_roads(path: Path, chance: np.random.Generator) -> list[tuple[str, int]]:
    """Put a fault into one road in a hundred."""
    roads = gpd.read_file(path)
    shapes = roads.geometry.tolist()
    put = []
    for row in chance.choice(len(shapes), size=max(round(SHARE * len(shapes)), 1), replace=False).tolist():
        code = ("no_length", "same_shape", "left_out")[int(chance.integers(3))]
        other = shapes[row - 1]
        start = shapes[row].geoms[0].coords[0]
        drawn = {"no_length": LineString([start, start]), "same_shape": other, "left_out": None}
        shapes[row] = drawn[code]
        put.append((code, row + 1))
    path.unlink()
    roads.set_geometry(gpd.GeoSeries(shapes, crs=roads.crs)).to_file(path)
    return put


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nearly_all_faults_are_found(number: int, district: Path, tmp_path: Path) -> None:
    """Of the faults put in, 99 in a hundred are told with their code and their row."""
    chance = np.random.default_rng([SEED, number])
    folder = tmp_path / "data"
    shutil.copytree(district, folder)
    put = {part: spoil(folder / name, kinds, chance) for part, (name, kinds) in TABLES.items()}
    put["roads"] = spoil_roads(folder / "roads.gpkg", chance)
    found = {
        (fault.part, fault.code, row)
        for fault in inspect(read_plan_file(folder / "plan.toml"))
        for row in fault.rows
    }
    wanted = [(part, code, row) for part, rows in put.items() for code, row in rows]
    missed = [one for one in wanted if one not in found]
    assert len(wanted) >= 60
    assert len(missed) <= (1 - WANTED) * len(wanted), missed


def test_the_clean_district_has_none(district: Path) -> None:
    """Not one fault and not one doubt, as files of either kind."""
    assert inspect(read_plan_file(ROOT / "data" / "plan.toml")) == []
    assert inspect(read_plan_file(district / "plan.toml")) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real places are not on this machine")
@pytest.mark.parametrize(
    ("place", "true"),
    [
        # parks, works and islands without households; OpenStreetMap's paths and the shops of one building
        ("singapore", {"slivers", "hole", "loose_roads", "short_of_road", "nobody_lives", "same_place"}),
        ("daan", set()),
    ],
)
def test_real_places_have_what_is_true_of_them(place: str, true: set[str]) -> None:
    """No kind of fault beyond those that a look at the data confirms."""
    assert {fault.code for fault in inspect(read_plan_file(SHARED / f"{place}.toml"))} == true
