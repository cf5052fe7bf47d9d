"""The map on a sheet: areas, what lies behind them, labels, at a round scale."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from gridplan.plan import Plan
from gridplan.sheets.fonts import sized
from gridplan.sheets.labels import box_of, meets, placed
from gridplan.sheets.paper import INK, MAP, Box, Paper
from gridplan.sheets.subjects import Subject

ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)  # a scale is one of these times a power of ten
ROOM = 1.04  # the map is so much wider than what it shows
SHADE = ("#fbf3d6", "#dcebd7", "#dbe7f3", "#f5dfd6", "#e9e0ef")  # pale, and of one lightness in grey
OUT, WATER, ROAD, SPECIAL = "#c0392b", "#7fb2d9", "#a9a9a9", "#d9d9d9"
SIZES = {
    True: (8.0, 6.5, 5.0, 4.0),
    False: (12.0, 10.0, 8.0, 6.0, 4.0),
}  # points of labels: with detail, without
LONG_ROAD = {
    True: 0.0,
    False: 0.15,
}  # share of the map's width that a road has to run for its name to be written
AROUND = 0.06  # share of the map's width that is drawn around a community
ROAD_SIZE = 5.0  # points of the names of roads
LINE = 1.25  # height of a line in sizes
NARROW, ASIDE = 0.6, 0.3  # width of a letter that is no Chinese one, and of the room beside a line
POINT_MM = 25.4 / 72


def scale_of(width_m: float, height_m: float, box: Box) -> int:
    """Return the largest round scale 1:n at which so much ground fits into a part of the sheet."""
    least = max(width_m * ROOM / box.width, height_m * ROOM / box.height, 1e-3) * 1000
    power = 10.0 ** np.floor(np.log10(least))
    return round(min(step * power for step in (*ROUND, 10.0) if step * power >= least - 1e-9))


def draw_ground(paper: Paper, subject: Subject, plan: Plan) -> int:
    """Draw the map of a sheet; return its scale."""
    x0, y0, x1, y1 = subject.whole.bounds
    scale = scale_of(x1 - x0, y1 - y0, MAP)
    wide, high = MAP.width * scale / 1000, MAP.height * scale / 1000
    left, bottom = (x0 + x1 - wide) / 2, (y0 + y1 - high) / 2
    axes = paper.axes(MAP)
    axes.set_xlim(left, left + wide)
    axes.set_ylim(bottom, bottom + high)
    seen = shapely.box(left, bottom, left + wide, bottom + high)
    if subject.detail:
        seen = shapely.intersection(seen, subject.whole.buffer(AROUND * wide))
    _fill(axes, subject, plan, seen)
    _lines(axes, subject, plan, seen)
    _edges(axes, subject, plan, seen)
    if subject.detail:
        _facilities(axes, plan, seen)
    _labels(axes, subject, plan, seen, scale)
    return scale


def outline(shape: shapely.Geometry) -> Outline:
    """Return the outline of polygons, holes too."""
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(
        *(Outline(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings)
    )


def shapes_on(axes: Axes, shapes: Sequence[shapely.Geometry], **style: Any) -> None:
    """Draw polygons in one style."""
    polygons = [
        shape for shape in shapes if shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty
    ]
    if polygons:
        axes.add_collection(PathCollection([outline(shape) for shape in polygons], **style), autolim=False)


def _inside(table: gpd.GeoDataFrame | None, seen: shapely.Geometry) -> np.ndarray:
    """Return the shapes that lie in the map, cut at its edges."""
    if table is None or not len(table):
        return np.zeros(0, object)
    shapes = table.geometry.to_numpy()
    cut = shapely.intersection(shapes[shapely.intersects(shapes, seen)], seen)
    return np.asarray(cut[~shapely.is_empty(cut)])


def _fill(axes: Axes, subject: Subject, plan: Plan, seen: shapely.Geometry) -> None:
    """Fill the areas; those out of band are hatched, too, for black and white."""
    areas = subject.areas
    for shade, colour in enumerate(SHADE):
        mine = areas.geometry[areas["shade"] == shade]
        shapes_on(axes, list(mine), facecolors=colour, edgecolors="none", zorder=1)
    shapes_on(
        axes,
        list(areas.geometry[areas["out"]]),
        facecolors="none",
        edgecolors=OUT,
        hatch="////",
        lw=0.0,
        zorder=2,
    )
    special = _inside(plan.backdrop.get("special_areas"), seen)
    shapes_on(axes, list(special), facecolors=SPECIAL, edgecolors="none", zorder=2)


def _lines(axes: Axes, subject: Subject, plan: Plan, seen: shapely.Geometry) -> None:
    """Draw barriers and roads."""
    barriers = _inside(plan.backdrop.get("barriers"), seen)
    shapes_on(axes, list(barriers), facecolors=WATER, edgecolors="none", zorder=3)
    roads = plan.backdrop.get("roads")
    if roads is not None and not subject.detail:
        roads = roads[roads["name"] != ""]
    for shapes, colour, wide in ((_inside(roads, seen), ROAD, 0.7), (barriers, WATER, 1.2)):
        parts = [part for part in shapely.get_parts(shapes) if part.geom_type == "LineString"]
        lines = [np.asarray(part.coords)[:, :2] for part in parts]
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=wide, zorder=3), autolim=False)


def _edges(axes: Axes, subject: Subject, plan: Plan, seen: shapely.Geometry) -> None:
    """Draw the borders of the areas, and of communities around them."""
    around = _inside(plan.communities, seen)
    shapes_on(axes, list(around), facecolors="none", edgecolors="#bbbbbb", lw=0.5, zorder=3)
    shapes_on(axes, list(subject.areas.geometry), facecolors="none", edgecolors="#555555", lw=0.8, zorder=4)
    shapes_on(axes, [subject.whole], facecolors="none", edgecolors=INK, lw=1.8, zorder=5)


def _facilities(axes: Axes, plan: Plan, seen: shapely.Geometry) -> None:
    """Mark facilities: a dot for one that is there, a triangle for a new one."""
    table = plan.facilities
    if table is None or not len(table):
        return
    there = table[shapely.intersects(table.geometry.to_numpy(), seen)]
    for status, mark, colour in (("existing", "o", "#1f5f8b"), ("new", "^", "#b9770e")):
        xy = shapely.get_coordinates(there.geometry[there["status"] == status].to_numpy())
        axes.scatter(
            xy[:, 0], xy[:, 1], s=11, marker=mark, c=colour, edgecolors="white", linewidths=0.4, zorder=6
        )


def _labels(axes: Axes, subject: Subject, plan: Plan, seen: shapely.Geometry, scale: int) -> None:
    """Write the labels where they run into no other, and where room is left the names of roads along them."""
    areas, texts, points = subject.areas, subject.areas["label"].tolist(), SIZES[subject.detail]
    metres = POINT_MM * scale / 1000  # of a point on the ground
    sizes = [
        [(_width(text) * size * metres, size * LINE * len(text.split("\n")) * metres) for size in points]
        for text in texts
    ]
    taken = []
    for number, place in enumerate(placed(list(areas.geometry), sizes)):
        if place is not None:
            x, y, size = place
            _write(axes, x, y, texts[number], points[size])
            taken.append(box_of(x, y, *sizes[number][size]))
    for name, x, y, angle in _named(
        plan.backdrop.get("roads"), seen, LONG_ROAD[subject.detail] * MAP.width * scale / 1000
    ):
        long, turn = _width(name) * ROAD_SIZE * metres, np.deg2rad(angle)
        wide, high = long * np.abs([np.cos(turn), np.sin(turn)]) + ROAD_SIZE * metres
        own = box_of(x, y, wide, high)
        if long < seen.length and not meets(np.array(own), np.array(taken).reshape(-1, 4)):
            _write(axes, x, y, name, ROAD_SIZE, angle=angle, ink="#666666")
            taken.append(own)


def _write(
    axes: Axes, x: float, y: float, text: str, size: float, *, angle: float = 0.0, ink: str = INK
) -> None:
    """Write a label with a pale rim, so that lines under it do not hide it."""
    axes.text(
        x,
        y,
        text,
        fontproperties=sized(size),
        ha="center",
        va="center",
        rotation=angle,
        linespacing=1.05,
        color=ink,
        zorder=7,
        clip_on=True,
        parse_math=False,
        path_effects=[withStroke(linewidth=1.6, foreground="white", alpha=0.8)],
    )


def _named(
    roads: gpd.GeoDataFrame | None, seen: shapely.Geometry, least_m: float
) -> Iterator[tuple[str, float, float, float]]:
    """Yield each named road that is seen so far: its name, the middle of its longest part, and how that is turned, degrees."""
    if roads is None:
        return
    named = roads[(roads["name"] != "") & shapely.intersects(roads.geometry.to_numpy(), seen)]
    for name, shapes in named.groupby("name", sort=True).geometry:
        merged = shapely.line_merge(shapely.intersection(shapely.union_all(shapes.to_numpy()), seen))
        parts = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]
        line = max(parts, key=lambda part: part.length, default=None)
        if line is None or line.length < least_m:
            continue
        ends = [line.interpolate(share, normalized=True) for share in (0.45, 0.5, 0.55)]
        turn = np.degrees(np.arctan2(ends[2].y - ends[0].y, ends[2].x - ends[0].x))
        yield str(name), ends[1].x, ends[1].y, float((turn + 90) % 180 - 90)


def _width(text: str) -> float:
    """Return about how wide the longest line is, in sizes of the font."""
    wide = {"W": 1.0, "F": 1.0}
    lines = (
        sum(wide.get(unicodedata.east_asian_width(sign), NARROW) for sign in line)
        for line in text.split("\n")
    )
    return max(lines, default=0.0) + ASIDE
