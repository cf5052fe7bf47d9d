"""The synthetic reference district: published figures, sound geometry, files that can be remade."""

import filecmp
import tomllib
from pathlib import Path

import fiona
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.config import read_plan_file
from gridplan.errors import OutputError
from gridplan.intake import take_in
from gridplan.progress import Silent
from gridplan.synthetic import PART, write_part
from gridplan.synthetic.__main__ import main
from gridplan.synthetic.apportion import apportion
from gridplan.synthetic.figures import ERAS, specs
from gridplan.synthetic.files import NAMES, REGISTERS
from gridplan.words import LANGUAGES, say

DATA = Path(__file__).parents[1] / "data"
METRIC = "EPSG:4549"
TABLES = [name for name in NAMES if name.endswith((".shp", ".gpkg", ".csv", ".xlsx"))]
KINDS = [
    "便利店",
    "菜市场",
    "药店",
    "早餐店",
    "养老服务站",
    "社区卫生服务站",
    "幼儿园",
    "文化活动室",
    "快递驿站",
    "健身点",
]


class Office:
    """The files of a folder, read as an office would read them, in metres."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.communities = self.layer("communities.shp")
        self.entrances = self.layer("entrances.shp")
        self.roads = self.layer("roads.gpkg")
        self.barriers = self.layer("barriers.gpkg")
        self.candidates = self.layer("candidates.gpkg")
        self.special_areas = self.layer("special_areas.gpkg")
        self.facilities = pd.read_csv(folder / "facilities.csv")
        self.workers = pd.read_excel(folder / "workers.xlsx", dtype={"社区代码": str})
        for name in REGISTERS:
            setattr(self, name, pd.read_csv(folder / f"{name}.csv"))
        inside = self.entrances.sjoin(self.communities[["社区代码", "geometry"]], predicate="within")
        self.entrances["社区代码"] = inside["社区代码"]
        self.streets = self.roads[self.roads["rank"] != "小区路"]
        self.lanes = self.roads[self.roads["rank"] == "小区路"]

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Read a layer in metres."""
        return pyogrio.read_dataframe(self.folder / name).to_crs(METRIC)


def _table(path):
    """Read a file of the example as it is."""
    if path.suffix == ".csv":
        return pd.read_csv(path)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype={"社区代码": str})
    return pyogrio.read_dataframe(path)


@pytest.fixture(scope="module")
def office():
    """Read the committed example."""
    return Office(DATA)


@pytest.fixture(scope="module")
def part_folder(tmp_path_factory):
    """Write the small part into a folder."""
    folder = tmp_path_factory.mktemp("part")
    write_part(folder, "en")
    return folder


@given(
    total=st.integers(0, 5000),
    weights=st.lists(st.floats(0.01, 100.0), min_size=1, max_size=12),
    low=st.integers(0, 5),
    width=st.integers(0, 900),
)
@settings(max_examples=150, deadline=None)
def test_apportion_adds_up_within_limits(total, weights, low, width):
    """What is dealt out adds up, keeps its limits, and never gives a heavier one less."""
    count = len(weights)
    if not low * count <= total <= (low + width) * count:
        with pytest.raises(ValueError, match="cannot be dealt out"):
            apportion(total, weights, low=low, high=low + width)
        return
    dealt = apportion(total, weights, low=low, high=low + width)
    assert dealt.sum() == total
    assert dealt.min() >= low
    assert dealt.max() <= low + width
    order = np.argsort(weights, kind="stable")
    assert (np.diff(dealt[order]) >= -1).all()


def test_apportion_by_hand():
    """Ten by 1 : 2 : 3 are 1.67, 3.33, 5: two, three and five."""
    assert apportion(10, [1, 2, 3]).tolist() == [2, 3, 5]
    assert apportion(10, [1, 2, 3], high=[9, 9, 4]).tolist() == [2, 4, 4]


def test_specs_add_up_to_the_published_figures():
    """The communities' figures come first, and add up."""
    figures = pd.DataFrame(specs())
    sums = {"planned": 227_600, "households": 120_100, "residents": 304_500, "compounds": 661}
    sums |= {"unfinished": 103, "full_time": 336, "helpers": 139}
    assert len(figures) == 36
    assert figures[list(sums)].sum().to_dict() == sums
    assert figures["community_id"].is_unique
    assert 5 <= figures["street"].nunique() <= 7
    assert set(figures["era"].map(list(ERAS.values()).index)) == {0, 1, 2}


