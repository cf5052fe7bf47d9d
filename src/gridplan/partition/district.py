"""All communities of a district: each connected piece a problem of its own, solved over the cores."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gridplan.partition.charges import PARTS
from gridplan.partition.hand import Hand, kept, rows_of_joined, tied, untied, ways_named
from gridplan.partition.journal import Journal
from gridplan.partition.judge import as_it_is, judged
from gridplan.partition.micro import microgrids
from gridplan.partition.pieces import Rules, pieces_of
from gridplan.partition.problem import Band, Floats, Problem
from gridplan.partition.search import Effort
from gridplan.partition.solve import solve
from gridplan.partition.stay import Wish, stayed
from gridplan.partition.told import Piece, Solved, WayOut, certificate, reason_told, ways_told
from gridplan.partition.tower import Rows as Parts
from gridplan.partition.trial import ways_out
from gridplan.progress import Progress
from gridplan.spread import prepare, spread_over
from gridplan.words import Message

NOTHING = (0.0,) * len(PARTS)
FEW = 3  # problems that are not worth starting other processes for


@dataclass(frozen=True, kw_only=True)
class District:
    """The grids of a district.

    ``grid`` (units,) is the number of each unit's grid, ``walk_m`` (units,) its distance to the grid's centre,
    ``micro`` (units,) the number of its microgrid, where they are asked for.
    ``grids`` has one row a grid: community_id, kind, workers, centre (position of a unit), and the parts of its cost
    (``charges.PARTS``). ``communities`` has one
    row a community with the figures and the certificate of report.json; ``reasons`` holds a
    Message for those with a grid out of band, ``ways`` the ways out that were tried for them.
    """

    grid: np.ndarray
    walk_m: Floats
    micro: np.ndarray | None
    grids: pd.DataFrame
    communities: pd.DataFrame
    reasons: dict[str, Message]
    ways: dict[str, list[WayOut]]
    clock: bool  # whether a clock may have stopped the solver


def get_ready(jobs: int) -> None:
    """Begin to start the processes that ``divide`` will spread its problems over; what comes before it can go on meanwhile."""
    if jobs > 1:
        prepare(preload=__name__)


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One piece to be solved, by itself in another process."""

    problem: Problem
    hand: Hand | None
    rows: Parts
    effort: Effort
    seconds: float | None
    micro: Band | None
    judge: bool = True
    was: Floats | None = None
    wish: Wish | None = None


def _solved(task: _Task) -> Solved:
    problem, hand, seconds = task.problem, task.hand or Hand.idle(task.problem.size), task.seconds
    effort = replace(task.effort, until=None if seconds is None else time.time() + seconds)
    drawn = hand.groups(problem.load)
    ways, moves = ways_named((), problem), None
    if drawn is not None:
        answer = judged(problem, drawn, effort) if task.judge else as_it_is(problem, drawn)
        if answer.status == "infeasible":
            ways = ways_named(ways_out(problem, task.rows, answer, effort), problem)
    elif hand.lock >= 0:
        answer = kept(problem, hand.names[hand.lock])
    else:
        joined = tied(problem, hand)
        if task.was is None:
            found = solve(joined, effort)
        else:
            found, moves = stayed(joined, _led(task.was, joined), effort, task.wish)
        answer = untied(problem, joined, found)
        ways = ways_named(ways_out(joined, rows_of_joined(task.rows, joined), found, effort), joined)
    return Solved(
        partition=answer,
        ways=ways,
        moves=moves,
        micro=None if task.micro is None else microgrids(problem, answer.grid, task.micro, effort),
    )


def _led(was: Floats, joined: Problem) -> Floats:
    """Return where the households of units that are joined as one were: all of them in the unit that stands for them."""
    if joined.ties is None:
        return was
    sums = np.zeros_like(was)
    np.add.at(sums, joined.ties.lead, was)
    return sums


def _was(units: np.ndarray, rules: Rules) -> Floats | None:
    """Return how many households of each unit of a piece were in each earlier grid."""
    if rules.was is None:
        return None
    place = pd.Series(np.arange(len(units)), index=units)
    rows = rules.was[rules.was["unit"].isin(units)]
    grids, of = np.unique(rows["earlier"].to_numpy(str), return_inverse=True)
    table = np.zeros((len(units), max(1, len(grids))))
    np.add.at(table, (place[rows["unit"]].to_numpy(), of.ravel()), rows["households"].to_numpy(float))
    return table


def _hardness(problem: Problem) -> float:
    """Return how hard a problem looks: its units, and more than in proportion the units of one grid of it."""
    grids = max(1.0, problem.load.sum() / problem.band.middle)
    return float(problem.size * (problem.size / grids) ** 2)


