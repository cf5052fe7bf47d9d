"""Units tile the communities, grids are unions of units, and every household point lies in its grid."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.plan import Plan
from gridplan.verify.findings import AREA_M2, METRE, Floats, broken, places, total
from gridplan.words import Message

STRAY_M = 5.0
Shapes = NDArray[Any]


def unions(shapes: Shapes, groups: pd.Series, ids: pd.Series, *, grid_size_m: float | None = None) -> Shapes:
    """Return the union of the shapes of each id; an empty collection for an id that no shape has."""
    index = pd.Index(ids)
    at = index.get_indexer(pd.Index(groups))
    known = np.flatnonzero(at >= 0)
    order = known[np.argsort(at[known], kind="stable")]
    group = at[order]
    counts = np.bincount(group, minlength=len(index))
    column = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.full((len(index), max(1, counts.max(initial=0))), None, object)
    rows[group, column] = shapes[order]
    return np.asarray(shapely.union_all(rows, grid_size=grid_size_m, axis=1), object)


def apart_m2(one: Shapes, other: Shapes) -> Floats:
    """Return the area that only one of two shapes has."""
    return shapely.area(shapely.symmetric_difference(one, other))


def check_tiling(plan: Plan) -> Iterator[Message]:
    """Check that units and grids tile communities, units make up grids, and grids hold microgrids."""
    communities, grids = plan.communities, plan.grids
    ids, ground = communities["community_id"], communities.geometry.to_numpy()
    shapes = grids.geometry.to_numpy()
    joined = unions(plan.units.geometry.to_numpy(), plan.units["grid_id"], grids["grid_id"])
    yield from broken("grid_is_no_union", grids["grid_id"], apart_m2(joined, shapes) > AREA_M2)
    for name, pieces in (("units", joined), ("grids", shapes)):
        covered = unions(pieces, grids["community_id"], ids)
        yield from broken("not_covered", ids, apart_m2(covered, ground) > AREA_M2, table=name)
        table = getattr(plan, name)
        summed_m2 = total(table["community_id"], shapely.area(table.geometry.to_numpy()), ids)
        yield from broken("overlaps", ids, summed_m2 - shapely.area(covered) > AREA_M2, table=name)
    if plan.microgrids is not None:
        home = grids.geometry.to_numpy()[places(grids, "grid_id", plan.microgrids["grid_id"])]
        spill_m2 = shapely.area(shapely.difference(plan.microgrids.geometry.to_numpy(), home))
        yield from broken("microgrid_outside", plan.microgrids["microgrid_id"], spill_m2 > AREA_M2)


def check_points(plan: Plan) -> Iterator[Message]:
    """Check that every point lies in its grid and community; within 5 m where no community holds it."""
    rows, communities, grids = plan.households, plan.communities, plan.grids
    points = rows.geometry.to_numpy()
    at_home = _within(points, grids.geometry.to_numpy(), places(grids, "grid_id", rows["grid_id"]), METRE)
    if at_home.all():
        return
    away = np.flatnonzero(~at_home)
    stray = points[away]
    _, nearest_m = shapely.STRtree(communities.geometry.to_numpy()).query_nearest(
        stray, all_matches=False, return_distance=True
    )
    in_none = nearest_m > METRE
    own = communities.geometry.to_numpy()[
        places(communities, "community_id", rows["community_id"].iloc[away])
    ]
    home = grids.geometry.to_numpy()[places(grids, "grid_id", rows["grid_id"].iloc[away])]
    ids = rows["household_id"].to_numpy()[away]
    yield from broken("point_too_far", ids, nearest_m > STRAY_M)
    yield from broken("point_in_other_community", ids, shapely.distance(stray, own) > nearest_m + METRE)
    yield from broken(
        "point_outside_grid", ids, shapely.distance(stray, home) > np.where(in_none, STRAY_M, METRE)
    )


def _within(points: Shapes, shapes: Shapes, at: NDArray[np.intp], limit_m: float) -> NDArray[np.bool_]:
    """Whether each point lies within a distance of its shape."""
    own = shapes.copy()
    shapely.prepare(own)
    return shapely.dwithin(own[at], points, limit_m)
