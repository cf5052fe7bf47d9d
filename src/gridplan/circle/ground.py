"""Units, facilities and candidates of a run, made ready once for all services."""

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from gridplan.circle.model import Floats, Integers
from gridplan.circle.result import Service, Walk

FARTHEST_M = 100_000.0  # nobody walks farther: no way leads there, or only one across a barrier
SITE_TEXTS, SITE_NUMBERS = ("kind", "required", "forbidden"), ("cost", "area")
BLOCK = 512  # candidates whose distances are held at a time


@dataclass(frozen=True, eq=False, kw_only=True)
class Ground:
    """Tables beside their places on the walking network (whatever ``walk.attach`` gives)."""

    units: pd.DataFrame  # unit_id, households, label, grid, vulnerable
    unit_points: Floats  # (units, 2) metres
    unit_places: Any
    facilities: gpd.GeoDataFrame  # facility_id, category, name, capacity, closing
    facility_places: Any
    candidates: gpd.GeoDataFrame  # candidate_id, categories, cost, area, kind, required, forbidden
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

    def eligible(self, service: Service) -> Integers:
        """Return the positions of the candidates that may hold a service; blank categories mean any."""
        fits = _names(self.candidates["categories"], service.category, blank=True)
        if service.kinds:
            fits = fits & self.candidates["kind"].isin(service.kinds).to_numpy(bool)
        return np.flatnonzero(fits)

    def marked(self, column: str, service: Service) -> NDArray[np.bool_]:
        """Return which candidates a column, "required" or "forbidden", names a service in."""
        return _names(self.candidates[column], service.category, blank=False)

    def closing(self, category: str) -> Floats:
        """Return what closing each facility of a category costs; nan: it stays."""
        return self.facilities["closing"].to_numpy(float)[self.existing(category)]

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
        """Return the candidates' costs; None where they make no difference."""
        cost = self.price(sites)
        return None if not len(cost) or np.ptp(cost) == 0 else cost

    def price(self, sites: Integers) -> Floats:
        """Return the candidates' costs, an unknown one as the highest; 0 where none is known."""
        cost = self.candidates["cost"].to_numpy(float)[sites]
        known = cost[np.isfinite(cost)]
        return np.where(np.isfinite(cost), cost, known.max() if len(known) else 0.0)

    def metres(self, rows: Integers, there: Integers, eligible: Integers, limit_m: float) -> Floats:
        """Return walks from units (rows) to what there is, then to what there could be; inf beyond the limit."""
        here = self.unit_places[rows]
        parts = [
            self.walk.distances(here, places, limit_m=limit_m)
            for places in (self.facility_places[there], self.candidate_places[eligible])
        ]
        return np.concatenate(parts, axis=1)

    def between(self, there: Integers, eligible: Integers) -> Floats:
        """Return walks between what there is and what there could be."""
        places = (self.facility_places[there], self.candidate_places[eligible])
        return np.concatenate(
            [np.concatenate([self.walk.distances(one, other) for other in places], axis=1) for one in places]
        )

    def room(self, service: Service, there: Integers, candidates: int) -> Floats | None:
        """Return the households that each site can serve, where that counts; an unknown capacity is any."""
        if not service.capacities:
            return None
        known = self.facilities["capacity"].to_numpy(float)[there]
        new = np.inf if service.capacity is None else service.capacity
        return np.concatenate([np.where(np.isfinite(known), known, np.inf), np.full(candidates, new)])


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
            "grid": units["grid"].to_numpy(object) if "grid" in units else "",
            "vulnerable": units["vulnerable"].to_numpy(float) if "vulnerable" in units else np.nan,
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
    sites = _with(candidates.reset_index(drop=True), SITE_TEXTS, SITE_NUMBERS)
    return replace(ground, candidates=sites, candidate_places=walk.attach(_spots(sites)))


def _names(texts: pd.Series, category: str, *, blank: bool) -> NDArray[np.bool_]:
    """Return which of some lists, separated by semicolons, name a category; ``blank``: what an empty list says."""
    kinds = texts.str.replace("；", ";", regex=False).str.split(";").explode().str.strip()
    named = (kinds == category).groupby(level=0).any()
    return np.asarray(named | ((texts.str.strip() == "") & blank), bool)


def _with(table: gpd.GeoDataFrame, texts: tuple[str, ...], numbers: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return a table that has all of some columns, blank where it had none."""
    blank = {**dict.fromkeys(texts, ""), **dict.fromkeys(numbers, np.nan)}
    return table.assign(**{name: value for name, value in blank.items() if name not in table})


def _facilities(facilities: gpd.GeoDataFrame | None, crs: Any) -> gpd.GeoDataFrame:
    """Return the facilities with a RangeIndex; an empty table where there are none."""
    if facilities is not None:
        return _with(facilities.reset_index(drop=True), (), ("closing",))
    blank: dict[str, Any] = {c: np.array([], object) for c in ("facility_id", "category", "name")}
    numbers: dict[str, Any] = {c: np.array([], float) for c in ("capacity", "closing")}
    return gpd.GeoDataFrame({**blank, **numbers}, geometry=gpd.GeoSeries([], crs=crs))


def _unit_candidates(units: pd.DataFrame, spots: Floats, crs: Any) -> gpd.GeoDataFrame:
    """Return the points of units as candidates that may hold anything, at no known cost."""
    ids = {"candidate_id": units["unit_id"].to_numpy(object), "categories": ""}
    return _with(
        gpd.GeoDataFrame(ids, geometry=gpd.points_from_xy(*spots.T, crs=crs)), SITE_TEXTS, SITE_NUMBERS
    )


def _spots(table: gpd.GeoDataFrame) -> Floats:
    return np.stack([table.geometry.x.to_numpy(float), table.geometry.y.to_numpy(float)], axis=1)
