"""What a planner asks that cannot be: against itself, against the ground, or against the band."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gridplan.partition.hand import Hand
from gridplan.partition.pieces import filled, pieces_within, walkable
from gridplan.partition.problem import SLACK, Band, Floats, Ints

Asked = Literal["locked", "together", "apart"]


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Something asked that cannot be: ``code`` says what, ``group`` is its number among those ``asked``, ``units`` are meant."""

    code: str
    asked: Asked
    group: int
    units: Ints
    terms: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """What is asked is held against: the units, who can walk where, the pieces that locked grids leave, the band."""

    community: np.ndarray
    special: np.ndarray
    load: Floats
    graph: csr_array
    locked: Ints
    piece: Ints
    band: Band


def clashes(units: pd.DataFrame, borders: pd.DataFrame, hand: Hand, band: Band) -> list[Clash]:
    """Return what cannot be of all that is asked; ``units`` and ``borders`` as of ``divide``."""
    graph, load = walkable(units, borders), units["load"].to_numpy(float)
    locked = filled(graph, hand, load)
    ground = _Ground(
        community=units["community_id"].to_numpy(object),
        special=(units["special"] >= 0).to_numpy(),
        load=load,
        graph=graph,
        locked=locked,
        piece=pieces_within(graph, locked),
        band=band,
    )
    return [*_locked(hand, ground), *_together(hand, ground), *_apart(hand, ground)]


def _astray(asked: Asked, group: int, at: Ints, ground: _Ground, piece: Ints) -> Clash | None:
    """Return why units cannot be in one grid wherever they lie, None where they can."""
    if ground.special[at].any() and len(at) > 1:
        return Clash(code=f"{asked}_special", asked=asked, group=group, units=at[ground.special[at]])
    if len(np.unique(ground.community[at])) > 1:
        return Clash(code=f"{asked}_communities", asked=asked, group=group, units=at)
    parts, size = np.unique(piece[at], return_counts=True)
    if len(parts) > 1:
        loose = at[piece[at] != parts[size.argmax()]]
        return Clash(code=f"{asked}_pieces", asked=asked, group=group, units=loose)
    return None


def _locked(hand: Hand, ground: _Ground) -> Iterator[Clash]:
    """Yield locked grids that cannot be one."""
    for group in range(len(hand.names)):
        at = np.flatnonzero(hand.locked == group).astype(np.int32)
        clash = _astray("locked", group, at, ground, ground.piece)
        if clash is not None:
            yield clash


def _together(hand: Hand, ground: _Ground) -> Iterator[Clash]:
    """Yield groups of units that cannot share a grid."""
    piece = pieces_within(ground.graph, hand.together)
    top = ground.band.most * ground.band.high
    for group in np.unique(hand.together[hand.together >= 0]).tolist():
        at = np.flatnonzero(hand.together == group).astype(np.int32)
        if len(at) == 1:
            continue
        load, locks = float(ground.load[at].sum()), np.unique(ground.locked[at])
        clash = _astray("together", group, at, ground, piece)
        if clash is None and len(locks) > 1:
            clash = Clash(code="together_locked", asked="together", group=group, units=at)
        elif clash is None and load > top + SLACK and locks[0] < 0:
            terms = {"load": f"{load:g}", "top": f"{top:g}"}
            clash = Clash(code="together_large", asked="together", group=group, units=at, terms=terms)
        if clash is not None:
            yield clash


def _apart(hand: Hand, ground: _Ground) -> Iterator[Clash]:
    """Yield groups of units that cannot lie in different grids."""
    for group, row in enumerate(hand.apart):
        at = np.flatnonzero(row & ~ground.special).astype(np.int32)
        for code, number in (("apart_locked", ground.locked), ("apart_together", hand.together)):
            shared = at[_repeated(number[at]) & (number[at] >= 0)]
            if len(shared):
                yield Clash(code=code, asked="apart", group=group, units=shared)
                break
        else:
            yield from _too_many(group, at[ground.locked[at] < 0], ground)


def _repeated(numbers: Ints) -> np.ndarray:
    return pd.Series(numbers).duplicated(keep=False).to_numpy()


def _too_many(group: int, at: Ints, ground: _Ground) -> Iterator[Clash]:
    """Yield the pieces in which more units are to lie apart than the band allows grids."""
    for piece in np.unique(ground.piece[at]):
        mine = at[ground.piece[at] == piece]
        load = float(ground.load[ground.piece == piece].sum())
        most = int(np.floor(load / (ground.band.low * ground.band.fewest) + SLACK))
        if len(mine) > max(most, 1):
            terms = {"load": f"{load:g}", "most": max(most, 1), "wanted": len(mine)}
            yield Clash(code="apart_many", asked="apart", group=group, units=mine, terms=terms)
