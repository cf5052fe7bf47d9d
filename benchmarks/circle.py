"""Where sites should be, ours beside its peers on one made-up district: ``python benchmarks/circle.py``.

Prints Markdown tables. The district is synthetic (``district.py``): 700 demand points and 300 sites on about 5,000 crossings. Each
method runs in a process of its own, peers by ``--peers PYTHON``: an environment with spopt==0.7.0 and pandana, which need none
of ours and cannot share a process with ortools. A peer that is not installed is left out and said to be so.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from district import District, made_up
from gridplan.network import build_network
from run import commit, line

TASKS = ("LSCP", "MCLP 10", "MCLP 20", "p-median 20", "p-center 20", "joint")
WARM = "MCLP 3"
HEADS = ("task", "method", "objective", "bound", "status", "seconds", "CPU seconds", "peak MB")
HERE = Path(__file__).parent


def case_of(district: District) -> dict[str, np.ndarray]:
    """Return the arrays that methods read: walks by our network, and the walks between the nearest crossings by scipy."""
    network = build_network(district.roads, None, detour=1.0)
    metres = network.distances(network.attach(district.demand), network.attach(district.sites))
    near = [
        np.hypot(*(points[:, None] - district.nodes).transpose(2, 0, 1)).argmin(axis=1)
        for points in (district.demand, district.sites)
    ]
    ends = district.nodes[district.streets]
    length = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
    graph = csr_array((length, tuple(district.streets.T)), shape=(len(district.nodes),) * 2)
    return {
        "metres": metres,
        "people": district.people,
        "nodes": district.nodes,
        "streets": district.streets,
        "demand_nodes": near[0],
        "site_nodes": near[1],
        "node_metres": dijkstra(graph, directed=False, indices=near[0])[:, near[1]],
    }


def ran(python: str, method: str, task: str, case: Path, seconds: float) -> dict[str, Any] | None:
    """Run a method; None where it is not installed or gave nothing within twice its time."""
    out = case.with_name("out.json")
    out.unlink(missing_ok=True)
    command = [python, str(HERE / "circle_method.py"), method, task, str(case), str(out)]
    try:
        subprocess.run(
            [*command, "--seconds", str(seconds)], check=True, capture_output=True, timeout=2 * seconds + 60
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def row(task: str, method: str, found: dict[str, Any] | None) -> str:
    """Return a line of the table."""
    if found is None:
        return line((task, method, "nothing", *["-"] * 5))
    shown = [task, method, *(_number(found[key]) for key in ("objective", "lower_bound")), found["status"]]
    return line(
        [*shown, *(f"{found[key]:.1f}" for key in ("seconds", "cpu_seconds")), f"{found['peak_mb']:.0f}"]
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2%}" if 0 < value < 1 else f"{value:,.2f}".removesuffix(".00")


def main() -> None:
    """Make the district, run everything, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peers", default=sys.executable, help="the Python that has spopt and pandana")
    parser.add_argument("--seconds", type=float, default=120.0, help="for each method on each task")
    parser.add_argument("--demand", type=int, default=700)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--side", type=int, default=72)
    parser.add_argument("--tasks", nargs="*", default=TASKS)
    parser.add_argument("--no-peers", action="store_true")
    asked = parser.parse_args()
    district = made_up(asked.demand, asked.sites, side=asked.side)
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        np.savez(case, **case_of(district))
        print(
            f"Commit {commit()}. Synthetic: {asked.demand} demand points, {asked.sites} sites, {len(district.nodes)} crossings.\n"
        )
        print(line(HEADS), line(("---",) * len(HEADS)), sep="\n")
        for warm in (WARM, "LSCP", "p-center 3"):
            ran(sys.executable, "gridplan", warm, case, 20)
        for task in asked.tasks:
            print(
                row(task, "gridplan", ran(sys.executable, "gridplan", task, case, asked.seconds)), flush=True
            )
            if task != "joint" and not asked.no_peers:
                print(
                    row(task, "spopt + CBC", ran(asked.peers, "spopt", task, case, asked.seconds)), flush=True
                )
        if not asked.no_peers:
            found = ran(asked.peers, "pandana", "walks", case, asked.seconds)
            print(row("walks between crossings", "pandana", found))


if __name__ == "__main__":
    main()
