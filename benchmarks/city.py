"""Cities of growing size, made up on the spot and planned whole: seconds, seconds a community, memory.

Each city is written by ``python -m gridplan.synthetic`` and planned by ``gridplan run`` as a user would, in a process of its own;
memory is that of all its processes together, looked at twice a second. ``effort = 0`` is the quick way that docs/scale.md
recommends for whole cities; the gap says what it leaves unproven.

    python benchmarks/city.py [--households 125000 250000 500000 1000000] [--effort 0] [--scheduler tcp://...] [--budget 3000]

With ``--budget`` the city has so many units of money for services; a second row tells what its spread over the streets comes to.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from gridplan.synthetic import make_city

HEADS = (
    "households",
    "streets",
    "communities",
    "grids",
    "in band",
    "gap",
    "seconds",
    "s/community",
    "GB",
    "GB, one",
)


def main() -> None:
    """Print a row a city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, nargs="*", default=[125_000, 250_000, 500_000, 1_000_000])
    parser.add_argument("--effort", type=float, default=0.0)
    parser.add_argument("--scheduler")
    parser.add_argument("--budget", type=float)
    asked = parser.parse_args()
    print(" ".join(f"{head:>12}" for head in HEADS))
    for households in asked.households:
        with tempfile.TemporaryDirectory() as folder:
            plan = make_city(Path(folder), households)
            text = plan.read_text(encoding="utf-8")
            text = text.replace("[partition]\n", f"[partition]\neffort = {asked.effort}\n", 1)
            if asked.budget is not None:
                text = text.replace("[circle]\n", f"[circle]\nbudget = {asked.budget}\n", 1)
            plan.write_text(text, encoding="utf-8")
            print(row(plan, asked.scheduler), flush=True)


def row(plan: Path, scheduler: str | None) -> str:
    """Plan a city; return its figures."""
    more = [] if scheduler is None else ["--scheduler", scheduler]
    command = [sys.executable, "-m", "gridplan", "run", str(plan), "--quiet", "--json", *more]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        most, largest = watched(process)
        seconds = time.perf_counter() - begun
        told = json.loads(process.communicate()[0].strip().split("\n")[-1])
    totals, money = told["totals"], told["money"]
    figures = (
        f"{totals['households']:,.0f}",
        *(totals[name] for name in ("streets", "communities", "grids")),
        f"{totals['in_band_share']:.1%}",
        f"{totals['gap']:.2%}",
        f"{seconds:.1f}",
        f"{seconds / totals['communities']:.2f}",
        f"{most:.2f}",
        f"{largest:.2f}",
    )
    return "\n".join([" ".join(f"{figure:>12}" for figure in figures), *([spread(money)] if money else [])])


def spread(money: dict[str, float]) -> str:
    """Return what the spread of a budget comes to."""
    left, bound = money["uncovered"], money["bound"]
    return (
        f"of a budget of {money['budget']:g} {money['spent']:g} are spent: {left:,.0f} households times services "
        f"stay out of reach, at least {bound:,.0f} with any spread ({1 - bound / left if left else 0:.2%})"
    )


def watched(process: subprocess.Popen[str]) -> tuple[float, float]:
    """Wait for a process; return the most memory that it and its children held together, and one of them alone, in GB."""
    most = largest = 0
    root = psutil.Process(process.pid)
    while process.poll() is None:
        sizes = []
        for one in (root, *children(root)):
            try:
                sizes.append(one.memory_info().rss)
            except psutil.Error:
                continue
        most, largest = max(most, sum(sizes)), max(largest, *sizes, 0)
        time.sleep(0.5)
    return most / 1e9, largest / 1e9


def children(root: psutil.Process) -> list[psutil.Process]:
    """Return the processes below one."""
    try:
        return root.children(recursive=True)
    except psutil.Error:
        return []


if __name__ == "__main__":
    main()
