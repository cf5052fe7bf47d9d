"""Points on lines and in areas, a handful at a time."""

import numpy as np
from shapely import LineString, box

from gridplan.where import along, held_by, place_in

NONE = np.zeros(0, object)
NOWHERE = np.zeros((0, 2))
PAIR = np.array([box(0, 0, 10, 10), box(10, 0, 20, 10)], object)
SPOTS = np.array([[5.0, 5.0], [15.0, 5.0], [10.0, 5.0], [40.0, 5.0]])


def test_points_on_lines():
    """A point on a line, or in an area, lies along it; one half a metre off does not."""
    middle = np.array([[5.0, 0.0], [5.0, 0.5], [25.0, 5.0]])
    shapes = np.array([LineString([(0, 0), (10, 0)]), box(20, 0, 30, 10)], object)
    assert along(middle, shapes).tolist() == [True, False, True]
    assert along(middle, NONE).tolist() == [False] * 3
    assert along(NOWHERE, shapes).tolist() == []


def test_held_by_takes_the_first_area():
    """Of two areas that hold a point the first is named, and -1 where none does."""
    assert held_by(SPOTS, PAIR).tolist() == [0, 1, 0, -1]
    assert held_by(SPOTS, PAIR[::-1]).tolist() == [1, 0, 0, -1]
    assert held_by(SPOTS, NONE).tolist() == [-1] * 4
    assert held_by(NOWHERE, PAIR).tolist() == []


def test_place_in_takes_the_nearest_area():
    """A point in no area is in the nearest; of several that hold it, or are equally near, in the first."""
    assert place_in(SPOTS, PAIR).tolist() == [0, 1, 0, 1]
    assert place_in(np.array([[10.0, 12.0]]), PAIR[::-1]).tolist() == [0]
    assert place_in(NOWHERE, PAIR).tolist() == []
