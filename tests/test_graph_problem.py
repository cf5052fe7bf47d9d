"""Few grids of many units: what a division is worth, and what cannot be asked."""

import numpy as np
import pytest

from gridplan.partition.graph import graph_problem
from gridplan.partition.graph.problem import centres_of, is_plan, objective_of, outside_of, pieces_of

PATH = [(0, 1), (1, 2), (2, 3)]


def test_objectives_by_hand() -> None:
    """Four units in a line, a metre apart: walk, inertia, median and cut of the halves."""
    halves = np.array([0, 0, 1, 1], np.int32)
    line = np.column_stack([np.arange(4.0), np.zeros(4)])
    worth = {
        objective: objective_of(
            graph_problem([2, 1, 1, 3], PATH, k=2, lower=3, upper=4, objective=objective, xy=line), halves
        )
        for objective in ("walk", "moi", "pmedian", "cut")
    }

    assert worth == {"walk": 2.0, "moi": 2.0, "pmedian": 2.0, "cut": 1.0}


def test_centres_and_pieces() -> None:
    """The centre is the heavier unit; a grid of the two ends has two pieces and is no plan."""
    line = np.column_stack([np.arange(4.0), np.zeros(4)])
    problem = graph_problem([2, 1, 1, 3], PATH, k=2, lower=2, upper=5, objective="walk", xy=line)
    ends = np.array([0, 1, 1, 0], np.int32)

    assert centres_of(problem, np.array([0, 0, 1, 1], np.int32)).tolist() == [0, 3]
    assert len(np.unique(pieces_of(problem, ends))) == 3
    assert not is_plan(problem, ends)
    assert outside_of(problem, np.array([0, 0, 0, 1], np.int32)).tolist() == [0.0, 0.0]


def test_edges_are_joined() -> None:
    """Loops are left out and parallel edges added up."""
    problem = graph_problem(
        [1, 1], [(0, 1), (1, 0), (1, 1)], k=2, lower=1, upper=1, objective="cut", length=[2, 3, 9]
    )

    assert problem.length.tolist() == [5.0, 5.0]
    assert objective_of(problem, np.array([0, 1], np.int32)) == 5.0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"edges": [(0, 4)]}, "edges join"),
        ({"lower": 5, "upper": 3}, "upwards"),
        ({"load": [1, -1, 1, 1]}, "negative"),
        ({"k": 0}, "at least one"),
        ({"objective": "beauty"}, "objective is"),
        ({"length": [1]}, "lengths"),
        ({"objective": "walk"}, "positions"),
        ({"objective": "walk", "cost": np.zeros((2, 2))}, "rows"),
    ],
)
def test_nonsense_is_refused(wrong, told) -> None:
    """Arrays that do not fit together are told apart."""
    asked = {"load": [1, 1, 1, 1], "edges": PATH, "k": 2, "lower": 1, "upper": 3, "objective": "cut"} | wrong

    with pytest.raises(ValueError, match=told):
        graph_problem(**asked)
