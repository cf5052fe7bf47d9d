"""Reasons and ways out of a piece with its units named, and the certificate of a community."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridplan.partition.hand import Hand
from gridplan.partition.problem import Problem
from gridplan.partition.reasons import Reason
from gridplan.partition.result import Partition
from gridplan.partition.stay import Moved, curve_of
from gridplan.partition.ways import Way
from gridplan.words import Message

SHOWN = 5  # units named in a reason
OF_GRID = 3  # units named of a grid
SHORT = {
    "more": "more_workers_short",
    "split": "split_short",
    "upper": "upper_short",
    "lower": "lower_short",
    "both": "both_short",
}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A connected piece of a community: positions of its units, its problem (None where nobody lives), what is asked of them."""

    community: int
    units: np.ndarray
    problem: Problem | None
    hand: Hand | None = None

    @property
    def locked(self) -> bool:
        """Whether it is a locked grid."""
        return self.hand is not None and self.hand.lock >= 0

    @property
    def tied(self) -> bool:
        """Whether some of its units are to share a grid, or not to."""
        return self.hand is not None and self.hand.ties


@dataclass(frozen=True, kw_only=True)
class Solved:
    """The grids of a piece, the ways out that were tried where not all are in band, microgrids and moves where asked for."""

    partition: Partition
    ways: tuple[Way, ...] = ()
    micro: np.ndarray | None = None
    moves: Moved | None = None


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """A way out in words: which way, whether it works (None: not settled), the sentence, a short form of one that works.

    ``about`` holds unit_ids (a list a grid or a unit), loads, workers, parts, grid_ids, as far as they apply.
    """

    kind: str
    works: bool | None
    text: Message
    short: Message | None
    about: dict[str, Any]

    def row(self, language: str) -> dict[str, Any]:
        """Return the way as report.json has it."""
        return {"way": self.kind, "works": self.works, "text": self.text.text(language), **self.about}


def reason_with_ways(reason: Message | None, ways: Sequence[WayOut], language: str) -> str:
    """Return a reason, and after it the ways out that work."""
    if reason is None:
        return ""
    works = [way.short for way in ways if way.works and way.short]
    if works:
        reason = _chained(
            [reason, Message("ways.works", {"ways": _chained(works, "ways.then")})], "partition.both"
        )
    return reason.text(language)


def described(units: pd.DataFrame, of_row: np.ndarray, load: np.ndarray) -> pd.DataFrame:
    """Return units with ``label``, a name for reasons, and ``rows``, the loads of the rows that they could be parted into.

    Parameters
    ----------
    units
        unit_id, compound, building, entrance.
    of_row, load
        Position of the unit of each household row, and the row's load. Rows of one entrance are never parted.
    """
    names = units[["compound", "building", "entrance"]].to_numpy(object)
    labels = [
        " ".join(
            name for at, name in enumerate(row) if name and not any(name in other for other in row[at + 1 :])
        )
        for row in names.tolist()
    ]
    lived_in = np.flatnonzero(load > 0)
    order = lived_in[np.argsort(of_row[lived_in], kind="stable")]
    ends = np.searchsorted(of_row[order], np.arange(len(units) + 1))
    loads = load[order].tolist()
    whole = (units["entrance"] != "").to_numpy()
    rows = [() if one else tuple(loads[a:b]) for one, a, b in zip(whole, ends[:-1], ends[1:], strict=True)]
    return units.assign(
        label=[label or name for label, name in zip(labels, units["unit_id"], strict=True)],
        rows=pd.Series(rows, index=units.index, dtype=object),
    )


def certificate(mine: Sequence[tuple[Piece, Solved]]) -> dict[str, object]:
    """Return the certificate of a community from those of its pieces."""
    parts = [solved.partition for _, solved in mine]
    found = {part.status for part in parts}
    moves = [solved.moves for _, solved in mine if solved.moves is not None]
    curve = [asdict(point) for point in curve_of([move.curve for move in moves])]
    moved = {
        "households_moved": sum(move.moved for move in moves),
        "households_moved_bound": sum(move.bound for move in moves),
        **({"tradeoff": curve} if curve else {}),
        **({} if all(move.as_wished for move in moves) else {"moved_fewest": True}),
    }
    return (moved if moves else {}) | {
        "out_of_band": sum(part.out_of_band for part in parts),
        "out_of_band_bound": sum(part.out_of_band_bound for part in parts),
        "households_outside": sum(part.households_outside for part in parts),
        "households_outside_bound": sum(part.households_outside_bound for part in parts),
        "objective": sum(part.objective for part in parts),
        "lower_bound": sum(part.lower_bound for part in parts),
        "status": next((status for status in ("infeasible", "feasible") if status in found), "optimal"),
    }


