"""Triples of units that a fraction of a plan uses more than any whole plan can.

Of the sets of a plan at most one holds two or more of three units. A linear optimum may halve such sets; the row that forbids it
lifts the bound (subset-row inequalities: M. Jepsen, B. Petersen, S. Spoorendonk, D. Pisinger, Operations Research 56, 2008).
"""

import numpy as np

from gridplan.compiled import compiled
from gridplan.partition.master import Triples
from gridplan.partition.problem import Columns, Floats


@compiled
def _violated(members, starts, share, together, least, most):
    """Triples whose row is violated by at least ``least``, and by how much; at most ``most`` of them."""
    n = len(together)
    sets = len(share)
    holds = np.zeros((sets, n), np.bool_)
    for s in range(sets):
        for at in range(starts[s], starts[s + 1]):
            holds[s, members[at]] = True
    triples = np.empty((most, 3), np.int32)
    excess = np.empty(most)
    found = 0
    for i in range(n):
        for j in range(i + 1, n):
            if together[i, j] <= 0.0:
                continue
            for k in range(n):
                if k in (i, j) or (k < j and (together[i, k] > 0.0 and together[j, k] > 0.0 and k > i)):
                    continue
                if k < i and (together[i, k] > 0.0 or together[j, k] > 0.0):
                    continue
                if together[i, k] + together[j, k] <= 0.0:
                    continue
                total = together[i, j] + together[i, k] + together[j, k]
                if total <= 1.0 + least:
                    continue
                for s in range(sets):
                    if holds[s, i] and holds[s, j] and holds[s, k]:
                        total -= 2 * share[s]
                if total > 1.0 + least and found < most:
                    triples[found, 0], triples[found, 1], triples[found, 2] = i, j, k
                    excess[found] = total - 1.0
                    found += 1
    return triples[:found], excess[:found]


def violated_triples(
    columns: Columns, share: Floats, *, size: int, most: int, least: float = 0.05
) -> Triples:
    """Return up to ``most`` triples, the most violated first, each unit in at most a few of them.

    Parameters
    ----------
    columns, share
        The sets and their share in the linear optimum.
    size
        Number of units.
    """
    some = np.flatnonzero((share > 1e-6) & (share < 1 - 1e-6))
    if not len(some):
        return np.zeros((0, 3), np.int32)
    used = columns.take(some)
    holds = np.zeros((len(used), size))
    holds[used.owner, used.members] = 1.0
    together = (holds * share[some][:, None]).T @ holds
    np.fill_diagonal(together, 0.0)
    together[together < 1e-9] = 0.0
    triples, excess = _violated(used.members, used.starts, share[some], together, least, 100_000)
    triples = np.sort(triples, axis=1)
    order = np.lexsort((triples[:, 2], triples[:, 1], triples[:, 0], -np.round(excess, 6)))
    met = np.zeros(size, np.int32)
    kept: list[int] = []
    seen: set[tuple[int, ...]] = set()
    for at in order:
        key = tuple(triples[at].tolist())
        if key not in seen and met[triples[at]].max() < 5:
            seen.add(key)
            met[triples[at]] += 1
            kept.append(int(at))
        if len(kept) == most:
            break
    return triples[np.array(kept, int)]
