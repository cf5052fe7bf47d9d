"""How people walk in a run: over its roads where it has roads, else in a straight line times a detour."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.circle import Circle as Placed
from gridplan.config import Circle, PlanFile
from gridplan.network import Places, StraightLine, Walk, build_network, isochrone
from gridplan.progress import Progress
from gridplan.tables import Inputs
from gridplan.units import Units
from gridplan.words import Message


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The way people walk, and where on it the units lie.

    ``straight`` says whether the partition measures by straight line x detour, ``block`` (units,) is the block of each
    unit, -1 for none.
    """

    walk: Walk
    units: Places
    line: StraightLine
    straight: bool
    block: NDArray[np.int64]

    def metres(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the distances between k units that the partition uses, shape (k, k).

        Over the roads, but units of one block, with no road or barrier between them, are at most line x detour apart:
        nobody walks out to the street and back in to get next door.
        """
        places = self.units[at]
        direct = self.line.distances(places, places)
        if self.straight:
            return direct
        walked = self.walk.distances(places, places)
        beside = (self.block[at][:, None] == self.block[at]) & (self.block[at][:, None] >= 0)
        metres = np.where(beside | ~np.isfinite(walked), np.minimum(walked, direct), walked)
        np.fill_diagonal(metres, 0.0)  # nobody walks out to the road and back to be at home
        return metres


def ways_of(plan_file: PlanFile, inputs: Inputs, units: Units, progress: Progress) -> Ways:
    """Return the way people walk: over the roads where there are roads."""
    line = StraightLine((plan_file.circle or Circle()).detour)
    has_roads = inputs.roads is not None and len(inputs.roads) > 0
    walk: Walk = line
    if has_roads:
        progress.start("network")
        walk = build_network(inputs.roads, inputs.barriers, detour=line.detour)
    asked = plan_file.partition.distance
    return Ways(
        walk=walk,
        units=walk.attach(units.table[["x", "y"]].to_numpy()),
        line=line,
        straight=asked == "straight" or (asked == "auto" and not has_roads),
        block=units.table["block"].to_numpy(),
    )


def with_isochrones(reach: Placed, asked: Circle, ways: Ways, inputs: Inputs, units: pd.DataFrame) -> Placed:
    """Return the placed services with the areas within so many minutes of the places that the plan file names."""
    if not asked.isochrones:
        return reach
    places, missing = _places_of(reach, asked, inputs)
    told = (Message("circle.no_such_place", {"ids": ", ".join(missing)}),) if missing else ()
    if not len(places):
        return replace(reach, told=(*reach.told, *told))
    spots = np.stack([places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float)], axis=1)
    homes = units["households"].to_numpy(float)
    rows = []
    for minutes in sorted(asked.isochrones):
        limit_m = asked.metres(minutes)
        near = np.isfinite(ways.walk.distances(ways.walk.attach(spots), ways.units, limit_m=limit_m))
        rows.append(
            gpd.GeoDataFrame(
                {
                    "isochrone_id": [f"{own}-{minutes:g}" for own in places["facility_id"]],
                    "facility_id": places["facility_id"].to_numpy(object),
                    "category": places["category"].to_numpy(object),
                    "minutes": minutes,
                    "households": near @ homes,
                },
                geometry=[isochrone(ways.walk, (x, y), limit_m) for x, y in spots.tolist()],
                crs=places.crs,
            )
        )
    table = gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=places.crs)
    return replace(reach, isochrones=table, told=(*reach.told, *told))


def _places_of(reach: Placed, asked: Circle, inputs: Inputs) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the places whose areas are asked for, and the ids among those that there are not."""
    there = reach.facilities[["facility_id", "category", "status", "geometry"]]
    if asked.isochrones_of == "new":
        return there[there["status"] == "new"], []
    if asked.isochrones_of == "all":
        return there[there["status"] != "closed"], []
    known = [there]
    if inputs.candidates is not None:
        known.append(
            inputs.candidates.rename(columns={"candidate_id": "facility_id"}).assign(category="", status="")
        )
    table = pd.concat([part[there.columns] for part in known], ignore_index=True).drop_duplicates(
        "facility_id"
    )
    at = pd.Index(table["facility_id"]).get_indexer(list(asked.isochrones_of))
    missing = [own for own, where in zip(asked.isochrones_of, at, strict=True) if where < 0]
    return gpd.GeoDataFrame(table.iloc[at[at >= 0]], crs=there.crs), missing
