"""Walking distances, against a town drawn here and against a Dijkstra of the test's own."""

import heapq
import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.circle import Service, place
from gridplan.errors import InputError
from gridplan.network import FAR_M, StraightLine, build_network, tell_far

CRS = "EPSG:4547"


def roads(*lines: list[tuple[float, float]], ranks: dict[int, str] | None = None) -> gpd.GeoDataFrame:
    """Make a table of roads; ``ranks`` by position."""
    named = [(ranks or {}).get(i, "") for i in range(len(lines))]
    table = {"road_id": [str(i) for i in range(len(lines))], "name": "", "rank": named}
    return gpd.GeoDataFrame(table, geometry=[shapely.LineString(line) for line in lines], crs=CRS)


def barriers(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Make a table of barriers."""
    return gpd.GeoDataFrame(
        {"barrier_id": "", "name": ""}, index=range(len(shapes)), geometry=list(shapes), crs=CRS
    )


def metres(network, origin, destination, **options):
    """Return the distance of one pair."""
    return float(network.distances([origin], [destination], **options)[0, 0])


CROSS = roads([(0, 0), (200, 0)], [(100, -100), (100, 100)])


def test_walk_round_the_corner():
    """Two points off a crossroads: to the road, to the crossing, along the other road, and off it again."""
    network = build_network(CROSS, None, detour=1.3)
    assert len(network.edges) == 4
    assert metres(network, (40, 10), (105, 70)) == 10 + 60 + 70 + 5


def test_two_points_on_one_edge_walk_along_it():
    """Points on the same stretch never go round by its ends."""
    network = build_network(CROSS, None, detour=1.3)
    assert metres(network, (10, 4), (60, -3)) == 4 + 50 + 3
    assert metres(network, (10, 4), (10, 4)) == 8


def test_short_cut_beats_the_stretch():
    """On a long bend the way out by both ends may be shorter than the way along it."""
    bend = [(0, 0), (0, 300), (100, 300), (100, 0)]
    network = build_network(roads(bend, [(0, 0), (100, 0)]), None, detour=1.3)
    assert metres(network, (0, 20), (100, 30)) == 20 + 100 + 30


def test_limit_is_exact():
    """Exactly the limit is within it; a centimetre more is not."""
    network = build_network(roads([(0, 0), (2000, 0)]), None, detour=1.3)
    assert metres(network, (0, 0), (1000, 0), limit_m=4.0 * 1000 / 60 * 15) == 1000
    assert metres(network, (0, 0), (1000.01, 0), limit_m=1000) == math.inf


def test_expressways_are_not_walked():
    """A rank that says expressway, in either language, takes a road out, and that is told."""
    lines = ([(0, 0), (100, 0)], [(0, 50), (100, 50)], [(0, 60), (100, 60)])
    network = build_network(roads(*lines, ranks={1: "城市快速路", 2: "Motorway_link"}), None, detour=1.3)
    assert len(network.edges) == 1
    assert [m.key for m in network.told] == ["network.expressways"]


def test_no_road_to_walk_on_is_said():
    """Roads that are all expressways are an error that says how many rows there were."""
    with pytest.raises(InputError, match="1 rows, 1 of them expressways"):
        build_network(roads([(0, 0), (9, 0)], ranks={0: "高速公路"}), None, detour=1.3)


def test_pieces_are_joined_by_the_gap_times_detour():
    """Two streets 50 m apart are one network, walked over the gap with the detour, and the link is listed."""
    network = build_network(roads([(0, 0), (100, 0)], [(150, 0), (250, 0)]), None, detour=1.2)
    assert metres(network, (0, 0), (250, 0)) == 100 + 60 + 100
    assert network.links["walk_m"].tolist() == [60]
    assert network.told[0].key == "network.links"


def test_far_pieces_join_the_nearest():
    """Three streets in a row, 500 m apart, are joined in a row."""
    rows = [[(0, y), (100, y)] for y in (0.0, 500.0, 1000.0)]
    network = build_network(roads(*rows), None, detour=1.0)
    assert sorted(network.links["walk_m"]) == [500, 500]
    assert metres(network, (50, 0), (50, 1000)) >= 1000


def test_ends_that_all_but_touch_meet():
    """A street drawn 40 cm short of another meets it there, without a link."""
    network = build_network(roads([(0, 0), (200, 0)], [(100, 0.4), (100, 80)]), None, detour=1.3)
    assert len(network.links) == 0
    assert metres(network, (0, 0), (100, 80)) == pytest.approx(180, abs=0.02)


def test_closed_street_keeps_its_crossing():
    """A loop drawn from its crossing with another street stays joined there."""
    loop = [(100, 0), (100, 90), (50, 90), (100, 0)]
    network = build_network(roads([(0, 0), (200, 0)], loop), None, detour=1.3)
    assert len(network.links) == 0
    assert metres(network, (0, 0), (100, 90)) == 190


def test_a_bridge_carries_and_water_does_not():
    """Where a road crosses a river it is walked; where none does the other bank is beyond every limit."""
    river = barriers(shapely.box(-50, 90, 500, 110))
    banks = ([(0, 0), (400, 0)], [(0, 200), (400, 200)])
    over = build_network(roads(*banks, [(400, 0), (400, 200)]), river, detour=1.3)
    assert metres(over, (0, 0), (0, 200)) == 400 + 200 + 400
    apart = build_network(roads(*banks), river, detour=1.3)
    assert metres(apart, (0, 0), (0, 200)) > 1_000_000
    assert metres(apart, (0, 0), (0, 200), limit_m=100_000) == math.inf
    assert apart.links["across_barrier"].tolist() == [True]
    assert apart.told[0].key == "network.across"


def test_links_go_round_a_barrier():
    """Two streets along both sides of a wall are joined at the end of the wall, not through it."""
    wall = barriers(shapely.LineString([(15, -50), (15, 90)]))
    network = build_network(roads([(0, 0), (0, 100)], [(30, 0), (30, 100)]), wall, detour=2.0)
    assert network.links["across_barrier"].tolist() == [False]
    assert metres(network, (0, 0), (30, 0)) == 100 + 60 + 100


def test_who_lives_on_a_barrier_gets_out():
    """A house inside a mapped water area takes the nearest road, and is not called cut off."""
    network = build_network(CROSS, barriers(shapely.box(20, 5, 60, 40)), detour=1.3)
    assert metres(network, (40, 10), (40, 0)) == 10
    assert not network.far([(40, 10)]).any()


def test_points_join_roads_on_their_own_side():
    """A house by a wall takes the farther road on its side, not the near one behind the wall."""
    network = build_network(
        roads([(0, 0), (100, 0), (100, 100), (0, 100)]),
        barriers(shapely.LineString([(-50, 20), (90, 20)])),
        detour=1.3,
    )
    assert metres(network, (50, 30), (50, 100)) == 50 + 70 + 50
    assert not network.far([(50, 30)]).any()


def test_far_points_are_told():
    """A point beyond FAR_M of every road, or walled in, is named; near ones are not."""
    wall = barriers(shapely.box(40, 40, 60, 60).exterior)
    network = build_network(CROSS, wall, detour=1.3)
    points = [(-FAR_M, 0), (-FAR_M - 1, 0), (50, 50)]
    assert network.far(points).tolist() == [False, True, True]
    assert "2" in tell_far(network, points)[0].text("zh")
    assert tell_far(StraightLine(1.3), points) == ()


def test_straight_line():
    """Line times detour, and inf beyond the limit."""
    walk = StraightLine(1.5)
    assert walk.distances([(0, 0)], [(30, 40), (300, 400)], limit_m=100).tolist() == [[75.0, math.inf]]
    places = walk.attach([(0, 0), (3, 4)])
    assert walk.distances(places[[1]], places).tolist() == [[7.5, 0.0]]


def test_no_points_at_all():
    """Nobody walks nowhere: empty tables in, empty matrix out."""
    network = build_network(CROSS, None, detour=1.3)
    assert network.distances(np.empty((0, 2)), [(0, 0)]).shape == (0, 1)
    assert network.distances([(0, 0)], []).shape == (1, 0)


def towns():
    """Draw towns of straight streets between points of a coarse lattice: crossings, pieces, loops."""
    spot = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (p[0] * 90.0, p[1] * 70.0))
    line = st.lists(spot, min_size=2, max_size=4).filter(lambda ps: all(a != b for a, b in pairwise(ps)))
    return st.lists(line, min_size=1, max_size=7)


def points():
    """Draw a handful of points in and around the town."""
    return st.lists(st.tuples(st.floats(-50, 600), st.floats(-50, 480)), min_size=1, max_size=6)


def plain_dijkstra(ways, start):
    """Return the cost of the cheapest way to every node."""
    reached, queue, number = {start: 0}, [(0, 0, start)], 1
    while queue:
        here_cm, _, node = heapq.heappop(queue)
        for there, cost_cm in ways[node]:
            if here_cm + cost_cm < reached.get(there, math.inf):
                reached[there] = here_cm + cost_cm
                heapq.heappush(queue, (reached[there], number, there))
                number += 1
    return reached


def reference_cm(network, origins, destinations):
    """Distances by a plain Dijkstra over a graph in which every point is a node of its own."""
    ways = {}

    def join(a, b, cost_cm):
        for here, there in ((a, b), (b, a)):
            ways.setdefault(here, []).append((there, int(cost_cm)))

    first, neighbor, cost_cm = network.graph.ways
    for node, (begin, end) in enumerate(pairwise(first.tolist())):
        for k in range(begin, end):
            join(node, int(neighbor[k]), cost_cm[k])
    on_arc = {}
    for side, places in (("o", network.attach(origins)), ("d", network.attach(destinations))):
        for i, (arc, ends, (to_start, to_end, off)) in enumerate(zip(*places.spots, strict=True)):
            join((side, i), (side, i, "foot"), off)
            join((side, i, "foot"), int(ends[0]), to_start)
            join((side, i, "foot"), int(ends[1]), to_end)
            for other, at_cm in on_arc.setdefault(int(arc), []):
                join((side, i, "foot"), other, abs(at_cm - to_start))
            on_arc[int(arc)].append(((side, i, "foot"), to_start))
    searches = [plain_dijkstra(ways, ("o", i)) for i in range(len(origins))]
    return np.array([[reached["d", j] for j in range(len(destinations))] for reached in searches])


@settings(max_examples=60, deadline=None)
@given(towns(), points(), points())
def test_distances_equal_an_independent_dijkstra(lines, origins, destinations):
    """Every distance is, to the centimetre, that of a search that knows no shortcuts."""
    network = build_network(roads(*lines), None, detour=1.3)
    want_cm = reference_cm(network, origins, destinations)
    found = network.distances(origins, destinations)
    assert np.array_equal(np.rint(found * 100), want_cm)
    assert (network.distances(destinations, origins) == found.T).all()
    within = network.distances(origins, destinations, limit_m=300)
    assert (within == np.where(want_cm <= 30_000, found, np.inf)).all()


@settings(max_examples=12, deadline=None)
@given(towns(), points(), points(), st.integers(1, 60_000))
def test_cover_is_decided_on_all_pairs_as_by_the_reference(lines, origins, destinations, limit_cm):
    """Which unit each facility alone covers is, for every pair and to the centimetre, what the plain search says."""
    network = build_network(roads(*lines), None, detour=1.3)
    xy = np.asarray(origins, float)
    units = pd.DataFrame(
        {"unit_id": [f"u{at}" for at in range(len(xy))], "x": xy[:, 0], "y": xy[:, 1], "households": 1.0}
    )
    kinds = [f"k{at}" for at in range(len(destinations))]
    there = {"facility_id": kinds, "category": kinds, "name": "", "capacity": math.nan}
    circle = place(
        units,
        gpd.GeoDataFrame(there, geometry=[shapely.Point(spot) for spot in destinations], crs=CRS),
        None,
        services=[Service(category=kind, limit_m=limit_cm / 100, new=0) for kind in kinds],
        walk=network,
        metres_per_minute=60.0,
    )
    want = reference_cm(network, origins, destinations) <= limit_cm
    assert (circle.access["covered"].to_numpy() == want.T.ravel()).all()


@settings(max_examples=60, deadline=None)
@given(towns(), points(), points(), st.sampled_from([100.0, 400.0, math.inf]))
def test_the_nearest_is_the_least_distance(lines, origins, destinations, limit_m):
    """One search from all goals finds what the distances say, the first goal where two are equally near."""
    network = build_network(roads(*lines), None, detour=1.3)
    destinations = [*destinations, destinations[0], origins[0]]
    distances = network.distances(origins, destinations, limit_m=limit_m)
    found_m, found = network.nearest(origins, destinations, limit_m=limit_m)
    assert found_m.tolist() == distances.min(axis=1).tolist()
    assert found.tolist() == np.where(np.isfinite(found_m), distances.argmin(axis=1), -1).tolist()


def test_nearest_of_none():
    """Where there is nothing, nothing is near."""
    for walk in (build_network(CROSS, None, detour=1.3), StraightLine(1.3)):
        found_m, found = walk.nearest([(0, 0), (10, 0)], [])
        assert (found_m.tolist(), found.tolist()) == ([math.inf] * 2, [-1, -1])
        assert walk.nearest(np.empty((0, 2)), [(0, 0)])[1].tolist() == []


def test_nearest_in_a_straight_line():
    """The first of two equally near points is taken, and none beyond the limit."""
    found_m, found = StraightLine(2.0).nearest([(0, 0), (90, 0)], [(10, 0), (-10, 0)], limit_m=50)
    assert (found_m.tolist(), found.tolist()) == ([20.0, math.inf], [0, -1])


@settings(max_examples=40, deadline=None)
@given(towns(), points())
def test_walks_are_metric_and_no_shorter_than_the_line(lines, spots):
    """No walk beats the straight line, and the order and direction of the rows change nothing."""
    network = build_network(roads(*lines), None, detour=1.3)
    found = network.distances(spots, spots)
    xy = np.array(spots)
    line_m = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    assert np.isfinite(found).all()
    assert (found >= line_m - 0.05 * (1 + len(network.edges))).all()
    turned = build_network(roads(*[line[::-1] for line in lines[::-1]]), None, detour=1.3)
    assert np.abs(turned.distances(spots, spots) - found).max() <= 0.01 * (2 + len(network.edges))


@settings(max_examples=30, deadline=None)
@given(towns())
def test_edges_meet_only_at_their_ends(lines):
    """After cutting, two edges share nothing but ends, and no length is lost."""
    network = build_network(roads(*lines), None, detour=1.3)
    one, other = shapely.STRtree(network.edges).query(network.edges, predicate="intersects")
    pairs = one < other
    shared = shapely.intersection(network.edges[one[pairs]], network.edges[other[pairs]])
    ends = shapely.multipoints(np.stack([shapely.get_point(network.edges, k) for k in (0, -1)], axis=1))
    assert shapely.covers(ends[one[pairs]], shared).all()
    assert shapely.covers(ends[other[pairs]], shared).all()
    drawn_m = shapely.union_all([shapely.LineString(line) for line in lines]).length
    assert shapely.length(network.edges).sum() == pytest.approx(drawn_m, abs=0.05 * (1 + len(network.edges)))
