"""Lines to a network that can be walked.

1. Roads that are not walked (expressways by their rank) are left out.
2. Lines are cut where they cross or touch; a road that ends within TOUCH_M of another is taken to meet it.
3. Pieces that no road joins are joined, since people walk between them though the data has no path: each pair
   of pieces at most NEAR_M apart by one link, beyond that each piece by a link to the nearest other. A link
   is the straight line times the detour, on one side of the barriers. Where nothing else joins two pieces a
   link crosses a barrier: it keeps distances finite, but costs ACROSS_M more: nobody is in reach over it.
"""

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.errors import InputError
from gridplan.network.barriers import Barriers
from gridplan.network.links import Link, join_pieces
from gridplan.network.roads import Graph, RoadNetwork, Shapes, axis_cm, whole_cm
from gridplan.network.search import Ways
from gridplan.network.walk import Floats, Integers
from gridplan.words import Message

NOT_WALKED = ("expressway", "motorway", "freeway", "高速", "快速")  # in a road's rank
TOUCH_M = 1.0  # gaps of drawing, smaller than a lane
SNAP_M = 0.01
ACROSS_M = 1_000_000.0


def build_network(
    roads: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame | None, *, detour: float
) -> RoadNetwork:
    """Make the walking network of roads (columns rank and geometry; metric CRS).

    Raises
    ------
    InputError
        If no road can be walked on.
    """
    expressway = roads["rank"].str.casefold().str.contains("|".join(NOT_WALKED)).to_numpy(bool)
    lines = _plain_lines(roads.geometry.to_numpy()[~expressway])
    if not len(lines):
        raise InputError(
            Message("network.no_roads", {"rows": len(roads), "expressways": int(expressway.sum())})
        )
    walls = Barriers(barriers)
    edges = _edges(lines, walls)
    ends = _end_nodes(edges)
    links = join_pieces(edges, _pieces(ends), walls)
    table = gpd.GeoDataFrame(
        {
            "walk_m": [link.gap_m * detour for link in links],
            "across_barrier": [link.across for link in links],
        },
        geometry=np.array([link.line for link in links], object),
        crs=roads.crs,
    ).astype({"walk_m": float, "across_barrier": bool})
    told = _told(int(expressway.sum()), table)
    return RoadNetwork(edges, _graph(edges, ends, links, detour), walls, table, told)


def _plain_lines(shapes: Shapes) -> Shapes:
    """Single lines in two dimensions, without empty ones."""
    parts = shapely.get_parts(shapely.force_2d(shapes[~shapely.is_missing(shapes)]))
    lines = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return np.asarray(lines[shapely.length(lines) > SNAP_M], object)


def _edges(lines: Shapes, walls: Barriers) -> Shapes:
    """Lines cut at every crossing, in an order that does not depend on that of the rows."""
    cut = shapely.get_parts(
        shapely.union_all(np.concatenate([lines, _meetings(lines, walls)]), grid_size=SNAP_M)
    )
    cut = cut[shapely.length(cut) > 0]
    # the smaller bytes of both directions; normalize would move the node of a closed line
    forth, back = shapely.to_wkb(cut, byte_order=0), shapely.to_wkb(shapely.reverse(cut), byte_order=0)
    drawn = np.minimum(forth, back)
    return np.asarray(shapely.from_wkb(drawn[np.argsort(drawn, kind="stable")]), object)


def _meetings(lines: Shapes, walls: Barriers) -> Shapes:
    """Short lines from ends of roads to the roads that they all but touch."""
    ends = np.asarray(shapely.points(_ends(lines).reshape(-1, 2)), object)
    line, end = shapely.STRtree(ends).query(lines, predicate="dwithin", distance=TOUCH_M)
    apart = shapely.distance(ends[end], lines[line]) > 0
    gaps = shapely.shortest_line(ends[end[apart]], lines[line[apart]])
    both = shapely.get_coordinates(gaps).reshape(-1, 2, 2)
    return np.asarray(gaps[~walls.bar(both[:, 0], both[:, 1])], object)


