"""The lists of the district: agencies, officers, actors, needs, resources and points, all made up; a community at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.synthetic.figures import Spec
from gridplan.synthetic.homes import Homes
from gridplan.synthetic.names import person_names

YEAR = 2023  # that the lists are for: the one after the figures


class Offer(NamedTuple):
    """A kind of need, what it is told in, what serves it, and how much of both is typical."""

    need: str
    resource: str
    text: str
    amount: int


OFFERS = (
    Offer("助餐", "goods", "爱心餐（份）", 40),
    Offer("陪护", "time", "志愿陪护（小时）", 20),
    Offer("维修", "skills", "上门维修（次）", 12),
    Offer("法律咨询", "skills", "法律咨询（次）", 8),
    Offer("活动场地", "space", "活动场地（场）", 10),
    Offer("课后托管", "time", "课后托管（小时）", 30),
    Offer("爱心物资", "goods", "物资包（件）", 25),
    Offer("困难救助", "money", "公益金（百元）", 50),
)
_MONEY = "money"  # reaches the whole district where an association gives it
_AGENCIES = ("学校", "银行", "供电所", "医院", "国企", "机关")
_ACTORS = ("商户", "协会", "企业", "居民骨干", "社会组织", "物业公司")
_DEPARTMENTS = ("城管", "公安", "市场监管", "司法", "民政", "卫健")
_NEEDS_PER_HOUSEHOLDS, _FEWEST_NEEDS = 250, 6
_WILLING, _ABLE, _RELATED = 0.9, 0.85, 0.7
_NO_AGENCY, _NO_OFFICER = 6, 3  # of so many communities one has none


@dataclass(frozen=True, kw_only=True)
class Registers:
    """The lists of some communities; ids are those of the whole district."""

    agencies: gpd.GeoDataFrame  # id, name, people
    officers: pd.DataFrame  # id, name, department, street
    actors: pd.DataFrame  # id, name, kind, community_id, willing, able, resourced, related
    needs: gpd.GeoDataFrame  # id, kind, community_id, amount, urgency, start, end
    resources: gpd.GeoDataFrame  # id, kind, name, serves, actor, amount, start, end
    points: pd.DataFrame  # id, actor, date, kind, given, redeemed


def registers(homes: Sequence[Homes], seed: int) -> Registers:
    """Make the lists of communities; those of each depend on it and the seed alone."""
    made = [_of_community(one, np.random.default_rng([seed, 9, one.spec.number])) for one in homes]
    return Registers(
        agencies=_joined([one.agencies for one in made]),
        officers=_joined([one.officers for one in made]),
        actors=_joined([one.actors for one in made]),
        needs=_joined([one.needs for one in made]),
        resources=_joined([one.resources for one in made]),
        points=_joined([one.points for one in made]),
    )


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True)


def _of_community(homes: Homes, rng: np.random.Generator) -> Registers:
    """Make the lists of one community."""
    spec = homes.spec
    actors = _actors(spec, rng)
    resources = _resources(homes, actors["id"].to_numpy(object), rng)
    return Registers(
        agencies=_agencies(homes, rng),
        officers=_officers(spec, rng),
        actors=actors.assign(resourced=actors["id"].isin(resources["actor"]).astype(int)),
        needs=_needs(homes, rng),
        resources=resources,
        points=_points(spec, resources, rng),
    )


def _ids(letter: str, spec: Spec, count: int) -> list[str]:
    return [f"{letter}{spec.number + 1:02}{n:02}" for n in range(1, count + 1)]


def _at_homes(homes: Homes, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return points of entrances, as many as asked."""
    points = homes.entrances.geometry.to_numpy()
    return np.asarray(points[rng.integers(0, len(points), count)])


