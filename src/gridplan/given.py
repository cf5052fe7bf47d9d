"""Grids that somebody has drawn: a table of units or households and their grids, read and held against the ground."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import partition
from gridplan.checks import Fault, Sheet
from gridplan.config import Assignment
from gridplan.errors import InputError
from gridplan.naming import Earlier
from gridplan.partition import Band, Hand
from gridplan.sources import read_source
from gridplan.tables import Inputs
from gridplan.units import Units
from gridplan.words import Message

KEYS = ("unit_id", "household_id")
GRID = "grid_id"
PART = "assignment"
NONE = -1


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What somebody has drawn; nothing, where a run has no such table.

    Attributes
    ----------
    hand
        The grids: as drawn, or locked, with the rest left to the solver.
    earlier
        The codes that they are called by there, for each household row.
    told
        What there is to say of it.
    """

    hand: Hand | None = None
    earlier: Earlier | None = None
    told: tuple[Message, ...] = ()

    def hand_with(self, asked: Hand | None) -> Hand | None:
        """Return what is asked of the units by what is drawn and by what the inputs ask beside it."""
        made = self.hand
        if made is None or asked is None:
            return asked if made is None else made
        return replace(asked, locked=made.locked, names=made.names, drawn=made.drawn)


def drawn_of(path: str | None, inputs: Inputs, units: Units, band: Band, *, improve: bool) -> Drawn:
    """Return the grids that a table gives.

    Parameters
    ----------
    path
        CSV or XLSX, None for none, with ``grid_id`` and ``unit_id`` or ``household_id``.
    inputs, units, band
        What the grids are held against.
    improve
        Units without a grid are left to the solver; otherwise every unit needs one.

    Raises
    ------
    InputError
        If the table cannot be read, names units or households that there are not, leaves some out, or has grids that can be
        none: in two communities, in pieces, with a special area. It carries every such fault.
    """
    if path is None:
        return Drawn()
    key, found = read_drawn(path)
    sheet = Sheet(
        part=PART,
        file=path,
        ids=found["id"].to_numpy(object),
        columns={"id": key, "grid": GRID},
    )
    ids = units.table["unit_id"] if key == "unit_id" else inputs.households["household_id"]
    at = pd.Index(ids).get_indexer(found["id"])
    faults = sheet.faults("drawn_unknown", at < 0, column=key)
    code, torn = _by_unit(found, at, units, key)
    faults += sheet.faults("drawn_twice", torn, column=key)
    names, number = np.unique(code.astype(str), return_inverse=True)
    number = (number.ravel() - (names[0] == "")).astype(np.int32)
    names = names[names != ""]
    if not improve:
        faults += _left_out(sheet, number, units)
    if not faults:
        faults = _impossible(sheet, found, at, key, number, names, units, band)
    if faults:
        raise InputError(fault.message for fault in faults)
    idle = Hand.idle(len(units.table))
    if improve:
        hand, told = replace(idle, locked=number, names=tuple(names.tolist())), "pipeline.drawn_kept"
    else:
        hand, told = replace(idle, drawn=number), "pipeline.drawn"
    earlier = Earlier(code=pd.Series(code[units.of_row]))
    return Drawn(hand=hand, earlier=earlier, told=(Message(told, {"file": path, "grids": len(names)}),))


def read_drawn(path: str) -> tuple[str, pd.DataFrame]:
    """Return which ids a table of grids has, and its rows: id, grid.

    Raises
    ------
    InputError
        If it cannot be read, or has neither ids of units nor of households.
    """
    refused = []
    for key in KEYS:
        try:
            found = read_source(Assignment(path=path, id=key, grid=GRID), Path()).table
        except InputError as error:
            refused.append(error)
            continue
        text = found[["id", "grid"]].map(lambda value: "" if value is None else str(value).strip())
        return key, text[text["id"] != ""].reset_index(drop=True)
    raise refused[0]


def _by_unit(
    found: pd.DataFrame, at: NDArray[np.intp], units: Units, key: str
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the grid of each unit, and rows that give a unit another grid than rows before them."""
    known = at >= 0
    unit = at[known] if key == "unit_id" else units.of_row[at[known]]
    rows = pd.DataFrame({"unit": unit, "grid": found["grid"].to_numpy(object)[known]})
    first = rows.groupby("unit")["grid"].first()
    code = np.full(len(units.table), "", object)
    code[first.index.to_numpy()] = first.to_numpy(object)
    torn = np.zeros(len(found), bool)
    torn[np.flatnonzero(known)] = rows["grid"].to_numpy(object) != code[unit]
    return code, torn


def _left_out(sheet: Sheet, number: NDArray[np.int32], units: Units) -> list[Fault]:
    """Return the units that somebody lives in and no grid holds."""
    table = units.table
    missing = (number < 0) & (table["special"] < 0).to_numpy() & (table["households"] > 0).to_numpy()
    if not missing.any():
        return []
    named = table["unit_id"].to_numpy(object)[missing]
    some = ", ".join(named[:5]) + (" …" if len(named) > 5 else "")  # noqa: PLR2004 # as many as rows are named
    return [sheet.fault("drawn_missing", np.zeros(0, np.intp), count=len(named), units=some)]


def _impossible(
    sheet: Sheet,
    found: pd.DataFrame,
    at: NDArray[np.intp],
    key: str,
    number: NDArray[np.int32],
    names: NDArray[np.str_],
    units: Units,
    band: Band,
) -> list[Fault]:
    """Return the grids that can be none, by their rows."""
    locked = replace(
        Hand.idle(len(number)), locked=_lived_in(number, units), names=tuple(str(name) for name in names)
    )
    unit = at if key == "unit_id" else units.of_row[at]
    faults = []
    for clash in partition.clashes(units.table, units.borders, locked, band):
        rows = np.flatnonzero(np.isin(unit, clash.units) & (found["grid"] == names[clash.group]).to_numpy())
        faults.append(sheet.fault(clash.code.replace("locked", "drawn"), rows, name=names[clash.group]))
    return faults


def _lived_in(number: NDArray[np.int32], units: Units) -> NDArray[np.int32]:
    """Return the grids without special areas that are grids by themselves."""
    table = pd.DataFrame({"grid": number, "special": (units.table["special"] >= 0).to_numpy()})
    alone = table["special"] & (table.groupby("grid")["special"].transform("size") == 1)
    return np.where(alone, NONE, number).astype(np.int32)
