"""METIS through pymetis: k-way, contiguous, imbalance up to the band; the best of three numbers of grids."""

from typing import Any

import numpy as np
import pymetis

from instance import Instance, away, in_order

CUTS, ROUNDS = 10, 50  # partitionings tried, rounds of refinement


def divide(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:  # noqa: ARG001 # METIS ends by itself
    """Return the division with the smallest share of grids out of band."""
    wide = int(1000 * (2 * instance.high / (instance.low + instance.high) - 1))
    options = pymetis.Options(contig=1, ufactor=wide, seed=seed, ncuts=CUTS, niter=ROUNDS)
    graph = instance.graph
    found = []
    for k in range(max(1, instance.k - 1), instance.k + 2):
        cut = pymetis.part_graph(
            k,
            xadj=graph.indptr.tolist(),
            adjncy=graph.indices.tolist(),
            vweights=instance.load.astype(int).tolist(),
            recursive=False,
            options=options,
        )
        label = in_order(cut.vertex_part)
        outside = away(instance, np.asarray(label))
        found.append((float((outside > 0).mean()), float(outside.sum()), label))
    return {"assignment": min(found)[2]}
