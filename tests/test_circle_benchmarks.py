"""The benchmarks of the circle run: small instances by hand in the forms of the OR-Library, and the made-up district."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PMED = "4 4 1\n1 2 9\n2 3 2\n3 4 3\n2 1 5\n"  # the second 1-2 holds: a street 5, 2, 3 long
SCP = "3 4\n 2 3 4 9\n2\n1 2\n2\n2 3\n1\n4\n"


@pytest.fixture(autouse=True)
def _beside(monkeypatch):
    """Let the scripts of the folder be imported, as they import each other."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.parametrize(
    ("text", "options", "objective", "sites"),
    [
        (PMED, [], 12, [2]),  # from the second node 5, 0, 2, 5; from the third 7, 2, 0, 3
        (SCP, [], 12, [2, 4]),
        (SCP, ["--unit-costs"], 2, [2, 4]),
        (SCP, ["--kind", "scp"], 12, [2, 4]),
    ],
)
def test_an_instance_is_read_and_solved(tmp_path, text, options, objective, sites):
    """Four nodes in a row, and three rows that columns cover: the written answer is that of a person."""
    (tmp_path / "in.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, str(BENCHMARKS / "solve_location.py"), "in.txt", "out.json", *options]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (found["objective"], found["lower_bound"], found["status"]) == (objective, objective, "optimal")
    assert set(found) == {"objective", "lower_bound", "status", "seconds", "sites"}
    assert text != SCP or found["sites"] == sites


def test_the_made_up_district_is_the_same_each_time():
    """Two calls give the same streets, one piece, with people and sites near a street."""
    from district import made_up  # noqa: PLC0415 # the folder is not on the path before

    one, two = made_up(30, 10, side=12), made_up(30, 10, side=12)
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in vars(one))
    assert len(one.demand) == 30
    assert (one.people >= 20).all()
    assert set(one.streets.ravel()) == set(range(len(one.nodes)))
