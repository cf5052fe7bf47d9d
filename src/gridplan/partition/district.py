"""All communities of a district: each connected piece a problem of its own, solved over the cores."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csgraph

from gridplan.partition.pool import workers
from gridplan.partition.problem import Band, Floats, Problem, WorkersAsked
from gridplan.partition.search import Effort
from gridplan.partition.solve import Partition, solve
from gridplan.progress import Progress
from gridplan.words import Message

SHOWN = 5  # units named in a reason
FEW = 3  # problems that are not worth starting other processes for


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a good partition is, and how much work may be done for it."""

    band: Band
    workers: WorkersAsked = "middle"
    seed: int = 1
    jobs: int = 1
    seconds: float | None = None  # of solving; None: counted work only


@dataclass(frozen=True, kw_only=True)
class District:
    """The grids of a district.

    ``grid`` (units,) is the number of each unit's grid, ``walk_m`` (units,) its distance to the grid's centre.
    ``grids`` has one row a grid: community_id, kind, workers, centre (position of a unit). ``communities`` has one
    row a community with the figures and the certificate of report.json; ``reasons`` and
    ``pieces`` hold a Message for those that need one.
    """

    grid: np.ndarray
    walk_m: Floats
    grids: pd.DataFrame
    communities: pd.DataFrame
    reasons: dict[str, Message]
    clock: bool  # whether a clock may have stopped the solver


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A connected piece of a community: positions of its units, and its problem; None where nobody lives."""

    community: int
    units: np.ndarray
    problem: Problem | None


def _solved(task: tuple[Problem, Effort, float | None]) -> Partition:
    problem, effort, seconds = task
    end = None if seconds is None else time.time() + seconds
    return solve(problem, replace(effort, until=end))


def _pieces(
    units: pd.DataFrame,
    borders: pd.DataFrame,
    ids: list[str],
    rules: Rules,
    asked: Floats,
    metres: Callable[[np.ndarray], Floats],
) -> Iterator[_Piece]:
    """Yield the connected pieces of ordinary units, community by community."""
    ordinary = (units["special"] < 0).to_numpy()
    joined = borders[borders["joined"].to_numpy() & ordinary[borders["left"]] & ordinary[borders["right"]]]
    ends = joined["left"].to_numpy(), joined["right"].to_numpy()
    graph = coo_array((np.ones(len(joined), np.int8), ends), shape=(len(units),) * 2).tocsr()
    graph = (graph + graph.T).tocsr()
    piece = csgraph.connected_components(graph, directed=False)[1]
    load = units["load"].to_numpy(float)
    community = pd.Categorical(units["community_id"], categories=ids).codes
    total = np.bincount(community[ordinary], weights=load[ordinary], minlength=len(ids))
    frame = pd.DataFrame({"community": community, "piece": piece, "unit": np.arange(len(units))})[ordinary]
    for _, part in frame.groupby(["community", "piece"], sort=True):
        at, number = part["unit"].to_numpy(), int(part["community"].iloc[0])
        if not load[at].sum() > 0:
            yield _Piece(community=number, units=at, problem=None)
            continue
        wanted: WorkersAsked = rules.workers
        if np.isfinite(asked[number]):
            wanted = max(1, round(asked[number] * load[at].sum() / total[number]))
        elif isinstance(wanted, int):
            wanted = max(1, round(wanted * load[at].sum() / total[number]))
        sub = graph[at][:, at].tocsr()
        sub.sort_indices()
        problem = Problem(
            load=load[at],
            weight=units["households"].to_numpy(float)[at],
            distance_m=metres(at),
            starts=sub.indptr.astype(np.int32),
            neighbors=sub.indices.astype(np.int32),
            band=rules.band,
            workers=wanted,
        )
        yield _Piece(community=number, units=at, problem=problem)


def _all_solved(pieces: list[_Piece], rules: Rules, progress: Progress) -> list[Partition | None]:
    """Solve the problems, the largest first, over the processes asked for; the order of the answers is that of the pieces."""
    problems = {i: piece.problem for i, piece in enumerate(pieces) if piece.problem is not None}
    hard = sorted(problems, key=lambda i: (-len(pieces[i].units), i))
    share = None if rules.seconds is None else rules.seconds * max(1, rules.jobs) / max(1, len(hard))
    tasks = [(problems[i], Effort(seed=rules.seed), share) for i in hard]
    answers: list[Partition | None] = [None] * len(pieces)
    progress.start("partition", len(hard))
    if rules.jobs <= 1 or len(hard) <= FEW:
        for i, task in zip(hard, tasks, strict=True):
            answers[i] = _solved(task)
            progress.advance()
        return answers
    with workers(min(rules.jobs, len(hard)), preload=__name__) as spread:
        for i, answer in zip(hard, spread(_solved, tasks), strict=True):
            answers[i] = answer
            progress.advance()
    return answers


def divide(
    units: pd.DataFrame,
    borders: pd.DataFrame,
    communities: pd.DataFrame,
    *,
    rules: Rules,
    metres: Callable[[np.ndarray], Floats],
    progress: Progress,
) -> District:
    """Divide every community into grids.

    Parameters
    ----------
    units
        community_id, load, households, special (-1: an ordinary unit), special_workers, label (a name for reasons).
    borders
        left, right (positions of units), joined.
    communities
        community_id, workers (NaN: as ``rules`` say).
    rules
        The band, the workers, how much work.
    metres
        From positions of k units to the (k, k) walking distances between them.
    progress
        Is told of each piece that is solved.
    """
    ids = communities["community_id"].tolist()
    asked = communities["workers"].to_numpy(float)
    pieces = list(_pieces(units, borders, ids, rules, asked, metres))
    answers = _all_solved(pieces, rules, progress)
    grid, grids = _numbered(units, ids, pieces, answers)
    walk_m = np.zeros(len(units))
    for piece, answer in zip(pieces, answers, strict=True):
        if answer is not None:
            walk_m[piece.units] = answer.walk_m
    told = [_certificate(i, units, pieces, answers) for i in range(len(ids))]
    table = pd.DataFrame([row for row, _ in told]).assign(community_id=ids)
    return District(
        grid=grid,
        walk_m=walk_m,
        grids=grids,
        communities=table,
        reasons={ids[i]: message for i, (_, message) in enumerate(told) if message is not None},
        clock=rules.seconds is not None,
    )


def _numbered(
    units: pd.DataFrame, ids: list[str], pieces: list[_Piece], answers: list[Partition | None]
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the grid of each unit and the table of grids."""
    grid = np.full(len(units), -1)
    rows: list[tuple[object, ...]] = []
    for piece, answer in zip(pieces, answers, strict=True):
        if answer is None:
            grid[piece.units] = len(rows)
            rows.append((ids[piece.community], "empty", 0, piece.units[0]))
            continue
        grid[piece.units] = answer.grid + len(rows)
        rows += [
            (ids[piece.community], "ordinary", int(workers), piece.units[centre])
            for workers, centre in zip(answer.workers, answer.centre, strict=True)
        ]
    special = np.flatnonzero(units["special"].to_numpy() >= 0)
    grid[special] = len(rows) + np.arange(len(special))
    of_special = units.iloc[special]
    rows += list(
        zip(
            of_special["community_id"],
            ["special"] * len(special),
            of_special["special_workers"].astype(int),
            special,
            strict=True,
        )
    )
    return grid, pd.DataFrame(rows, columns=["community_id", "kind", "workers", "centre"])


