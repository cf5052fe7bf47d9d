"""The best way to part the units of two neighbouring grids into two connected grids again: all ways are tried."""

import numpy as np

from gridplan.compiled import compiled
from gridplan.partition.candidates import best_centre
from gridplan.partition.problem import Ints, Problem

STEPS = 60_000


@compiled
def _away(load, low, high, fewest, most):
    """Load outside the band, and the least and greatest number of workers for which it is so."""
    least, few, many = np.inf, fewest, fewest
    for workers in range(fewest, most + 1):
        away = max(0.0, low * workers - load, load - high * workers)
        if away < 1e-9:
            away = 0.0
        if away < least:
            least, few, many = away, workers, workers
        elif away == 0.0:
            many = workers
    return least, few, many


@compiled
def _split(load, cost, starts, neighbors, low, high, fewest, most, workers, start, most_steps):
    """Grow every connected set with unit 0 whose rest is connected; keep the best by grids out, load outside, cost."""
    n = len(load)
    whole = load.sum()
    met = np.zeros(n, np.bool_)
    inside = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int32)
    chosen = np.empty(n, np.int32)
    rest = np.empty(n, np.int32)
    stack = np.empty(n, np.int32)
    at = np.zeros(n + 1, np.int64)
    ends = np.zeros(n + 1, np.int64)
    best = start.copy()
    best_set = np.zeros(n, np.bool_)
    found = False
    met[0] = True
    queue[0] = 0
    ends[0] = 1
    depth, total, steps = 0, 0.0, 0
    while depth >= 0:
        if at[depth] >= ends[depth] or (depth == 0 and at[0] > 0):
            for i in range(ends[depth - 1] if depth > 0 else 1, ends[depth]):
                met[queue[i]] = False
            depth -= 1
            if depth >= 0:
                total -= load[chosen[depth]]
                inside[chosen[depth]] = False
            continue
        unit = queue[at[depth]]
        at[depth] += 1
        one, few, many = _away(total + load[unit], low, high, fewest, most)
        if total + load[unit] > high * most and one > best[1] + 1e-9:
            continue
        steps += 1
        if steps > most_steps:
            break
        chosen[depth] = unit
        inside[unit] = True
        total += load[unit]
        end = ends[depth]
        for i in range(starts[unit], starts[unit + 1]):
            other = neighbors[i]
            if not met[other]:
                met[other] = True
                queue[end] = other
                end += 1
        at[depth + 1] = at[depth]
        ends[depth + 1] = end
        depth += 1
        other_away, other_few, other_many = _away(whole - total, low, high, fewest, most)
        out = (1.0 if one > 0 else 0.0) + (1.0 if other_away > 0 else 0.0)
        far = one + other_away
        if depth == n or few + other_few > workers or many + other_many < workers:
            continue
        if out > best[0] or (out == best[0] and far > best[1] + 1e-9):
            continue
        count = 0
        for other in range(n):
            if not inside[other]:
                rest[count] = other
                count += 1
        top, reached = 1, 1
        stack[0] = rest[0]
        inside[rest[0]] = True
        while top > 0:
            top -= 1
            for i in range(starts[stack[top]], starts[stack[top] + 1]):
                other = neighbors[i]
                if not inside[other]:
                    inside[other] = True
                    stack[top] = other
                    top += 1
                    reached += 1
        for other in range(count):
            inside[rest[other]] = False
        if reached < count:
            continue
        price = best_centre(chosen, depth, cost)[1] + best_centre(rest, count, cost)[1]
        if out < best[0] or far < best[1] - 1e-9 or price < best[2] * (1 - 1e-9):
            best[0], best[1], best[2] = out, far, price
            best_set[:] = inside
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
        part.load,
        part.cost,
        part.starts,
        part.neighbors,
        band.low,
        band.high,
        band.fewest,
        band.most,
        workers,
        np.array(score),
        STEPS,
    )
    if not found:
        return None
    return np.flatnonzero(inside).astype(np.int32), np.flatnonzero(~inside).astype(np.int32)