def reason_told(mine: Sequence[tuple[Piece, Solved]], units: pd.DataFrame) -> Message | None:
    """Return why a community has grids out of band; of several pieces which one is meant."""
    said, locked = [], any(piece.locked for piece, _ in mine)
    for piece, solved in mine:
        if solved.partition.reason is None or piece.problem is None:
            continue
        told = _reason(piece, solved.partition.reason, units)
        if piece.tied and not piece.locked:
            told = _chained([told, Message("partition.reason_tied")], "partition.both")
        if len(mine) > 1 and not piece.locked:
            values = {"households": f"{piece.problem.load.sum():g}", "reason": told}
            told = Message("partition.reason_part_locked" if locked else "partition.reason_part", values)
        said.append(told)
    return _chained(said, "partition.both") if said else None


def _reason(piece: Piece, reason: Reason, units: pd.DataFrame) -> Message:
    """Return a reason with its units named."""
    values = dict(reason.terms)
    if reason.units:
        values["units"] = _listed(units, piece.units[list(reason.units)])
    told = Message(f"partition.{reason.key}", values)
    return (
        told
        if reason.also is None
        else _chained([told, _reason(piece, reason.also, units)], "partition.both")
    )


def _listed(units: pd.DataFrame, at: np.ndarray) -> str | Message:
    """Return units by their labels and loads."""
    some = units.iloc[at[:SHOWN]]
    names = ", ".join(f"{label} ({load:g})" for label, load in zip(some["label"], some["load"], strict=True))
    rest = len(at) - SHOWN
    return Message("partition.and_more", {"units": names, "count": rest}) if rest > 0 else names


def ways_told(mine: Sequence[tuple[Piece, Solved]], units: pd.DataFrame) -> list[WayOut]:
    """Return the ways out of a community's pieces in words."""
    return [
        _way(piece, way, units, _troubled(solved.partition.reason))
        for piece, solved in mine
        for way in solved.ways
    ]


def _troubled(reason: Reason | None) -> list[int]:
    """Return the units that a reason names."""
    return [] if reason is None else [*reason.units, *_troubled(reason.also)]


def _way(piece: Piece, way: Way, units: pd.DataFrame, troubled: list[int]) -> WayOut:
    """Return a way out with its units named."""
    groups = [piece.units[list(group)] for group in way.groups]
    values = way.terms | _named(units, groups, way, piece.units[troubled])
    ids = units["unit_id"].to_numpy(object)
    about = {
        "unit_ids": [ids[group].tolist() for group in groups],
        "loads": list(way.loads),
        "workers": list(way.workers),
        "parts": [list(part) for part in way.parts],
        "band": [float(values[key]) for key in ("low", "high")]
        if way.kind == "wider_band" and way.works
        else [],
    }
    return WayOut(
        kind=way.kind,
        works=way.works,
        text=Message(f"ways.{way.key}", values),
        short=Message(f"ways.{SHORT[way.key.split('_')[0]]}", values) if way.works else None,
        about={key: value for key, value in about.items() if value},
    )


def _named(
    units: pd.DataFrame, groups: list[np.ndarray], way: Way, troubled: np.ndarray
) -> dict[str, str | Message]:
    """Return the words for the groups of a way: ``groups``, and ``briefly`` those of grids."""
    if not groups:
        return {}
    if way.parts:
        return {"groups": _parts(units, groups, way)}
    if not way.workers:
        return {"groups": _listed(units, np.concatenate(groups))}
    said, briefly = [], []
    for group, load, workers in zip(groups, way.loads, way.workers, strict=True):
        heavy = group[np.lexsort((-units["load"].to_numpy()[group], ~np.isin(group, troubled)))]
        names = _chained(units["label"].iloc[heavy[:OF_GRID]].tolist(), "ways.beside")
        if len(heavy) > OF_GRID:
            names = Message("ways.and_units", {"units": names, "count": len(heavy)})
        values = {"units": names, "load": f"{load:g}", "workers": workers, "each": f"{load / workers:.4g}"}
        said.append(Message("ways.grid", values))
        briefly.append(Message("ways.grid_short", {**values, "unit": units["label"].iloc[heavy[0]]}))
    return {"groups": _chained(said, "ways.then"), "briefly": _chained(briefly, "ways.beside")}


def _parts(units: pd.DataFrame, groups: list[np.ndarray], way: Way) -> Message:
    """Return units with the loads of their parts."""
    said = []
    for group, parts in zip(groups, way.parts, strict=True):
        unit = _listed(units, group)
        said.append(Message("ways.unit_in", {"unit": unit, "parts": " + ".join(f"{p:g}" for p in parts)}))
    return _chained(said, "ways.beside")


def _chained(said: Sequence[str | Message], link: str) -> Message:
    """Return texts one after another, with the mark of a words key between them."""
    told = said[0] if isinstance(said[0], Message) else Message("ways.plain", {"text": said[0]})
    for more in said[1:]:
        told = Message(link, {"first": told, "second": more})
    return told
