"""The best way to part the units of two neighbouring grids into two connected grids again: all ways are tried."""

import numpy as np

from gridplan.compiled import borrowing, compiled
from gridplan.partition.growth import HAIR, advance, barred, begin, growth, priced, reached
from gridplan.partition.problem import Ints, Problem

STEPS = 60_000


@borrowing
def _away(load, low, high, fewest, most):
    """Load outside the band, and the least and greatest number of workers for which it is so."""
    least, few, many = np.inf, fewest, fewest
    for workers in range(fewest, most + 1):
        away = max(0.0, low * workers - load, load - high * workers)
        if away < HAIR:
            away = 0.0
        if away < least:
            least, few, many = away, workers, workers
        elif away == 0.0:
            many = workers
    return least, few, many


@borrowing
def _rest(grown, rest):
    """Write down the units that are not in the set; return how many."""
    count = 0
    for unit in range(len(grown.inside)):
        if not grown.inside[unit]:
            rest[count] = unit
            count += 1
    return count


@borrowing
def _quarrels(apart, members, size):
    """Whether a set holds two units that are to lie apart."""
    for at in range(1, size):
        if barred(apart, members, at, members[at]):
            return True
    return False


@compiled
def _split(ground, low, high, fewest, most, workers, start, most_steps):
    """Grow every connected set with unit 0 whose rest is connected; keep the best by grids out, load outside, cost."""
    n = len(ground.load)
    whole = ground.load.sum()
    grown, rest, stack = growth(n), np.empty(n, np.int32), np.empty(n, np.int32)
    best, best_set, found = start.copy(), np.zeros(n, np.bool_), False
    steps = 0
    begin(grown, 0)
    while steps < most_steps and advance(ground, grown, high * most + best[1] + HAIR, n - 1):
        steps += 1
        size, total = grown.depth[0], grown.total[0]
        one, few, many = _away(total, low, high, fewest, most)
        other, other_few, other_many = _away(whole - total, low, high, fewest, most)
        out, far = (1.0 if one > 0 else 0.0) + (1.0 if other > 0 else 0.0), one + other
        if few + other_few > workers or many + other_many < workers:
            continue
        if out > best[0] or (out == best[0] and far > best[1] + HAIR):
            continue
        count = _rest(grown, rest)
        outside = ~grown.inside
        if reached(ground.starts, ground.neighbors, rest[0], outside, stack) < count:
            continue
        if _quarrels(ground.apart, rest, count):
            continue
        price = priced(ground, grown.chosen, size, total, grown.inside)[1]
        price += priced(ground, rest, count, whole - total, outside)[1]
        if out < best[0] or far < best[1] - HAIR or price < best[2] * (1 - HAIR):
            best[0], best[1], best[2] = out, far, price
            best_set[:] = grown.inside
            found = True
    return found, best_set


def best_split(part: Problem, workers: int, score: tuple[float, float, float]) -> tuple[Ints, Ints] | None:
    """Return the best two connected parts of some units, None where none is better than ``score``.

    Parameters
    ----------
    part
        The units of two grids.
    workers
        How many workers the two have.
    score
        Grids out of band, load outside, and cost to be beaten.
    """
    band = part.band
    found, inside = _split(
        part.ground, band.low, band.high, band.fewest, band.most, workers, np.array(score), STEPS
    )
    if not found:
        return None
    return np.flatnonzero(inside).astype(np.int32), np.flatnonzero(~inside).astype(np.int32)
