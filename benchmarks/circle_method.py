"""One method on one task of a district, in a process of its own: ``python circle_method.py METHOD TASK IN.npz OUT.json``.

Writes {"objective", "lower_bound", "status", "seconds", "cpu_seconds", "peak_mb"}; peers need no gridplan beside them.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

LIMIT_M = 1000.0
SERVICES = 8
Case = dict[str, np.ndarray]


def ours(task: str, case: Case, seconds: float) -> dict[str, Any]:
    """Solve by gridplan."""
    from gridplan.circle import locate, site_problem  # noqa: PLC0415 # peers need not have it

    if task == "joint":
        return joint(case, seconds)
    kind, _, new = task.partition(" ")
    goal = {"LSCP": "fewest", "MCLP": "cover", "p-median": "median", "p-center": "center"}[kind]
    problem = site_problem(
        case["metres"],
        goal=goal,
        weight=case["people"],
        new=int(new) if new else None,
        limit_m=LIMIT_M if goal in ("fewest", "cover") else np.inf,
    )
    plan = locate(problem, seconds=seconds)
    value, bound = plan.objective, plan.lower_bound
    if goal == "cover":
        value, bound = (float(case["people"].sum()) - left for left in (value, bound))
    return {"objective": value, "lower_bound": bound, "status": plan.status}


def joint(case: Case, seconds: float) -> dict[str, Any]:
    """Place eight services in shared buildings, with floor areas and a budget, beside those there are; return the share covered."""
    from gridplan.circle import Buildings, Tenant, locate_in_order, site_problem  # noqa: PLC0415 # as above

    chance, metres, people = np.random.default_rng(7), case["metres"], case["people"]
    sites = metres.shape[1]
    limits_m = (300, 500, 500, 800, 1000, 1000, 500, 1000)
    there = (20, 12, 12, 15, 8, 10, 14, 6)
    floors_m2 = (100, 200, 300, 150, 400, 200, 250, 300)
    services, before = [], 0.0
    for limit_m, count, floor_m2 in zip(limits_m, there, floors_m2, strict=True):
        existing = chance.choice(sites, count, replace=False)
        before += float(people[(metres[:, existing] <= limit_m).any(axis=1)].sum())
        allowed = chance.random(sites) < 0.7  # noqa: PLR2004 # of the sites suit a service
        problem = site_problem(
            np.hstack([metres, metres[:, existing]]),
            goal="cover",
            weight=people,
            limit_m=limit_m,
            existing=np.arange(sites, sites + count),
            forbidden=np.flatnonzero(~allowed),
            cost=np.append(chance.integers(20, 60, sites), np.zeros(count)),
        )
        home = np.append(np.arange(sites), np.full(count, -1))
        services.append(Tenant(problem=problem, building=home, floor_m2=floor_m2))
    buildings = Buildings(
        cost=chance.integers(60, 160, sites).astype(float),
        area_m2=chance.choice([300.0, 600.0, 800.0, 1200.0], sites),
        budget=4000.0,
    )
    goal = locate_in_order(services, buildings=buildings, goals=["cover"], seconds=seconds).goals[0]
    total = SERVICES * float(people.sum())
    return {
        "objective": goal.best / total,
        "lower_bound": goal.bound / total,
        "status": "optimal" if goal.proven else "feasible",
        "before": before / total,
    }


def spopt(task: str, case: Case, seconds: float) -> dict[str, Any]:
    """Solve by spopt with its default solver."""
    import pulp  # noqa: PLC0415 # ours need not have it
    from spopt.locate import LSCP, MCLP, PCenter, PMedian  # noqa: PLC0415 # as above

    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds)
    kind, _, new = task.partition(" ")
    metres, people = case["metres"], case["people"]
    if kind == "LSCP":
        model = LSCP.from_cost_matrix(metres, LIMIT_M)
    elif kind == "MCLP":
        model = MCLP.from_cost_matrix(metres, people, LIMIT_M, p_facilities=int(new))
    elif kind == "p-median":
        model = PMedian.from_cost_matrix(metres, people, p_facilities=int(new))
    else:
        model = PCenter.from_cost_matrix(metres, p_facilities=int(new))
    try:
        model = model.solve(solver, results=False)
    except RuntimeError as error:  # no plan within the time
        return {"objective": None, "lower_bound": None, "status": str(error).split(".")[0]}
    opened = np.array([variable.value() or 0 for variable in model.fac_vars]) > 0.5  # noqa: PLR2004 # it is open
    least = metres[:, opened].min(axis=1)
    value = {
        "LSCP": float(opened.sum()),
        "MCLP": float(people[least <= LIMIT_M].sum()),
        "p-median": float(people @ least),
        "p-center": float(least.max()),
    }[kind]
    proven = model.problem.sol_status == pulp.LpSolutionOptimal
    return {
        "objective": value,
        "lower_bound": value if proven else None,
        "status": "optimal" if proven else "feasible",
    }


def ways(task: str, case: Case, seconds: float) -> dict[str, Any]:  # noqa: ARG001 # it ends by itself
    """Measure all walks between crossings near demand and sites by pandana."""
    import pandana  # noqa: PLC0415 # as above
    import pandas as pd  # noqa: PLC0415 # as above

    nodes, streets = case["nodes"], case["streets"]
    length = np.hypot(*(nodes[streets[:, 0]] - nodes[streets[:, 1]]).T)
    table = pd.DataFrame({"length": length})
    network = pandana.Network(
        pd.Series(nodes[:, 0]),
        pd.Series(nodes[:, 1]),
        pd.Series(streets[:, 0]),
        pd.Series(streets[:, 1]),
        table,
    )
    here, there = case["demand_nodes"], case["site_nodes"]
    begun = time.perf_counter()
    metres = np.reshape(
        network.shortest_path_lengths(np.repeat(here, len(there)), np.tile(there, len(here))),
        (len(here), len(there)),
    )
    error_m = float(np.abs(metres - case["node_metres"]).max())
    told = f"off by up to {error_m:.3f} m; {time.perf_counter() - begun:.1f} s for the walks alone"
    return {"objective": None, "lower_bound": None, "status": told}


def _peak_kb() -> int:
    """Return the most memory this process had, in kB: what the system counts for it holds that of who started it too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(row.split()[1]) for row in status.splitlines() if row.startswith("VmHWM"))


METHODS: dict[str, Callable[[str, Case, float], dict[str, Any]]] = {
    "gridplan": ours,
    "spopt": spopt,
    "pandana": ways,
}


def main() -> None:
    """Read the command line, solve, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("task")
    parser.add_argument("case", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0)
    asked = parser.parse_args()
    case = dict(np.load(asked.case))
    begun, cpu = time.perf_counter(), time.process_time()
    found = METHODS[asked.method](asked.task, case, asked.seconds)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)  # CBC is one
    found["seconds"] = time.perf_counter() - begun
    found["cpu_seconds"] = time.process_time() - cpu + children.ru_utime + children.ru_stime
    found["peak_mb"] = max(_peak_kb(), children.ru_maxrss) / 1024
    asked.out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