def test_published_sums_of_the_files(office):
    """Rows of the example's files add up to every published sum."""
    rows = office.entrances
    assert len(office.communities) == 36
    assert office.communities["街道名称"].nunique() == 6
    assert rows[["规划户数", "户数", "人口"]].sum().to_list() == [227_600, 120_100, 304_500]
    lived = rows.groupby("小区名称")["户数"].sum()
    assert len(lived) == 661
    assert (lived > 0).sum() == 558
    assert office.workers["类别"].value_counts().to_dict() == {"full_time": 336, "helper": 139}
    assert (office.workers.loc[office.workers["类别"] == "full_time", "投入"] == 1.0).all()


def test_lists_of_the_example(office):
    """Thirty agencies for 36 communities, officers of every street, needs and resources whose actors are there."""
    assert len(office.agencies) == 30
    assert set(office.officers["street"]) == set(office.communities["街道名称"])
    for name in REGISTERS:
        assert getattr(office, name)["id"].is_unique
    assert set(office.resources["actor"]) | set(office.points["actor"]) <= set(office.actors["id"])
    assert set(office.needs["kind"]) == set(office.resources["serves"])
    assert (office.needs["start"] < office.needs["end"]).all()


def test_published_extremes_of_the_files(office):
    """The largest and smallest communities, and how many are over 3,000 and 5,000, are as published."""
    sums = office.entrances.groupby("社区代码")[["户数", "人口"]].sum()
    assert len(sums) == 36
    assert (sums["户数"] > 3000).sum() == 21
    assert (sums["户数"] > 5000).sum() == 3
    assert sums["人口"].agg(["min", "max"]).to_list() == [1_920, 23_540]


def test_published_areas(office):
    """105.68 km2 in all, three communities of 0.70 and none smaller, the largest 10.6."""
    area_km2 = np.sort(office.communities.area.to_numpy()) / 1e6
    assert area_km2.sum() == pytest.approx(105.68, abs=0.001)
    assert area_km2[:3] == pytest.approx([0.70] * 3, abs=0.001)
    assert area_km2[3] > 0.75
    assert area_km2[-1] == pytest.approx(10.6, abs=0.001)
    assert area_km2[-2] < 10


def test_communities_share_their_borders(office):
    """The polygons are a valid coverage: shared vertices, no gap, no overlap, each one piece."""
    polygons = office.layer("communities.shp").geometry.array
    assert shapely.coverage_is_valid(polygons)
    assert (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON).all()
    whole = shapely.union_all(polygons)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0


def test_community_borders_run_along_streets_and_water(office):
    """All but a hundredth of the borders between communities runs along a street, river or railway."""
    outside = shapely.boundary(shapely.union_all(office.communities.geometry.array))
    borders = shapely.boundary(office.communities.geometry.array)
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(borders, 20.0)))
    points = points[shapely.distance(points, outside) > 50.0]
    lines = [*office.streets.geometry.array, *office.barriers.geometry.array]
    _, metres = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    assert len(points) > 5000
    assert (metres < 1.0).mean() > 0.99


def test_entrances_are_apart_and_off_the_streets(office):
    """Entrances stand 4 m apart or more, 5 m off every street and lane, inside their community."""
    points = office.entrances.geometry.array
    near, _ = shapely.STRtree(points).query(points, predicate="dwithin", distance=4.0)
    assert len(near) == len(points)
    _, metres = shapely.STRtree(office.roads.geometry.array).query_nearest(points, return_distance=True)
    assert metres.min() >= 5.0
    assert office.entrances["社区代码"].notna().all()
    wet = shapely.union_all(office.barriers.geometry.array)
    assert shapely.distance(points, wet).min() >= 5.0


def test_entrances_have_plausible_households(office):
    """20 to 60 planned households an entrance; fewer live there; people only where households are."""
    rows = office.entrances
    assert rows["规划户数"].between(20, 60).all()
    assert (rows["户数"] <= rows["规划户数"]).all()
    assert ((rows["人口"] > 0) == (rows["户数"] > 0)).all()
    assert (rows["人口"] >= rows["户数"]).all()
    assert (rows["困难户"] <= rows["户数"]).all()
    lived = rows.loc[rows["户数"] > 0, "户数"]
    assert lived.between(12, 45).mean() > 0.95


def test_labels_nest(office):
    """Ids and labels are unique: entrance in building in compound in one community."""
    rows = office.entrances
    assert rows["单元编号"].is_unique
    assert rows["单元"].is_unique
    assert rows.groupby("楼栋")["小区名称"].nunique().max() == 1
    assert rows.groupby("小区名称")["社区代码"].nunique().max() == 1
    assert rows.groupby("楼栋").size().max() <= 5
    assert rows.groupby("小区名称")["楼栋"].nunique().between(2, 20).all()


