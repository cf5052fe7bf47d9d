"""Units of made-up towns: cells that tile, households that add up, rows in their cells."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from gridplan.progress import Silent
from gridplan.tables import Inputs
from gridplan.units import Units, _dissolved, build_units
from strategies import HIGH_M, WIDE_M, town, towns

EXAMPLES = 15
AREA_M2 = 0.01
NEAR_M = 0.01


def units_of(inputs: Inputs) -> Units:
    """Build the units without telling anyone."""
    return build_units(inputs, Silent())


def cells(units: Units, community: str = "C1") -> dict[str, shapely.Geometry]:
    """Return the cells of a community by unit id."""
    mine = units.table[units.table["community_id"] == community]
    return dict(zip(mine["unit_id"], mine.geometry, strict=True))


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns())
def test_cells_tile_each_community(inputs: Inputs):
    """The cells of a community are single valid polygons without gap or overlap, and cover it exactly."""
    units = units_of(inputs)
    for community, shape in zip(inputs.communities["community_id"], inputs.communities.geometry, strict=True):
        made = units.table.geometry[units.table["community_id"] == community].to_numpy()
        assert len(made)
        assert (shapely.get_type_id(made) == shapely.GeometryType.POLYGON).all()
        assert shapely.is_valid(made).all()
        assert shapely.coverage_is_valid(made)
        assert abs(shapely.area(made).sum() - shape.area) < AREA_M2
        assert shapely.symmetric_difference(shapely.coverage_union_all(made), shape).area < AREA_M2


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns())
def test_rows_lie_in_the_cell_of_their_unit(inputs: Inputs):
    """Every row is in one unit of its own community, and its point in or at the cell of that unit."""
    units, rows = units_of(inputs), inputs.households
    assert units.of_row.shape == (len(rows),)
    home = units.table.iloc[units.of_row].reset_index(drop=True)
    assert (home["community_id"] == rows["community_id"]).all()
    inside = shapely.covers(inputs.communities.union_all(), rows.geometry.to_numpy())
    away_m = shapely.distance(home.geometry.to_numpy(), rows.geometry.to_numpy())
    assert (away_m[inside] <= NEAR_M).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns())
def test_households_add_up(inputs: Inputs):
    """Households and load of the units are those of their rows, in every community."""
    units, rows = units_of(inputs), inputs.households
    for column in ("households", "load"):
        of_units = units.table.groupby("community_id")[column].sum()
        of_rows = rows.groupby("community_id")[column].sum().reindex(of_units.index, fill_value=0.0)
        assert of_units.tolist() == pytest.approx(of_rows.tolist())
        by_unit = np.bincount(units.of_row, weights=rows[column], minlength=len(units.table))
        assert units.table[column].tolist() == pytest.approx(by_unit.tolist())


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns())
def test_rows_that_belong_together_stay_together(inputs: Inputs):
    """Rows on one spot with the same attributes are one unit, and so is a special area."""
    units, rows = units_of(inputs), inputs.households
    same = ["community_id", "compound", "building", "entrance"]
    spot = pd.Series(shapely.to_wkb(rows.geometry.to_numpy(), hex=True), index=rows.index)
    together = pd.Series(units.of_row, index=rows.index).groupby([*(rows[c] for c in same), spot])
    assert (together.transform("first") == units.of_row).all()
    special = units.table["special"].to_numpy()
    areas = 0 if inputs.special_areas is None else len(inputs.special_areas)
    assert special.max(initial=-1) < areas


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(towns(), st.randoms(use_true_random=False))
def test_order_and_ids_of_rows_do_not_matter(inputs: Inputs, random):
    """Shuffled and renamed rows, and communities with other ids, give the same cells with the same rows."""
    order = list(range(len(inputs.households)))
    random.shuffle(order)
    renamed = {"C1": "Z9", "C2": "B1"}
    rows = inputs.households.iloc[order].reset_index(drop=True)
    other = replace(
        inputs,
        communities=inputs.communities.assign(community_id=inputs.communities["community_id"].map(renamed)),
        households=rows.assign(
            household_id=[f"h{n}" for n in order],
            community_id=rows["community_id"].map(renamed),
        ),
    )
    one, two = units_of(inputs), units_of(other)
    assert (
        shapely.to_wkb(one.table.geometry.to_numpy()).tolist()
        == shapely.to_wkb(two.table.geometry.to_numpy()).tolist()
    )
    assert one.of_row[order].tolist() == two.of_row.tolist()
    pd.testing.assert_frame_equal(one.borders, two.borders)


def test_one_row_holds_all():
    """A community with one row is one unit; one with no row at all is one unit without households."""
    units = units_of(town([box(0, 0, 100, 100), box(100, 0, 200, 100)], [{"households": 7.0}], [(30, 40)]))
    assert units.table["unit_id"].tolist() == ["C1-U0001", "C2-U0001"]
    assert units.table["households"].tolist() == [7.0, 0.0]
    assert units.table.geometry.area.tolist() == pytest.approx([10_000, 10_000])
    assert units.table.loc[0, ["x", "y"]].tolist() == [500_030.0, 3_400_040.0]
    assert not len(units.borders)


def test_population_of_nobody_is_nought():
    """Where rows tell the population a unit without rows has none; where no row tells it, it is not known."""
    squares, rows = [box(0, 0, 100, 100), box(100, 0, 200, 100)], [{"households": 7.0, "population": 20.0}]
    units = units_of(town(squares, rows, [(30, 40)]))
    assert units.table["population"].tolist() == [20.0, 0.0]
    assert units.table["planned"].isna().all()


def test_two_rows_share_half_way():
    """Two rows 60 m apart part the ground in the middle between them."""
    units = units_of(town([box(0, 0, 100, 100)], [{"households": 1.0}] * 2, [(20, 50), (80, 50)]))
    assert units.table.geometry.area.tolist() == pytest.approx([5000, 5000])
    assert units.borders[["left", "right", "joined"]].to_numpy().tolist() == [[0, 1, True]]
    assert units.borders["border_m"].tolist() == pytest.approx([100.0])


def test_a_road_parts_better_than_the_middle():
    """With a road between them each row gets its side of the road, wherever it stands."""
    road = ("解放路", LineString([(30, -10), (30, 110)]))
    units = units_of(
        town([box(0, 0, 100, 100)], [{"households": 1.0}] * 2, [(20, 50), (80, 50)], roads=[road])
    )
    assert units.table.geometry.area.tolist() == pytest.approx([3000, 7000])
    assert units.borders["road_m"].tolist() == pytest.approx([100.0])
    assert units.table["block"].nunique() == 2


def test_entrance_with_several_rows_is_one_unit():
    """Rows of one entrance are one unit, its point the household-weighted mean."""
    rows = [
        {"households": 30.0, "building": "1", "entrance": "甲"},
        {"households": 10.0, "building": "1", "entrance": "甲"},
        {"households": 20.0, "building": "1", "entrance": "乙"},
    ]
    units = units_of(town([box(0, 0, 100, 100)], rows, [(10, 50), (30, 50), (80, 50)]))
    assert units.table["households"].tolist() == [40.0, 20.0]
    assert units.table["entrance"].tolist() == ["甲", "乙"]
    assert units.table["x"].tolist() == pytest.approx([500_015.0, 500_080.0])
    assert units.of_row.tolist() == [0, 0, 1]


def test_entrance_torn_by_another_is_two_units_and_told():
    """Rows of an entrance with another one between them cannot be one piece: two units, and a message."""
    rows = [{"households": 1.0, "building": "1", "entrance": name} for name in ("甲", "乙", "甲")]
    units = units_of(town([box(0, 0, 100, 100)], rows, [(10, 50), (50, 50), (90, 50)]))
    assert len(units.table) == 3
    assert [message.text("en")[:10] for message in units.told] == ["1 entrance"]


def test_units_on_one_spot_share_it_like_a_pie():
    """Three entrances on one spot get three cells that all touch the spot."""
    rows = [{"households": 5.0, "building": "1", "entrance": name} for name in "甲乙丙"]
    units = units_of(town([box(0, 0, 100, 100)], rows, [(50, 50)] * 3))
    spot = Point(500_050, 3_400_050)
    assert len(units.table) == 3
    assert max(shape.distance(spot) for shape in units.table.geometry) <= NEAR_M
    assert min(units.table.geometry.area) > 2000
    assert len(units.borders) == 3


def test_compound_without_residents_is_one_unit():
    """A compound where nobody lives yet is one unit, however many buildings it has."""
    rows = [{"households": 0.0, "compound": "新城", "building": str(n)} for n in range(3)]
    rows.append({"households": 9.0})
    units = units_of(town([box(0, 0, 100, 100)], rows, [(10, 10), (20, 20), (10, 30), (80, 80)]))
    assert units.table["compound"].tolist() == ["新城", ""]
    assert units.table["households"].tolist() == [0.0, 9.0]


def test_special_area_is_one_unit_with_its_shape():
    """A special area keeps its outline and holds the rows in it; nobody else's cell covers it."""
    school = box(40, 40, 60, 60)
    rows = [{"households": 3.0}, {"households": 4.0}, {"households": 5.0}]
    units = units_of(town([box(0, 0, 100, 100)], rows, [(45, 45), (55, 55), (10, 10)], special=[school]))
    special = units.table[units.table["special"] == 0]
    assert special["households"].tolist() == [7.0]
    assert special.geometry.iloc[0].area == pytest.approx(400)
    assert units.table["households"].sum() == 12


