"""Every table that flows: its columns, what they hold, and in which units.

Text columns hold "" where nothing is known, number columns NaN. Lengths are metres, areas square metres, times minutes, shares
0..1, ids text. All geometry is in one metric CRS, decided once in ``geo``.
"""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridplan.words import Message

# inputs, after reading and checking: table -> (text columns, number columns); all of them are always there
INPUT_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "communities": (("community_id", "name", "street"), ("population", "workers")),
    "households": (
        ("household_id", "entrance", "building", "compound", "community_id", "locked", "together", "apart"),
        ("households", "planned", "population", "workload", "vulnerable", "load"),
    ),
    "roads": (("road_id", "name", "rank"), ()),
    "barriers": (("barrier_id", "name"), ()),
    "facilities": (("facility_id", "category", "name"), ("capacity", "closing")),
    "candidates": (("candidate_id", "categories", "kind", "required", "forbidden"), ("cost", "area")),
    "special_areas": (("special_id", "name"), ("workers",)),
    "seeds": (("seed_id", "community_id"), ()),
    "workers": (("worker_id", "name", "kind", "community_id", "served", "post"), ("availability",)),
    "agencies": (("agency_id", "name", "phone", "community_id"), ("people",)),
    "officers": (("officer_id", "name", "phone", "department", "street"), ()),
    "actors": (
        ("actor_id", "name", "phone", "kind", "community_id"),
        ("willing", "able", "resourced", "related"),
    ),
    "needs": (("need_id", "name", "kind", "community_id", "grid_id", "start", "end"), ("amount", "urgency")),
    "resources": (
        ("resource_id", "name", "kind", "serves", "actor_id", "community_id", "start", "end"),
        ("amount", "metres"),
    ),
    "points": (("point_id", "actor_id", "date", "kind", "note"), ("given", "earned", "redeemed")),
}

# posts from the street down, and what their ids have of them
POSTS = {
    "chief_instructor": "I",
    "chief_grid_leader": "C",
    "grid_leader": "L",
    "full_time": "F",
    "part_time": "P",
    "microgrid_head": "H",
    "party_committee": "PC",
    "party_general_branch": "PG",
    "party_branch": "PB",
    "party_group": "PU",
}

# layers of plan.gpkg, the id first: layer -> (text columns, number columns); order in the file as in CONTRACT
FIGURES = (
    "households",
    "planned",
    "population",
    "grids",
    "workers_in_plan",
    "posts_min",
    "posts_max",
    "posts_by_residents",
    "workers_on_roster",
)
LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "streets": (("street",), FIGURES),
    "communities": (("community_id", "name", "street"), FIGURES),
    "grids": (
        ("grid_id", "code", "name", "community_id", "kind", "centre_unit_id", "bounds_text"),
        (
            "households",
            "population",
            "load",
            "workers",
            "in_band",
            "walk_mean_m",
            "walk_max_m",
            "walk_straight_m",
            "compactness",
        ),
    ),
    "microgrids": (("microgrid_id", "grid_id"), ("households",)),
    "units": (("unit_id", "grid_id", "community_id", "compound", "building"), ("households", "load")),
    "households": (("household_id", "unit_id", "grid_id", "microgrid_id", "community_id"), ("households",)),
    "facilities": (
        ("facility_id", "category", "status", "name", "kind"),
        ("capacity", "households_served"),
    ),
    "access": (
        ("unit_id", "category", "facility_id", "assigned_id"),
        ("minutes", "minutes_existing", "covered"),
    ),
    "isochrones": (("isochrone_id", "facility_id", "category"), ("minutes", "households")),
}

# lists of a plan, without shapes, the id first: as LAYERS; a person's name or telephone is there only where the plan file names
# the column
LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "posts": (
        (
            *("post_id", "kind", "street", "community_id", "grid_id", "microgrid_id"),
            *("worker_id", "name"),
        ),
        ("share", "walk_m", "moved"),
    ),
    "whistle": (
        (
            *("grid_id", "code", "name", "community_id", "street", "leader", "month"),
            *("officer_id", "officer", "officer_phone", "department"),
            *("deputy_id", "deputy", "deputy_phone"),
            *("agency_ids", "agencies", "agency_phones", "member_id", "member"),
        ),
        (),
    ),
    "rota": (
        (
            *("month", "place_id", "place", "officer_id", "officer", "department"),
            *("deputy_id", "deputy"),
        ),
        (),
    ),
    "agency_pairs": (("agency_id", "agency", "phone", "community_id"), ("people", "households", "metres")),
    "needs": (
        (
            *("need_id", "name", "kind", "community_id", "grid_id", "start", "end"),
            *("reason", "reason_text", "project_id"),
        ),
        ("amount", "urgency", "met", "unmet"),
    ),
    "resources": (
        (
            *("resource_id", "name", "kind", "serves", "actor_id", "community_id", "start", "end"),
            "remark",
        ),
        ("amount", "used", "left"),
    ),
    "matches": (("match_id", "need_id", "resource_id", "actor_id", "project_id"), ("amount", "metres")),
    "projects": (
        ("project_id", "kind", "community_id", "needs", "resources", "actors", "start", "end"),
        ("asked", "met", "share"),
    ),
    "actors": (
        ("actor_id", "name", "phone", "kind", "community_id"),
        ("willing", "able", "resourced", "related", "resources", "used"),
    ),
    "ledger": (
        ("actor_id", "name"),
        ("given", "earned", "redeemed", "balance", "promised", "promised_points"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where an input came from and what was found out about it."""

    label: str  # the path as the plan file has it, or the database table without credentials
    sha256: str = ""  # of what was read; readers of files leave it to their caller
    encoding: str = ""  # text encoding found, where the format has one
    crs: str = ""  # name of the CRS the rows came in
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All inputs of a run as clean tables; columns as INPUT_COLUMNS names them, rows in the order of the files.

    Every table has a RangeIndex. ``households.geometry`` are points (as they came, or an inner point of a polygon),
    ``households.community_id`` is the community the point lies in, ``load`` is workload where the plan file names that column
    and households elsewhere. ``communities`` has one row an id, valid (multi)polygons that do not overlap.
    Optional inputs are None where the plan file has none.
    """

    crs: CRS
    communities: gpd.GeoDataFrame
    households: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame | None = None
    barriers: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    candidates: gpd.GeoDataFrame | None = None
    special_areas: gpd.GeoDataFrame | None = None
    seeds: gpd.GeoDataFrame | None = None
    workers: pd.DataFrame | None = None
    agencies: gpd.GeoDataFrame | None = None  # a row of these three may have no shape
    needs: gpd.GeoDataFrame | None = None
    resources: gpd.GeoDataFrame | None = None
    officers: pd.DataFrame | None = None
    actors: pd.DataFrame | None = None
    points: pd.DataFrame | None = None
    sources: dict[str, Source]
    repairs: tuple[Message, ...] = ()  # every change made to what came, one message each
