"""Each grid is one connected piece in one part of its community, or the report says why not."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.verify.findings import AREA_M2, METRE, Flags, broken, places
from gridplan.verify.ground import Shapes, unions
from gridplan.words import Message

SNAP_M = 0.001  # cells whose common border differs by less are joined
SIDE_M2 = 1.0


def check_pieces(plan: Plan) -> Iterator[Message]:
    """Check that each grid is one piece, or that a barrier or several parts of its community excuse it."""
    ids = plan.grids["grid_id"]
    joined = _joined(plan)
    home = places(plan.communities, "community_id", plan.grids["community_id"])
    ground = plan.communities.geometry.to_numpy()[home]
    excused = plan.grids["community_id"].isin(_excused(plan)).to_numpy()
    barred = shapely.intersects(_prepared(shapely.union_all(_barriers(plan))), ground)
    torn, spread = _torn_and_spread(joined, ground)
    yield from broken("grid_in_pieces", ids, torn & ~(barred & excused))
    yield from broken("grid_in_parts", ids, spread & ~excused)


def check_barriers(plan: Plan) -> Iterator[Message]:
    """Check that no grid has households on two sides of an uncrossed barrier without a reason."""
    communities, barriers = plan.communities, _barriers(plan)
    if not len(barriers):
        return
    cut = _prepared(shapely.union_all(shapely.buffer(shapely.make_valid(barriers), METRE)))
    roads = plan.backdrop["roads"].geometry.to_numpy() if "roads" in plan.backdrop else np.array([], object)
    crossing = shapely.union_all(roads[shapely.intersects(cut, roads)])
    met = shapely.intersects(cut, communities.geometry.to_numpy())
    barred = met & ~communities["community_id"].isin(_excused(plan))
    lived_in = plan.households[plan.households["households"] > 0]
    for community, ground in communities.loc[barred, ["community_id", "geometry"]].itertuples(index=False):
        sides = sides_of(ground, cut, crossing)
        rows = lived_in[lived_in["community_id"] == community]
        if len(sides) > 1 and len(rows):
            row, side = shapely.STRtree(sides).query_nearest(rows.geometry.to_numpy(), all_matches=False)
            counts = pd.Series(side).groupby(rows["grid_id"].to_numpy()[row]).nunique()
            yield from broken("grid_across_barrier", counts.index, counts > 1)


def sides_of(ground: shapely.Geometry, cut: shapely.Geometry, crossing: shapely.Geometry) -> Shapes:
    """Return the sides of a community: its parts when barriers cut it, joined where a road crosses."""
    parts = shapely.get_parts(shapely.difference(ground, cut))
    parts = parts[shapely.area(parts) > SIDE_M2]
    if len(parts) < 2:  # noqa: PLR2004  one part has no other side
        return parts
    roads = shapely.get_parts(shapely.buffer(shapely.intersection(crossing, ground), METRE))
    labels = np.arange(len(parts))
    for road in roads:
        met = labels[shapely.intersects(parts, road)]
        labels[np.isin(labels, met)] = met.min(initial=len(parts))
    return np.array([shapely.union_all(parts[labels == label]) for label in np.unique(labels)], object)


def _prepared(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape made ready to be asked many times."""
    shapely.prepare(shape)
    return shape


def _joined(plan: Plan) -> Shapes:
    """Return the union of each grid's units; snapped where the plain union falls apart."""
    units, ids = plan.units, plan.grids["grid_id"]
    joined = unions(units.geometry.to_numpy(), units["grid_id"], ids)
    apart = shapely.get_num_geometries(joined) > 1
    if apart.any():
        joined[apart] = unions(units.geometry.to_numpy(), units["grid_id"], ids[apart], grid_size_m=SNAP_M)
    return joined


def _torn_and_spread(joined: Shapes, ground: Shapes) -> tuple[Flags, Flags]:
    """Return which grids fall apart within a part of their community, and which lie in several."""
    torn = shapely.get_num_geometries(joined) > 1
    spread = np.zeros(len(joined), bool)
    for at in np.flatnonzero(torn | (shapely.get_num_geometries(ground) > 1)):
        held = shapely.intersection(joined[at], shapely.get_parts(ground[at]))
        held = held[shapely.area(held) > AREA_M2]
        spread[at] = len(held) > 1
        torn[at] = any((shapely.area(shapely.get_parts(part)) > AREA_M2).sum() > 1 for part in held)
    return torn, spread


def _excused(plan: Plan) -> list[str]:
    """Return communities whose report says why a grid is not in one piece."""
    return [
        row["community_id"]
        for row in plan.report["communities"]
        if str(row.get("pieces_reason") or "").strip()
    ]


def _barriers(plan: Plan) -> Shapes:
    """Return shapes that nobody crosses on foot."""
    table = plan.backdrop.get("barriers", gpd.GeoDataFrame(geometry=[]))
    return table.geometry.to_numpy()