def _all_solved(
    pieces: list[Piece], rows: pd.Series, rules: Rules, progress: Progress
) -> list[Solved | None]:
    """Solve the problems, those that look hardest first, over the processes asked for; answers are in the order of the pieces."""
    problems = {i: piece.problem for i, piece in enumerate(pieces) if piece.problem is not None}
    hard = sorted(problems, key=lambda i: (-_hardness(problems[i]), i))
    units = sum(len(pieces[i].units) for i in hard)
    share = None if rules.seconds is None else rules.seconds * max(1, rules.jobs) / max(1, units)
    effort = Effort(seed=rules.seed, halt=rules.halt, work=rules.work)
    tasks = [
        _Task(
            problem=problems[i],
            hand=pieces[i].hand,
            rows=tuple(rows.iloc[pieces[i].units]),
            effort=effort,
            seconds=None if share is None else share * len(pieces[i].units),
            micro=rules.micro,
            judge=rules.judge,
            was=_was(pieces[i].units, rules),
            wish=rules.wish,
        )
        for i in hard
    ]
    book = None if rules.journal is None or rules.seconds is not None else Journal(rules.journal)
    keys = [
        "" if book is None else book.key(replace(task, effort=replace(effort, halt=None))) for task in tasks
    ]
    known = [None if book is None else book.find(key) for key in keys]
    answers: list[Solved | None] = [None] * len(pieces)
    progress.start("partition", len(hard))
    for i, answer in zip(hard, known, strict=True):
        if isinstance(answer, Solved):
            answers[i] = answer
            progress.advance()
    left = [at for at, i in enumerate(hard) if answers[i] is None]
    for at, answer in zip(left, _each(rules, [tasks[at] for at in left]), strict=True):
        answers[hard[at]] = answer
        progress.advance()
        if book is not None and not rules.by_clock:
            book.keep(keys[at], answer)
    return answers


def _each(rules: Rules, tasks: list[_Task]) -> Iterator[Solved]:
    """Yield the answers to tasks in their order, over the processes asked for."""
    if len(tasks) <= FEW or (rules.jobs <= 1 and rules.scheduler is None):
        yield from map(_solved, tasks)
        return
    with spread_over(min(rules.jobs, len(tasks)), preload=__name__, scheduler=rules.scheduler) as spread:
        yield from spread(_solved, tasks)


def divide(
    units: pd.DataFrame,
    borders: pd.DataFrame,
    communities: pd.DataFrame,
    *,
    rules: Rules,
    metres: Callable[[np.ndarray], Floats],
    progress: Progress,
    hand: Hand | None = None,
) -> District:
    """Divide every community into grids.

    Parameters
    ----------
    units
        unit_id, community_id, load, households, special (-1: an ordinary unit), special_workers, label (a name for reasons),
        rows (loads of the household rows that the unit could be parted into; () where it never is).
    borders
        left, right (positions of units), joined, open_m, road_m, wall.
    communities
        community_id, workers (NaN: as ``rules`` say).
    rules
        The band, the workers, how much work.
    metres
        From positions of k units to the (k, k) walking distances between them.
    progress
        Is told of each piece that is solved.
    hand
        What the planner asks of the units, free of contradictions (``against``); nothing if not given.
    """
    ids = communities["community_id"].tolist()
    pieces = list(pieces_of(units, borders, communities, rules, metres, hand or Hand.idle(len(units))))
    answers = _all_solved(pieces, units["rows"], rules, progress)
    grid, grids = _numbered(units, ids, pieces, answers)
    walk_m = np.zeros(len(units))
    by_community: list[list[tuple[Piece, Solved]]] = [[] for _ in ids]
    for piece, answer in zip(pieces, answers, strict=True):
        if answer is not None:
            walk_m[piece.units] = answer.partition.walk_m
            by_community[piece.community].append((piece, answer))
    reasons = [reason_told(mine, units) for mine in by_community]
    return District(
        grid=grid,
        walk_m=walk_m,
        micro=_micro(grid, pieces, answers) if rules.micro is not None else None,
        grids=grids,
        communities=pd.DataFrame([certificate(mine) for mine in by_community]).assign(community_id=ids),
        reasons={name: reason for name, reason in zip(ids, reasons, strict=True) if reason is not None},
        ways={
            name: ways
            for name, mine in zip(ids, by_community, strict=True)
            if (ways := ways_told(mine, units))
        },
        clock=rules.by_clock,
    )


def _micro(grid: np.ndarray, pieces: list[Piece], answers: list[Solved | None]) -> np.ndarray:
    """Return the number of each unit's microgrid; a grid that is not divided is one microgrid."""
    inside = np.zeros(len(grid), np.int64)
    for piece, answer in zip(pieces, answers, strict=True):
        if answer is not None and answer.micro is not None:
            inside[piece.units] = answer.micro
    pairs = np.column_stack([grid, inside])
    return np.unique(pairs, axis=0, return_inverse=True)[1].ravel()


def _numbered(
    units: pd.DataFrame, ids: list[str], pieces: list[Piece], answers: list[Solved | None]
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the grid of each unit and the table of grids."""
    grid = np.full(len(units), -1)
    rows: list[tuple[object, ...]] = []
    for piece, answer in zip(pieces, answers, strict=True):
        if answer is None:
            grid[piece.units] = len(rows)
            rows.append((ids[piece.community], "empty", 0, piece.units[0], *NOTHING))
            continue
        found = answer.partition
        grid[piece.units] = found.grid + len(rows)
        rows += [
            (ids[piece.community], "ordinary", int(workers), piece.units[centre], *parts)
            for workers, centre, parts in zip(found.workers, found.centre, found.parts, strict=True)
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
            *([0.0] * len(special) for _ in NOTHING),
            strict=True,
        )
    )
    return grid, pd.DataFrame(rows, columns=["community_id", "kind", "workers", "centre", *PARTS])
