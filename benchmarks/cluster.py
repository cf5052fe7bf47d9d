"""The same communities over processes of this machine and over a Dask cluster on it, in one run: median seconds, in turn.

A scheduler and two workers are started on the loopback and warmed by a run that does not count, as is the pool's cache of machine
code. Both have two processes to work with; the plans must be the same to the byte.

    python benchmarks/cluster.py [--plan data/plan.toml] [--rounds 3]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from distributed import Client

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the seconds of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", type=Path, default=ROOT / "data" / "plan.toml")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cluster, address = started(Path(folder))
        try:
            outs = {"processes": Path(folder) / "processes", "cluster": Path(folder) / "cluster"}
            more = {"processes": ["--jobs", "2"], "cluster": ["--scheduler", address]}
            rounds = [
                {name: seconds(asked.plan, out, more[name]) for name, out in outs.items()}
                for _ in range(asked.rounds + 1)
            ][1:]
            same = len({(out / "plan.gpkg").read_bytes() for out in outs.values()}) == 1
        finally:
            for process in cluster:
                process.kill()
                process.wait()
    found = {name: statistics.median(one[name] for one in rounds) for name in outs}
    print(f"processes {found['processes']:.1f} s, cluster {found['cluster']:.1f} s, ", end="")
    print(f"ratio {found['cluster'] / found['processes']:.2f}, same plan: {same}")


def started(folder: Path) -> tuple[list[subprocess.Popen[bytes]], str]:
    """Start a scheduler and two workers; return their processes and the address."""
    file = folder / "scheduler.json"
    own = ["--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1"]
    worker = [*own, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    commands = [
        ["distributed.cli.dask_scheduler", *own, "--port", "0"],
        *[["distributed.cli.dask_worker", *worker]] * 2,
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    with Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return processes, str(client.scheduler_info()["address"])


def seconds(plan: Path, out: Path, more: list[str]) -> float:
    """Run a plan as a user would; return its seconds."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "gridplan", "run", str(plan), "--out", str(out), "--quiet", *more]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
