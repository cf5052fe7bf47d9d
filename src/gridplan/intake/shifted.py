"""Whether households lie outside for a shift of coordinates, undone or not; told, and never undone unasked."""

import geopandas as gpd
import numpy as np
import shapely

from gridplan import geo
from gridplan.checks import Fault, Harm, Looked
from gridplan.config import PlanFile
from gridplan.intake.opening import Part

MANY, FEW = 0.05, 1 / 3  # outside: share of rows from which it is looked at, and what has to be left of it


def looks_shifted(plan: PlanFile, parts: dict[str, Part], looked: dict[str, Looked]) -> list[Fault]:
    """Return a doubt where far more households would lie inside with another shift undone, or with none."""
    homes, communities = parts.get("households"), looked.get("communities")
    if homes is None or homes.places is None or communities is None or "geometry" not in communities.frame:
        return []
    asked = plan.inputs.given["households"].coordinates
    ground = gpd.GeoSeries(communities.frame["geometry"])
    out = {asked: _outside(homes.places, ground)}
    if ground.crs is None or out[asked] < MANY:
        return []
    raw = geo.again(homes.places, asked) if asked in geo.SHIFTED else homes.places
    for other in ("auto", *geo.SHIFTED):
        if other != asked:
            out[other] = _outside(raw if other == "auto" else geo.undone(raw, other), ground)
    best = min(out, key=lambda name: out[name])
    if best == asked or out[best] > FEW * out[asked]:
        return []
    shares = {"share": f"{out[asked]:.0%}", "other_share": f"{out[best]:.0%}"}
    return [
        homes.sheet.fault(
            "looks_shifted", np.zeros(0, np.intp), Harm.DOUBT, asked=asked, other=best, **shares
        )
    ]


def _outside(places: gpd.GeoSeries, communities: gpd.GeoSeries) -> float:
    """Return the share of points that lie in no community."""
    points = shapely.centroid(places.to_crs(communities.crs).to_numpy())
    points = points[np.isfinite(shapely.bounds(points)).all(axis=1)]
    tree = shapely.STRtree(points)
    inside = np.unique(tree.query(communities.to_numpy(), predicate="intersects")[1])
    return 1 - len(inside) / max(len(points), 1)
