"""Two hundred runs killed while they write: the folder holds the old output whole or the new one, and the next run goes on."""

import dataclasses
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bad_place import write_all
from gridplan.export.write import write_run
from gridplan.plan import Plan
from tiny_city import write_town
from tiny_plan import tiny_plan

CITY_KILLS = 8
KILLS = int(os.environ.get("GRIDPLAN_KILLS", "200"))
SEED = int(os.environ.get("GRIDPLAN_SEED", "20261127"))  # the same everywhere; others are tried by hand
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are those of POSIX")


def digest(folder: Path, *, without: str = "") -> str:
    """Return what tells whether a folder has the same files, but for those of a name, with the same bytes."""
    known = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != without:
            known.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return known.hexdigest()


def plans() -> tuple[Plan, Plan]:
    """Return two plans that differ."""
    one = tiny_plan()
    return one, dataclasses.replace(one, report={**one.report, "seed": 7})


def test_a_killed_run_leaves_one_whole_output(tmp_path: Path) -> None:
    """Whatever the moment, what is there afterwards is one of the two plans to the byte."""
    chance, pages = random.Random(SEED), {"index.html": "<!doctype html><title>地图</title>"}  # noqa: S311 # no secret
    wholes, took_s = {}, 0.0
    for name, plan in zip("ab", plans(), strict=True):
        begun = time.perf_counter()
        write_run(plan, tmp_path / name, pages=pages)
        took_s = time.perf_counter() - begun
        wholes[digest(tmp_path / name)] = name
    out, seen = tmp_path / "out", set[str]()
    write_run(plans()[0], out, pages=pages)
    for kill in range(KILLS):
        child = os.fork()
        if not child:
            for at in range(1_000):
                write_run(plans()[(kill + at) % 2], out, pages=pages)
            os._exit(0)
        time.sleep(chance.uniform(0.0, 2.2 * took_s))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = wholes.get(digest(out))
        assert found, f"seed {SEED}, kill {kill}: {sorted(path.name for path in out.rglob('*'))}"
        seen.add(found)
    write_run(plans()[1], out, pages=pages)
    assert wholes[digest(out)] == "b"
    assert seen == {"a", "b"}
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")) == [
        "a",
        "b",
        "out",
    ]


def test_a_killed_command_leaves_one_whole_output(tmp_path: Path) -> None:
    """The whole command, killed at any moment from its start to after its end: one of the two outputs, nothing beside it."""
    chance = random.Random(SEED)  # noqa: S311 # no secret
    plan_file = write_all(tmp_path)
    command = [sys.executable, "-m", "gridplan", "run", str(plan_file), "--quiet", "--out"]
    wholes, took_s = {}, 0.0
    for seed in "17":
        begun = time.perf_counter()
        subprocess.run(
            [*command, str(tmp_path / seed), "--seed", seed], check=True, stdout=subprocess.DEVNULL
        )
        took_s = time.perf_counter() - begun
        wholes[digest(tmp_path / seed, without="report.json")] = seed
    out = tmp_path / "out"
    subprocess.run([*command, str(out), "--seed", "1"], check=True, stdout=subprocess.DEVNULL)
    there = {path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")}
    for kill in range(KILLS // 40):
        with subprocess.Popen(
            [*command, str(out), "--seed", "17"[kill % 2]], stdout=subprocess.DEVNULL
        ) as run:
            time.sleep(chance.uniform(0.5, 1.1) * took_s)
            run.kill()
        assert digest(out, without="report.json") in wholes, f"seed {SEED}, kill {kill}"
        json.loads((out / "report.json").read_text(encoding="utf-8"))
    subprocess.run([*command, str(out), "--seed", "7"], check=True, stdout=subprocess.DEVNULL)
    assert wholes[digest(out, without="report.json")] == "7"
    assert {path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")} == there


def test_a_city_that_is_killed_again_and_again_ends_the_same(tmp_path: Path) -> None:
    """Kill a city of three streets at chance moments and go on each time: it ends with the bytes of one that nobody killed."""
    plan = str(write_town(tmp_path))
    command = [sys.executable, "-m", "gridplan", "run", plan, "--jobs", "2", "--quiet", "--resume", "--out"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    begun = time.perf_counter()
    subprocess.run([*command, str(whole)], check=True, stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - begun
    chance, kills = random.Random(SEED), 0  # noqa: S311 # no secret
    for _ in range(CITY_KILLS):
        process = subprocess.Popen(
            [*command, str(killed)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0.3, 1.0) * taken)
        kills += process.poll() is None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert kills
    subprocess.run([*command, str(killed)], check=True, stdout=subprocess.DEVNULL)
    assert digest(killed, without="report.json") == digest(
        whole, without="report.json"
    )  # that has the seconds
