"""Joins between pieces of a road network that no road joins."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.network.barriers import Barriers
from gridplan.network.walk import Floats, Integers

NEAR_M = 100.0  # pieces no farther apart are taken to be joined by a path that the data lacks

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Link:
    """The shortest line between two edges of different pieces."""

    edges: tuple[int, int]
    gap_m: float
    across: bool  # it crosses a barrier
    line: shapely.LineString


def join_pieces(edges: Shapes, pieces: Integers, walls: Barriers) -> tuple[Link, ...]:
    """Return links that make one of all pieces (one number an edge), over barriers only as a last way."""
    if not pieces.any():
        return ()
    one, other = shapely.STRtree(edges).query(edges, predicate="dwithin", distance=NEAR_M)
    apart = (one < other) & (pieces[one] != pieces[other])
    links = _best(edges, pieces, np.stack([one[apart], other[apart]], axis=1), walls, over=False)
    for over in (False, True):
        while True:
            groups = _groups(pieces, links)
            found = (
                _best(edges, groups, _nearest_pairs(edges, groups), walls, over=over) if groups.any() else []
            )
            if not found:
                break
            links += found
    return tuple(links)


def _groups(pieces: Integers, links: list[Link]) -> Integers:
    """Return each edge's group of pieces that links join; the group with most edges is 0."""
    count = int(pieces.max()) + 1
    ends = pieces[np.array([link.edges for link in links], np.int64).reshape(-1, 2)]
    joined = coo_array((np.ones(len(ends), bool), ends.T), shape=(count, count))
    group = connected_components(joined, directed=False)[1][pieces]
    size = np.bincount(group)
    rank = np.empty(len(size), np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return rank[group]


def _nearest_pairs(edges: Shapes, groups: Integers) -> Integers:
    """Pair (pairs, 2) each edge outside the largest group with the nearest edge of another group."""
    pairs = []
    for group in range(1, int(groups.max()) + 1):
        mine, rest = np.flatnonzero(groups == group), np.flatnonzero(groups != group)
        row, found = shapely.STRtree(edges[rest]).query_nearest(edges[mine], all_matches=True)
        pairs.append(np.sort(np.stack([mine[row], rest[found]], axis=1), axis=1))
    return np.concatenate(pairs)


def _best(edges: Shapes, groups: Integers, pairs: Integers, walls: Barriers, *, over: bool) -> list[Link]:
    """Pick the shortest link of each pair of groups; one that crosses no barrier, unless ``over``."""
    lines, pairs = _candidates(edges, pairs)
    feet = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    across, gap_m = walls.bar(feet[:, 0], feet[:, 1]), shapely.length(lines)
    order = _shortest_rows(
        np.sort(groups[pairs], axis=1), pairs, np.where(across & (not over), np.inf, gap_m)
    )
    return [
        Link((int(pairs[row, 0]), int(pairs[row, 1])), float(gap_m[row]), bool(across[row]), lines[row])
        for row in order
    ]


def _candidates(edges: Shapes, pairs: Integers) -> tuple[Shapes, Integers]:
    """Return the shortest lines between paired edges and those from their ends, with the pair of each.

    Where a barrier runs between two edges the way round it often starts at an end.
    """
    one, other = edges[pairs[:, 0]], edges[pairs[:, 1]]
    ways = [(one, other)]
    for end in (0, -1):
        ways += [(shapely.get_point(one, end), other), (one, shapely.get_point(other, end))]
    lines = [shapely.shortest_line(here, there) for here, there in ways]
    return np.concatenate(lines), np.tile(pairs, (len(lines), 1))


def _shortest_rows(groups: Integers, pairs: Integers, gap_m: Floats) -> Integers:
    """Pick the rows with the least finite gap of their pair of groups, equal gaps by the pair's numbers."""
    order = np.lexsort((pairs[:, 1], pairs[:, 0], gap_m, groups[:, 1], groups[:, 0]))
    order = order[np.isfinite(gap_m[order])]
    _, firsts = np.unique(groups[order], axis=0, return_index=True)
    return order[firsts]
