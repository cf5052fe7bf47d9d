"""Streets and blocks: all land cut again and again, the lines knotted once, then bent onto the ground.

A community is cut across its longer side until its blocks are small enough: small in the old town, larger
outwards. Cuts prefer the marks of one ruler for the whole district, so that streets go on across community
borders. Nothing is cut beside the river, the railway, the expressway and the shore, where roads run along;
streets that meet there from both sides get a bridge or a crossing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gridplan.synthetic.borders import trade
from gridplan.synthetic.figures import Spec
from gridplan.synthetic.ground import (
    COASTAL_M,
    EXPRESSWAY_U,
    FAR_M,
    METRIC_CRS,
    RAILSIDE_M,
    RIVERSIDE_M,
    ROADSIDE_M,
    Ground,
    Line,
    Tract,
    coast_u,
    halves,
    river_half_width_m,
)

RANKS = ("快速路", "主干路", "次干路", "支路", "")  # "" is a border without a road
_NEAR_M = 0.01  # sheet lines nearer than this are one line
_RULER_M = (1920.0, 960.0, 480.0, 240.0)
_KEPT_SHARE = 0.6  # of the marks of its finest scale
_MAIN_ROAD_M, _SIDE_ROAD_M = 900.0, 620.0  # how long a street is at least
_LEAST_DEPTH_M = 105.0  # of a block
_BRIDGES_APART_M = 430.0
_HEART = Point(1350.0, 0.0)  # of the old town, on the sheet
_BLOCK_M2 = {"old": 34_000.0, "new": 52_000.0, "rural": 46_000.0}  # of the blocks around a community's centre
_LARGEST_BLOCK_M2 = {"old": 60_000.0, "new": 260_000.0, "rural": 700_000.0}
_GROUND_A_COMPOUND_M2 = 42_000.0  # with streets, schools and greens around it


@dataclass(frozen=True)
class Town:
    """The ground with its streets, in the metric CRS.

    ``blocks``: polygons that tile the communities, columns ``number`` (of the community, in layout order),
    ``open`` (not beside river, railway, expressway or shore). ``roads``: lines between crossings, columns
    ``axis``, ``position``, ``rank``. ``centres``: where each community began.
    """

    blocks: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    centres: gpd.GeoSeries
    rail: BaseGeometry
    river: BaseGeometry

    def communities(self) -> gpd.GeoSeries:
        """Return the communities' polygons by number; neighbours share every point of their border."""
        faces = self.blocks.groupby("number")["geometry"]
        return gpd.GeoSeries(faces.agg(lambda group: shapely.coverage_union_all(group.array)), crs=METRIC_CRS)


def build_town(ground: Ground, figures: Sequence[Spec], seed: int) -> Town:
    """Lay out all streets and blocks."""
    open_land = _open_land(ground)
    lines = [*_border_lines(ground, open_land), *_edge_roads(ground)]
    centres = []
    for tract, spec in zip(ground.tracts, figures, strict=True):
        land = tract.polygon.intersection(open_land)
        centre = _centre(tract, land)
        rng = np.random.default_rng([seed, 1, spec.number])
        lines += _cut(land, tract, centre=centre, reach_m=_reach_m(spec, len(centre.geoms)), rng=rng)
        centres.append(centre)
    lines += [
        *_crossings(lines, "u", 0.0, RIVERSIDE_M),
        *_crossings(lines, "v", 0.0, RAILSIDE_M),
        *_crossings(lines, "v", EXPRESSWAY_U, ROADSIDE_M),
    ]
    edges = _knot(ground, lines)
    middles = gpd.GeoSeries(ground.bend_all(centres), crs=METRIC_CRS)
    blocks = _blocks(ground, edges, open_land)
    return Town(
        blocks=trade(blocks, ground.tracts, middles, np.random.default_rng([seed, 6])),
        roads=edges[(edges["rank"] != "") & edges["inside"]].drop(columns="inside").reset_index(drop=True),
        centres=middles,
        rail=ground.bend(LineString([(0, -FAR_M), (0, FAR_M)]).intersection(ground.land)),
        river=_river(ground),
    )


def _inland(ground: Ground) -> BaseGeometry:
    """Return the land without the strip along the shore."""
    v = np.arange(-FAR_M, FAR_M, 50.0)
    road = np.column_stack([coast_u(v) - COASTAL_M, v])
    return ground.land.intersection(Polygon([*road, (-FAR_M, FAR_M), (-FAR_M, -FAR_M)]))