def _end_nodes(edges: Shapes) -> Integers:
    """(edges, 2): the nodes at both ends, numbered by their place."""
    _, node = np.unique(_ends(edges).reshape(-1, 2), axis=0, return_inverse=True)
    return node.reshape(-1, 2).astype(np.int64)


def _ends(lines: Shapes) -> Floats:
    """(lines, 2, 2): the first and the last point of each line."""
    last = np.cumsum(shapely.get_num_coordinates(lines)) - 1
    corners = shapely.get_coordinates(lines)
    return np.stack([corners[np.append(0, last[:-1] + 1)], corners[last]], axis=1)


def _pieces(ends: Integers) -> Integers:
    """Return the number of the connected piece of each edge."""
    count = int(ends.max()) + 1
    touching = coo_array((np.ones(len(ends), bool), ends.T), shape=(count, count))
    return connected_components(touching, directed=False)[1][ends[:, 0]].astype(np.int64)


def _graph(edges: Shapes, ends: Integers, links: tuple[Link, ...], detour: float) -> Graph:
    """Mark the edges where they end and where links join them; connect the marks."""
    length_cm = whole_cm(shapely.length(edges))
    starts_cm = np.cumsum(length_cm + 1) - (length_cm + 1)  # one apart: no spot belongs to two edges
    joined = np.array([link.edges for link in links], np.int64).reshape(-1, 2)
    feet = np.array([shapely.get_coordinates(link.line) for link in links]).reshape(-1, 2, 2)
    joined_cm = axis_cm(starts_cm, edges[joined], joined, np.asarray(shapely.points(feet), object))
    marks_cm = np.unique(np.concatenate([starts_cm, starts_cm + length_cm, joined_cm.ravel()]))
    nodes = np.full(len(marks_cm), -1, np.int64)
    lasts = np.searchsorted(marks_cm, starts_cm + length_cm)
    nodes[np.searchsorted(marks_cm, starts_cm)] = ends[:, 0]
    nodes[lasts] = ends[:, 1]
    nodes[nodes < 0] = int(ends.max()) + 1 + np.arange((nodes < 0).sum())
    along = np.setdiff1d(np.arange(len(marks_cm)), lasts)
    over = np.searchsorted(marks_cm, joined_cm)
    link_m = np.array([link.gap_m * detour + ACROSS_M * link.across for link in links])
    tails = np.concatenate([nodes[along], nodes[over[:, 0]]])
    heads = np.concatenate([nodes[along + 1], nodes[over[:, 1]]])
    cost_cm = np.concatenate([marks_cm[along + 1] - marks_cm[along], whole_cm(link_m)])
    ways = _rows(tails, heads, cost_cm, count=int(nodes.max()) + 1)
    return Graph(starts_cm=starts_cm, lasts=lasts, marks_cm=marks_cm, nodes=nodes, ways=ways)


def _rows(tails: Integers, heads: Integers, cost_cm: Integers, *, count: int) -> Ways:
    """Put ways, which lead both ways, into compressed rows."""
    tails, heads, cost_cm = (
        np.concatenate([tails, heads]),
        np.concatenate([heads, tails]),
        np.tile(cost_cm, 2),
    )
    order = np.lexsort((cost_cm, heads, tails))
    return Ways(np.searchsorted(tails[order], np.arange(count + 1)), heads[order], cost_cm[order])


def _told(expressways: int, links: gpd.GeoDataFrame) -> tuple[Message, ...]:
    """Tell how the roads were taken."""
    across = int(links["across_barrier"].sum())
    joins = links[~links["across_barrier"]]
    messages = (
        (expressways, Message("network.expressways", {"count": expressways})),
        (
            len(joins),
            Message("network.links", {"count": len(joins), "longest_m": f"{joins['walk_m'].max():.0f}"}),
        ),
        (across, Message("network.across", {"count": across})),
    )
    return tuple(message for count, message in messages if count)
