"""What fits into a building: its fullest contents."""

from functools import cache

import numpy as np

from gridplan.circle.model import EPS

THINGS = 12  # in one building at most; there are 2 ** 12 sets of them to try
CONTENTS = 64  # at most; where there are more the floor area alone says what fits


@cache
def full_contents(floors: tuple[float, ...], room: float) -> list[int] | None:
    """Return the sets (as bits) of what fits and leaves no room for another; None where there are too many things to try."""
    if len(floors) > THINGS:
        return None
    sizes = np.array(
        [sum(f for at, f in enumerate(floors) if mask >> at & 1) for mask in range(1 << len(floors))]
    )
    fits = sizes <= room + EPS
    more = [
        fits[np.arange(1 << len(floors)) | 1 << at] & ~(np.arange(1 << len(floors)) >> at & 1).astype(bool)
        for at in range(len(floors))
    ]
    full = fits & ~np.any(more, axis=0) if more else fits
    found: list[int] = np.flatnonzero(full).tolist()
    return found if len(found) <= CONTENTS else None
