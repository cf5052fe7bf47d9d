"""Communities as one coverage: rows of one id are parts of one community, no two overlap, and narrow gaps are filled."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rtree
import shapely

from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.shapes import areal

SLIVER_WIDTH_M = 1.0  # mean width up to which an overlap is an inaccuracy of drawing
SLIVER_SHARE = 0.01  # of the smaller community
GAP_M2 = 0.01  # from which a gap is filled
ON_BORDER_M = 1e-6
NEGLIGIBLE_M2 = 1e-4  # left by rounding wherever polygons share a border

Shapes = npt.NDArray[np.object_]


def merged(frame: gpd.GeoDataFrame, sheet: Sheet) -> tuple[gpd.GeoDataFrame, Sheet, list[Fault]]:
    """Return one row an id, in the order of the file, and the sheet that names those rows.

    Rows of one id, name and street are parts of one community. Figures that are the same on every part count
    once, figures that differ are added up. Rows of one id that differ in name or street are a fault.
    """
    repeated = (frame["community_id"].duplicated(keep=False) & (frame["community_id"] != "")).to_numpy()
    if not repeated.any():
        return frame, sheet, []
    groups = frame.groupby("community_id", sort=False)
    differs = (groups[["name", "street"]].transform("nunique") > 1).any(axis=1).to_numpy() & repeated
    faults = sheet.faults("duplicate_community", differs, column=sheet.columns["id"])
    faults += sheet.faults("merged_parts", repeated & ~differs, Harm.TOLD)
    figures = {"name": "first", "street": "first", "population": _together, "workers": _together}
    rows = groups.agg(figures).reset_index()
    united = [
        areal(shapely.union_all(frame.geometry.to_numpy()[groups.indices[one]]))
        for one in rows["community_id"]
    ]
    shapes = np.array([None if shape.is_empty else shape for shape in united], dtype=object)
    first = np.array([groups.indices[one][0] for one in rows["community_id"]])
    named = replace(sheet, ids=rows["community_id"].to_numpy(object), numbers=first + 1)
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=frame.crs), named, faults


def _together(figures: pd.Series) -> float:
    is_one = (figures == figures.iloc[0]).all()
    return float(figures.iloc[0] if is_one else figures.sum(min_count=1))


@dataclass(frozen=True)
class _Overlap:
    """Two communities, by position, and what they share."""

    keeper: int
    giver: int
    area_m2: float
    is_sliver: bool


def without_overlaps(frame: gpd.GeoDataFrame, sheet: Sheet) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the communities without the slivers that two of them share; more than a sliver is a fault.

    A sliver goes to the community whose id comes first. The index follows every border as it moves.
    """
    ids, shapes = frame["community_id"].to_numpy(object), frame.geometry.to_numpy().copy()
    known = np.flatnonzero(~shapely.is_missing(shapes))
    boxes = shapely.bounds(shapes)
    index = rtree.index.Index()
    for row in known.tolist():
        index.insert(row, boxes[row])
    overlaps: list[_Overlap] = []
    for keeper in sorted(known.tolist(), key=lambda row: (ids[row], row)):
        index.delete(keeper, boxes[keeper])  # each pair is met once, by the one whose id comes first
        others = np.array(sorted(index.intersection(boxes[keeper])), dtype=np.intp)
        for found in _shared(keeper, others, shapes):
            overlaps.append(found)
            if found.is_sliver:
                index.delete(found.giver, boxes[found.giver])
                shapes[found.giver] = areal(shapely.difference(shapes[found.giver], shapes[keeper]))
                boxes[found.giver] = shapely.bounds(shapes[found.giver])
                index.insert(found.giver, boxes[found.giver])
    mended = gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    return frame.set_geometry(mended), _told(overlaps, ids, sheet)


