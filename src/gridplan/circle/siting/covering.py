"""Covering: the sites of least price that cover every row, and the most weight that sites within the rules cover."""

import time
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from gridplan.circle.model import EPS, Floats, Integers, Stop
from gridplan.circle.reduce import merge_rows, reduce_both, reduce_sites
from gridplan.circle.siting.ascent import ascend
from gridplan.circle.siting.branch import ROOT, Found, Search, first_wages, least_worth
from gridplan.circle.siting.field import FREE, IN, OUT, Field, Marks, field_of
from gridplan.circle.siting.rules import Flags, Rules
from gridplan.circle.siting.scip import Task, solve
from gridplan.circle.siting.swap import worth
from gridplan.circle.siting.weigh import lighten

STEPS = 20_000  # of the search for few sites; times the square of what it is off by
FARTHEST_OFF = 6  # what counts of that at most
TRIALS = 300  # shakes of the search for much cover
GLANCE = 40  # parts looked at before the covering model is handed to SCIP


def least_sites(reach: csr_array, price: Floats, rules: Rules, stop: Stop) -> Found | None:
    """Choose the sites of least price that cover every row; None if it is proven that none within the rules do.

    The objective is inf where none was found. Every row must be in reach of a site that is not barred.
    """
    plain = rules.bare and rules.most is None and bool((price >= 0).all())
    left = np.flatnonzero(np.asarray(reach[:, np.flatnonzero(rules.must)].sum(axis=1)) == 0)
    free = np.flatnonzero(~rules.barred & ~rules.must) if plain else np.flatnonzero(~rules.barred)
    rows, sites = reach[left][:, free], np.arange(len(free))
    if plain:
        rows, sites = reduce_both(rows, price[free])
    kept = free[sites]
    part = Rules.none(len(kept)) if plain else rules.of(kept)
    base = np.flatnonzero(rules.must) if plain else np.zeros(0, np.int64)
    fixed = float(price[base].sum())
    if not rows.shape[0] and (plain or not len(kept)):
        only = rules.begin()
        return _found(only, float(price[only].sum()), float(price[only].sum())) if rules.kept(only) else None
    start, least = _few(rows, price[kept], part, stop)
    if start is not None and fixed + _raised(least, price[kept]) >= fixed + price[kept][start].sum() - EPS:
        chosen = _whole(start, kept, base, len(price))
        return _found(chosen, float(price[chosen].sum()), float(price[chosen].sum()))
    answer = solve(
        Task(reach=rows, weights=np.ones(rows.shape[0]), price=price[kept], rules=part, all_rows=True),
        start,
        stop,
    )
    if answer.infeasible:
        return None
    found = start if answer.chosen is None else answer.chosen
    if found is None:
        return _found(rules.must.copy(), np.inf, fixed + max(least, answer.lower_bound), answer.stopped)
    if start is not None and price[kept][start].sum() < price[kept][found].sum():
        found = start
    chosen = _whole(found, kept, base, len(price))
    worth = float(price[chosen].sum())
    bound = fixed + _raised(max(least, answer.lower_bound), price[kept])
    return _found(chosen, worth, min(bound, worth), answer.stopped)


def _raised(bound: float, price: Floats) -> float:
    """Return the bound raised to a whole number, where prices are whole."""
    return float(np.ceil(bound - EPS)) if (price == np.rint(price)).all() else bound


def _whole(part: Flags, kept: Integers, base: Integers, sites: int) -> Flags:
    """Return the choice among all sites of a choice among those kept, with those that are open anyway."""
    chosen = np.zeros(sites, bool)
    chosen[base] = True
    chosen[kept[part]] = True
    return chosen


def _found(chosen: Flags, objective: float, bound: float, stopped: str = "") -> Found:
    return Found(chosen=chosen, objective=objective, lower_bound=bound, stopped=stopped)


