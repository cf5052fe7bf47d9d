"""The sides of the barriers in a community, and where roads lead from one to another."""

from dataclasses import dataclass

import numpy as np
import shapely

from gridplan.seams import components
from gridplan.where import Flags, Floats, Geometries, Ints, place_in

WALL_M = 0.1  # a barrier is taken to be so much wider on either side: lines drawn so near to one another are one wall
HAIR_M = 0.01  # pieces of road so near to one another are one


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Land (s,) that lies apart without its barriers, and places (p,) where roads lead over these.

    ``place`` and ``side`` (k,) pair each place with the land at the ends of its roads: a road that leads from one side of two
    crossing barriers to another joins these two, and none of the others that meet there.
    """

    land: Geometries
    places: Geometries
    place: Ints
    side: Ints

    @property
    def joined(self) -> Ints:
        """Number of the connected piece of each land, over roads."""
        lands, places = len(self.land), len(self.places)
        return components(lands + places, self.side, lands + self.place)[:lands]

    def of(self, points: Floats) -> tuple[Ints, Flags]:
        """Return the land nearest to each point (k, 2), and which points lie on it: those on water do not."""
        side = place_in(points, self.land)
        return side, np.asarray(shapely.dwithin(self.land[side], shapely.points(points), 2 * WALL_M), bool)

    def led_to(self, has: Flags) -> Flags:
        """Return at which places (k, p) the roads lead to land that each of some owners has (k, s)."""
        leads = np.zeros((len(self.land), len(self.places)), np.int64)
        leads[self.side, self.place] = 1
        return np.asarray(has @ leads > 0)


def sides_of(ground: shapely.Geometry, barriers: Geometries, roads: Geometries) -> Sides:
    """Return the sides of the barriers on some ground.

    Parameters
    ----------
    ground
        A polygon or several, metres.
    barriers, roads
        Lines or areas that nobody crosses, and the lines that people walk on. What lies outside the ground counts for nothing.
    """
    walls = shapely.union_all(shapely.buffer(barriers, WALL_M, quad_segs=2))
    land = shapely.get_parts(shapely.difference(ground, walls))
    shapely.prepare(walls)
    net = shapely.intersection(shapely.union_all(roads[shapely.intersects(walls, roads)]), ground)
    over = shapely.buffer(shapely.intersection(net, walls), HAIR_M, quad_segs=1)
    places = shapely.get_parts(over)
    ways = shapely.get_parts(shapely.line_merge(shapely.difference(net, over)))
    ways = ways[shapely.get_dimensions(ways) == 1]
    if not len(places) or not len(ways) or not len(land):
        none = np.zeros(0, np.int64)
        return Sides(land=land, places=places[:0], place=none, side=none)
    place, way = shapely.STRtree(ways).query(places, predicate="dwithin", distance=HAIR_M)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(ways, 0.5, normalized=True))
    ends = np.bincount(place, minlength=len(places))
    place, way = place[ends[place] > 1], way[ends[place] > 1]  # a road that ends at a barrier leads nowhere
    return Sides(land=land, places=places, place=place, side=place_in(middle, land)[way])
