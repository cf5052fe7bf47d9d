"""The door as a whole: from a plan file to clean tables, or to every fault at once."""

import gc
import subprocess
import sys
from pathlib import Path

import coordTransform
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate

from gridplan.checks import Harm
from gridplan.config import read_plan_file
from gridplan.errors import InputError, UsageError
from gridplan.intake import inspect, take_in
from gridplan.progress import Silent
from gridplan.tables import INPUT_COLUMNS

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
CRS_CODE = "EPSG:4547"
WEST_M, SOUTH_M = 500_000, 3_300_000

PLAN = """
[inputs.communities]
path = "communities.gpkg"
id = "code"
name = "label"
street = "street"
[inputs.households]
path = "households.csv"
id = "id"
households = "count"
coordinates = "EPSG:4547"
"""
COMMUNITIES = gpd.GeoDataFrame(
    {"code": ["A", "B"], "label": ["东", "西"], "street": ["南街", "南街"]},
    geometry=[
        translate(shapely.box(*box), WEST_M, SOUTH_M) for box in ((0, 0, 100, 100), (100, 0, 200, 100))
    ],
    crs=CRS_CODE,
)
# three rows in A (one of them on the border to B), one in B
HOUSEHOLDS = (
    "id,count,x,y\nh1,30,500010,3300010\nh2,0,500050,3300050\nh3,12,500100,3300050\nh4,25,500150,3300050\n"
)


@pytest.fixture
def door(tmp_path):
    """Write two communities and four household rows, changed as asked, and return the plan file."""

    def written(*, communities=COMMUNITIES, households=HOUSEHOLDS, more="", plan=PLAN):
        communities.to_file(tmp_path / "communities.gpkg", layer="communities")
        (tmp_path / "households.csv").write_text(households, encoding="utf-8")
        (tmp_path / "plan.toml").write_text(plan + more, encoding="utf-8")
        return read_plan_file(tmp_path / "plan.toml")

    return written


class Counting:
    """Counts what it is told."""

    def __init__(self):
        self.told = []

    def start(self, key, total=0, **values):
        """Note a stage, its pieces, and nothing else."""
        assert not values
        self.told.append((key, total))

    def advance(self, done=1):
        """Note a piece of work."""
        self.told.append(done)


def refused(plan):
    """Return the sentences that a plan's inputs are refused with, and check that both ways to ask agree."""
    with pytest.raises(InputError) as caught:
        take_in(plan, Silent())
    told = [fault.message for fault in inspect(plan) if fault.harm is Harm.FORBIDS]
    assert list(caught.value.messages) == told
    assert caught.value.status == 3
    return caught.value.text("en").splitlines()


def test_clean_tables_come_out(door):
    """Two communities and four rows, with every column of the contract, in metres, nothing to tell."""
    inputs = take_in(door(), Silent())
    assert inputs.crs.to_epsg() == 4547
    assert inputs.repairs == ()
    for part in ("communities", "households"):
        table = getattr(inputs, part)
        assert list(table) == [*INPUT_COLUMNS[part][0], *INPUT_COLUMNS[part][1], "geometry"]
        assert table.index.equals(pd.RangeIndex(len(table)))
    households = inputs.households
    assert households["household_id"].tolist() == ["h1", "h2", "h3", "h4"]
    assert households["community_id"].tolist() == ["A", "A", "A", "B"]
    assert households["households"].tolist() == households["load"].tolist() == [30, 0, 12, 25]
    assert households.geometry.iloc[0] == shapely.Point(500_010, 3_300_010)
    assert inputs.communities["name"].tolist() == ["东", "西"]
    assert inputs.communities.geometry.tolist() == COMMUNITIES.geometry.tolist()
    assert inputs.roads is None
    assert [inputs.sources[part].rows for part in ("communities", "households")] == [2, 4]
    assert inputs.sources["households"].label == "households.csv"
    assert inputs.sources["households"].crs == inputs.crs.name


def test_progress_is_told(door):
    """Each input read is a step."""
    progress = Counting()
    take_in(door(), progress)
    assert progress.told == [("read", 2), 1, 1, ("check", 0)]


@pytest.mark.parametrize("households", [HOUSEHOLDS, "id,count\n"])
def test_the_collector_is_as_it_was(door, households):
    """Cycles are not looked for while inputs are read; after it, refused or not, they are as before, on or off."""
    plan = door(households=households)
    seen = []

    class Looking(Counting):
        def advance(self, done=1):
            super().advance(done)
            seen.append(gc.isenabled())

    try:
        for switch in (gc.disable, gc.enable):
            switch()
            before = gc.isenabled()
            try:
                take_in(plan, Looking())
            except InputError:
                assert "x" not in households
            assert gc.isenabled() == before
    finally:
        gc.enable()
    assert seen
    assert not any(seen)


