"""What each further site adds: cover against the number of sites and against money, the best next site at each step."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gridplan.circle.model import Floats

STEPS = 30


def curve(
    reach: csr_array, weights: Floats, names: pd.Series, cost: Floats, *, covered: float, everyone: float
) -> list[dict[str, Any]]:
    """Return the steps: ``sites`` so far, the ``site`` added, what it ``adds``, ``covered`` (a share), ``money`` so far (or None).

    ``covered`` is the weight covered before, ``everyone`` that of all. Each step takes the site that adds most, the first of equal
    ones: so later sites never undo earlier ones, as a budget is spent year by year; for a fixed number the best plan may be better.
    """
    left, turned, money = weights.copy(), reach.tocsc(), 0.0
    steps: list[dict[str, Any]] = []
    while all(reach.shape) and len(steps) < STEPS:
        gains = left @ reach
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        left[turned.indices[turned.indptr[best] : turned.indptr[best + 1]]] = 0.0
        covered, money = covered + float(gains[best]), money + float(cost[best])
        steps.append(
            {
                "sites": len(steps) + 1,
                "site": str(names.iloc[best]),
                "adds": float(gains[best]),
                "covered": covered / max(1.0, everyone),
                "money": money if np.isfinite(money) else None,
            }
        )
    return steps
