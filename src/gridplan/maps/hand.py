"""The tool of a page that moves units from grid to grid by hand: what ``assets/hand.js`` knows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gridplan.maps.written import Words
from gridplan.moves import Ground
from gridplan.plan import Plan

CM = 100
FILLED = {name: f"{{{name}}}" for name in ("grid", "away", "households", "before", "after")}  # by the page
TEXTS = (
    *("title", "hint", "give", "load", "walk", "state", "in_band", "over", "under", "locked", "lock"),
    *("apart", "alone", "nobody", "undo", "redo", "save", "moved", "total", "none", "unit", "fixed"),
)


def hand_data(plan: Plan, whole: Plan, ground: Mapping[str, Ground], words: Words) -> dict[str, Any]:
    """Return what moving units needs on a page: its communities, and the grids of units elsewhere, as a file holds every unit.

    Parameters
    ----------
    plan
        What the page shows.
    whole
        The plan that it is of.
    ground
        By community; of the same inputs as the plan (``same_units``).
    """
    row = pd.Series(range(len(plan.units)), index=plan.units["unit_id"])
    bands = plan.bands(plan.communities["community_id"])
    communities = []
    for own, low, high in zip(plan.communities["community_id"], bands["low"], bands["high"], strict=True):
        here = ground[own]
        above = np.triu_indices(len(here.unit_id), 1)
        communities.append(
            {
                "low": low,
                "high": high,
                "units": row[here.unit_id].tolist(),
                "load": here.load.tolist(),
                "households": here.households.tolist(),
                "pairs": here.pairs.ravel().tolist(),
                "cm": np.rint(here.metres[above] * CM).astype(int).tolist(),
            }
        )
    other = whole.units[~whole.units["unit_id"].isin(plan.units["unit_id"])]
    elsewhere = other.groupby("grid_id", sort=False)["unit_id"].agg(list)
    return {
        "communities": communities,
        "grids": plan.grids["grid_id"].tolist(),
        "ordinary": (plan.grids["kind"] == "ordinary").tolist(),
        "fewest": int(plan.report["band"]["fewest"]),
        "most": int(plan.report["band"]["most"]),
        "elsewhere": [list(pair) for pair in elsewhere.items()],
        "words": {key: words(f"hand_{key}", **FILLED) for key in TEXTS},
    }


def same_units(plan: Plan, ground: Mapping[str, Ground]) -> bool:
    """Tell whether a plan has the units of a ground."""
    known = {unit for here in ground.values() for unit in here.unit_id}
    return known == set(plan.units["unit_id"])
