"""What nobody crosses on foot: rivers, railways, walls."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.network.walk import Floats

CLEAR_M = 0.05  # a way may start or end at a barrier: so much of both its ends is not looked at


class Barriers:
    """Barriers of one metric CRS, ready to be asked which straight ways they bar; None bars nothing."""

    def __init__(self, barriers: gpd.GeoDataFrame | None) -> None:
        shapes = np.array([], object) if barriers is None else barriers.geometry.to_numpy()
        self._shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        self._tree = shapely.STRtree(self._shapes)

    def bar(self, starts: Floats, ends: Floats, *, from_inside: bool = False) -> NDArray[np.bool_]:
        """Return which straight ways from (k, 2) to (k, 2) metres cross a barrier.

        With ``from_inside`` a barrier does not bar a way that starts on it: who lives there gets out.
        """
        barred = np.zeros(len(starts), bool)
        if not len(self._shapes) or not len(starts):
            return barred
        length_m = np.maximum(np.hypot(*(ends - starts).T), CLEAR_M)
        clear = (ends - starts) * np.minimum(CLEAR_M / length_m, 0.25)[:, None]
        way, shape = self._tree.query(
            shapely.linestrings(np.stack([starts + clear, ends - clear], axis=1)), predicate="intersects"
        )
        if from_inside:
            held = shapely.intersects(self._shapes[shape], shapely.points(starts[way]))
            way = way[~held]
        barred[way] = True
        return barred
