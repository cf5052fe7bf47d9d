"""The plan that a new one goes on from: who was in which grid, what has not changed since, and which codes are used up."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridplan.before.elsewhere import codes_elsewhere
from gridplan.config import PlanFile
from gridplan.naming import Earlier
from gridplan.partition import Hand, Rules
from gridplan.plan import Plan
from gridplan.tables import Inputs
from gridplan.units import Units
from gridplan.words import Message

NEAR_M = 0.05  # a household so near to where it was is there still
RETIRED, CURVE, FEWEST = "retired_codes", "tradeoff", "moved_fewest"
KEYS = ("band", "walk")  # parts of the report that tell what a plan was made for


@dataclass(frozen=True, kw_only=True)
class Before:
    """What an earlier plan says of this run's units; nothing, where a run goes on from none.

    Attributes
    ----------
    was
        unit (position), earlier (grid_id), households: who was where.
    same
        Communities of which nothing has changed: their grids stay as they are.
    hand
        These grids.
    earlier
        The code that each household row was in.
    report
        Rows of the earlier report, of the communities that are the same; none where it speaks another language.
    codes
        All its codes.
    told
        What there is to say of it.
    """

    was: pd.DataFrame | None = None
    same: frozenset[str] = frozenset()
    hand: Hand | None = None
    earlier: Earlier | None = None
    report: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    told: tuple[Message, ...] = ()

    def rules_with(self, rules: Rules) -> Rules:
        """Return the rules under which as few households as can be change their grid.

        Grids that stay are held against the best there are only where the earlier report does not tell of them.
        """
        return rules if self.was is None else replace(rules, judge=self.same > set(self.report), was=self.was)

    def told_of(self, report: dict[str, Any], codes: list[str]) -> dict[str, Any]:
        """Return the report with the rows of communities that are the same, how many households move, and codes used up."""
        if self.was is None or self.earlier is None:
            return report
        rows = [self.report.get(row["community_id"], row) for row in report["communities"]]
        new = [row for row in rows if row["community_id"] not in self.same]
        tradeoff = [
            {"community_id": row["community_id"], **point} for row in new for point in row.get(CURVE) or ()
        ]
        moved = sum(row.get("households_moved") or 0.0 for row in new)
        bound = sum(row.get("households_moved_bound") or 0.0 for row in new)
        language = report["project"]["language"]
        figures = {"communities": len(new), "moved": f"{moved:,.0f}", "bound": f"{bound:,.0f}"}
        told = [*self.told, Message("pipeline.adjusted", figures)]
        fewest = [row["community_id"] for row in new if row.get(FEWEST)]
        if fewest:
            told.append(Message("pipeline.moved_fewest", {"count": len(fewest), "names": ", ".join(fewest)}))
        return {
            **report,
            "communities": [
                {name: value for name, value in row.items() if name not in (CURVE, FEWEST)} for row in rows
            ],
            RETIRED: sorted((self.codes | self.earlier.retired) - set(codes)),
            "adjusted": {
                "communities": [row["community_id"] for row in new],
                "households_moved": moved,
                "households_moved_bound": bound,
                **({CURVE: tradeoff} if tradeoff else {}),
            },
            "told": [*report["told"], *(message.text(language) for message in told)],
        }


def before_of(
    old: Plan | str | None, plan_file: PlanFile, inputs: Inputs, units: Units, language: str
) -> Before:
    """Return what an earlier plan says of this run's units.

    Households are known by their ids where the plan file names a column of them, else by where they are. ``old`` may be the
    path of grids that were made elsewhere: nothing of them is taken to be as the goals want it.

    Raises
    ------
    InputError
        As ``codes_elsewhere``.
    """
    if old is None:
        return Before()
    if isinstance(old, str):
        return _elsewhere(old, inputs, units)
    code = _codes(old, inputs, by_id=plan_file.inputs.households.id is not None)
    rows = _rows(code, inputs, units)
    same = _same(old, plan_file, units)
    kept = units.table["community_id"].isin(same).to_numpy()
    drawn = np.full(len(units.table), -1, np.int32)
    of_unit = pd.Series(code.to_numpy(object)).groupby(units.of_row).first().reindex(range(len(drawn)))
    drawn[kept] = np.unique(of_unit[kept].fillna("").to_numpy(str), return_inverse=True)[1].ravel()
    drawn[of_unit.fillna("").to_numpy(object) == ""] = -1
    known = same if old.report["project"]["language"] == language else []
    return Before(
        was=rows,
        same=frozenset(same),
        hand=replace(Hand.idle(len(drawn)), drawn=drawn),
        earlier=Earlier(
            code=code,
            retired=frozenset(old.report.get(RETIRED, [])),
            nobody=old.grids[old.grids["households"] == 0].to_crs(inputs.crs),
        ),
        report={
            row["community_id"]: row for row in old.report["communities"] if row["community_id"] in known
        },
        codes=frozenset(old.grids["grid_id"]),
    )


def _rows(code: pd.Series, inputs: Inputs, units: Units) -> pd.DataFrame:
    """Return who was where: unit (position), earlier, households."""
    known = (code != "").to_numpy()
    return pd.DataFrame(
        {
            "unit": units.of_row[known],
            "earlier": code.to_numpy(object)[known],
            "households": inputs.households["households"].to_numpy(float)[known],
        }
    )


def _elsewhere(path: str, inputs: Inputs, units: Units) -> Before:
    """Return what grids that were made elsewhere say."""
    code = codes_elsewhere(path, inputs, units)
    lost = inputs.households["households"][(code == "").to_numpy()].sum()
    codes = frozenset(code) - {""}
    values = {"file": path, "grids": len(codes), "lost": f"{lost:,.0f}"}
    return Before(
        was=_rows(code, inputs, units),
        earlier=Earlier(code=code),
        codes=codes,
        told=(Message("pipeline.before_file", values),),
    )


def _codes(old: Plan, inputs: Inputs, *, by_id: bool) -> pd.Series:
    """Return the grid that each household row was in, "" for none."""
    rows = inputs.households
    if by_id:
        of = old.households.drop_duplicates("household_id").set_index("household_id")["grid_id"]
        return rows["household_id"].map(of).fillna("").reset_index(drop=True).astype(object)
    tree = shapely.STRtree(old.households.to_crs(inputs.crs).geometry.to_numpy())
    at, near = tree.query_nearest(rows.geometry.to_numpy(), max_distance=NEAR_M, all_matches=False)
    code = np.full(len(rows), "", object)
    code[at] = old.households["grid_id"].to_numpy(object)[near]
    return pd.Series(code)


def _same(old: Plan, plan_file: PlanFile, units: Units) -> list[str]:
    """Return the communities whose units are those of the earlier plan, in place, number and shape, under the same band."""
    band, partition = old.report["band"], plan_file.partition
    low, high = partition.band
    fewest, most = partition.workers_per_grid
    if (band["low"], band["high"], band["fewest"], band["most"]) != (low, high, fewest, most):
        return []
    new = _by_unit(units.table)
    was = _by_unit(old.units)
    both = new.join(was.add_suffix("_was"), how="outer")
    alike = (both["households"] == both["households_was"]) & (both["load"] == both["load_was"])
    there = (both["shape"].notna() & both["shape_was"].notna()).to_numpy()
    shapes = (both[column].to_numpy(object)[there] for column in ("shape", "shape_was"))
    alike[there] &= shapely.equals_exact(*shapes, tolerance=1e-6)
    home = both["community_id"].fillna(both["community_id_was"])
    whole = alike.groupby(home).all()
    return [str(name) for name in whole.index[whole]]


def _by_unit(table: pd.DataFrame) -> pd.DataFrame:
    """Return units by id with their shapes in one form."""
    shapes = shapely.normalize(table["geometry"].to_numpy())
    columns = table[["community_id", "households", "load"]].set_index(table["unit_id"])
    return pd.DataFrame(columns).assign(shape=shapes)
