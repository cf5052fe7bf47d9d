"""Sets worth having at given prices, and the bound they prove, against lists of all sets."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brute import best, cost_of, judged, load_of, sets_of
from gridplan.partition import Band, Problem
from gridplan.partition.bound import bound_of
from gridplan.partition.candidates import list_sets
from gridplan.partition.master import Prices, Rows, cuts_in, reduced_costs
from gridplan.partition.patterns import Patterns
from gridplan.partition.pricing import Depths, Pricing, whole_loads
from gridplan.partition.problem import Columns, Flags, Floats, columns_of
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
PAIRED = Band(low=90, high=110, most=2)
MANY = 100_000


def prices_of(units: list[float], worker: float = 0.0) -> Prices:
    """Return prices of units, and of a worker."""
    sums = np.array([min(worker, 0.0), max(worker, 0.0), 0.0, 0.0])
    return Prices(units=np.array(units), sums=sums)


def free(problem: Problem) -> Rows:
    """Return the rows that ask for every unit and nothing else."""
    return Rows(must=problem.load > 0, workers=(0.0, np.inf), band=problem.band)


def gains(problem: Problem, columns: Columns, prices: Prices) -> Floats:
    """Return what each set gains: its units' prices and its workers', less its cost."""
    fewest, most = problem.band.workers(columns.load)
    return columns.sums(prices.units) - columns.cost + prices.sums[0] * fewest + prices.sums[1] * most


@st.composite
def priced(draw: st.DrawFn) -> tuple[Problem, Prices]:
    """Draw a problem and prices."""
    graph = draw(graphs(largest=7))
    price = st.floats(-500, 6000).map(lambda value: round(value, 1))
    units = draw(st.lists(price, min_size=len(graph.load), max_size=len(graph.load)))
    band = draw(st.sampled_from([BAND, PAIRED]))
    return graph.problem(band), prices_of(units, draw(st.sampled_from([0.0, -700.0, 900.0])))


@settings(max_examples=60, deadline=None)
@given(priced())
def test_no_connected_set_gains_more_than_the_knapsack(drawn: tuple[Problem, Prices]):
    """The value of a centre is no less than the gain of any connected set in band with that centre."""
    problem, prices = drawn
    value, _ = Pricing(problem).best(prices, free(problem))
    columns, _ = list_sets(problem, problem.band.intervals, most_sets=MANY, most_steps=MANY)
    gain = gains(problem, columns, prices)
    assert (gain <= value[columns.centre] + 1e-6).all()


@settings(max_examples=60, deadline=None)
@given(priced())
def test_best_sets_have_their_value(drawn: tuple[Problem, Prices]):
    """The set given for a centre holds the centre, is in band, and gains what is said."""
    problem, prices = drawn
    value, sets = Pricing(problem).best(prices, free(problem))
    assert sets.centre.tolist() == np.flatnonzero(np.isfinite(value)).tolist()
    assert (problem.band.outside(sets.load)[0] == 0).all()
    for number, centre in enumerate(sets.centre.tolist()):
        units = sets.of(number)
        assert centre in units
        assert len(set(units.tolist())) == len(units)
        assert sets.load[number] == problem.load[units].sum()
        assert sets.cost[number] == pytest.approx(problem.weight[units] @ problem.distance_m[units, centre])
    assert gains(problem, sets, prices).tolist() == pytest.approx(value[sets.centre].tolist(), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(priced(), st.sampled_from([0.0, 800.0, 5000.0, np.inf]))
def test_sets_within_a_margin_are_those_of_the_whole_list(drawn: tuple[Problem, Prices], margin: float):
    """The sets that gain at least their floor are those of the whole list that do, no more and no fewer."""
    problem, prices = drawn
    pricing = Pricing(problem)
    value, _ = pricing.best(prices, free(problem))
    floors = np.where(np.isfinite(value), value, 0.0) - margin
    found, complete = pricing.within(prices, free(problem), floors=floors, most_sets=MANY, most_steps=MANY)
    columns, _ = list_sets(problem, problem.band.intervals, most_sets=MANY, most_steps=MANY)
    spare = gains(problem, columns, prices) - floors[columns.centre]
    assume((np.abs(spare) > 1e-6).all())
    wanted = columns.take(np.flatnonzero(spare > 0))
    assert complete
    assert sorted(sorted(found.of(i).tolist()) for i in range(len(found))) == sorted(
        sorted(wanted.of(i).tolist()) for i in range(len(wanted))
    )
    assert sorted(found.cost.tolist()) == pytest.approx(sorted(wanted.cost.tolist()))


def nested_at_random(size: int, chance: np.random.Generator) -> Flags:
    """Return some regions of units of which any two lie in one another or apart, each before those around it."""
    groups = [np.arange(size) == unit for unit in range(size)]
    regions = []
    while len(groups) > 1:
        one, other = sorted(chance.choice(len(groups), 2, replace=False).tolist())
        groups[one] = groups[one] | groups.pop(other)
        if chance.uniform() < 0.7:
            regions.append(groups[one])
    return np.array(regions).reshape(-1, size)


@st.composite
def in_regions(draw: st.DrawFn) -> tuple[Problem, Pricing, Prices, Patterns]:
    """Draw a problem with regions one in another, and prices of units and of rows over these."""
    problem, prices = draw(priced())
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    pricing = Pricing(problem)
    pricing.regions = nested_at_random(problem.size, chance)
    assume(len(pricing.regions))
    top, rows = int(pricing.intervals.max()) + 1, 4
    worth = np.round(chance.uniform(0, 1, (rows, 2, top)) * (chance.uniform(size=(rows, 2, top)) < 0.7), 3)
    worth[:, 0] = np.minimum(1, np.arange(top) * chance.uniform(0.001, 0.02, (rows, 1)))
    worth[:, 1] = np.minimum(worth[:, 1], worth[:, 0])  # as the rows that are found
    patterns = Patterns(
        sizes=pricing.sizes,
        regions=pricing.regions,
        of=chance.integers(0, len(pricing.regions), rows).astype(np.int32),
        worth=worth,
    )
    of_rows = np.round(chance.uniform(0, 3000, rows))
    return problem, pricing, replace(prices, patterns=of_rows), patterns


@settings(max_examples=80, deadline=None)
@given(in_regions(), st.sampled_from([0.0, 800.0, 5000.0, np.inf]))
def test_rows_of_patterns_count_in_the_knapsack(
    drawn: tuple[Problem, Pricing, Prices, Patterns], margin: float
):
    """With rows over regions one in another, too, no connected set gains more than is said, and none near is left out."""
    problem, pricing, prices, patterns = drawn
    rows = replace(free(problem), patterns=patterns)
    value, sets = pricing.best(prices, rows)
    columns, _ = list_sets(problem, problem.band.intervals, most_sets=MANY, most_steps=MANY)
    for some in (columns, sets):
        row, at, worth = patterns.entries(some)
        gain = gains(problem, some, prices)
        np.add.at(gain, at, prices.patterns[row] * worth)
        assert (gain <= value[some.centre] + 1e-6).all()
        if some is columns:
            floors = np.where(np.isfinite(value), value, 0.0) - margin
            wanted = some.take(np.flatnonzero(gain > floors[some.centre] + 1e-6))
    found, complete = pricing.within(prices, rows, floors=floors, most_sets=MANY, most_steps=MANY)
    there = [tuple(sorted(found.of(i).tolist())) for i in range(len(found))]
    assert complete
    assert len(there) == len(set(there))
    assert {tuple(sorted(wanted.of(i).tolist())) for i in range(len(wanted))} <= set(there)


@settings(max_examples=60, deadline=None)
@given(in_regions(), st.integers(0, 4), st.integers(1, 7))
def test_connected_sets_that_gain_most(
    drawn: tuple[Problem, Pricing, Prices, Patterns], level: int, count: int
):
    """With rows of odd sets and patterns, no connected set gains more than is said of its centre; the best of all is found."""
    problem, pricing, prices, patterns = drawn
    chance, count = np.random.default_rng(level), min(count, problem.size)
    odd = chance.uniform(size=(3, problem.size)) < 0.6
    odd = odd[odd.sum(axis=1) % 2 == 1]
    rows = replace(free(problem), patterns=patterns, odd=odd)
    prices = replace(prices, odd=-np.round(chance.uniform(0, 2000, len(odd))))
    most, _ = pricing.best(prices, rows)
    depths = Depths(np.full(problem.size, level), 50.0, MANY // problem.size)
    found, sets, exact = pricing.joined(prices, rows, most, depths, count=count)
    columns, _ = list_sets(problem, problem.band.intervals, most_sets=MANY, most_steps=MANY)
    gain = -reduced_costs(columns, rows, prices)
    best = np.zeros(problem.size)
    np.maximum.at(best, columns.centre, gain)
    assert (best <= np.maximum(found, 0.0) + 1e-6).all()
    assert (found <= most + 1e-6).all()
    there = {tuple(sorted(sets.of(number).tolist())) for number in range(len(sets))}
    if exact and best.max() > 1e-6:
        greatest = np.sort(np.maximum(found, 0.0))[::-1][:count]
        assert greatest.tolist() == pytest.approx(np.sort(best)[::-1][:count].tolist(), abs=1e-6)
        dearest = np.flatnonzero(gain >= best.max() - 1e-6)
        assert any(tuple(sorted(columns.of(int(number)).tolist())) in there for number in dearest)


def test_a_search_cut_short_says_so():
    """A row bent to a horseshoe: its ends gain most together and are no grid; a pair beside an end is the best, found in time."""
    graph = Graph(
        load=(90.0,) * 6,
        places=((0.0, 0.0), (0.0, 100.0), (0.0, 200.0), (100.0, 200.0), (100.0, 100.0), (100.0, 0.0)),
        pairs=tuple((place, place + 1) for place in range(5)),
    )
    problem = graph.problem(BAND)
    pricing, prices = Pricing(problem), prices_of([9000.0, 6000.0, 5000.0, 5000.0, 5000.0, 9000.0])
    rows = free(problem)
    most, _ = pricing.best(prices, rows)
    short, long = (Depths(np.zeros(6, np.int64), 50.0, steps) for steps in (0, MANY // 6))
    assert not pricing.joined(prices, rows, most, short, count=1)[2]
    gains, _, exact = pricing.joined(prices, rows, most, long, count=1)
    assert exact
    assert gains.max() == 9000 + 6000 - 9000


@settings(max_examples=30, deadline=None)
@given(graphs(largest=7, loads=(40, 50, 60, 70, 90, 160)), st.sampled_from(["free", 1, 2, 3]))
def test_bound_is_below_every_plan(graph: Graph, workers: str | int):
    """The bound is below the best plan in band, and so is what its prices say of that plan's sets."""
    problem = graph.problem(BAND, workers)
    plan = best(problem)
    assume(plan.out == 0)
    number = (0.0, np.inf) if workers == "free" else (float(plan.workers[0]),) * 2
    rows = Rows(must=problem.load > 0, workers=number, band=BAND)
    bound = bound_of(Pricing(problem), rows)
    assert bound.value <= plan.cost + 1e-6
    for group in plan.groups:
        units = list(group)
        centre = min(units, key=lambda u: problem.weight[units] @ problem.distance_m[units, u])
        gain = bound.prices.units[units].sum() - cost_of(problem, group)
        gain += bound.prices.sums[:2].sum()  # one worker a grid
        row, _, worth = cuts_in(columns_of([np.array(units, np.int32)], problem), bound.rows)
        gain += np.concatenate([bound.prices.odd, bound.prices.patterns])[row] @ worth
        assert bound.value + bound.wanted[centre] - gain <= plan.cost + 1e-6


