"""What the lists of a run are made from: its inputs, its finished grids, the way people walk, and its words."""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.checks import Sheet
from gridplan.config import PlanFile
from gridplan.network import StraightLine, Walk
from gridplan.tables import Inputs
from gridplan.words import Message

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting:
    """A run whose grids are drawn.

    ``communities`` and ``grids`` are the layers of the plan; ``units`` has unit_id, community_id, households, x, y. ``day`` is the
    date of the run, ``language`` that of its texts.
    """

    plan_file: PlanFile
    inputs: Inputs
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    units: pd.DataFrame
    walk: Walk
    line: StraightLine
    day: str
    language: str

    @property
    def streets(self) -> pd.Series:
        """Street of each community, by its id."""
        return self.communities.set_index("community_id")["street"]

    @property
    def centres(self) -> Floats:
        """Middle of each grid, the point of its centre unit, (grids, 2) metres; a point inside where there is none."""
        at = self.units.set_index("unit_id")[["x", "y"]].reindex(self.grids["centre_unit_id"])
        inner = self.grids.geometry.representative_point()
        xy = np.column_stack([inner.x, inner.y])
        return np.where(at.notna().to_numpy(), at.to_numpy(float), xy)

    @property
    def middles(self) -> Floats:
        """Middle of each community, the mean of its units by households, (communities, 2) metres."""
        homes = self.units["households"].to_numpy(float)
        ids = self.units["community_id"]
        lived = ids.map(pd.Series(homes).groupby(ids.to_numpy()).sum()).to_numpy(float)
        weight = np.where(lived > 0, homes, 1.0)
        sums = self.units.assign(x=self.units["x"] * weight, y=self.units["y"] * weight, weight=weight)
        by_id = (
            sums.groupby("community_id")[["x", "y", "weight"]].sum().reindex(self.communities["community_id"])
        )
        return (by_id[["x", "y"]].to_numpy(float).T / by_id["weight"].to_numpy(float)).T

    def ways(self, origins: Floats, destinations: Floats) -> Floats:
        """Return walks between all points, in a straight line x detour where no way leads; NaN where a point is not known."""
        known = [np.isfinite(points).all(axis=1) for points in (origins, destinations)]
        ways = np.full((len(origins), len(destinations)), np.nan)
        ends = origins[known[0]], destinations[known[1]]
        walked = self.walk.distances(*ends)
        ways[np.ix_(*known)] = np.where(np.isfinite(walked), walked, self.line.distances(*ends))
        return ways

    def near(self, origins: Floats, destinations: Floats, limit_m: float) -> Floats:
        """Return walks up to a limit, inf beyond."""
        return self.walk.distances(origins, destinations, limit_m=limit_m)

    def sheet(self, part: str) -> Sheet:
        """Return an input as faults name it."""
        wanted, table = self.plan_file.inputs.given[part], getattr(self.inputs, part)
        ids = table.iloc[:, 0].to_numpy(object)
        return Sheet(part=part, file=self.inputs.sources[part].label, ids=ids, columns=wanted.columns)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Lists of a plan (``tables.LISTS``), what ``report.json`` has of them, and what there is to say."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    told: tuple[Message, ...] = ()


def xy_of(table: pd.DataFrame) -> Floats:
    """Return the places of a list as (rows, 2) metres, NaN where a row has none."""
    if not isinstance(table, gpd.GeoDataFrame):
        return np.full((len(table), 2), np.nan)
    return np.column_stack([table.geometry.x, table.geometry.y])
