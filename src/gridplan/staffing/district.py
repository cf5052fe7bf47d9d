"""Who serves where in a whole district: each community by itself, full-time workers first, part-time ones where they help most."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.staffing.clusters import Floats, Ints
from gridplan.staffing.roster import shares_of
from gridplan.staffing.serve import Ground, Prices, Service, serve

SOME = 0.01  # of a grid's load: less left to do is nothing
THREADS = 2
SERVING = ["worker", "kind", "grid_id", "share", "walk_m", "moved"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Land:
    """The grids that somebody is to look after.

    Attributes
    ----------
    grids
        grid_id, community_id, load; on a RangeIndex.
    pairs
        Positions of grids that are neighbours, each pair once, shape (pairs, 2).
    metres
        From positions of k grids to the (k, k) walks between their centres.
    """

    grids: pd.DataFrame
    pairs: Ints
    metres: Callable[[Ints], Floats]

    def ground(self, at: Ints) -> Ground:
        """Return some grids as ``serve`` takes them."""
        place = np.full(len(self.grids), -1)
        place[at] = np.arange(len(at))
        left, right = place[self.pairs[:, 0]], place[self.pairs[:, 1]]
        own = (left >= 0) & (right >= 0)
        beside = np.zeros((len(at), len(at)), bool)
        beside[left[own], right[own]] = beside[right[own], left[own]] = True
        return Ground(
            load=self.grids["load"].to_numpy(float)[at],
            needed=np.ones(len(at), bool),
            beside=beside,
            metres=self.metres(at),
        )


def serve_district(
    land: Land,
    workers: pd.DataFrame,
    homes: dict[str, NDArray[np.int64]],
    communities: pd.Series,
    *,
    most_grids: int,
    prices: Prices,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who serves which grid, and what is proven of it.

    Parameters
    ----------
    land
        The grids.
    workers
        The roster: availability, and ``served``, a grid's id where that is known.
    homes
        By kind, "full_time" and "part_time": position in ``communities`` of the community that each worker works in, -1 for others.
    communities
        community_id.
    most_grids, prices
        As of ``serve``.

    Returns
    -------
    serving
        SERVING: worker (position), kind, grid_id, share (the availability given to the grid, by load), walk_m (past all grids
        of the worker), moved (1 for who served a grid before and does not keep it, 0 for who does, NaN for who served none).
    proven
        Per community: community_id, workers, part_time, grids, unserved, unserved_bound, moved, objective_m, lower_bound_m, status:
        of the full-time workers; unserved counts grids without part-time ones too.
    """
    share = shares_of(workers).to_numpy()
    before = pd.Index(land.grids["grid_id"]).get_indexer(workers["served"])
    crews = [
        {kind: np.flatnonzero(home == number) for kind, home in homes.items()}
        for number in range(len(communities))
    ]

    def served(community: str, crew: dict[str, Ints]) -> tuple[list[pd.DataFrame], dict[str, object]]:
        at = np.flatnonzero(land.grids["community_id"] == community)
        return _served(land, at, crew, share, before, most_grids=most_grids, prices=prices)

    with ThreadPoolExecutor(THREADS) as threads:  # the solver leaves the interpreter to the others
        done = list(threads.map(served, communities, crews))
    return (
        pd.concat([rows for several, _ in done for rows in several], ignore_index=True)[SERVING],
        pd.DataFrame([{"community_id": name, **f} for name, (_, f) in zip(communities, done, strict=True)]),
    )


def _served(  # the prices and limits of ``serve``
    land: Land,
    at: NDArray[np.int64],
    crews: dict[str, Ints],
    share: Floats,
    before: Ints,
    *,
    most_grids: int,
    prices: Prices,
) -> tuple[list[pd.DataFrame], dict[str, object]]:
    """Return who serves the grids of one community, a table each kind, and what is proven of it."""
    ground, names = land.ground(at), land.grids["grid_id"].to_numpy()[at]
    found: dict[str, Service] = {}
    rows = []
    for kind, crew in crews.items():
        full = kind == "full_time"
        left = ground if full else _left(ground, found["full_time"], share[crews["full_time"]])
        known = pd.Index(at).get_indexer(before[crew])
        found[kind] = serve(
            left, availability=share[crew], before=known, most_grids=most_grids, prices=prices
        )
        rows.append(_rows(kind, crew, found[kind], ground, share[crew], known, names))
    return rows, _figures(found, crews)


def _left(ground: Ground, done: Service, share: Floats) -> Ground:
    """Return what full-time workers leave to do in each grid; all of it where they leave next to nothing."""
    load = ground.load
    if not len(share):
        return ground
    mean = load.sum() / share.sum()
    spread = _parted(done, ground) * (mean * share)[:, None]
    left = np.maximum(load - spread.sum(axis=0), 0.0)
    left = load if left.sum() <= SOME * load.sum() else np.maximum(left, SOME * load)
    return Ground(
        load=left,
        needed=~np.asarray(done.serves.any(axis=0), bool),
        beside=ground.beside,
        metres=ground.metres,
    )


def _parted(service: Service, ground: Ground) -> Floats:
    """Return how each worker's time is parted among the grids served: by load; shape (workers, grids)."""
    weight = service.serves * (ground.load if ground.load.sum() > 0 else np.ones(len(ground.load)))
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, service.serves)
    return np.asarray(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12))


def _rows(
    kind: str,
    crew: Ints,
    service: Service,
    ground: Ground,
    share: Floats,
    before: Ints,
    names: NDArray[np.object_],
) -> pd.DataFrame:
    """Return a row a worker and grid."""
    worker, grid = np.nonzero(service.serves)
    moved = np.where(before >= 0, service.moved.astype(float), np.nan)
    return pd.DataFrame(
        {
            "worker": crew[worker],
            "kind": kind,
            "grid_id": names[grid],
            "share": (_parted(service, ground) * share[:, None])[worker, grid],
            "walk_m": service.walk_m[worker],
            "moved": moved[worker],
        }
    )


def _figures(found: dict[str, Service], crews: dict[str, Ints]) -> dict[str, object]:
    """Return the figures of a community."""
    full, part = found["full_time"], found["part_time"]
    both = np.asarray(full.serves.any(axis=0) | part.serves.any(axis=0), bool)
    return {
        "workers": len(crews["full_time"]),
        "part_time": len(crews["part_time"]),
        "grids": len(both),
        "unserved": int((~both).sum()),
        "unserved_bound": min(part.unserved_bound, int((~both).sum())),
        "moved": int(full.moved.sum() + part.moved.sum()),
        "objective_m": full.objective_m + part.objective_m,
        "lower_bound_m": full.lower_bound_m + part.lower_bound_m,
        "status": "optimal" if full.status == part.status == "optimal" else "feasible",
    }