def _agencies(homes: Homes, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the agency of a community; every sixth has none."""
    spec, count = homes.spec, int(homes.spec.number % _NO_AGENCY != _NO_AGENCY - 1)
    stem, kind = spec.name.removesuffix("社区"), _AGENCIES[spec.number % len(_AGENCIES)]
    table = {"id": _ids("G", spec, count), "name": f"{stem}{kind}", "people": rng.integers(6, 40, count) * 5}
    return gpd.GeoDataFrame(table, geometry=_at_homes(homes, count, rng), crs=homes.built.crs)


def _officers(spec: Spec, rng: np.random.Generator) -> pd.DataFrame:
    """Return the officer bound to the community's street; every third community has none."""
    count = int(spec.number % _NO_OFFICER != _NO_OFFICER - 1)
    table = {"id": _ids("O", spec, count), "name": person_names(count, rng)}
    return pd.DataFrame(
        {**table, "department": _DEPARTMENTS[spec.number % len(_DEPARTMENTS)], "street": spec.street}
    )


def _actors(spec: Spec, rng: np.random.Generator) -> pd.DataFrame:
    """Return who takes part."""
    stem, count = spec.name.removesuffix("社区"), len(_ACTORS)
    return pd.DataFrame(
        {
            "id": _ids("A", spec, count),
            "name": [f"{stem}{kind}" for kind in _ACTORS],
            "kind": _ACTORS,
            "community_id": spec.community_id,
            "willing": (rng.random(count) < _WILLING).astype(int),
            "able": (rng.random(count) < _ABLE).astype(int),
            "resourced": 0,
            "related": (rng.random(count) < _RELATED).astype(int),
        }
    )


def _needs(homes: Homes, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return what is needed: mostly where somebody lives, now and then by the whole community."""
    spec = homes.spec
    count = max(_FEWEST_NEEDS, spec.households // _NEEDS_PER_HOUSEHOLDS)
    offer = rng.integers(0, len(OFFERS), count)
    typical = np.array([OFFERS[n].amount for n in offer])
    first = rng.integers(1, 7, count)
    table = gpd.GeoDataFrame(
        {
            "id": _ids("N", spec, count),
            "kind": [OFFERS[n].need for n in offer],
            "community_id": spec.community_id,
            "amount": np.maximum(np.rint(typical * rng.lognormal(-0.4, 0.5, count)), 1).astype(int),
            "urgency": rng.choice([1, 2, 3], count, p=[0.5, 0.3, 0.2]),
            "start": [f"{YEAR}-{month:02}-01" for month in first],
            "end": [f"{YEAR}-{month + 5:02}-28" for month in first],
        },
        geometry=_at_homes(homes, count, rng),
        crs=homes.built.crs,
    )
    return table.set_geometry(table.geometry.where(rng.random(count) > 1 / 8))


def _resources(homes: Homes, actors: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return what is offered, each with its actor."""
    spec = homes.spec
    count = max(_FEWEST_NEEDS // 2, spec.households // (2 * _NEEDS_PER_HOUSEHOLDS))
    offer = [OFFERS[n] for n in rng.integers(0, len(OFFERS), count)]
    typical = np.array([one.amount for one in offer])
    table = gpd.GeoDataFrame(
        {
            "id": _ids("R", spec, count),
            "kind": [one.resource for one in offer],
            "name": [one.text for one in offer],
            "serves": [one.need for one in offer],
            "actor": actors[rng.integers(0, len(actors), count)],
            "amount": np.maximum(np.rint(typical * rng.lognormal(0.2, 0.5, count)), 1).astype(int),
            "start": f"{YEAR}-01-01",
            "end": f"{YEAR}-12-31",
        },
        geometry=_at_homes(homes, count, rng),
        crs=homes.built.crs,
    )
    return table.set_geometry(table.geometry.where(table["kind"] != _MONEY))


def _points(spec: Spec, resources: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return last year's entries of some who gave; one in three has redeemed something."""
    some = resources.iloc[: len(resources) // 2]
    given = np.maximum(some["amount"].to_numpy(int) // 2, 1)
    redeemed = np.where(rng.random(len(some)) < 1 / 3, given // 2, 0)
    return pd.DataFrame(
        {
            "id": _ids("P", spec, len(some)),
            "actor": some["actor"].to_numpy(object),
            "date": f"{YEAR - 1}-12-15",
            "kind": some["kind"].to_numpy(object),
            "given": given,
            "redeemed": redeemed,
        }
    )