def test_rows_count_one_and_are_numbered_without_columns(door):
    """A plan file that names neither ids nor counts is enough."""
    plan = PLAN.replace('id = "id"\nhouseholds = "count"\n', "")
    households = take_in(door(plan=plan), Silent()).households
    assert households["household_id"].tolist() == ["1", "2", "3", "4"]
    assert households["households"].sum() == 4


def test_degrees_without_a_name_are_cgcs2000_and_told(door):
    """A table with x and y in degrees needs no more, and the metric CRS follows from the communities."""
    degrees = COMMUNITIES.to_crs(4490)
    points = gpd.GeoSeries([shapely.Point(500_010, 3_300_010)], crs=CRS_CODE).to_crs(4490)
    table = f"id,count,lng,lat\nh1,3,{float(points.x[0])!r},{float(points.y[0])!r}\n"
    plan = PLAN.replace('coordinates = "EPSG:4547"\n', "")
    inputs = take_in(door(communities=degrees, households=table, plan=plan), Silent())
    assert inputs.crs.to_epsg() == 4547
    assert [message.key for message in inputs.repairs] == ["checks.taken_as_cgcs2000"]
    assert inputs.households.geometry[0].distance(shapely.Point(500_010, 3_300_010)) < 1e-4


def test_shifted_coordinates_are_brought_home(door):
    """Points from a web map lie in their communities again, to a centimetre."""
    home = gpd.GeoSeries([shapely.Point(500_010, 3_300_010)], crs=CRS_CODE).to_crs(4326)
    x, y = coordTransform.wgs84_to_bd09(home.x[0], home.y[0])
    plan = PLAN.replace("EPSG:4547", "bd09")
    inputs = take_in(door(households=f"id,count,x,y\nh1,3,{x!r},{y!r}\n", plan=plan), Silent())
    assert inputs.households.geometry[0].distance(shapely.Point(500_010, 3_300_010)) < 0.01
    assert inputs.sources["households"].crs == "bd09"


def test_what_is_mended_is_told(door):
    """Parts joined, a bow-tie mended, a point taken to its neighbour, a full-width count read."""
    island = translate(shapely.Polygon([(300, 0), (310, 10), (310, 0), (300, 10)]), WEST_M, SOUTH_M)
    parts = pd.concat(
        [COMMUNITIES, COMMUNITIES.iloc[[1]].set_geometry([island], crs=CRS_CODE)], ignore_index=True
    )
    inputs = take_in(door(communities=parts, households=HOUSEHOLDS + "h5,３,500050,3299997\n"), Silent())
    assert [message.key.partition(".")[2] for message in inputs.repairs] == [
        "mended_number",
        "mended_shape",
        "merged_parts",
        "taken_to_nearest",
    ]
    assert inputs.communities["community_id"].tolist() == ["A", "B"]
    assert inputs.communities.area.tolist() == [10_000, 10_050]
    assert inputs.households["community_id"].tolist() == ["A", "A", "A", "B", "A"]
    assert inputs.households["households"].iloc[4] == 3


def test_one_row_none_and_many_on_a_spot_are_legal(door):
    """A community without rows is a community; rows of one spot are rows."""
    table = "id,count,x,y\nh1,30,500010,3300010\nh2,5,500010,3300010\n"
    inputs = take_in(door(households=table), Silent())
    assert inputs.households["community_id"].tolist() == ["A", "A"]
    assert len(inputs.communities) == 2


