"""A way out: workers shared by a grid out of band and a grid beside it, of the same community or of the next; no grid changes."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.partition.problem import Band, Floats
from gridplan.partition.told import WayOut
from gridplan.words import Message

LEAST_M = 0.5  # grids that share less border touch at a corner only
NEAR_M = 0.05
HALF = 0.5


def _beside(shapes: NDArray[np.object_], at: int) -> NDArray[np.int64]:
    """Return the positions of the shapes that share some border with one."""
    near = shapely.STRtree(shapes).query(shapes[at], predicate="dwithin", distance=NEAR_M)
    near = np.sort(near[near != at])
    edge = shapely.buffer(shapely.boundary(shapes[at]), NEAR_M)
    common = shapely.length(shapely.intersection(shapely.boundary(shapes[near]), edge))
    return near[common >= LEAST_M]


def _together(band: Band, load: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the number of workers that brings some loads nearest to the middle of the band, and by how much each is out of it."""
    workers = np.maximum(1, np.floor(load / band.middle + HALF)).astype(np.int64)
    choices = np.stack([np.maximum(workers - 1, 1), workers, workers + 1])
    each = load / choices
    away = np.maximum(0.0, np.maximum(band.low - each, each - band.high))
    best = np.lexsort((np.abs(each - band.middle).T, away.T), axis=-1)[:, 0]
    rows = np.arange(len(load))
    return choices[best, rows], away[best, rows]


def shared_workers(grids: gpd.GeoDataFrame, communities: pd.DataFrame, band: Band) -> dict[str, list[WayOut]]:
    """Return for each community with a grid out of band whether workers shared with a grid beside it would do.

    Parameters
    ----------
    grids
        The layer: name, community_id, kind, load, in_band, geometry.
    communities
        community_id, name.
    band
        What a worker may have.
    """
    out = np.flatnonzero(((grids["kind"] == "ordinary") & (grids["in_band"] == 0)).to_numpy())
    names = dict(zip(communities["community_id"], communities["name"], strict=True))
    ways: dict[str, list[WayOut]] = {}
    partner: dict[int, int] = {}
    for at in out.tolist():
        own, known = grids["community_id"].iloc[at], partner.get(at)
        if known is not None and grids["community_id"].iloc[known] == own:
            continue
        near = list(_usable(grids, at, partner.keys())) if known is None else [known]
        way, other = _shared(grids, names, band, at, np.array(near, np.int64))
        if way.works:
            partner |= {at: other, other: at}
        ways.setdefault(own, []).append(way)
    return ways


def _usable(grids: gpd.GeoDataFrame, at: int, taken: AbstractSet[int]) -> Iterator[int]:
    """Yield the ordinary grids beside one that share workers with no other yet."""
    for other in _beside(grids.geometry.to_numpy(), at).tolist():
        if other not in taken and grids["kind"].iloc[other] == "ordinary":
            yield other


def _shared(
    grids: gpd.GeoDataFrame, names: dict[str, str], band: Band, at: int, near: NDArray[np.int64]
) -> tuple[WayOut, int]:
    """Return the way for one grid, and the grid that it shares with: the nearest that will do, of its own community if one will."""
    load, own = grids["load"].to_numpy(float), grids["community_id"].iloc[at]
    values: dict[str, Any] = {"grid": grids["name"].iloc[at], "load": f"{load[at]:g}"}
    if not len(near):
        return _said("shared_nobody", values), at
    workers, away = _together(band, load[at] + load[near])
    good = np.flatnonzero(away == 0)
    if not len(good):
        return _said("shared_never", {**values, "count": len(near)}), at
    middles = shapely.centroid(grids.geometry.to_numpy())
    apart_m = np.round(shapely.distance(middles[at], middles[near[good]]), 3)
    foreign = (grids["community_id"].to_numpy(object)[near[good]] != own).astype(int)
    best = good[np.lexsort((near[good], apart_m, foreign))[0]]
    other, count = int(near[best]), int(workers[best])
    community, title = grids["community_id"].iloc[other], grids["name"].iloc[other]
    if community != own:
        title = Message("ways.beyond", {"community": names.get(community) or community, "grid": title})
    values |= {
        "other": title,
        "other_load": f"{load[other]:g}",
        "workers": count,
        "each": f"{(load[at] + load[other]) / count:.4g}",
    }
    about = {
        "grid_ids": grids["grid_id"].iloc[[at, other]].tolist(),
        "loads": load[[at, other]].tolist(),
        "workers": [count],
    }
    return _said("shared", values, about), other


def _said(key: str, values: dict[str, Any], about: dict[str, Any] | None = None) -> WayOut:
    return WayOut(
        kind="shared_worker",
        works=about is not None,
        text=Message(f"ways.{key}", values),
        short=Message("ways.shared_short", values) if about else None,
        about=about or {},
    )
