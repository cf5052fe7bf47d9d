"""Lots and parcels: what streets, water and rails leave of the blocks, and which of it is built up.

Compounds take the lots nearest to the middle of their community; some lots between them stay free for
schools and greens.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from gridplan.synthetic.figures import Spec
from gridplan.synthetic.streets import Town

HALF_WIDTH_M = {"快速路": 24.0, "主干路": 18.0, "次干路": 13.0, "支路": 8.0}
_WATERSIDE_M = 12.0
_TRACKSIDE_M = 15.0
_KERB_M = 4.0  # from the street to the lot's wall, and between neighbours
_NARROWEST_M = 46.0
_PARCEL_M2 = {"old": 17_500.0, "new": 22_000.0, "rural": 22_000.0}  # of a compound, at most
_PARCELS_A_LOT = 6  # more, and some would have no street
_SHRINKINGS = 12
_FREE_SHARE = {"old": 0.33, "new": 0.2, "rural": 0.2}  # of the lots among the built-up ones


@dataclass(frozen=True)
class Parcel:
    """A compound's land, turned so that its rows of buildings run along x."""

    polygon: BaseGeometry
    lot: int  # row of the lots table
    origin: Point  # the parcel was turned about it
    angle: float  # radians; turning the other way by it gives the ground


def lots_of(town: Town, number: int) -> gpd.GeoDataFrame:
    """Return a community's usable lots: ``block`` (row of the town's blocks), ``far_m`` (to its centre)."""
    blocks = town.blocks[(town.blocks["number"] == number) & town.blocks["open"]].geometry
    land = shapely.difference(blocks.array, _taken(town, blocks.array))
    land = shapely.buffer(land, -_KERB_M, join_style="mitre")
    parts, owner = shapely.get_parts(shapely.normalize(land), return_index=True)
    wide = ~shapely.is_empty(shapely.buffer(parts, -_NARROWEST_M / 2))
    lots = gpd.GeoDataFrame({"block": blocks.index[owner[wide]]}, geometry=parts[wide], crs=town.blocks.crs)
    lots["far_m"] = lots.distance(town.centres.iloc[number])
    return lots.sort_values(["far_m", "block"], kind="stable").reset_index(drop=True)


def _taken(town: Town, blocks: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return for each block the ground of the streets, river and railway at it."""
    lines = np.append(town.roads.geometry.to_numpy(), np.array([town.river, town.rail]))
    half_m = [*town.roads["rank"].map(HALF_WIDTH_M), _WATERSIDE_M, _TRACKSIDE_M]
    block, line = shapely.STRtree(lines).query(blocks, predicate="dwithin", distance=max(half_m))
    strips = shapely.buffer(lines[line], np.array(half_m)[line], cap_style="flat")
    return np.array([shapely.union_all(strips[block == i]) for i in range(len(blocks))], dtype=object)


def share_out(
    lots: gpd.GeoDataFrame, spec: Spec, suits: Callable[[Parcel], bool], rng: np.random.Generator
) -> list[Parcel]:
    """Choose parcels for a community's compounds, from its centre outwards, with free lots among them.

    Raises
    ------
    ValueError
        If there is no room for all compounds.
    """
    order = np.argsort(lots["far_m"].to_numpy() * rng.uniform(0.8, 1.25, len(lots)), kind="stable")
    free = rng.random(len(lots)) < _FREE_SHARE[spec.era.name]
    built = order[~free[order]]
    area_m2 = lots.area.to_numpy()[built]
    parcel_m2 = min(_PARCEL_M2[spec.era.name], 0.8 * area_m2.sum() / spec.compounds)
    for _ in range(_SHRINKINGS):
        counts = np.clip(np.rint(area_m2 / parcel_m2), 1, _PARCELS_A_LOT).astype(int)
        parcels = (
            parcel
            for lot, count in zip(built, counts, strict=True)
            for parcel in _parcels(lots.geometry.iloc[lot], int(lot), int(count))
            if suits(parcel)
        )
        chosen = list(islice(parcels, spec.compounds))
        if len(chosen) == spec.compounds:
            return chosen
        parcel_m2 *= 0.92
    raise ValueError(f"no room for {spec.compounds} compounds in {spec.name}")


def _parcels(land: BaseGeometry, lot: int, count: int) -> Iterator[Parcel]:
    """Divide a lot into walled parcels."""
    origin = Point(np.round(land.centroid.coords[0], 3))
    angle = _angle(land)
    turned = affinity.rotate(land, -angle, origin=origin, use_radians=True)
    for piece in _divide(turned, count):
        walled = shapely.buffer(piece, -_KERB_M, join_style="mitre") if count > 1 else piece
        yield Parcel(max(shapely.get_parts(walled), key=shapely.area), lot, origin, angle)


def _angle(land: BaseGeometry) -> float:
    """Return the direction of the lot's sides that run rather west-east."""
    sides = np.diff(shapely.get_coordinates(shapely.get_exterior_ring(land)), axis=0)
    sides = sides[np.abs(sides[:, 0]) > np.abs(sides[:, 1])]
    east, north = (sides * np.sign(sides[:, :1])).sum(axis=0)
    return float(np.arctan2(north, east))


def _divide(piece: BaseGeometry, count: int) -> Sequence[BaseGeometry]:
    """Divide a turned lot across its longer side, again and again."""
    if count == 1:
        return [piece]
    west, south, east, north = piece.bounds
    share = (count // 2) / count
    if east - west >= north - south:
        cut = west + share * (east - west)
        first, second = (west, south, cut, north), (cut, south, east, north)
    else:
        cut = south + share * (north - south)
        first, second = (west, south, east, cut), (west, cut, east, north)
    return [
        *_divide(shapely.intersection(piece, shapely.box(*first)), count // 2),
        *_divide(shapely.intersection(piece, shapely.box(*second)), count - count // 2),
    ]