def test_compounds_lie_within_one_block(office):
    """No street, river or railway runs through a compound."""
    lines = [*office.streets.geometry.array, *shapely.boundary(office.communities.geometry.array)]
    blocks = shapely.get_parts(shapely.polygonize([shapely.node(shapely.union_all(lines))]))
    row, block = shapely.STRtree(blocks).query(office.entrances.geometry.array, predicate="within")
    assert len(row) == len(office.entrances)
    of_row = pd.Series(block, index=office.entrances.index[row])
    assert of_row.groupby(office.entrances["小区名称"]).nunique().max() == 1


def test_every_entrance_is_joined_to_the_streets(office):
    """Each compound's lanes end on a vertex of a street, and pass every entrance within 7 m."""
    street = set(
        map(
            tuple,
            shapely.get_coordinates(
                office.layer("roads.gpkg")[office.roads["rank"] != "小区路"].geometry.array
            ).round(4),
        )
    )
    joined = [
        any(tuple(xy) in street for xy in shapely.get_coordinates(lane).round(4))
        for lane in office.lanes.geometry.array
    ]
    assert len(joined) == 661
    assert all(joined)
    tree = shapely.STRtree(office.lanes.geometry.array)
    _, metres = tree.query_nearest(office.entrances.geometry.array, return_distance=True, all_matches=False)
    assert metres.max() < 7.0


def test_streets_are_one_network(office):
    """One can walk from any street to any other over shared vertices, without the expressway."""
    walked = office.streets[office.streets["rank"] != "快速路"].geometry.array
    xy, line = shapely.get_coordinates(shapely.transform(walked, lambda at: at.round(4)), return_index=True)
    _, spot = np.unique(xy, axis=0, return_inverse=True)
    links = coo_array((np.ones(len(line)), (line, spot + len(walked))), shape=(len(walked) + len(xy),) * 2)
    _, label = connected_components(links, directed=False)
    lengths = pd.Series(shapely.length(walked)).groupby(label[: len(walked)]).sum()
    assert lengths.max() > 0.995 * lengths.sum()


def test_bridges_and_crossings(office):
    """Streets cross the river in several places and the railway in several."""
    river, railway = office.barriers.geometry
    over = office.streets[office.streets.crosses(river)]
    across = office.streets[office.streets.crosses(railway)]
    assert 6 <= len(over) <= 30
    assert 6 <= len(across) <= 30


def test_facilities_and_candidates(office):
    """Ten everyday kinds, some crowded and some idle, unevenly spread; candidates hold only these kinds."""
    assert set(office.facilities["category"]) == set(KINDS)
    points = gpd.points_from_xy(office.facilities["lng"], office.facilities["lat"], crs="EPSG:4490")
    at = gpd.GeoDataFrame(office.facilities, geometry=points).to_crs(METRIC).sjoin(office.communities)
    assert len(at) == len(office.facilities)
    counts = at.pivot_table(index="社区代码", columns="category", values="id", aggfunc="count", fill_value=0)
    assert (counts == 0).any().sum() >= 5
    households = office.entrances.groupby("社区代码")["户数"].sum()
    load = households / at[at["category"] == "药店"].groupby("社区代码")["capacity"].sum()
    assert load.min() < 0.7
    assert load.max() > 1.5
    held = {kind for text in office.candidates["categories"] for kind in text.split(";")}
    assert held == set(KINDS)
    assert (office.candidates["cost"] > 0).all()


def test_special_areas_lie_apart(office):
    """Special areas lie inside one community, off each other, and hold no entrance."""
    areas = office.special_areas
    assert len(areas.sjoin(office.communities, predicate="within")) == len(areas)
    assert shapely.STRtree(areas.geometry.array).query(areas.geometry.array, predicate="intersects").shape[
        1
    ] == len(areas)
    assert len(office.entrances.sjoin(areas, predicate="dwithin", distance=3.0)) == 0
    assert areas["name"].is_unique


def test_files_are_as_an_office_has_them(office):
    """Shapefiles in CGCS2000 degrees with GB18030 tables, a .cpg, and Chinese names of ten bytes at most."""
    for stem in ("communities", "entrances"):
        assert (DATA / f"{stem}.cpg").read_text() == "GB18030"
        with fiona.open(DATA / f"{stem}.shp", encoding="GB18030") as rows:
            names = list(rows.schema["properties"])
            assert rows.crs.to_epsg() == 4490
        assert all(len(name.encode("gb18030")) <= 10 for name in names)
    assert openpyxl.load_workbook(DATA / "workers.xlsx").active.cell(1, 1).value == "工号"
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 8e6


