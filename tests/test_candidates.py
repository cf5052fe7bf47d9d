"""The list of connected sets, against every set of small graphs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brute import cost_of, load_of, sets_of
from gridplan.partition import Band
from gridplan.partition.candidates import list_sets
from gridplan.partition.odd import broken_rows
from gridplan.partition.problem import Columns, columns_of
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
MANY = 100_000
STAR = Graph(
    load=(60.0, 50.0, 50.0, 50.0, 100.0),
    places=((0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (-10.0, 0.0), (0.0, -10.0)),
    pairs=((0, 1), (0, 2), (0, 3), (0, 4)),
)


def listed(columns: Columns) -> list[frozenset[int]]:
    """Return the sets of a list."""
    return [frozenset(columns.of(number).tolist()) for number in range(len(columns))]


@settings(max_examples=60, deadline=None)
@given(graphs(largest=7), st.sampled_from([BAND, Band(low=90, high=110, most=2)]))
def test_every_connected_set_in_band_once(graph: Graph, band: Band):
    """The list holds each connected set in band exactly once, with its load, its cost and a best centre."""
    problem = graph.problem(band)
    columns, complete = list_sets(problem, band.intervals, most_sets=MANY, most_steps=MANY)
    in_band = {
        group
        for group in sets_of(problem)
        if any(low <= load_of(problem, group) <= high for low, high in band.intervals)
    }
    found = listed(columns)
    assert complete
    assert len(found) == len(set(found))
    assert set(found) == in_band
    assert columns.load.tolist() == [load_of(problem, group) for group in found]
    assert columns.cost.tolist() == pytest.approx([cost_of(problem, group) for group in found])
    for group, centre, cost in zip(found, columns.centre, columns.cost, strict=True):
        units = list(group)
        assert centre in group
        assert problem.weight[units] @ problem.distance_m[units, centre] == pytest.approx(cost)


@settings(max_examples=40, deadline=None)
@given(graphs(loads=(0, 0, 60, 90, 170)))
def test_units_without_load_only_where_they_join(graph: Graph):
    """A set holds a unit without load only if it is its centre or the set falls apart without it."""
    problem = graph.problem(BAND)
    columns, _ = list_sets(problem, BAND.intervals, most_sets=MANY, most_steps=MANY)
    every = set(sets_of(problem))
    for group, centre in zip(listed(columns), columns.centre.tolist(), strict=True):
        idle = [unit for unit in group if problem.load[unit] == 0 and unit != centre]
        assert all(group - {unit} not in every for unit in idle)
    lived_in = {frozenset(u for u in group if problem.load[u] > 0) for group in listed(columns)}
    asked = {
        frozenset(u for u in group if problem.load[u] > 0)
        for group in every
        if 150 <= load_of(problem, group) <= 200
    }
    assert lived_in == asked


def test_star():
    """Around a middle of 60 with arms of 50, 50, 50 and 100: any two 50s with it, or the 100 with it."""
    columns, complete = list_sets(STAR.problem(BAND), BAND.intervals, most_sets=MANY, most_steps=MANY)
    assert complete
    assert sorted(map(sorted, listed(columns))) == [[0, 1, 2], [0, 1, 3], [0, 2, 3], [0, 4]]
    assert set(columns.centre.tolist()) == {0, 4}


@pytest.mark.parametrize(("most_sets", "most_steps", "count"), [(2, MANY, 2), (MANY, 3, 1)])
def test_a_list_that_is_too_long_says_so(most_sets, most_steps, count):
    """Stopped by the number of sets or of steps, what was found is given and called incomplete."""
    columns, complete = list_sets(
        STAR.problem(BAND), BAND.intervals, most_sets=most_sets, most_steps=most_steps
    )
    assert not complete
    assert len(columns) <= count


def test_largest_set():
    """No set has more units than asked."""
    problem = STAR.problem(BAND)
    columns, complete = list_sets(problem, BAND.intervals, most_sets=MANY, most_steps=MANY, largest=2)
    assert complete
    assert listed(columns) == [{0, 4}]


def test_columns_add_up_take_and_join():
    """Columns are what their sets are: sums, some of them, and two lists one after another."""
    problem = STAR.problem(BAND)
    groups = [np.array([0, 4], np.int32), np.array([1], np.int32), np.array([0, 1, 2], np.int32)]
    columns = columns_of(groups, problem)
    assert columns.load.tolist() == [160, 50, 160]
    assert columns.sums(np.arange(5.0)).tolist() == [4, 1, 3]
    some = columns.take(np.array([2, 0]))
    assert listed(some) == [{0, 1, 2}, {0, 4}]
    assert listed(some.joined(columns.take(np.array([1])))) == [{0, 1, 2}, {0, 4}, {1}]
    assert not len(columns_of([], problem))


def test_halves_of_a_triangle_are_cut_off():
    """Three pairs of three units, half of each, use the triple one and a half times; whole sets never do."""
    graph = replace(STAR, pairs=((0, 1), (0, 2), (1, 2), (2, 3), (3, 4)))
    pairs = [np.array(pair, np.int32) for pair in ((0, 1), (0, 2), (1, 2), (3, 4))]
    columns = columns_of(pairs, graph.problem(BAND))
    halves = np.array([0.5, 0.5, 0.5, 1.0])
    every = np.ones(5, bool)
    assert broken_rows(columns, halves, every, 1).tolist() == [[True, True, True, False, False]]
    assert not len(broken_rows(columns, np.array([1.0, 0.0, 0.0, 1.0]), every, 1))
