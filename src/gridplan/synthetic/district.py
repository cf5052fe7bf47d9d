"""The tables of the whole district, or of some of its communities, in metres."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridplan.synthetic.figures import ERAS, Spec, specs
from gridplan.synthetic.ground import EXPRESSWAY_U, METRIC_CRS, RAILSIDE_M, RIVERSIDE_M, ROADSIDE_M, survey
from gridplan.synthetic.homes import Homes, build_homes
from gridplan.synthetic.names import compound_names, road_names
from gridplan.synthetic.registers import Registers, registers
from gridplan.synthetic.services import candidates, facilities, special_areas, workers
from gridplan.synthetic.streets import RANKS, Town, build_town

SEED = 2022
_AROUND_M = 250.0  # streets and barriers that far from a part belong to it
COMMUNITY_FIGURES = 3  # of a community's code, after those of its street
_LANE_RANK = "小区路"
_RIVER, _RAILWAY = "锦河", "滨海铁路"
_GIVEN_NAMES = {  # (axis, position on the sheet): roads whose names say where they are
    ("u", EXPRESSWAY_U): "环海快速路",
    ("u", EXPRESSWAY_U - ROADSIDE_M): "环海西路",
    ("u", EXPRESSWAY_U + ROADSIDE_M): "环海东路",
    ("coast", 0.0): "滨海大道",
    ("v", RIVERSIDE_M): "滨河北路",
    ("v", -RIVERSIDE_M): "滨河南路",
    ("u", RAILSIDE_M): "铁东街",
    ("u", -RAILSIDE_M): "铁西街",
}


@dataclass(frozen=True, kw_only=True)
class District:
    """The inputs of a plan; ids are text, geometry in CGCS2000 metres."""

    communities: gpd.GeoDataFrame  # community_id, name, street
    entrances: gpd.GeoDataFrame  # see homes.Homes
    roads: gpd.GeoDataFrame  # name, rank; lanes of compounds have no name
    barriers: gpd.GeoDataFrame  # name
    facilities: gpd.GeoDataFrame  # id, name, category, capacity
    candidates: gpd.GeoDataFrame  # id, categories, cost
    special_areas: gpd.GeoDataFrame  # id, name, workers
    workers: pd.DataFrame  # id, name, kind, community_id, availability
    registers: Registers


def build_district(names: Collection[str] | None = None, *, seed: int = SEED) -> District:
    """Make the reference district, or only the communities of these names: they come out as in the whole."""
    figures = specs()
    wanted = [s for s in figures if names is None or s.name in names]
    return _built(build_town(survey(), figures, seed), wanted, seed, whole=names is None)


def build_streets(seed: int) -> Iterator[tuple[str, District]]:
    """Yield each street of a district by its code, with what lies around it: they come out as in the whole."""
    figures = specs()
    town = build_town(survey(), figures, seed)
    for code, members in groupby(sorted(figures, key=_street_code), key=_street_code):
        yield code, _built(town, list(members), seed, whole=False)


def _street_code(spec: Spec) -> str:
    return spec.community_id[:-COMMUNITY_FIGURES]


def _built(town: Town, wanted: Sequence[Spec], seed: int, *, whole: bool) -> District:
    """Make some communities of a town, or all."""
    labels = _compound_labels(specs(), seed)
    homes = [build_homes(town, s, labels[s.number], seed=seed) for s in wanted]
    communities = _communities(town, wanted)
    around = shapely.union_all(communities.geometry.array).buffer(_AROUND_M)
    chance = [np.random.default_rng([seed, 3, s.number]) for s in wanted]
    special = [special_areas(h) for h in homes]
    return District(
        communities=communities,
        entrances=_join([h.entrances for h in homes]),
        roads=_roads(town, homes, around, seed),
        barriers=_barriers(town, None if whole else around),
        facilities=_numbered("F", [facilities(h, r) for h, r in zip(homes, chance, strict=True)]),
        candidates=_numbered(
            "C", [candidates(h, s, r) for h, s, r in zip(homes, special, chance, strict=True)]
        ),
        special_areas=_numbered("S", special).drop(columns="block"),
        workers=_numbered("W", [workers(s, r) for s, r in zip(wanted, chance, strict=True)]),
        registers=registers(homes, seed),
    )


def _join(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the communities' tables as one."""
    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def _numbered(letter: str, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the communities' tables as one, with ids."""
    table = _join(tables)
    ids = letter + pd.RangeIndex(1, len(table) + 1).astype(str).str.zfill(4)
    return table.assign(id=ids)[["id", *table.columns]]


def _compound_labels(figures: Sequence[Spec], seed: int) -> dict[int, list[str]]:
    """Return the names of each community's compounds, all different."""
    labels: dict[int, list[str]] = {}
    for turn, (key, era) in enumerate(ERAS.items()):
        members = [s for s in figures if s.era is era]
        stock = iter(
            compound_names(key, sum(s.compounds for s in members), np.random.default_rng([seed, 4, turn]))
        )
        labels |= {s.number: [next(stock) for _ in range(s.compounds)] for s in members}
    return labels


def _communities(town: Town, wanted: Sequence[Spec]) -> gpd.GeoDataFrame:
    """Return the communities' polygons."""
    polygons = town.communities()
    return gpd.GeoDataFrame(
        {
            "community_id": [s.community_id for s in wanted],
            "name": [s.name for s in wanted],
            "street": [s.street for s in wanted],
        },
        geometry=[shapely.normalize(polygons.loc[s.number]) for s in wanted],
        crs=METRIC_CRS,
    )


def _roads(town: Town, homes: Sequence[Homes], around: BaseGeometry, seed: int) -> gpd.GeoDataFrame:
    """Return named streets, joined from crossing to crossing, and the lanes of the compounds."""
    edges = town.roads.assign(name=_names(town.roads, seed))
    gates = np.array([gate for h in homes for gates in h.compounds["gates"] for gate in gates])
    edges = edges.set_geometry(_with_points(edges.geometry.array, gates), crs=METRIC_CRS)
    edges = edges[edges.intersects(around)]
    streets = edges.groupby(["name", "rank"], sort=False)["geometry"].agg(
        lambda parts: shapely.normalize(shapely.line_merge(shapely.MultiLineString(list(parts))))
    )
    streets = gpd.GeoDataFrame(streets, geometry="geometry", crs=METRIC_CRS).explode().reset_index()
    lanes = gpd.GeoDataFrame(
        {"name": "", "rank": _LANE_RANK},
        geometry=np.concatenate([h.compounds.geometry.array for h in homes]),
        crs=METRIC_CRS,
        index=range(sum(len(h.compounds) for h in homes)),
    )
    return _join([streets, lanes])


def _names(roads: gpd.GeoDataFrame, seed: int) -> pd.Series:
    """Name the edges: those on one line of the sheet are one road."""
    order = roads["rank"].map(RANKS.index)
    keys = roads.assign(order=order).groupby(["axis", "position"])["order"].min()
    plain = [key for key in keys.index if key not in _GIVEN_NAMES]
    made = road_names([RANKS[keys[key]] for key in plain], np.random.default_rng([seed, 5]))
    names = _GIVEN_NAMES | dict(zip(plain, made, strict=True))
    return pd.Series(
        [names[key] for key in zip(roads["axis"], roads["position"], strict=True)], index=roads.index
    )


def _with_points(lines: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the lines with a vertex at each point that lies on them."""
    point, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=0.01)
    order = np.argsort(line, kind="stable")
    hit, first = np.unique(line[order], return_index=True)
    groups = [shapely.MultiPoint(list(group)) for group in np.split(points[point[order]], first[1:])]
    knotted = np.array(lines, dtype=object)
    knotted[hit] = shapely.snap(knotted[hit], np.array(groups, dtype=object), 0.01)
    return knotted


def _barriers(town: Town, around: BaseGeometry | None) -> gpd.GeoDataFrame:
    """Return the river's water and the railway, as far as they touch a part."""
    shapes = np.array([town.river, town.rail])
    kept = shapes if around is None else shapely.intersection(shapes, around)
    columns = {"name": [_RIVER, _RAILWAY]}
    table = gpd.GeoDataFrame(columns, geometry=shapely.normalize(kept), crs=METRIC_CRS)
    return table[~table.is_empty].reset_index(drop=True)
