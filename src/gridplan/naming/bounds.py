"""The four bounds (四至) of grids: on each side the road, river, railway, compound, grid or community that one meets there.

Each side is looked at from afar along parallel lines of sight; what stands on the outline where they first meet the grid is what
bounds it there. The line (road, river, railway) that most of them meet is the bound, if it is a fair share of them.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.words import say

NEAR_M = 15.0  # a border runs along what is nearer than this
STEP_M = 1.0  # to see what lies on either side of an outline
SIGHTS = 48  # lines of sight a side
LEAST_SHARE = 1 / 3  # of a side that a line has to hold to be its bound
ALONG = 0.8  # cosine of the widest angle between a border and a line along it
FACING = 0.5  # cosine of the widest angle between the way a border faces and the side that it may bound
LINE = 1  # dimension

SIDES = ("east", "south", "west", "north")
OUT = np.array([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]])

Texts = NDArray[np.object_]
Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """Where lines of sight meet outlines: the grid, the side (number in SIDES), the point, and the way the outline runs there."""

    grid: Ints
    side: Ints
    points: Floats
    way: Floats


def _outlines(shapes: Geometries) -> tuple[Ints, Floats, Floats]:
    """Return the straight pieces of the outer rings of some shapes: the shape, begin and end (k, 2)."""
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(parts), return_index=True)
    same = ring[1:] == ring[:-1]
    return of_shape[ring[:-1][same]], xy[:-1][same], xy[1:][same]


def _crossed(of: Ints, begin: Floats, end: Floats, count: int) -> tuple[Ints, Ints, Floats]:
    """Return where lines of sight along x cross pieces: the piece, the number of the line (by shape), the point."""
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, of, begin[:, 1])
    np.maximum.at(high, of, begin[:, 1])
    step = np.maximum(high - low, 1e-9) / SIGHTS
    place = (np.column_stack([begin[:, 1], end[:, 1]]) - low[of, None]) / step[of, None] - 0.5
    first, after = np.ceil(place.min(axis=1)).astype(np.int64), np.ceil(place.max(axis=1)).astype(np.int64)
    first, after = first.clip(0, SIGHTS), after.clip(0, SIGHTS)
    piece = np.repeat(np.arange(len(of)), after - first)
    line = np.arange(len(piece)) - np.repeat(np.cumsum(after - first) - after, after - first)
    y = low[of[piece]] + (line + 0.5) * step[of[piece]]
    rise = end[piece, 1] - begin[piece, 1]
    x = begin[piece, 0] + (y - begin[piece, 1]) / rise * (end[piece, 0] - begin[piece, 0])
    return piece, of[piece] * SIGHTS + line, np.column_stack([x, y])


def _seen(shapes: Geometries) -> _Seen:
    """Return what is seen of each shape from its four sides."""
    of, begin, end = _outlines(shapes)
    found = []
    for turned in (False, True):  # looking along x, then along y
        ways = (slice(None), slice(None, None, -1)) if turned else (slice(None), slice(None))
        piece, sight, xy = _crossed(of, begin[ways], end[ways], len(shapes))
        order = np.lexsort((piece, xy[:, 0], sight))
        nearest = np.flatnonzero(np.diff(sight[order], prepend=-1))
        farthest = np.append(nearest[1:], len(order)) - 1
        for number, at in ((3, farthest), (1, nearest)) if turned else ((0, farthest), (2, nearest)):
            chosen = order[at]
            found.append((of[piece[chosen]], np.full(len(at), number), xy[chosen][ways], piece[chosen]))
    grid, side, points, piece = (np.concatenate(parts) for parts in zip(*found, strict=True))
    way = (end - begin)[piece]
    return _Seen(grid=grid, side=side, points=points, way=way / np.hypot(*way.T)[:, None])


def _named(tables: tuple[gpd.GeoDataFrame | None, ...]) -> tuple[Geometries, Texts]:
    """Return lines as straight pieces and areas whole, those with a name alone, and their names."""
    some = [table[table["name"] != ""] for table in tables if table is not None]
    if not some:
        return np.zeros(0, object), np.zeros(0, object)
    shapes = np.concatenate([table.geometry.to_numpy() for table in some])
    names = np.concatenate([table["name"].to_numpy(object) for table in some])
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    line = shapely.get_dimensions(parts) == LINE
    xy, of_line = shapely.get_coordinates(parts[line], return_index=True)
    same = of_line[1:] == of_line[:-1]
    straight = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
    owner = np.concatenate([of_shape[~line], of_shape[line][of_line[:-1][same]]])
    return np.concatenate([parts[~line], straight]), names[owner]


def _along(seen: _Seen, shapes: Geometries, names: Texts) -> Texts:
    """Return the name of the nearest line or area that an outline runs along at each point; "" for none."""
    spots = np.asarray(shapely.points(seen.points), object)
    shape, spot = shapely.STRtree(spots).query(shapes, predicate="dwithin", distance=NEAR_M)
    line = shapely.get_dimensions(shapes) == LINE
    way = np.zeros((len(shapes), 2))
    xy = shapely.get_coordinates(shapes[line]).reshape(-1, 2, 2)
    run = xy[:, 1] - xy[:, 0]
    way[line] = run / np.maximum(np.hypot(*run.T), 1e-9)[:, None]
    good = ~line[shape] | (np.abs((way[shape] * seen.way[spot]).sum(axis=1)) >= ALONG)
    shape, spot = shape[good], spot[good]
    away_m = np.round(shapely.distance(spots[spot], shapes[shape]), 2)
    order = np.lexsort((names[shape].astype(str), away_m, spot))
    near, first = np.unique(spot[order], return_index=True)
    found = np.full(len(spots), "", object)
    found[near] = names[shape[order[first]]]
    out = OUT[seen.side]
    faces = np.abs(seen.way[:, 0] * out[:, 1] - seen.way[:, 1] * out[:, 0]) >= FACING
    return np.where(faces, found, "")


def _holder(points: Floats, areas: Geometries) -> Ints:
    """Return the first area that holds each point; -1 for none."""
    area, point = shapely.STRtree(shapely.points(points)).query(areas, predicate="intersects")
    first = np.full(len(points), len(areas))
    np.minimum.at(first, point, area)
    return np.where(first < len(areas), first, -1)


def _beyond(seen: _Seen, grids: gpd.GeoDataFrame, units: gpd.GeoDataFrame | None) -> tuple[Ints, Texts]:
    """Return the grid beyond each point, -1 for none, and the compound that begins there; "" where none does."""
    step = STEP_M * OUT[seen.side]
    outer, inner = seen.points + step, seen.points - step
    compound = np.full(len(outer), "", object)
    if units is not None:
        names = np.append(units["compound"].to_numpy(object), "")
        over, own = (names[_holder(points, units.geometry.to_numpy())] for points in (outer, inner))
        compound = np.where(over != own, over, "")
    return _holder(outer, grids.geometry.to_numpy()), compound


def _called(
    seen: _Seen, grids: gpd.GeoDataFrame, beyond: Ints, compound: Texts, titles: Texts, edge: str
) -> Texts:
    """Return what lies beyond each point: a compound or a grid of the own community, another community, or the edge of all."""
    community = grids["community_id"].to_numpy(object)
    foreign = community[beyond] != community[seen.grid]
    special = (grids["kind"].to_numpy(object) == "special")[beyond]
    own = np.where((compound != "") & ~special, compound, grids["name"].to_numpy(object)[beyond])
    return np.where(beyond < 0, edge, np.where(foreign, titles[beyond], own))


def _chosen(seen: _Seen, line: Texts, other: Texts, count: int) -> Texts:
    """Return the bound of each side of each grid, shape (grids, 4): the line seen most if it is a fair share, else what else is."""
    found = np.full((count, len(SIDES)), "", object)
    for what, least in ((other, 0.0), (line, LEAST_SHARE * SIGHTS)):
        table = pd.DataFrame({"grid": seen.grid, "side": seen.side, "what": what})[what != ""]
        sizes = table.groupby(["grid", "side", "what"]).size().rename("size").reset_index()
        most = sizes.sort_values(
            ["grid", "side", "size", "what"], ascending=[True, True, False, True], kind="stable"
        ).drop_duplicates(["grid", "side"])
        fair = most[most["size"] >= least]
        found[fair["grid"], fair["side"]] = fair["what"]
    return found


def bounds_text(
    grids: gpd.GeoDataFrame,
    communities: pd.DataFrame,
    lines: tuple[gpd.GeoDataFrame | None, ...],
    *,
    units: gpd.GeoDataFrame | None = None,
    language: str,
) -> list[str]:
    """Return the four bounds of each grid as a sentence.

    Parameters
    ----------
    grids
        name, community_id, kind, geometry.
    communities
        community_id, name.
    lines
        Roads and barriers, lines or areas, those that are known; one without a name bounds nothing.
    units
        compound, geometry; None: no compound bounds a grid.
    language
        "zh" or "en".
    """
    if not len(grids):
        return []
    seen = _seen(grids.geometry.to_numpy())
    beyond, compound = _beyond(seen, grids, units)
    names = dict(zip(communities["community_id"], communities["name"], strict=True))
    titles = np.array([names[name] or name for name in grids["community_id"]], object)
    edge = say(language, "naming.edge")
    other = _called(seen, grids, beyond, compound, titles, edge)
    found = _chosen(seen, _along(seen, *_named(lines)), other, len(grids))
    found = np.where(found == "", edge, found)
    return [say(language, "naming.bounds", **dict(zip(SIDES, row, strict=True))) for row in found.tolist()]
