"""What a community has besides homes: facilities, sites for more, schools and greens, and who works there."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.synthetic.figures import Spec
from gridplan.synthetic.homes import Homes
from gridplan.synthetic.names import person_names


class Kind(NamedTuple):
    """An everyday service."""

    name: str
    households: float  # served by one, typically
    land: bool  # wants a lot of its own, not a shop


KINDS = (
    Kind("便利店", 900, land=False),
    Kind("菜市场", 4500, land=True),
    Kind("药店", 2400, land=False),
    Kind("早餐店", 1400, land=False),
    Kind("养老服务站", 4000, land=True),
    Kind("社区卫生服务站", 3600, land=True),
    Kind("幼儿园", 2600, land=True),
    Kind("文化活动室", 4200, land=True),
    Kind("快递驿站", 1200, land=False),
    Kind("健身点", 2200, land=True),
)
_SPECIAL = (  # in turn, by the number of the community: what it is called, and how many workers it has
    (("小学", 0), ("公园", 0)),
    (("中学", 1),),
    (("小学", 0), ("商业广场", 1)),
    (("实验学校", 1),),
    (("小学", 0), ("医院", 1)),
    (("体育公园", 0),),
    (("中学", 1), ("产业园", 2)),
)
_SPECIAL_M2 = (9_000.0, 150_000.0)
_LOT, _SHOP, _ROOM = "空地", "门面房", "闲置用房"
_OUTDOORS = ("菜市场", "幼儿园")  # want a lot: a room will not do
_ROOM_M, _LOT_M = 350.0, 600.0  # in a straight line from a home to a room, and to a lot
_NEAR_M = 1300.0  # of the centre: where schools and sites are


def facilities(homes: Homes, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Place the facilities there are: more in old communities, and now and then a kind missing.

    Columns ``name, category, capacity`` (households; some too small for who lives there, some too large).
    """
    spec = homes.spec
    typical = np.array([kind.households for kind in KINDS])
    wanted = spec.households / typical * spec.era.services * rng.lognormal(0.0, 0.55, len(KINDS))
    counts = np.floor(wanted + rng.random(len(KINDS))).astype(int)
    kind = np.repeat(np.arange(len(KINDS)), counts)
    capacity = typical[kind] * rng.lognormal(0.0, 0.35, len(kind))
    order = np.concatenate([np.arange(1, count + 1) for count in counts])
    stem = spec.name.removesuffix("社区")
    return gpd.GeoDataFrame(
        {
            "name": [f"{stem}{KINDS[k].name}{n}" for k, n in zip(kind, order, strict=True)],
            "category": [KINDS[k].name for k in kind],
            "capacity": np.maximum(np.rint(capacity / 50), 2).astype(int) * 50,
        },
        geometry=_frontage(homes.built, len(kind), rng),
        crs=homes.built.crs,
    )


