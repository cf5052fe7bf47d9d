"""Sharing out the workers there are among communities: the fairest way, and the usual ones beside it.

**Fair** is what makes the largest load a worker as small as can be, then the next largest, and so on (lexicographic min-max).
For whole workers that is the divisor method of Adams, who gives each worker in turn to the community whose load a worker is
then largest (M. Balinski, H. P. Young: Fair Representation, 1982, ch. 4 and appendix A.5). **Hamilton** gives each community
the whole part of its proportional share and the rest to the largest remainders; **Webster** rounds shares at one half, by
divisors n + 1/2.
"""

import heapq
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WAYS = ("fair", "hamilton", "webster")


def fair(load: ArrayLike, workers: int, *, held: ArrayLike | None = None) -> Ints:
    """Return how many of some workers each community gets, so that the largest load a worker is least, then the next.

    Parameters
    ----------
    load
        Of each community, not negative, shape (n,). One without load gets nobody.
    workers
        Whole workers to be shared out.
    held
        Workers that each community has already and keeps, shape (n,), parts of workers too; nobody if not given.

    Notes
    -----
    Each worker in turn goes to the community with the largest load a worker; among equals to the one whose load is then
    least. A community that has nobody counts as worse off than any that has, the more so the larger its load. This is exact.
    Write v_c(k) for the load of c with k more workers, falling in k; let a be what is given here and b any other way to give
    as many. Then b gives some c fewer than a and some d more. When c got its last worker here, c was worst off, and d had
    a_d or fewer: v_c(b_c) >= v_c(a_c - 1) >= v_d(a_d) >= v_d(b_d - 1). So b with one worker moved from d to c has both their
    loads at most v_c(b_c), the larger of both before, and c's below it. If v_d(b_d - 1) is below it too, that is better than b;
    if not, all of the above are equal, c and d were equal when c got its last worker, and the rule for equals says
    v_c(a_c) <= v_d(a_d + 1): no worse than b. Repeated, this leads from b to a, never to something worse.
    """
    loads = [Fraction(float(one)) for one in np.asarray(load, float)]
    has = [
        Fraction(float(one)) for one in (np.zeros(len(loads)) if held is None else np.asarray(held, float))
    ]
    given = np.zeros(len(loads), np.int64)
    queue = [_turn(loads[c], has[c], c) for c in range(len(loads)) if loads[c] > 0]
    heapq.heapify(queue)
    for _ in range(workers if queue else 0):
        community = queue[0][-1]
        given[community] += 1
        heapq.heapreplace(queue, _turn(loads[community], has[community] + int(given[community]), community))
    return given


def _turn(load: Fraction, workers: Fraction, community: int) -> tuple[bool, Fraction, Fraction, int]:
    """Return what sorts the community that is worst off first, among equals the one that one more helps most."""
    alone = workers == 0
    return not alone, -load if alone else -load / workers, load / (workers + 1), community


def proportional(load: ArrayLike, workers: float) -> Floats:
    """Return the share of the workers that each community's load is of the whole, not rounded, shape (n,)."""
    loads = np.asarray(load, float)
    return loads * (workers / loads.sum()) if loads.sum() > 0 else np.zeros(len(loads))


def hamilton(load: ArrayLike, workers: int) -> Ints:
    """Return the workers by largest remainders; equal remainders by their order, shape (n,)."""
    loads = [Fraction(float(one)) for one in np.asarray(load, float)]
    total = sum(loads)
    if not total:
        return np.zeros(len(loads), np.int64)
    quotas = [one * workers / total for one in loads]
    given = np.array([int(quota) for quota in quotas], np.int64)
    order = sorted(range(len(loads)), key=lambda c: (int(quotas[c]) - quotas[c], c))
    given[order[: workers - int(given.sum())]] += 1
    return given


def webster(load: ArrayLike, workers: int) -> Ints:
    """Return the workers by divisors 1/2, 3/2, 5/2 ...; equal ones by their order, shape (n,)."""
    loads = [Fraction(float(one)) for one in np.asarray(load, float)]
    given = np.zeros(len(loads), np.int64)
    queue = [(-one * 2, c) for c, one in enumerate(loads) if one > 0]
    heapq.heapify(queue)
    for _ in range(workers if queue else 0):
        community = queue[0][1]
        given[community] += 1
        heapq.heapreplace(queue, (-loads[community] / (given[community] + Fraction(1, 2)), community))
    return given


def apportionment(communities: pd.DataFrame, *, bound: ArrayLike, placed: ArrayLike) -> pd.DataFrame:
    """Return a row a community: the workers it has, and what it would have of all of them in each way.

    Parameters
    ----------
    communities
        community_id, counted (the load that is shared out by).
    bound
        Availabilities of the full-time workers bound to each community, shape (n,).
    placed
        The same with those bound to none, each where they do most good, shape (n,).

    Returns
    -------
    community_id, counted, bound, placed, fair, proportional, hamilton, webster (whole workers of the whole roster, as if nobody
    were bound; proportional ones not rounded), and households a worker of each, as ``per_<way>``: NaN without a worker.
    """
    load = communities["counted"].fillna(0.0).to_numpy(float)
    there = np.asarray(placed, float)
    whole = int(np.floor(there.sum() + 1e-9))
    shares = pd.DataFrame(
        {
            "bound": np.asarray(bound, float),
            "placed": there,
            "fair": fair(load, whole),
            "proportional": proportional(load, whole),
            "hamilton": hamilton(load, whole),
            "webster": webster(load, whole),
        },
        index=communities.index,
    ).astype(float)
    each = shares.rdiv(load, axis=0).where(shares > 0).add_prefix("per_")
    return communities[["community_id", "counted"]].join(shares).join(each)
