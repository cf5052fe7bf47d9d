"""Rows of load patterns: they hold for every plan in band, and lift the linear bound."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brute import divisions, judged
from gridplan.partition import Band, solve
from gridplan.partition.candidates import list_sets
from gridplan.partition.families import chain_of, families
from gridplan.partition.linear import Relaxation
from gridplan.partition.master import Rows
from gridplan.partition.multisets import lifted
from gridplan.partition.patterns import CROSSING, INSIDE, Patterns
from gridplan.partition.problem import Columns, Problem, columns_of
from gridplan.partition.separation import Rims, broken_row
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
MANY = 100_000


def rims_of(problem: Problem, regions: list[list[int]]) -> Rims:
    """Return regions of units."""
    inside = np.array([np.isin(np.arange(problem.size), units) for units in regions])
    sizes = problem.load.astype(np.int32)
    top = int(problem.band.intervals.max()) + 1
    none = Patterns.none(sizes, inside.reshape(-1, problem.size), top)
    return Rims(none, problem.band.intervals.astype(np.int32), np.inf)


def all_sets(problem: Problem) -> Columns:
    """Return every connected set in band."""
    return list_sets(problem, problem.band.intervals, most_sets=MANY, most_steps=MANY)[0]


def compounds() -> Problem:
    """Return two compounds 300 m apart, of four and of seven units of 30: 120 and 210 households, two grids at most."""
    east = [(300.0 + 10 * n, 0.0) for n in range(7)]
    return Graph(
        load=(30.0,) * 11,
        places=tuple([(10.0 * n, 0.0) for n in range(4)] + east),
        pairs=tuple((n, n + 1) for n in range(10)),
    ).problem(BAND)


def test_a_row_lifts_the_bound_of_two_compounds():
    """Of 120 and 210 households the one lacks 30 and the other has 10 too many: a grid has to cross, and the bound tells."""
    problem = compounds()
    rims = rims_of(problem, [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9, 10]])
    columns = all_sets(problem)
    rows = Rows(must=problem.load > 0, workers=(2.0, 2.0), band=BAND, patterns=rims.none)
    relaxation = Relaxation(columns, rows)
    before = relaxation.solve()
    broken = rims.broken(columns, np.where(np.arange(len(columns)) == 0, 1.0, 0.0))
    assert len(broken) <= len(rims.regions)
    while len(broken := rims.broken(columns, before.share)):
        relaxation.pattern(broken)
        before, after = relaxation.solve(), before
        assert before.value >= after.value - 1e-6
    assert before.value <= solve(problem).objective + 1e-6


@settings(max_examples=60, deadline=None)
@given(graphs(largest=7, loads=(40, 50, 60, 70, 90)), st.data())
def test_rows_hold_for_every_plan_in_band(graph: Graph, data: st.DataObject):
    """Whatever the region and the linear optimum, a row that is added is kept by each division that is all in band."""
    problem = graph.problem(BAND)
    unit = st.integers(0, problem.size - 1)
    regions = data.draw(st.lists(st.lists(unit, min_size=1, unique=True), min_size=1, max_size=4))
    rims, columns = rims_of(problem, regions), all_sets(problem)
    rows = Rows(must=problem.load > 0, workers=(0.0, np.inf), band=BAND, patterns=rims.none)
    plans = [groups for groups in divisions(problem) if judged(problem, groups).out == 0]
    relaxation = Relaxation(columns, rows)
    for _ in range(4):
        relaxed = relaxation.solve()
        broken = rims.broken(columns, relaxed.share)
        if not len(broken):
            break
        relaxation.pattern(broken)
        for groups in plans:
            sets = columns_of([np.array(sorted(group), np.int32) for group in groups], problem)
            row, _, worth = broken.entries(sets)
            assert (np.bincount(row, weights=worth, minlength=len(broken)) >= 1 - 1e-6).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 60), st.data())
def test_lifted_coefficients_leave_no_multiset_below_one(total: int, data: st.DataObject):
    """Every way to add up to the total by loads of sets that cross, and of sets inside of 15 to 20, counts one at least."""
    top = 21
    possible = np.vstack([np.arange(top) > 0, np.arange(top) >= 15])
    inside = st.integers(15, 20).map(lambda load: load + top)
    used = data.draw(st.lists(st.integers(1, 20) | inside, min_size=1, max_size=4, unique=True))
    shares = np.array([data.draw(st.floats(0.05, 1.0)) for _ in used])
    _, worth = broken_row(total, possible, np.array(used, np.int32), shares)
    if worth is None:
        return
    best = np.full(total + 1, np.inf)
    best[0] = 0.0
    for reached in range(1, total + 1):
        for load in range(1, min(top - 1, reached) + 1):
            kinds = [worth[CROSSING, load], worth[INSIDE, load] if load >= 15 else np.inf]
            best[reached] = min(best[reached], best[reached - load] + min(kinds))
    assert best[total] >= 1 - 1e-6
    assert (worth[INSIDE] <= worth[CROSSING]).all()
    pairs = [(a, b) for a in range(1, top) for b in range(a, top - a) if a + b <= total]
    crossing = worth[CROSSING]
    assert all(crossing[a + b] <= crossing[a] + crossing[b] + 1e-12 for a, b in pairs)


def test_lifting_by_hand():
    """With 10 worth a half of a total of 20: the 20 counts one; the largest first, so 19 counts nothing and 1 all of it."""
    possible = np.vstack([np.arange(21) > 0, np.zeros(21, bool)])
    worth = lifted(np.array([10]), np.array([0.5]), possible, 20)
    assert worth[CROSSING, [1, 10, 19, 20]].tolist() == pytest.approx([1.0, 0.5, 0.0, 1.0])


def test_families_of_two_villages():
    """Two villages 3 km apart, of two compounds each 200 m apart: compounds are families, and villages around them."""
    compound = [(10.0 * n, 0.0) for n in range(7)]
    places = [(x + at, y) for at in (0.0, 260.0, 3000.0, 3260.0) for x, y in compound]
    load = (30.0,) * len(places)
    problem = Graph(load=load, places=tuple(places), pairs=tuple((n, n + 1) for n in range(27))).problem(BAND)
    regions = families(problem, 500.0)
    units = [tuple(np.flatnonzero(region).tolist()) for region in regions]
    compounds = [tuple(range(first, first + 7)) for first in (0, 7, 14, 21)]
    villages = [tuple(range(14)), tuple(range(14, 28))]
    assert set(compounds) | set(villages) <= set(units)
    assert not set(villages) & {tuple(np.flatnonzero(region).tolist()) for region in families(problem, 400.0)}
    home, outer = chain_of(regions)
    for number, region in enumerate(regions):
        around = [
            other for other in range(len(regions)) if other != number and (regions[other] >= region).all()
        ]
        assert outer[number] == min(around, key=lambda other: regions[other].sum(), default=-1)
        assert number in home[region] or any(outer == number)


def test_rows_of_no_region():
    """Without regions nothing is broken, and rows of none are none."""
    problem = compounds()
    rims = rims_of(problem, [])
    columns = all_sets(problem)
    assert not len(rims.broken(columns, np.full(len(columns), 0.1)))
    assert replace(rims.none, of=np.zeros(0, np.int32)).entries(columns)[0].tolist() == []