# issue by issue: what a planner's files hold, and the one sentence it is met with
@pytest.mark.parametrize(
    ("households", "words"),
    [
        (HOUSEHOLDS.replace("12", "twelve"), ["count", "text", '"twelve"', "h3 (row 3)", "plain numbers"]),
        (HOUSEHOLDS.replace("12", "-12"), ["count", "below 0", "h3 (row 3)"]),
        (HOUSEHOLDS.replace("12", ""), ["count", "blank", "h3 (row 3)", "0 where there is nothing"]),
        (HOUSEHOLDS.replace("12", "1.5"), ["count", "whole number", "h3 (row 3)"]),
        (HOUSEHOLDS.replace("h3", "h1"), ["same id (id)", "h1 (row 1), h1 (row 3)"]),
        (HOUSEHOLDS.replace("h3", ""), ["no id (id)", "row 3"]),
        (
            HOUSEHOLDS.replace("500150", "500250"),
            ["more than 5 m outside", "up to 50 m", "h4 (row 4)", "gcj02"],
        ),
        (HOUSEHOLDS.replace("500150", "?"), ["no shape, or coordinates", "h4 (row 4)"]),
        (HOUSEHOLDS.partition("\n")[0] + "\n", ["not a single row"]),
        (HOUSEHOLDS.replace("count", "HS"), ["no column count", "id, HS, x, y"]),
        (HOUSEHOLDS.replace("x,y", "a,b"), ["no coordinates", 'x = "..."']),
        (HOUSEHOLDS.replace(",5", ",8"), ["300 km from the communities"]),
    ],
)
def test_bad_households_are_told_in_one_sentence(door, households, words):
    """What came, where, and what to do."""
    (told,) = refused(door(households=households))
    assert told.startswith("households.csv")
    assert [word for word in words if word not in told] == []


def overlapping():
    """Return the communities with the second moved over half of the first."""
    moved = translate(COMMUNITIES.geometry[1], -50, 0)
    return COMMUNITIES.set_geometry([COMMUNITIES.geometry[0], moved], crs=CRS_CODE)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("communities", "words"),
    [
        (overlapping(), ["A and B overlap by 5,000.0 m²", "Redraw"]),
        (COMMUNITIES.assign(code="A"), ["same id (code)", "A (row 1), A (row 2)"]),
        (COMMUNITIES.assign(code=["A", None]), ["no id (code)", "row 2"]),
        (COMMUNITIES.set_geometry(COMMUNITIES.centroid), ["wrong kind of shape", "A (row 1), B (row 2)"]),
        (COMMUNITIES.set_geometry([COMMUNITIES.geometry[0], None], crs=CRS_CODE), ["no shape", "B (row 2)"]),
        (COMMUNITIES.iloc[:0], ["not a single row"]),
        (COMMUNITIES.set_crs(None, allow_override=True), ["which coordinates it is in", ".prj"]),
        (COMMUNITIES.set_crs("EPSG:2433", allow_override=True), ["Beijing 54", "surveying office"]),
        (COMMUNITIES.set_crs("EPSG:4490", allow_override=True), ["are metres", "which projected system"]),
        (COMMUNITIES.rename(columns={"label": "labels"}), ["no column label", "Did you mean labels?"]),
    ],
)
def test_bad_communities_are_told_in_one_sentence(door, communities, words):
    """What came, where, and what to do; the households may be told of too, where they hang on it."""
    told = [line for line in refused(door(communities=communities)) if not line.startswith("households.csv")]
    assert len(told) == 1
    assert [word for word in words if word not in told[0]] == []


def test_faults_of_all_inputs_are_told_at_once(door):
    """A missing file, a wrong column and a negative count are three sentences of one refusal."""
    more = '[inputs.roads]\npath = "roads.gpkg"\n'
    plan = door(
        households=HOUSEHOLDS.replace("30", "-30"), more=more, plan=PLAN.replace('"label"', '"title"')
    )
    told = refused(plan)
    assert [line.split(":")[0] for line in told] == ["communities.gpkg", "households.csv", "roads.gpkg"]


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('coordinates = "EPSG:999999"', "geo.unknown_code"),
        ('[project]\nmetric_crs = "EPSG:4326"', "geo.not_metric"),
        ('[project]\nmetric_crs = "EPSG:2433"', "geo.old_datum_code"),
    ],
)
def test_codes_that_cannot_be_used_are_faults_of_the_plan_file(tmp_path, more, key):
    """They are seen before any input is opened."""
    plan = PLAN.replace('coordinates = "EPSG:4547"\n', "") + more
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        take_in(read_plan_file(tmp_path / "plan.toml"), Silent())
    assert [message.key for message in caught.value.messages] == [key]


MORE = """
[inputs.roads]
path = "roads.gpkg"
rank = "class"
[inputs.facilities]
path = "facilities.csv"
category = "kind"
capacity = "capacity"
coordinates = "EPSG:4547"
[inputs.special_areas]
path = "special.gpkg"
workers = "workers"
[inputs.workers]
path = "roster.xlsx"
id = "id"
kind = "kind"
community = "community"
availability = "share"
"""


