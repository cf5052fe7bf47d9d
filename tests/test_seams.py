"""Where squares touch, and how firmly."""

import numpy as np
import pytest
from shapely import LineString, Polygon, box

from gridplan.seams import components, seams_of, slivers

SQUARES = np.array([box(0, 0, 10, 10), box(10, 0, 20, 10), box(20, 10, 30, 20)], object)


def test_seams_are_the_lines_that_faces_share():
    """Two squares side by side share one line, with its length and its middle; squares at a corner none."""
    at = seams_of(SQUARES)
    assert (at.left.tolist(), at.right.tolist(), at.length_m.tolist()) == ([0], [1], [10.0])
    assert at.middle.tolist() == [[10.0, 5.0]]
    assert at.pieces[0].equals(LineString([(10, 0), (10, 10)]))


def test_a_hair_is_not_firm():
    """Two squares that share 5 cm hang by a hair; of a seam in short pieces the whole length counts."""
    low = Polygon([(0, 0), (10, 0), (10, 9.95), (10, 10), (0, 10)])
    high = Polygon([(10, 9.95), (20, 9.95), (20, 20), (10, 20), (10, 10)])
    hair = seams_of(np.array([low, high], object))
    assert hair.length_m.tolist() == pytest.approx([0.05])
    assert not len(hair.firm.left)
    fine = seams_of(np.array([square.segmentize(1 / 16) for square in SQUARES], object))
    assert len(fine.firm.left) == len(fine.left) == 160


def test_slivers_are_thin():
    """A strip 20 cm wide is a sliver, one of 40 cm is none."""
    assert slivers(np.array([box(0, 0, 100, 0.2), box(0, 0, 100, 0.4)], object)).tolist() == [True, False]


def test_components_are_numbered():
    """Things that pairs join, at any remove, have one number; a thing without a pair has its own."""
    assert components(5, np.array([0, 3]), np.array([1, 1])).tolist() == [0, 0, 1, 0, 2]
