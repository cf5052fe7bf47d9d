"""Placed services as the tables and the figures of a finished plan."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.circle.ground import Ground
from gridplan.circle.model import Floats
from gridplan.circle.serve import Served
from gridplan.tables import LAYERS


def facility_table(ground: Ground, served: Sequence[Served]) -> gpd.GeoDataFrame:
    """Return all facilities: those there are, in their order, then the new ones by service.

    ``households_served`` are those of the units whose nearest open facility it is; NaN for other services.
    """
    closed = np.concatenate([np.zeros(0, np.int64), *(one.closed for one in served)])
    status = np.where(np.isin(np.arange(len(ground.facilities)), closed), "closed", "existing")
    old = ground.facilities.assign(status=status, kind="")
    new = [
        gpd.GeoDataFrame(
            {
                "facility_id": one.new_ids,
                "category": one.service.category,
                "status": "new",
                "name": "",
                "kind": ground.candidates["kind"].to_numpy(object)[one.sites],
                "capacity": np.nan if one.service.capacity is None else float(one.service.capacity),
            },
            geometry=ground.candidates.geometry.iloc[one.sites].to_numpy(),
            crs=old.crs or ground.candidates.crs,
        )
        for one in served
        if len(one.sites)
    ]
    names = [column for part in LAYERS["facilities"] for column in part if column != "households_served"]
    parts = [part[[*names, "geometry"]] for part in (old, *new) if len(part)] or [old[[*names, "geometry"]]]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    homes = [
        pd.Series(ground.households)
        .groupby(one.nearest_ids if one.assigned_ids is None else one.assigned_ids)
        .sum()
        for one in served
    ]
    sums = pd.concat(homes) if homes else pd.Series(dtype=float)
    asked = table["category"].isin([one.service.category for one in served])
    total = table["facility_id"].map(sums).astype(float).fillna(0.0).where(asked)
    return table.assign(capacity=table["capacity"].astype(float), households_served=total)[
        [*names, "households_served", "geometry"]
    ]


def access_table(ground: Ground, served: Sequence[Served]) -> pd.DataFrame:
    """Return a line a service and unit: the nearest open facility, and the minutes to it before and after."""
    lines = [
        pd.DataFrame(
            {
                "unit_id": ground.units["unit_id"],
                "category": one.service.category,
                "facility_id": one.nearest_ids,
                "assigned_id": one.nearest_ids if one.assigned_ids is None else one.assigned_ids,
                "minutes": _minutes(ground, one.after_m),
                "minutes_existing": _minutes(ground, one.before_m),
                "covered": covered_of(ground, one).astype(float),
            }
        )
        for one in served
    ]
    names = [column for part in LAYERS["access"] for column in part]
    return pd.concat(lines, ignore_index=True)[names] if lines else pd.DataFrame(columns=names)


def report_row(ground: Ground, one: Served) -> dict[str, Any]:
    """Return a service's row of report.json."""
    homes, limit_m = ground.households, ground.limit_m(one.service)
    unreachable = float(homes[one.unreachable].sum())
    # the objective is households without cover where a number is given; the service's own model counts all that
    given_up = 0.0 if one.service.new is None or one.ruled else unreachable
    return {
        "category": one.service.category,
        "limit_m": one.service.limit_m,
        "existing": len(ground.existing(one.service.category)),
        "new": len(one.sites),
        "closed": len(one.closed),
        "most_new": one.service.new,
        "covered_before": _share(homes, one.before_m <= limit_m),
        "covered_after": _share(homes, covered_of(ground, one)),
        "mean_minutes": _mean(homes, _minutes(ground, one.after_m)),
        "objective": one.choice.objective + given_up,
        "lower_bound": one.choice.lower_bound + given_up,
        "status": _status(one),
        "unreachable": unreachable,
        "next_site": one.next_site,
        "next_site_households": one.next_site_households,
        "full_cover_sites": None if one.full is None else len(one.full.sites),
        "full_cover_sites_bound": None if one.full is None else one.full.lower_bound,
        "stopped": one.choice.stopped,
        "model": one.service.model,
        "together": one.together,
        "covered_backup": _share(homes, one.ruled.served) if one.ruled and one.service.backup > 1 else None,
        "goals": _goals(one),
        "curve": one.curve,
    }


def _goals(one: Served) -> list[dict[str, Any]]:
    """Return what became of each goal: the best in its turn, its bound, what later goals could give up, what the plan has."""
    return [
        {
            "goal": goal.aim,
            "best": goal.best,
            "bound": goal.bound,
            "give_up": goal.give_up,
            "value": goal.value,
            "proven": goal.proven,
        }
        for goal in (one.ruled.goals if one.ruled else ())
    ]


def covered_of(ground: Ground, one: Served) -> NDArray[np.bool_]:
    """Return which units count as covered: within the limit, and with room and enough sites where that is asked for."""
    within: NDArray[np.bool_] = one.after_m <= ground.limit_m(one.service)
    return within if one.covered is None else within & one.covered


def _minutes(ground: Ground, metres: Floats) -> Floats:
    """Turn metres into minutes; NaN where no way leads."""
    return np.where(np.isfinite(metres), metres / ground.metres_per_minute, np.nan)


def _share(homes: Floats, covered: NDArray[np.bool_]) -> float:
    """Return the share of the households that live in covered units; 0 where nobody lives."""
    return float(homes[covered].sum() / max(1.0, homes.sum()))


def _mean(homes: Floats, minutes: Floats) -> float | None:
    """Return the mean minutes of the households that some way leads from; None where there are none."""
    known = np.isfinite(minutes) & (homes > 0)
    return float(np.average(minutes[known], weights=homes[known])) if known.any() else None


def _status(one: Served) -> str:
    if one.ruled is not None:
        return one.ruled.status
    if one.service.new is None and one.unreachable.any() and not one.together:
        return "infeasible"
    return "optimal" if one.choice.lower_bound >= one.choice.objective else "feasible"