def _certificate(
    community: int, units: pd.DataFrame, pieces: list[_Piece], answers: list[Partition | None]
) -> tuple[dict[str, object], Message | None]:
    """Return the certificate of a community from those of its pieces, and the reason where a grid is out of band."""
    mine = [
        (piece, answer)
        for piece, answer in zip(pieces, answers, strict=True)
        if piece.community == community and answer is not None
    ]
    parts = [answer for _, answer in mine]
    status = (
        "infeasible"
        if any(part.status == "infeasible" for part in parts)
        else "feasible"
        if any(part.status == "feasible" for part in parts)
        else "optimal"
    )
    row: dict[str, object] = {
        "out_of_band": sum(part.out_of_band for part in parts),
        "out_of_band_bound": sum(part.out_of_band_bound for part in parts),
        "households_outside": sum(part.households_outside for part in parts),
        "households_outside_bound": sum(part.households_outside_bound for part in parts),
        "objective": sum(part.objective for part in parts),
        "lower_bound": sum(part.lower_bound for part in parts),
        "status": status,
    }
    reasons = [_said(piece, part, units) for piece, part in mine if part.reason is not None]
    if len(mine) > 1:
        reasons = [
            Message("partition.reason_part", {"households": f"{total:g}", "reason": reason})
            for reason, total in zip(
                reasons,
                [p.problem.load.sum() for p, a in mine if a.reason is not None and p.problem],
                strict=True,
            )
        ]
    return row, _chained(reasons)


def _chained(reasons: list[Message]) -> Message | None:
    joined = None
    for reason in reasons:
        joined = reason if joined is None else Message("partition.both", {"first": joined, "second": reason})
    return joined


def _said(piece: _Piece, part: Partition, units: pd.DataFrame) -> Message:
    """Return the reason of a piece with its units named."""
    if part.reason is None:
        raise ValueError("a piece without a reason has nothing to say")
    values = dict(part.reason.values)
    if part.reason.units:
        at = piece.units[list(part.reason.units)]
        names = [
            f"{label} ({load:g})"
            for label, load in zip(
                units["label"].iloc[at[:SHOWN]], units["load"].iloc[at[:SHOWN]], strict=True
            )
        ]
        listed: str | Message = ", ".join(names)
        if len(at) > SHOWN:
            listed = Message("partition.and_more", {"units": listed, "count": len(at) - SHOWN})
        values["units"] = listed
    return Message(f"partition.{part.reason.key}", values)
