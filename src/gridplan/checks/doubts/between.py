"""Doubts about what inputs say of one another, and about rows of one that say the same twice."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.checks.doubts.lines import off_the_road
from gridplan.checks.doubts.looked import Looked, doubt, first
from gridplan.checks.faults import Fault

Shapes = npt.NDArray[np.object_]

ON_BORDER_M = 0.01
SAME_PLACE_M = 1.0
STACKED = 5  # different buildings at one point
SPREAD_M = 3_000.0  # a compound is no larger
DISTANT_M = 2_000.0  # from every community
DISTANT = ("facilities", "candidates", "agencies")


def doubts(looked: Mapping[str, Looked]) -> list[Fault]:
    """Return what is doubtful between inputs, by part of the plan file."""
    found: list[Fault] = []
    homes, communities = looked.get("households"), looked.get("communities")
    if homes is not None and communities is not None:
        found += [*_compounds(homes), *_stacked(homes), *_on_borders(homes, communities)]
        found += _nobody_lives(homes, communities)
        if "roads" in looked:
            found += off_the_road(homes, looked["roads"])
    if communities is not None:
        found += [
            fault for part in DISTANT if part in looked for fault in _distant(looked[part], communities)
        ]
        found += _same_names(communities)
    if "facilities" in looked:
        found += _same_places(looked["facilities"])
    if "workers" in looked:
        found += _same_people(looked["workers"])
    if "needs" in looked and "resources" in looked:
        found += _serves_nobody(looked["resources"], looked["needs"])
    return found


def _compounds(homes: Looked) -> list[Fault]:
    """Return rows of compounds that lie in several communities, but for the one that holds most, and of those far too large."""
    frame, sheet = homes.frame, homes.sheet
    if "compound" not in sheet.columns or "community_id" not in frame:
        return []
    compound, home = frame["compound"].to_numpy(object), frame["community_id"].to_numpy(object)
    rows = pd.DataFrame({"compound": compound, "home": home, "row": np.arange(len(frame))})
    rows = rows[(rows["compound"] != "") & (rows["home"] != "")]
    counts = rows.groupby(["compound", "home"], sort=False).size()
    main = counts.groupby(level=0).idxmax().str[1]
    lone = np.zeros(len(frame), dtype=bool)
    lone[rows.loc[rows["home"] != rows["compound"].map(main), "row"]] = True
    column = sheet.columns["compound"]
    found = doubt(sheet, "compound_across", lone, column=column, example=first(compound, lone))
    places = shapely.get_coordinates(homes.shapes[rows["row"]]) if len(rows) else np.zeros((0, 2))
    if len(places) == len(rows):
        extent = pd.DataFrame(places).groupby(rows["compound"].to_numpy()).agg(np.ptp)
        wide = extent.index[(extent > SPREAD_M).any(axis=1)]
        where = np.isin(compound.astype(str), wide.to_numpy(str))
        found += doubt(sheet, "compound_spread", where, column=column, example=first(compound, where))
    return found


def _stacked(homes: Looked) -> list[Fault]:
    """Return rows at a point that many different buildings share."""
    if "building" not in homes.sheet.columns:
        return []
    shapes, building = homes.shapes, homes.frame["building"].to_numpy(object)
    there = ~shapely.is_missing(shapes) & (building != "")
    places = pd.DataFrame(np.round(shapely.get_coordinates(shapes[there]), 2), columns=["x", "y"])
    names = homes.frame["compound"].to_numpy(object)[there] + "\n" + building[there]
    counts = places.assign(building=names).groupby(["x", "y"])["building"].transform("nunique")
    marked = np.zeros(len(shapes), dtype=bool)
    marked[np.flatnonzero(there)[counts.to_numpy() >= STACKED]] = True
    return doubt(homes.sheet, "stacked", marked, count=STACKED)


def _on_borders(homes: Looked, communities: Looked) -> list[Fault]:
    """Return rows that lie on the border of two communities."""
    points, shapes = homes.shapes, communities.shapes
    edges = shapely.boundary(shapes[~shapely.is_missing(shapes)])
    parts = shapely.get_parts(edges) if len(edges) else edges
    near = np.unique(shapely.STRtree(points).query(parts, predicate="dwithin", distance=ON_BORDER_M)[1])
    between = shapely.STRtree(shapes).query(points[near], predicate="dwithin", distance=ON_BORDER_M)[0]
    marked = np.zeros(len(points), dtype=bool)
    marked[near[np.bincount(between, minlength=len(near)) > 1]] = True
    return doubt(homes.sheet, "on_border", marked)


def _nobody_lives(homes: Looked, communities: Looked) -> list[Fault]:
    """Return communities that no row of households lies in."""
    if "community_id" not in homes.frame:
        return []
    where = ~communities.frame["community_id"].isin(homes.frame["community_id"])
    return doubt(communities.sheet, "nobody_lives", where)


def _distant(places: Looked, communities: Looked) -> list[Fault]:
    """Return rows that lie far from every community."""
    points, shapes = places.shapes, communities.shapes
    there = np.flatnonzero(~shapely.is_missing(points))
    near = shapely.STRtree(shapes).query_nearest(points[there], max_distance=DISTANT_M, all_matches=False)
    far = np.zeros(len(points), dtype=bool)
    far[np.delete(there, near[0])] = True
    return doubt(places.sheet, "distant", far, distance_km=f"{DISTANT_M / 1000:g}")


def _same_names(communities: Looked) -> list[Fault]:
    """Return communities of one street that bear the same name."""
    named = communities.frame[["street", "name"]]
    where = named.duplicated(keep=False) & (named["name"] != "")
    return doubt(
        communities.sheet,
        "same_names",
        where,
        example=first(named["name"].to_numpy(object), where.to_numpy()),
    )


def _same_places(facilities: Looked) -> list[Fault]:
    """Return facilities of one category at one place."""
    points, category = facilities.shapes, facilities.frame["category"].to_numpy(object)
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    again = pairs[:, (pairs[0] > pairs[1]) & (category[pairs[0]] == category[pairs[1]])]
    marked = np.zeros(len(points), dtype=bool)
    marked[again[0]] = True
    return doubt(facilities.sheet, "same_place", marked)


def _same_people(workers: Looked) -> list[Fault]:
    """Return people of one name, kind and community."""
    named = workers.frame[["name", "kind", "community_id"]]
    where = named.duplicated(keep=False) & (named["name"] != "") & (named["community_id"] != "")
    return doubt(workers.sheet, "same_people", where)


def _serves_nobody(resources: Looked, needs: Looked) -> list[Fault]:
    """Return resources that serve no kind of need there is."""
    wanted = set(needs.frame["kind"])
    served = resources.frame["serves"].str.replace("；", ";", regex=False).str.split(";")
    none = np.array(
        [bool("".join(kinds).strip()) and not wanted & {kind.strip() for kind in kinds} for kinds in served],
        bool,
    )
    return doubt(resources.sheet, "serves_nobody", none)
