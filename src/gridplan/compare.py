"""Two plans of one place side by side: their figures, and which households, buildings and workers changed their grid."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan

NEAR_M = 0.05  # households of two plans so near to one another are the same, where their ids tell nothing
TOTALS = ("households", "population", "grids", "workers", "in_band_share", "walk_mean_m")
FIGURES = (
    "households",
    "grids",
    "workers",
    "in_band",
    "out_of_band",
    "households_outside",
    "objective",
    "gap",
    "status",
)
WORKER = "worker_id"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs between two plans, the first called before, the second after.

    Attributes
    ----------
    totals
        figure, before, after.
    communities
        community_id, and ``FIGURES`` of both with the endings _before and _after; NaN or "" where a plan has no such community.
    moves
        community_id, from_grid, to_grid, buildings, households: those whose grid has another code; "" for one that is not there.
    buildings
        unit_id (of the second plan), compound, from_grid, to_grid, households.
    workers
        worker_id, from_grid, to_grid: those who serve elsewhere.
    """

    totals: pd.DataFrame
    communities: pd.DataFrame
    moves: pd.DataFrame
    buildings: pd.DataFrame
    workers: pd.DataFrame

    @property
    def moved(self) -> float:
        """Households that are in both plans and changed their grid."""
        both = (self.moves["from_grid"] != "") & (self.moves["to_grid"] != "")
        return float(self.moves.loc[both, "households"].sum())


def compared(before: Plan, after: Plan) -> Comparison:
    """Return what differs between two plans."""
    pairs = _pairs(before, after)
    changed = pairs[pairs["from_grid"] != pairs["to_grid"]]
    buildings = (
        changed.groupby(["community_id", "unit_id", "from_grid", "to_grid"], sort=True)["households"]
        .sum()
        .reset_index()
    )
    compound = after.units.set_index("unit_id")["compound"]
    buildings = buildings.assign(compound=buildings["unit_id"].map(compound).fillna(""))
    moves = (
        buildings.groupby(["community_id", "from_grid", "to_grid"], sort=True)
        .agg(buildings=("unit_id", "size"), households=("households", "sum"))
        .reset_index()
    )
    return Comparison(
        totals=_totals(before, after),
        communities=_communities(before, after),
        moves=moves,
        buildings=buildings[["unit_id", "compound", "from_grid", "to_grid", "households"]],
        workers=_workers(before, after),
    )


def _pairs(before: Plan, after: Plan) -> pd.DataFrame:
    """Return a row a household row of either plan: unit_id, community_id, households, from_grid, to_grid ("": not there)."""
    old, new = before.households, after.households
    of = _same(before, after)
    there = of >= 0
    came = pd.DataFrame(
        {
            "unit_id": new["unit_id"].to_numpy(object),
            "community_id": new["community_id"].to_numpy(object),
            "households": new["households"].to_numpy(float),
            "from_grid": np.where(there, old["grid_id"].to_numpy(object)[of], ""),
            "to_grid": new["grid_id"].to_numpy(object),
        }
    )
    left = old[~np.isin(np.arange(len(old)), of[there])]
    gone = pd.DataFrame(
        {
            "unit_id": left["unit_id"],
            "community_id": left["community_id"],
            "households": left["households"],
            "from_grid": left["grid_id"],
            "to_grid": "",
        }
    )
    return pd.concat([came, gone], ignore_index=True)


def _same(before: Plan, after: Plan) -> np.ndarray:
    """Return the position in the first plan of each household row of the second, -1 for none: by id, else by place."""
    old, new = before.households, after.households
    by_id = pd.Series(np.arange(len(old)), index=old["household_id"])
    if by_id.index.is_unique and new["household_id"].isin(by_id.index).any():
        return new["household_id"].map(by_id).fillna(-1).to_numpy(int)
    tree = shapely.STRtree(old.geometry.to_numpy())
    at, of = tree.query_nearest(
        new.to_crs(old.crs).geometry.to_numpy(), max_distance=NEAR_M, all_matches=False
    )
    found = np.full(len(new), -1)
    found[at] = of
    return found


def _totals(before: Plan, after: Plan) -> pd.DataFrame:
    """Return the figures of both districts."""
    rows = {}
    for name, plan in (("before", before), ("after", after)):
        walked = (plan.grids["households"] * plan.grids["walk_mean_m"]).sum()
        people = max(float(plan.grids["households"].sum()), 1.0)
        rows[name] = [
            *(plan.report["totals"].get(figure, np.nan) for figure in TOTALS[:-1]),
            walked / people,
        ]
    return pd.DataFrame({"figure": TOTALS, **rows})


def _communities(before: Plan, after: Plan) -> pd.DataFrame:
    """Return the figures of each community in both plans."""
    tables = [
        pd.DataFrame(plan.report["communities"])
        .set_index("community_id")[list(FIGURES)]
        .add_suffix(f"_{ending}")
        for ending, plan in (("before", before), ("after", after))
    ]
    return tables[0].join(tables[1], how="outer").reset_index()


def _workers(before: Plan, after: Plan) -> pd.DataFrame:
    """Return the workers of the rosters who serve in another grid."""
    none = pd.DataFrame({"worker_id": [], "from_grid": [], "to_grid": []}, dtype=object)
    served = [_served(plan) for plan in (before, after)]
    if not (len(served[0]) and len(served[1])):
        return none
    both = pd.DataFrame({"from_grid": served[0], "to_grid": served[1]}).fillna("")
    both = both[both["from_grid"] != both["to_grid"]]
    return both.rename_axis("worker_id").reset_index()


def _served(plan: Plan) -> pd.Series:
    """Return the grids that each worker serves, one after another with ";" between."""
    posts = plan.lists.get("posts")
    if posts is None or WORKER not in posts or "grid_id" not in posts:
        return pd.Series(dtype=object)
    held = posts[(posts[WORKER] != "") & (posts["grid_id"] != "")]
    return held.groupby(WORKER)["grid_id"].agg(lambda grids: ";".join(sorted(set(grids))))