def _shared(keeper: int, others: npt.NDArray[np.intp], shapes: Shapes) -> list[_Overlap]:
    """Return the overlaps of one community with others."""
    shared = shapely.intersection(shapes[keeper], shapes[others])
    areas_m2, lengths_m = shapely.area(shared), shapely.length(shared)
    smaller_m2 = np.minimum(shapely.area(shapes[keeper]), shapely.area(shapes[others]))
    width_m = 2 * areas_m2 / np.maximum(lengths_m, np.finfo(float).tiny)
    slivers = (width_m <= SLIVER_WIDTH_M) & (areas_m2 <= SLIVER_SHARE * smaller_m2)
    return [
        _Overlap(keeper, int(others[at]), float(areas_m2[at]), bool(slivers[at]))
        for at in np.flatnonzero(areas_m2 > NEGLIGIBLE_M2)
    ]


def _told(overlaps: list[_Overlap], ids: npt.NDArray[np.object_], sheet: Sheet) -> list[Fault]:
    """Tell of every real overlap by itself, and of all slivers together."""
    faults = []
    for one in [overlap for overlap in overlaps if not overlap.is_sliver]:
        rows = np.array([one.keeper, one.giver])
        named = {"first": ids[one.keeper], "second": ids[one.giver], "area_m2": f"{one.area_m2:,.1f}"}
        faults.append(sheet.fault("overlap", rows, **named))
    slivers = [overlap for overlap in overlaps if overlap.is_sliver]
    if slivers:
        rows = np.unique([overlap.giver for overlap in slivers])
        area_m2 = sum(overlap.area_m2 for overlap in slivers)
        faults.append(sheet.fault("slivers", rows, Harm.TOLD, pairs=len(slivers), area_m2=f"{area_m2:,.4f}"))
    return faults


def without_gaps(frame: gpd.GeoDataFrame, sheet: Sheet) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Return the communities with the narrow gaps that they enclose filled, each by the one with the longest border on it."""
    shapes = frame.geometry.to_numpy().copy()
    known = np.flatnonzero(~shapely.is_missing(shapes))
    gaps = enclosed(shapes[known])
    slim = 2 * shapely.area(gaps) <= SLIVER_WIDTH_M * shapely.length(gaps)
    gaps = gaps[slim & (shapely.area(gaps) >= GAP_M2)]
    if not len(gaps):
        return frame, []
    near = shapely.STRtree(shapes[known]).query(gaps, predicate="dwithin", distance=ON_BORDER_M)
    beside = shapely.intersection(
        shapely.boundary(shapes[known[near[1]]]), shapely.buffer(gaps[near[0]], ON_BORDER_M)
    )
    filled, area_m2 = set[int](), 0.0
    for number, gap in enumerate(gaps):
        mine = np.flatnonzero(near[0] == number)
        smallest_m2 = shapely.area(shapes[known[near[1][mine]]]).min(initial=np.inf)
        if len(mine) > 1 and gap.area <= SLIVER_SHARE * smallest_m2:
            taker = int(known[near[1][mine[int(np.argmax(shapely.length(beside[mine])))]]])
            shapes[taker] = areal(shapely.union(shapes[taker], gap))
            filled.add(taker)
            area_m2 += gap.area
    told = sheet.faults(
        "gaps_filled", np.isin(np.arange(len(shapes)), [*filled]), Harm.TOLD, area_m2=f"{area_m2:,.2f}"
    )
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)), told


def enclosed(shapes: Shapes) -> Shapes:
    """Return the holes that polygons leave among them, as polygons."""
    parts = shapely.get_parts(areal(shapely.union_all(shapes)))
    rings = [ring for part in parts for ring in shapely.get_parts(part.interiors)]
    return shapely.polygons(np.array(rings, dtype=object)) if rings else np.zeros(0, dtype=object)


def residents(
    communities: pd.DataFrame, households: pd.DataFrame, sheet: Sheet
) -> tuple[npt.NDArray[np.float64], list[Fault]]:
    """Return the residents of each community: the households' sum where they give it, else its own figure.

    A difference between the two is told.
    """
    own = communities["population"].to_numpy(float)
    if households["population"].isna().all():
        return own, []
    sums = households.groupby("community_id")["population"].sum()
    counted = sums.reindex(communities["community_id"]).fillna(0).to_numpy()
    differs = ~np.isnan(own) & (np.abs(own - counted) >= 1)
    values = {"own": f"{own[differs].sum():,.0f}", "counted": f"{counted[differs].sum():,.0f}"}
    return counted, sheet.faults("population_differs", differs, Harm.TOLD, **values)
