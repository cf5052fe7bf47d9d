"""Borders as history leaves them: communities of one street trade blocks along their common border.

A trade keeps both communities in one piece without holes. It leaves alone the communities whose area was
published, the streets' own borders, the blocks where people live, and the strips beside river, railway,
expressway and shore.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.synthetic.ground import Tract

_TRADED_SHARE = 0.4  # of the blocks that may be
_LARGEST_M2 = 300_000.0
_SHARED_M = 90.0  # border of a block with the community that takes it, at least
_HOME_M = 420.0  # around a community's centre nothing is given away
_SMALLEST_KM2, _LARGEST_KM2 = 0.85, 10.0  # what a community may come to; the published extremes stay so


def trade(
    blocks: gpd.GeoDataFrame, tracts: Sequence[Tract], centres: gpd.GeoSeries, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return the blocks (columns ``number, open``) with some of them in the community next door."""
    faces = blocks.geometry.array
    number = blocks["number"].to_numpy().copy()
    first, second = _neighbours(faces)
    free = _free(blocks, tracts, centres, first, second)
    for block in rng.permutation(np.flatnonzero(free)):
        giver = number[block]
        others = np.unique(number[second[first == block]])
        takers = [n for n in others if n != giver and _may_trade(tracts[n], tracts[giver])]
        if len(takers) != 1 or rng.random() > _TRADED_SHARE:
            continue
        number[block] = takers[0]
        if not all(_is_sound(faces[number == n]) for n in (giver, takers[0])):
            number[block] = giver
    return blocks.assign(number=number).sort_values("number", kind="stable", ignore_index=True)


def _neighbours(faces: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of blocks with a long common border, both ways."""
    first, second = shapely.STRtree(faces).query(faces, predicate="intersects")
    first, second = first[first != second], second[first != second]
    shared = shapely.length(
        shapely.intersection(shapely.boundary(faces[first]), shapely.boundary(faces[second]))
    )
    return first[shared > _SHARED_M], second[shared > _SHARED_M]


def _free(
    blocks: gpd.GeoDataFrame,
    tracts: Sequence[Tract],
    centres: gpd.GeoSeries,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return which blocks may be given away."""
    is_open = blocks["open"].to_numpy()
    beside_strip = np.isin(np.arange(len(blocks)), first[~is_open[second]])
    far = blocks.distance(gpd.GeoSeries(centres.array[blocks["number"]], crs=blocks.crs)) > _HOME_M
    fixed = np.array([t.community.exact_area for t in tracts])[blocks["number"]]
    return is_open & ~beside_strip & far.to_numpy() & ~fixed & (blocks.area.to_numpy() < _LARGEST_M2)


def _may_trade(taker: Tract, giver: Tract) -> bool:
    """Tell whether a community may take a block of another."""
    return taker.street is giver.street and not taker.community.exact_area


def _is_sound(faces: NDArray[np.object_]) -> bool:
    """Tell whether blocks make one piece without holes, of a size that leaves the published extremes so."""
    whole = shapely.coverage_union_all(faces)
    one = shapely.get_num_geometries(whole) == 1 and shapely.get_num_interior_rings(whole) == 0
    return bool(one) and _SMALLEST_KM2 < whole.area / 1e6 < _LARGEST_KM2
