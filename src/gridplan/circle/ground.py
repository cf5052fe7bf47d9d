"""Units, facilities and candidates of a run, made ready once for all services."""

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from gridplan.circle.model import Floats, Integers
from gridplan.circle.result import Service, Walk

FARTHEST_M = 100_000.0  # nobody walks farther: no way leads there, or only one across a barrier
BLOCK = 512  # candidates whose distances are held at a time


@dataclass(frozen=True, eq=False, kw_only=True)
class Ground:
    """Tables beside their places on the walking network (whatever ``walk.attach`` gives)."""

    units: pd.DataFrame  # unit_id, households, label
    unit_points: Floats  # (units, 2) metres
    unit_places: Any
    facilities: gpd.GeoDataFrame  # facility_id, category, name, capacity
    facility_places: Any
    candidates: gpd.GeoDataFrame  # candidate_id, categories, cost
    candidate_places: Any
    walk: Walk
    metres_per_minute: float

    @property
    def households(self) -> Floats:
        """Households of each unit."""
        return self.units["households"].to_numpy(float)

    def nearest(self, places: Any) -> tuple[Floats, Integers]:
        """Return metres from units to the nearest place, and its position; or inf, -1."""
        return self.walk.nearest(self.unit_places, places, limit_m=FARTHEST_M)

    def limit_m(self, service: Service) -> float:
        """Return a service's limit with a billionth of a minute more, for the last bits of minutes."""
        return service.limit_m + 1e-9 * self.metres_per_minute

    def existing(self, category: str) -> Integers:
        """Return the positions of the facilities of a category."""
        return np.flatnonzero(self.facilities["category"] == category)

    def eligible(self, category: str) -> Integers:
        """Return the positions of the candidates that may hold a service; blank categories mean any."""
        texts = self.candidates["categories"].str.replace("；", ";", regex=False)
        kinds = texts.str.split(";").explode().str.strip()
        fits = (kinds == category).groupby(level=0).any() | (texts.str.strip() == "")
        return np.flatnonzero(fits.to_numpy(bool))

    def reach(self, rows: Integers, sites: Integers, limit_m: float) -> csr_array:
        """Return which of some units (rows) each of some candidates (columns) has within the limit."""
        if not len(rows) or not len(sites):
            return csr_array((len(rows), len(sites)), dtype=np.int64)
        here = self.unit_places[rows]
        blocks = []
        for begin in range(0, len(sites), BLOCK):
            there = self.candidate_places[sites[begin : begin + BLOCK]]
            metres = self.walk.distances(there, here, limit_m=limit_m)
            blocks.append(csr_array(np.isfinite(metres), dtype=np.int64))
        return csr_array(vstack(blocks).T)

    def cost(self, sites: Integers) -> Floats | None:
        """Return the candidates' costs, an unknown one as the highest; None where they make no difference."""
        cost = self.candidates["cost"].to_numpy(float)[sites]
        known = cost[np.isfinite(cost)]
        if not len(known) or (len(known) == len(cost) and np.ptp(known) == 0):
            return None
        return np.where(np.isfinite(cost), cost, known.max())


def survey(
    units: pd.DataFrame,
    facilities: gpd.GeoDataFrame | None,
    candidates: gpd.GeoDataFrame | None,
    *,
    walk: Walk,
    metres_per_minute: float,
) -> Ground:
    """Make tables ready; without candidates every unit's point is one."""
    spots = units[["x", "y"]].to_numpy(float)
    labels = units["compound"].to_numpy(object) if "compound" in units else np.full(len(units), "", object)
    there = _facilities(facilities, getattr(candidates if facilities is None else facilities, "crs", None))
    table = pd.DataFrame(
        {
            "unit_id": units["unit_id"].to_numpy(object),
            "households": units["households"].to_numpy(float),
            "label": labels,
        }
    )
    unit_places = walk.attach(spots)
    ground = Ground(
        units=table,
        unit_points=spots,
        unit_places=unit_places,
        facilities=there,
        facility_places=walk.attach(_spots(there)),
        candidates=_unit_candidates(table, spots, getattr(units, "crs", None) or there.crs),
        candidate_places=unit_places,
        walk=walk,
        metres_per_minute=metres_per_minute,
    )
    if candidates is None:
        return ground
    sites = candidates.reset_index(drop=True)
    return replace(ground, candidates=sites, candidate_places=walk.attach(_spots(sites)))


def _facilities(facilities: gpd.GeoDataFrame | None, crs: Any) -> gpd.GeoDataFrame:
    """Return the facilities with a RangeIndex; an empty table where there are none."""
    if facilities is not None:
        return facilities.reset_index(drop=True)
    blank: dict[str, Any] = {c: np.array([], object) for c in ("facility_id", "category", "name")}
    return gpd.GeoDataFrame({**blank, "capacity": np.array([], float)}, geometry=gpd.GeoSeries([], crs=crs))


def _unit_candidates(units: pd.DataFrame, spots: Floats, crs: Any) -> gpd.GeoDataFrame:
    """Return the points of units as candidates that may hold anything, at no known cost."""
    return gpd.GeoDataFrame(
        {"candidate_id": units["unit_id"].to_numpy(object), "categories": "", "cost": np.nan},
        geometry=gpd.points_from_xy(*spots.T, crs=crs),
    )


def _spots(table: gpd.GeoDataFrame) -> Floats:
    return np.stack([table.geometry.x.to_numpy(float), table.geometry.y.to_numpy(float)], axis=1)
