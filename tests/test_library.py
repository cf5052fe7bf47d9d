"""The partition without files: problems of arrays and frames, what is refused, and the page about it."""

import doctest
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from gridplan.partition import (
    Band,
    Effort,
    problem_from_arrays,
    problem_from_frame,
    reason_text,
    solve,
)
from gridplan.partition.frames import bordering
from strategies import METRIC, Graph, graphs

ROOT = Path(__file__).parents[1]
BAND = (150, 200)
ROW = {"xy": [(0, 0), (50, 0), (100, 0), (150, 0)], "neighbors": [(0, 1), (1, 2), (2, 3)], "band": BAND}
FOUR = [shapely.box(x, y, x + 50, y + 40) for y in (0, 40) for x in (0, 50)]  # a square of two by two


def frame(shapes, load=(90, 80, 85, 75), **others):
    """Make a table of units."""
    return gpd.GeoDataFrame({"load": list(load), **others}, geometry=list(shapes), crs=METRIC)


def test_the_page_holds():
    """Every example of docs/library.md gives what the page says."""
    failed, tried = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)
    assert tried > 10
    assert not failed


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_arrays_are_the_problem(graph: Graph):
    """Pairs in one direction, in both or twice, and positions or their distances, give the problem written by hand."""
    expected = graph.problem(Band(low=150, high=200))
    for pairs in (graph.pairs, graph.both, graph.pairs * 2):
        problem = problem_from_arrays(graph.load, xy=graph.places, neighbors=pairs, band=BAND)
        assert problem.starts.tolist() == expected.starts.tolist()
        assert problem.neighbors.tolist() == expected.neighbors.tolist()
        assert np.allclose(problem.distance_m, expected.distance_m)
    walk = problem_from_arrays(graph.load, distance_m=expected.distance_m, neighbors=graph.pairs, band=BAND)
    assert np.array_equal(walk.cost, expected.cost)


def test_plan_by_hand():
    """90 + 80 and 85 + 75 along a row: each pair walks 50 m with its smaller half."""
    plan = solve(problem_from_arrays([90, 80, 85, 75], **ROW))
    assert plan.assignment.tolist() == [0, 0, 1, 1]
    assert plan.objective == pytest.approx(plan.lower_bound) == (80 + 75) * 50
    assert (plan.status, plan.gap, plan.reason) == ("optimal", pytest.approx(0), None)


def test_weights_walk_and_loads_fill():
    """The band counts the load, the walk the weight."""
    plan = solve(problem_from_arrays([90, 80, 85, 75], weight=[1, 2, 4, 3], **ROW))
    assert plan.objective == pytest.approx((1 + 3) * 50)


def test_the_callers_arrays_stay():
    """The problem holds copies: what the caller does with the arrays afterwards does not matter."""
    load = np.array([90.0, 80, 85, 75])
    problem = problem_from_arrays(load, **ROW)
    load[:] = 0
    assert problem.load.tolist() == problem.weight.tolist() == [90, 80, 85, 75]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"load": []}, r"load: one number a unit.*\(0,\) came"),
        ({"load": [90, np.nan, 85, -1]}, "load: numbers from 0 up are wanted; nan came, in rows 1, 3"),
        ({"load": [0, 0, 0, 0]}, "load: at least one unit above 0"),
        ({"weight": [1, 2]}, r"weight: shape \(4,\) is wanted; \(2,\) came"),
        ({"xy": [(0, 0)]}, r"xy: shape \(4, 2\) is wanted; \(1, 2\) came"),
        ({"xy": [(0, 0), (np.inf, 0), (1, 1), (2, 2)]}, "xy: .* none in row 1"),
        ({"xy": None}, "either xy or distance_m is wanted; neither came"),
        ({"distance_m": np.zeros((4, 4))}, "either xy or distance_m is wanted; both came"),
        ({"xy": None, "distance_m": np.zeros((3, 4))}, r"distance_m: shape \(4, 4\) is wanted"),
        ({"xy": None, "distance_m": np.diag([0, -1, 0, 0])}, "distance_m: .*-1 came, in row 1"),
        ({"neighbors": [(0, 4)]}, r"neighbors: rows 0\.\.3 are wanted; \[0, 4\] came, in row 0 of the pairs"),
        ({"neighbors": [(0, 1, 2)]}, r"neighbors: pairs, shape \(pairs, 2\), are wanted"),
        ({"neighbors": [(0.5, 1)]}, "neighbors: row numbers are wanted; float64 came"),
        ({"workers": 0}, "workers: one of middle, fewest, free, or a whole number above 0"),
        ({"workers": "most"}, "'most' came"),
        ({"band": (200, 150)}, "a band runs"),
        ({"band": (1, 2, 3)}, r"band: \(low, high\) is wanted"),
        ({"load": [90, 80, 160, 0], "neighbors": [(0, 1)]}, "units without load need a way .* row 3 have"),
    ],
)
def test_wrong_arrays_are_told(change, said):
    """The fault says what was wanted, what came, and in which rows."""
    with pytest.raises(ValueError, match=said):
        problem_from_arrays(**{"load": [90, 80, 85, 75], **ROW, **change})


def test_all_faults_at_once():
    """Three faults, three lines."""
    with pytest.raises(ValueError, match="load") as told:
        problem_from_arrays([-1, 2], weight=[1], xy=[(0, 0), (1, 1)], neighbors=[(0, 9)], band=BAND)
    assert str(told.value).count("\n") == 2


