"""Few grids of many units: plans, bounds and proofs against everything counted out."""

import itertools
import time

import numpy as np
import pytest
from scipy.spatial import Delaunay

from gridplan.partition.graph import Effort, GraphProblem, graph_problem, solve
from gridplan.partition.graph.effort import Effort as Counted
from gridplan.partition.graph.lagrange import bound_of
from gridplan.partition.graph.problem import is_plan, objective_of, outside_of
from gridplan.partition.graph.solve import impossible
from gridplan.partition.graph.spectral import cut_bound
from gridplan.partition.graph.start import drafts
from gridplan.partition.graph.tree import Tree

OBJECTIVES = ("walk", "moi", "cut", "pmedian")
LITTLE = Effort(starts=1, steps=3_000, rounds=60)


def counted_out(problem: GraphProblem) -> float:
    """Return the least cost over all labellings, inf for none; the first unit has label 0, and so on."""
    best = np.inf
    for rest in itertools.product(range(problem.k), repeat=problem.size - 1):
        label = np.array((0, *rest), np.int32)
        firsts = np.unique(label, return_index=True)[1]
        if (np.diff(firsts) > 0).all() and is_plan(problem, label):
            best = min(best, objective_of(problem, label))
    return best


def tiny(seed: int, objective) -> GraphProblem:
    """Return a problem of 3 to 8 units, connected or not, with a band that may leave no plan."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(3, 9)), int(rng.integers(1, 4))
    edges = [(i, j) for i in range(n) for j in range(i) if rng.random() < 0.45]
    load = rng.integers(0, 10, n).astype(float)
    mean, width = load.sum() / k, rng.choice([0.05, 0.3, 0.8])
    return graph_problem(
        load, edges, k=k, lower=np.floor(mean * (1 - width)), upper=np.ceil(mean * (1 + width)),
        objective=objective, xy=rng.random((n, 2)) * 10,
    )  # fmt: skip


def town(n: int, k: int, *, objective, seed: int = 1, share: float = 0.03) -> GraphProblem:
    """Return a town of n units, neighbours by Delaunay, to be cut into k grids within a share of their mean."""
    rng = np.random.default_rng(seed)
    place = rng.random((n, 2)) * 100
    corners = Delaunay(place).simplices
    edges = np.unique(
        np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])), axis=0
    )
    load = rng.integers(20, 181, n).astype(float)
    mean = load.sum() / k
    return graph_problem(
        load, edges, k=k, lower=mean * (1 - share), upper=mean * (1 + share), objective=objective, xy=place
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_agrees_with_counting(objective) -> None:
    """The plan is the best there is, its bound no more than that, and "infeasible" is said exactly where there is none."""
    for seed in range(14):
        problem = tiny(seed, objective)
        best, plan = counted_out(problem), solve(problem, LITTLE)
        if np.isinf(best):
            assert plan.status == "infeasible", seed
            continue
        assert plan.assignment is not None
        assert is_plan(problem, plan.assignment)
        assert plan.status == "optimal", seed
        assert plan.objective == pytest.approx(best, rel=1e-4, abs=1e-9)
        assert plan.lower_bound <= best * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("objective", ["walk", "moi"])
def test_tree_agrees_with_counting_over_connected_graphs(objective) -> None:
    """Every connected graph of four units (a unit's load each), by branch and price."""
    pairs = list(itertools.combinations(range(4), 2))
    rng = np.random.default_rng(4)
    for mask in range(1, 1 << len(pairs)):
        edges = [pair for bit, pair in enumerate(pairs) if mask >> bit & 1]
        problem = graph_problem(
            [3, 1, 2, 2], edges, k=2, lower=3, upper=5, objective=objective, xy=rng.random((4, 2))
        )
        if impossible(problem):
            assert np.isinf(counted_out(problem))
            continue
        draft = drafts(problem, LITTLE)
        top = draft.cost if is_plan(problem, draft.label) else np.inf
        answer = Tree(problem, bound_of(problem, draft.label, top, LITTLE), draft, LITTLE).search()
        best = counted_out(problem)
        assert answer.exhausted
        assert answer.bound == pytest.approx(best, rel=1e-4)
        assert np.isinf(best) == (answer.label is None)


@pytest.mark.parametrize("objective", ["walk", "cut"])
def test_names_of_units_do_not_matter(objective) -> None:
    """The same graph with its units in another order has the same optimum."""
    problem = town(16, 3, objective=objective, share=0.25)
    order = np.random.default_rng(5).permutation(16)
    place = np.argsort(order)
    owner = np.repeat(np.arange(16), np.diff(problem.starts))
    edges = np.column_stack([place[owner], place[problem.neighbors]])[owner < problem.neighbors]
    cost = None if problem.cost is None else problem.cost[np.ix_(order, order)]
    other = graph_problem(
        problem.load[order],
        edges,
        k=3,
        lower=problem.lower,
        upper=problem.upper,
        objective=objective,
        cost=cost,
    )
    one, two = solve(problem, LITTLE), solve(other, LITTLE)

    assert one.status == two.status == "optimal"
    assert one.objective == pytest.approx(two.objective, rel=1e-4)


def test_same_seed_same_plan() -> None:
    """Counted work repeats."""
    problem = town(60, 4, objective="moi")
    effort = Effort(starts=2, steps=20_000, rounds=25, nodes=1)
    one, two = solve(problem, effort), solve(problem, effort)

    assert one.assignment is not None
    assert two.assignment is not None
    assert (one.assignment == two.assignment).all()
    assert one.lower_bound == two.lower_bound


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_time_out_is_never_infeasible(objective) -> None:
    """A search whose time is over before it begins still gives a labelling and a bound, and claims nothing."""
    problem = town(40, 4, objective=objective, share=1e-7)
    plan = solve(problem, Effort(until=time.time(), steps=1_000))

    assert plan.status == "feasible"
    assert plan.assignment is not None
    assert plan.lower_bound < np.inf


@pytest.mark.parametrize("objective", ["walk", "moi", "cut"])
def test_many_units(objective) -> None:
    """A town of 300 units in 5 grids: in band, in one piece, bound below the objective."""
    problem = town(300, 5, objective=objective)
    plan = solve(problem, Effort(starts=1, steps=300_000, rounds=50, nodes=1))

    assert plan.assignment is not None
    assert is_plan(problem, plan.assignment)
    assert 0 < plan.lower_bound <= plan.objective
    assert plan.objective == pytest.approx(objective_of(problem, plan.assignment))
    assert plan.gap < (0.15 if objective != "cut" else 1.0)


def test_no_plan_is_told_with_the_nearest_labelling() -> None:
    """Two heavy units side by side with a light one: no two grids are even, proven; the labelling is as near as it gets."""
    problem = graph_problem([5, 5, 1], [(0, 1), (1, 2)], k=2, lower=5.5, upper=5.5, objective="cut")
    plan = solve(problem, LITTLE)

    assert plan.status == "infeasible"
    assert plan.assignment is not None
    assert plan.outside == outside_of(problem, plan.assignment).sum() > 0


def test_bound_of_cuts_is_below_every_cut() -> None:
    """The bound from eigenvalues against everything counted out."""
    for seed in range(30):
        problem = tiny(seed, "cut")
        if not impossible(problem):
            assert cut_bound(problem) <= counted_out(problem)


def test_effort_tells_its_time() -> None:
    """Without a clock no time is told; with one it runs out."""
    assert Counted().seconds is None
    assert not Counted().spent
    assert Counted(until=time.time() - 1).spent
