"""Two plans on one map: the old grids as dashed lines over the new ones, and the units that changed their grid."""

from dataclasses import dataclass

import pandas as pd

from gridplan.maps import signs
from gridplan.maps.cards import QUIET
from gridplan.maps.elements import Drawn
from gridplan.maps.shapes import packed
from gridplan.maps.written import Words, number
from gridplan.plan import Plan

BEFORE: signs.Look = {"color": "#b3261e", "weight": 2.2, "dashArray": "7 5", "fill": False, "idle": True}
MOVED: signs.Look = {
    "color": "#6a1b9a",
    "weight": 1.8,
    "fillColor": "#ab47bc",
    "fillOpacity": 0.4,
    "hatch": "#6a1b9a",
}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The plan that was, and the units of the plan that is whose households were in another grid.

    ``moved``: unit_id, from_grid, to_grid, households, as ``compare.Comparison.buildings``.
    """

    before: Plan
    moved: pd.DataFrame

    def layers(self, plan: Plan, words: Words) -> list[Drawn]:
        """Return the layers of the units that moved and of the grids that were."""
        old = self.before.grids.to_crs(plan.grids.crs)
        before = {
            "key": "before",
            "rank": 5.5,
            "shapes": packed(old[old["kind"] == "ordinary"].geometry),
            "looks": [BEFORE],
        }
        return [
            Drawn(self._units(plan, words), name=words("layer_moved")),
            Drawn(before, name=words("layer_before")),
        ]

    def _units(self, plan: Plan, words: Words) -> dict[str, object]:
        places = plan.units.set_index("unit_id")
        rows = self.moved[(self.moved["from_grid"] != "") & self.moved["unit_id"].isin(places.index)]
        was, now = _titles(self.before), _titles(plan)
        told = [
            words("moved_tip", before=was.get(old, old), after=now.get(new, new), households=number(count))
            for old, new, count in zip(rows["from_grid"], rows["to_grid"], rows["households"], strict=True)
        ]
        labels = [words(f"row_{key}") for key in ("unit_code", "households", "moved_from", "moved_to")]
        values = [
            [unit, number(count), was.get(old, old), now.get(new, new)]
            for unit, old, new, count in rows[["unit_id", "from_grid", "to_grid", "households"]].itertuples(
                index=False
            )
        ]
        shapes = places.loc[rows["unit_id"]]
        blank = [""] * len(rows)
        return {
            "key": "moved",
            "rank": 4.5,
            "shapes": packed(shapes.geometry),
            "looks": [MOVED],
            "tips": told,
            "cards": {
                "title": [compound or words("unit") for compound in shapes["compound"]],
                "sub": blank,
                "badge": blank,
                "note": blank,
                "tone": [QUIET] * len(rows),
                "labels": labels,
                "values": values,
            },
        }


def _titles(plan: Plan) -> dict[str, str]:
    """Return what each grid is called: its name and code."""
    named = plan.grids[["grid_id", "name", "code"]].itertuples(index=False)
    return {grid: f"{name} ({code})" if name else code for grid, name, code in named}
