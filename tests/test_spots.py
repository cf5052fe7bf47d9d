"""Spots that several units share, by the figures."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridplan.spots import LEAST_SLICE_M, SLICE_M, SLICE_SHARE, apart

SQUARE = box(0, 0, 100, 100)
EDGE = np.array([SQUARE.boundary], object)


def away_m(spots: np.ndarray, middle: tuple[float, float]) -> list[float]:
    """Return how far spots are from a point."""
    return np.hypot(*(spots - middle).T).tolist()


def test_one_owner_stays_where_it_is():
    """Spots with one owner are not moved; rows of an owner on one spot are one spot."""
    points = np.array([[10.0, 10.0], [20.0, 10.0], [10.001, 10.0]])
    spots, owner, spot = apart(points, np.array([4, 7, 4]), shape=SQUARE, lines=EDGE)
    assert spots.tolist() == [[10.0, 10.0], [20.0, 10.0]]
    assert (owner.tolist(), spot.tolist()) == ([4, 7], [0, 1, 0])


def test_three_owners_stand_around():
    """Three owners of one spot are moved the same way off it, in three directions."""
    spots, owner, spot = apart(np.array([[50.0, 50.0]] * 3), np.arange(3), shape=SQUARE, lines=EDGE)
    assert away_m(spots, (50, 50)) == pytest.approx([SLICE_M] * 3)
    assert spots.mean(axis=0).tolist() == pytest.approx([50, 50])
    assert owner[spot].tolist() == [0, 1, 2]


def test_owners_do_not_step_over_a_line_or_to_the_next_spot():
    """Beside a road, or beside another spot, they stand closer together."""
    two = np.array([[50.0, 50.0]] * 2)
    road = np.array([LineString([(50.2, 0), (50.2, 100)])], object)
    spots, _, _ = apart(two, np.arange(2), shape=SQUARE, lines=road)
    assert away_m(spots, (50, 50)) == pytest.approx([SLICE_SHARE * 0.2] * 2)
    beside = np.vstack([two, [[50.0, 50.1]]])
    spots, owner, _ = apart(beside, np.arange(3), shape=SQUARE, lines=EDGE)
    assert away_m(spots[owner < 2], (50, 50)) == pytest.approx([SLICE_SHARE * 0.1] * 2)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([(0.0, 0.0), (0.0, 50.0), (100.0, 30.0), (60.0, 100.0), (100.0, 100.0)]),
    st.integers(2, 8),
)
def test_owners_on_the_border_stay_inside(middle, count):
    """Around a spot on the border every owner is moved inside, all equally far, no two to one place."""
    spots, _, _ = apart(np.array([middle] * count), np.arange(count), shape=SQUARE, lines=EDGE)
    assert shapely.contains_xy(SQUARE, spots).all()
    assert away_m(spots, middle) == pytest.approx([away_m(spots, middle)[0]] * count)
    assert away_m(spots, middle)[0] >= LEAST_SLICE_M - 1e-9
    assert len(np.unique(np.round(spots, 6), axis=0)) == count
