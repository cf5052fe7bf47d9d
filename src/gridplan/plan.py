"""A finished plan: its tables and its report, frozen. Written by ``export``, drawn by ``maps``, judged by ``verify``."""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The layers of ``plan.gpkg`` (columns: ``tables.LAYERS``, RangeIndex, geometry in the metric CRS) and the report.

    ``backdrop`` holds what maps draw but the contract does not ask for: "roads" (name, rank), "barriers" (name),
    "special_areas" (special_id, name), each a GeoDataFrame in the same CRS, absent where there is none.
    ``lists`` are tables without shapes (columns: ``tables.LISTS``), absent where the plan file does not ask for them.
    ``report`` is report.json as a dict. Beyond the contract's parts it has ``project`` {name, note, language, date},
    ``band`` {low, high, fewest, most}, ``staffing`` {low, high, per_10000, basis} or None, ``services`` (the plan file's list).
    """

    communities: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame | None
    grids: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    households: gpd.GeoDataFrame
    microgrids: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    access: pd.DataFrame | None = None
    isochrones: gpd.GeoDataFrame | None = None
    backdrop: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    lists: dict[str, pd.DataFrame] = field(default_factory=dict)
    report: dict[str, Any]

    @property
    def language(self) -> str:
        """Language of maps and tables, "zh" or "en"."""
        return str(self.report["project"]["language"])

    def bands(self, community_id: pd.Series) -> pd.DataFrame:
        """Return the band (low, high: load a worker) of each row's community, on the rows' index: its own, else the plan's."""
        own = {row["community_id"]: row["band"] for row in self.report["communities"] if row.get("band")}
        rows = [own.get(community, self.report["band"]) for community in community_id]
        return pd.DataFrame(rows, index=community_id.index, columns=["low", "high"]).astype(float)

    def community_of(self, points: gpd.GeoSeries) -> list[str]:
        """Return the id of the community that holds each point, on a border of the first, "" outside all."""
        shapes = self.communities.geometry.to_numpy()
        pairs = shapely.STRtree(shapes).query(points.to_numpy(), predicate="intersects")
        first = np.full(len(points), len(shapes))
        np.minimum.at(first, pairs[0], pairs[1])
        home = np.append(self.communities["community_id"].to_numpy(object), "")[first]
        return list(home)

    def holders(self, kind: str) -> dict[str, list[str]]:
        """Return who holds the posts of a kind (``tables.POSTS``) in each grid: names, or ids where no name is given."""
        held = self.lists.get("posts")
        if held is None:
            return {}
        mine = held[(held["kind"] == kind) & (held["worker_id"] != "") & (held["grid_id"] != "")]
        who = mine["name"].where(mine["name"] != "", mine["worker_id"])
        return {str(grid): people.tolist() for grid, people in who.groupby(mine["grid_id"])}
