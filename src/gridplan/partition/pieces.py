"""A district as problems: each connected piece of a community one of its own, each locked grid one that is solved already."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csgraph, csr_array

from gridplan.partition.charges import PlanPrices, extras_of
from gridplan.partition.hand import NONE, Hand
from gridplan.partition.problem import Band, Floats, Ints, Problem, WorkersAsked
from gridplan.partition.stay import Wish
from gridplan.partition.told import Piece


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a good partition is, and how much work may be done for it."""

    band: Band
    workers: WorkersAsked = "middle"
    prices: PlanPrices = field(default_factory=PlanPrices)
    micro: Band | None = None  # households of a microgrid; None: no microgrids
    seed: int = 1
    jobs: int = 1
    scheduler: str | None = None  # of a cluster that solves instead of processes of this machine
    work: float = 1.0  # times what is counted by default, where not all sets can be listed
    seconds: float | None = None  # of solving; None: counted work only
    halt: Path | None = None  # once this exists the best plans so far are taken
    journal: Path | None = None  # a folder for what is solved, and of what was solved before
    judge: bool = True  # hold grids that somebody has drawn against the best there are
    was: pd.DataFrame | None = None  # unit (position), earlier (grid), households: as few as can be move
    wish: Wish | None = None  # where more may move

    @property
    def by_clock(self) -> bool:
        """Whether a clock or a halt may have stopped the solver."""
        return self.seconds is not None or (self.halt is not None and self.halt.exists())


def walkable(units: pd.DataFrame, borders: pd.DataFrame) -> csr_array:
    """Return the graph of ordinary units that people can walk between: 1 + metres of border along no line, both ways."""
    ordinary = (units["special"] < 0).to_numpy()
    joined = borders[borders["joined"].to_numpy() & ordinary[borders["left"]] & ordinary[borders["right"]]]
    ends = joined["left"].to_numpy(), joined["right"].to_numpy()
    off_line_m = np.where(joined["wall"], 0.0, np.maximum(joined["open_m"] - joined["road_m"], 0.0))
    graph = coo_array((1.0 + off_line_m, ends), shape=(len(units),) * 2).tocsr()
    return (graph + graph.T).tocsr()


def pieces_within(graph: csr_array, locked: Ints) -> Ints:
    """Return the piece of each unit: connected, and all of one locked grid or of none."""
    ways = graph.tocoo()
    same = locked[ways.row] == locked[ways.col]
    kept = coo_array((np.ones(same.sum()), (ways.row[same], ways.col[same])), shape=graph.shape)
    return np.asarray(csgraph.connected_components(kept, directed=False)[1], np.int32)


def filled(graph: csr_array, hand: Hand, load: Floats) -> Ints:
    """Return the locked grid of each unit; what locked grids cut off where nobody lives joins the one beside it.

    Units of which more is asked stay by themselves.
    """
    piece = pieces_within(graph, hand.locked)
    asked = (hand.together >= 0) | hand.apart.any(axis=0) | (hand.locked >= 0) | (load > 0)
    empty = np.bincount(piece, weights=asked)[piece] == 0
    ways = graph.tocoo()
    beside = empty[ways.row] & (hand.locked[ways.col] >= 0)
    locked = hand.locked.copy()
    if not beside.any():
        return locked
    touching = np.column_stack([piece[ways.row[beside]], hand.locked[ways.col[beside]]])
    pairs, count = np.unique(touching, axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -count, pairs[:, 0]))
    first = order[np.unique(pairs[order, 0], return_index=True)[1]]
    host = np.full(piece.max() + 1, NONE, np.int32)
    host[pairs[first, 0]] = pairs[first, 1]
    locked[empty] = host[piece[empty]]
    return locked


@dataclass(frozen=True, kw_only=True)
class _Shares:
    """How the workers asked for fall to the pieces: those of locked grids first, the rest by load; all shape (communities,)."""

    wanted: Floats  # number asked for, NaN for none
    load: Floats
    held: Floats  # by locked grids

    def of(self, community: int, load: float) -> float:
        """Return the number of a piece, NaN where none is asked for."""
        left = self.wanted[community] - self.held[community]
        return max(1.0, round(left * load / self.load[community])) if np.isfinite(left) else np.nan


def _shares(community: Ints, load: Floats, locked: Ints, rules: Rules, asked: Floats) -> _Shares:
    """Return the shares; ``load`` is 0 of units that are not ordinary."""
    count, free = len(asked), locked < 0
    numbers = np.where(np.isfinite(asked), asked, rules.workers if isinstance(rules.workers, int) else np.nan)
    of_lock = np.bincount(locked[~free], weights=load[~free])
    place = np.zeros(len(of_lock), np.int64)
    place[locked[~free]] = community[~free]
    lived_in = of_lock > 0
    held = rules.band.workers(of_lock[lived_in].astype(float))[0]
    return _Shares(
        wanted=numbers,
        load=np.bincount(community[free], weights=load[free], minlength=count).astype(float),
        held=np.bincount(place[lived_in], weights=held, minlength=count).astype(float),
    )


def pieces_of(
    units: pd.DataFrame,
    borders: pd.DataFrame,
    communities: pd.DataFrame,
    rules: Rules,
    metres: Callable[[np.ndarray], Floats],
    hand: Hand,
) -> Iterator[Piece]:
    """Yield the connected pieces of ordinary units and the locked grids, community by community; arguments as of ``divide``."""
    ids, ordinary = communities["community_id"].tolist(), (units["special"] < 0).to_numpy()
    load = units["load"].to_numpy(float)
    graph = walkable(units, borders)
    locked = filled(graph, hand, load)
    names = units[["compound", "building"]].to_numpy(object)
    community = np.asarray(pd.Categorical(units["community_id"], categories=ids).codes, np.int32)
    shares = _shares(
        community, np.where(ordinary, load, 0.0), locked, rules, communities["workers"].to_numpy(float)
    )
    frame = pd.DataFrame({"community": community, "piece": pieces_within(graph, locked)}, index=units.index)
    frame = frame.assign(unit=np.arange(len(units)))[ordinary]
    for _, part in frame.groupby(["community", "piece"], sort=True):
        at, number = part["unit"].to_numpy(), int(part["community"].iloc[0])
        mine = hand.part(at, locked[at])
        if not load[at].sum() > 0:
            yield Piece(community=number, units=at, problem=None, hand=mine)
            continue
        share = np.nan if mine.lock >= 0 else shares.of(number, float(load[at].sum()))
        sub = graph[at][:, at].tocsr()
        sub.sort_indices()
        problem = Problem(
            load=load[at],
            weight=units["households"].to_numpy(float)[at],
            distance_m=metres(at),
            starts=sub.indptr.astype(np.int32),
            neighbors=sub.indices.astype(np.int32),
            band=rules.band,
            workers=int(share) if np.isfinite(share) else rules.workers,
            extras=extras_of(rules.prices, names[at], load[at], sub.data - 1.0),
        )
        yield Piece(community=number, units=at, problem=problem, hand=mine)
