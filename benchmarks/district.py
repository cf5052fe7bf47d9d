"""A made-up district for ``circle.py``: synthetic streets, demand points, sites, facilities; the same each time."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SIDE = 72  # crossings a side
BLOCK_M = 82.0
SHIFT_M = 18.0  # how far a crossing lies from its place in a plain grid
MISSING_SHARE = 0.12  # of the streets
CENTRES = 9  # around which people live closer together
CRS = "EPSG:4547"
CORNER_M = np.array([500_000.0, 3_400_000.0])


@dataclass(frozen=True, eq=False, kw_only=True)
class District:
    """Streets as node positions (n, 2) and pairs of nodes; points in metres; people of each demand point."""

    nodes: np.ndarray
    streets: np.ndarray
    demand: np.ndarray
    people: np.ndarray
    sites: np.ndarray

    @property
    def roads(self) -> gpd.GeoDataFrame:
        """The streets as the network wants them."""
        lines = shapely.linestrings(self.nodes[self.streets])
        return gpd.GeoDataFrame({"rank": np.full(len(lines), "", object)}, geometry=lines, crs=CRS)


def made_up(demand: int = 700, sites: int = 300, *, side: int = SIDE, seed: int = 1) -> District:
    """Return a district: a bent street grid with gaps, more people around some centres, sites spread over all of it."""
    chance = np.random.default_rng(seed)
    nodes, streets = _streets(side, chance)
    middle = chance.choice(len(nodes), CENTRES, replace=False)
    away_m = np.hypot(*(nodes[:, None] - nodes[middle]).transpose(2, 0, 1)).min(axis=1)
    dense = np.exp(-away_m / 600.0) + 0.15
    homes = chance.choice(len(nodes), demand, replace=False, p=dense / dense.sum())
    spots = chance.choice(len(nodes), sites, replace=False)
    people = np.rint(chance.lognormal(6.0, 0.6, demand) * (0.6 + dense[homes])).clip(20, 4_000)
    near_m = 15.0
    return District(
        nodes=nodes,
        streets=streets,
        demand=nodes[homes] + chance.uniform(-near_m, near_m, (demand, 2)),
        people=people,
        sites=nodes[spots] + chance.uniform(-near_m, near_m, (sites, 2)),
    )


def _streets(side: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the crossings and streets of the largest connected piece."""
    number = np.arange(side * side).reshape(side, side)
    place = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=2).reshape(-1, 2)
    nodes = CORNER_M + place * BLOCK_M + chance.uniform(-SHIFT_M, SHIFT_M, (side * side, 2))
    across = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    along = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    streets = np.concatenate([across, along])
    streets = streets[chance.random(len(streets)) >= MISSING_SHARE]
    graph = coo_array((np.ones(len(streets)), tuple(streets.T)), shape=(len(nodes),) * 2)
    piece = connected_components(graph, directed=False)[1]
    kept = piece == np.bincount(piece).argmax()
    renumbered = np.cumsum(kept) - 1
    return nodes[kept], renumbered[streets[kept[streets].all(axis=1)]]
