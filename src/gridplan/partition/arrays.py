"""Problems without files, from arrays; what does not fit together is told all at once, with the rows meant, counted from 0."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridplan.partition.problem import Band, Floats, Problem, WorkersAsked

SHOWN = 5  # rows named in a fault
WORKERS = ("middle", "fewest", "free")


def problem_from_arrays(
    load: ArrayLike,
    *,
    band: Band | tuple[float, float],
    neighbors: ArrayLike,
    xy: ArrayLike | None = None,
    distance_m: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    workers: WorkersAsked = "middle",
) -> Problem:
    """Return the problem of some arrays; unit i is row i of each.

    Parameters
    ----------
    load
        What the band limits, shape (n,), not negative.
    band
        The load that a grid may have: (low, high), or a ``Band`` where a grid may have several workers.
    neighbors
        Pairs of rows that border each other, shape (pairs, 2), in one direction or both.
    xy
        Positions in metres, shape (n, 2), for straight walks.
    distance_m
        Walk in metres from the unit of the row to a centre at the unit of the column, shape (n, n); instead of ``xy``.
    weight
        Households, which walk, shape (n,); default the load.
    workers
        The number of workers of all grids together; or "middle" (as near as can be to the middle of the band),
        "fewest", or "free" (whatever walks least).

    Raises
    ------
    ValueError
        If something does not fit together; every fault is told.
    """
    loads = np.array(load, float)
    faults = _faults_of_workers(workers)
    if loads.ndim != 1 or not len(loads):
        raise ValueError(f"load: one number a unit, shape (n,), n at least 1, is wanted; {loads.shape} came")
    faults += _faults_of_numbers("load", loads)
    if not faults and not (loads > 0).any():
        faults.append("load: at least one unit above 0 is wanted; all are 0")
    weights = loads if weight is None else np.array(weight, float)
    if weight is not None:
        faults += _faults_of_shape("weight", weights, loads.shape) or _faults_of_numbers("weight", weights)
    walk_m, of_walk = _walk(xy, distance_m, len(loads))
    pairs, of_pairs = _pairs(neighbors, len(loads))
    faults += of_walk + of_pairs
    if faults:
        raise ValueError("\n".join(faults))
    graph = _graph(pairs, loads)
    return Problem(
        load=loads,
        weight=weights.copy(),
        distance_m=walk_m,
        starts=graph.indptr.astype(np.int32),
        neighbors=graph.indices.astype(np.int32),
        band=band if isinstance(band, Band) else _band(band),
        workers=workers if isinstance(workers, str) else int(workers),
    )


def named(rows: NDArray[Any]) -> str:
    """Return rows by number, the first ones only where they are many."""
    told = ", ".join(map(str, rows[:SHOWN].tolist()))
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {told}{more}"


def _band(band: tuple[float, float]) -> Band:
    if len(band) != 2:  # noqa: PLR2004 # low and high
        raise ValueError(f"band: (low, high) is wanted; {band} came")
    return Band(low=float(band[0]), high=float(band[1]))


def _faults_of_workers(workers: Any) -> list[str]:
    whole = isinstance(workers, (int, np.integer)) and not isinstance(workers, bool) and workers > 0
    if whole or (isinstance(workers, str) and workers in WORKERS):
        return []
    return [f"workers: one of {', '.join(WORKERS)}, or a whole number above 0, is wanted; {workers!r} came"]


def _faults_of_shape(name: str, values: NDArray[Any], shape: tuple[int, ...]) -> list[str]:
    return [] if values.shape == shape else [f"{name}: shape {shape} is wanted; {values.shape} came"]


def _faults_of_numbers(name: str, values: Floats) -> list[str]:
    """Return the fault of values that are no numbers from 0 up; of a matrix the rows that hold one are named."""
    wrong = ~(np.isfinite(values) & (values >= 0))
    rows = np.flatnonzero(wrong if values.ndim == 1 else wrong.any(axis=1))
    if not len(rows):
        return []
    return [f"{name}: numbers from 0 up are wanted; {values[wrong][0]:g} came, in {named(rows)}"]


def _walk(xy: ArrayLike | None, distance_m: ArrayLike | None, n: int) -> tuple[Floats, list[str]]:
    """Return the walks between units, and what is wrong with them."""
    if (xy is None) == (distance_m is None):
        came = "neither" if xy is None else "both"
        return np.zeros((n, n)), [f"either xy or distance_m is wanted; {came} came"]
    if distance_m is not None:
        walk_m = np.array(distance_m, float)
        return walk_m, _faults_of_shape("distance_m", walk_m, (n, n)) or _faults_of_numbers(
            "distance_m", walk_m
        )
    place = np.array(xy, float)
    faults = _faults_of_shape("xy", place, (n, 2))
    if not faults and not np.isfinite(place).all():
        lost = np.flatnonzero(~np.isfinite(place).all(axis=1))
        faults = [f"xy: positions in metres are wanted; there is none in {named(lost)}"]
    if faults:
        return np.zeros((n, n)), faults
    return np.hypot(place[:, None, 0] - place[:, 0], place[:, None, 1] - place[:, 1]), []


def _pairs(neighbors: ArrayLike, n: int) -> tuple[NDArray[np.int64], list[str]]:
    """Return pairs of rows, and what is wrong with them."""
    given = np.array(neighbors)
    if not given.size:
        return np.zeros((0, 2), np.int64), []
    if given.ndim != 2 or given.shape[1] != 2:  # noqa: PLR2004 # pairs
        return np.zeros((0, 2), np.int64), [
            f"neighbors: pairs, shape (pairs, 2), are wanted; {given.shape} came"
        ]
    if given.dtype.kind not in "iu":
        return np.zeros((0, 2), np.int64), [f"neighbors: row numbers are wanted; {given.dtype} came"]
    wrong = np.flatnonzero(((given < 0) | (given >= n)).any(axis=1))
    if len(wrong):
        came = given[wrong[0]].tolist()
        return np.zeros((0, 2), np.int64), [
            f"neighbors: rows 0..{n - 1} are wanted; {came} came, in {named(wrong)} of the pairs"
        ]
    return given.astype(np.int64), []


def _graph(pairs: NDArray[np.int64], load: Floats) -> sparse.csr_array:
    """Return who borders whom, both ways, each once.

    Raises
    ------
    ValueError
        If units without load are cut off from all that have some: no grid can take them.
    """
    both = np.concatenate([pairs, pairs[:, ::-1]])[np.tile(pairs[:, 0] != pairs[:, 1], 2)]
    graph = sparse.csr_array((np.ones(len(both)), tuple(both.T)), shape=(len(load),) * 2)
    graph.sum_duplicates()
    count, piece = csgraph.connected_components(graph, directed=False)
    lonely = np.flatnonzero(np.bincount(piece, weights=load, minlength=count)[piece] <= 0)
    if len(lonely):
        raise ValueError(
            f"units without load need a way to one that has some; {named(lonely)} have none: leave them out"
        )
    return graph
