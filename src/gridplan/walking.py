"""How people walk in a run: over its roads where it has roads, else in a straight line times a detour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.config import Circle, PlanFile
from gridplan.network import Places, StraightLine, Walk, build_network
from gridplan.progress import Progress
from gridplan.tables import Inputs
from gridplan.units import Units


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The way people walk, and where on it the units lie.

    ``straight`` says whether the partition measures by straight line x detour, ``block`` (units,) is the block of each
    unit, -1 for none.
    """

    walk: Walk
    units: Places
    line: StraightLine
    straight: bool
    block: NDArray[np.int64]

    def metres(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the distances between k units that the partition uses, shape (k, k).

        Over the roads, but units of one block, with no road or barrier between them, are at most line x detour apart:
        nobody walks out to the street and back in to get next door.
        """
        places = self.units[at]
        direct = self.line.distances(places, places)
        if self.straight:
            return direct
        walked = self.walk.distances(places, places)
        beside = (self.block[at][:, None] == self.block[at]) & (self.block[at][:, None] >= 0)
        return np.where(beside | ~np.isfinite(walked), np.minimum(walked, direct), walked)


def ways_of(plan_file: PlanFile, inputs: Inputs, units: Units, progress: Progress) -> Ways:
    """Return the way people walk: over the roads where there are roads."""
    line = StraightLine((plan_file.circle or Circle()).detour)
    has_roads = inputs.roads is not None and len(inputs.roads) > 0
    walk: Walk = line
    if has_roads:
        progress.start("network")
        walk = build_network(inputs.roads, inputs.barriers, detour=line.detour)
    asked = plan_file.partition.distance
    return Ways(
        walk=walk,
        units=walk.attach(units.table[["x", "y"]].to_numpy()),
        line=line,
        straight=asked == "straight" or (asked == "auto" and not has_roads),
        block=units.table["block"].to_numpy(),
    )
