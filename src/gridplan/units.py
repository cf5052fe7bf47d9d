"""From household rows to units, the indivisible pieces of a plan, each with a cell; cells tile a community.

Rows of one entrance are one unit; without an entrance, rows on one spot are. A compound in which nobody lives
is one unit, and so is a special area. Different units on one spot share it like slices of a pie.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.adjacency import borders_of
from gridplan.cells import NOBODY, Floats, Ground, Ints, place_in, tile
from gridplan.progress import Progress
from gridplan.spots import SPOT_M, apart
from gridplan.tables import Inputs
from gridplan.words import Message

HELD_M = 0.01  # a point so near to a cell lies in it
AREA = 2  # dimension of polygons


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
    told
        What had to be decided on the way.
    """

    table: gpd.GeoDataFrame
    of_row: Ints
    borders: pd.DataFrame
    told: tuple[Message, ...] = ()


def _special_of(inputs: Inputs, points: np.ndarray) -> Ints:
    """Return the special area that holds each point, the first of several; -1 for none."""
    special = np.full(len(points), NOBODY)
    if inputs.special_areas is not None and len(inputs.special_areas):
        point, area = shapely.STRtree(inputs.special_areas.geometry.to_numpy()).query(
            points, predicate="intersects"
        )
        special[point[::-1]] = area[::-1]
    return special


def _keys(inputs: Inputs, special: Ints) -> pd.Series:
    """Return what each household row is gathered by."""
    rows = inputs.households
    spot = np.round(shapely.get_coordinates(rows.geometry.to_numpy()) / SPOT_M).astype(np.int64)
    where = [rows["community_id"], rows["compound"]]
    lived_in = rows["load"].groupby(where).transform("sum") > 0
    empty = ~lived_in & (rows["compound"] != "")
    by_entrance = (rows["entrance"] != "") & ~empty
    by_spot = ~by_entrance & ~empty
    keys = pd.DataFrame(
        {
            "community": rows["community_id"],
            "compound": np.where(empty | by_entrance, rows["compound"], ""),
            "building": np.where(by_entrance, rows["building"], ""),
            "entrance": np.where(by_entrance, rows["entrance"], ""),
            "x": np.where(by_spot, spot[:, 0], 0),
            "y": np.where(by_spot, spot[:, 1], 0),
            "kind": np.select([empty, by_entrance], [1, 2], 3),
            "special": NOBODY,
        }
    )
    inside = special >= 0
    for column in ("compound", "building", "entrance"):
        keys[column] = keys[column].where(~inside, "")
    for column in ("x", "y", "kind"):
        keys[column] = keys[column].where(~inside, 0)
    keys["special"] = special
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
    points = inputs.households.geometry.to_numpy()
    special = _special_of(inputs, points)
    owner = _keys(inputs, special).to_numpy()
    xy = shapely.get_coordinates(points)
    land = _land(inputs)
    rows_of = inputs.households.groupby("community_id").indices
    progress.start("units", len(inputs.communities))
    made: list[_Part] = []
    of_row, split = np.full(len(points), NOBODY), 0
    for community_id, shape in zip(
        inputs.communities["community_id"], inputs.communities.geometry, strict=True
    ):
        rows = np.asarray(rows_of.get(community_id, np.zeros(0, np.int64)), np.int64)
        part, label, extra = _community(shape, xy[rows], owner[rows], special[rows], land)
        of_row[rows] = label + sum(len(one.shape) for one in made)
        made.append(part)
        split += extra
        progress.advance()
    told = (Message("units.apart", {"count": split}),) if split else ()
    return _table(inputs, made, of_row, told)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Units of one community: cell, special area (-1: none), block; borders (left, right count from 0)."""

    shape: np.ndarray
    special: Ints
    block: Ints
    borders: pd.DataFrame


def _community(
    shape: shapely.Geometry, xy: Floats, owner: Ints, special: Ints, land: _Land
) -> tuple[_Part, Ints, int]:
    """Return the units of one community, the unit of each row, and how many owners were split."""
    ways, barriers, areas = land.around(shape)
    roads = land.roads[ways[land.bounding[ways]]]
    names, codes = np.unique(owner, return_inverse=True)
    codes, free = codes.ravel(), special < 0
    fixed_label = len(names) + np.arange(len(areas))
    place = dict(zip(areas.tolist(), fixed_label.tolist(), strict=True))
    codes = np.where(free, codes, [place.get(area, NOBODY) for area in special.tolist()])
    walls = np.where(shapely.get_dimensions(barriers) == AREA, shapely.boundary(barriers), barriers)
    edges = np.concatenate([roads, walls, shapely.boundary(np.array([*land.special[areas], shape]))])
    spots, spot_owner, spot = apart(xy[free], codes[free], shape=shape, lines=edges)
    ground = Ground(
        lines=np.concatenate([roads, walls]),
        walls=walls,
        water=barriers[shapely.get_dimensions(barriers) == AREA],
        fixed=land.special[areas],
        fixed_label=fixed_label,
    )
    tiling = tile(shape, spots, spot_owner, ground)
    labels, cell = np.unique(tiling.label, return_inverse=True)
    cell = cell.ravel()
    origin = np.full(len(labels), NOBODY)
    origin[cell] = tiling.origin
    block = np.full(len(labels), NOBODY)
    block[cell[tiling.spot_face]] = tiling.block[tiling.spot_face]
    face = np.zeros(len(xy), np.int64)
    face[free], face[~free] = tiling.spot_face[spot], place_in(xy[~free], tiling.faces)
    split = np.unique(origin[origin >= 0], return_counts=True)[1] - 1
    cells = _dissolved(tiling.faces, cell)
    part = _Part(
        shape=cells,
        special=np.where(
            origin >= len(names), np.append(areas, NOBODY)[np.maximum(origin - len(names), -1)], NOBODY
        ),
        block=block,
        borders=borders_of(tiling, cell, roads, barriers, ways=land.roads[ways]),
    )
    return part, _unit_of(cell[face], codes, origin, cells, xy), int(split.sum())


def _dissolved(faces: np.ndarray, cell: Ints) -> np.ndarray:
    """Return the union of the faces of each cell."""
    pieces = np.split(faces[np.argsort(cell, kind="stable")], np.cumsum(np.bincount(cell))[:-1])
    return np.array([shapely.coverage_union_all(piece) if len(piece) > 1 else piece[0] for piece in pieces])


def _unit_of(found: Ints, codes: Ints, origin: Ints, cells: np.ndarray, xy: Floats) -> Ints:
    """Return the unit of each row: its owner's where its point lies in that, else the one that it lies in."""
    result = found.copy()
    for row in np.flatnonzero(origin[found] != codes):
        away_m = shapely.distance(cells, shapely.Point(xy[row]))
        own = np.flatnonzero((origin == codes[row]) & (away_m <= HELD_M))
        result[row] = own[0] if len(own) else away_m.argmin()
    return result


