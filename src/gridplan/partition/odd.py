"""Rows of odd sets of units, which lift the linear bound of a set partitioning.

Let S be an odd number of units. The sets of a plan meet S in parts that sum to |S|, so the halves of these parts, each rounded
down, sum to (|S| - 1) / 2 at most:

    sum over sets s of floor(|s in S| / 2) x_s <= (|S| - 1) / 2

(A. Caprara, M. Fischetti, "{0, 1/2}-Chvatal-Gomory cuts", 1996; with three units: subset-row cuts, M. Jepsen et al., 2008.) A
linear optimum breaks the row by half of what the sets that meet S in an odd part fall short of one. S is looked for by adding rows
modulo two until the sets with large shares are even (A. Koster, A. Zymolka, M. Kutschka, "Algorithms to separate {0, 1/2}-Chvatal-
Gomory cuts", 2009).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.compiled import compiled
from gridplan.partition.problem import Columns, Flags, Floats

TRIES = 3  # orders in which the sets are made even
NOISE = 0.3  # added to the shares by which the later ones are ordered
BROKEN = 0.05  # what the odd sets have to fall short of one
OFTEN = 6  # new rows a unit may be in
HAIR = 1e-6


def halves(columns: Columns, odd: Flags) -> sparse.csr_array:
    """Return the coefficient of each set in the row of each odd set of units, shape (rows, sets)."""
    shape = (len(columns), odd.shape[1])
    holds = sparse.csr_array(
        (np.ones(len(columns.members), np.int32), columns.members, columns.starts), shape=shape
    )
    part = sparse.csr_array(odd.astype(np.int32)) @ holds.T
    part.data //= 2
    part.eliminate_zeros()
    return sparse.csr_array(part).astype(np.float64)


@compiled
def _evened(holds, share, order, least):
    """Odd sums of rows of ``holds`` (units, sets) in which the odd sets have shares of less than 1 - least; (found, units)."""
    m = len(holds)
    rows, made = holds.copy(), np.zeros((m, m), np.bool_)
    odd, open_ = np.ones(m, np.bool_), np.ones(m, np.bool_)
    weight = np.zeros(m)
    for i in range(m):
        made[i, i] = True
        weight[i] = (rows[i] * share).sum()
    found, count = np.zeros((4 * m + 4, m), np.bool_), 0
    for column in order:
        pivot = -1
        for i in range(m):
            if open_[i] and rows[i, column] and (pivot < 0 or weight[i] < weight[pivot] - 1e-9):
                pivot = i
        if pivot < 0:
            continue
        open_[pivot] = False
        for i in range(m):
            if not open_[i] or not rows[i, column]:
                continue
            for other in range(len(share)):
                rows[i, other] ^= rows[pivot, other]
            for other in range(m):
                made[i, other] ^= made[pivot, other]
            odd[i] ^= odd[pivot]
            weight[i] = (rows[i] * share).sum()
            if odd[i] and weight[i] < 1.0 - least and count < len(found):
                found[count] = made[i]
                count += 1
    return found[:count]


def _broken(holds: Flags, share: Floats, chance: np.random.Generator) -> Flags:
    """Return odd sets of the units of ``holds`` (units, sets) whose rows are broken, shape (found, units)."""
    found = [np.zeros((0, len(holds)), bool)]
    for tried in range(TRIES):
        order = np.argsort(-share + NOISE * chance.random(len(share)) * (tried > 0), kind="stable")
        found.append(_evened(holds, share, order, BROKEN))
    return np.unique(np.concatenate(found), axis=0)


def broken_rows(columns: Columns, share: Floats, tight: Flags, seed: int) -> Flags:
    """Return odd sets of units whose rows a linear optimum breaks, the most broken first; shape (rows, n).

    Parameters
    ----------
    columns, share
        The sets, and their shares in the linear optimum.
    tight
        Units that are wholly covered, shape (n,).
    seed
        Of the orders that are tried.
    """
    some = np.flatnonzero((share > HAIR) & (share < 1 - HAIR))
    if not len(some):
        return np.zeros((0, len(tight)), bool)
    used, part = columns.take(some), share[some]
    holds = np.zeros((len(tight), len(some)), bool)
    holds[used.members, used.owner] = True
    holds &= tight[:, None]
    meet = sparse.csr_array(holds.astype(np.int32))
    piece = csgraph.connected_components(meet.T @ meet, directed=False)[1]
    chance, every = np.random.default_rng(seed), []
    for number in range(piece.max() + 1):
        sets = np.flatnonzero(piece == number)
        units = np.flatnonzero(holds[:, sets].any(axis=1))
        found = _broken(holds[np.ix_(units, sets)], part[sets], chance)
        wide = np.zeros((len(found), len(tight)), bool)
        wide[:, units] = found
        every.append(wide)
    return _spread(np.concatenate(every), holds, part)


def _spread(odd: Flags, holds: Flags, share: Floats) -> Flags:
    """Return the most broken rows such that no unit is in too many."""
    size = odd.sum(axis=1)
    lacking = ((odd.astype(np.int32) @ holds.astype(np.int32)) % 2) @ share
    met, kept = np.zeros(odd.shape[1], np.int64), []
    for row in np.lexsort((np.arange(len(odd)), size, np.round(lacking, 6))):
        if size[row] > 1 and met[odd[row]].max() < OFTEN:
            met[odd[row]] += 1
            kept.append(row)
    return odd[np.array(kept, int)]


def most(odd: Flags) -> NDArray[np.float64]:
    """Return the greatest value of the row of each odd set of units."""
    return np.asarray((odd.sum(axis=1) - 1) / 2, float)
