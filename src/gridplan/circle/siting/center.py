"""The shortest longest walk (p-center): the least distance within which sites within the rules cover every row.

Minieka (1970), SIAM Review 12: the answer is one of the distances, and each is a covering problem. Bounds and searches settle
most of them; the few left in between are settled by SCIP, in halves.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from gridplan.circle.model import Floats, Stop
from gridplan.circle.reduce import reduce_both
from gridplan.circle.siting.ascent import ascend
from gridplan.circle.siting.branch import Found, first_wages
from gridplan.circle.siting.covering import covering_field, marks
from gridplan.circle.siting.field import field_of
from gridplan.circle.siting.rules import Flags, Rules
from gridplan.circle.siting.scip import Task, solve
from gridplan.circle.siting.weigh import lighten

STEPS = 1_500
ROUNDS = (400, 15, 1.0)


@dataclass(frozen=True, eq=False)
class _Trial:
    """What a distance was found to be: enough (with sites), too little (proven), or neither yet."""

    chosen: Flags | None = None
    short: bool = False
    stopped: str = ""


def least_radius(metres: Floats, rules: Rules, stop: Stop) -> Found | None:
    """Choose sites within the rules so that the longest walk is least; None if none within the rules serve every row.

    ``metres`` (rows, sites) is inf where no way leads.
    """
    steps = np.unique(metres[np.isfinite(metres)])
    if not len(metres):
        return Found(chosen=rules.begin(), objective=0.0, lower_bound=0.0)
    low = int(np.searchsorted(steps, metres[:, ~rules.barred].min(axis=1).max()))
    high, best, stopped = len(steps), None, ""
    for quick in (True, False):
        skipped: set[int] = set()
        while low < high:
            here = _middle(low, high, skipped)
            if here is None:
                break
            trial = _try(metres <= steps[here], rules, stop, quick=quick)
            if trial.chosen is not None:
                best = trial.chosen
                high = int(np.searchsorted(steps, metres[:, best].min(axis=1).max()))
            elif trial.short:
                low = here + 1
            else:
                skipped.add(here)
                stopped = trial.stopped
                if stopped == "clock":
                    break
    if best is None:
        return (
            None
            if low >= len(steps)
            else Found(
                chosen=rules.must.copy(), objective=np.inf, lower_bound=float(steps[low]), stopped=stopped
            )
        )
    return Found(
        chosen=best,
        objective=float(steps[high]),
        lower_bound=float(steps[min(low, high)]),
        stopped=stopped if low < high else "",
    )


def _middle(low: int, high: int, skipped: set[int]) -> int | None:
    """Return a distance to try: the one nearest to the middle that was not skipped."""
    left = [at for at in range(low, high) if at not in skipped] if len(skipped) else None
    if left is None:
        return (low + high) // 2
    middle = (low + high) / 2
    # beyond a skipped distance only the two sides are worth a try, as its neighbours are as hard
    upper = [at for at in left if at > max(skipped)]
    lower = [at for at in left if at < min(skipped)]
    sides = [side[len(side) // 2] for side in (upper, lower) if side]
    return min(sides, key=lambda at: abs(at - middle)) if sides else None


def _try(near: Flags, rules: Rules, stop: Stop, *, quick: bool) -> _Trial:
    """Look whether sites within the rules cover every row; ``quick``: by bounds and searches alone."""
    open_to_all = ~rules.barred
    if not near[:, open_to_all].any(axis=1).all():
        return _Trial(short=True)
    left = np.flatnonzero(~near[:, rules.must].any(axis=1))
    if not len(left):
        return _Trial(chosen=rules.begin()) if rules.kept(rules.begin()) else _Trial(short=True)
    reach = csr_array(near[left].astype(np.int64))
    plain = rules.bare
    free = np.flatnonzero(open_to_all & ~rules.must) if plain else np.flatnonzero(open_to_all)
    rows, sites = reach[:, free], np.arange(len(free))
    if plain:
        rows, sites = reduce_both(rows, None)
    kept = free[sites]
    most = None if rules.most is None else rules.most - int(rules.must.sum()) if plain else rules.most
    part = Rules.none(len(kept), most) if plain else rules.of(kept)
    if plain and most is not None and most < 1:
        return _Trial(short=True)
    return _settle(rows, part, _Whole(rules, kept), stop, quick=quick)


@dataclass(frozen=True, eq=False)
class _Whole:
    """Where the sites of a part stand among all."""

    rules: Rules
    kept: np.ndarray

    def of(self, part: Flags) -> Flags:
        """Return the choice among all sites."""
        chosen = self.rules.must.copy()
        chosen[self.kept[part]] = True
        return chosen


def _settle(rows: csr_array, part: Rules, whole: _Whole, stop: Stop, *, quick: bool) -> _Trial:
    alone = np.ones(rows.shape[0])
    if quick:
        field = covering_field(rows, alone, part)
        status = marks(part)
        bound = ascend(field, status, first_wages(field), np.zeros(1), 0.5, *ROUNDS)[0]
        if bound > 1e-6:  # noqa: PLR2004 # some row is left over, whatever is opened
            return _Trial(short=True)
        few = _few(rows, part, stop.seed)
        return _Trial(chosen=whole.of(few)) if few is not None else _Trial(stopped="work")
    task = Task(reach=rows, weights=alone, price=np.ones(rows.shape[1]), rules=part, all_rows=True)
    answer = solve(task, None, stop)
    if answer.chosen is not None:
        return _Trial(chosen=whole.of(answer.chosen))
    return _Trial(short=answer.infeasible, stopped=answer.stopped)


def _few(rows: csr_array, rules: Rules, seed: int) -> Flags | None:
    """Return sites within the rules that cover every row, if a search finds them."""
    if not rules.bare or rules.must.any():
        return None
    field = field_of(np.where(rows.toarray() > 0, 0.0, np.inf), np.ones(rows.shape[0]), rules)
    chosen = np.ones(rows.shape[1], bool)
    most = rows.shape[1] if rules.most is None else rules.most
    lighten(field, chosen, np.zeros(rows.shape[1], bool), most, STEPS, seed)
    return chosen if chosen.sum() <= most else None
