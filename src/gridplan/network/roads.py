"""Walking over roads: points joined to the nearest road, shortest ways in integer centimetres."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridplan.network.barriers import Barriers
from gridplan.network.search import NO_WAY_CM, Spots, Ways, nearest, shortest
from gridplan.network.walk import FAR_M, Floats, Integers, Places, as_points
from gridplan.words import Message

Shapes = NDArray[np.object_]

AROUND_M = (100.0, 400.0, 1600.0)  # how far to look, in turns, for a road on a point's own side of a barrier


@dataclass(frozen=True, eq=False)
class PlacesOnRoads(Places):
    """Points attached to arcs of a network; all ways in centimetres."""

    arcs: Integers  # these three as in ``search.Spots``
    ends: Integers
    ways_cm: Integers
    barred: NDArray[np.bool_]  # no road lies on the point's side of the barriers around it

    @property
    def spots(self) -> Spots:
        """What the search takes."""
        return Spots(self.arcs, self.ends, self.ways_cm)


@dataclass(frozen=True, eq=False, kw_only=True)
class Graph:
    """Edges laid end to end on one axis; the marks on the axis are the nodes, in order.

    So a position on the axis names a spot on an edge, and the arc of that spot is the mark before it.
    """

    starts_cm: Integers  # (edges,) where each edge starts on the axis
    lasts: Integers  # (edges,) the mark at each edge's end
    marks_cm: Integers  # (marks,) sorted positions on the axis
    nodes: Integers  # (marks,) the node at each mark
    ways: Ways  # between the nodes


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads to walk on; made by ``build_network``.

    ``edges`` are the lines between crossings, ``links`` the joins between pieces that no road joins (walk_m,
    across_barrier, geometry), ``told`` what a user should know about them. Lengths inside are integer
    centimetres, so that "within 1,000 m" is exact and the same on every machine.
    """

    edges: Shapes
    graph: Graph
    barriers: Barriers
    links: gpd.GeoDataFrame
    told: tuple[Message, ...] = ()
    _segments: Shapes = field(init=False, repr=False)
    _edge: Integers = field(init=False, repr=False)  # the edge of each segment
    _tree: shapely.STRtree = field(init=False, repr=False)

    def __post_init__(self) -> None:
        corners, edge = shapely.get_coordinates(self.edges, return_index=True)
        inner = np.flatnonzero(edge[1:] == edge[:-1])
        segments = np.asarray(
            shapely.linestrings(np.stack([corners[inner], corners[inner + 1]], axis=1)), object
        )
        object.__setattr__(self, "_segments", segments)
        object.__setattr__(self, "_edge", edge[inner].astype(np.int64))
        object.__setattr__(self, "_tree", shapely.STRtree(segments))

    def attach(self, points: ArrayLike) -> PlacesOnRoads:
        """Join each (k, 2) point to the nearest road on its side of the barriers, by a straight line.

        Where every road around lies behind a barrier the nearest one is taken, and ``far`` names the point.
        """
        spots = as_points(points)
        segment = self._nearest(spots)
        barred = self._barred(spots, segment)
        for reach_m in AROUND_M:
            behind = np.flatnonzero(barred)
            found = self._nearest_clear(spots[behind], reach_m)
            segment[behind] = np.where(found >= 0, found, segment[behind])
            barred[behind] = found < 0
        return self._places(spots, segment, barred)

    def distances(
        self, origins: ArrayLike | Places, destinations: ArrayLike | Places, *, limit_m: float = np.inf
    ) -> Floats:
        """Return (n, m) metres over the roads in whole centimetres; inf beyond the limit.

        A way over a link across a barrier counts ``build.ACROSS_M`` more than its length.
        """
        here, there = self._attached(origins), self._attached(destinations)
        if len(here) > len(there):
            return self.distances(there, here, limit_m=limit_m).T
        found_cm = shortest(self.graph.ways, here.spots, there.spots, _limit_cm(limit_m))
        return np.where(found_cm < NO_WAY_CM, found_cm / 100.0, np.inf)

    def nearest(
        self, origins: ArrayLike | Places, destinations: ArrayLike | Places, *, limit_m: float = np.inf
    ) -> tuple[Floats, Integers]:
        """Return (n,) metres to the nearest destination, and which it is, the first of equals; inf, -1 for none."""
        here, there = self._attached(origins), self._attached(destinations)
        found_cm, position = nearest(self.graph.ways, here.spots, there.spots)
        within = (position >= 0) & (found_cm <= _limit_cm(limit_m))
        return np.where(within, found_cm / 100.0, np.inf), np.where(within, position, -1)

    def far(self, points: ArrayLike | Places) -> NDArray[np.bool_]:
        """Return which points are more than FAR_M from every road on their side of the barriers."""
        places = self._attached(points)
        return np.asarray(places.barred | (places.ways_cm[:, 2] > FAR_M * 100))

    def _attached(self, places: ArrayLike | Places) -> PlacesOnRoads:
        if isinstance(places, PlacesOnRoads):
            return places
        return self.attach(places.points if isinstance(places, Places) else places)

    def _nearest(self, spots: Floats) -> Integers:
        """Return the nearest segment of each point, the first of equally near ones."""
        point, segment = self._tree.query_nearest(shapely.points(spots), all_matches=True)
        order = np.lexsort((segment, point))
        _, firsts = np.unique(point[order], return_index=True)
        return segment[order][firsts].astype(np.int64)

    def _nearest_clear(self, spots: Floats, reach_m: float) -> Integers:
        """Return the nearest segment that no barrier keeps each point from, -1 where none is in reach."""
        found = np.full(len(spots), -1, np.int64)
        point, segment = self._tree.query(shapely.points(spots), predicate="dwithin", distance=reach_m)
        clear = ~self._barred(spots[point], segment)
        point, segment = point[clear], segment[clear]
        away_m = shapely.distance(shapely.points(spots[point]), self._segments[segment])
        order = np.lexsort((segment, away_m, point))
        points, firsts = np.unique(point[order], return_index=True)
        found[points] = segment[order][firsts]
        return found

    def _barred(self, spots: Floats, segment: Integers) -> NDArray[np.bool_]:
        """Return which points a barrier keeps from the nearest spot of their segment."""
        return self.barriers.bar(spots, shapely.get_coordinates(self._feet(spots, segment)), from_inside=True)

    def _feet(self, spots: Floats, segment: Integers) -> Shapes:
        """Return the spot of each point's segment that is nearest to it."""
        lines = self._segments[segment]
        along_m = shapely.line_locate_point(lines, shapely.points(spots))
        return np.asarray(shapely.line_interpolate_point(lines, along_m), object)

    def _places(self, spots: Floats, segment: Integers, barred: NDArray[np.bool_]) -> PlacesOnRoads:
        """Return where on the arcs of the graph points join their segments, and how far all is."""
        graph, feet, edge = self.graph, self._feet(spots, segment), self._edge[segment]
        position_cm = axis_cm(graph.starts_cm, self.edges[edge], edge, feet)
        before = np.searchsorted(graph.marks_cm, position_cm, side="right") - 1
        before = np.minimum(before, graph.lasts[edge] - 1).astype(np.int64)
        ways_cm = (
            position_cm - graph.marks_cm[before],
            graph.marks_cm[before + 1] - position_cm,
            whole_cm(shapely.distance(shapely.points(spots), feet)),
        )
        ends = np.stack([graph.nodes[before], graph.nodes[before + 1]], axis=1)
        return PlacesOnRoads(spots, before, ends, np.stack(ways_cm, axis=1), barred)


def _limit_cm(limit_m: float) -> int:
    return NO_WAY_CM if np.isinf(limit_m) else int(np.floor(limit_m * 100 + 1e-6))


def axis_cm(starts_cm: Integers, lines: Shapes, edge: Integers, points: Shapes) -> Integers:
    """Return where on the axis of all edges the nearest spots of given edges to given points lie."""
    along_cm = whole_cm(shapely.line_locate_point(lines, points))
    return starts_cm[edge] + np.minimum(along_cm, whole_cm(shapely.length(lines)))


def whole_cm(metres: Floats) -> Integers:
    """Return metres as whole centimetres."""
    return np.rint(np.asarray(metres) * 100).astype(np.int64)
