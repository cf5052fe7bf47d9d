"""The stages' outcomes put together as the tables of a plan (``tables.LAYERS``)."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan import naming, staffing
from gridplan.config import PlanFile
from gridplan.partition import Band, District, PlanPrices
from gridplan.tables import LAYERS, Inputs
from gridplan.units import Units

DEGENERATE_M = 1e-9
NOBODY_COUNTS = 1e-6  # households of a row where nobody lives, when codes are handed on
SLACK = 1e-9  # loads that differ by less are equal


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The layers that do not depend on the circle."""

    streets: gpd.GeoDataFrame | None
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    microgrids: gpd.GeoDataFrame | None
    units: gpd.GeoDataFrame
    households: gpd.GeoDataFrame
    roster: staffing.Roster
    bands: pd.DataFrame | None = None  # community_id, workers, low, high, where each community has its own


def norm_of(plan: PlanFile) -> staffing.Norm | None:
    """Return the staffing norm of the plan file; the one by residents only where the plan file names it."""
    asked = plan.staffing
    if asked is None:
        return None
    low, high = asked.households_per_worker
    named = "workers_per_10000_residents" in asked.model_fields_set
    return staffing.Norm(low, high, asked.workers_per_10000_residents if named else None, asked.basis)


def band_of(plan: PlanFile) -> Band:
    """Return the band of the plan file."""
    low, high = plan.partition.band
    fewest, most = plan.partition.workers_per_grid
    return Band(low=float(low), high=float(high), fewest=fewest, most=most)


def prices_of(plan: PlanFile) -> PlanPrices:
    """Return the prices of the plan file; what is not to be kept whole is not priced."""
    asked, kept = plan.partition.prices, plan.partition.keep_whole
    return PlanPrices(
        split_compound=asked.split_compound if "compound" in kept else 0.0,
        split_building=asked.split_building if "building" in kept else 0.0,
        border_off_line=asked.border_off_line,
        off_middle=asked.off_middle,
    )


def micro_of(plan: PlanFile) -> Band | None:
    """Return the band of a microgrid, where the plan file asks for them."""
    asked = plan.partition.microgrid_households
    return None if asked is None else Band(low=asked[0], high=asked[1])


def _layer(table: pd.DataFrame, layer: str) -> gpd.GeoDataFrame:
    """Return the columns of a layer in their order."""
    texts, figures = LAYERS[layer]
    return table[[*texts, *figures, "geometry"]].reset_index(drop=True)


def _in_band(grids: pd.DataFrame, plan: PlanFile, bands: pd.DataFrame | None) -> np.ndarray:
    """Tell of each grid whether it is within its community's own band, where communities have one, else the plan's."""
    if bands is None:
        return band_of(plan).outside(grids["load"].to_numpy(float))[0] == 0
    own = bands.set_index("community_id").reindex(grids["community_id"])
    low, high = (own[end].to_numpy(float) * grids["workers"].to_numpy(float) for end in ("low", "high"))
    return np.asarray((grids["load"] >= low - SLACK) & (grids["load"] <= high + SLACK))


def _grids(
    inputs: Inputs,
    units: Units,
    district: District,
    plan: PlanFile,
    language: str,
    bands: pd.DataFrame | None,
    earlier: naming.Earlier | None,
) -> gpd.GeoDataFrame:
    """Return the grids in the order of communities and codes, with ``number`` as ``district.grid`` counts them."""
    shapes = _outlines(units.table.geometry.to_numpy(), district.grid)
    frame = gpd.GeoDataFrame(district.grids, geometry=shapes, crs=inputs.crs).join(_sums(units, district))
    population = frame["population"]
    outline_m = np.maximum(shapely.length(shapes), DEGENERATE_M)
    frame = frame.assign(
        number=np.arange(len(frame)),
        population=population.fillna(0.0) if inputs.households["population"].notna().any() else population,
        in_band=np.where(frame["kind"] == "ordinary", _in_band(frame, plan, bands), np.nan),
        compactness=4 * np.pi * shapely.area(shapes) / outline_m**2,
        centre_unit_id=units.table["unit_id"].to_numpy(object)[frame["centre"]],
    )
    before = None if earlier is None else _before(earlier, inputs, units, district, shapes)
    return _named(frame, inputs, units, plan, language, before)


@dataclass(frozen=True)
class _Before:
    """The code that each grid goes on with, "" for none, and those that are not used again."""

    code: pd.Series
    retired: frozenset[str]


def _before(
    earlier: naming.Earlier, inputs: Inputs, units: Units, district: District, shapes: np.ndarray
) -> _Before:
    """Return the code that each grid goes on with; rows where nobody lives only count where nobody lives anywhere."""
    kept = inputs.households["households"].to_numpy(float) + NOBODY_COUNTS
    heirs = naming.heirs(district.grid[units.of_row].astype(np.int64), earlier.code, kept)
    code = heirs.reindex(range(len(shapes)), fill_value="").to_numpy(object).copy()
    still = np.flatnonzero(~np.isin(np.arange(len(shapes)), heirs.index))
    code[still] = earlier.still_there(shapes[still])
    twice = pd.Series(code).duplicated().to_numpy()
    return _Before(pd.Series(np.where(twice, "", code), dtype=object), earlier.retired)


