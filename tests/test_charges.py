"""Prices beside the walk: on a row of houses that a person can add up, and against every division there is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.partition import PARTS, Band, PlanPrices, Problem, solve
from gridplan.partition.charges import extras_of
from strategies import Graph, graphs
from test_solve import agrees

BAND = Band(low=150, high=200)
ROW = Graph(  # seven houses on a street, 10 m apart: 350 households, so 150 | 200 or 200 | 150
    load=(50,) * 7,
    places=tuple((10 * at, 0) for at in range(7)),
    pairs=tuple((at, at + 1) for at in range(6)),
)


def priced(problem: Problem, compounds: list[str], buildings: list[str], off_line_m: float, **prices: float):
    """Return a problem with prices; every border between two units is as long."""
    names = np.array([compounds, buildings], object).T
    extras = extras_of(PlanPrices(**prices), names, problem.load, np.full(len(problem.neighbors), off_line_m))
    return replace(problem, extras=extras)


@pytest.mark.parametrize("first", [3, 4])
def test_a_compound_is_kept_whole(first: int):
    """The border goes where no compound is parted."""
    compounds = ["A"] * first + ["B"] * (7 - first)
    answer = solve(priced(ROW.problem(BAND, "free"), compounds, [""] * 7, 0.0, split_compound=1000.0))
    assert sorted(np.flatnonzero(answer.grid == answer.grid[0])) == list(range(first))
    assert answer.objective == pytest.approx(
        50 * (10 + 10) + 50 * (10 + 10 + 20)
    )  # three houses, four houses
    assert answer.status == "optimal"


def test_every_part_added_up_by_hand():
    """Each part of the objective is what a person adds up."""
    compounds = ["A", "A", "B", "B", "B", "A", "A"]  # whichever way, A and B lie in two grids each
    problem = priced(
        ROW.problem(BAND, "free"),
        compounds,
        [""] * 7,
        7.0,
        split_compound=1.0,
        border_off_line=3.0,
        off_middle=2.0,
    )
    answer = solve(problem)
    assert dict(zip(PARTS, answer.parts.sum(axis=0).tolist(), strict=True)) == pytest.approx(
        {
            "walk": 3000.0,
            "split_compound": 2.0,
            "split_building": 0.0,
            "border_off_line": 7 * 3.0,  # one border of 7 m
            "off_middle": 2 * (25 + 25),  # 150 and 200 are 25 from the middle
        }
    )
    assert answer.objective == pytest.approx(3000 + 2 + 21 + 100)


def test_a_building_of_one_name_in_two_compounds_is_two():
    """Buildings are told apart by their compound."""
    names = np.array([["A", "1"], ["B", "1"], ["A", "1"], ["", ""], ["A", ""]], object)
    extras = extras_of(PlanPrices(split_building=1.0), names, np.ones(5), np.zeros(0))
    assert extras is not None
    compound, building = extras.group.tolist()
    assert building[0] == building[2] != building[1]
    assert building[3:] == [-1, -1]
    assert compound[3] == -1
    assert compound[0] == compound[2] == compound[4] != compound[1]


def test_nothing_priced_is_nothing():
    """Without a price there is nothing to carry."""
    assert extras_of(PlanPrices(), np.zeros((2, 2), object), np.ones(2), np.zeros(2)) is None


@settings(max_examples=30, deadline=None)
@given(
    graphs(loads=(0, 50, 80, 110, 170)),
    st.lists(st.sampled_from(["", "A", "B"]), min_size=9, max_size=9),
    st.sampled_from([0.0, 40.0, 4000.0]),
    st.sampled_from([0.0, 3.0]),
    st.sampled_from([0.0, 20.0]),
    st.sampled_from(["middle", "free"]),
)
def test_best_of_all_divisions_with_prices(graph, compounds, split, border, middle, workers):
    """The answer is the best of all divisions, prices included."""
    problem = graph.problem(BAND, workers)
    if not (problem.load > 0).any():
        return
    names = compounds[: problem.size]
    agrees(
        priced(
            problem,
            names,
            [f"{n}1" if n else "" for n in names],
            11.0,
            split_compound=split,
            split_building=split / 4,
            border_off_line=border,
            off_middle=middle,
        )
    )
