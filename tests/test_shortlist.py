"""Rows of odd sets, the best plan over a list, and the least bad plan, against every choice counted out."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brute import divisions, found_groups, sets_of
from gridplan.partition import Band, Effort, Problem, solve
from gridplan.partition.linear import Relaxation
from gridplan.partition.master import Rows
from gridplan.partition.odd import broken_rows, halves, most
from gridplan.partition.problem import Columns, columns_of
from gridplan.partition.shortlist import best_and_near, best_of
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
PENTAGON = Graph(
    load=(60.0,) * 5,
    places=((0.0, 0.0), (10.0, 0.0), (13.0, 9.0), (5.0, 15.0), (-3.0, 9.0)),
    pairs=((0, 1), (1, 2), (2, 3), (3, 4), (0, 4)),
)


def pairs_and_ones(graph: Graph, alone: float) -> tuple[Columns, Rows]:
    """Return pairs of neighbours at a cost of 1 and single units at another, each unit to be covered."""
    problem = graph.problem(BAND)
    groups = [*graph.pairs, *((unit,) for unit in range(problem.size))]
    columns = columns_of([np.array(group, np.int32) for group in groups], problem)
    cost = np.where(np.diff(columns.starts) == 1, alone, 1.0)
    return replace(columns, cost=cost), Rows(must=problem.must, workers=(0.0, np.inf), band=BAND)


def anyhow(problem: Problem) -> tuple[Columns, Rows]:
    """Return all connected sets of a problem, and that each unit is to be covered."""
    columns = columns_of([np.array(sorted(group), np.int32) for group in sets_of(problem)], problem)
    return columns, Rows(must=problem.must, workers=(0.0, np.inf), band=problem.band)


def counted_out(columns: Columns, rows: Rows) -> float:
    """Return the least cost of a choice of sets that covers each unit once, infinity where there is none."""
    least = np.inf
    for size in range(1, len(rows.must) + 1):
        for chosen in combinations(range(len(columns)), size):
            part = columns.take(np.array(chosen))
            if (np.bincount(part.members, minlength=len(rows.must)) == 1).all():
                least = min(least, float(part.cost.sum()))
    return least


def test_five_in_a_ring_are_halved_by_the_fraction_alone():
    """Half of each pair of a ring of five covers it at 2.5; the row of all five tells that two pairs and a single are the best."""
    columns, rows = pairs_and_ones(PENTAGON, 1.0)
    relaxed = Relaxation(columns, rows).solve()
    assert relaxed.value == pytest.approx(2.5)
    odd = broken_rows(columns, relaxed.share, rows.must, 1)
    assert odd.sum(axis=1).tolist() == [5]
    assert most(odd).tolist() == [2.0]
    assert (halves(columns, odd).toarray() @ relaxed.share).tolist() == pytest.approx([2.5])
    found = best_of(columns, rows, Effort())
    assert (found.cost, found.bound, found.exact) == (pytest.approx(3.0), pytest.approx(3.0), True)


@settings(max_examples=40, deadline=None)
@given(graphs(), st.data())
def test_no_division_breaks_a_row(graph: Graph, data):
    """Whatever odd number of units is taken, every division of all units keeps its row."""
    problem = graph.problem(BAND)
    size = data.draw(st.sampled_from(range(1, problem.size + 1, 2)))
    odd = np.zeros((1, problem.size), bool)
    odd[0, data.draw(st.permutations(range(problem.size)))[:size]] = True
    for groups in divisions(problem):
        columns = columns_of([np.array(sorted(group), np.int32) for group in groups], problem)
        assert halves(columns, odd).sum() <= most(odd)[0]


@settings(max_examples=40, deadline=None)
@given(graphs(largest=5), st.randoms(use_true_random=False), st.sampled_from([0.0, 1.0]))
def test_best_choice_of_any_list(graph: Graph, random, step: float):
    """Any list at any prices: the choice is the cheapest of all, or it is told that there is none."""
    every, rows = anyhow(graph.problem(BAND))
    some = np.array(sorted(random.sample(range(len(every)), min(9, len(every)))))
    prices = [random.randint(0, 4) if step else random.random() for _ in some]
    columns = replace(every.take(some), cost=np.array(prices, float))
    found, near = best_and_near(columns, rows, Effort(), step=step)
    wanted = counted_out(columns, rows)
    assert found.exact
    assert (found.groups is None) == np.isinf(wanted)
    if found.groups is not None:
        assert found.cost == pytest.approx(wanted, abs=1e-4)
        assert found.bound <= found.cost
        kept = {tuple(columns.of(int(column)).tolist()) for column in near}
        assert {tuple(group.tolist()) for group in found.groups} <= kept


def test_nothing_to_choose_from():
    """Without sets there is no plan where somebody is to be covered."""
    problem = PENTAGON.problem(BAND)
    rows = Rows(must=problem.must, workers=(0.0, np.inf), band=BAND)
    found = best_of(columns_of([], problem), rows, Effort())
    assert found.groups is None
    assert found.exact


def lattice(wide: int, deep: int, seed: int) -> Graph:
    """Return units of 20 to 110 households in rows and columns, 50 m apart."""
    chance = np.random.default_rng(seed)
    place = [(50.0 * (n % wide), 50.0 * (n // wide)) for n in range(wide * deep)]
    right = [(n, n + 1) for n in range(wide * deep) if (n + 1) % wide]
    down = [(n, n + wide) for n in range(wide * (deep - 1))]
    load = tuple(float(n) for n in chance.integers(20, 110, wide * deep))
    return Graph(load=load, places=tuple(place), pairs=(*right, *down))


def test_least_bad_plan_of_sixty_units_is_proven():
    """Sixty units, four of them too large beside any other: their grids out of band are the fewest, and all goals are proven."""
    graph = lattice(10, 6, 3)
    load = list(graph.load)
    for unit in (0, 9, 27, 45):
        load[unit] = 145.0
        for one, other in graph.pairs:
            if unit in (one, other):
                load[one + other - unit] = max(load[one + other - unit], 60.0)
    answer = solve(replace(graph, load=tuple(load)).problem(BAND))
    alone = [len(group) == 1 for group in found_groups(answer.grid)]
    assert answer.status == "infeasible"
    assert 1 <= answer.out_of_band == answer.out_of_band_bound <= 4
    assert answer.households_outside == answer.households_outside_bound
    assert answer.objective == pytest.approx(answer.lower_bound, rel=1e-5)
    assert sum(alone) <= 4


@settings(max_examples=30, deadline=None)
@given(graphs(largest=8, loads=(40, 50, 60, 70, 90, 120)), st.integers(0, 40), st.integers(0, 40))
def test_a_wider_band_never_costs_more(graph: Graph, lower: int, higher: int):
    """With any number of workers and no prices, what is allowed in a band is allowed in a wider one."""
    narrow = solve(graph.problem(BAND, "free"))
    wide = solve(graph.problem(Band(low=BAND.low - lower, high=BAND.high + higher), "free"))
    assert wide.out_of_band == 0 or narrow.out_of_band > 0
    if narrow.out_of_band == 0:
        assert wide.objective <= narrow.objective * (1 + 1e-5)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_order_of_thirty_units_does_not_matter(seed: int, random):
    """The objective and its bound are the same whatever the order of the rows, and the bound is never above."""
    graph = lattice(6, 5, seed)
    order = list(range(30))
    random.shuffle(order)
    one, other = solve(graph.problem(BAND)), solve(graph.relabelled(order).problem(BAND))
    assert (one.out_of_band, one.status) == (other.out_of_band, other.status)
    assert one.households_outside == pytest.approx(other.households_outside)
    assert one.objective == pytest.approx(other.objective, rel=3e-5)
    assert max(one.lower_bound / one.objective, other.lower_bound / other.objective) <= 1