def _outlines(cells: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return the union of the cells of each grid."""
    pieces = np.split(cells[np.argsort(grid, kind="stable")], np.cumsum(np.bincount(grid))[:-1])
    return np.array([shapely.coverage_union_all(piece) for piece in pieces])


def _sums(units: Units, district: District) -> pd.DataFrame:
    """Return what lives in each grid and how far its households walk to the centre: by the way taken, and straight."""
    table, grid = units.table, district.grid
    xy, homes = table[["x", "y"]].to_numpy(), table["households"].to_numpy(float)
    straight_m = np.hypot(*(xy - xy[district.grids["centre"].to_numpy()[grid]]).T)
    figures = table[["households", "load", "population"]]
    sums = figures.assign(walk=homes * district.walk_m, straight=homes * straight_m).groupby(grid)
    sums = sums.sum(min_count=1)
    farthest_m = pd.Series(np.where(homes > 0, district.walk_m, 0.0)).groupby(grid).max()
    people = sums["households"].where(sums["households"] > 0)
    return sums[list(figures)].assign(
        walk_mean_m=(sums["walk"] / people).fillna(0.0),
        walk_max_m=farthest_m,
        walk_straight_m=(sums["straight"] / people).fillna(0.0),
    )


def _named(
    frame: gpd.GeoDataFrame,
    inputs: Inputs,
    units: Units,
    plan: PlanFile,
    language: str,
    before: _Before | None,
) -> gpd.GeoDataFrame:
    """Add id, code, name and four bounds."""
    number = naming.numbers(frame)
    if before is not None:
        number = naming.renumbered(plan.partition.code, frame, number, before.code, before.retired)
    code = naming.codes(plan.partition.code, frame["community_id"].tolist(), number.tolist())
    special = units.table["special"].to_numpy()[frame["centre"]]
    areas = inputs.special_areas
    of_area = np.full(len(frame), "", object)
    if areas is not None and len(areas):
        of_area = np.where(special >= 0, areas["name"].to_numpy(object)[special], "")
    name = naming.names(frame, number, of_area.tolist(), language=language)
    frame = frame.assign(grid_id=code, code=code, name=name)
    rank = inputs.communities["community_id"].reset_index().set_index("community_id")["index"]
    order = np.lexsort((number, frame["community_id"].map(rank)))
    frame = frame.iloc[order].reset_index(drop=True)
    lines = (inputs.roads, inputs.barriers)
    bounds = naming.bounds_text(frame, inputs.communities, lines, units=units.table, language=language)
    return frame.assign(bounds_text=bounds)


def tables(
    inputs: Inputs,
    units: Units,
    district: District,
    plan: PlanFile,
    language: str,
    bands: pd.DataFrame | None = None,
    earlier: naming.Earlier | None = None,
) -> Tables:
    """Return the layers of a plan but for facilities and access.

    ``bands``: community_id, low, high, where each has its own; ``earlier``: the codes that grids go on from.
    """
    grids = _grids(inputs, units, district, plan, language, bands, earlier)
    id_of = grids.sort_values("number")["grid_id"].to_numpy(object)
    unit_table = units.table.assign(grid_id=id_of[district.grid])
    micro = None if district.micro is None else _microgrids(unit_table, district.micro)
    below = np.full(len(unit_table), "", object)
    if micro is not None:
        below = micro["microgrid_id"].to_numpy(object)[district.micro]
    rows = inputs.households.assign(
        unit_id=unit_table["unit_id"].to_numpy(object)[units.of_row],
        grid_id=unit_table["grid_id"].to_numpy(object)[units.of_row],
        microgrid_id=below[units.of_row],
    )
    roster = staffing.roster(inputs.workers, inputs.communities)
    communities = _communities(inputs, grids, roster, plan)
    return Tables(
        streets=_streets(communities, plan) if plan.inputs.communities.street else None,
        communities=_layer(communities, "communities"),
        grids=_layer(grids, "grids"),
        microgrids=None if micro is None else _layer(micro, "microgrids"),
        units=_layer(unit_table, "units"),
        households=_layer(rows, "households"),
        roster=roster,
        bands=bands,
    )


def _microgrids(units: gpd.GeoDataFrame, micro: np.ndarray) -> gpd.GeoDataFrame:
    """Return the microgrids in the order of ``micro``; ids are those of their grids and a number, row by row like grids."""
    first = np.unique(micro, return_index=True)[1]
    frame = gpd.GeoDataFrame(
        {
            "grid_id": units["grid_id"].to_numpy(object)[first],
            "households": np.bincount(micro, weights=units["households"].to_numpy(float)),
        },
        geometry=_outlines(units.geometry.to_numpy(), micro),
        crs=units.crs,
    )
    number = naming.numbers(frame.assign(community_id=frame["grid_id"], kind="ordinary"))
    return frame.assign(microgrid_id=[f"{g}-{n:02}" for g, n in zip(frame["grid_id"], number, strict=True)])


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
        load=ids.map(rows.groupby("community_id")["load"].sum()).fillna(0.0),
        grids=ids.map(ordinary.size()).fillna(0.0),
        workers_in_plan=ids.map(ordinary["workers"].sum()).fillna(0.0),
        workers_on_roster=roster.by_community,
    )
    return frame.join(staffing.posts(frame, norm=norm_of(plan)))


def _streets(communities: gpd.GeoDataFrame, plan: PlanFile) -> gpd.GeoDataFrame:
    """Return the streets: their communities' sums, posts from the sums."""
    figures = ["households", "planned", "load", "population", "grids", "workers_in_plan", "workers_on_roster"]
    named = communities[communities["street"] != ""]
    sums = named.groupby("street", sort=False)[figures].sum(min_count=1)
    shapes = named.groupby("street", sort=False).geometry.apply(lambda g: shapely.union_all(g.to_numpy()))
    frame = gpd.GeoDataFrame(sums, geometry=shapes, crs=communities.crs).reset_index()
    return _layer(frame.join(staffing.posts(frame, norm=norm_of(plan))), "streets")
