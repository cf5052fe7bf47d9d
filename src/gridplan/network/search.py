"""Shortest ways from spots to spots in integer centimetres: Dijkstra from each spot outward, stopped early.

A search ends when it has passed the limit or has settled both ends of every arc that a goal lies on. Where only the
nearest goal counts, one search starts from all goals at once (Erwig 2000, Networks 36: the graph Voronoi diagram).
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridplan.compiled import compiled
from gridplan.network.walk import Integers

NO_WAY_CM = np.iinfo(np.int64).max // 4  # two of them still add up
NODE_BITS = (
    24  # a way and its node in one number sort faster than as a pair; leaves ways of five million kilometres
)
NODE_MASK = (1 << NODE_BITS) - 1


class Ways(NamedTuple):
    """The graph in compressed rows: ``first[i]:first[i + 1]`` are the ways out of node i."""

    first: Integers
    neighbor: Integers
    cost_cm: Integers


class Spots(NamedTuple):
    """Where points join the graph."""

    arcs: Integers  # (k,) the arc each point joins
    ends: Integers  # (k, 2) the nodes at its start and end
    ways_cm: Integers  # (k, 3) along the arc to its start and to its end, and from the point to the arc


@compiled
def spread(
    ways: Ways, ends: Integers, starts_cm: Integers, wanted: Integers, limit_cm: int, reached_cm: Integers
) -> None:
    """Fill ``reached_cm``, a number a node, from a spot between the nodes ``ends`` outward.

    ``wanted`` is 1 at nodes that must be settled; no node is settled beyond the limit.
    """
    reached_cm[:] = NO_WAY_CM
    reached_cm[ends[0]] = starts_cm[0]
    queue = [(starts_cm[0] << NODE_BITS) | ends[0]]
    if starts_cm[1] < reached_cm[ends[1]]:
        reached_cm[ends[1]] = starts_cm[1]
        heappush(queue, (starts_cm[1] << NODE_BITS) | ends[1])
    left = wanted.sum()
    while len(queue) > 0:
        entry = heappop(queue)
        here_cm, node = entry >> NODE_BITS, entry & NODE_MASK
        if here_cm > limit_cm:
            break
        if here_cm > reached_cm[node]:
            continue
        left -= wanted[node]
        if left == 0:
            break
        for way in range(ways.first[node], ways.first[node + 1]):
            there_cm, there = here_cm + ways.cost_cm[way], ways.neighbor[way]
            if there_cm < reached_cm[there]:
                reached_cm[there] = there_cm
                heappush(queue, (there_cm << NODE_BITS) | there)


@compiled
def shortest(ways: Ways, origins: Spots, goals: Spots, limit_cm: int) -> Integers:
    """Return (origins, goals) centimetres, NO_WAY_CM beyond the limit and where no way leads."""
    reached_cm = np.empty(len(ways.first) - 1, np.int64)
    wanted = np.zeros(len(ways.first) - 1, np.int64)
    for goal in range(len(goals.arcs)):
        wanted[goals.ends[goal, 0]] = 1
        wanted[goals.ends[goal, 1]] = 1
    found_cm = np.full((len(origins.arcs), len(goals.arcs)), NO_WAY_CM)
    for origin in range(len(origins.arcs)):
        off_cm = origins.ways_cm[origin, 2]
        spread(ways, origins.ends[origin], origins.ways_cm[origin], wanted, limit_cm - off_cm, reached_cm)
        for goal in range(len(goals.arcs)):
            along_cm = min(
                reached_cm[goals.ends[goal, 0]] + goals.ways_cm[goal, 0],
                reached_cm[goals.ends[goal, 1]] + goals.ways_cm[goal, 1],
            )
            if origins.arcs[origin] == goals.arcs[goal]:
                along_cm = min(along_cm, abs(origins.ways_cm[origin, 0] - goals.ways_cm[goal, 0]))
            way_cm = off_cm + along_cm + goals.ways_cm[goal, 2]
            if way_cm <= limit_cm:
                found_cm[origin, goal] = way_cm
    return found_cm


def nearest(ways: Ways, origins: Spots, goals: Spots) -> tuple[Integers, Integers]:
    """Return the centimetres from each origin to the nearest goal, and that goal, the first of equally near ones.

    NO_WAY_CM and -1 where no way leads.
    """
    node_cm, node_goal = _nearest_to_nodes(ways, goals)
    origin, goal, along_cm = _on_one_arc(origins, goals)
    each = np.arange(len(origins.arcs))
    at = np.concatenate([each, each, origin])
    way_cm = np.concatenate([*(node_cm[origins.ends] + origins.ways_cm[:, :2]).T, along_cm])
    to = np.concatenate([*node_goal[origins.ends].T, goal])
    order = np.lexsort((to, way_cm, at))
    first = order[np.searchsorted(at[order], each)]
    found = to[first]
    return np.where(found >= 0, way_cm[first] + origins.ways_cm[:, 2], NO_WAY_CM), found


def _nearest_to_nodes(ways: Ways, goals: Spots) -> tuple[Integers, Integers]:
    """Return the centimetres from each node to the nearest goal and that goal: one search from all goals at once.

    A way and its goal are one number, the goal below the centimetres, so that equal ways go to the first goal.
    """
    nodes, size = len(ways.first) - 1, max(1, len(goals.arcs))
    number = np.arange(len(goals.arcs))[:, None]
    start = ((goals.ways_cm[:, :2] + goals.ways_cm[:, 2:]) * size + number).ravel()
    order = np.lexsort((start, goals.ends.ravel()))
    ends, first = np.unique(goals.ends.ravel()[order], return_index=True)
    graph = csr_array(
        (
            np.concatenate([ways.cost_cm * size, start[order[first]]]).astype(float),
            np.concatenate([ways.neighbor, ends]),
            np.append(ways.first, len(ways.neighbor) + len(ends)),  # the last row is where the search starts
        ),
        shape=(nodes + 1, nodes + 1),
    )
    reached = dijkstra(graph, indices=nodes)[:nodes]
    known = np.isfinite(reached)
    code = np.where(known, reached, 0.0).astype(np.int64)
    return np.where(known, code // size, NO_WAY_CM), np.where(known, code % size, -1)


def _on_one_arc(origins: Spots, goals: Spots) -> tuple[Integers, Integers, Integers]:
    """Return the pairs of origin and goal on one arc, and the centimetres from the arc at the one to the other."""
    order = np.argsort(goals.arcs, kind="stable")
    begin, end = (np.searchsorted(goals.arcs[order], origins.arcs, side=side) for side in ("left", "right"))
    origin = np.repeat(np.arange(len(origins.arcs)), end - begin)
    goal = order[np.arange(len(origin)) - np.repeat(np.cumsum(end - begin) - end, end - begin)]
    along_cm = np.abs(origins.ways_cm[origin, 0] - goals.ways_cm[goal, 0]) + goals.ways_cm[goal, 2]
    return origin, goal, along_cm
