"""Annealed plans against all plans of small towns."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brute import best, connected
from gridplan.partition import Band
from gridplan.partition.annealing import annealed, suits
from gridplan.partition.graph.start import anneal
from gridplan.partition.improve import score_of
from gridplan.partition.search import Effort
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
QUICK = Effort(work=0.0)


@settings(max_examples=40, deadline=None)
@given(graphs(largest=8, loads=(40, 50, 60, 70, 90, 160)), st.integers(1, 4))
def test_plans_are_plans(graph: Graph, number: int):
    """Every unit is in one grid, grids are connected and as many as asked for; none is better than the best."""
    problem = graph.problem(BAND, number)
    assume(problem.size >= number)
    plan = best(problem)
    for groups in annealed(problem, number, QUICK):
        assert sorted(np.concatenate(groups).tolist()) == list(range(problem.size))
        assert len(groups) == number
        assert all(connected(problem, frozenset(group.tolist())) for group in groups)
        if plan.out == 0 and len(plan.groups) == number:
            assert score_of(problem, groups) >= (0, 0, plan.cost - 1e-6)


def test_two_pairs_of_a_row_are_found():
    """Of four units in a row two pairs are in band and nothing else; they come first."""
    graph = Graph(
        load=(90.0,) * 4,
        places=tuple((100.0 * place, 0.0) for place in range(4)),
        pairs=((0, 1), (1, 2), (2, 3)),
    )
    plans = annealed(graph.problem(BAND), 2, QUICK)
    assert sorted(group.tolist() for group in plans[0]) == [[0, 1], [2, 3]]


def test_what_three_beginnings_agree_on_is_enough(monkeypatch: pytest.MonkeyPatch):
    """There is one plan in band; no annealing is made after the third that finds it."""
    found, graph = (
        [],
        Graph(
            load=(90.0,) * 4,
            places=tuple((100.0 * place, 0.0) for place in range(4)),
            pairs=((0, 1), (1, 2), (2, 3)),
        ),
    )

    def counted(*asked, **more):
        found.append(anneal(*asked, **more))
        return found[-1]

    monkeypatch.setattr("gridplan.partition.annealing.anneal", counted)
    annealed(graph.problem(BAND), 2, QUICK)
    assert [draft.outside for draft in found].count(0.0) == 3
    assert found[-1].outside == 0.0


def test_without_a_number_the_greatest_that_has_a_plan_is_met():
    """Six units of 90 make three pairs; four grids would be below the band."""
    graph = Graph(
        load=(90.0,) * 6,
        places=tuple((100.0 * place, 0.0) for place in range(6)),
        pairs=tuple((place, place + 1) for place in range(5)),
    )
    plans = annealed(graph.problem(BAND, "free"), None, QUICK)
    assert len(plans[0]) == 3
    assert score_of(graph.problem(BAND), plans[0])[0] == 0


@pytest.mark.parametrize(("band", "expected"), [(BAND, True), (Band(low=150, high=200, most=2), False)])
def test_grids_with_several_workers_are_left_to_others(band: Band, *, expected: bool):
    """Annealing knows one band of loads; where a grid may have one worker or two nothing is annealed."""
    graph = Graph(load=(160.0, 160.0), places=((0.0, 0.0), (1.0, 0.0)), pairs=((0, 1),))
    problem = graph.problem(band)
    assert suits(problem) == expected
    assert bool(annealed(problem, 2, QUICK)) == expected
