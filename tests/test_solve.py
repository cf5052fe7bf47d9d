"""The solver against every division of small graphs, and against problems with a known answer."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brute import best, connected, found_groups, judged, load_of, may_be
from gridplan.partition import Band, Effort, Partition, Problem, solve
from strategies import Graph, graphs
from tiny_plan import DETOUR, HOUSEHOLDS, UNITS, community_report, metres

BAND = Band(low=150, high=200)
SHARED = Path(__file__).parents[2] / "shared"
PATH_OF_SIX = Graph(
    load=(60.0, 100.0, 80.0, 90.0, 70.0, 110.0),
    places=tuple((100.0 * n, 0.0) for n in range(6)),
    pairs=tuple((n, n + 1) for n in range(5)),
)


def sound(problem: Problem, answer: Partition) -> None:
    """Assert what holds of every answer, whatever its status."""
    groups = found_groups(answer.grid)
    assert len(answer.grid) == problem.size
    assert sorted(np.unique(answer.grid)) == list(range(len(answer.centre)))
    assert all(connected(problem, group) for group in groups)
    assert all(centre in group for centre, group in zip(answer.centre.tolist(), groups, strict=True))
    one = judged(problem, groups)
    assert answer.objective == pytest.approx(one.cost)
    assert answer.parts.sum() == pytest.approx(answer.objective)
    assert float(problem.weight @ answer.walk_m) == pytest.approx(answer.parts[:, 0].sum())
    assert (answer.out_of_band, answer.households_outside) == (one.out, pytest.approx(one.outside))
    assert one.workers[0] <= answer.workers.sum() <= one.workers[1]
    assert 0 <= answer.lower_bound <= answer.objective
    assert answer.out_of_band_bound <= answer.out_of_band
    assert answer.households_outside_bound <= answer.households_outside + 1e-9
    assert answer.gap >= 0


def agrees(problem: Problem) -> Partition:
    """Assert that the answer is the best there is, and is said to be."""
    answer, wanted = solve(problem), best(problem)
    sound(problem, answer)
    groups = found_groups(answer.grid)
    assert all(may_be(problem, group) for group in groups)
    assert answer.out_of_band == wanted.out
    assert answer.households_outside == pytest.approx(wanted.outside)
    assert answer.objective == pytest.approx(wanted.cost, rel=1e-5)
    assert answer.status == ("infeasible" if wanted.out else "optimal")
    assert (answer.reason is None) == (wanted.out == 0)
    assert answer.out_of_band_bound == wanted.out
    assert answer.households_outside_bound == pytest.approx(wanted.outside, abs=1e-4)
    return answer


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(["middle", "fewest", "free", 1, 2, 3]))
def test_best_of_all_divisions(graph: Graph, workers: int | str):
    """With one worker a grid the answer is the best of all connected divisions, goal by goal."""
    agrees(graph.problem(BAND, workers))


@settings(max_examples=20, deadline=None)
@given(graphs(), st.sampled_from(["middle", "fewest", "free", 2]))
def test_best_with_two_workers_in_a_grid(graph: Graph, workers: int | str):
    """With one or two workers a grid, too, and with a band that leaves a gap between one and two."""
    agrees(graph.problem(Band(low=100, high=130, most=2), workers))


@settings(max_examples=20, deadline=None)
@given(graphs(loads=(0, 0, 50, 80, 110, 170)), st.sampled_from(["middle", "free"]))
def test_best_with_units_where_nobody_lives(graph: Graph, workers: str):
    """Units without load join the grid that suits, or hold one together, and never make it cost more."""
    problem = graph.problem(BAND, workers)
    if not problem.load.any():
        assert solve(problem).status == "optimal"
        return
    agrees(problem)


@settings(max_examples=3, deadline=None)
@given(graphs(largest=8, loads=(40, 50, 60, 70, 90)))
def test_best_of_eight_units(graph: Graph):
    """Up to eight units of which several make a grid."""
    agrees(graph.problem(BAND))


@settings(max_examples=12, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_order_of_units_does_not_matter(graph: Graph, random):
    """The same units under other numbers have the same objective and the same certificate."""
    order = list(range(len(graph.load)))
    random.shuffle(order)
    one, two = solve(graph.problem(BAND)), solve(graph.relabelled(order).problem(BAND))
    assert one.status == two.status
    assert (one.out_of_band, one.households_outside) == (
        two.out_of_band,
        pytest.approx(two.households_outside),
    )
    assert one.objective == pytest.approx(two.objective, rel=1e-5)


@settings(max_examples=12, deadline=None)
@given(graphs(loads=(0, 20, 50, 90, 130)), st.data())
def test_workload_is_not_households(graph: Graph, data):
    """Where load is not what walks, the answer still keeps its promises."""
    problem = graph.problem(BAND)
    weight = data.draw(
        st.lists(st.sampled_from([0.0, 3.0, 40.0]), min_size=problem.size, max_size=problem.size)
    )
    other = replace(problem, weight=np.array(weight))
    if other.load.any():
        sound(other, solve(other))


def test_path_of_six():
    """60-100-80-90-70-110 can only be cut into pairs: 160, 170, 180."""
    answer = agrees(PATH_OF_SIX.problem(BAND))
    assert found_groups(answer.grid) == [{0, 1}, {2, 3}, {4, 5}]
    assert answer.objective == 100 * (60 + 80 + 70)
    assert answer.workers.tolist() == [1, 1, 1]


def test_one_unit():
    """One unit in band is one grid; one too large is one grid out of band, and the reason says so."""
    one = Graph(load=(170.0,), places=((0.0, 0.0),), pairs=())
    assert agrees(one.problem(BAND)).objective == 0
    large = replace(one, load=(530.0,))
    answer = agrees(large.problem(BAND))
    assert answer.households_outside == 330
    assert answer.reason is not None


def test_units_without_load_are_one_grid():
    """Where nobody lives there is nothing to divide, no worker, and nothing to walk."""
    answer = solve(replace(PATH_OF_SIX, load=(0.0,) * 6).problem(BAND))
    assert set(answer.grid.tolist()) == {0}
    assert (answer.objective, answer.status, answer.gap) == (0.0, "optimal", 0.0)
    assert answer.workers.tolist() == [0]


def test_middle_of_the_band_decides_the_workers():
    """720 households, band 80 to 200: 144 a worker is nearer the middle of 140 than 180."""
    graph = Graph(
        load=(90.0,) * 8,
        places=tuple((100.0 * n, 0.0) for n in range(8)),
        pairs=tuple((n, n + 1) for n in range(7)),
    )
    band = Band(low=80, high=200)
    assert solve(graph.problem(band, "middle")).workers.sum() == 5
    assert solve(graph.problem(band, "fewest")).workers.sum() == 4
    assert solve(graph.problem(band, "free")).objective == 0
    assert solve(graph.problem(band, 6)).workers.sum() == 6


def test_same_problem_twice():
    """Solving again gives the same arrays, bit for bit."""
    problem = PATH_OF_SIX.problem(Band(low=80, high=200))
    one, two = solve(problem, Effort(seed=3)), solve(problem, Effort(seed=3))
    for field in ("grid", "centre", "workers", "walk_m"):
        assert getattr(one, field).tobytes() == getattr(two, field).tobytes()
    assert (one.objective, one.lower_bound) == (two.objective, two.lower_bound)


@pytest.mark.parametrize(
    ("low", "high", "fewest", "most"), [(0, 200, 1, 1), (200, 150, 1, 1), (150, 200, 0, 1), (150, 200, 2, 1)]
)
def test_band_upside_down(low, high, fewest, most):
    """A band that no grid can lie in is refused."""
    with pytest.raises(ValueError, match="not"):
        Band(low=low, high=high, fewest=fewest, most=most)


def squares(units: list[str]) -> Problem:
    """Return the problem of some of the squares of the twelve-unit plan, neighbours being 100 m apart."""
    near = [[b for b in range(len(units)) if metres(units[a], units[b]) == 100] for a in range(len(units))]
    load = np.array([HOUSEHOLDS[unit] for unit in units], float)
    return Problem(
        load=load,
        weight=load,
        distance_m=DETOUR * np.array([[metres(a, b) for b in units] for a in units]),
        starts=np.cumsum([0, *map(len, near)]).astype(np.int32),
        neighbors=np.array([b for row in near for b in row], np.int32),
        band=BAND,
    )


@pytest.mark.parametrize(("community", "units"), [("C1", UNITS[:6]), ("C2", UNITS[6:11])])
def test_twelve_units(community, units):
    """What other tests call the best plan of its twelve units is the best, with the same figures."""
    answer, told = agrees(squares(units)), community_report(community)
    for name in ("status", "out_of_band", "out_of_band_bound"):
        assert getattr(answer, name) == told[name]
    for name in ("households_outside", "households_outside_bound", "objective"):
        assert getattr(answer, name) == pytest.approx(told[name])
    assert len(answer.centre) == told["grids"]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
def test_sixty_units_with_a_known_optimum():
    """A community of 60 units and 20 grids is solved to its known optimum, with proof."""
    given_ = json.loads((SHARED / "instances" / "cn60.json").read_text(encoding="utf-8"))
    graph = Graph(
        load=tuple(node["weight"] for node in given_["nodes"]),
        places=tuple((node["x"], node["y"]) for node in given_["nodes"]),
        pairs=tuple((a, b) for a, b in given_["edges"]),
    )
    problem = graph.problem(Band(low=given_["lower"], high=given_["upper"]), given_["k"])
    answer = solve(problem)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(given_["best_known"])
    assert answer.objective == pytest.approx(89592.5178, abs=1e-3)
    assert answer.gap <= 1e-4
    assert all(150 <= load_of(problem, group) <= 200 for group in found_groups(answer.grid))
