"""Covering problems made smaller without losing a best plan."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 1_000  # rows compared at a time: bounds the memory


def merge_rows(reach: csr_array, weights: Floats) -> tuple[csr_array, Floats]:
    """Return one row for all that the same sites cover, with the sum of their weights."""
    if not reach.shape[0] or not reach.shape[1]:
        return reach, weights
    packed = np.packbits(reach.toarray() > 0, axis=1)
    _, firsts, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return reach[firsts], np.bincount(group.ravel(), weights).astype(np.float64)


def reduce_sites(reach: csr_array, cost: Floats | None) -> Integers:
    """Return the positions of sites that cover something, and not only what a site no dearer covers too."""
    useful = np.flatnonzero(reach.sum(axis=0))
    price = np.zeros(len(useful)) if cost is None else cost[useful]
    sets = csr_array(reach[:, useful].T)
    sizes = sets.sum(axis=1)
    keep = np.ones(len(useful), bool)
    for small, large, common in _overlaps(sets):
        inside = (common == sizes[small]) & (price[large] <= price[small])
        better = (sizes[large] > sizes[small]) | (price[large] < price[small]) | (large < small)
        keep[small[inside & better]] = False
    return useful[keep]


def reduce_rows(reach: csr_array) -> csr_array:
    """Return the rows that are not covered anyway once another row is."""
    sizes = reach.sum(axis=1)
    keep = np.ones(reach.shape[0], bool)
    for small, large, common in _overlaps(reach):
        inside = (common == sizes[small]) & (small != large)
        first = (sizes[large] > sizes[small]) | (large > small)
        keep[large[inside & first]] = False
    return reach[np.flatnonzero(keep)]


def reduce_both(reach: csr_array, cost: Floats | None) -> tuple[csr_array, Integers]:
    """Return the rows left and the positions of the sites left when neither can be reduced further."""
    sites, shape = np.arange(reach.shape[1]), None
    while reach.shape != shape:
        shape = reach.shape
        kept = reduce_sites(reach, None if cost is None else cost[sites])
        sites, reach = sites[kept], reduce_rows(reach[:, kept])
    return reach, sites


def _overlaps(sets: csr_array) -> list[tuple[Integers, Integers, Integers]]:
    """Pairs of sets that share something, with how much they share, in blocks."""
    blocks = []
    turned = sets.T.tocsr()
    for begin in range(0, sets.shape[0], BLOCK):
        shared = (sets[begin : begin + BLOCK].astype(np.int64) @ turned.astype(np.int64)).tocoo()
        blocks.append(
            (shared.coords[0].astype(np.int64) + begin, shared.coords[1].astype(np.int64), shared.data)
        )
    return blocks
