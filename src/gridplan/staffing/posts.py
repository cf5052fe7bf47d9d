"""Norms to posts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

BASES = {"lived_in": "households", "planned": "planned", "load": "load"}  # what a norm counts -> column


@dataclass(frozen=True)
class Norm:
    """Fewest and most households a full-time worker, and workers per 10,000 residents where that counts.

    ``basis`` says which households: lived in, planned, or the load that grids are balanced by.
    """

    low: float
    high: float
    per_10000: float | None = None
    basis: str = "lived_in"

    @property
    def column(self) -> str:
        """The column that the norm by households counts."""
        return BASES[self.basis]


def posts(table: pd.DataFrame, *, norm: Norm | None) -> pd.DataFrame:
    """Return posts_min, posts_max and posts_by_residents of each row, unrounded, on the table's index.

    Parameters
    ----------
    table
        Rows with ``population`` and the column of the norm's basis.
    norm
        Without it nothing is asked for: NaN. ``posts_by_residents`` is NaN too where population is, or where
        the norm has no ``per_10000``.
    """
    known = Norm(np.nan, np.nan) if norm is None else norm
    counted = table[known.column]
    share = np.nan if known.per_10000 is None else known.per_10000 / 10_000
    return pd.DataFrame(
        {
            "posts_min": counted / known.high,
            "posts_max": counted / known.low,
            "posts_by_residents": table["population"] * share,
        },
        index=table.index,
    ).astype(float)
