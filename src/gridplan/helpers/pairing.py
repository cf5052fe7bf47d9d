"""Agencies and communities: each community has at least one agency, balanced by size, and near.

Where there are agencies enough, each stands by one community (x_ac = 1), else each community that no agency is bound to has one.
H are households, P people of an agency::

    first   max s    sum_a P_a x_ac >= s H_c   for each c,    or    min z    sum_c H_c x_ac <= z P_a   for each a
    then    min sum_ac metres_ac x_ac          with s, z at most ``balance`` times worse
            each one that is spread has one partner, each of the others at least one; bound pairs are set

Both by HiGHS, on counted work.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csr_array, eye_array, hstack, kron

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NODES = {
    1.0: 100,
    -1.0: 500,
}  # counted work of a model, by the sign of its task: agencies enough, which is harder, or too few
GAP = 1e-6  # relative, between a plan and its bound that count as equal
NEARLY = 1e-7
HALF = 0.5  # a variable above it is set


@dataclass(frozen=True, eq=False, kw_only=True)
class Pairing:
    """Pairs of positions, ``agency`` and ``community``; the largest households a person, the sum of ways, and their bounds."""

    agency: Ints
    community: Ints
    largest: float = 0.0
    largest_bound: float = 0.0
    way_m: float = 0.0
    way_bound_m: float = 0.0
    status: str = "optimal"  # both goals are proven; else "feasible"


def pair(people: Floats, households: Floats, bound: Ints, ways_m: Floats, *, balance: float) -> Pairing:
    """Pair agencies with communities.

    Parameters
    ----------
    people
        (agencies,); NaN or 0 where nobody knows: then the mean of the others, or 1.
    households
        (communities,).
    bound
        (agencies,) the community that each is bound to, -1 for none.
    ways_m
        (agencies, communities); NaN where an agency has no place, which counts as no way at all.
    balance
        1 or more.
    """
    if not len(people) or not len(households):
        return Pairing(agency=np.zeros(0, np.int64), community=np.zeros(0, np.int64))
    known = np.isfinite(people) & (people > 0)
    heads = np.where(known, people, people[known].mean() if known.any() else 1.0)
    ways = np.nan_to_num(ways_m)
    held = np.zeros(ways.shape, bool)
    held[np.flatnonzero(bound >= 0), bound[bound >= 0]] = True
    waiting = ~held.any(axis=0)
    if (bound < 0).sum() >= waiting.sum():
        chosen, figures = _solved(_agencies_spread(ways, held, heads, households), balance)
    else:
        part, figures = _solved(_communities_spread(ways, held, heads, households), balance)
        chosen = held.copy()
        chosen[:, waiting] = part.T
        set_m = float(ways[held].sum())
        figures = {
            **figures,
            "way_m": figures["way_m"] + set_m,
            "way_bound_m": figures["way_bound_m"] + set_m,
        }
    agency, community = np.nonzero(chosen)
    return Pairing(agency=agency, community=community, **figures)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Task:
    """Spread ones (rows) and the hubs that they are paired with (columns).

    What a hub has is ``base`` and what its partners add; ``sign`` x what each has for its ``size`` is to be raised where it is
    least.
    """

    ways: Floats  # (spread, hubs), metres
    set_: Flags  # (spread, hubs), pairs that must be
    adds: Floats  # (spread,)
    base: Floats  # (hubs,)
    size: Floats  # (hubs,)
    needy: Flags  # (hubs,), which must have a partner
    sign: float

    def level(self, chosen: Flags) -> float:
        """Return the least that any hub has for its size, with the sign."""
        sized = self.size > 0
        return float(
            (self.sign * (self.base + self.adds @ chosen)[sized] / self.size[sized]).min(initial=np.inf)
        )

    def households(self, level: float) -> float:
        """Return a level as households for each person of the agencies."""
        return 1 / level if self.sign > 0 else -level


def _agencies_spread(ways: Floats, held: Flags, heads: Floats, households: Floats) -> _Task:
    """Return the task where there are agencies enough: each stands by one community."""
    count = len(households)
    return _Task(
        ways=ways,
        set_=held,
        adds=heads,
        base=np.zeros(count),
        size=households.astype(float),
        needy=np.ones(count, bool),
        sign=1.0,
    )


def _communities_spread(ways: Floats, held: Flags, heads: Floats, households: Floats) -> _Task:
    """Return the task where there are too few: each community that no agency is bound to has one."""
    waiting = ~held.any(axis=0)
    shared = held / np.maximum(held.sum(axis=0), 1)
    return _Task(
        ways=ways.T[waiting],
        set_=np.zeros((int(waiting.sum()), len(heads)), bool),
        adds=households[waiting].astype(float),
        base=shared @ households,
        size=heads,
        needy=np.logical_not(held.any(axis=1)),
        sign=-1.0,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Answer:
    """Who is paired (None: nothing was found), the bound, and whether both meet."""

    chosen: Flags | None
    bound: float
    proven: bool


def _solved(task: _Task, balance: float) -> tuple[Flags, dict[str, Any]]:
    """Return who is paired, as flags (spread, hubs), and what is proven of it."""
    start = max(_first(task), _dealt(task), key=task.level)
    even = _even(task, task.level(start))
    chosen = start if even.chosen is None else max(start, even.chosen, key=task.level)
    level = task.level(chosen)
    near = _near(task, level / balance if task.sign > 0 else level * balance)
    found = chosen if near.chosen is None else near.chosen
    return found, {
        "largest": task.households(task.level(found)),
        "largest_bound": task.households(even.bound),
        "way_m": float(task.ways[found].sum()),
        "way_bound_m": near.bound,
        "status": "optimal" if even.proven and near.proven else "feasible",
    }


def _even(task: _Task, level: float) -> _Answer:
    """Raise the level above one that was reached: pairs that alone would be worse are left out."""
    spread, hubs = task.ways.shape
    load = hstack([task.sign * _loads(task), csr_array(-task.size[:, None])])
    rules = [
        LinearConstraint(hstack([rule.A, csr_array((rule.A.shape[0], 1))]), rule.lb, rule.ub)
        for rule in _rules(task)
    ]
    rules.append(LinearConstraint(load, -task.sign * task.base, np.inf))
    cost = np.append(np.zeros(spread * hubs), -1.0)
    low = np.append(task.set_.ravel().astype(float), -np.inf)
    worse = np.zeros((spread, hubs), bool)
    if task.sign < 0:
        worse = -(task.base + task.adds[:, None]) / task.size < level - NEARLY * abs(level)
    high = np.append(np.where(worse, 0.0, 1.0).ravel(), np.inf)
    answer = _run(task, cost, rules, Bounds(low, high))
    return _Answer(chosen=answer.chosen, bound=-answer.bound, proven=answer.proven)


def _near(task: _Task, level: float) -> _Answer:
    """Shorten the ways while no hub falls below a level."""
    floor = task.size * level - task.sign * task.base
    rules = [
        *_rules(task),
        LinearConstraint(task.sign * _loads(task), floor - NEARLY * np.abs(floor), np.inf),
    ]
    return _run(task, task.ways.ravel(), rules, Bounds(task.set_.ravel().astype(float), 1.0))


def _rules(task: _Task) -> list[LinearConstraint]:
    """Return the rules who is paired: one partner for each that is spread, at least one for each hub that needs one."""
    spread, hubs = task.ways.shape
    one = kron(eye_array(spread), np.ones((1, hubs))).tocsr()
    some = kron(np.ones((1, spread)), eye_array(hubs)).tocsr()
    return [LinearConstraint(one, 1, 1), LinearConstraint(some, task.needy.astype(float), np.inf)]


def _loads(task: _Task) -> csr_array:
    """Return what each pair adds to its hub, (hubs, pairs)."""
    return csr_array(kron(task.adds[None, :], eye_array(task.ways.shape[1])))


def _run(task: _Task, cost: Floats, rules: list[LinearConstraint], bounds: Bounds) -> _Answer:
    """Solve a model on counted work."""
    pairs = task.ways.size
    whole = np.arange(len(cost)) < pairs
    options = {"node_limit": NODES[task.sign], "mip_rel_gap": GAP}
    answer = milp(cost, integrality=whole.astype(int), bounds=bounds, constraints=rules, options=options)
    chosen = None if answer.x is None else (answer.x[:pairs] > HALF).reshape(task.ways.shape)
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    return _Answer(chosen=chosen, bound=bound, proven=answer.status == 0)


def _dealt(task: _Task) -> Flags:
    """Return some pairs: the largest first, each to the hub that is then best off, the last ones to hubs that have none yet."""
    chosen, have = task.set_.copy(), task.base + task.adds @ task.set_
    size = np.where(task.size > 0, task.size, np.inf)
    order = [row for row in np.argsort(-task.adds, kind="stable") if not chosen[row].any()]
    for left, row in zip(range(len(order), 0, -1), order, strict=True):
        bare = np.flatnonzero(task.needy & ~chosen.any(axis=0))
        open_ = bare if left <= len(bare) else np.arange(len(size))
        after = have[open_] + (task.adds[row] if task.sign < 0 else 0.0)
        hub = open_[np.lexsort((task.ways[row, open_], after / size[open_]))[0]]
        chosen[row, hub] = True
        have[hub] += task.adds[row]
    return chosen


def _first(task: _Task) -> Flags:
    """Return some pairs: the shortest ways that give each hub one, and all others to the nearest hub."""
    chosen = task.set_.copy()
    hubs = np.flatnonzero(task.needy & ~chosen.any(axis=0))
    free = np.flatnonzero(~chosen.any(axis=1))
    row, column = linear_sum_assignment(task.ways[np.ix_(free, hubs)])
    chosen[free[row], hubs[column]] = True
    left = np.flatnonzero(~chosen.any(axis=1))
    chosen[left, task.ways[left].argmin(axis=1)] = True
    return chosen
