"""Numbers by chance (numba): SplitMix64 on a state of the caller's own, far fewer steps than numpy's generator takes.

G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", 2014.
"""

import numpy as np

from gridplan.compiled import inlined

STRIDE = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
TURNS = np.uint64(30), np.uint64(27), np.uint64(31)
SPARE = np.uint64(11)  # bits more than a number between 0 and 1 has
PART = 1.0 / (1 << 53)


@inlined
def chance(luck):
    """Return a number from 0 up to 1; ``luck`` (1,), unsigned, is the state."""
    luck[0] += STRIDE
    mixed = luck[0]
    mixed = (mixed ^ (mixed >> TURNS[0])) * FIRST
    mixed = (mixed ^ (mixed >> TURNS[1])) * SECOND
    mixed ^= mixed >> TURNS[2]
    return np.int64(mixed >> SPARE) * PART


@inlined
def drawn(luck, first, last):
    """Return a whole number from ``first`` up to ``last``."""
    return first + int((last - first) * chance(luck))
