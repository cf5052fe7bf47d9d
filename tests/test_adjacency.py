"""Borders of made-up towns: who touches whom, and where people can walk from one to the other."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from scipy.sparse import coo_array, csgraph
from shapely import LineString, box

from gridplan.adjacency import LEAST_M
from gridplan.progress import Silent
from gridplan.sides import sides_of
from gridplan.tables import Inputs
from gridplan.units import Units, build_units
from strategies import METRIC, town, towns

EXAMPLES = 15
RIVER = box(45, -10, 55, 110)
SQUARE = box(0, 0, 100, 100)
BANKS = [(20.0, 50.0), (80.0, 50.0)]


def units_of(inputs: Inputs) -> Units:
    """Build the units without telling anyone."""
    return build_units(inputs, Silent())


def across(roads: list[tuple[str, shapely.Geometry]] | None, barrier: shapely.Geometry) -> Units:
    """Build the units of a square with a row on either side of a barrier."""
    return units_of(town([SQUARE], [{"households": 10.0}] * 2, BANKS, roads=roads, barriers=[barrier]))


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns())
def test_borders_are_the_lengths_that_cells_share(inputs: Inputs):
    """Every pair is there once, left before right, in one community, with the length that its cells share."""
    units = units_of(inputs)
    shapes, borders = units.table.geometry.to_numpy(), units.borders
    left, right = borders["left"].to_numpy(int), borders["right"].to_numpy(int)
    assert (left < right).all()
    assert not borders.duplicated(["left", "right"]).any()
    community = units.table["community_id"].to_numpy(object)
    assert (community[left] == community[right]).all()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    near = (one < other) & (community[one] == community[other])
    shared_m = shapely.length(shapely.intersection(shapes[one[near]], shapes[other[near]]))
    asked = {
        (a, b): length
        for a, b, length in zip(one[near].tolist(), other[near].tolist(), shared_m.tolist(), strict=True)
        if length > 1e-6
    }
    found = dict(
        zip(zip(left.tolist(), right.tolist(), strict=True), borders["border_m"].tolist(), strict=True)
    )
    assert {pair for pair, length in found.items() if length > 1e-6} == set(asked)
    assert [found[pair] for pair in asked] == pytest.approx(list(asked.values()), abs=1e-3)


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns())
def test_parts_of_a_border_are_no_longer_than_it(inputs: Inputs):
    """Open and road metres are part of the border; people walk over open ground or a crossing."""
    borders = units_of(inputs).borders
    whole = borders["border_m"] + 1e-9
    assert (borders["open_m"] <= whole).all()
    assert (borders["road_m"] <= whole).all()
    open_or_crossed = (borders["open_m"] >= LEAST_M) | (borders["crossed"] & (borders["border_m"] >= LEAST_M))
    assert (open_or_crossed | ~borders["joined"]).all()
    if inputs.barriers is None or not len(inputs.barriers):
        assert (borders["joined"] == open_or_crossed).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(towns(entrances=False, special=False))
def test_nobody_walks_through_a_barrier(inputs: Inputs):
    """Units that borders join lie on one side of the barriers, unless a road leads across."""
    if inputs.barriers is None or not len(inputs.barriers):
        return
    barriers = shapely.union_all(shapely.buffer(inputs.barriers.geometry.to_numpy(), 0.02))
    roads = [] if inputs.roads is None else inputs.roads.geometry.tolist()
    if any(road.intersects(barriers) for road in roads):
        return
    units, rows = units_of(inputs), inputs.households
    joined = units.borders[units.borders["joined"]]
    size = len(units.table)
    pairs = coo_array((np.ones(len(joined)), (joined["left"], joined["right"])), shape=(size, size))
    piece = csgraph.connected_components(pairs, directed=False)[1]
    sides = np.concatenate(
        [shapely.get_parts(shapely.difference(shape, barriers)) for shape in inputs.communities.geometry]
    )
    dry = np.flatnonzero(shapely.distance(barriers, rows.geometry.to_numpy()) > 0)
    point, side = shapely.STRtree(sides).query(rows.geometry.to_numpy()[dry], predicate="intersects")
    for number in np.unique(piece):
        mine = piece[units.of_row[dry[point]]] == number
        home = rows["community_id"].to_numpy(object)[dry[point][mine]]
        for community in np.unique(home):
            here = side[mine][home == community]
            within = shapely.intersects(
                shapely.buffer(inputs.communities.geometry.iloc[int(community[1:]) - 1], -0.01), sides[here]
            )
            assert len(np.unique(here[within])) <= 1


def test_river_without_a_bridge_parts():
    """Two banks touch in the middle of the river, and nobody walks across."""
    borders = across(None, RIVER).borders
    assert borders[["border_m", "open_m"]].to_numpy().ravel().tolist() == pytest.approx([100.0, 0.0])
    assert borders[["crossed", "joined"]].to_numpy().tolist() == [[False, False]]


@pytest.mark.parametrize("barrier", [RIVER, LineString([(50, -10), (50, 110)])], ids=["river", "railway"])
def test_bridge_joins_the_banks(barrier):
    """A road over a river, or over a railway, joins the two sides."""
    borders = across([("大桥路", LineString([(-10, 70), (110, 70)]))], barrier).borders
    assert borders["joined"].any()
    assert borders.loc[borders["joined"], "crossed"].any()


def test_bridge_without_a_name_joins_too():
    """A lane without a name bounds no grid where other roads have names, but people walk over it."""
    lanes = [("学院路", LineString([(-10, 105), (110, 105)])), ("", LineString([(-10, 70), (110, 70)]))]
    borders = across(lanes, RIVER).borders
    assert borders["joined"].tolist() == [True]


def test_road_along_the_river_is_no_bridge():
    """A road that runs beside a barrier, or ends at it, does not lead over it."""
    ending = [("滨河路", LineString([(40, -10), (40, 110)])), ("学院路", LineString([(-10, 20), (45, 20)]))]
    borders = across(ending, RIVER).borders
    banks = borders[borders["open_m"] < LEAST_M]
    assert len(banks)
    assert not banks["joined"].any()


def test_wall_that_ends_lets_people_round():
    """A wall with a way round its end leaves the rest of the border open."""
    borders = across(None, LineString([(50, 30), (50, 110)])).borders
    assert borders["open_m"].tolist() == pytest.approx([30.0])
    assert borders["joined"].tolist() == [True]


def test_cells_that_touch_at_a_corner_are_no_neighbours():
    """Four quarters of a square: each borders two others, none the one across the corner."""
    roads = [("解放路", LineString([(50, -10), (50, 110)])), ("学院路", LineString([(-10, 50), (110, 50)]))]
    corners = [(25.0, 25.0), (25.0, 75.0), (75.0, 25.0), (75.0, 75.0)]
    units = units_of(town([SQUARE], [{"households": 1.0}] * 4, corners, roads=roads))
    assert len(units.borders) == 4
    assert units.borders["border_m"].tolist() == pytest.approx([50.0] * 4)
    assert units.borders["road_m"].tolist() == pytest.approx([50.0] * 4)
    assert units.borders["joined"].all()


def test_roads_lead_from_side_to_side():
    """A road over a railway and a river joins three sides in two places; one that ends at the railway joins none."""
    railway, river = LineString([(20, -50), (20, 50)]), box(50, -50, 60, 50)
    ground, barriers = box(0, -40, 100, 40), np.array([railway, river], object)
    sides = sides_of(ground, barriers, np.array([LineString([(0, 0), (100, 0)])], object))
    assert (len(sides.land), len(sides.places)) == (3, 2)
    assert sides.joined.tolist() == [0, 0, 0]
    for road in (LineString([(0, 0), (20, 0)]), LineString([(0, -60), (100, -60)])):
        assert len(set(sides_of(ground, barriers, np.array([road], object)).joined)) == 3


WALLS = [LineString([(50, -10), (50, 110)]), LineString([(-10, 50), (110, 50)])]
QUARTERS = [(25.0, 25.0), (25.0, 75.0), (75.0, 25.0), (75.0, 75.0)]


@pytest.mark.parametrize("beside_m", [0.0, 0.03, 5.0])
def test_road_beside_two_crossing_barriers_joins_the_sides_that_it_leads_to(beside_m: float):
    """A road round the west of where two walls cross joins the two western quarters and no others."""
    bend = LineString([(20, 80), (50 - beside_m, 50), (20, 20)])
    units = units_of(town([SQUARE], [{"households": 1.0}] * 4, QUARTERS, roads=[("", bend)], barriers=WALLS))
    joined = units.borders[units.borders["joined"]]
    west = units.table["x"].to_numpy() < units.table["x"].mean()
    assert [set(pair) for pair in joined[["left", "right"]].to_numpy().tolist()] == [
        set(np.flatnonzero(west))
    ]


def test_land_beyond_a_wall_joins_nobody_to_its_owners():
    """Two cells share the empty quarter beyond a wall each: they meet there, but neither of their people do."""
    lane = ("解放路", LineString([(-10, 110), (50, 50)]))  # parts the north-western quarter
    rows, homes = [{"households": 1.0}] * 2, [(25.0, 25.0), (75.0, 75.0)]
    units = units_of(town([SQUARE], rows, homes, roads=[lane], barriers=WALLS))
    assert len(units.table) == 2
    assert not units.borders["joined"].any()


def test_units_keep_the_metric_crs():
    """Cells are in the CRS of the inputs."""
    assert across(None, RIVER).table.crs == METRIC
