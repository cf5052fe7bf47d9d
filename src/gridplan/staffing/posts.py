"""Norms to posts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Norm:
    """Fewest and most households a full-time worker, and workers per 10,000 residents where that counts."""

    low: float
    high: float
    per_10000: float | None = None


def posts(table: pd.DataFrame, *, norm: Norm | None) -> pd.DataFrame:
    """Return posts_min, posts_max and posts_by_residents of each row, unrounded, on the table's index.

    Parameters
    ----------
    table
        Rows with ``households`` and ``population``.
    norm
        Without it nothing is asked for: NaN. ``posts_by_residents`` is NaN too where population is, or where
        the norm has no ``per_10000``.
    """
    low, high, per_10000 = (np.nan, np.nan, None) if norm is None else (norm.low, norm.high, norm.per_10000)
    return pd.DataFrame(
        {
            "posts_min": table["households"] / high,
            "posts_max": table["households"] / low,
            "posts_by_residents": table["population"] * (np.nan if per_10000 is None else per_10000 / 10_000),
        },
        index=table.index,
    ).astype(float)
