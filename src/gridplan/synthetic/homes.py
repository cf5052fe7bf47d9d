"""A community realised from its figures: compounds on parcels, entrances, and who lives there.

Every number is dealt out from the one above: community - compound - building - entrance, so that all add up
exactly. A community uses random numbers of its own, so it comes out the same whatever else is built.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.synthetic.apportion import apportion
from gridplan.synthetic.compounds import Compound, Style, lay_out, room
from gridplan.synthetic.figures import Spec
from gridplan.synthetic.ground import METRIC_CRS
from gridplan.synthetic.lots import Parcel, lots_of, share_out
from gridplan.synthetic.streets import Town

LEAST_ENTRANCE, MOST_ENTRANCE = 20, 60  # planned households
_MEAN_ENTRANCE = (26.0, 51.0)  # of a compound's entrances; leaves room for larger and smaller buildings
_STYLES = {
    "old": (Style(30.0, 10.0, 16.0, 3), Style(32.0, 12.0, 17.0, 4), Style(34.0, 11.0, 18.0, 2)),
    "new": (Style(44.0, 20.0, 20.0, 2), Style(52.0, 26.0, 24.0, 1), Style(42.0, 18.0, 19.0, 3)),
}
_LEAST_COMPOUND = 110  # planned households
_MOST_PER_M2 = 0.05  # planned households
_LEAST_ROOM = 5  # entrances
_MOST_BUILDINGS = 18  # of a compound
_DIFFICULTY = {"old": 0.045, "new": 0.02, "rural": 0.03}  # share of households in difficulty


@dataclass(frozen=True)
class Homes:
    """A community's homes.

    ``entrances``: points, columns as ``_labels`` makes them. ``compounds``: lanes, and ``gates``: the points
    where they meet one. ``built``, ``free``: lots with and without compounds.
    """

    spec: Spec
    entrances: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    built: gpd.GeoDataFrame
    free: gpd.GeoDataFrame


def build_homes(town: Town, spec: Spec, names: Sequence[str], *, seed: int) -> Homes:
    """Build a community's compounds and fill them with households."""
    rng = np.random.default_rng([seed, 2, spec.number])
    lots = lots_of(town, spec.number)
    styles = _STYLES["old" if spec.era.name == "old" else "new"]
    widest = max(styles, key=lambda style: style.pitch_m)
    parcels = share_out(lots, spec, lambda parcel: room(parcel, widest) >= _LEAST_ROOM, rng)
    chosen = [styles[i] for i in rng.integers(len(styles), size=len(parcels))]
    figures = _compound_figures(spec, parcels, chosen, rng)
    built = [
        _build(town, lots, parcels, at, style=style, entrances=int(count))
        for at, (style, count) in enumerate(zip(chosen, figures["entrances"], strict=True))
    ]
    is_built = lots.index.isin([p.lot for p in parcels])
    entrances = _entrances(spec, figures, built, names, rng)
    compounds = gpd.GeoDataFrame(
        {"gates": [c.gates for c in built]}, geometry=[c.lanes for c in built], crs=METRIC_CRS
    )
    return Homes(spec, entrances, compounds, lots[is_built], lots[~is_built])


