"""From household rows to units, the indivisible pieces of a plan, each with a cell; cells tile a community.

Rows of one entrance are one unit; without an entrance, rows on one spot are. A compound in which nobody lives
is one unit, and so is a special area. Different units on one spot share it like slices of a pie.
"""

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.adjacency import borders_of
from gridplan.cells import NOBODY, Ground, tile
from gridplan.progress import Progress
from gridplan.special import straddling
from gridplan.spots import SPOT_M, apart
from gridplan.tables import Inputs
from gridplan.where import Floats, Geometries, Ints, held_by, place_in
from gridplan.words import Message

NEAT_M = 0.003  # corners that stand out less from a straight border are none; the edge of a community is left as it is
HELD_M = 0.01  # a point so near to a cell lies in it
AREA = 2  # dimension of polygons
BY_AREA, BY_COMPOUND, BY_ENTRANCE, BY_SPOT = range(4)  # what rows are gathered by


@dataclass(frozen=True, kw_only=True)
class Units:
    """The units of a district.

    Attributes
    ----------
    table
        One row a unit: unit_id, community_id, compound, building, entrance, households, load, population,
        planned, vulnerable, special (number of its special area, -1 for none), x, y (household-weighted mean
        of its rows, or an inner point), block (number in the community, -1 for none); geometry: its cell.
    of_row
        Position of the unit of each household row.
    borders
        One row a pair of units of a community that touch: left, right (positions, left < right), border_m,
        open_m (not along a barrier), road_m (on a road), crossed (a road leads over the barrier between
        them), joined (people can walk from one to the other), wall (they are not of one compound).
    pieces
        Why a grid of a community cannot be in one piece, by community_id, where that is so.
    told
        What had to be decided on the way.
    """

    table: gpd.GeoDataFrame
    of_row: Ints
    borders: pd.DataFrame
    pieces: dict[str, Message] = field(default_factory=dict)
    told: tuple[Message, ...] = ()


def _keys(inputs: Inputs, special: Ints) -> pd.Series:
    """Return what each household row is gathered by."""
    rows = inputs.households
    spot = np.round(shapely.get_coordinates(rows.geometry.to_numpy()) / SPOT_M).astype(np.int64)
    lived_in = rows["load"].groupby([rows["community_id"], rows["compound"]]).transform("sum") > 0
    empty = ~lived_in & (rows["compound"] != "")
    kind = np.select(
        [special >= 0, empty, rows["entrance"] != ""], [BY_AREA, BY_COMPOUND, BY_ENTRANCE], BY_SPOT
    )
    keys = pd.DataFrame(
        {
            "community": rows["community_id"],
            "compound": np.where(np.isin(kind, (BY_COMPOUND, BY_ENTRANCE)), rows["compound"], ""),
            "building": np.where(kind == BY_ENTRANCE, rows["building"], ""),
            "entrance": np.where(kind == BY_ENTRANCE, rows["entrance"], ""),
            "x": np.where(kind == BY_SPOT, spot[:, 0], 0),
            "y": np.where(kind == BY_SPOT, spot[:, 1], 0),
            "kind": kind,
            "special": special,
        }
    )
    return keys.groupby(list(keys.columns), sort=True).ngroup()


@dataclass(frozen=True, kw_only=True)
class _Land:
    """What cuts the communities of a district."""

    roads: np.ndarray
    bounding: np.ndarray  # which roads bound grids
    barriers: np.ndarray
    special: np.ndarray
    tree: shapely.STRtree

    def around(self, shape: shapely.Geometry) -> tuple[Ints, np.ndarray, Ints]:
        """Return the roads (numbers), barriers and special areas (numbers) that meet a community."""
        hit = np.sort(self.tree.query(shape, predicate="intersects"))
        road, barrier, area = np.split(
            hit, np.searchsorted(hit, np.cumsum([len(self.roads), len(self.barriers)]))
        )
        return road, self.barriers[barrier - len(self.roads)], area - len(self.roads) - len(self.barriers)


def _land(inputs: Inputs) -> _Land:
    """Return roads, barriers and special areas with one tree over them all."""
    parts = [
        np.zeros(0, object) if table is None else table.geometry.to_numpy()
        for table in (inputs.roads, inputs.barriers, inputs.special_areas)
    ]
    named = np.zeros(0, bool) if inputs.roads is None else (inputs.roads["name"] != "").to_numpy()
    return _Land(
        roads=parts[0],
        bounding=named if named.any() else ~named,  # lanes without a name bound no grid
        barriers=parts[1],
        special=parts[2],
        tree=shapely.STRtree(np.concatenate(parts)),
    )


