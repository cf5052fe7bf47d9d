"""The planner's hand as the inputs have it: columns and seeds to units, and what of it cannot be, told by rows."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from gridplan import partition
from gridplan.checks import Fault, Sheet
from gridplan.config import PlanFile
from gridplan.errors import InputError
from gridplan.partition import Band, Clash, Hand
from gridplan.tables import Inputs
from gridplan.units import Units
from gridplan.words import Message

COLUMNS = ("locked", "together", "apart")
NONE = -1


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a planner asks: of units (``hand``, None where the plan file names nothing of the kind), and how much of each kind."""

    hand: Hand | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def told(self) -> tuple[Message, ...]:
        """The sentence that says what was kept."""
        return () if self.hand is None else (Message("pipeline.hand", self.counts),)

    @property
    def report(self) -> dict[str, dict[str, int]]:
        """What ``report.json`` has of it."""
        return {} if self.hand is None else {"hand": self.counts}


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The values of a column by unit: ``number`` (units,) of each unit's value, -1 for none, among ``names``."""

    number: np.ndarray
    names: list[str]


def asks(plan: PlanFile) -> bool:
    """Tell whether a plan file names anything by which a planner's hand shows."""
    rows = plan.inputs.households
    return plan.inputs.seeds is not None or any(getattr(rows, column) for column in COLUMNS)


def asked_of(plan: PlanFile, inputs: Inputs, units: Units, band: Band) -> Asked:
    """Return what the planner asks of the units, of which none can be in a grid beyond the band.

    Raises
    ------
    InputError
        If what is asked contradicts itself, the ground or the band; it carries every such fault.
    """
    if not asks(plan):
        return Asked()
    asked, found = _examined(plan, inputs, units, band)
    if found:
        raise InputError(fault.message for fault in found)
    return asked


def faults(plan: PlanFile, inputs: Inputs, units: Units, band: Band) -> list[Fault]:
    """Return what cannot be of all that the planner asks."""
    return _examined(plan, inputs, units, band)[1] if asks(plan) else []


def _examined(plan: PlanFile, inputs: Inputs, units: Units, band: Band) -> tuple[Asked, list[Fault]]:
    """Return what is asked, and what of it cannot be."""
    sheets = {part: _sheet(part, plan, inputs) for part in ("households", "seeds")}
    found: list[Fault] = []
    read: dict[str, _Read] = {}
    for column in COLUMNS:
        read[column], told = _by_unit(inputs.households[column], units, sheets["households"])
        found += told
    seeds, told = _seeds(inputs, units, sheets["seeds"])
    apart = read["apart"]
    rows = [apart.number == group for group in range(len(apart.names))]
    hand = Hand(
        locked=read["locked"].number,
        names=tuple(read["locked"].names),
        together=read["together"].number,
        apart=np.array([*rows, np.isin(np.arange(len(units.table)), seeds)]),
    )
    counts = {column: len(read[column].names) for column in COLUMNS} | {"seeds": len(seeds)}
    found += told
    if not found:
        for clash in partition.clashes(units.table, units.borders, hand, band):
            found.append(_told(clash, read, inputs, units, seeds, sheets))
    return Asked(hand=hand, counts=counts), found


def _sheet(part: str, plan: PlanFile, inputs: Inputs) -> Sheet:
    """Return an input as faults name it."""
    table = getattr(inputs, part)
    if table is None:
        return Sheet(part=part, file="", ids=np.zeros(0, object))
    source = inputs.sources.get(part)
    wanted = plan.inputs.given[part]
    return Sheet(
        part=part,
        file=wanted.label if source is None else source.label,
        ids=table[f"{part[:-1]}_id"].to_numpy(object),
        columns=wanted.columns,
    )


def _by_unit(column: pd.Series, units: Units, sheet: Sheet) -> tuple[_Read, list[Fault]]:
    """Return a column's value of each unit, and the units of which rows say different things."""
    named = (column != "").to_numpy()
    values, number = np.unique(column.to_numpy(str)[named], return_inverse=True)
    of_row = units.of_row[named]
    most = np.full(len(units.table), NONE, np.int32)
    least = np.full(len(units.table), len(values), np.int32)
    np.maximum.at(most, of_row, number.ravel())
    np.minimum.at(least, of_row, number.ravel())
    torn = (most >= 0) & (most != least)
    where = named & torn[units.of_row]
    found = sheet.faults("two_values", where, column=sheet.columns.get(str(column.name), ""))
    return _Read(number=most, names=[str(value) for value in values]), found


def _seeds(inputs: Inputs, units: Units, sheet: Sheet) -> tuple[np.ndarray, list[Fault]]:
    """Return the unit of each seed, the nearest of its community that is no special area, and seeds that have the same."""
    if inputs.seeds is None or not len(inputs.seeds):
        return np.zeros(0, np.int64), []
    table = units.table
    cells, found = table.geometry.to_numpy(), np.zeros(len(inputs.seeds), np.int64)
    ordinary = (table["special"] < 0).to_numpy()
    nowhere = np.zeros(len(found), bool)
    for row, (home, point) in enumerate(
        zip(inputs.seeds["community_id"], inputs.seeds.geometry, strict=True)
    ):
        at = np.flatnonzero((table["community_id"] == home).to_numpy() & ordinary)
        nowhere[row] = not len(at)
        if len(at):
            found[row] = at[shapely.distance(cells[at], point).argmin()]
    twice = pd.Series(found).duplicated(keep=False).to_numpy() & ~nowhere
    return found, [*sheet.faults("seed_nowhere", nowhere), *sheet.faults("seeds_one_unit", twice)]


def _told(
    clash: Clash,
    read: dict[str, _Read],
    inputs: Inputs,
    units: Units,
    seeds: np.ndarray,
    sheets: dict[str, Sheet],
) -> Fault:
    """Return a clash as a fault of the rows that ask for it."""
    names = read[clash.asked].names
    if clash.asked == "apart" and clash.group == len(names):
        code = f"seeds_{clash.code.partition('_')[2]}"
        return sheets["seeds"].fault(code, np.flatnonzero(np.isin(seeds, clash.units)), **clash.terms)
    name = names[clash.group]
    where = (inputs.households[clash.asked] == name).to_numpy() & np.isin(units.of_row, clash.units)
    sheet = sheets["households"]
    column = sheet.columns.get(clash.asked, clash.asked)
    return sheet.fault(clash.code, np.flatnonzero(where), column=column, name=name, **clash.terms)
