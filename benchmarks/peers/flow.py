"""Capacitated Lloyd: units flow to centres at least cost, each centre taking a load in band; then each centre moves to the middle.

What flows in parts goes whole to where most of it goes, so that grids may fall out of band, and nothing keeps them connected.
Cf. Bradley, Bennett and Demiriz, "Constrained k-means clustering", 2000.
"""

from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from instance import Instance, away, in_order, walked

ROUNDS = 25
NEAREST = 16  # centres that a unit may flow to; all where that is too few
PER_M = 10  # costs are whole numbers


def first_centres(instance: Instance, distance_m: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Return k units far apart (k-means++)."""
    centres = [int(chance.choice(instance.size, p=instance.load / instance.load.sum()))]
    while len(centres) < instance.k:
        far = instance.load * distance_m[:, centres].min(axis=1) ** 2
        centres.append(int(chance.choice(instance.size, p=far / far.sum())))
    return np.array(centres)


def flown(instance: Instance, metres: np.ndarray, nearest: int) -> np.ndarray | None:
    """Return to which centre most of each unit flows; ``metres`` (n, k); None where the band cannot be kept so."""
    n, k = metres.shape
    near = np.sort(np.argsort(metres, axis=1, kind="stable")[:, :nearest], axis=1)
    unit, centre = np.repeat(np.arange(n), near.shape[1]), near.ravel()
    load = instance.load.astype(int)
    flow = SimpleMinCostFlow()
    cost = np.round(PER_M * metres[unit, centre]).astype(int)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(unit, n + centre, load[unit], cost)
    spare, total = int(instance.high - instance.low), int(load.sum())
    flow.add_arcs_with_capacity_and_unit_cost(
        n + np.arange(k), np.full(k, n + k), np.full(k, spare), np.zeros(k, int)
    )
    low = int(instance.low)
    flow.set_nodes_supplies(np.arange(n + k + 1), np.concatenate([load, np.full(k, -low), [k * low - total]]))
    if flow.solve() != flow.OPTIMAL:
        return None
    parts = np.zeros((n, k))
    parts[unit, centre] = flow.flows(arcs)
    return parts.argmax(axis=1)


def divide(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:  # noqa: ARG001 # rounds are counted
    """Return the division with the least load outside the band, then the least walk, of all rounds."""
    distance_m = instance.distance_m
    centres = first_centres(instance, distance_m, np.random.default_rng(seed))
    found = []
    for _ in range(ROUNDS):
        label = flown(instance, distance_m[:, centres], min(NEAREST, instance.k))
        label = flown(instance, distance_m[:, centres], instance.k) if label is None else label
        if label is None:
            raise ValueError("no flow keeps the band")
        numbers = np.asarray(in_order(label))
        found.append((float(away(instance, numbers).sum()), walked(instance, numbers), numbers.tolist()))
        groups = [np.flatnonzero(label == grid) for grid in range(instance.k)]
        moved = np.array(
            [
                g[(instance.load[g] @ distance_m[np.ix_(g, g)]).argmin()] if len(g) else c
                for g, c in zip(groups, centres, strict=True)
            ]
        )
        if np.array_equal(moved, centres):
            break
        centres = moved
    return {"assignment": min(found)[2]}
