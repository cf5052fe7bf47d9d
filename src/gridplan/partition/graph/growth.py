"""Grids grown from seeds (numba): the lightest of them takes the nearest unit beside it, as long as there is one."""

import numpy as np
from numpy.typing import NDArray

from gridplan.compiled import compiled
from gridplan.partition.graph.problem import Floats, Ints

FREE, TAKEN = -1, 0  # a label of no grid, and the least of one


@compiled
def _lightest(total: Floats, stuck: NDArray[np.bool_]) -> int:
    """Return the lightest grid that can still grow, -1 for none."""
    lightest = -1
    for grid in range(len(total)):
        if not stuck[grid] and (lightest < 0 or total[grid] < total[lightest]):
            lightest = grid
    return lightest


@compiled
def _nearest(border: Ints, near: Floats, label: Ints) -> tuple[int, int]:
    """Return the nearest unit of a border that is free, -1 for none, and the length of the border; it is cleaned on the way."""
    best, unit, kept = np.inf, -1, 0
    for other in border:
        if label[other] < TAKEN:
            border[kept] = other
            kept += 1
            if near[other] < best:
                best, unit = near[other], other
    return unit, kept


@compiled
def _widened(beside: Ints, label: Ints, listed: NDArray[np.bool_], border: Ints, count: int) -> int:
    """List the free units beside one that was taken; return the length of the border."""
    for other in beside:
        if label[other] < TAKEN and not listed[other]:
            listed[other] = True
            border[count] = other
            count += 1
    return count


@compiled
def grown(starts: Ints, neighbors: Ints, load: Floats, near: Floats, seeds: Ints) -> Ints:
    """Return labels by growth: the lightest grid takes the nearest unit beside it; -1: out of reach.

    ``near[g, i]`` is how far unit i is from seed g.
    """
    n, k = len(load), len(seeds)
    label, total, stuck = np.full(n, FREE, np.int32), np.zeros(k), np.zeros(k, np.bool_)
    border, count, listed = np.empty((k, n), np.int32), np.zeros(k, np.int64), np.zeros((k, n), np.bool_)
    for grid in range(k):
        label[seeds[grid]] = grid
        total[grid] = load[seeds[grid]]
    for grid in range(k):
        beside = neighbors[starts[seeds[grid]] : starts[seeds[grid] + 1]]
        count[grid] = _widened(beside, label, listed[grid], border[grid], 0)
    grid = _lightest(total, stuck)
    while grid >= 0:
        unit, count[grid] = _nearest(border[grid, : count[grid]], near[grid], label)
        if unit < 0:
            stuck[grid] = True
        else:
            label[unit] = grid
            total[grid] += load[unit]
            beside = neighbors[starts[unit] : starts[unit + 1]]
            count[grid] = _widened(beside, label, listed[grid], border[grid], count[grid])
        grid = _lightest(total, stuck)
    return label
