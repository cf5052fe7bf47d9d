"""The planner's hand: grids locked as they are, units that must or must not share a grid; how problems are solved under it."""

from dataclasses import dataclass, replace

import numpy as np

from gridplan.partition.problem import Flags, Floats, Ints, Problem, columns_of
from gridplan.partition.reasons import Reason
from gridplan.partition.result import Partition, partition_of
from gridplan.partition.search import Found
from gridplan.partition.targets import targets
from gridplan.partition.ties import Ties, ties_of
from gridplan.partition.tower import Rows
from gridplan.partition.ways import Way

NONE = -1


@dataclass(frozen=True, kw_only=True)
class Hand:
    """What a planner asks of some units.

    Attributes
    ----------
    locked
        Number of the locked grid that each unit is of, -1 for none, shape (n,).
    names
        What each locked grid is called.
    together
        Number of the group of units that share a grid, -1 for none, shape (n,).
    apart
        Groups of units that lie in different grids, a row a group, shape (k, n); the last rows may be those of seeds.
    drawn
        Number of the grid that each unit is in where somebody else has drawn them all, -1 for none, shape (n,); None: nobody has.
        Such grids are judged, not solved; locks and groups beside them count for nothing.
    """

    locked: Ints
    names: tuple[str, ...]
    together: Ints
    apart: Flags
    drawn: Ints | None = None

    @classmethod
    def idle(cls, count: int) -> "Hand":
        """Return the hand that asks nothing of so many units."""
        none = np.full(count, NONE, np.int32)
        return cls(locked=none, names=(), together=none, apart=np.zeros((0, count), bool))

    def part(self, units: np.ndarray, locked: Ints) -> "Hand":
        """Return what is asked of some of the units, with the locked grids that they are of."""
        drawn = None if self.drawn is None else self.drawn[units]
        return replace(
            self, locked=locked, together=self.together[units], apart=self.apart[:, units], drawn=drawn
        )

    def groups(self, load: Floats) -> list[Ints] | None:
        """Return the grids that somebody has drawn of all units with a load, None where there are none of some."""
        if self.drawn is None or (self.drawn[load > 0] < 0).any():
            return None
        grids = np.unique(self.drawn[self.drawn >= 0])
        return [np.flatnonzero(self.drawn == grid).astype(np.int32) for grid in grids]

    @property
    def ties(self) -> bool:
        """Whether some of the units are to share a grid, or not to."""
        return bool((self.together >= 0).any() or (self.apart.sum(axis=1) > 1).any())

    @property
    def lock(self) -> int:
        """Number of the locked grid that all the units are, -1 for none."""
        return int(self.locked[0])


def tied(problem: Problem, hand: Hand) -> Problem:
    """Return a problem whose units that must share a grid are joined, and whose sets keep apart what must lie apart."""
    ties = ties_of(hand.together, hand.apart, problem.load, problem.extras)
    if ties is None:
        return problem
    lead, size = ties.lead, problem.size
    follow = np.flatnonzero(~ties.free)
    weight = np.bincount(lead, weights=problem.weight, minlength=size).astype(float)
    own = np.repeat(np.arange(size), np.diff(problem.starts))
    off_line_m = np.zeros(len(own)) if problem.extras is None else problem.extras.off_line_m
    ends = np.column_stack([lead[own], lead[problem.neighbors]])
    across = ends[:, 0] != ends[:, 1]
    beside = np.column_stack([follow, lead[follow]])
    pairs, entry = np.unique(
        np.concatenate([ends[across], beside, beside[:, ::-1]]), axis=0, return_inverse=True
    )
    metres = np.concatenate([off_line_m[across], np.zeros(2 * len(follow))])
    summed_m = np.bincount(entry.ravel(), weights=metres, minlength=len(pairs)).astype(float)
    return replace(
        problem,
        load=np.bincount(lead, weights=problem.load, minlength=size).astype(float),
        weight=weight,
        distance_m=_mean_distance(problem, lead, weight),
        starts=np.searchsorted(pairs[:, 0], np.arange(size + 1)).astype(np.int32),
        neighbors=pairs[:, 1].astype(np.int32),
        extras=None if problem.extras is None else replace(problem.extras, off_line_m=summed_m),
        ties=ties,
    )


def _mean_distance(problem: Problem, lead: Ints, weight: Floats) -> Floats:
    """Return distances in which those of a lead are the means over the households that it stands for."""
    distance_m = problem.distance_m.copy()
    for head in np.unique(lead[lead != np.arange(problem.size)]):
        mine = np.flatnonzero(lead == head)
        share = problem.weight[mine] if weight[head] > 0 else np.ones(len(mine))
        distance_m[head] = share @ problem.distance_m[mine] / share.sum()
    return distance_m


def untied(problem: Problem, joined: Problem, answer: Partition) -> Partition:
    """Return the answer to a problem whose units were joined as one for the units as they are.

    Parameters
    ----------
    problem
        The units as they are.
    joined
        What ``tied`` made of them.
    answer
        The grids of that.
    """
    if joined.ties is None:
        return answer
    return replace(
        answer,
        walk_m=problem.distance_m[np.arange(problem.size), answer.centre[answer.grid]],
        reason=_named(answer.reason, joined.ties),
    )


def _named(reason: Reason | None, ties: Ties) -> Reason | None:
    """Return a reason that names all units which were joined to one that it names."""
    if reason is None:
        return None
    units = tuple(ties.whole(np.array(reason.units, np.int32)).tolist()) if reason.units else ()
    return replace(reason, units=units, also=_named(reason.also, ties))


def ways_named(ways: tuple[Way, ...], joined: Problem) -> tuple[Way, ...]:
    """Return ways out that name all units which were joined to one that they name."""
    ties = joined.ties
    if ties is None:
        return ways
    return tuple(
        replace(
            way,
            groups=tuple(tuple(ties.whole(np.array(group, np.int32)).tolist()) for group in way.groups),
        )
        for way in ways
    )


def rows_of_joined(rows: Rows, joined: Problem) -> Rows:
    """Return the rows that units could be parted into: joined units are never parted."""
    if joined.ties is None:
        return rows
    alone = np.bincount(joined.ties.lead, minlength=len(rows))[joined.ties.lead] == 1
    return tuple(own if one else () for own, one in zip(rows, alone.tolist(), strict=True))


def kept(problem: Problem, name: str) -> Partition:
    """Return the plan of a locked grid: all its units, in band or not."""
    every = [np.arange(problem.size, dtype=np.int32)]
    grid = columns_of(every, problem)
    low, high = problem.band.workers(grid.load)
    fitting = [number for number in targets(problem) if low[0] <= number <= high[0]]
    workers = float(fitting[0] if fitting else low[0])
    cost = float(grid.cost.sum())
    found = Found(groups=every, cost=cost, bound=cost, exact=True, workers=(workers, workers))
    plan = partition_of(problem, found, exact=True)
    away = float(problem.band.outside(grid.load)[0][0])
    if away == 0:
        return plan
    span = {"low": f"{problem.band.low:g}", "high": f"{problem.band.high:g}"}
    return replace(
        plan,
        out_of_band=1,
        out_of_band_bound=1,
        households_outside=away,
        households_outside_bound=away,
        status="infeasible",
        reason=Reason(key="reason_locked", terms={"name": name, "load": f"{grid.load[0]:g}", **span}),
    )