def build_units(inputs: Inputs, progress: Progress) -> Units:
    """Return the units of all communities, their cells and who borders whom."""
    xy = shapely.get_coordinates(inputs.households.geometry.to_numpy())
    land = _land(inputs)
    special = held_by(xy, land.special)
    owner = _keys(inputs, special).to_numpy()
    rows_of = inputs.households.groupby("community_id").indices
    progress.start("units", len(inputs.communities))
    made: list[_Part] = []
    of_row, first = np.full(len(xy), NOBODY), 0
    for community_id, shape in zip(
        inputs.communities["community_id"], inputs.communities.geometry, strict=True
    ):
        rows = np.asarray(rows_of.get(community_id, ()), np.int64)
        part = _community(shape, xy[rows], owner[rows], special[rows], land)
        of_row[rows] = first + part.of_row
        first += len(part.shape)
        made.append(part)
        progress.advance()
    split = sum(part.split for part in made)
    told = (Message("units.apart", {"count": split}),) if split else ()
    units = _joined(inputs, made, of_row)
    return replace(units, pieces=straddling(inputs, units.table, units.of_row), told=told)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Units of one community: cell, special area (-1: none), block; borders (left, right count from 0).

    ``of_row`` is the unit of each of its rows, ``split`` how many units more than owners of rows there are.
    """

    shape: Geometries
    special: Ints
    block: Ints
    borders: pd.DataFrame
    of_row: Ints
    split: int


def _community(shape: shapely.Geometry, xy: Floats, owner: Ints, special: Ints, land: _Land) -> _Part:
    """Cut one community into its units."""
    ways, barriers, areas = land.around(shape)
    roads = land.roads[ways[land.bounding[ways]]]
    names, codes = np.unique(owner, return_inverse=True)
    fixed_label = len(names) + np.arange(len(areas))
    area_label = np.full(len(land.special) + 1, NOBODY)  # the last one is that of rows in none
    area_label[areas] = fixed_label
    free = special < 0
    codes = np.where(free, codes.ravel(), area_label[special])
    ground = _ground(roads, barriers, land.special[areas], fixed_label)
    edges = np.concatenate([ground.lines, shapely.boundary(np.append(ground.fixed, shape))])
    spots, spot_owner, spot = apart(xy[free], codes[free], shape=shape, lines=edges)
    tiling = tile(shape, spots, spot_owner, ground)
    labels, cell = np.unique(tiling.label, return_inverse=True)
    cell = cell.ravel()
    origin, block = np.full((2, len(labels)), NOBODY)
    origin[cell] = tiling.origin
    block[cell[tiling.spot_face]] = tiling.block[tiling.spot_face]
    face = np.zeros(len(xy), np.int64)
    face[free], face[~free] = tiling.spot_face[spot], place_in(xy[~free], tiling.faces)
    cells = _dissolved(tiling.faces, cell)
    fixed = origin >= len(names)
    return _Part(
        shape=cells,
        special=np.where(fixed, np.append(areas, NOBODY)[np.where(fixed, origin - len(names), -1)], NOBODY),
        block=block,
        borders=borders_of(tiling, cell, roads, barriers, ways=land.roads[ways]),
        of_row=_unit_of(cell[face], codes, origin, cells, xy),
        split=int((np.unique(origin[origin >= 0], return_counts=True)[1] - 1).sum()),
    )


def _ground(roads: Geometries, barriers: Geometries, fixed: Geometries, fixed_label: Ints) -> Ground:
    """Return what cuts a community."""
    with_area = shapely.get_dimensions(barriers) == AREA
    walls = np.where(with_area, shapely.boundary(barriers), barriers)
    return Ground(
        lines=np.concatenate([roads, walls]),
        walls=walls,
        water=barriers[with_area],
        fixed=fixed,
        fixed_label=fixed_label,
    )


def _dissolved(faces: Geometries, cell: Ints) -> Geometries:
    """Return the union of the faces of each cell, without the tiny edges over which programs that round to millimetres stumble."""
    pieces = np.split(faces[np.argsort(cell, kind="stable")], np.cumsum(np.bincount(cell))[:-1])
    cells = np.array([shapely.coverage_union_all(piece) if len(piece) > 1 else piece[0] for piece in pieces])
    if not shapely.coverage_is_valid(cells):
        return cells
    neat = shapely.coverage_simplify(cells, NEAT_M, simplify_boundary=False)
    sound = shapely.is_valid(neat).all() and not shapely.is_empty(neat).any()
    return neat if sound and (shapely.get_type_id(neat) == shapely.get_type_id(cells)).all() else cells


def _unit_of(found: Ints, codes: Ints, origin: Ints, cells: Geometries, xy: Floats) -> Ints:
    """Return the unit of each row: its owner's where its point lies in that, else the one that it lies in."""
    result = found.copy()
    for row in np.flatnonzero(origin[found] != codes):
        away_m = shapely.distance(cells, shapely.Point(xy[row]))
        own = np.flatnonzero((origin == codes[row]) & (away_m <= HELD_M))
        result[row] = own[0] if len(own) else away_m.argmin()
    return result


