"""Committee members and the grids of their community: even numbers of grids, near together.

With G grids and k <= G members, y_gh = 1 where grid g belongs to the member whose middle grid is h::

    min  sum_gh metres_gh y_gh     sum_h y_gh = 1 for each g,   sum_h y_hh = k,
                                   floor(G / k) y_hh <= sum_g y_gh <= ceil(G / k) y_hh,   y_gh <= y_hh

The bounds on sizes leave no choice how many members have one grid more. Solved by HiGHS, on counted work.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, kron, vstack

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NODES = 500  # counted work of a community
GAP = 1e-6
HALF = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Bundles:
    """``bundle`` (grids,) of each grid, 0 .. k - 1 in the order of their first grids; the ways from middles, with their bound."""

    bundle: Ints
    way_m: float = 0.0
    bound_m: float = 0.0
    proven: bool = True


def bundles(ways_m: Floats, count: int) -> Bundles:
    """Bundle the grids of a community for so many members, at most as many as there are grids.

    ``ways_m`` (grids, grids) are finite and 0 on the diagonal.
    """
    grids = len(ways_m)
    if count <= 1 or count == grids:
        alone = np.arange(grids) if count == grids else np.zeros(grids, np.int64)
        way = 0.0 if count == grids else float(ways_m.sum(axis=0).min(initial=np.inf))
        return Bundles(bundle=alone, way_m=way, bound_m=way)
    low, high = grids // count, -(-grids // count)
    middle = csr_array(
        (np.ones(grids), (np.arange(grids), np.arange(grids) * (grids + 1))), shape=(grids, grids**2)
    )
    own = kron(eye_array(grids), np.ones((1, grids))).tocsr()
    sizes = kron(np.ones((1, grids)), eye_array(grids)).tocsr()
    pairs = eye_array(grids**2) - vstack([middle] * grids)
    answer = milp(
        ways_m.ravel(),
        integrality=np.ones(grids**2),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(own, 1, 1),
            LinearConstraint(csr_array(middle.sum(axis=0)[None, :]), count, count),
            LinearConstraint(sizes - low * middle, 0, np.inf),
            LinearConstraint(sizes - high * middle, -np.inf, 0),
            LinearConstraint(pairs, -np.inf, 0),
        ],
        options={"node_limit": NODES, "mip_rel_gap": GAP},
    )
    if answer.x is None:
        return _in_a_row(ways_m, count)
    hub = (answer.x.reshape(grids, grids) > HALF).argmax(axis=1)
    return Bundles(
        bundle=_numbered(hub),
        way_m=float(ways_m[np.arange(grids), hub].sum()),
        bound_m=float(answer.mip_dual_bound),
        proven=answer.status == 0,
    )


def _in_a_row(ways_m: Floats, count: int) -> Bundles:
    """Return bundles of grids in their order, where nothing better was found."""
    grids = len(ways_m)
    bundle = np.arange(grids) * count // grids
    way = sum(ways_m[np.ix_(bundle == b, bundle == b)].sum(axis=0).min() for b in range(count))
    return Bundles(bundle=bundle, way_m=float(way), bound_m=0.0, proven=False)


def _numbered(hub: Ints) -> Ints:
    """Return the bundles numbered by their first grids."""
    first = np.unique(hub, return_index=True)[1]
    return np.argsort(np.argsort(first))[np.searchsorted(np.unique(hub), hub)]