def _open_land(ground: Ground) -> BaseGeometry:
    """Return the land without the strips along river, railway, expressway and shore."""
    river = shapely.box(-FAR_M, -RIVERSIDE_M, FAR_M, RIVERSIDE_M)
    rail = shapely.box(-RAILSIDE_M, -FAR_M, RAILSIDE_M, FAR_M)
    expressway = shapely.box(EXPRESSWAY_U - ROADSIDE_M, -FAR_M, EXPRESSWAY_U + ROADSIDE_M, FAR_M)
    return _inland(ground).difference(shapely.union_all([river, rail, expressway]))


def _border_lines(ground: Ground, open_land: BaseGeometry) -> Iterator[Line]:
    """Yield the communities' borders: roads on open land (the expressway everywhere), else mere borders."""
    for line in ground.borders:
        yield Line(line.geometry, line.axis, line.position, "")
        if line.position == EXPRESSWAY_U and line.axis == "u":
            yield line
        elif line.rank:
            yield Line(line.geometry.intersection(open_land), line.axis, line.position, line.rank)


def _edge_roads(ground: Ground) -> Iterator[Line]:
    """Yield the roads along the river, the expressway, the railway and the shore."""
    v = np.arange(-FAR_M, FAR_M, 50.0)
    coast = LineString(np.column_stack([coast_u(v) - COASTAL_M, v]))
    yield Line(coast.intersection(ground.land), "coast", 0.0, "主干路")
    inland = _inland(ground)
    for side in (RIVERSIDE_M, -RIVERSIDE_M):
        along = LineString([(-FAR_M, side), (FAR_M, side)]).intersection(inland)
        yield Line(along, "v", side, "次干路")
    for side in (EXPRESSWAY_U - ROADSIDE_M, EXPRESSWAY_U + ROADSIDE_M):
        along = LineString([(side, -FAR_M), (side, FAR_M)]).intersection(ground.land)
        yield Line(along, "u", side, "次干路")
    for side in (RAILSIDE_M, -RAILSIDE_M):
        for bank in (RIVERSIDE_M, -RIVERSIDE_M):
            along = LineString([(side, bank), (side, np.copysign(FAR_M, bank))]).intersection(ground.land)
            yield Line(along, "u", side, "支路")


def _centre(tract: Tract, land: BaseGeometry) -> MultiPoint:
    """Return where a community's building began: towards the old town; in the country in two villages."""
    middle = shapely.centroid(land)
    towards = {"old": 0.3, "new": 0.75, "rural": 0.6}[tract.community.era]
    nearest = shapely.get_point(shapely.shortest_line(land, _HEART), 0)
    first = shapely.line_interpolate_point(LineString([middle, nearest]), towards, normalized=True)
    mirrored = Point(2 * middle.x - first.x, 2 * middle.y - first.y)
    is_rural = tract.community.era == "rural" and land.contains(mirrored)
    return MultiPoint([first, mirrored] if is_rural else [first])


def _reach_m(spec: Spec, centres: int) -> float:
    """Return the radius of the ground that a community's compounds need around each centre."""
    return float(np.sqrt(spec.compounds / centres * _GROUND_A_COMPOUND_M2 / np.pi))


def _cut(
    land: BaseGeometry, tract: Tract, *, centre: MultiPoint, reach_m: float, rng: np.random.Generator
) -> Iterator[Line]:
    """Yield the streets that cut a community's land into blocks."""
    era = tract.community.era
    pieces = [land]
    while pieces:
        piece = pieces.pop()
        beyond = max(0.0, piece.distance(centre) - reach_m) / 300.0
        wanted_m2 = min(_BLOCK_M2[era] * (1 + beyond**2), _LARGEST_BLOCK_M2[era])
        west, south, east, north = piece.bounds
        long_m = max(east - west, north - south)
        if piece.area < 1.45 * wanted_m2 or long_m < 2 * _LEAST_DEPTH_M:
            continue
        axis, low = ("u", west) if east - west >= north - south else ("v", south)
        position, is_main = _place(low, low + long_m, rng)
        below, above, line = halves(piece, axis, position)
        yield Line(line, axis, position, _rank(shapely.length(line), is_main=is_main))
        pieces += [above, below]