def _few(reach: csr_array, price: Floats, rules: Rules, stop: Stop) -> tuple[Flags | None, float]:
    """Return sites that cover every row, few or cheap ones, if a search finds some; and what none are cheaper than."""
    whole = np.where(reach.toarray() > 0, 0.0, np.inf)
    field = field_of(whole, np.full(reach.shape[0], float(price.sum()) + 1.0), rules, price=price)
    chosen, alike = ~rules.barred, not len(rules.clashes) and bool(np.ptp(price) == 0) and price[0] > 0
    begun = time.monotonic()
    if alike:
        lighten(field, chosen, rules.must.copy(), 0, STEPS, stop.seed)
    else:
        search = Search(field, marks(rules), rules.must.copy(), stop.seed)
        search.shake(TRIALS)
        chosen = search.chosen
    taken_s = time.monotonic() - begun
    least = _at_least(field, rules, float(worth(field, chosen)))
    if alike:
        fewest = int(np.ceil(least / price[0] - EPS))
        rounds = min(int(chosen.sum()) - fewest, FARTHEST_OFF) ** 2
        if stop.left_s is not None:  # half of it: the proof wants some too
            rounds = min(rounds, int(stop.left_s / 2 / max(taken_s, 1e-3)))
        lighten(field, chosen, rules.must.copy(), fewest, STEPS * rounds, stop.seed + 1)
    covered = np.asarray(reach[:, np.flatnonzero(chosen)].sum(axis=1)) > 0
    return (chosen if covered.all() and rules.kept(chosen) else None), least


def _at_least(field: Field, rules: Rules, known: float) -> float:
    """Return what no sites that cover every row are cheaper than, where some of price ``known`` do."""
    goal = known + EPS
    bound = ascend(field, marks(rules), first_wages(field), np.zeros(1), goal, *ROOT)[0]
    return known if np.isinf(bound) else float(bound)


def most_cover(reach: csr_array, weights: Floats, rules: Rules, stop: Stop) -> Found:
    """Choose sites within the rules that leave the least weight uncovered."""
    plain = rules.bare and not rules.must.any()
    left = np.flatnonzero(np.asarray(reach[:, np.flatnonzero(rules.must)].sum(axis=1)) == 0)
    free = np.flatnonzero(~rules.barred)
    rows = reach[left][:, free]
    kept = free[reduce_sites(rows, None)] if plain else free
    rows, merged = merge_rows(reach[left][:, kept], weights[left])
    part = rules.of(kept)
    can = np.asarray(rows.sum(axis=1)) > 0
    beyond = float(merged[~can].sum())
    rows, merged = rows[np.flatnonzero(can)], merged[can]
    chosen = rules.begin()
    if not all(rows.shape):
        return _found(chosen, beyond, beyond)
    field = covering_field(rows, merged, part)
    found = least_worth(field, marks(part), part.begin(), stop=stop, rounds=TRIALS, nodes=GLANCE)
    if found.stopped == "work":
        found = _by_scip(rows, merged, part, found, stop)
    chosen = rules.must.copy()
    chosen[kept[found.chosen]] = True
    return replace(
        found, chosen=chosen, objective=beyond + found.objective, lower_bound=beyond + found.lower_bound
    )


def _by_scip(rows: csr_array, weights: Floats, rules: Rules, begun: Found, stop: Stop) -> Found:
    """Finish a search for most cover by SCIP."""
    total = float(weights.sum())
    task = Task(reach=rows, weights=weights, price=np.zeros(rows.shape[1]), rules=rules)
    answer = solve(task, begun.chosen, stop)
    chosen, left = begun.chosen, begun.objective
    if answer.chosen is not None:
        covered = np.asarray(rows[:, np.flatnonzero(answer.chosen)].sum(axis=1)) > 0
        if total - float(weights[covered].sum()) < left:
            chosen, left = answer.chosen, total - float(weights[covered].sum())
    bound = max(begun.lower_bound, total + answer.lower_bound)
    if (weights == np.rint(weights)).all():
        bound = float(np.ceil(bound - 1e-4))
    return _found(
        chosen, left, max(0.0, left if bound >= left - EPS * max(1.0, left) else bound), answer.stopped
    )


def covering_field(reach: csr_array, alone: Floats, rules: Rules) -> Field:
    """Return the field in which a covered row costs nothing and another one what it costs alone."""
    return field_of(
        csr_array((np.zeros(reach.nnz), reach.indices, reach.indptr), shape=reach.shape),
        alone,
        rules,
    )


def marks(rules: Rules) -> Marks:
    """Return what the rules settle about each site."""
    return np.where(rules.must, IN, np.where(rules.barred, OUT, FREE)).astype(np.int8)
