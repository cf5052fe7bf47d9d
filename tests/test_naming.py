"""Numbers, names and four bounds of grids."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridplan.errors import InputError
from gridplan.naming import bounds_text, check_code, chinese, codes, names, numbers

CRS = "EPSG:4547"
COMMUNITIES = gpd.GeoDataFrame({"community_id": ["C1", "C2"], "name": ["向阳社区", ""]})


def grids_of(*shapes: shapely.Geometry, kinds: str = "", communities: str = "") -> gpd.GeoDataFrame:
    """Return grids; ``kinds`` and ``communities`` by one letter each, ordinary ones of C1 if not given."""
    long = {"o": "ordinary", "s": "special", "e": "empty"}
    return gpd.GeoDataFrame(
        {
            "grid_id": [f"G{n}" for n in range(len(shapes))],
            "name": [f"第{'一二三四五六七八九'[n]}网格" for n in range(len(shapes))],
            "community_id": [f"C{letter}" for letter in communities or "1" * len(shapes)],
            "kind": [long[letter] for letter in kinds or "o" * len(shapes)],
        },
        geometry=list(shapes),
        crs=CRS,
    )


def square(column: int, row: int) -> shapely.Geometry:
    """Return a square of 100 m; rows count from the south."""
    return box(100 * column, 100 * row, 100 * column + 100, 100 * row + 100)


def lines(**named: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Return lines with names."""
    shapes = [LineString(line) for line in named.values()]
    return gpd.GeoDataFrame({"name": np.array(list(named), object)}, geometry=shapes, crs=CRS)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (2, "二"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (19, "十九"),
        (20, "二十"),
        (21, "二十一"),
        (99, "九十九"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (115, "一百一十五"),
        (120, "一百二十"),
        (200, "二百"),
        (305, "三百零五"),
        (999, "九百九十九"),
        (1000, "一千"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (1100, "一千一百"),
        (2040, "二千零四十"),
    ],
)
def test_chinese_numerals(number, text):
    """Numbers are written as a Chinese reader writes them."""
    assert chinese(number) == text


def test_no_two_numbers_are_written_alike():
    """From 1 to 999 every number has its own numeral, of at most five characters."""
    every = [chinese(number) for number in range(1, 1000)]
    assert len(set(every)) == 999
    assert max(map(len, every)) == 5
    assert all(not text.endswith("零") and "零零" not in text for text in every)


def test_names():
    """The twelfth grid in both languages."""
    grids = grids_of(square(0, 0)).loc[[0] * 12].reset_index(drop=True)
    number = pd.Series(range(1, 13))
    assert names(grids, number, [""] * 12, language="zh")[11] == "第十二网格"
    assert names(grids, number, [""] * 12, language="en")[11] == "Grid 12"


def test_numbered_row_by_row():
    """West to east in the northern row, then west to east in the southern one."""
    grids = grids_of(square(1, 0), square(0, 1), square(2, 1), square(0, 0), square(1, 1), square(2, 0))
    assert numbers(grids).tolist() == [5, 1, 3, 4, 2, 6]


def test_ordinary_grids_come_first():
    """After the ordinary grids come special ones, then those without households; each community from 1."""
    grids = grids_of(*(square(n, 0) for n in range(5)), kinds="esoos", communities="11112")
    assert numbers(grids).tolist() == [4, 3, 1, 2, 1]


def test_numbers_keep_the_index():
    """Whatever the order and the index of the table, a grid keeps its number."""
    grids = grids_of(square(0, 0), square(1, 0), square(2, 0)).set_index([[7, 3, 5]])
    found = numbers(grids.iloc[[2, 0, 1]])
    assert found.loc[[7, 3, 5]].tolist() == [1, 2, 3]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=9, unique=True),
    st.text("123", min_size=9, max_size=9),
)
def test_each_number_once(places, communities):
    """In every community the numbers are 1, 2, 3 and so on, and read like a page."""
    grids = grids_of(*(square(*place) for place in places), communities=communities[: len(places)])
    table = grids.assign(number=numbers(grids), x=[x for x, _ in places], y=[y for _, y in places])
    for _, mine in table.groupby("community_id"):
        assert sorted(mine["number"]) == list(range(1, len(mine) + 1))
        read = mine.sort_values(["y", "x"], ascending=[False, True])
        assert read["number"].is_monotonic_increasing