@pytest.fixture
def whole(door, tmp_path):
    """Write a plan with roads, facilities, special areas and a roster."""

    def written(*, bound=("A", None), kinds=("clinic", "shop")):
        roads = [shapely.LineString([(WEST_M, SOUTH_M), (WEST_M + 200, SOUTH_M)]), None]
        gpd.GeoDataFrame({"class": ["main", "lane"]}, geometry=roads, crs=CRS_CODE).to_file(
            tmp_path / "roads.gpkg"
        )
        special = translate(shapely.box(10, 10, 20, 20), WEST_M, SOUTH_M)
        gpd.GeoDataFrame({"workers": [1]}, geometry=[special], crs=CRS_CODE).to_file(
            tmp_path / "special.gpkg"
        )
        rows = [f"{kind},,{WEST_M + 40 * at},{SOUTH_M - 900}\n" for at, kind in enumerate(kinds)]
        (tmp_path / "facilities.csv").write_text("kind,capacity,x,y\n" + "".join(rows), encoding="utf-8")
        book = openpyxl.Workbook()
        for row in [
            ["id", "kind", "community", "share"],
            [1, "full_time", bound[0], 1],
            [2, "helper", bound[1], 0.5],
        ]:
            book.active.append(row)
        book.save(tmp_path / "roster.xlsx")
        return door(more=MORE)

    return written


def test_all_inputs_come_out_clean(whole):
    """Each table has its columns; a road without a line is left out and told; facilities may lie outside."""
    inputs = take_in(whole(), Silent())
    assert [message.key for message in inputs.repairs] == ["checks.left_out"]
    assert inputs.roads[["road_id", "rank"]].to_numpy().tolist() == [["1", "main"]]
    assert inputs.facilities["facility_id"].tolist() == ["1", "2"]
    assert inputs.facilities["capacity"].isna().all()
    assert inputs.special_areas[["special_id", "workers"]].to_numpy().tolist() == [["1", 1.0]]
    assert inputs.workers[["worker_id", "community_id"]].to_numpy().tolist() == [["1", "A"], ["2", ""]]
    assert inputs.workers["availability"].tolist() == [1, 0.5]
    assert set(inputs.sources) == {
        "communities",
        "households",
        "roads",
        "facilities",
        "special_areas",
        "workers",
    }


def test_faults_between_inputs_are_told(whole):
    """A worker of an unknown community and a facility of no kind forbid the plan."""
    told = refused(whole(bound=("Z", None), kinds=("clinic", "")))
    assert [line.split(":")[0] for line in told] == ["facilities.csv", "roster.xlsx"]


def test_special_areas_elsewhere_are_told_and_no_more(whole, tmp_path):
    """A school beyond the border is left aside."""
    plan = whole()
    outside = translate(shapely.box(300, 0, 320, 20), WEST_M, SOUTH_M)
    gpd.GeoDataFrame({"workers": [1]}, geometry=[outside], crs=CRS_CODE).to_file(tmp_path / "special.gpkg")
    assert "checks.special_outside" in {message.key for message in take_in(plan, Silent()).repairs}


def test_the_same_inputs_give_the_same_tables(door):
    """Whatever the hash seed, tables and faults come out byte for byte the same."""
    plan = door(households=HOUSEHOLDS + "h5,３,500050,3299997\nh6,4,500050,3299996\n")
    script = (
        "import sys; from pathlib import Path\n"
        "from gridplan.config import read_plan_file; from gridplan.intake import take_in\n"
        "from gridplan.progress import Silent\n"
        "inputs = take_in(read_plan_file(Path(sys.argv[1])), Silent())\n"
        "print(inputs.households.to_json(), inputs.communities.to_json())\n"
        "print([message.text('zh') for message in inputs.repairs])\n"
    )
    path = str(ROOT / "src")
    runs = {
        subprocess.run(
            [sys.executable, "-c", script, str(plan.path)],
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert b"h6" in runs.pop()


def test_the_example_has_no_fault():
    """The district that comes with the project is clean."""
    assert inspect(read_plan_file(ROOT / "data" / "plan.toml")) == []


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real places do not lie beside the repository")
@pytest.mark.parametrize(
    ("name", "communities", "rows", "households"),
    [("daan", 53, 1236, 120_675), ("singapore", 45, 764, 101_898)],
)
def test_real_places_are_taken_in(name, communities, rows, households):
    """Every row and household of the real places comes through, and no fault forbids a plan."""
    inputs = take_in(read_plan_file(SHARED / f"{name}.toml"), Silent())
    assert len(inputs.communities) == communities
    assert len(inputs.households) == rows
    assert inputs.households["households"].sum() == households
    assert np.isin(inputs.households["community_id"], inputs.communities["community_id"]).all()
    assert inputs.crs.name.startswith("WGS 84 / UTM zone")
