"""Microgrids (微网格): each grid divided once more by the same engine, into a few buildings or entrances for one volunteer each."""

from dataclasses import replace

import numpy as np

from gridplan.partition.improve import part_of
from gridplan.partition.problem import Band, Ints, Problem
from gridplan.partition.search import Effort
from gridplan.partition.solve import solve


def microgrids(problem: Problem, grid: Ints, band: Band, effort: Effort) -> Ints:
    """Return the number of each unit's microgrid, from 0 through the whole problem, shape (n,).

    Parameters
    ----------
    problem
        The units of a piece.
    grid
        The grid of each unit, shape (n,).
    band
        Households of a microgrid. As many are made as cost the least walk; where a grid cannot be divided in band, as few
        as possible are out of it.
    """
    numbers = np.zeros(problem.size, np.int32)
    count = 0
    for own in range(int(grid.max()) + 1):
        units = np.flatnonzero(grid == own)
        part = replace(part_of(problem, units), band=band, workers="free", extras=None)
        part = replace(part, load=part.weight)
        numbers[units] = solve(part, effort).grid + count
        count = int(numbers[units].max()) + 1
    return numbers
