"""Communities to divide, in the form of ``../shared/instances``: those files, and made-up ones. No made-up one is a real place."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import Delaunay

SHARED = Path(__file__).parents[2] / "shared" / "instances"
SPACING_M = 45.0  # between buildings of a compound
ROAD_M = 20.0  # more than that where a road runs between compounds
JITTER_M = 8.0
ACROSS, DEEP = 4, 3  # buildings of a compound
LONGEST_M = 100.0  # farther apart nobody is a neighbour: the rim
SPREAD = 0.5  # of the logarithm of loads
LEAST, MOST = 0.35, 1.9  # of the mean load
BAND = (150, 200)

Instance = dict[str, Any]


def given(name: str) -> Instance | None:
    """Return an instance of the shared folder, None where it is not there."""
    path = SHARED / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def made_up(
    units: int, *, units_per_grid: float = 3.2, band: tuple[float, float] = BAND, seed: int = 1
) -> Instance:
    """Return a synthetic community: compounds of twelve buildings along straight roads, loads askew as those of towns are."""
    chance = np.random.default_rng([seed, units])
    x, y = _places(units)
    xy = np.column_stack([x, y]) + chance.uniform(-JITTER_M, JITTER_M, (units, 2))
    mean = sum(band) / 2 / units_per_grid
    load = mean * chance.lognormal(-(SPREAD**2) / 2, SPREAD, units)
    load = np.round(np.clip(load, LEAST * mean, MOST * mean))
    return {
        "name": f"made-up {units}",
        "source": f"synthetic: benchmarks/communities.py, seed {seed}",
        "nodes": [
            {"id": str(i), "weight": int(w), "x": round(float(a), 2), "y": round(float(b), 2)}
            for i, (w, (a, b)) in enumerate(zip(load, xy, strict=True))
        ],
        "edges": _neighbours(xy).tolist(),
        "k": max(1, round(float(load.sum()) / (sum(band) / 2))),
        "lower": band[0],
        "upper": band[1],
    }


def areas(units: int, k: int, *, objective: str = "moi", within: float = 0.05, seed: int = 1) -> Instance:
    """Return small areas for a few large districts: the units of ``made_up``, loads of districts within a share of their mean.

    ``objective``: moi (weighted squares of distances), walk or cut.
    """
    instance = made_up(units, seed=seed)
    mean = sum(node["weight"] for node in instance["nodes"]) / k
    rule = {"moi": "sq_w", "walk": "euclid_w", "cut": None}[objective]
    return {
        **instance,
        "name": f"areas {units}/{k} {objective}",
        "k": k,
        "lower": round(mean * (1 - within)),
        "upper": round(mean * (1 + within)),
        "objective": objective,
        "cost_rule": rule,
    }


def _places(units: int) -> tuple[np.ndarray, np.ndarray]:
    """Return lattice positions, compound after compound, of a community about as wide as deep."""
    wide = max(1, round(np.sqrt(units / ACROSS / DEEP)))
    compound, inside = np.divmod(np.arange(units), ACROSS * DEEP)
    row, column = np.divmod(compound, wide)
    deep, across = np.divmod(inside, ACROSS)
    x = (column * ACROSS + across) * SPACING_M + column * ROAD_M
    y = (row * DEEP + deep) * SPACING_M + row * ROAD_M
    return x, y


def _neighbours(xy: np.ndarray) -> np.ndarray:
    """Return the pairs of the Delaunay triangulation that are no long way apart, each once."""
    corners = Delaunay(xy).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    return pairs[np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) <= LONGEST_M]