def test_bound_of_a_path_is_its_plan():
    """On four units in a row that make two pairs and nothing else the bound meets the plan."""
    graph = Graph(
        load=(90.0, 90.0, 90.0, 90.0),
        places=((0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0)),
        pairs=((0, 1), (1, 2), (2, 3)),
    )
    problem = graph.problem(BAND)
    bound = bound_of(Pricing(problem), Rows(must=problem.load > 0, workers=(2.0, 2.0), band=BAND))
    assert judged(problem, [frozenset({0, 1}), frozenset({2, 3})]).cost == 18_000
    assert bound.value == pytest.approx(18_000, rel=0.01)
    assert bound.value <= 18_000


@pytest.mark.parametrize(
    ("load", "band", "scale"),
    [
        ((60.0, 100.0), BAND, 1.0),
        ((60.5, 100.0), BAND, 2.0),
        ((60.2, 100.4), BAND, 10.0),
        ((60.333, 100.0), BAND, 10.0),
    ],
)
def test_loads_with_decimals(load, band, scale):
    """Loads become whole without loss where they can, else rounded so that no set in band is ruled out."""
    graph = Graph(load=load, places=((0.0, 0.0), (10.0, 0.0)), pairs=((0, 1),))
    problem = graph.problem(band)
    sizes, intervals, found = whole_loads(problem)
    assert found == scale
    in_band = [group for group in sets_of(problem) if 150 <= load_of(problem, group) <= 200]
    for group in in_band:
        size = sizes[list(group)].sum()
        assert ((intervals[:, 0] <= size) & (size <= intervals[:, 1])).any()
