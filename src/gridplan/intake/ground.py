"""All inputs on one ground: in one metric CRS, mended, and held against one another."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridplan import checks, geo
from gridplan.checks import Fault, Sheet
from gridplan.config import PlanFile
from gridplan.errors import InputError
from gridplan.intake.opening import NEEDED, SPOTS, TABLES, Part, hard

POINTS = ("households", "facilities", "candidates", "seeds", *SPOTS)
LINES = ("roads", "barriers")  # rows without a shape are left out


def metric_crs(plan: PlanFile, communities: Part | None) -> tuple[CRS | None, list[Fault]]:
    """Return the CRS of the run, None where the communities do not lie anywhere."""
    if communities is None or communities.places is None:
        return None, []
    shaped = communities.places[~(communities.places.isna() | communities.places.is_empty)]
    if shaped.empty:
        return None, communities.sheet.faults("no_shape", np.ones(len(communities.table), dtype=bool))
    try:
        return geo.metric_crs(plan.project.metric_crs, shaped), []
    except InputError as error:
        return None, hard("communities", error)


def on_the_ground(
    parts: dict[str, Part], crs: CRS
) -> tuple[dict[str, pd.DataFrame], dict[str, Sheet], list[Fault]]:
    """Return all tables in the metric CRS, how faults name their rows, and what is wrong with their shapes and places."""
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    sheets = {part: opened.sheet for part, opened in parts.items()}
    for part, opened in parts.items():
        if part in TABLES:
            frames[part] = opened.table
        elif opened.places is not None:
            frames[part], sheets[part], found = _shaped(part, opened, geo.brought(opened.places, crs))
            faults += found
    communities, sheet, found = checks.merged(frames["communities"], sheets["communities"])
    apart, overlaps = checks.without_overlaps(communities, sheet)
    mended, gaps = checks.without_gaps(apart, sheet)
    frames["communities"], sheets["communities"] = mended, sheet
    related, relations = _related(frames, sheets)
    return related, sheets, faults + found + overlaps + gaps + relations


def _shaped(part: str, opened: Part, places: gpd.GeoSeries) -> tuple[gpd.GeoDataFrame, Sheet, list[Fault]]:
    """Return a table with its shapes as its part needs them, and how faults name its rows."""
    shapes, faults = checks.sound(places.to_numpy(), opened.sheet)
    shapes = checks.points(shapes) if part in POINTS else shapes
    frame, sheet = gpd.GeoDataFrame(opened.table, geometry=shapes, crs=places.crs, copy=False), opened.sheet
    if part not in LINES:
        return frame, sheet, faults
    kept = np.flatnonzero(frame.geometry.notna())
    named = replace(sheet, ids=sheet.ids[kept], numbers=kept + 1)
    return frame.iloc[kept].reset_index(drop=True), named, faults


def _related(
    frames: dict[str, pd.DataFrame], sheets: dict[str, Sheet]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Return the tables with what they take from one another, and what does not fit between them."""
    related = dict(frames)
    communities = frames["communities"]
    ids, shapes = communities["community_id"].to_numpy(object), communities.geometry.to_numpy()
    bounds = {
        part: shapely.bounds(frame.geometry.to_numpy())
        for part, frame in frames.items()
        if isinstance(frame, gpd.GeoDataFrame)
    }
    distant = {
        part: checks.elsewhere(own, bounds["communities"], sheets[part]) for part, own in bounds.items()
    }
    faults = [fault for found in distant.values() for fault in found]
    if "households" in frames and not distant.get("households"):
        households = frames["households"]
        home, found = checks.homes(bounds["households"], ids, shapes, sheets["households"])
        related["households"] = households.assign(community_id=pd.Series(home, dtype=object))
        residents, told = checks.residents(communities, related["households"], sheets["communities"])
        related["communities"] = communities.assign(population=residents)
        faults += found + told
    if "seeds" in frames and not distant.get("seeds"):
        home, found = checks.homes(bounds["seeds"], ids, shapes, sheets["seeds"])
        related["seeds"] = frames["seeds"].assign(community_id=pd.Series(home, dtype=object))
        faults += found
    if "special_areas" in frames and not distant.get("special_areas"):
        special = frames["special_areas"].geometry.to_numpy()
        faults += checks.outside_special_areas(special, shapes, sheets["special_areas"])
    for part, frame in frames.items():
        if part not in NEEDED and part != "seeds" and "community_id" in frame:
            faults += checks.unknown_communities(frame, ids, sheets[part])
    for part in SPOTS[1:]:
        if part in frames and not distant.get(part):
            related[part], found = checks.at_home(frames[part], ids, shapes, sheets[part])
            faults += found
    return related, faults + checks.related(frames, sheets)
