"""Time and memory of whole runs, a Markdown row each: ``python benchmarks/run.py [--places reference daan]``.

Needs an installed ``gridplan`` beside the Python that runs it. The reference district is in this
repository; the two real places are run where they lie in ``../shared/data``. Figures are good to a tenth only
where nothing else runs. Rows go to ``RESULTS.md`` by hand.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
PLACES = {
    "reference": ROOT / "data" / "plan.toml",
    "daan": SHARED / "daan.toml",
    "singapore": SHARED / "singapore.toml",
}
HEADS = (
    "place",
    "seconds",
    "peak MB",
    "households",
    "grids",
    "in band",
    "optimal",
    "infeasible",
    "feasible",
    "largest gap",
    "commit",
)
PROC = Path("/proc")
LOOK_S = 0.2
KB_PER_MB = 1024


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a program took: wall seconds and, where /proc tells it, the most memory of all its processes."""

    seconds: float
    peak_mb: float | None


def family(process: int) -> Iterator[int]:
    """Yield a process and everything that it started."""
    yield process
    with suppress(OSError):
        for task in sorted((PROC / str(process) / "task").iterdir()):
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from family(int(child))


def resident_kb(process: int) -> int:
    """Return the memory of a process, pages shared with others divided among them; 0 once it has ended."""
    with suppress(OSError):
        for line in (PROC / str(process) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def timed(command: list[str]) -> Spent:
    """Run a program to its end.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    peak_kb = 0
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None:
            peak_kb = max(peak_kb, sum(map(resident_kb, family(running.pid))))
            with suppress(subprocess.TimeoutExpired):
                running.wait(LOOK_S)
    seconds = time.perf_counter() - begin
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    return Spent(seconds=seconds, peak_mb=peak_kb / KB_PER_MB if peak_kb else None)


def commit() -> str:
    """Return the short name of the commit, with + where files differ from it."""
    told = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+"],  # noqa: S607 # git of the path
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "-"


def row(place: str, spent: Spent, report: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of a row, as HEADS names them."""
    totals = report["totals"]
    statuses = Counter(community["status"] for community in report["communities"])
    gap = max((community["gap"] for community in report["communities"]), default=0.0)
    return (
        place,
        f"{spent.seconds:.0f}",
        "-" if spent.peak_mb is None else f"{spent.peak_mb:.0f}",
        f"{totals['households']:.0f}",
        str(totals["grids"]),
        f"{totals['in_band_share']:.1%}",
        *(str(statuses[status]) for status in ("optimal", "infeasible", "feasible")),
        f"{gap:.2%}",
        commit(),
    )


def line(cells: tuple[str, ...]) -> str:
    """Return cells as a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def measure(place: str, jobs: int) -> str:
    """Run one place into a folder that is thrown away; return its row."""
    command = [sys.executable, "-m", "gridplan", "run", str(PLACES[place]), "--quiet", "--jobs", str(jobs)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        spent = timed([*command, "--out", str(out)])
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return line(row(place, spent, report))


def main(arguments: list[str] | None = None) -> None:
    """Print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", nargs="+", choices=PLACES, default=list(PLACES))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    print(line(HEADS))
    print(line(("---",) * len(HEADS)))
    for place in asked.places:
        if PLACES[place].exists():
            print(measure(place, asked.jobs), flush=True)
        else:
            print(f"{place}: {PLACES[place]} is not there", file=sys.stderr)


if __name__ == "__main__":
    main()
