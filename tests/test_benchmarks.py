"""The benchmark of the partition runs: made-up communities, scores by hand, and a method of each kind."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csgraph

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _beside(monkeypatch):
    """Let the scripts of the folder be imported, as they import each other."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.parametrize("units", [12, 30, 100])
def test_made_up_communities_are_sound(units):
    """The same each time, connected, no unit above the band, as many grids as the band's middle asks for."""
    from communities import made_up  # noqa: PLC0415 # the folder is not on the path before
    from instance import Instance  # noqa: PLC0415 # as above

    read = made_up(units)
    assert read == made_up(units)
    assert "synthetic" in read["source"]
    instance = Instance.of(read)
    assert csgraph.connected_components(instance.graph, directed=False)[0] == 1
    assert instance.load.max() <= instance.high
    assert instance.k == round(instance.load.sum() / 175)


@pytest.mark.parametrize(("objective", "rule"), [("moi", "sq_w"), ("walk", "euclid_w")])
def test_areas_for_large_districts_have_a_plan(objective, rule):
    """Sixty areas for three districts: each within 5 % of a third of all, and the engine of large districts finds such a plan."""
    from communities import areas  # noqa: PLC0415 # as above
    from solve_instance import by_graph  # noqa: PLC0415 # as above

    read = areas(60, 3, objective=objective)
    total = sum(node["weight"] for node in read["nodes"])
    assert read["cost_rule"] == rule
    assert (read["lower"], read["upper"]) == (round(total / 3 * 0.95), round(total / 3 * 1.05))
    found = by_graph(read, None, 1)
    load = np.bincount(found["assignment"], [node["weight"] for node in read["nodes"]])
    assert len(load) == 3
    assert (load >= read["lower"]).all()
    assert (load <= read["upper"]).all()
    assert found["lower_bound"] <= found["objective"] * (1 + 1e-9)


def test_scores_by_hand():
    """Four in a row, 10 m apart: 0 and 2 together are in two pieces, 1 and 3 too; 60 of 100..150 is too little."""
    from instance import Instance, in_order, scored  # noqa: PLC0415 # as above

    nodes = [{"id": str(i), "weight": w, "x": 10 * i, "y": 0} for i, w in enumerate((50, 40, 70, 20))]
    edges = [[0, 1], [1, 2], [2, 3]]
    instance = Instance.of({"nodes": nodes, "edges": edges, "k": 2, "lower": 100, "upper": 150})
    found = scored(instance, in_order(["b", "a", "b", "a"]))
    assert found == {
        "grids": 2,
        "in_band": 0.5,
        "in_pieces": 2,
        "objective": 50 * 20 + 20 * 20,
        "walk_m": 1400 / 180,
    }
    assert scored(instance, [0, 0, 0, 0])["in_pieces"] == 0
    assert np.isclose(scored(instance, [0, 0, 1, 1])["objective"], 40 * 10 + 20 * 10)


def test_tables_are_printed():
    """Ours and the flow on twelve units: a row each, a row of ratios; what is not there is said to be so."""
    command = [
        *(sys.executable, str(BENCHMARKS / "partition.py"), "--no-growth", "--no-warm"),
        *("--instances", "12", "nowhere", "--methods", "ours", "flow", "metis"),
    ]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "**made-up 12** (synthetic" in printed
    row = next(line for line in printed.splitlines() if line.startswith("| gridplan |"))
    assert " 100.0% | 0 | " in row
    assert " optimal " in row
    assert "| made-up 12 | capacitated Lloyd by min-cost flow |" in printed
    assert "METIS k-way" in printed
    assert "nowhere: its file is not in" in printed