def test_names_count_their_kind():
    """Each kind counts for itself in each community; a special area goes by its name where it has one."""
    grids = grids_of(*(square(n, 0) for n in range(6)), kinds="oosses", communities="111112")
    found = names(grids, numbers(grids), ["", "", "青峦小学", "", "", ""], language="zh")
    assert found == ["第一网格", "第二网格", "青峦小学", "第二专属网格", "第一无住户片区", "第一专属网格"]
    assert names(grids, numbers(grids), [""] * 6, language="en")[:3] == ["Grid 1", "Grid 2", "Special grid 1"]


STREET = "440305001"
TWELVE = [f"{STREET}001", f"{STREET}002"]


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ("{community_id}{n:03}", "440305001001012"),
        ("{community_id}-{n}", "440305001001-12"),
        ("15", "440305001001012"),
        ("20", "00000044030500100112"),
        ("20:010203", "01020344030500100112"),
    ],
)
def test_codes_by_template(asked: str, made: str):
    """A template, or the 15 and 20 digits of the standards by name."""
    assert codes(asked, TWELVE[:1], [12]) == [made]
    check_code(asked, TWELVE)


@pytest.mark.parametrize(
    ("asked", "communities", "count", "told"),
    [
        ("15", ["63000030006"], [1], "63000030006"),
        ("20", ["BMSZ07"], [1], "12 digits"),
        ("15", TWELVE, [1, 1000], "has 1000 grids"),
        ("20", TWELVE, [1, 100], "numbers for 99 only"),
        ("{community_id}{n}", ["1", "11"], [11, 1], "the code 111"),
    ],
)
def test_codes_that_cannot_be(asked: str, communities: list[str], count: list[int], told: str):
    """Wrong lengths, too many grids and codes used twice are refused, with what to do, in both languages."""
    with pytest.raises(InputError) as caught:
        codes(asked, communities, count)
    assert told in caught.value.text("en")
    assert "[partition]" in caught.value.text("en") or "{community_id}-{n:03}" in caught.value.text("en")
    assert asked in caught.value.text("zh")


def test_ids_of_communities_are_looked_at_before_the_work():
    """What a standard cannot number is told as soon as the communities are read; a template takes any id."""
    check_code("{community_id}{n:03}", ["BMSZ07"])
    with pytest.raises(InputError):
        check_code("15", [*TWELVE, "44030500100x"])


@given(
    st.lists(st.integers(0, 999_999_999_999), min_size=1, max_size=5, unique=True),
    st.sampled_from(
        ["15", "20", "20:123456", "{community_id}{n:03}", "{community_id}{n}", "{n}-{community_id}"]
    ),
    st.integers(1, 99),
)
def test_codes_are_unique(places: list[int], asked: str, grids: int):
    """Whatever the communities, two grids never have one code, and those of a standard have its length."""
    ids = [f"{place:012}" for place in places]
    made = codes(asked, [name for name in ids for _ in range(grids)], list(range(1, grids + 1)) * len(ids))
    assert len(set(made)) == len(made)
    if asked[:2] in ("15", "20"):
        assert {len(code) for code in made} == {int(asked[:2])}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=2, max_size=9, unique=True))
def test_north_comes_before_south(corners: list[tuple[int, int]]):
    """A grid that lies more than its height north of another has the smaller number; one row reads from west to east."""
    grids = grids_of(*(box(x, y, x + 100, y + 100) for x, y in corners))
    number = numbers(grids).tolist()
    for (x, y), mine in zip(corners, number, strict=True):
        for (other_x, other_y), other in zip(corners, number, strict=True):
            if y >= other_y + 101 or (y == other_y and x < other_x):
                assert mine < other


def test_four_bounds():
    """Roads and rivers beside a grid are named, else its neighbour, else the edge of the district."""
    grids = grids_of(square(0, 0), square(1, 0))
    roads = lines(**{"和平路": [(-3, -50), (-3, 150)], "": [(100, -50), (100, 150)]})
    rivers = lines(清河=[(-50, -6), (250, -6)])
    told = bounds_text(grids, COMMUNITIES, (roads, rivers), language="zh")
    assert told == [
        "东至第二网格，南至清河，西至和平路，北至辖区边界",
        "东至辖区边界，南至清河，西至第一网格，北至辖区边界",
    ]


def test_four_bounds_name_the_community_beyond():
    """Beyond the border of the community its neighbour is named, by its id where it has no name."""
    grids = grids_of(square(0, 0), square(1, 0), communities="12")
    told = bounds_text(grids, COMMUNITIES, (None, None), language="en")
    edge = "the edge of the district"
    assert told == [
        f"east to C2, south to {edge}, west to {edge}, north to {edge}",
        f"east to {edge}, south to {edge}, west to 向阳社区, north to {edge}",
    ]


