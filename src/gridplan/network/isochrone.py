"""How far people come on foot from a place: the parts of roads within a walk, and an area around them."""

import numpy as np
import shapely
from shapely.ops import substring

from gridplan.network.roads import PlacesOnRoads, RoadNetwork
from gridplan.network.search import spread
from gridplan.network.walk import Integers, StraightLine, Walk, as_points

AROUND_M = 30.0  # what lies so near to a road that is reached is reached: half a small block
HOLE_M2 = 20_000.0  # smaller holes are blocks inside the area


def isochrone(
    walk: Walk, spot: tuple[float, float], limit_m: float
) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the area within a walk of so many metres from a spot (x, y): around the roads reached, or a disc without roads.

    A longer walk never gives a smaller area.
    """
    if isinstance(walk, StraightLine):
        return shapely.Point(spot).buffer(limit_m / walk.detour, quad_segs=32)
    if not isinstance(walk, RoadNetwork):
        raise TypeError(f"walk: a RoadNetwork or a StraightLine is wanted; {type(walk).__name__} came")
    lines = shapely.get_parts(shapely.line_merge(reached_roads(walk, spot, limit_m)))
    area = shapely.union_all(
        shapely.buffer(lines, AROUND_M, quad_segs=4)
    )  # four times as fast as all lines at once
    return shapely.union_all([_filled(part) for part in shapely.get_parts(area)])


def reached_roads(roads: RoadNetwork, spot: tuple[float, float], limit_m: float) -> shapely.MultiLineString:
    """Return the parts of roads within a walk of so many metres from a spot, the way from it to the road counted."""
    place = roads.attach(as_points([spot]))
    if not isinstance(place, PlacesOnRoads):
        raise TypeError("the spot has no place on the roads")
    graph = roads.graph
    limit_cm = int(np.floor(limit_m * 100 + 1e-6)) - int(place.ways_cm[0, 2])
    if limit_cm < 0:
        return shapely.MultiLineString()
    count = len(graph.ways.first) - 1
    reached_cm = np.empty(count, np.int64)
    everywhere = np.ones(count, np.int64)
    spread(graph.ways, place.ends[0], place.ways_cm[0], everywhere, limit_cm, reached_cm)
    left_cm = np.maximum(limit_cm - reached_cm, 0)
    arcs = np.setdiff1d(np.arange(len(graph.marks_cm)), graph.lasts)
    begin, end = graph.marks_cm[arcs], graph.marks_cm[arcs + 1]
    ahead, behind = left_cm[graph.nodes[arcs]], left_cm[graph.nodes[arcs + 1]]
    here = int(graph.marks_cm[place.arcs[0]] + place.ways_cm[0, 0])
    own = int(place.arcs[0])
    spans = [
        (begin, np.minimum(begin + ahead, end)),
        (np.maximum(end - behind, begin), end),
        (
            np.array([max(here - limit_cm, graph.marks_cm[own])]),
            np.array([min(here + limit_cm, graph.marks_cm[own + 1])]),
        ),
    ]
    starts, stops = (np.concatenate([span[side] for span in spans]) for side in (0, 1))
    return _lines(roads, starts[starts < stops], stops[starts < stops])


def _lines(roads: RoadNetwork, starts: Integers, stops: Integers) -> shapely.MultiLineString:
    """Return the parts of edges between positions on the axis of all edges; parts that meet are one."""
    order = np.argsort(starts, kind="stable")
    starts, stops = starts[order], stops[order]
    furthest = np.maximum.accumulate(stops)
    fresh = np.append(True, starts[1:] > furthest[:-1]) if len(starts) else np.zeros(0, bool)
    first = np.flatnonzero(fresh)
    starts, stops = starts[first], np.maximum.reduceat(stops, first) if len(first) else stops
    edge = np.searchsorted(roads.graph.starts_cm, starts, side="right") - 1
    begin = (starts - roads.graph.starts_cm[edge]) / 100.0
    end = (stops - roads.graph.starts_cm[edge]) / 100.0
    return shapely.MultiLineString(
        [
            substring(roads.edges[at], one, other)
            for at, one, other in zip(edge.tolist(), begin.tolist(), end.tolist(), strict=True)
        ]
    )


def _filled(area: shapely.Polygon) -> shapely.Polygon:
    """Return an area without its small holes."""
    holes = [ring for ring in area.interiors if shapely.Polygon(ring).area >= HOLE_M2]
    return shapely.Polygon(area.exterior, holes)
