"""Our partition beside its peers on the same communities: ``python benchmarks/partition.py``, with ``pip install -e '.[bench]'``.

Prints Markdown tables: each method on each instance, ratios, and how our time and memory grow. Each method runs in a process of
its own; one whose package is not installed, and an instance that is not there, is left out with the reason. An instance is
the name of a file of ``../shared/instances`` or a number: a synthetic community of so many units (``communities.py``).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from communities import given, made_up
from instance import Instance, scored
from method import METHODS
from run import commit, line

NAMED = {
    "ours": "gridplan",
    "metis": "METIS k-way, contiguous, best of three k",
    "maxp": "spopt MaxP, at least the lower end",
    "azp": "spopt AZP",
    "recom": "GerryChain ReCom and flips",
    "flow": "capacitated Lloyd by min-cost flow",
}
HEADS = (
    "method",
    "grids",
    "in band",
    "grids in pieces",
    "household-metres",
    "mean walk, m",
    "bound, m",
    "gap",
    "status",
    "seconds",
    "CPU seconds",
    "peak MB",
)
RATIOS = (
    "instance",
    "beside",
    "its in band, ours",
    "its walk / ours",
    "its CPU seconds / ours",
    "its memory / ours",
)
GROWTH = ("what grows", "units", "grids", *HEADS[2:3], *HEADS[5:])
INSTANCES = ("cn60", "cn250", "cn250x", "1000")
UNITS = (60, 120, 250, 500, 1000)
PER_GRID = (3, 4, 5, 6, 7, 8, 9)
WIDTHS = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)  # of the band, each way from its middle
SOME = 120  # units of the community that other things grow in
MIDDLE = 175.0
WARM = ((60, 3.2), (60, 7.0))  # units, units a grid: so that no run pays for compiling
HERE = Path(__file__).parent


def instance_of(name: str) -> dict[str, Any] | None:
    """Return an instance by its name, None where its file is not there."""
    return made_up(int(name)) if name.isdigit() else given(name)


def tried(method: str, read: dict[str, Any], *, clock: float, limit: float) -> dict[str, Any]:
    """Return what a method found in a process of its own, with its score; or why it found nothing."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.json", Path(folder) / "out.json"
        source.write_text(json.dumps(read), encoding="utf-8")
        command = [sys.executable, str(HERE / "method.py"), method, str(source), str(out)]
        try:
            ended = subprocess.run(
                [*command, "--seconds", str(clock)],
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"not ended in {limit:.0f} s"}
        if ended.returncode:
            return {"failed": (ended.stderr.strip().splitlines() or ["no reason told"])[-1]}
        answer = json.loads(out.read_text(encoding="utf-8"))
    if "assignment" in answer:
        answer |= scored(Instance.of(read), answer["assignment"])
        answer["households"] = sum(node["weight"] for node in read["nodes"])
    return answer