def _joined(inputs: Inputs, made: list[_Part], of_row: Ints) -> Units:
    """Join the communities' units into one table, numbered from west to east in each."""
    rows, community = inputs.households, np.repeat(np.arange(len(made)), [len(part.shape) for part in made])
    shapes = np.concatenate([part.shape for part in made])
    xy = _centres(rows, of_row, shapes)
    order = np.lexsort((-np.round(xy[:, 1], 3), np.round(xy[:, 0], 3), community))
    number = np.argsort(order)
    table = gpd.GeoDataFrame(
        {
            "community_id": inputs.communities["community_id"].to_numpy(object)[community],
            **_names(rows, of_row, len(shapes)),
            **_figures(rows, of_row, len(shapes)),
            "special": np.concatenate([part.special for part in made]),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "block": np.concatenate([part.block for part in made]),
        },
        geometry=shapes,
        crs=inputs.crs,
    )
    table = table.iloc[order].reset_index(drop=True)
    count = table.groupby("community_id").cumcount() + 1
    ids = [f"{c}-U{n:04}" for c, n in zip(table["community_id"], count, strict=True)]
    table.insert(0, "unit_id", ids)
    borders = _borders(made, number, table["compound"].to_numpy(object))
    return Units(table=table, of_row=number[of_row], borders=borders)


def _names(rows: pd.DataFrame, of_row: Ints, count: int) -> dict[str, np.ndarray]:
    """Return compound, building and entrance of each unit: those of its row with the most load; "" without rows."""
    order = np.lexsort((-rows["load"].to_numpy(float), of_row))
    unit, first = np.unique(of_row[order], return_index=True)
    named = {}
    for column in ("compound", "building", "entrance"):
        named[column] = np.full(count, "", object)
        named[column][unit] = rows[column].to_numpy(object)[order[first]]
    return named


def _figures(rows: pd.DataFrame, of_row: Ints, count: int) -> dict[str, Floats]:
    """Return the sums of the rows of each unit; nought without rows, or not known where no row tells the figure."""
    figures = rows[["households", "load", "population", "planned", "vulnerable"]].astype(float)
    sums = figures.groupby(of_row).sum(min_count=1).reindex(range(count))
    told = figures.columns[figures.notna().any() | figures.columns.isin(["households", "load"])]
    nobody = np.bincount(of_row, minlength=count) == 0
    return {column: np.where(nobody & (column in told), 0.0, sums[column]) for column in sums}


def _borders(made: list[_Part], number: Ints, compound: np.ndarray) -> pd.DataFrame:
    """Return the borders of all communities between the units as they are numbered."""
    first = np.cumsum([0, *(len(part.shape) for part in made)])[:-1]
    shift = np.repeat(first, [len(part.borders) for part in made])
    borders = pd.concat([part.borders for part in made], ignore_index=True)
    pair = np.sort(number[borders[["left", "right"]].to_numpy(np.int64) + shift[:, None]], axis=1)
    borders = borders.assign(
        left=pair[:, 0], right=pair[:, 1], wall=compound[pair[:, 0]] != compound[pair[:, 1]]
    )
    return borders.sort_values(["left", "right"], ignore_index=True)


def _centres(rows: gpd.GeoDataFrame, of_row: Ints, shapes: Geometries) -> Floats:
    """Return the household-weighted mean of the rows of each unit; an inner point where nobody lives."""
    xy, weight = shapely.get_coordinates(rows.geometry.to_numpy()), rows["households"].to_numpy(float)
    total = np.bincount(of_row, weights=weight, minlength=len(shapes))
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    safe = np.where(total > 0, total, 1.0)
    mean = [
        np.bincount(of_row, weights=weight * xy[:, axis], minlength=len(shapes)) / safe for axis in (0, 1)
    ]
    # a micrometre hides the order in which rows were added: one row a household gives the plan of one row an entrance
    centres: Floats = np.where(total[:, None] > 0, np.column_stack(mean), inner)
    return centres.round(6)
