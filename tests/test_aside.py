"""Units too large for any grid where not all sets can be listed: set aside, and what is proven of that."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings

from brute import best
from gridplan.partition import Band, solve
from strategies import Graph, graphs
from test_solve import sound

BAND = Band(low=150, high=200)


def test_a_tower_on_a_street_of_seven():
    """Three houses, a tower of 265, four houses: the tower alone is 65 too large, the rest is in band."""
    street = Graph(
        load=(50, 50, 50, 265, 50, 50, 50, 50),
        places=tuple((10 * at, 0) for at in range(8)),
        pairs=tuple((at, at + 1) for at in range(7)),
    )
    with patch("gridplan.partition.search.SMALL_LIST", 1):
        answer = solve(street.problem(BAND))
    assert answer.grid.tolist() == [answer.grid[0]] * 3 + [answer.grid[3]] + [answer.grid[4]] * 4
    assert (answer.status, answer.out_of_band, answer.out_of_band_bound) == ("infeasible", 1, 1)
    assert (answer.households_outside, answer.households_outside_bound) == (65, 65)
    assert answer.reason is not None
    assert (answer.reason.key, answer.reason.units) == ("reason_too_large", (3,))


@settings(max_examples=40, deadline=None)
@given(graphs(loads=(50, 80, 110, 170, 250, 420)))
def test_bounds_hold_where_sets_are_not_listed(graph: Graph):
    """What is said to be proven is: against every division there is."""
    problem = graph.problem(BAND)
    with patch("gridplan.partition.search.SMALL_LIST", 1):
        answer = solve(problem)
    wanted = best(problem)
    sound(problem, answer)
    assert answer.out_of_band_bound <= wanted.out
    if answer.out_of_band == wanted.out:
        assert answer.households_outside_bound <= wanted.outside + 1e-6
    if answer.status == "infeasible":
        assert wanted.out > 0
    if answer.status == "optimal":
        assert wanted.out == 0
        assert answer.objective == pytest.approx(wanted.cost, rel=1e-3)