def _compound_figures(
    spec: Spec, parcels: Sequence[Parcel], styles: Sequence[Style], rng: np.random.Generator
) -> pd.DataFrame:
    """Deal the community's households out to its compounds; the outermost are not handed over."""
    count = len(parcels)
    area_m2 = np.array([p.polygon.area for p in parcels])
    rooms = np.array([room(p, style) for p, style in zip(parcels, styles, strict=True)])
    most = np.minimum(area_m2 * _MOST_PER_M2, rooms * _MEAN_ENTRANCE[1]).astype(int)
    planned = apportion(
        spec.planned, area_m2 * rng.lognormal(0.0, 0.22, count), low=_LEAST_COMPOUND, high=most
    )
    lateness = np.arange(count) * rng.uniform(0.7, 1.0, count)
    finished = np.argsort(np.argsort(lateness, kind="stable"), kind="stable") < count - spec.unfinished
    low, high = spec.era.lived_in
    rate = rng.uniform(low, high, count)
    lived = apportion(
        spec.households,
        planned * rate,
        low=np.where(finished, np.floor(low * planned), 0),
        high=np.where(finished, np.ceil(high * planned), 0),
    )
    typical = spec.era.entrance_households * rng.uniform(0.82, 1.12, count)
    fewest = np.ceil(planned / _MEAN_ENTRANCE[1])
    entrances = np.clip(np.rint(planned / typical), fewest, np.minimum(rooms, planned // _MEAN_ENTRANCE[0]))
    return pd.DataFrame({"planned": planned, "lived": lived, "entrances": entrances.astype(int)})


def _build(
    town: Town,
    lots: gpd.GeoDataFrame,
    parcels: Sequence[Parcel],
    at: int,
    *,
    style: Style,
    entrances: int,
) -> Compound:
    """Lay one compound out, between its neighbours and the streets around its block."""
    parcel = parcels[at]
    longest, shortest = max(1, entrances // 2), -(-entrances // _MOST_BUILDINGS)
    style = style._replace(run=max(shortest, min(style.run, longest)))
    block = town.blocks.geometry.loc[lots["block"].iloc[parcel.lot]]
    near = np.sort(town.roads.sindex.query(block, predicate="intersects"))
    roads = town.roads.geometry.array[near]
    sides = roads[shapely.covered_by(roads, shapely.buffer(shapely.get_exterior_ring(block), 0.01))]
    neighbours = [p.polygon for i, p in enumerate(parcels) if p.lot == parcel.lot and i != at]
    return lay_out(parcel, entrances, style, neighbours=neighbours, streets=shapely.union_all(sides))


def _entrances(
    spec: Spec,
    figures: pd.DataFrame,
    built: Sequence[Compound],
    names: Sequence[str],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Deal the compounds' households and the community's residents out to the entrances."""
    counts = np.array([len(c.entrances) for c in built])
    planned = [_planned(p, c.building, rng) for p, c in zip(figures["planned"], built, strict=True)]
    lived = [
        apportion(int(total), rooms * rng.uniform(0.8, 1.2, len(rooms)), high=rooms)
        for total, rooms in zip(figures["lived"], planned, strict=True)
    ]
    households = np.concatenate(lived)
    residents = apportion(
        spec.residents,
        households * rng.uniform(0.92, 1.08, len(households)),
        low=households,
        high=5 * households,
    )
    table = pd.DataFrame(
        {
            "compound": np.repeat(list(names), counts),
            "number": np.concatenate([c.building for c in built]),
            "planned": np.concatenate(planned),
            "households": households,
            "residents": residents,
            "vulnerable": rng.binomial(households, _DIFFICULTY[spec.era.name]),
        }
    )
    points = shapely.points(np.concatenate([c.entrances for c in built]))
    return gpd.GeoDataFrame(_labels(table, spec), geometry=points, crs=METRIC_CRS)


def _planned(total: int, building: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal a compound's planned households out: buildings differ, the entrances of one hardly do."""
    height = rng.choice([0.85, 1.0, 1.0, 1.12], int(building.max()))
    return apportion(total, height[building - 1], low=LEAST_ENTRANCE, high=MOST_ENTRANCE)


def _labels(table: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """Give entrances their ids and labels: compound, building, entrance."""
    door = table.groupby(["compound", "number"], sort=False).cumcount() + 1
    building = table["compound"] + table["number"].astype(str) + "号楼"
    order = pd.RangeIndex(1, len(table) + 1).astype(str).str.zfill(4)
    return pd.DataFrame(
        {
            "entrance_id": spec.community_id + order,
            "planned": table["planned"],
            "households": table["households"],
            "residents": table["residents"],
            "vulnerable": table["vulnerable"],
            "entrance": building + door.astype(str) + "单元",
            "building": building,
            "compound": table["compound"],
        }
    )
