"""Walking metres between points: over the roads where there are roads, else the straight line times a detour.

``build_network`` makes a ``RoadNetwork``; ``StraightLine`` needs no roads. Both are a ``Walk``.
``isochrone`` draws how far people come.
"""

from gridplan.network.build import build_network
from gridplan.network.isochrone import isochrone, reached_roads
from gridplan.network.roads import RoadNetwork
from gridplan.network.walk import FAR_M, Places, StraightLine, Walk, tell_far

__all__ = [
    "FAR_M",
    "Places",
    "RoadNetwork",
    "StraightLine",
    "Walk",
    "build_network",
    "isochrone",
    "reached_roads",
    "tell_far",
]
