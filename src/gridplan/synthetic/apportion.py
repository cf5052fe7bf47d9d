"""Whole numbers that add up: a total dealt out by weights, within limits."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

_STEEPEST = 1e15  # weights of nothing never reach their upper limits, however steep the rate


def apportion(
    total: int, weights: ArrayLike, *, low: ArrayLike = 0, high: ArrayLike | None = None
) -> NDArray[np.int64]:
    """Deal a total out by weights in whole numbers (largest remainder), each between its limits.

    Parameters
    ----------
    total
        What the result adds up to.
    weights
        Positive; a number whose limits do not bind is proportional to its weight, to within 1.
    low, high
        Whole limits, for all or each; no upper limit if None.

    Raises
    ------
    ValueError
        If the limits do not allow the total.
    """
    weight = np.asarray(weights, dtype=float)
    least = np.broadcast_to(np.asarray(low, dtype=float), weight.shape)
    most = np.broadcast_to(np.asarray(total if high is None else high, dtype=float), weight.shape)
    if not least.sum() <= total <= most.sum() or (least > most).any():
        raise ValueError(f"{total} cannot be dealt out between {least.sum():.0f} and {most.sum():.0f}")
    share = _within_limits(total, weight, least, most)
    counts: NDArray[np.int64] = np.floor(share + 1e-9).astype(np.int64)
    room = counts < most
    order = np.argsort(np.where(room, counts - share, np.inf), kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return counts


def _within_limits(
    total: int, weight: NDArray[np.float64], least: NDArray[np.float64], most: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Find the common rate at which rate x weight, cut off at the limits, adds up to the total."""
    below, above = 0.0, 1.0
    while above < _STEEPEST and np.clip(above * weight, least, most).sum() < total:
        above *= 2
    for _ in range(60):
        middle = (below + above) / 2
        if np.clip(middle * weight, least, most).sum() < total:
            below = middle
        else:
            above = middle
    return np.clip(below * weight, least, most)