def candidates(homes: Homes, special: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Choose sites for new facilities: free lots for those that want land, shops to let for the others, and idle rooms.

    Columns ``categories`` (separated by ;), ``kind`` of the place, ``area`` (m2 of floor) and ``cost`` (10,000 yuan).
    """
    near = homes.free[(homes.free["far_m"] < _NEAR_M) & ~homes.free["block"].isin(special["block"])]
    land = _frontage(near, min(len(near), 2 + homes.spec.households // 1500), rng)
    shops = _frontage(homes.built, 2 + homes.spec.households // 1300, rng)
    kinds = [[k.name for k in KINDS if k.land is wants] for wants in (True, False)]
    chosen = [
        ";".join(name for name, keep in zip(names, rng.random(len(names)) < share, strict=True) if keep)
        or names[0]
        for names, share, count in zip(kinds, (0.6, 0.75), (len(land), len(shops)), strict=True)
        for _ in range(count)
    ]
    cost = np.concatenate([rng.uniform(80, 360, len(land)), rng.uniform(12, 60, len(shops))])
    table = gpd.GeoDataFrame(
        {
            "categories": chosen,
            "kind": [_LOT] * len(land) + [_SHOP] * len(shops),
            "area": np.concatenate([np.full(len(land), 1500), np.full(len(shops), 200)]),
            "cost": np.rint(cost).astype(int),
        },
        geometry=np.concatenate([land, shops]),
        crs=homes.built.crs,
    )
    return gpd.GeoDataFrame(pd.concat([table, _further(homes, special)], ignore_index=True), crs=table.crs)


def _further(homes: Homes, special: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return idle rooms and farther lots, so many that hardly a home is far from all of them; drawn from numbers of their own."""
    rng = np.random.default_rng([homes.spec.number, len(homes.built)])
    lots = homes.free[~homes.free["block"].isin(special["block"])]
    built = homes.built.geometry.array
    rooms, land = built[_spread(built, built, _ROOM_M)], lots.geometry.array
    land = land[_spread(land, built, _LOT_M)] if len(land) else land
    indoors = ";".join(kind.name for kind in KINDS if kind.name not in _OUTDOORS)
    return gpd.GeoDataFrame(
        {
            "categories": [indoors] * len(rooms) + [";".join(k.name for k in KINDS if k.land)] * len(land),
            "kind": [_ROOM] * len(rooms) + [_LOT] * len(land),
            "area": [*(rng.integers(6, 17, len(rooms)) * 50), *[1500] * len(land)],
            "cost": np.rint([*rng.uniform(20, 90, len(rooms)), *rng.uniform(80, 360, len(land))]).astype(int),
        },
        geometry=_doors(np.concatenate([rooms, land]), rng),
        crs=homes.built.crs,
    )


def _spread(places: NDArray[np.object_], homes: NDArray[np.object_], far_m: float) -> list[int]:
    """Choose places, each time the one nearest to the home farthest from all chosen, as long as that helps."""
    spots, wanting = (shapely.get_coordinates(shapely.centroid(shapes)) for shapes in (places, homes))
    metres = np.hypot(*(wanting[:, None] - spots).transpose(2, 0, 1))
    least, chosen = np.full(len(wanting), np.inf), list[int]()
    while True:
        left = np.where(least > far_m, np.minimum(least, 1e9) - metres.min(axis=1), 0.0)
        home = int(np.argmax(left))
        if left[home] <= 0:
            return chosen
        chosen.append(int(metres[home].argmin()))
        least = np.minimum(least, metres[:, chosen[-1]])


def _doors(lots: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.object_]:
    """Return a point on the street in front of each lot."""
    points = shapely.line_interpolate_point(
        shapely.get_exterior_ring(lots), rng.random(len(lots)), normalized=True
    )
    return np.asarray(shapely.transform(points, lambda xy: np.round(xy, 3)))


def special_areas(homes: Homes) -> gpd.GeoDataFrame:
    """Choose the lots of schools, parks, a mall near the centre. Columns ``name, workers, block``."""
    free = homes.free
    fits = free[free.area.between(*_SPECIAL_M2) & (free["far_m"] < 2 * _NEAR_M)]
    kinds = _SPECIAL[homes.spec.number % len(_SPECIAL)]
    lots = fits.drop_duplicates("block").head(len(kinds))
    stem = homes.spec.name.removesuffix("社区")
    outline = shapely.normalize(shapely.simplify(lots.geometry.array, 0.5))
    return gpd.GeoDataFrame(
        {
            "name": [f"{stem}{kind}" for kind, _ in kinds[: len(lots)]],
            "workers": [workers for _, workers in kinds[: len(lots)]],
            "block": lots["block"].to_numpy(),
        },
        geometry=shapely.transform(outline, lambda xy: np.round(xy, 3)),
        crs=free.crs,
    )


def workers(spec: Spec, rng: np.random.Generator) -> pd.DataFrame:
    """Return the roster: full-time workers, then committee members who give part of their time."""
    count = spec.full_time + spec.helpers
    share = np.where(np.arange(count) < spec.full_time, 1.0, rng.choice([0.2, 0.3, 0.4, 0.5], count))
    return pd.DataFrame(
        {
            "name": person_names(count, rng),
            "kind": ["full_time"] * spec.full_time + ["helper"] * spec.helpers,
            "community_id": spec.community_id,
            "availability": share,
        }
    )


def _frontage(lots: gpd.GeoDataFrame, count: int, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return points along the streets in front of lots, one a lot as long as there are lots."""
    turns = [rng.permutation(len(lots)) for _ in range(-(-count // max(len(lots), 1)))]
    chosen = np.concatenate([*turns, np.empty(0, dtype=int)])[:count].astype(int)
    return _doors(lots.geometry.array[chosen], rng)
