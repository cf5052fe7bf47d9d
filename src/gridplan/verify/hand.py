"""What the planner asked was kept: locked grids, units together and apart, seeds."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.tables import Inputs
from gridplan.verify.findings import broken
from gridplan.words import Message


def _rows(plan: Plan, inputs: Inputs, column: str) -> pd.DataFrame:
    """Return the household rows of the plan with what a column asks of them; nothing where the rows are not those read."""
    asked, rows = inputs.households.get(column), plan.households
    if asked is None or len(asked) != len(rows):
        return pd.DataFrame({"unit_id": [], "grid_id": [], "asked": [], "households": []})
    return rows[["unit_id", "grid_id", "households"]].assign(asked=asked.to_numpy(object))


def check_locked(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that each locked grid is one grid, and that nobody else lives in it."""
    rows = _rows(plan, inputs, "locked")
    named = rows[rows["asked"] != ""]
    grids = named.groupby("asked")["grid_id"].nunique()
    yield from broken("lock_broken", grids.index, grids > 1)
    locked_units = named.groupby("grid_id")["unit_id"].agg(set)
    lived_in = rows[(rows["households"] > 0) & rows["grid_id"].isin(locked_units.index)]
    strange = [
        unit not in locked_units[grid]
        for unit, grid in zip(lived_in["unit_id"], lived_in["grid_id"], strict=True)
    ]
    several = named.groupby("grid_id")["asked"].agg(set).map(len) > 1
    others = np.unique(lived_in["grid_id"].to_numpy(str)[np.array(strange, bool)])
    yield from broken("lock_broken", several.index, several)
    yield from broken("lock_broken", others, np.ones(len(others), bool))


def check_together(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that rows that are to share a grid do."""
    rows = _rows(plan, inputs, "together")
    grids = rows[rows["asked"] != ""].groupby("asked")["grid_id"].nunique()
    yield from broken("together_broken", grids.index, grids > 1)


def check_apart(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that no grid holds two units that are to lie in different grids."""
    rows = _rows(plan, inputs, "apart")
    units = rows[rows["asked"] != ""].drop_duplicates(["asked", "unit_id"])
    twice = units.duplicated(["asked", "grid_id"]).to_numpy(bool)
    yield from broken("apart_broken", units["asked"], twice)


def check_seeds(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that the units nearest to the seeds lie in different grids."""
    if inputs.seeds is None or not len(inputs.seeds):
        return
    special = plan.grids.loc[plan.grids["kind"] == "special", "grid_id"]
    units = plan.units[~plan.units["grid_id"].isin(special)]
    of_community = units.groupby("community_id").indices
    grids = []
    for home, point in zip(inputs.seeds["community_id"], inputs.seeds.geometry, strict=True):
        mine = units.iloc[of_community[home]]
        away_m = shapely.distance(mine.geometry.to_numpy(), point)
        grids.append(mine["grid_id"].iloc[int(away_m.argmin())])
    yield from broken("seed_broken", inputs.seeds["seed_id"], pd.Series(grids).duplicated())