def test_polygons_border_where_they_share_a_side():
    """A square of four: sides are borders, the corner in the middle is none, a gap of a centimetre is none either."""
    assert bordering(np.array(FOUR)).tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    apart = [FOUR[0], shapely.box(50.01, 0, 90, 40), shapely.box(90.2, 0, 120, 40)]
    assert bordering(np.array(apart)).tolist() == [[0, 1]]
    ring = shapely.box(0, 0, 30, 30) - shapely.box(10, 10, 20, 20)
    assert bordering(np.array([ring, shapely.box(10, 10, 20, 20)])).tolist() == [[0, 1]]


def test_frame_is_the_arrays_of_its_columns():
    """Polygons give neighbours and centroids; labels of the index, whatever they are, give the same."""
    units = frame(FOUR, homes=[1, 2, 3, 4])
    before = units.copy()
    found = problem_from_frame(units, load="load", weight="homes", band=BAND, workers=2)
    spots = units.set_geometry(units.centroid).set_index(np.array(list("dbca"), object))
    pairs = [("d", "b"), ("d", "c"), ("b", "a"), ("c", "a")]
    same = problem_from_frame(spots, load="load", weight="homes", band=BAND, workers=2, neighbors=pairs)
    for problem in (found, same):
        assert problem.neighbors.tolist() == [1, 2, 0, 3, 0, 3, 1, 2]
        assert problem.distance_m[0].tolist() == [0, 50, 40, pytest.approx(np.hypot(50, 40))]
        assert problem.weight.tolist() == [1, 2, 3, 4]
    assert before.equals(units)
    assert solve(found).workers.sum() == 2


def test_order_of_rows_does_not_matter():
    """Shuffled rows: the same objective, the same units together."""
    units = frame(FOUR)
    order = [2, 0, 3, 1]
    one = solve(problem_from_frame(units, load="load", band=BAND))
    other = solve(problem_from_frame(units.iloc[order], load="load", band=BAND))
    assert one.objective == pytest.approx(other.objective)
    together = one.assignment[order]
    assert np.array_equal(together[:, None] == together, other.assignment[:, None] == other.assignment)


@pytest.mark.parametrize(
    ("units", "said"),
    [
        (
            frame(FOUR).rename(columns={"load": "n"}),
            r"columns \['load'\] are wanted; \['n', 'geometry'\] came",
        ),
        (frame([*FOUR[:3], None]), "points or polygons are wanted; row 3 hold none"),
        (frame([*FOUR[:3], shapely.Point(9, 9)]), "both came: points in row 3"),
        (frame([*FOUR[:3], shapely.LineString([(0, 0), (1, 1)])]), "row 3 hold none"),
        (
            frame([*FOUR[:3], shapely.Polygon([(50, 40), (100, 80), (100, 40), (50, 80)])]),
            "valid polygons .* row 3",
        ),
        (frame([*FOUR[:3], shapely.box(40, 40, 100, 80)]), r"rows 2 and 3 \(400 m2\) do"),
        (frame([shape.centroid for shape in FOUR]), "points share no border: neighbors are wanted"),
        (frame(FOUR).to_crs("EPSG:4326"), "a CRS in metres is wanted; WGS 84 came"),
        (frame(FOUR, load=["90", "many", "8", "7"]), "load: .* nan came, in row 1"),
    ],
)
def test_wrong_frames_are_told(units, said):
    """The fault says what was wanted, what came, and in which rows."""
    with pytest.raises(ValueError, match=said):
        problem_from_frame(units, load="load", band=BAND)


@pytest.mark.parametrize(
    ("index", "pairs", "said"),
    [
        ([1, 1, 2, 3], [(1, 2)], r"\[1\] came more than once"),
        ([1, 2, 3, 4], [(0, 2)], r"labels of the frame's index are wanted; \[0\] came"),
        ([1, 2, 3, 4], [0, 2, 3], r"pairs, shape \(pairs, 2\), are wanted"),
    ],
)
def test_wrong_labels_are_told(index, pairs, said):
    """Pairs name rows by the labels of the index."""
    with pytest.raises(ValueError, match=said):
        problem_from_frame(frame(FOUR).set_index(np.array(index)), load="load", band=BAND, neighbors=pairs)


def test_stops_by_seconds_or_by_effort():
    """Seconds and a seed make an effort; both, or no seconds at all, are refused."""
    problem = problem_from_arrays([90, 80, 85, 75], **ROW)
    plans = [solve(problem, seconds=60, seed=3), solve(problem, Effort(seed=3)), solve(problem, seed=3)]
    assert len({plan.objective for plan in plans}) == 1
    with pytest.raises(ValueError, match="both came"):
        solve(problem, Effort(), seconds=1)
    with pytest.raises(ValueError, match="seconds above 0 are wanted; 0 came"):
        solve(problem, seconds=0)


def test_reason_in_both_languages():
    """A unit too large is named by its row or its name; a plan in band has no reason."""
    problem = problem_from_arrays([230, 80, 85, 75], **ROW)
    plan = solve(problem)
    assert "row 0 (230)" in reason_text(problem, plan)
    assert "塔楼" in reason_text(problem, plan, names=["塔楼", "b", "c", "d"], language="zh")
    whole = problem_from_arrays([90, 80, 85, 75], **ROW)
    assert not reason_text(whole, solve(whole))
