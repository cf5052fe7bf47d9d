"""Doubts about what inputs say of one another, and about rows of one that say the same twice."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridplan.checks.doubts.lines import off_the_road
from gridplan.checks.doubts.looked import Looked, doubt, first
from gridplan.checks.faults import Fault

Shapes = npt.NDArray[np.object_]
Work = Callable[[], list[Fault]]

SAME_PLACE_M = 1.0
CENTIMETRES, WIDE = 100, 1 << 31  # in a metre; more than any northing in centimetres
STACKED = 5  # different buildings at one point
SPREAD_M = 3_000.0  # a compound is no larger
DISTANT_M = 2_000.0  # from every community
DISTANT = ("facilities", "candidates", "agencies")


def works(looked: Mapping[str, Looked]) -> list[Work]:
    """Return what finds the doubts between inputs, by part of the plan file; each can be done beside the others."""
    found: list[Work] = []
    homes, communities = looked.get("households"), looked.get("communities")
    if homes is not None and communities is not None:
        found += [partial(_compounds, homes), partial(_stacked, homes)]
        found += [partial(_nobody_lives, homes, communities)]
        if "roads" in looked:
            found += [partial(off_the_road, homes, looked["roads"])]
    if communities is not None:
        found += [partial(_distant, looked[part], communities) for part in DISTANT if part in looked]
        found += [partial(_same_names, communities)]
    if "facilities" in looked:
        found += [partial(_same_places, looked["facilities"])]
    if "workers" in looked:
        found += [partial(_same_people, looked["workers"])]
    if "needs" in looked and "resources" in looked:
        found += [partial(_serves_nobody, looked["resources"], looked["needs"])]
    return found


def _compounds(homes: Looked) -> list[Fault]:
    """Return rows of compounds that lie in several communities, but for the one that holds most, and of those far too large."""
    frame, sheet = homes.frame, homes.sheet
    if "compound" not in sheet.columns or "community_id" not in frame:
        return []
    compound, home = frame["compound"].to_numpy(object), frame["community_id"].to_numpy(object)
    (name_of, names), (home_of, homes_named) = pd.factorize(compound), pd.factorize(home)
    rows = np.flatnonzero((names != "")[name_of] & (homes_named != "")[home_of])
    which, pairs = pd.factorize(name_of[rows] * len(homes_named) + home_of[rows])
    counts = np.bincount(which, minlength=len(pairs))
    order = np.lexsort((pairs, -counts, pairs // len(homes_named)))
    held, begins = np.unique(pairs[order] // len(homes_named), return_index=True)
    main = np.full(len(names), -1)
    main[held] = pairs[order][begins] % len(homes_named)
    lone = np.zeros(len(frame), dtype=bool)
    lone[rows] = home_of[rows] != main[name_of[rows]]
    column = sheet.columns["compound"]
    found = doubt(sheet, "compound_across", lone, column=column, example=first(compound, lone))
    wide = _spread(name_of[rows], homes.places[rows], len(names))
    where = np.zeros(len(frame), dtype=bool)
    where[rows] = wide[name_of[rows]]
    return found + doubt(sheet, "compound_spread", where, column=column, example=first(compound, where))


def _spread(
    group: npt.NDArray[np.intp], places: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.bool_]:
    """Return which groups of places are more than a compound across, west to east or south to north."""
    wide = np.zeros(count, dtype=bool)
    for axis in places.T:
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.fmin.at(low, group, axis)
        np.fmax.at(high, group, axis)
        wide |= high - low > SPREAD_M
    return wide


def _stacked(homes: Looked) -> list[Fault]:
    """Return rows at a point that many different buildings share."""
    if "building" not in homes.sheet.columns:
        return []
    frame = homes.frame
    marked = np.zeros(len(frame), dtype=bool)
    there = np.flatnonzero(~np.isnan(homes.places[:, 0]))
    x, y = np.round(homes.places[there] * CENTIMETRES).astype(np.int64).T
    spots = np.sort(x * WIDE + y)
    if not (spots[STACKED - 1 :] == spots[: 1 - STACKED]).any():
        return []
    _, which, counts = np.unique(x * WIDE + y, return_inverse=True, return_counts=True)
    crowded = np.flatnonzero(counts[which] >= STACKED)
    if len(crowded):
        rows = frame.iloc[there[crowded]]
        names = pd.Series((rows["compound"] + "\n" + rows["building"]).to_numpy(object))
        different = (
            names.where((rows["building"] != "").to_numpy()).groupby(which[crowded]).transform("nunique")
        )
        marked[there[crowded[different.to_numpy() >= STACKED]]] = True
    return doubt(homes.sheet, "stacked", marked, count=STACKED)


def _nobody_lives(homes: Looked, communities: Looked) -> list[Fault]:
    """Return communities that no row of households lies in."""
    if "community_id" not in homes.frame:
        return []
    lived_in = set(homes.frame["community_id"].tolist())
    where = np.array([one not in lived_in for one in communities.frame["community_id"]], dtype=bool)
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
