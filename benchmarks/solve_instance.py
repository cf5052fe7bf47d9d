"""Solve one instance file: ``python benchmarks/solve_instance.py INSTANCE.json OUT.json [--seconds S] [--seed N]``.

Writes {"assignment": labels in node order, "objective", "lower_bound", "status", "seconds"}. Instances with few units a grid and
the objective walk go to ``gridplan.partition``, the others to ``gridplan.partition.graph``. Form of the file and of its cost rules:
``../shared/tools/score_instance.py``.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gridplan import partition
from gridplan.partition import graph
from gridplan.partition.graph.problem import Objective
from gridplan.partition.search import Effort as Listed

MILE_M = 1609.344
FEW = 10  # units a grid up to which sets of units are listed
SMALL = 400  # units up to which they are
OBJECTIVES: dict[str, Objective] = {
    "cut_edges": "cut",
    "cut": "cut",
    "moi": "moi",
    "walk": "walk",
    "pmedian": "pmedian",
}


def cost_of(instance: dict[str, Any]) -> NDArray[np.float64] | None:
    """Return what unit i costs with centre j, shape (n, n); None for cut edges."""
    rule = instance.get("cost_rule")
    weight, x, y = (
        np.array([node[key] for node in instance["nodes"]], float) for key in ("weight", "x", "y")
    )
    if rule is None:
        return None
    if rule == "geodesic_miles_sq_w":
        n = len(x)
        line_m = Geod(ellps="WGS84").inv(np.repeat(x, n), np.repeat(y, n), np.tile(x, n), np.tile(y, n))[2]
        return (np.reshape(line_m, (n, n)) / MILE_M) ** 2 * weight[:, None]
    away = np.hypot(x[:, None] - x, y[:, None] - y)
    if rule == "round_km_sq_w":
        return (np.round(away / 1000.0) / 1000.0) ** 2 * weight[:, None]
    by_rule = {
        "grid100_sq_w": np.floor(away * 100.0) ** 2 * weight[:, None],
        "floor_euclid": np.floor(away),
        "euclid": away,
        "euclid_w": away * weight[:, None],
        "sq_w": away**2 * weight[:, None],
    }
    return by_rule[rule]


def as_graph(instance: dict[str, Any]) -> graph.GraphProblem:
    """Return an instance as plain arrays."""
    return graph.graph_problem(
        [node["weight"] for node in instance["nodes"]],
        instance["edges"],
        k=instance["k"],
        lower=instance.get("lower"),
        upper=instance.get("upper"),
        objective=OBJECTIVES[instance["objective"]] if instance.get("cost_rule") else "cut",
        cost=cost_of(instance),
        contiguous=bool(instance["edges"]),
    )


def listable(instance: dict[str, Any]) -> bool:
    """Tell whether grids are of so few units that ``gridplan.partition`` lists them."""
    walks = instance.get("cost_rule") == "euclid_w" and bool(instance["edges"])
    n = len(instance["nodes"])
    return walks and (instance.get("k_free", False) or (n <= FEW * instance["k"] and n <= SMALL))


def by_lists(instance: dict[str, Any], until: float | None, seed: int) -> dict[str, Any]:
    """Solve by ``gridplan.partition``."""
    asked = as_graph(instance)
    if asked.cost is None:
        raise ValueError("walks have a cost")
    problem = partition.Problem(
        load=asked.load,
        weight=np.ones(asked.size),
        distance_m=asked.cost,
        starts=asked.starts,
        neighbors=asked.neighbors,
        band=partition.Band(low=asked.lower, high=asked.upper),
        workers="middle" if instance.get("k_free", False) else asked.k,
    )
    plan = partition.solve(problem, Listed(until=until, seed=seed))
    return {
        "assignment": plan.grid.tolist(),
        "objective": plan.objective,
        "lower_bound": plan.lower_bound,
        "status": plan.status,
    }


def by_graph(instance: dict[str, Any], until: float | None, seed: int) -> dict[str, Any]:
    """Solve by ``gridplan.partition.graph``."""
    plan = graph.solve(as_graph(instance), graph.Effort(until=until, seed=seed))
    return {
        "assignment": None if plan.assignment is None else plan.assignment.tolist(),
        "objective": plan.objective if np.isfinite(plan.objective) else None,
        "lower_bound": plan.lower_bound if np.isfinite(plan.lower_bound) else None,
        "status": plan.status,
    }


def main(argv: list[str]) -> None:
    """Read, solve, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("instance", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, help="stop by the clock; default: by counted work alone")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(argv)
    begun = time.time()
    until = None if asked.seconds is None else begun + asked.seconds
    instance = json.loads(asked.instance.read_text(encoding="utf-8"))
    found = (by_lists if listable(instance) else by_graph)(instance, until, asked.seed)
    found["seconds"] = time.time() - begun
    asked.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
