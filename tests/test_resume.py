"""A run that was killed goes on where it was: what was solved is found again, and the plan is the same to the byte."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from bad_place import write_all
from gridplan import partition
from gridplan.cli.main import main
from gridplan.config import read_plan_file
from gridplan.options import Options
from gridplan.partition import district
from gridplan.partition.journal import ENDING, Journal
from gridplan.pipeline import run
from test_pipeline import write_place


def plan_of(plan_file: Path, **options: object) -> dict[str, object]:
    """Return what a run comes to, without its timings."""
    plan = run(read_plan_file(plan_file), Options(**options))
    return {
        "grids": plan.grids["grid_id"].tolist(),
        "of": plan.households["grid_id"].tolist(),
        "report": {**plan.report, "timings": 0},
    }


def test_what_was_solved_is_not_solved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one answer lost, one piece is solved again; with all there none, and the plan is the same."""
    plan_file, journal = write_place(tmp_path), tmp_path / "journal"
    whole = plan_of(plan_file)
    assert plan_of(plan_file, journal=journal) == whole
    kept = sorted(journal.glob(f"*{ENDING}"))
    assert len(kept) >= 2
    solved, solve = [], district._solved
    monkeypatch.setattr(district, "_solved", lambda task: (solved.append(task), solve(task))[1])
    assert plan_of(plan_file, journal=journal) == whole
    assert solved == []
    kept[0].unlink()
    assert plan_of(plan_file, journal=journal) == whole
    assert len(solved) == 1


def test_another_seed_or_input_finds_nothing(tmp_path: Path) -> None:
    """Answers are of their problem and seed alone."""
    plan_file, journal = write_place(tmp_path), tmp_path / "journal"
    plan_of(plan_file, journal=journal)
    count = len(list(journal.iterdir()))
    plan_of(plan_file, journal=journal, seed=2)
    assert len(list(journal.iterdir())) == 2 * count
    rows = plan_file.with_name("households.csv")
    table = pd.read_csv(rows)
    table.loc[0, "households"] += 3
    table.to_csv(rows, index=False)
    changed = plan_of(plan_file)
    assert plan_of(plan_file, journal=journal) == changed
    assert len(list(journal.iterdir())) > 2 * count


def test_a_file_cut_short_or_hostile_is_no_answer(tmp_path: Path) -> None:
    """Neither stops a run, and nothing that a file names is ever run."""
    journal, marker = Journal(tmp_path), tmp_path / "run"
    key = journal.key(("a", 1))
    assert journal.find(key) is None

    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {marker}",)

    (tmp_path / f"{key}{ENDING}").write_bytes(pickle.dumps(Hostile()))
    assert journal.find(key) is None
    assert not marker.exists()
    lent = (
        b"cgridplan.spread.processes\nProcessPoolExecutor\n(tR."  # a class that a module of ours only imports
    )
    (tmp_path / f"{key}{ENDING}").write_bytes(lent)
    assert journal.find(key) is None
    (tmp_path / f"{key}{ENDING}").write_bytes(pickle.dumps(partition.Band(low=1, high=2))[:-3])
    assert journal.find(key) is None
    journal.keep(key, partition.Band(low=1, high=2))
    assert journal.find(key) == partition.Band(low=1, high=2)


def test_nothing_stands_beside_a_finished_output(tmp_path: Path) -> None:
    """The folder of answers goes with the end of the run; what a killed run left is emptied by a run that does not go on."""
    plan_file, left = write_all(tmp_path), tmp_path / ".out.resume"
    left.mkdir()
    (left / f"old{ENDING}").write_bytes(b"x")
    assert main(["run", str(plan_file), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    assert not left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_killed_command_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Killed once it has solved something, then run with --resume: the files of a run that was never killed."""
    plan_file, out, left = write_all(tmp_path), tmp_path / "out", tmp_path / ".out.resume"
    command = [sys.executable, "-m", "gridplan", "run", str(plan_file), "--quiet", "--jobs", "1"]
    with subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.DEVNULL) as killed:
        for _ in range(600):
            if list(left.glob(f"*{ENDING}")) or killed.poll() is not None:
                break
            time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
    if not out.exists():
        assert list(left.glob(f"*{ENDING}"))
    subprocess.run([*command, "--out", str(out), "--resume"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*command, "--out", str(tmp_path / "whole")], check=True, stdout=subprocess.DEVNULL)
    ours, whole = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "report.json"
        }
        for folder in (out, tmp_path / "whole")
    )
    assert ours == whole
    assert not left.exists()


def test_answers_of_the_clock_are_not_kept(tmp_path: Path) -> None:
    """A run with a time limit may have stopped anywhere: its answers are not those of counted work."""
    plan_file, journal = write_place(tmp_path), tmp_path / "journal"
    plan_of(plan_file, journal=journal, time_limit=60.0)
    assert not journal.exists()
