"""The stages' outcomes put together as the tables of a plan (``tables.LAYERS``)."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan import naming, staffing
from gridplan.config import PlanFile
from gridplan.partition import Band, District
from gridplan.tables import LAYERS, Inputs
from gridplan.units import Units
from gridplan.words import say

DEGENERATE_M = 1e-9


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The layers that do not depend on the circle."""

    streets: gpd.GeoDataFrame | None
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    households: gpd.GeoDataFrame
    roster: staffing.Roster


def norm_of(plan: PlanFile) -> staffing.Norm | None:
    """Return the staffing norm of the plan file; the one by residents only where the plan file names it."""
    asked = plan.staffing
    if asked is None:
        return None
    low, high = asked.households_per_worker
    named = "workers_per_10000_residents" in asked.model_fields_set
    return staffing.Norm(low, high, asked.workers_per_10000_residents if named else None)


def _layer(table: pd.DataFrame, layer: str) -> gpd.GeoDataFrame:
    """Return the columns of a layer in their order."""
    texts, figures = LAYERS[layer]
    return table[[*texts, *figures, "geometry"]].reset_index(drop=True)


def _grids(
    inputs: Inputs, units: Units, district: District, plan: PlanFile, language: str
) -> gpd.GeoDataFrame:
    """Return the grids in the order of communities and codes, with ``number`` as ``district.grid`` counts them."""
    table, grid = units.table, district.grid
    count = len(district.grids)
    pieces = np.split(
        table.geometry.to_numpy()[np.argsort(grid, kind="stable")],
        np.cumsum(np.bincount(grid, minlength=count))[:-1],
    )
    frame = gpd.GeoDataFrame(
        district.grids.assign(number=np.arange(count)),
        geometry=[shapely.coverage_union_all(piece) for piece in pieces],
        crs=inputs.crs,
    )
    households = table["households"].to_numpy()
    sums = pd.DataFrame(
        {"grid": grid, "households": households, "load": table["load"], "population": table["population"]}
    )
    sums["walk"], sums["far"] = households * district.walk_m, np.where(households > 0, district.walk_m, 0.0)
    xy = table[["x", "y"]].to_numpy()
    line = np.hypot(*(xy - xy[district.grids["centre"].to_numpy()[grid]]).T)
    sums["line"] = households * line
    total = sums.groupby("grid").agg(
        households=("households", "sum"),
        load=("load", "sum"),
        population=("population", lambda p: p.sum(min_count=1)),
        walk=("walk", "sum"),
        line=("line", "sum"),
        walk_max_m=("far", "max"),
    )
    people = np.maximum(total["households"], 1e-12)
    frame = frame.join(total[["households", "load", "population", "walk_max_m"]])
    if inputs.households["population"].notna().any():
        frame["population"] = frame["population"].fillna(0.0)
    frame["walk_mean_m"] = np.where(total["households"] > 0, total["walk"] / people, 0.0)
    frame["walk_straight_m"] = np.where(total["households"] > 0, total["line"] / people, 0.0)
    low, high = plan.partition.households_per_worker
    band = Band(
        low=low, high=high, fewest=plan.partition.workers_per_grid[0], most=plan.partition.workers_per_grid[1]
    )
    frame["in_band"] = np.where(
        frame["kind"] == "ordinary", band.outside(frame["load"].to_numpy(float))[0] == 0, np.nan
    )
    outline = np.maximum(shapely.length(frame.geometry.to_numpy()), DEGENERATE_M)
    frame["compactness"] = 4 * np.pi * frame.geometry.area / outline**2
    frame["centre_unit_id"] = table["unit_id"].to_numpy(object)[frame["centre"]]
    return _named(frame, inputs, units, plan, language)


def _named(
    frame: gpd.GeoDataFrame, inputs: Inputs, units: Units, plan: PlanFile, language: str
) -> gpd.GeoDataFrame:
    """Add id, code, name and four bounds."""
    number = naming.numbers(frame)
    code = [
        plan.partition.code.format(community_id=c, n=n)
        for c, n in zip(frame["community_id"], number, strict=True)
    ]
    special = units.table["special"].to_numpy()[frame["centre"]]
    areas = inputs.special_areas
    of_area = np.full(len(frame), "", object)
    if areas is not None and len(areas):
        of_area = np.where(special >= 0, areas["name"].to_numpy(object)[special], "")
    name = [
        area
        or (say(language, f"naming.{kind}", number=n) if kind != "ordinary" else naming.name_of(n, language))
        for kind, n, area in zip(frame["kind"], number, of_area, strict=True)
    ]
    frame = frame.assign(grid_id=code, code=code, name=name)
    rank = inputs.communities["community_id"].reset_index().set_index("community_id")["index"]
    order = np.lexsort((number, frame["community_id"].map(rank)))
    frame = frame.iloc[order].reset_index(drop=True)
    bounds = naming.bounds_text(frame, inputs.communities, inputs.roads, inputs.barriers, language=language)
    return frame.assign(bounds_text=bounds)


def tables(inputs: Inputs, units: Units, district: District, plan: PlanFile, language: str) -> Tables:
    """Return the layers of a plan but for facilities and access."""
    grids = _grids(inputs, units, district, plan, language)
    id_of = grids.sort_values("number")["grid_id"].to_numpy(object)
    unit_table = units.table.assign(grid_id=id_of[district.grid])
    rows = inputs.households.assign(
        unit_id=unit_table["unit_id"].to_numpy(object)[units.of_row],
        grid_id=unit_table["grid_id"].to_numpy(object)[units.of_row],
        microgrid_id="",
    )
    roster = staffing.roster(inputs.workers, inputs.communities)
    communities = _communities(inputs, grids, roster, plan)
    return Tables(
        streets=_streets(communities, plan) if plan.inputs.communities.street else None,
        communities=_layer(communities, "communities"),
        grids=_layer(grids, "grids"),
        units=_layer(unit_table, "units"),
        households=_layer(rows, "households"),
        roster=roster,
    )


def _communities(
    inputs: Inputs, grids: pd.DataFrame, roster: staffing.Roster, plan: PlanFile
) -> gpd.GeoDataFrame:
    """Return the communities with what lives there, their grids, workers and posts."""
    table, rows = inputs.communities, inputs.households
    ids = table["community_id"]
    ordinary = grids[grids["kind"] == "ordinary"].groupby("community_id")
    planned = rows.groupby("community_id")["planned"].sum(min_count=1)
    frame = table.drop(columns=["workers"]).assign(
        households=ids.map(rows.groupby("community_id")["households"].sum()).fillna(0.0),
        planned=ids.map(planned).fillna(0.0 if rows["planned"].notna().any() else np.nan),
        grids=ids.map(ordinary.size()).fillna(0.0),
        workers_in_plan=ids.map(ordinary["workers"].sum()).fillna(0.0),
        workers_on_roster=roster.by_community,
    )
    return frame.join(staffing.posts(frame, norm=norm_of(plan)))


def _streets(communities: gpd.GeoDataFrame, plan: PlanFile) -> gpd.GeoDataFrame:
    """Return the streets: their communities' sums, posts from the sums."""
    figures = ["households", "planned", "population", "grids", "workers_in_plan", "workers_on_roster"]
    named = communities[communities["street"] != ""]
    sums = named.groupby("street", sort=False)[figures].sum(min_count=1)
    shapes = named.groupby("street", sort=False).geometry.apply(lambda g: shapely.union_all(g.to_numpy()))
    frame = gpd.GeoDataFrame(sums, geometry=shapes, crs=communities.crs).reset_index()
    return _layer(frame.join(staffing.posts(frame, norm=norm_of(plan))), "streets")
