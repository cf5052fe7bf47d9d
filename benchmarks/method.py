"""One method on one instance, in a process of its own: ``python benchmarks/method.py METHOD IN.json OUT.json``.

Writes what the method found, with "seconds" and "cpu_seconds" (of solving, without imports) and "peak_mb" (of the whole process,
imports too); {"absent": ...} where its package is not installed.
"""

import argparse
import importlib
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from instance import Instance

METHODS = ("ours", "metis", "maxp", "azp", "recom", "flow")
KB_PER_MB = 1024
STATUS = Path("/proc/self/status")


def peak_mb() -> float | None:
    """Return the most memory that this process had, where /proc tells it."""
    if not STATUS.exists():
        return None
    lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) / KB_PER_MB for line in lines if line.startswith("VmHWM:")), None)


def tried(method: str, instance: Instance, seconds: float, seed: int) -> dict[str, Any]:
    """Return what a method found, or why it found nothing."""
    try:
        peer = importlib.import_module(f"peers.{method}")
    except ModuleNotFoundError as missing:
        return {"absent": f"{missing.name} is not installed"}
    begin, cpu = time.perf_counter(), time.process_time()
    try:
        found = peer.divide(instance, seconds, seed)
    except Exception as error:  # noqa: BLE001 # a peer may fail in any way: that is a result
        found = {"failed": f"{type(error).__name__}: {error}".splitlines()[0]}
    return {
        **found,
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": peak_mb(),
    }


def main(arguments: list[str]) -> None:
    """Read, divide, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("instance", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    instance = Instance.of(json.loads(asked.instance.read_text(encoding="utf-8")))
    answer = tried(asked.method, instance, asked.seconds, asked.seed)
    asked.out.write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
