"""Cells of one community, drawn by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridplan.cells import NOBODY, Ground, Tiling, tile
from gridplan.seams import components, seams_of

SQUARE = box(0, 0, 100, 100)


def shapes(*items: shapely.Geometry) -> np.ndarray:
    """Return shapes as an array."""
    return np.array([*items, None], object)[:-1]


def ground(
    *,
    roads: tuple[shapely.Geometry, ...] = (),
    walls: tuple[shapely.Geometry, ...] = (),
    water: tuple[shapely.Geometry, ...] = (),
    fixed: tuple[shapely.Geometry, ...] = (),
    fixed_label: int = 100,
) -> Ground:
    """Return what cuts a community; special areas are labelled from ``fixed_label`` on."""
    banks = [shapely.boundary(shape) for shape in water]
    return Ground(
        lines=shapes(*roads, *walls, *banks),
        walls=shapes(*walls, *banks),
        water=shapes(*water),
        fixed=shapes(*fixed),
        fixed_label=fixed_label + np.arange(len(fixed)),
    )


def areas(tiling: Tiling) -> dict[int, float]:
    """Return the area of each label, to the square metre."""
    labels = np.unique(tiling.label)
    sums = np.bincount(tiling.label, weights=shapely.area(tiling.faces), minlength=labels.max() + 1)
    return {int(label): round(float(sums[label])) for label in labels}


def tiled(spots: list[tuple[float, float]], owner: list[int], on: Ground, shape=SQUARE) -> Tiling:
    """Tile the square, and check what holds of every tiling."""
    tiling = tile(shape, np.array(spots, float).reshape(-1, 2), np.array(owner, np.int64), on)
    assert shapely.coverage_is_valid(tiling.faces)
    assert shapely.area(tiling.faces).sum() == pytest.approx(shape.area, abs=1e-6)
    assert (tiling.label >= 0).all()
    return tiling


def test_nobody_at_all():
    """Without spots a community is one cell that nobody holds."""
    tiling = tiled([], [], ground())
    assert areas(tiling) == {0: 10_000}
    assert tiling.origin.tolist() == [NOBODY]


def test_half_way_between_spots():
    """Three spots in a row get what is nearer to them than to the others."""
    tiling = tiled([(10, 50), (50, 50), (90, 50)], [0, 1, 2], ground())
    assert areas(tiling) == {0: 3000, 1: 4000, 2: 3000}


def test_spots_of_one_owner_are_not_parted():
    """Two spots of one owner hold their ground together."""
    assert areas(tiled([(10, 50), (50, 50), (90, 50)], [0, 0, 1], ground())) == {0: 7000, 1: 3000}


def test_speck_between_roads_goes_to_a_neighbour():
    """Two roads and the border cut off two square centimetres: too little of a border for anyone, and no cell of its own."""
    roads = (LineString([(50, -1), (50, 101)]), LineString([(49, 1.02), (51, -0.98)]))
    assert areas(tiled([(25, 50), (75, 50)], [0, 1], ground(roads=roads))) == {0: 5000, 1: 5000}


def test_piece_without_its_spot_goes_to_a_neighbour():
    """A block without a spot joins the neighbour with which it shares the longest line."""
    roads = (LineString([(70, 0), (70, 100)]), LineString([(70, 80), (0, 80)]))
    tiling = tiled([(30, 40), (30, 90)], [0, 1], ground(roads=roads))
    assert areas(tiling) == {0: 70 * 80 + 30 * 100, 1: 70 * 20}


def test_land_over_a_wall_is_joined_last():
    """Land without people goes to those it can be walked to from, not to those behind the wall."""
    roads = (LineString([(60, 0), (60, 100)]),)
    walls = (LineString([(40, 0), (40, 100)]),)
    tiling = tiled([(20, 50), (80, 50)], [0, 1], ground(roads=roads, walls=walls))
    assert areas(tiling) == {0: 4000, 1: 6000}


def test_water_is_shared_half_way_between_its_banks():
    """Each bank gets its half of the river."""
    tiling = tiled([(20, 50), (80, 50)], [0, 1], ground(water=(box(30, -10, 50, 110),)))
    assert areas(tiling) == {0: 4000, 1: 6000}


def test_owner_on_both_sides_of_another_is_two():
    """An owner whose spots lie apart has two labels, both of which come from it."""
    tiling = tiled([(10, 50), (50, 50), (90, 50)], [0, 1, 0], ground())
    assert len(areas(tiling)) == 3
    assert sorted(set(tiling.origin.tolist())) == [0, 1]


def test_special_area_keeps_its_label():
    """A fixed polygon is its own cell, spots or not; the ring around it stays whole."""
    tiling = tiled([(10, 10)], [0], ground(fixed=(box(40, 40, 60, 60),)))
    assert areas(tiling) == {0: 9600, 100: 400}


def test_special_area_is_cut_at_the_community():
    """Of a special area that reaches over the border only the part inside is taken."""
    assert areas(tiled([(10, 10)], [0], ground(fixed=(box(90, 90, 300, 300),)))) == {0: 9900, 100: 100}


def test_blocks_are_the_land_between_lines():
    """Spots of one block share its number, those across a road do not."""
    tiling = tiled(
        [(20, 20), (20, 80), (80, 50)], [0, 1, 2], ground(roads=(LineString([(50, -5), (50, 105)]),))
    )
    block = tiling.block[tiling.spot_face]
    assert block[0] == block[1] != block[2]


def test_a_road_that_ends_inside_cuts_nothing():
    """A dead end is no border."""
    tiling = tiled([(20, 50)], [0], ground(roads=(LineString([(50, 0), (50, 60)]),)))
    assert areas(tiling) == {0: 10_000}


ON_THE_ROAD = [
    (0.0, 0.0),
    (0.0, 1.0),
    (0.0, 2.0),
    (0.0, 3.0),
    (0.0, 4.0),
    (0.0, 7.0),
    (1.0, 1.0),
    (63.0, 95.0),
]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 100).map(float), st.integers(0, 100).map(float)), unique=True, max_size=9
    ),
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
)
@example(ON_THE_ROAD, [0, 0, 0, 0, 0, 0, 0, 1, 0])
def test_labels_hold_their_spots_in_one_piece(spots, owners):
    """Every label is connected, and each spot's face bears a label of its owner."""
    owner = owners[: len(spots)]
    tiling = tiled(spots, owner, ground(roads=(LineString([(33, -5), (66, 105)]),)))
    at = seams_of(tiling.faces)
    same = tiling.label[at.left] == tiling.label[at.right]
    pieces = components(len(tiling.faces), at.left[same], at.right[same])
    assert len(np.unique(pieces)) == len(np.unique(tiling.label))
    assert tiling.origin[tiling.spot_face].tolist() == owner


def test_owner_on_both_sides_of_a_wall_is_two():
    """Nobody holds land on two sides of a wall or a river: each side is a piece of its own."""
    spots = [(20, 50), (80, 50), (80, 90)]
    for on in (ground(walls=(LineString([(50, 0), (50, 100)]),)), ground(water=(box(45, -10, 55, 110),))):
        tiling = tiled(spots, [0, 0, 1], on)
        west, east = tiling.label[tiling.spot_face[:2]]
        assert west != east
        assert tiling.origin[tiling.spot_face].tolist() == [0, 0, 1]


def test_river_through_a_park_leaves_the_park_its_outline():
    """A special area that a river runs through gets no water outside its own outline."""
    park, river = box(30, 30, 70, 70), box(45, -10, 55, 110)
    tiling = tiled([(10, 10), (90, 90)], [0, 1], ground(water=(river,), fixed=(park,)))
    held = shapely.union_all(tiling.faces[tiling.label == 100])
    assert held.symmetric_difference(park).area == pytest.approx(0, abs=1e-6)
