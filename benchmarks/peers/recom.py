"""GerryChain: ReCom and flips by turns, keeping what is no farther out of band, then walks no farther; stopped by the clock."""

import random
import time
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
from gerrychain import Graph, Partition, updaters
from gerrychain.constraints import contiguous
from gerrychain.partition.initial_partition_generators import recursive_tree_part
from gerrychain.proposals import propose_random_flip
from gerrychain.proposals import recom as propose_recom
from gerrychain.proposals.tree_proposals import MetagraphError
from gerrychain.tree import bipartition_tree

from instance import Instance, away, in_order, walked

TREES = 50  # spanning trees drawn for a pair of grids before another pair is tried
HALF = 0.5
WIDER, WIDEST = 1.3, 0.95  # where no start is found: times the tolerance, and up to where
SPLIT = partial(bipartition_tree, max_attempts=TREES, allow_pair_reselection=True)


def start(instance: Instance, graph: Graph, tolerance: float, chance: random.Random) -> dict[int, int]:
    """Return a first division by random trees, with a wider tolerance each time that none is found."""
    while True:
        try:
            return recursive_tree_part(
                graph,
                range(instance.k),
                instance.middle,
                "load",
                tolerance,
                bipartition_tree_fn=partial(bipartition_tree, max_attempts=TREES),
                rng=chance,
            )
        except RuntimeError:
            if tolerance >= WIDEST:
                raise
            tolerance = min(WIDEST, tolerance * WIDER)


def labels(plan: Partition) -> np.ndarray:
    """Return the grid of each unit."""
    return np.array(in_order([plan.assignment[unit] for unit in range(len(plan.graph.nodes))]))


def divide(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:
    """Return the last division that was kept."""
    until, chance = time.perf_counter() + seconds, random.Random(seed)  # noqa: S311 # no secret
    plain = nx.Graph()  # units in their order: GerryChain numbers them as they come
    plain.add_nodes_from((unit, {"load": int(load)}) for unit, load in enumerate(instance.load))
    plain.add_edges_from(instance.edges.tolist())
    graph = Graph.from_networkx(plain)
    tolerance = min(instance.high / instance.middle - 1, 1 - instance.low / instance.middle)

    def score(plan: Partition) -> tuple[float, float]:
        label = labels(plan)
        return float(away(instance, label).sum()), walked(instance, label)

    def step(plan: Partition) -> Partition:
        if chance.random() < HALF:
            return propose_random_flip(plan, rng=chance)
        try:
            return propose_recom(
                plan, "load", instance.middle, tolerance, bipartition_tree_fn=SPLIT, rng=chance
            )
        except MetagraphError:  # no pair can be cut within the tolerance
            return propose_random_flip(plan, rng=chance)

    plan = Partition(
        graph, start(instance, graph, tolerance, chance), {"load": updaters.Tally("load", alias="load")}
    )
    best = score(plan)
    while time.perf_counter() < until:
        other = step(plan)
        if contiguous(other) and (now := score(other)) <= best:
            plan, best = other, now
    return {"assignment": labels(plan).tolist()}
