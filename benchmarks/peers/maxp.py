"""Max-p-regions of spopt: as many regions as can be with at least the lower end of the band; it knows no upper end."""

import random
from typing import Any

import geopandas as gpd
import numpy as np
from libpysal.weights import W
from spopt.region import MaxPHeuristic

from instance import Instance, in_order

NEAREST = 2  # regions considered for a unit that is left over


def table(instance: Instance) -> tuple[gpd.GeoDataFrame, W]:
    """Return an instance as spopt wants it."""
    x, y = instance.xy.T
    graph = instance.graph
    near = np.split(graph.indices, graph.indptr[1:-1])
    units = gpd.GeoDataFrame({"x": x, "y": y, "load": instance.load}, geometry=gpd.points_from_xy(x, y))
    return units, W({i: units.tolist() for i, units in enumerate(near)}, silence_warnings=True)


def divide(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:  # noqa: ARG001 # it ends by itself
    """Return the regions found with the package's own number of rounds."""
    np.random.seed(seed)  # noqa: NPY002 # spopt draws from there
    random.seed(seed)
    model = MaxPHeuristic(*table(instance), ["x", "y"], "load", instance.low, NEAREST)
    model.solve()
    return {"assignment": in_order(model.labels_)}
