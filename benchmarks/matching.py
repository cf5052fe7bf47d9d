"""How long lists take to be brought together: ``python benchmarks/matching.py``.

Prints Markdown rows: 2,000 needs and 800 resources matched (made up: in some districts, and all of one kind in reach of all), 36
communities and 30 agencies paired, a rota of 12 months. Seconds of the wall and of the processor, of the method alone, one process.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from gridplan import helpers, matching
from run import commit, line

NEEDS, RESOURCES, COMMUNITIES, AGENCIES, OFFICERS, MONTHS = 2_000, 800, 36, 30, 24, 12
SIDE_M, WALK_M = 10_280.0, 1_000.0  # 105.68 km2; fifteen minutes
DAY = {"start": "", "end": ""}
HEADS = ("task", "size", "seconds", "CPU seconds", "objective", "bound", "status", "commit")


def metres(origins: np.ndarray, destinations: np.ndarray, limit_m: float) -> np.ndarray:
    """Return straight lines x 1.3 up to a limit."""
    ways = 1.3 * np.hypot(*(origins[:, None] - destinations).transpose(2, 0, 1))
    return np.where(ways <= limit_m, ways, np.inf)


def lists(kinds: int, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return made-up needs and resources of some kinds, in amounts up to ``most``."""
    rng = np.random.default_rng(1)
    tables = []
    for count in (NEEDS, RESOURCES):
        xy = rng.random((count, 2)) * SIDE_M
        community = (xy[:, 0] // (SIDE_M / 6)).astype(int) * 6 + (xy[:, 1] // (SIDE_M / 6)).astype(int)
        table = {"community_id": community.astype(str), "street": (community // 6).astype(str), **DAY}
        kind = [f"k{n}" for n in rng.integers(0, kinds, count)]
        tables.append(
            pd.DataFrame(
                {
                    **table,
                    "x": xy[:, 0],
                    "y": xy[:, 1],
                    "kind": kind,
                    "amount": rng.integers(1, most + 1, count),
                }
            )
        )
    needs = tables[0].assign(need_id=np.arange(NEEDS).astype(str), urgency=rng.integers(1, 6, NEEDS))
    resources = tables[1].assign(
        resource_id=np.arange(RESOURCES).astype(str), actor_id="", serves="", offered=True
    )
    return needs, resources.assign(metres=np.nan)


def timed(work: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Return what some work gives, with its seconds."""
    start, begun = time.perf_counter(), time.process_time()
    done = work()
    wall, spent = time.perf_counter() - start, time.process_time() - begun
    return {**done, "seconds": round(wall, 2), "CPU seconds": round(spent, 2)}


def matched(kinds: int, most: int, limit_m: float) -> dict[str, object]:
    """Match made-up lists."""
    needs, resources = lists(kinds, most)
    reach = matching.Reach(limit_m=limit_m)
    pairs = len(matching.pairs(needs, resources, reach=reach, metres=metres).need)
    found = matching.match(needs, resources, reach=reach, metres=metres)
    proven = abs(found.upper_bound - found.objective) < 1e-6 * found.upper_bound
    size = f"{NEEDS} x {RESOURCES}, {kinds} kinds, {pairs} pairs"
    status = "optimal" if proven else "feasible"
    return {"size": size, "objective": found.objective, "bound": found.upper_bound, "status": status}


def paired() -> dict[str, object]:
    """Pair made-up agencies with communities."""
    rng = np.random.default_rng(1)
    ends = rng.random((AGENCIES, 2)) * SIDE_M, rng.random((COMMUNITIES, 2)) * SIDE_M
    people, homes = rng.integers(6, 40, AGENCIES) * 5.0, rng.integers(700, 7000, COMMUNITIES) * 1.0
    found = helpers.pair(people, homes, np.full(AGENCIES, -1), metres(*ends, np.inf), balance=1.1)
    return {
        "size": f"{COMMUNITIES} x {AGENCIES}",
        "objective": round(found.way_m),
        "bound": round(found.way_bound_m),
        "status": found.status,
    }


def posted() -> dict[str, object]:
    """Post officers to communities."""
    who, _ = helpers.posted(COMMUNITIES, OFFICERS, MONTHS)
    found = helpers.evenness(who, OFFICERS)
    proven = found["most"] == found["bound"] and not found["repeats"]
    size = f"{COMMUNITIES} x {OFFICERS} x {MONTHS} months"
    return {
        "size": size,
        "objective": found["most"],
        "bound": found["bound"],
        "status": "optimal" if proven else "feasible",
    }


def rows() -> Iterator[dict[str, object]]:
    """Yield a row a task."""
    yield {"task": "matching", **timed(lambda: matched(8, 20, WALK_M))}
    yield {"task": "matching, one kind", **timed(lambda: matched(1, 20, WALK_M))}
    yield {"task": "matching, all in reach", **timed(lambda: matched(1, 100_000, np.inf))}
    yield {"task": "pairing", **timed(paired)}
    yield {"task": "rota", **timed(posted)}


def main() -> None:
    """Print the table."""
    print(line(HEADS))
    print(line("---" for _ in HEADS))
    for row in rows():
        print(line(str({**row, "commit": commit()}[head]) for head in HEADS), flush=True)


if __name__ == "__main__":
    main()
