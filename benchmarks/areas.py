"""Small areas in a few large districts: what a minute finds beside a long run of our own: ``python benchmarks/areas.py``.

Made-up cases (``communities.areas``), objective moi; one process, seconds by the clock. Prints Markdown rows.
"""

import argparse
import time
from dataclasses import replace

import numpy as np

from communities import areas
from gridplan.partition import graph
from run import commit
from solve_instance import as_graph

CASES = ((500, 3, 0.05), (500, 6, 0.01), (700, 5, 0.02), (1000, 4, 0.05), (1000, 6, 0.01))
HEADS = ("case", "seconds", "objective", "bound", "gap", "status", "long run", "its seconds", "over it")
MORE = 10  # times as many beginnings
SEEDS = (1, 2, 3)  # of the long run, the best of which counts


def long_run(problem: graph.GraphProblem, seconds: float, seed: int) -> graph.GraphPlan:
    """Return what many times the work finds."""
    usual = graph.Effort()
    more = replace(usual, starts=MORE * usual.starts, until=time.time() + seconds, seed=seed)
    return graph.solve(problem, more)


def main() -> None:
    """Solve every case in a minute, and again for long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--long", type=float, default=200.0, help="of each of three runs with other random numbers"
    )
    asked = parser.parse_args()
    print(f"Commit {commit()}.\n\n| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}")
    for units, k, within in CASES:
        problem = as_graph(areas(units, k, within=within))
        begun = time.perf_counter()
        plan = graph.solve(problem, graph.Effort(until=time.time() + asked.seconds))
        took = time.perf_counter() - begun
        best = min(long_run(problem, asked.long, seed).objective for seed in SEEDS)
        least = min(best, plan.objective)
        gap = (
            (plan.objective - plan.lower_bound) / plan.objective if np.isfinite(plan.lower_bound) else np.nan
        )
        shown = (
            f"{units} units, {k} districts within {within:.0%}",
            f"{took:.1f}",
            f"{plan.objective:,.0f}",
            f"{plan.lower_bound:,.0f}",
            f"{gap:.2%}",
            plan.status,
            f"{best:,.0f}",
            f"{asked.long:.0f} x {len(SEEDS)}",
            f"{plan.objective / least - 1:.3%}",
        )
        print(f"| {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
