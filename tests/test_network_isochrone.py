"""How far people come on foot, on a crossing that a person can pace out."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from gridplan.network import StraightLine, build_network, isochrone, reached_roads

CRS = "EPSG:4547"


def network(*lines, barriers=None):
    """Make a network of lines."""
    roads = gpd.GeoDataFrame(
        {"rank": [""] * len(lines)}, geometry=[LineString(line) for line in lines], crs=CRS
    )
    return build_network(roads, barriers, detour=1.3)


CROSS = network([(-500, 0), (500, 0)], [(0, -500), (0, 500)])


def test_four_arms_of_a_crossing():
    """From the crossing 200 m go down each of four arms; the area holds their ends and not what lies beyond."""
    assert reached_roads(CROSS, (0, 0), 200).length == pytest.approx(800)
    area = isochrone(CROSS, (0, 0), 200)
    assert shapely.covers(area, shapely.points([(200, 0), (0, -200), (10, 10)])).all()
    assert not shapely.intersects(area, shapely.Point(240, 0))


def test_the_way_to_the_road_counts():
    """50 m beside the road leave 150 m of 200, both ways; a walk that ends before the road reaches none."""
    assert reached_roads(CROSS, (400, 50), 200).length == pytest.approx(100 + 150)
    assert reached_roads(CROSS, (400, 50), 40).length == 0


def test_part_of_one_street():
    """A walk that stays between two crossings reaches both ways of the one street."""
    assert reached_roads(CROSS, (250, 0), 100).length == pytest.approx(200)


def test_round_the_block_from_both_ends():
    """On a ring of 400 m a walk of 150 m goes round from both ends of the start and leaves 100 m; 200 m close the ring."""
    ring = network([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    assert reached_roads(ring, (0, 0), 150).length == pytest.approx(300)
    assert reached_roads(ring, (0, 0), 200).length == pytest.approx(400)
    assert not isochrone(ring, (0, 0), 200).interiors


def test_without_roads_a_disc():
    """130 m at a detour of 1.3 are a disc of 100 m."""
    area = isochrone(StraightLine(1.3), (5, 5), 130)
    assert area.area == pytest.approx(np.pi * 100**2, rel=0.01)


def test_another_walk_is_refused():
    """What is neither roads nor a straight line has no area."""
    with pytest.raises(TypeError, match="walk"):
        isochrone(object(), (0, 0), 1)


@settings(max_examples=30, deadline=None)
@given(st.integers(-500, 500), st.integers(0, 80), st.integers(1, 400), st.integers(0, 300))
def test_a_longer_walk_never_reaches_less(x, y, limit_m, more_m):
    """The area of a longer walk covers that of a shorter one, and the roads in it are those within the distance."""
    small, large = (isochrone(CROSS, (x, y), walk) for walk in (limit_m, limit_m + more_m))
    assert small.difference(large.buffer(1e-6)).area < 1e-6
    ends = shapely.get_coordinates(reached_roads(CROSS, (x, y), limit_m))
    if len(ends):
        assert CROSS.distances([(x, y)], ends).max() <= limit_m + 0.02
