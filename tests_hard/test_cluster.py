"""A Dask cluster of two workers on this machine: the same plans as processes give, also when one is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridplan.cli import main
from gridplan.spread import spread_over
from gridplan.synthetic.district import build_district
from gridplan.synthetic.files import write_files
from tiny_city import write_town

NAMES = ("南塘社区", "青峦社区", "石桥社区", "东坪社区", "梨园社区")


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._file, self._folder = folder / "scheduler.json", folder
        self.scheduler = self._start(
            *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
            *("--scheduler-file", str(self._file)),
        )
        self.workers = [self.worker() for _ in range(2)]
        log = folder / "log.txt"
        for _ in range(600):  # no client in this process: a busy machine does not start its thread in time
            if log.read_text(encoding="utf-8").count("Registered to") >= len(self.workers):
                break
            time.sleep(0.1)
        self.address = json.loads(self._file.read_text(encoding="utf-8"))["address"]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", *arguments], stdout=log, stderr=log)

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self._start(
            *("distributed.cli.dask_worker", "--scheduler-file", str(self._file), "--nthreads", "1"),
            *("--no-nanny", "--no-dashboard", "--host", "127.0.0.1"),
            *("--local-directory", str(self._folder)),
        )

    def close(self) -> None:
        """End everything."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a cluster, and end it."""
    made = Cluster(tmp_path_factory.mktemp("dask"))
    yield made
    made.close()


def _slow(task: tuple[Path, int]) -> int:
    """Tell that a task has begun and take a moment; return its double."""
    folder, number = task
    (folder / f"{number}-{os.getpid()}").touch()
    time.sleep(0.5)
    return 2 * number


def test_a_worker_that_is_killed_costs_only_time(cluster: Cluster, tmp_path: Path) -> None:
    """Its tasks are done by the other one, in their order; so it is when both are gone, and the scheduler."""
    tasks = [(tmp_path, number) for number in range(12)]
    with spread_over(2, preload=__name__, scheduler=cluster.address) as spread:
        answers = spread(_slow, tasks)
        found = [next(answers)]
        cluster.workers[0].send_signal(signal.SIGKILL)
        found += [next(answers) for _ in range(4)]
        for process in (cluster.workers[1], cluster.scheduler):
            process.send_signal(signal.SIGKILL)
        found += list(answers)
    assert found == [2 * number for number in range(12)]


def test_a_cluster_gives_the_same_plan(cluster: Cluster, tmp_path: Path) -> None:
    """Five communities over the cluster, one worker killed in the middle: the bytes that processes give."""
    write_files(build_district(NAMES), tmp_path, language="zh", part=True)
    file = tmp_path / "plan.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[partition]\n", "[partition]\neffort = 0\n", 1), encoding="utf-8")
    plan = str(file)
    assert main(["run", plan, "--out", str(tmp_path / "here"), "--quiet"]) == 0
    asked = ["run", plan, "--out", str(tmp_path / "there"), "--quiet", "--scheduler", cluster.address]
    command = subprocess.Popen([sys.executable, "-m", "gridplan", *asked])
    time.sleep(4)
    cluster.workers[0].send_signal(signal.SIGKILL)
    assert command.wait(timeout=300) == 0
    for name in ("plan.gpkg", "staffing.xlsx", "maps/index.html"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_streets_go_to_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """A city of three streets over the cluster has the bytes that one process gives."""
    plan = write_town(tmp_path)
    outs = [tmp_path / "here", tmp_path / "there"]
    for out, more in zip(outs, ([], ["--scheduler", cluster.address]), strict=True):
        assert main(["run", str(plan), "--out", str(out), "--quiet", *more]) == 0
    for name in ("city.json", "city.html", "streets/s1/plan.gpkg"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()


def test_no_cluster_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An address where nobody answers is refused in words, and so is one that is none."""
    write_files(build_district(NAMES), tmp_path, language="zh", part=True)
    for address in ("tcp://127.0.0.1:9", "nowhere at all"):
        asked = [
            "run",
            str(tmp_path / "plan.toml"),
            "--out",
            str(tmp_path / "out"),
            "--quiet",
            "--lang",
            "en",
        ]
        assert main([*asked, "--scheduler", address]) == 2
        told = capsys.readouterr().err
        assert "dask scheduler" in told
        assert "Traceback" not in told
