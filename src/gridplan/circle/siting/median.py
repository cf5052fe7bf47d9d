"""The shortest walk in all (p-median): by Lagrangean branch and bound."""

from dataclasses import replace

import numpy as np

from gridplan.circle.model import Floats, Integers, Stop
from gridplan.circle.siting.branch import Found, least_worth
from gridplan.circle.siting.covering import marks
from gridplan.circle.siting.field import field_of
from gridplan.circle.siting.rules import Flags, Rules

CM = 100.0  # centimetres a metre
TINY = 1e-6


def least_walk(metres: Floats, weight: Floats, rules: Rules, stop: Stop) -> Found:
    """Choose sites within the rules so that weight x metres is least; metres (rows, sites) is inf where a site does not serve.

    A row without a site costs more than all walks together, so as few as can be are left without.
    """
    scale = _scale(metres)
    walk = metres * scale
    walk = np.rint(walk) if scale == CM else walk
    cost = walk * weight[:, None]
    longest = np.where(np.isfinite(cost), cost, 0.0).max(axis=1, initial=0.0)
    everywhere = np.isfinite(metres[:, ~rules.barred]).all()
    alone = longest + 1.0 if everywhere else longest + np.ceil(longest.sum() + 1.0)
    field = field_of(np.where(np.isfinite(cost), cost, np.inf), alone, rules)
    found = least_worth(field, marks(rules), _spread(cost, rules), stop=stop)
    return replace(found, objective=found.objective / scale, lower_bound=found.lower_bound / scale)


def _scale(metres: Floats) -> float:
    """Return 100 where the metres are whole centimetres, so that sums are exact; else 1."""
    known = metres[np.isfinite(metres)] * CM
    return CM if np.abs(known - np.rint(known)).max(initial=0.0) < TINY else 1.0


def _spread(cost: Floats, rules: Rules) -> Flags:
    """Return a first choice: what must be open, then the site that saves most, as long as the rules allow."""
    chosen = rules.begin()
    capped = np.where(
        np.isfinite(cost), cost, np.where(np.isfinite(cost), cost, 0.0).max(initial=0.0) * 2 + 1
    )
    least = capped[:, chosen].min(axis=1) if chosen.any() else capped.max(axis=1)
    barred = rules.barred | chosen
    while not barred.all():
        gain = np.where(barred, -1.0, np.maximum(least[:, None] - capped, 0.0).sum(axis=0))
        site = int(np.argmax(gain))
        if gain[site] <= 0 and chosen.any():
            break
        barred[site] = True
        trial = chosen.copy()
        trial[site] = True
        if rules.kept(trial):
            chosen, least = trial, np.minimum(least, capped[:, site])
    return chosen


def nearest(metres: Floats, chosen: Flags) -> Integers:
    """Return the nearest chosen site of each row, -1 where no way leads to one."""
    if not chosen.any() or not len(metres):
        return np.full(len(metres), -1, np.int64)
    at = np.flatnonzero(chosen)
    here = metres[:, at]
    first = here.argmin(axis=1)
    return np.where(np.isfinite(here[np.arange(len(here)), first]), at[first], -1).astype(np.int64)
