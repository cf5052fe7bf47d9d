"""The whole run: a small place written to files, read, divided, staffed, placed and verified."""

import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, box

from gridplan import pipeline
from gridplan.config import PlanFile, read_plan_file
from gridplan.errors import InputError, PromiseError
from gridplan.export.write import write_run
from gridplan.maps import pages
from gridplan.options import Options
from gridplan.pipeline import run
from gridplan.plan import Plan
from gridplan.report import day_of
from gridplan.tables import LAYERS, Inputs
from gridplan.words import Message
from strategies import town, towns
from tiny_plan import (
    COMMUNITIES,
    CRS,
    HOUSEHOLDS,
    SERVICE,
    UNITS,
    X0_M,
    Y0_M,
    communities_table,
    community_report,
    grid_of,
    middle,
)

SHARED = Path(__file__).parents[2] / "shared"
PLAN = f"""
[project]
name = "滨海街道（示例）"
language = "zh"
date = 2026-11-21

[inputs.communities]
path = "communities.gpkg"
id = "community_id"
name = "name"
street = "street"

[inputs.households]
path = "households.csv"
id = "id"
x = "x"
y = "y"
coordinates = "{CRS}"
households = "households"
population = "population"
building = "building"
entrance = "entrance"

[inputs.facilities]
path = "facilities.geojson"
id = "id"
category = "category"
capacity = "capacity"

[inputs.special_areas]
path = "special.gpkg"
id = "special_id"
name = "name"

[inputs.workers]
path = "workers.csv"
id = "id"
kind = "kind"
community = "community_id"

[staffing]
workers_per_10000_residents = 18

[[circle.services]]
category = "{SERVICE}"
minutes = 4
new = 1
"""
ROADS = """
[inputs.roads]
path = "roads.gpkg"
name = "name"

[inputs.barriers]
path = "barriers.gpkg"
"""


def write_place(folder: Path) -> Path:
    """Write the twelve squares, an empty community and an island as inputs; return the plan file."""
    west, east = communities_table().geometry
    west = shapely.union_all([west, box(X0_M, Y0_M + 300, X0_M + 80, Y0_M + 380)])
    meadow = box(X0_M, Y0_M - 200, X0_M + 90, Y0_M)
    named = {
        "community_id": [*COMMUNITIES, "C3"],
        "name": ["向阳社区", "", ""],
        "street": ["滨海街道"] * 2 + [""],
    }
    gpd.GeoDataFrame(named, geometry=[west, east, meadow], crs=CRS).to_file(folder / "communities.gpkg")
    rows = [
        (middle(unit)[0] + side, middle(unit)[1], HOUSEHOLDS[unit] / 2, HOUSEHOLDS[unit], unit, f"{unit}-1")
        for unit in UNITS
        if HOUSEHOLDS[unit]
        for side in (-20, 20)
    ]
    names = ["x", "y", "households", "population", "building", "entrance"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "id", [f"h{n}" for n in range(len(rows))])
    table.to_csv(folder / "households.csv", index=False)
    clinic = {"id": ["F1"], "category": [SERVICE], "capacity": [300]}
    gpd.GeoDataFrame(clinic, geometry=[Point(middle("u01"))], crs=CRS).to_crs(4490).to_file(
        folder / "facilities.geojson"
    )
    school = box(*np.subtract(middle("u12"), 50), *np.add(middle("u12"), 50))
    special = {"special_id": ["S1"], "name": ["临海小学"]}
    gpd.GeoDataFrame(special, geometry=[school], crs=CRS).to_file(folder / "special.gpkg")
    staff = {"id": ["1", "2", "3"], "kind": "full_time", "community_id": ["C1", "C1", "C2"]}
    pd.DataFrame(staff).to_csv(folder / "workers.csv", index=False)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder / "plan.toml"


