"""Solve one location instance of the OR-Library: ``python benchmarks/solve_location.py INSTANCE OUT.json``.

Writes {"objective", "lower_bound", "status", "seconds", "sites": numbers from 1}. p-median files hold "nodes edges p" and the edges
"from to length" (a repeated edge: the last one holds); every node is demand and site. Set covering files hold "rows columns", the
costs of the columns, then for each row how many columns cover it and which. Without ``--kind`` the form is found out.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridplan.circle import SiteProblem, locate, site_problem

HEAD = 3  # numbers of the first line of a p-median file, and of each of its edges


def kind_of(numbers: np.ndarray) -> str:
    """Return "pmed" or "scp": a p-median file has as many edges as it says and no number more."""
    nodes, edges, sites = numbers[:HEAD].astype(int)
    whole = len(numbers) == HEAD + HEAD * edges and sites <= nodes
    ends = numbers[HEAD:].reshape(-1, HEAD)[:, :2] if whole else np.zeros((0, 2))
    return "pmed" if whole and (ends >= 1).all() and (ends <= nodes).all() else "scp"


def p_median(numbers: np.ndarray) -> SiteProblem:
    """Return the problem of a p-median file."""
    nodes, edges, sites = numbers[:HEAD].astype(int)
    length: dict[tuple[int, int], float] = {}
    for one, other, cost in numbers[HEAD : HEAD + HEAD * edges].reshape(-1, HEAD):
        length[min(int(one), int(other)) - 1, max(int(one), int(other)) - 1] = float(cost)
    rows, columns = np.array(list(length)).T
    graph = csr_array((list(length.values()), (rows, columns)), shape=(nodes, nodes))
    return site_problem(dijkstra(graph, directed=False), goal="median", new=int(sites))


def set_cover(numbers: np.ndarray, *, unit_costs: bool) -> SiteProblem:
    """Return the problem of a set covering file: a column is 0 m from the rows that it covers."""
    rows, columns = numbers[:2].astype(int)
    cost = numbers[2 : 2 + columns]
    metres, at = np.full((rows, columns), np.inf), 2 + columns
    for row in range(rows):
        count = int(numbers[at])
        metres[row, numbers[at + 1 : at + 1 + count].astype(int) - 1] = 0.0
        at += 1 + count
    return site_problem(metres, goal="fewest", limit_m=0.0, cost=None if unit_costs else cost)


def solved(path: Path, *, kind: str, unit_costs: bool, seconds: float | None, seed: int) -> dict[str, Any]:
    """Read and solve an instance."""
    begun = time.perf_counter()
    numbers = np.array(path.read_text(encoding="utf-8").split(), float)
    found = kind_of(numbers) if kind == "auto" else kind
    problem = p_median(numbers) if found == "pmed" else set_cover(numbers, unit_costs=unit_costs)
    plan = locate(problem, seconds=seconds, seed=seed)
    return {
        "objective": plan.objective,
        "lower_bound": plan.lower_bound,
        "status": plan.status,
        "seconds": time.perf_counter() - begun,
        "sites": (plan.open + 1).tolist(),
    }


def main() -> None:
    """Read the command line, solve, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("instance", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", choices=("auto", "pmed", "scp"), default="auto")
    parser.add_argument("--unit-costs", action="store_true", help="of set covering: every column costs 1")
    parser.add_argument("--seconds", type=float, help="stop by the clock; default: by counted work alone")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = solved(
        asked.instance, kind=asked.kind, unit_costs=asked.unit_costs, seconds=asked.seconds, seed=asked.seed
    )
    asked.out.write_text(json.dumps(found), encoding="utf-8")
    print(
        f"{asked.instance.name}: {found['objective']:g}, at least {found['lower_bound']:g}, {found['status']}"
    )


if __name__ == "__main__":
    main()
