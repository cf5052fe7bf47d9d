"""What the compiled loops of this package read: sites, rows that want one, and what a choice may cost.

A choice of open sites is worth::

    sum of price_j over the open sites  +  sum over rows of the least cost_ij of an open site, at most alone_i

with at most ``most`` open sites of those that count, ``money`` in all of at most ``budget``, and no two that clash. So a covering
problem, a p-median and a site's price are one problem with other numbers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gridplan.circle.siting.rules import Rules

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Marks = NDArray[np.int8]

OUT, FREE, IN = -1, 0, 1  # what is settled about a site


class Field(NamedTuple):
    """Rows and sites in compressed form, both ways."""

    first: Integers  # (rows + 1,) where each row begins in the next two
    site: NDArray[np.int32]  # the sites that are cheaper for a row than none, the cheapest first
    cost: Floats
    head: Integers  # (sites + 1,) where each site begins in the next two
    row: NDArray[np.int32]
    toll: Floats  # the same costs by site
    alone: Floats  # (rows,) what a row without a site costs
    price: Floats  # (sites,)
    money: Floats  # (sites,)
    counts: NDArray[np.bool_]  # (sites,) whether a site is one of ``most``
    clash_at: Integers  # (sites + 1,)
    clash: NDArray[np.int32]  # the sites that may not be open beside a site
    most: int
    budget: float


def field_of(
    cost: csr_array | Floats,
    alone: Floats,
    rules: Rules,
    *,
    price: Floats | None = None,
) -> Field:
    """Return the field of costs (rows, sites): dense, inf where a site does not serve, or the entries of a sparse array.

    Costs not below ``alone`` are left out: they are worth no more than no site.
    """
    rows, sites, costs = _entries(cost, alone)
    shape = (len(alone), cost.shape[1])
    by_row = np.lexsort((sites, costs, rows))
    by_site = np.lexsort((rows, sites))
    both = np.unique(np.concatenate([rules.clashes, rules.clashes[:, ::-1]]), axis=0)
    return Field(
        first=_begins(rows, shape[0]),
        site=sites[by_row].astype(np.int32),
        cost=costs[by_row],
        head=_begins(sites, shape[1]),
        row=rows[by_site].astype(np.int32),
        toll=costs[by_site],
        alone=np.ascontiguousarray(alone, float),
        price=np.zeros(shape[1]) if price is None else np.ascontiguousarray(price, float),
        money=np.ascontiguousarray(rules.money, float),
        counts=np.ascontiguousarray(rules.counts, bool),
        clash_at=_begins(both[:, 0], shape[1]),
        clash=both[:, 1].astype(np.int32),
        most=shape[1] if rules.most is None else min(int(rules.most), shape[1]),
        budget=float(rules.budget),
    )


def _entries(cost: csr_array | Floats, alone: Floats) -> tuple[Integers, Integers, Floats]:
    """Return row, site and cost of all that is cheaper than no site."""
    if isinstance(cost, np.ndarray):
        rows, sites = np.nonzero(cost < alone[:, None])
        return rows, sites, cost[rows, sites].astype(float)
    rows = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    keep = cost.data < alone[rows]
    return rows[keep], cost.indices[keep].astype(np.int64), cost.data[keep].astype(float)


def _begins(values: Integers, count: int) -> Integers:
    """Return where each of 0..count-1 begins among the sorted values, and where the last ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(values, minlength=count))]).astype(np.int64)


def grain(field: Field) -> float:
    """Return a number that every choice's worth is a whole multiple of, 0 if none is known."""
    values = np.concatenate([field.cost, field.alone[np.isfinite(field.alone)], field.price])
    if not len(values) or (values != np.rint(values)).any() or np.abs(values).max() > 2**52:
        return 0.0
    return float(np.gcd.reduce(np.abs(values).astype(np.int64)))