def add_roads(plan_file: Path) -> None:
    """Write a road between the rows of squares, one along each border, and a river that a bridge crosses."""
    lines = [[(0, 100), (600, 100)], *([(n, -20), (n, 220)] for n in (300, 600))]
    roads = [LineString([(X0_M + x, Y0_M + y) for x, y in line]) for line in lines]
    gpd.GeoDataFrame({"name": ["学院路", "解放路", ""]}, geometry=roads, crs=CRS).to_file(
        plan_file.with_name("roads.gpkg")
    )
    river = box(X0_M + 195, Y0_M - 10, X0_M + 205, Y0_M + 210)
    gpd.GeoDataFrame(geometry=[river], crs=CRS).to_file(plan_file.with_name("barriers.gpkg"))
    plan_file.write_text(PLAN + ROADS, encoding="utf-8")


def independent(plan_file: Path, plan: Plan, out: Path) -> dict[str, object]:
    """Write a plan and return what the independent checker says of it."""
    write_run(plan, out, pages=pages(plan))
    checker = [sys.executable, str(SHARED / "tools" / "verify_plan.py"), str(plan_file), str(out)]
    done = subprocess.run(checker, check=False, capture_output=True, encoding="utf-8")
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the plan file of the twelve squares."""
    return write_place(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def plan(place: Path) -> Plan:
    """Return the finished plan of the twelve squares."""
    return run(read_plan_file(place))


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    """Return plan file and plan of the same squares with roads and a river."""
    plan_file = write_place(tmp_path_factory.mktemp("walked"))
    add_roads(plan_file)
    return plan_file, run(read_plan_file(plan_file))


def row_of(plan: Plan, community: str) -> dict[str, object]:
    """Return the report row of a community."""
    return next(row for row in plan.report["communities"] if row["community_id"] == community)


def test_layers_have_their_columns(plan: Plan):
    """Every layer has the columns of the contract, the id first, and the CRS of the inputs."""
    for layer, (texts, figures) in LAYERS.items():
        table = getattr(plan, layer)
        if layer in ("microgrids", "isochrones"):
            assert table is None
            continue
        assert [*texts, *figures] == [c for c in table.columns if c != "geometry"][
            : len(texts) + len(figures)
        ]
        assert layer == "access" or table.crs == CRS


@pytest.mark.parametrize("community", COMMUNITIES)
def test_squares_are_divided_as_counted_by_hand(plan: Plan, community: str):
    """The certificate of each community is the one that the twelve-unit plan was given by hand."""
    told, wanted = row_of(plan, community), community_report(community)
    for name in ("households", "objective", "lower_bound", "households_outside", "households_outside_bound"):
        assert told[name] == pytest.approx(wanted[name]), name
    for name in ("grids", "workers", "out_of_band", "out_of_band_bound", "status"):
        assert told[name] == wanted[name], name
    assert bool(told["reason"]) == bool(wanted["reason"])


def test_every_household_keeps_its_entrance_together(plan: Plan):
    """Rows of an entrance are in one unit and one grid of their community, in the order they came."""
    rows = plan.households
    assert rows["household_id"].tolist() == [f"h{n}" for n in range(22)]
    lived_in = [unit for unit in UNITS if HOUSEHOLDS[unit]]
    assert rows["community_id"].tolist() == [grid_of(unit)[:2] for unit in lived_in for _ in range(2)]
    assert (rows["unit_id"].to_numpy()[::2] == rows["unit_id"].to_numpy()[1::2]).all()
    assert rows["unit_id"].nunique() == 11
    assert rows["households"].sum() == 760


def test_school_island_and_meadow(plan: Plan):
    """The school is a special grid by its name; island and meadow are empty grids without workers."""
    grids = plan.grids.set_index("community_id")
    school = grids[grids["kind"] == "special"]
    assert (school["name"].tolist(), school.geometry.area.tolist()) == (["临海小学"], pytest.approx([10_000]))
    empty = grids[grids["kind"] == "empty"]
    assert empty.index.tolist() == ["C1", "C3"]
    assert not empty[["households", "population", "workers"]].to_numpy().any()
    assert school["population"].tolist() == [0]
    assert empty.geometry.area.tolist() == pytest.approx([6400, 18_000])
    meadow = row_of(plan, "C3")
    assert (meadow["status"], meadow["grids"], meadow["objective"], meadow["gap"]) == ("optimal", 0, 0, 0)


def test_totals(plan: Plan):
    """District totals: posts by households and by residents, workers in the plan and on the roster."""
    totals = plan.report["totals"]
    assert (totals["households"], totals["population"]) == (760, 1520)
    assert (totals["grids"], totals["workers"], totals["in_band_share"]) == (4, 4, 0.75)
    assert (totals["posts_min"], totals["posts_max"]) == (pytest.approx(3.8), pytest.approx(760 / 150))
    assert totals["posts_by_residents"] == pytest.approx(1520 * 18 / 10_000)
    assert totals["workers_on_roster"] == 3


def test_circle(plan: Plan):
    """The old site reaches 300 households; with one more at least the 680 of a plan made by hand."""
    told = plan.report["circle"][0]
    assert told["covered_before"] == pytest.approx(300 / 760)
    assert told["covered_after"] >= 680 / 760 - 1e-9
    assert (told["existing"], told["new"], told["status"]) == (1, 1, "optimal")


def test_language_and_seed_of_the_options(place: Path):
    """The command's language overrides the plan file's, and its seed is told."""
    told = run(read_plan_file(place), Options(language="en", seed=7))
    assert (told.language, told.report["seed"]) == ("en", 7)
    assert set(told.grids.loc[told.grids["kind"] == "ordinary", "name"]) == {"Grid 1", "Grid 2"}


def test_again_the_same(place: Path, plan: Plan):
    """A second run gives the same tables and the same report but for the timings."""
    again = run(read_plan_file(place))
    for layer in LAYERS:
        one, two = getattr(plan, layer), getattr(again, layer)
        if one is None:
            assert two is None
        else:
            pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))
    assert {**plan.report, "timings": 0} == {**again.report, "timings": 0}


def test_stages_are_timed(plan: Plan):
    """Every stage has its seconds."""
    stages = ["read", "units", "network", "partition", "circle", "assemble"]
    assert list(plan.report["timings"])[: len(stages)] == stages
    assert min(plan.report["timings"].values()) >= 0


def test_walk_over_roads(walked: tuple[Path, Plan]):
    """With roads people walk along them, over the river only by the bridge; rows keep their totals."""
    _, plan = walked
    assert plan.report["walk"]["kind"] == "walk"
    assert plan.grids["households"].sum() == 760
    lived_in = plan.grids[plan.grids["households"] > 0]
    assert (lived_in["walk_mean_m"] <= lived_in["walk_max_m"] + 1e-9).all()
    assert set(plan.backdrop) == {"roads", "barriers", "special_areas"}


@pytest.mark.shared
@pytest.mark.skipif(
    not (SHARED / "tools").is_dir(), reason="the independent checker is not beside the repository"
)
def test_independent_checker(place: Path, plan: Plan, walked: tuple[Path, Plan], tmp_path: Path):
    """A checker that shares no code with gridplan finds no promise broken, without roads and with them."""
    assert independent(place, plan, tmp_path / "out")["broken"] == []
    assert independent(*walked, tmp_path / "walked")["broken"] == []


def test_broken_promise_is_no_plan(place: Path):
    """If the finished plan were to break a promise the run would fail, saying which."""
    broken = [Message("naming.edge")]
    with patch.object(pipeline, "verify", return_value=broken), pytest.raises(PromiseError) as raised:
        run(read_plan_file(place))
    assert raised.value.messages == tuple(broken)


def test_unreadable_input_is_told(tmp_path: Path):
    """A file that is not there is an input error, before anything is divided."""
    plan_file = write_place(tmp_path)
    (tmp_path / "households.csv").unlink()
    with pytest.raises(InputError, match=r"households\.csv"):
        run(read_plan_file(plan_file))


def test_day(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The date is the plan file's; without one that of SOURCE_DATE_EPOCH."""
    assert day_of(read_plan_file(place)) == "2026-11-21"
    undated = tmp_path / "plan.toml"
    undated.write_text(PLAN.replace("date = 2026-11-21\n", ""), encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert day_of(read_plan_file(undated)) == "1970-01-02"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> PlanFile:
    """Return a plan file that asks for a partition alone."""
    path = tmp_path_factory.mktemp("bare") / "plan.toml"
    head = PLAN.split("[inputs.facilities]", maxsplit=1)[0]
    path.write_text(head + "[partition]\nhouseholds_per_worker = [20, 60]\n", encoding="utf-8")
    return read_plan_file(path)


@settings(max_examples=8, deadline=None)
@given(inputs=towns())
def test_every_town_has_a_plan(bare: PlanFile, inputs: Inputs):
    """Whatever a town looks like, its plan keeps every promise and every row of it."""
    with patch.object(pipeline, "take_in", return_value=inputs):
        plan = run(bare)
    assert plan.grids["households"].sum() == pytest.approx(inputs.households["households"].sum())
    assert np.isin(plan.households["grid_id"], plan.grids["grid_id"]).all()
    assert {row["community_id"] for row in plan.report["communities"]} == set(
        inputs.communities["community_id"]
    )


def test_road_beside_crossing_barriers_ends_in_a_plan(bare: PlanFile):
    """Four homes of 15 in the quarters of two walls, a road round the west of their crossing: the western two share a grid."""
    walls = [LineString([(50, -10), (50, 110)]), LineString([(-10, 50), (110, 50)])]
    inputs = town(
        [box(0, 0, 100, 100)],
        [{"households": 15.0}] * 4,
        [(25.0, 25.0), (25.0, 75.0), (75.0, 25.0), (75.0, 75.0)],
        roads=[("", LineString([(20, 80), (49.97, 50), (20, 20)]))],
        barriers=walls,
    )
    with patch.object(pipeline, "take_in", return_value=inputs):
        plan = run(bare)
    grid = plan.households["grid_id"].tolist()
    assert grid[0] == grid[1]
    assert len(set(grid)) == 3


CAMPUS, WALL = box(40, 30, 60, 70), LineString([(50, -10), (50, 110)])
LANE = ("校中路", LineString([(30, 50), (70, 50)]))


@pytest.mark.parametrize("road", [None, LANE], ids=["wall", "gate"])
def test_special_area_on_both_sides_of_a_wall_is_one_grid(
    bare: PlanFile, road: tuple[str, LineString] | None
):
    """A campus with 5 households west of a wall and 7 east of it stays one grid of 12; without a gate that is told."""
    homes = [(30.0, (20.0, 50.0)), (5.0, (45.0, 40.0)), (7.0, (55.0, 40.0)), (30.0, (80.0, 50.0))]
    inputs = town(
        [box(0, 0, 100, 100)],
        [{"households": count} for count, _ in homes],
        [spot for _, spot in homes],
        roads=[road] if road else None,
        barriers=[WALL],
        special=[CAMPUS],
    )
    with patch.object(pipeline, "take_in", return_value=inputs):
        plan = run(bare)
    campus = plan.grids[plan.grids["kind"] == "special"]
    assert campus["households"].tolist() == [12.0]
    assert campus.geometry.area.tolist() == pytest.approx([20 * 40])
    assert plan.grids[plan.grids["kind"] == "ordinary"]["households"].tolist() == [30.0, 30.0]
    assert ("S0" in row_of(plan, "C1")["pieces_reason"]) is (road is None)
