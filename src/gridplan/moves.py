"""What a planner needs to move units by hand and see at once what it does: who borders whom, and how far they walk."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridplan.config import PlanFile
from gridplan.intake import take_in
from gridplan.partition.pieces import walkable
from gridplan.progress import Progress
from gridplan.units import build_units
from gridplan.walking import ways_of


@dataclass(frozen=True, eq=False, kw_only=True)
class Ground:
    """The units of a community as the partition sees them.

    Attributes
    ----------
    unit_id
        Shape (n,), in the order of the other arrays.
    load, households
        Shape (n,).
    pairs
        Positions of units that people can walk between, shape (m, 2), the smaller first.
    metres
        Walks between units, shape (n, n).
    """

    unit_id: NDArray[np.object_]
    load: NDArray[np.float64]
    households: NDArray[np.float64]
    pairs: NDArray[np.int64]
    metres: NDArray[np.float64]


def ground_of(plan_file: PlanFile, progress: Progress) -> Mapping[str, Ground]:
    """Return the ground of each community by its id.

    Raises
    ------
    UsageError, InputError
        As ``intake.take_in``.
    """
    inputs = take_in(plan_file, progress)
    units = build_units(inputs, progress)
    ways = ways_of(plan_file, inputs, units, progress)
    graph = walkable(units.table, units.borders)
    ground = {}
    for community, rows in units.table.groupby("community_id", sort=False).indices.items():
        at = np.sort(rows)
        part = graph[at][:, at].tocoo()
        pairs = np.column_stack([part.row, part.col])
        table = units.table.iloc[at]
        ground[str(community)] = Ground(
            unit_id=table["unit_id"].to_numpy(object),
            load=table["load"].to_numpy(float),
            households=table["households"].to_numpy(float),
            pairs=pairs[pairs[:, 0] < pairs[:, 1]].astype(np.int64),
            metres=ways.metres(at),
        )
    return ground
