"""The services of a run: placed on its finished grids, and, before there are any, what other budgets would do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan import circle
from gridplan.config import Circle, PlanFile
from gridplan.intake import take_in
from gridplan.options import Options
from gridplan.progress import Silent
from gridplan.tables import Inputs
from gridplan.units import Units, build_units
from gridplan.walking import Ways, ways_of, with_isochrones

SMALLEST = 1e-6  # a budget is above 0


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a budget does: money spent of it, households times services that stay without one, and how many have to at least."""

    budget: float
    spent: float
    uncovered: float
    bound: float


def placed(
    wanted: Circle,
    inputs: Inputs,
    units: Units,
    ways: Ways,
    grid: NDArray[np.object_],
    *,
    seconds: float | None,
    seed: int,
) -> circle.Circle:
    """Return where the services of ``[circle]`` go; ``grid`` (units,) names what the worst off is looked for in."""
    poor = inputs.households["vulnerable"].groupby(units.of_row).sum(min_count=1)
    table = units.table.assign(grid=grid, vulnerable=poor.reindex(range(len(units.table))))
    reach = circle.place(
        table,
        inputs.facilities,
        inputs.candidates,
        services=[circle.Service(**wanted.asked_of(service)) for service in wanted.services],
        walk=ways.walk,
        metres_per_minute=wanted.metres_per_minute,
        solve_seconds=seconds,
        seed=seed,
    )
    return with_isochrones(reach, wanted, ways, inputs, table)


def what_budgets_do(plan_file: PlanFile, options: Options, budgets: Sequence[float]) -> list[Spent]:
    """Return what each budget, shared by all services, would do for cover; nothing is divided into grids for it.

    Raises
    ------
    UsageError, InputError
        As ``intake.take_in``.
    """
    wanted = plan_file.circle or Circle()
    inputs = take_in(plan_file, Silent())
    units = build_units(inputs, Silent())
    ways = ways_of(plan_file, inputs, units, Silent())
    community = units.table["community_id"].to_numpy(object)
    found = []
    for budget in budgets:
        asked = wanted.model_copy(
            update={
                "budget": max(budget, SMALLEST),
                "goals": ("cover", "money"),
                "give_up": 0.0,
                "isochrones": (),
            }
        )
        reach = placed(asked, inputs, units, ways, community, seconds=None, seed=options.seed)
        rows = [row for row in reach.rows if row["together"]]
        found.append(
            Spent(
                budget=budget,
                spent=_spent(asked, inputs, reach),
                uncovered=max((row["objective"] for row in rows), default=0.0),
                bound=max((row["lower_bound"] for row in rows), default=0.0),
            )
        )
    return found


def _spent(wanted: Circle, inputs: Inputs, reach: circle.Circle) -> float:
    """Return the money that new services take: a building once, whatever is in it, and each service its own."""
    new = reach.facilities[reach.facilities["status"] == "new"]
    own = {service.category: service.cost for service in wanted.services}
    services = float(new["category"].map(own).astype(float).sum())
    if inputs.candidates is None or not len(new):
        return services
    at, of = shapely.STRtree(inputs.candidates.geometry.to_numpy()).query(
        new.geometry.to_numpy(), predicate="intersects"
    )
    first = pd.Series(of).groupby(at).min().unique()
    return services + float(np.nansum(inputs.candidates["cost"].to_numpy(float)[first]))