def test_plan_file_names_what_is_there(office):
    """Every path and column that the plan file names exists, and it says that the data are made up."""
    plan = tomllib.loads((DATA / "plan.toml").read_text(encoding="utf-8"))
    assert "合成" in plan["project"]["name"]
    assert "不是真实地点" in plan["project"]["note"]
    for part, table in plan["inputs"].items():
        columns = set(getattr(office, "entrances" if part == "households" else part).columns)
        named = {v for k, v in table.items() if k not in ("path", "coordinates")}
        assert named <= columns
        assert (DATA / table["path"]).is_file()
    assert [s["category"] for s in plan["circle"]["services"]] == KINDS


def test_example_has_no_fault():
    """The example is taken in without a single remark."""
    taken = take_in(read_plan_file(DATA / "plan.toml"), Silent())
    assert taken.repairs == ()
    assert str(taken.crs) == METRIC
    assert taken.households["households"].sum() == 120_100


@pytest.mark.parametrize("language", LANGUAGES)
def test_plan_file_is_sound_in_both_languages(language, tmp_path):
    """The plan file is accepted in both languages, and says the same but for names and the language."""
    plan = tmp_path / "plan.toml"
    texts = {name: say(language, f"synthetic.{name}") for name in ("name", "note")}
    plan.write_text(say(language, "synthetic.plan", date="2022-12-31", **texts), encoding="utf-8")
    assert read_plan_file(plan).project.language == language
    ours, committed = (tomllib.loads(f.read_text(encoding="utf-8")) for f in (plan, DATA / "plan.toml"))
    assert ours.pop("project").keys() == committed.pop("project").keys()
    assert ours == committed


def test_part_is_as_in_the_whole(part_folder, office):
    """The small part holds three communities, row for row as the whole district has them."""
    part = Office(part_folder)
    assert tuple(part.communities["社区名称"]) == PART
    whole = office.entrances[office.entrances["社区代码"].isin(part.communities["社区代码"])]
    pd.testing.assert_frame_equal(
        pd.DataFrame(part.entrances.drop(columns="geometry")),
        pd.DataFrame(whole.drop(columns="geometry")).reset_index(drop=True),
    )
    assert (part.entrances.geometry.to_numpy() == whole.geometry.to_numpy()).all()
    assert len(part.barriers) == 2
    assert min(len(part.candidates), len(part.special_areas), len(part.facilities)) >= 3


def test_part_is_the_same_again(part_folder, tmp_path):
    """Written twice, the part is the same byte for byte."""
    write_part(tmp_path / "new" / "folder", "en")
    _, differ, missing = filecmp.cmpfiles(part_folder, tmp_path / "new" / "folder", NAMES, shallow=False)
    assert (differ, missing) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_part_refuses_to_overwrite(language, tmp_path):
    """A folder that holds a file of one of the names stays as it is."""
    (tmp_path / "roads.gpkg").write_text("mine")
    with pytest.raises(OutputError) as told:
        write_part(tmp_path, language)
    assert "roads.gpkg" in told.value.text(language)
    assert [path.name for path in tmp_path.iterdir()] == ["roads.gpkg"]


def test_part_tells_where_it_cannot_write(tmp_path):
    """A path through a file is told as such."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        write_part(tmp_path / "file" / "folder", "en")


def test_remade_data_are_the_committed_data(tmp_path):
    """The one command remakes the committed example: the same rows, every point to the centimetre."""
    assert main([str(tmp_path)]) == 0
    assert (tmp_path / "plan.toml").read_text("utf-8") == (DATA / "plan.toml").read_text("utf-8")
    remade, committed = ({name: _table(folder / name) for name in TABLES} for folder in (tmp_path, DATA))
    for name in TABLES:
        pd.testing.assert_frame_equal(
            *(pd.DataFrame(t[name]).drop(columns="geometry", errors="ignore") for t in (remade, committed))
        )
        if "geometry" in committed[name]:
            shapes = (shapely.normalize(t[name].geometry.array) for t in (remade, committed))
            assert shapely.equals_exact(*shapes, tolerance=1e-7).all()


def test_command_line_refuses_nonsense(capsys):
    """Without a folder, or in a language there is not, the command says how it is used."""
    assert main([]) == 2
    assert main(["somewhere", "fr"]) == 2
    assert "gridplan.synthetic" in capsys.readouterr().err
