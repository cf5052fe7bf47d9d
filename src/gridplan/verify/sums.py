"""Households, loads, people, workers and posts add up through every level."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from gridplan.plan import Plan
from gridplan.tables import FIGURES
from gridplan.verify.findings import COUNT, SHARE, broken, differ, number, total
from gridplan.verify.identity import KEYS
from gridplan.words import Message

BASES = {"lived_in": "households", "planned": "planned", "load": "load"}  # what the norm counts -> column


def ordinary(plan: Plan) -> pd.DataFrame:
    """Return the grids that households are divided into, without special and empty ones."""
    return plan.grids[plan.grids["kind"] == "ordinary"]


def check_sums(plan: Plan) -> Iterator[Message]:
    """Check that households add up through all levels, and so do loads and people."""
    rows = plan.households
    yield from broken("households_negative", rows["household_id"], ~(rows["households"] >= 0))
    for name in ("units", "microgrids", "grids", "communities"):
        table = getattr(plan, name)
        if table is not None:
            ids = table[KEYS[name]]
            sums = total(rows[KEYS[name]], rows["households"], ids)
            yield from broken("households_do_not_add_up", ids, differ(table["households"], sums), table=name)
    units, grids, communities = plan.units, plan.grids, plan.communities
    load = total(units["grid_id"], units["load"], grids["grid_id"])
    yield from broken("loads_do_not_add_up", grids["grid_id"], differ(grids["load"], load))
    if grids["population"].notna().any():
        people = total(grids["community_id"], grids["population"], communities["community_id"])
        wrong = differ(communities["population"], people)
        yield from broken("people_do_not_add_up", communities["community_id"], wrong)


def check_communities_add_up(plan: Plan) -> Iterator[Message]:
    """Check that communities count their ordinary grids and workers, streets their communities."""
    grids, communities = ordinary(plan), plan.communities
    ids = communities["community_id"]
    for column, values in (("grids", np.ones(len(grids))), ("workers_in_plan", grids["workers"])):
        wrong = differ(communities[column], total(grids["community_id"], values, ids))
        yield from broken("community_count", ids, wrong, column=column)
    if plan.streets is not None:
        sums = communities.groupby("street")[list(FIGURES)].sum(min_count=1).reindex(plan.streets["street"])
        for column in FIGURES:
            wrong = differ(plan.streets[column], sums[column], 1e-3)
            yield from broken("street_sum", plan.streets["street"], wrong, column=column)


def check_posts(plan: Plan) -> Iterator[Message]:
    """Check that posts follow from the norm by households and by residents; only totals may be rounded."""
    norm = plan.report.get("staffing")
    if norm is None:
        return
    share = number(norm.get("per_10000")) / 10_000
    counted = BASES[norm.get("basis", "lived_in")]
    factors = {
        "posts_min": (counted, 1 / norm["high"]),
        "posts_max": (counted, 1 / norm["low"]),
        "posts_by_residents": ("population", share),
    }
    for name, table in _with_loads(plan):
        for column, (base, factor) in factors.items():
            wrong = differ(table[column], table[base] * factor)
            yield from broken("posts_off_norm", table[KEYS[name]], wrong, table=name, column=column)
    totals = plan.report["totals"]
    for column, (base, factor) in factors.items():
        want = number(totals.get(base)) * factor
        allowed = [want] if math.isnan(want) else [want, math.floor(want), math.ceil(want)]
        met = any(not differ(number(totals.get(column)), each) for each in allowed)
        yield from broken("total_posts_off_norm", [column], [not met])


def _with_loads(plan: Plan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield communities and streets with the load of their units."""
    communities, units = plan.communities, plan.units
    load = total(units["community_id"], units["load"], communities["community_id"])
    yield "communities", communities.assign(load=load)
    if plan.streets is not None:
        streets = plan.streets
        yield "streets", streets.assign(load=total(communities["street"], load, streets["street"]))


def check_totals(plan: Plan) -> Iterator[Message]:
    """Check that the report's totals are those of the tables."""
    totals, grids = plan.report["totals"], ordinary(plan)
    bound = float(plan.communities["workers_on_roster"].sum())
    in_band = float((grids["in_band"] == 1).mean()) if len(grids) else number(totals.get("in_band_share"))
    wants = {
        "households": float(plan.households["households"].sum()),
        "population": float(plan.communities["population"].sum(min_count=1)),
        "grids": float(len(grids)),
        "workers": float(grids["workers"].sum()),
    }
    wrong = [column for column, want in wants.items() if differ(number(totals.get(column)), want)]
    wrong += ["in_band_share"] if differ(number(totals.get("in_band_share")), in_band, SHARE) else []
    # workers bound to no community count in the total only
    wrong += ["workers_on_roster"] if number(totals.get("workers_on_roster")) < bound - COUNT else []
    yield from broken("totals_differ", wrong, np.ones(len(wrong)))