def _table(inputs: Inputs, made: list[_Part], of_row: Ints, told: tuple[Message, ...]) -> Units:
    """Join the communities' units into one table, numbered from west to east in each."""
    counts = [len(part.shape) for part in made]
    community = np.repeat(inputs.communities["community_id"].to_numpy(object), counts)
    shapes = np.concatenate([part.shape for part in made])
    special = np.concatenate([part.special for part in made])
    first = np.concatenate([[0], np.cumsum(counts)])
    rows = inputs.households
    sums = pd.DataFrame(index=range(len(shapes)))
    for column in ("households", "load", "population", "planned", "vulnerable"):
        nobody = 0.0 if rows[column].notna().any() else np.nan  # of a unit without rows
        sums[column] = rows[column].groupby(of_row).sum(min_count=1).reindex(sums.index, fill_value=nobody)
    xy = _centres(rows, of_row, shapes)
    names = rows.assign(unit=of_row).sort_values(["unit", "load"], ascending=[True, False], kind="stable")
    named = names.groupby("unit")[["compound", "building", "entrance"]].first().reindex(sums.index).fillna("")
    table = gpd.GeoDataFrame(
        {
            "community_id": community,
            **{column: named[column].to_numpy(object) for column in named},
            **{column: sums[column].to_numpy(float) for column in sums},
            "special": special,
            "x": xy[:, 0],
            "y": xy[:, 1],
            "block": np.concatenate([part.block for part in made]),
        },
        geometry=shapes,
        crs=inputs.crs,
    ).fillna({"households": 0.0, "load": 0.0})
    order = np.lexsort(
        (-np.round(xy[:, 1], 3), np.round(xy[:, 0], 3), np.repeat(np.arange(len(made)), counts))
    )
    number = np.arange(len(order)) - np.repeat(first[:-1], counts) + 1
    ids = [f"{c}-U{n:04}" for c, n in zip(community, number.tolist(), strict=True)]
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    borders = pd.concat(
        [
            part.borders.assign(left=part.borders["left"] + at, right=part.borders["right"] + at)
            for part, at in zip(made, first, strict=False)
        ],
        ignore_index=True,
    )
    one, other = back[borders["left"].to_numpy()], back[borders["right"].to_numpy()]
    borders = borders.assign(left=np.minimum(one, other), right=np.maximum(one, other))
    walls = _walls(table.iloc[order], borders)
    table = table.iloc[order].reset_index(drop=True)
    table.insert(0, "unit_id", ids)
    return Units(
        table=table,
        of_row=back[of_row],
        borders=borders.assign(wall=walls).sort_values(["left", "right"], ignore_index=True),
        told=told,
    )


def _walls(table: pd.DataFrame, borders: pd.DataFrame) -> np.ndarray:
    """Return which borders part two compounds, or a compound from what is none."""
    compound = table["compound"].to_numpy(object)
    return compound[borders["left"].to_numpy()] != compound[borders["right"].to_numpy()]


def _centres(rows: gpd.GeoDataFrame, of_row: Ints, shapes: np.ndarray) -> Floats:
    """Return the household-weighted mean of the rows of each unit; an inner point where nobody lives."""
    xy, weight = shapely.get_coordinates(rows.geometry.to_numpy()), rows["households"].to_numpy(float)
    total = np.bincount(of_row, weights=weight, minlength=len(shapes))
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    safe = np.where(total > 0, total, 1.0)
    mean = [
        np.bincount(of_row, weights=weight * xy[:, axis], minlength=len(shapes)) / safe for axis in (0, 1)
    ]
    return np.where(total[:, None] > 0, np.column_stack(mean), inner)
