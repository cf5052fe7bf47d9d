"""Special areas: each is one grid, as it was given, also where a barrier parts it; then the plan says so."""

import geopandas as gpd
import numpy as np
import shapely

from gridplan.sides import sides_of
from gridplan.tables import Inputs
from gridplan.where import Flags, Geometries, Ints, place_in
from gridplan.words import Message


def straddling(inputs: Inputs, units: gpd.GeoDataFrame, of_row: Ints) -> dict[str, Message]:
    """Return, by community_id, which special areas have people on two sides of a barrier that no road crosses.

    Parameters
    ----------
    inputs
        Communities, households, special areas, barriers and roads of the district.
    units, of_row
        The table of ``units.Units``, and the position of the unit of each household row.
    """
    if inputs.special_areas is None or inputs.barriers is None:
        return {}
    rows = inputs.households.assign(unit=of_row, area=units["special"].to_numpy()[of_row])
    rows = rows[(rows["area"] >= 0) & (rows["households"] > 0)]
    ground = inputs.communities.set_index("community_id").geometry
    names = inputs.special_areas["name"].where(
        inputs.special_areas["name"] != "", inputs.special_areas["special_id"]
    )
    told = {}
    for community, homes in rows.groupby("community_id"):
        cells = units.geometry.to_numpy()[homes["unit"].unique()]
        if len(_meeting(inputs.barriers, shapely.union_all(cells))):
            parted = names[np.unique(homes["area"][_parted(homes, ground[community], inputs)])]
            if len(parted):
                told[community] = Message("units.straddling", {"areas": ", ".join(parted)})
    return told


def _parted(homes: gpd.GeoDataFrame, ground: shapely.Geometry, inputs: Inputs) -> Flags:
    """Return which rows are of a unit with rows on several sides of the barriers in a community."""
    sides = sides_of(ground, _meeting(inputs.barriers, ground), _meeting(inputs.roads, ground))
    if len(sides.land) <= 1:
        return np.zeros(len(homes), bool)
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    home = homes.assign(side=sides.joined[place_in(xy, sides.land)])
    return home.groupby("unit")["side"].transform("nunique").to_numpy() > 1


def _meeting(table: gpd.GeoDataFrame | None, shape: shapely.Geometry) -> Geometries:
    """Return the shapes of a table that meet another."""
    shapes = np.zeros(0, object) if table is None else table.geometry.to_numpy()
    return shapes[shapely.intersects(shapes, shape)]