def cells(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return what HEADS name after the method."""
    bound = answer.get("lower_bound")
    proven = bound is not None and answer["in_band"] == 1
    megabytes = answer["peak_mb"]
    return (
        str(answer["grids"]),
        f"{answer['in_band']:.1%}",
        str(answer["in_pieces"]),
        f"{answer['objective']:.0f}",
        f"{answer['walk_m']:.2f}",
        f"{bound / answer['households']:.2f}" if proven else "-",
        f"{max(0.0, 1 - bound / answer['objective']):.2%}" if proven else "-",
        status(answer),
        f"{answer['seconds']:.1f}",
        f"{answer['cpu_seconds']:.1f}",
        "-" if megabytes is None else f"{megabytes:.0f}",
    )


def status(answer: dict[str, Any]) -> str:
    """Return the status, and how many grids must be out of band where that is proven."""
    least = answer.get("out_of_band_bound", 0)
    return answer.get("status", "-") + (f", at least {least} out of band" if least else "")


def reason(answer: dict[str, Any]) -> str:
    """Return why there are no figures."""
    return str(answer.get("absent") or answer.get("failed"))


def compared(
    names: list[str], methods: list[str], asked: argparse.Namespace
) -> dict[str, dict[str, dict[str, Any]]]:
    """Print a table an instance; return what was found."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name in names:
        read = instance_of(name)
        if read is None:
            print(f"\n{name}: its file is not in ../shared/instances.")
            continue
        low, high = read["lower"], read["upper"]
        print(
            f"\n**{read['name']}** ({read['source']}): {len(read['nodes'])} units, band {low:g}-{high:g}, k = {read['k']}\n"
        )
        print(line(HEADS))
        print(line(("---",) * len(HEADS)))
        found[name] = {}
        for method in methods:
            answer = tried(method, read, clock=asked.seconds, limit=asked.limit)
            shown = cells(answer) if "grids" in answer else (reason(answer), *("",) * (len(HEADS) - 2))
            print(line((NAMED[method], *shown)), flush=True)
            if "grids" in answer:
                found[name][method] = answer
    return found


def ratios(found: dict[str, dict[str, dict[str, Any]]]) -> Iterator[str]:
    """Yield the rows of the table of ratios to ours."""
    for name, answers in found.items():
        ours = answers.get("ours")
        for method, its in answers.items():
            if ours is None or method == "ours" or not ours["objective"]:
                continue
            memory = its["peak_mb"] / ours["peak_mb"] if ours["peak_mb"] and its["peak_mb"] else None
            yield line(
                (
                    f"made-up {name}" if name.isdigit() else name,
                    NAMED[method].split(",")[0],
                    f"{its['in_band']:.0%}, {ours['in_band']:.0%}",
                    f"{its['objective'] / ours['objective']:.2f}",
                    f"{its['cpu_seconds'] / ours['cpu_seconds']:.3g}",
                    "-" if memory is None else f"{memory:.2f}",
                )
            )


def growing() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what grows, and a community for each step."""
    for units in UNITS:
        yield f"units: {units}", made_up(units)
    for per_grid in PER_GRID:
        yield f"units a grid: {per_grid}", made_up(SOME, units_per_grid=per_grid)
    for width in WIDTHS:
        band = round(MIDDLE * (1 - width)), round(MIDDLE * (1 + width))
        yield f"band {band[0]}-{band[1]}: +-{width:.0%}", made_up(SOME) | {"lower": band[0], "upper": band[1]}


def grown(asked: argparse.Namespace) -> None:
    """Print how our time and memory grow."""
    print("\n**How gridplan grows** (synthetic communities)\n")
    print(line(GROWTH))
    print(line(("---",) * len(GROWTH)))
    for name, read in growing():
        answer = tried("ours", read, clock=asked.seconds, limit=asked.limit)
        shown = ("", reason(answer), *("",) * 7)
        if "grids" in answer:
            grids, in_band, _, _, *others = cells(answer)
            shown = (grids, in_band, *others)
        print(line((name, str(len(read["nodes"])), *shown)), flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Print the tables, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--instances", nargs="*", default=list(INSTANCES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="of methods that know no end; ours ends by itself"
    )
    parser.add_argument("--limit", type=float, default=400.0, help="seconds after which a process is ended")
    parser.add_argument("--growth", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--warm", action=argparse.BooleanOptionalAction, default=True, help="compile before the clock runs"
    )
    asked = parser.parse_args(arguments)
    if asked.warm:
        for units, per_grid in WARM:
            tried("ours", made_up(units, units_per_grid=per_grid), clock=asked.seconds, limit=asked.limit)
    print(f"Commit {commit()}")
    found = compared(asked.instances, asked.methods, asked)
    rows = list(ratios(found))
    if rows:
        print("\n**Peers to gridplan**\n")
        print(line(RATIOS))
        print(line(("---",) * len(RATIOS)))
        print("\n".join(rows))
    if asked.growth:
        grown(asked)


if __name__ == "__main__":
    main()
