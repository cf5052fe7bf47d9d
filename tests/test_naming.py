"""Numbers, names and four bounds of grids."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridplan.naming import bounds_text, chinese, name_of, numbers

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
    assert name_of(12, "zh") == "第十二网格"
    assert name_of(12, "en") == "Grid 12"


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


def test_four_bounds():
    """Roads and rivers beside a grid are named, else its neighbour, else the edge of the district."""
    grids = grids_of(square(0, 0), square(1, 0))
    roads = lines(**{"和平路": [(-3, -50), (-3, 150)], "": [(100, -50), (100, 150)]})
    rivers = lines(清河=[(-50, -6), (250, -6)])
    told = bounds_text(grids, COMMUNITIES, roads, rivers, language="zh")
    assert told == [
        "东至第二网格，南至清河，西至和平路，北至辖区边界",
        "东至辖区边界，南至清河，西至第一网格，北至辖区边界",
    ]


def test_four_bounds_name_the_community_beyond():
    """Beyond the border of the community its neighbour is named, by its id where it has no name."""
    grids = grids_of(square(0, 0), square(1, 0), communities="12")
    told = bounds_text(grids, COMMUNITIES, None, None, language="en")
    edge = "the edge of the district"
    assert told == [
        f"east to C2, south to {edge}, west to {edge}, north to {edge}",
        f"east to {edge}, south to {edge}, west to 向阳社区, north to {edge}",
    ]


def test_the_longest_neighbour_is_the_bound():
    """Where two lie on one side the one along most of it is named."""
    grids = grids_of(square(0, 0), box(0, 100, 30, 200), box(30, 100, 100, 200))
    assert "北至第三网格" in bounds_text(grids, COMMUNITIES, None, None, language="zh")[0]
