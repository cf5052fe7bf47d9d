"""Among the plans that meet the most, the fairest: the least share of a group as large as can be, then the next least.

What the groups can get together is again a polymatroid, and the fairest plan of one is found by decomposition: deal the units out
as if nothing else counted, the next unit always to the group with the least share; where the flow cannot follow, the cut shows the
groups that got too much, and both sides are dealt out again, each for itself. Exact, also in whole units.
(Groenevelt 1991, European Journal of Operational Research 54; Frank and Murota 2022, on decreasing minimisation.)
"""

import heapq
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from ortools.graph.python import max_flow

from gridplan.matching.most import Most
from gridplan.matching.problem import Flags, Ints, Problem

HALVINGS = 60  # of the level that all are filled to; what is then left over is dealt out unit by unit
CAREFUL = 1e-9  # of the level, a share: so close to it units are dealt out one by one, in exact fractions


@dataclass(frozen=True, eq=False, kw_only=True)
class Ground:
    """What is still to be dealt out: open resources, pairs and needs (flags), and what groups have got so far.

    ``hard`` needs are met in full whoever loses; all other open needs count for their groups.
    """

    resources: Flags
    needs: Flags
    hard: Flags
    groups: Flags
    base: Ints  # (groups,)
    total: int  # units for the groups, beyond ``base``


def fair_shares(problem: Problem, most: Most) -> Ints:
    """Return how much each group gets beyond the needs that every best plan meets in full."""
    sure = most.sure()
    count = int(problem.group.max(initial=-1)) + 1
    asked = _sums(problem.group, problem.asked, count)
    base = _sums(problem.group[sure], problem.asked[sure], count)
    units = int(most.amount[~sure[problem.need]].sum())
    pairs = np.flatnonzero(most.allowed(problem))
    got = np.zeros(count, np.int64)
    every = np.ones(len(problem.asked), bool)
    waiting = [
        Ground(
            resources=np.ones(len(problem.offered), bool),
            needs=every,
            hard=sure,
            groups=asked > base,
            base=base,
            total=units,
        )
    ]
    while waiting:
        ground = waiting.pop()
        if ground.total:
            shares = _dealt(ground, asked)
            sides = _sides(problem, pairs, ground, shares)
            got += shares if not sides else 0
            waiting += sides
            for side in sides:
                got += np.where(side.groups, side.base - ground.base, 0)
    return got


def _sums(keys: Ints, values: Ints, count: int) -> Ints:
    """Return the sum of whole values by key; exact to 2**53."""
    return np.bincount(keys, weights=values, minlength=count).astype(np.int64)


def _dealt(ground: Ground, asked: Ints) -> Ints:
    """Return the units of each group, dealt out by least share, of equals the group that asks for less first."""
    groups = np.flatnonzero(ground.groups)
    base, whole = ground.base[groups], asked[groups]

    def filled(level: float) -> Ints:
        """Return the units that bring each group up to a level."""
        return np.maximum(np.ceil(level * whole).astype(np.int64) - base, 0)

    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        level = (low + high) / 2
        low, high = (level, high) if filled(level).sum() <= ground.total else (low, level)
    units = filled(max(low - CAREFUL, 0.0))
    queue = [
        (Fraction(int(b + u), int(a)), int(a), g)
        for g, (b, u, a) in enumerate(zip(base, units, whole, strict=True))
    ]
    heapq.heapify(queue)
    for _ in range(ground.total - int(units.sum())):
        share, size, g = heapq.heappop(queue)
        units[g] += 1
        heapq.heappush(queue, (share + Fraction(1, size), size, g))
    dealt = np.zeros(len(asked), np.int64)
    dealt[groups] = units
    return dealt


def _sides(problem: Problem, pairs: Ints, ground: Ground, shares: Ints) -> list[Ground]:
    """Return the two sides of the cut where the flow cannot follow; none where it can."""
    resources, needs, groups = len(problem.offered), len(problem.asked), len(shares)
    source, sink = resources + needs + groups, resources + needs + groups + 1
    open_pair = pairs[ground.resources[problem.resource[pairs]] & ground.needs[problem.need[pairs]]]
    r, n = problem.resource[open_pair], problem.need[open_pair]
    given, asking = np.flatnonzero(ground.resources), np.flatnonzero(ground.needs)
    hard = ground.hard[asking]
    shared, alone = asking[~hard & ground.groups[problem.group[asking]]], asking[hard]
    dealt = np.flatnonzero(ground.groups)
    flow = max_flow.SimpleMaxFlow()
    for tails, heads, sizes in (
        (np.full(len(given), source), given, problem.offered[given]),
        (r, resources + n, np.full(len(r), int(problem.offered[given].sum()))),
        (resources + alone, np.full(len(alone), sink), problem.asked[alone]),
        (resources + shared, resources + needs + problem.group[shared], problem.asked[shared]),
        (resources + needs + dealt, np.full(len(dealt), sink), shares[dealt]),
    ):
        if len(tails):
            flow.add_arcs_with_capacity(tails, heads, sizes)
    if flow.solve(source, sink) != flow.OPTIMAL:
        raise RuntimeError("a flow between finite capacities was not found")
    if flow.optimal_flow() == int(problem.asked[alone].sum() + shares.sum()):
        return []
    near = np.zeros(sink + 1, bool)
    near[flow.get_source_side_min_cut()] = True
    return _cut(
        problem, ground, near[:resources], near[resources : resources + needs], near[resources + needs : -2]
    )


def _cut(problem: Problem, ground: Ground, resources: Flags, needs: Flags, groups: Flags) -> list[Ground]:
    """Return both sides of a cut, given which resources, needs and groups lie on the side of the source.

    Groups beyond the cut got too much: they have all resources beyond it to themselves, and their needs on this side are met in
    full.
    """
    mine = groups[problem.group]
    shared = ground.needs & ~ground.hard & ground.groups[problem.group]
    met = shared & needs & ~mine
    count = len(groups)
    base = ground.base + _sums(problem.group[met], problem.asked[met], count)
    far, far_hard = ground.resources & ~resources, ground.needs & ground.hard & ~needs
    beyond = int(problem.offered[far].sum() - problem.asked[far_hard].sum())
    far_side = Ground(
        resources=far,
        needs=far_hard | (shared & ~needs & ~mine),
        hard=far_hard,
        groups=ground.groups & ~groups,
        base=base,
        total=beyond,
    )
    near_hard = (ground.needs & ground.hard & needs) | met
    near_side = Ground(
        resources=ground.resources & resources,
        needs=near_hard | (shared & needs & mine),
        hard=near_hard,
        groups=ground.groups & groups,
        base=ground.base,
        total=ground.total - beyond - int(problem.asked[met].sum()),
    )
    return [far_side, near_side]