def _place(low: float, high: float, rng: np.random.Generator) -> tuple[float, bool]:
    """Choose where to cut between two ends, and whether that is a main mark of the ruler."""
    margin = max(0.3 * (high - low), min(_LEAST_DEPTH_M, 0.45 * (high - low)))
    middle = (low + high) / 2
    for step in _RULER_M:
        mark = step * round(middle / step)
        keeps = step > _RULER_M[-1] or rng.random() < _KEPT_SHARE
        if keeps and low + margin <= mark <= high - margin:
            return mark, step == _RULER_M[0]
    return round(middle + (high - low) * rng.uniform(-0.09, 0.09), 1), False


def _rank(length_m: float, *, is_main: bool) -> str:
    """Return the rank of a street that cuts so far."""
    if is_main and length_m > _MAIN_ROAD_M:
        return "主干路"
    return "次干路" if length_m > _SIDE_ROAD_M else "支路"


def _crossings(lines: Sequence[Line], axis: str, middle: float, side_m: float) -> Iterator[Line]:
    """Yield bridges (or ways over a railway or expressway) where streets end opposite each other."""
    sides = (middle - side_m, middle + side_m)
    ranks = [_ends_at(lines, axis, side) for side in sides]
    best = {p: min(ranks[0][p], ranks[1][p]) for p in ranks[0].keys() & ranks[1].keys()}
    taken: list[float] = []
    for position in sorted(best, key=lambda p: (best[p], p % _RULER_M[1] != 0, p)):
        if all(abs(position - other) >= _BRIDGES_APART_M for other in taken):
            taken.append(position)
            points = [(position, side) if axis == "u" else (side, position) for side in sides]
            yield Line(LineString(points), axis, position, RANKS[best[position]])


def _ends_at(lines: Sequence[Line], axis: str, side: float) -> dict[float, int]:
    """Return the positions of the streets of an axis that end at a side, with their best ranks."""
    across = 1 if axis == "u" else 0
    ranks: dict[float, int] = {}
    for line in lines:
        ends = shapely.get_coordinates(line.geometry)[:, across]
        if line.axis == axis and line.rank and (np.abs(ends - side) < _NEAR_M).any():
            ranks[line.position] = min(ranks.get(line.position, len(RANKS)), RANKS.index(line.rank))
    return ranks


def _knot(ground: Ground, lines: Sequence[Line]) -> gpd.GeoDataFrame:
    """Knot all lines where they meet; each edge takes the best rank of the lines it lies on."""
    net = shapely.union_all([line.geometry for line in lines], grid_size=0.001)
    sheet = _in_order(shapely.get_parts(net))
    middles = shapely.line_interpolate_point(sheet, 0.5, normalized=True)
    edge, on = shapely.STRtree([line.geometry for line in lines]).query(
        middles, predicate="dwithin", distance=_NEAR_M
    )
    rank = np.array([RANKS.index(line.rank) for line in lines])
    order = np.lexsort((on, rank[on], edge))
    edges, first = np.unique(edge[order], return_index=True)
    best = on[order][first]
    return gpd.GeoDataFrame(
        {
            "axis": [lines[i].axis for i in best],
            "position": [lines[i].position for i in best],
            "rank": [lines[i].rank for i in best],
            "inside": shapely.dwithin(middles[edges], ground.land, _NEAR_M),
        },
        geometry=ground.bend_all(sheet[edges]),
        crs=METRIC_CRS,
    )


def _in_order(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes so that their order and their first points do not depend on how GEOS found them."""
    plain = shapely.normalize(shapes)
    middle = shapely.get_coordinates(shapely.centroid(plain)).round(2)
    return np.asarray(plain[np.lexsort(middle.T)])


def _blocks(ground: Ground, edges: gpd.GeoDataFrame, open_land: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the faces between the lines, each with the number of its community."""
    faces = _in_order(shapely.get_parts(shapely.polygonize(edges.geometry.array)))
    tracts = ground.bend_all([t.polygon for t in ground.tracts])
    inner = shapely.point_on_surface(faces)
    face, tract = shapely.STRtree(tracts).query(inner, predicate="within")
    order = np.argsort(tract, kind="stable")
    is_open = shapely.contains(ground.bend(open_land), inner)[face[order]]
    columns = {"number": tract[order], "open": is_open}
    return gpd.GeoDataFrame(columns, geometry=faces[face[order]], crs=METRIC_CRS)


def _river(ground: Ground) -> BaseGeometry:
    """Return the water, from one end of the district to the sea."""
    u = np.arange(-FAR_M, FAR_M, 50.0)
    half = river_half_width_m(u)
    banks = np.vstack([np.column_stack([u, half]), np.column_stack([u, -half])[::-1]])
    return ground.bend(Polygon(banks).intersection(ground.land))