def test_the_longest_neighbour_is_the_bound():
    """Where two lie on one side the one along most of it is named."""
    grids = grids_of(square(0, 0), box(0, 100, 30, 200), box(30, 100, 100, 200))
    assert "北至第三网格" in bounds_text(grids, COMMUNITIES, (None, None), language="zh")[0]


def sides(text: str) -> dict[str, str]:
    """Return the four bounds of a sentence by their sides."""
    return {part[0]: part[2:] for part in text.split("，")}


def test_the_longest_line_that_faces_a_side_is_its_bound():
    """Two roads along the north: the longer one; a third that only meets the border there is none."""
    grid = grids_of(square(0, 0))
    roads = lines(短路=[(0, 103), (40, 103)], 长路=[(40, 103), (100, 103)], 横路=[(50, 100), (50, 400)])
    assert sides(bounds_text(grid, COMMUNITIES, (roads,), language="zh")[0])["北"] == "长路"


def test_a_short_stretch_of_road_is_no_bound():
    """A road along a part of a side leaves it to what lies beyond."""
    grids = grids_of(square(0, 0), square(1, 0))
    roads = lines(短路=[(100, 0), (100, 15)])
    assert sides(bounds_text(grids, COMMUNITIES, (roads,), language="zh")[0])["东"] == "第二网格"


def test_lanes_without_a_name_bound_nothing():
    """A lane without a name along a whole side is passed over for the grid beyond."""
    grids = grids_of(square(0, 0), square(1, 0))
    lanes = lines(**{"": [(100, 0), (100, 100)]})
    assert sides(bounds_text(grids, COMMUNITIES, (lanes,), language="zh")[0])["东"] == "第二网格"


def test_the_inside_of_a_bay_is_not_looked_at():
    """A U open to the north: its north is what lies beyond its two arms, not the road in the bay."""
    grid = grids_of(shapely.union_all([box(0, 0, 300, 50), box(0, 50, 120, 200), box(180, 50, 300, 200)]))
    roads = lines(湾路=[(120, 52), (180, 52)], 北路=[(0, 205), (300, 205)])
    assert sides(bounds_text(grid, COMMUNITIES, (roads,), language="zh")[0])["北"] == "北路"


def test_a_compound_that_begins_there_is_the_bound():
    """The wall of a compound is a bound; a compound that lies on both sides is not, there it is the grid beyond."""
    grids = grids_of(square(0, 0), square(1, 0), square(0, 1))
    units = gpd.GeoDataFrame(
        {"compound": np.array(["阳光花园", "海韵家园", "阳光花园"], object)}, geometry=grids.geometry, crs=CRS
    )
    told = sides(bounds_text(grids, COMMUNITIES, (), units=units, language="zh")[0])
    assert (told["东"], told["北"]) == ("海韵家园", "第三网格")


def test_a_school_goes_by_its_name():
    """Beyond the side lies a special grid: its name, not that of a compound."""
    grids = grids_of(square(0, 0), square(1, 0), kinds="os").assign(name=["第一网格", "青峦小学"])
    units = gpd.GeoDataFrame({"compound": np.array(["", "校园"], object)}, geometry=grids.geometry, crs=CRS)
    assert sides(bounds_text(grids, COMMUNITIES, (), units=units, language="zh")[0])["东"] == "青峦小学"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8, unique=True),
    st.floats(0, 360),
    st.lists(st.tuples(st.integers(-50, 450), st.integers(-50, 450)), min_size=2, max_size=6, unique=True),
    st.sampled_from(["zh", "en"]),
)
def test_all_four_sides_are_told(places, turn, road, language):
    """However grids lie and whatever roads there are, each has four bounds, and none of them is itself."""
    shapes = [shapely.affinity.rotate(square(*place), turn, origin=(250, 250)) for place in places]
    grids = grids_of(*shapes)
    told = bounds_text(grids, COMMUNITIES, (lines(长街=road), None), language=language)
    mark = "，" if language == "zh" else ", "
    for own, text in zip(grids["name"], told, strict=True):
        parts = [part[2:] if language == "zh" else part.split(" to ", 1)[1] for part in text.split(mark)]
        assert len(parts) == 4
        assert all(parts)
        assert own not in parts
