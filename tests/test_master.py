"""The set partitioning over a list of sets: its linear bound and its whole plans."""

import numpy as np
import pytest
from hypothesis import given, settings

from brute import divisions, judged
from gridplan.partition import Band, Problem
from gridplan.partition.candidates import list_sets
from gridplan.partition.linear import TOLERANCE, Relaxation
from gridplan.partition.master import Rows, reduced_costs, whole
from gridplan.partition.problem import Columns, columns_of
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
MANY = 100_000


def all_sets(problem: Problem) -> Columns:
    """Return every connected set in band."""
    return list_sets(problem, problem.band.intervals, most_sets=MANY, most_steps=MANY)[0]


def rows_of(problem: Problem, workers: tuple[float, float] = (0.0, np.inf)) -> Rows:
    """Return the rows that ask for every unit."""
    return Rows(must=problem.load > 0, workers=workers, band=problem.band)


def cheapest(problem: Problem, workers: int | None = None) -> float:
    """Return the cost of the best division in band, infinity where there is none."""
    every = (judged(problem, groups) for groups in divisions(problem))
    return min(
        (one.cost for one in every if one.out == 0 and workers in (None, one.workers[0])), default=np.inf
    )


@pytest.mark.parametrize("solver", ["SCIP", "HIGHS", "CP-SAT"])
@settings(max_examples=15, deadline=None)
@given(graph=graphs())
def test_whole_plan_is_the_cheapest(solver: str, graph: Graph):
    """The whole plan over all sets costs what the cheapest division costs; without one, that is proven."""
    problem = graph.problem(BAND)
    found = whole(all_sets(problem), rows_of(problem), solver=solver)
    assert found.exhausted
    assert found.value == pytest.approx(cheapest(problem))
    assert (found.chosen is None) == np.isinf(found.value)


@settings(max_examples=30, deadline=None)
@given(graphs(largest=7, loads=(40, 50, 60, 70, 90)))
def test_linear_bound_is_below_the_cheapest(graph: Graph):
    """The linear optimum is below every plan, its prices leave no set a gain, and they explain its value."""
    problem = graph.problem(BAND)
    columns, rows = all_sets(problem), rows_of(problem)
    relaxed = Relaxation(columns, rows).solve()
    least = cheapest(problem)
    if np.isfinite(least):
        assert relaxed.short <= TOLERANCE
        assert relaxed.value <= least + 1e-6
        assert reduced_costs(columns, rows, relaxed.prices).min() >= -1e-4
        assert relaxed.share @ columns.cost == pytest.approx(relaxed.value)
        assert relaxed.prices.units.sum() == pytest.approx(relaxed.value, rel=1e-6, abs=1e-3)


def test_number_of_workers_is_kept():
    """Four units of 90 in a row, band 80 to 200: as many grids as workers asked."""
    graph = Graph(
        load=(90.0,) * 4,
        places=tuple((100.0 * n, 0.0) for n in range(4)),
        pairs=((0, 1), (1, 2), (2, 3)),
    )
    problem = graph.problem(Band(low=80, high=200))
    columns = all_sets(problem)
    for number, cost in ((2, 18_000), (3, 9_000), (4, 0)):
        found = whole(columns, rows_of(problem, (float(number),) * 2))
        assert found.chosen is not None
        assert (len(found.chosen), found.value) == (number, pytest.approx(cost))
    assert whole(columns, rows_of(problem, (5.0, 5.0))).chosen is None


def test_a_unit_that_no_set_holds_leaves_the_rest_short():
    """Where a unit lies in no set the linear program says how much is lacking."""
    graph = Graph(load=(170.0, 90.0), places=((0.0, 0.0), (100.0, 0.0)), pairs=((0, 1),))
    problem = graph.problem(BAND)
    columns = all_sets(problem)
    assert len(columns) == 1
    assert Relaxation(columns, rows_of(problem)).solve().short > TOLERANCE
    found = whole(columns, rows_of(problem))
    assert (found.chosen, found.exhausted) == (None, True)


def test_row_of_a_triple_lifts_the_bound():
    """The row of a triple lets at most one set hold two of its units, and lifts the bound."""
    graph = Graph(
        load=(90.0, 90.0, 90.0, 170.0),
        places=((0.0, 0.0), (100.0, 0.0), (50.0, 86.0), (50.0, 30.0)),
        pairs=((0, 1), (0, 2), (1, 2), (0, 3)),
    )
    problem = graph.problem(Band(low=80, high=200))
    pairs = [np.array(pair, np.int32) for pair in ((0, 1), (0, 2), (1, 2))]
    lone = [np.array([unit], np.int32) for unit in range(4)]
    columns = columns_of([*pairs, *lone], problem)
    rows = rows_of(problem, (0.0, 3.0))
    relaxation = Relaxation(columns, rows)
    before = relaxation.solve()
    relaxation.cut(np.array([[True, True, True, False]]))
    after = relaxation.solve()
    assert before.value <= after.value
    assert after.share[:3].sum() <= 1 + 1e-6
    assert after.value <= whole(columns, rows).value + 1e-6


def test_no_sets_at_all():
    """Without any set there is a plan only where nothing has to be covered."""
    graph = Graph(load=(0.0, 0.0), places=((0.0, 0.0), (1.0, 0.0)), pairs=((0, 1),))
    none = columns_of([], graph.problem(BAND))
    assert whole(none, rows_of(graph.problem(BAND))).value == 0
    lived_in = Graph(load=(9.0, 0.0), places=graph.places, pairs=graph.pairs).problem(BAND)
    assert whole(none, rows_of(lived_in)).chosen is None