def test_island_without_rows_is_a_unit_of_its_own():
    """A part of a community where no row lies is not given to the other part's people."""
    shape = shapely.union_all([box(0, 0, 100, 100), box(0, 150, 50, 200)])
    units = units_of(town([shape], [{"households": 5.0}], [(50, 50)]))
    assert sorted(units.table["households"]) == [0.0, 5.0]
    assert sorted(units.table.geometry.area) == pytest.approx([2500, 10_000])
    assert not len(units.borders)


def test_point_on_the_border_of_two_communities():
    """A row on the border is in the community it is said to be in, and its cell is there."""
    inputs = town(
        [box(0, 0, 100, 100), box(100, 0, 200, 100)], [{"households": 5.0}] * 2, [(100, 50), (150, 50)]
    )
    moved = replace(inputs, households=inputs.households.assign(community_id="C2"))
    assert units_of(inputs).table.groupby("community_id")["households"].sum().tolist() == [5.0, 5.0]
    assert units_of(moved).table.groupby("community_id")["households"].sum().tolist() == [0.0, 10.0]


def test_units_are_numbered_from_west_to_east():
    """Unit ids count within a community from west to east, north before south where x is the same."""
    rows = [{"households": float(n)} for n in (1, 2, 3)]
    units = units_of(town([box(0, 0, WIDE_M, HIGH_M)], rows, [(250, 100), (50, 50), (50, 150)]))
    assert units.table["unit_id"].tolist() == ["C1-U0001", "C1-U0002", "C1-U0003"]
    assert units.table["households"].tolist() == [3.0, 2.0, 1.0]
    assert units.of_row.tolist() == [2, 1, 0]


def test_inputs_are_left_alone():
    """Building units changes nothing that came in."""
    inputs = town(
        [box(0, 0, 100, 100)],
        [{"households": 5.0}],
        [(50, 50)],
        roads=[("", LineString([(0, 50), (100, 50)]))],
    )
    before = [table.copy() for table in (inputs.communities, inputs.households, inputs.roads)]
    units_of(inputs)
    for table, copy in zip((inputs.communities, inputs.households, inputs.roads), before, strict=True):
        assert_geodataframe_equal(table, copy)


def test_tiny_edges_between_cells_are_none():
    """Corners half a millimetre from the next on a straight border go, so rounded cells join; the outer edge stays."""
    left = shapely.Polygon([(0, 0), (10, 0), (10, 5), (10.0000001, 5.0006), (10, 10), (0.0004, 10), (0, 10)])
    right = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10.0000001, 5.0006), (10, 5)])
    cells = _dissolved(np.array([left, right]), np.array([0, 1]))
    assert shapely.get_num_coordinates(cells).tolist() == [6, 5]
    assert shapely.union_all(cells).equals_exact(shapely.union_all([left, right]), 1e-9)
