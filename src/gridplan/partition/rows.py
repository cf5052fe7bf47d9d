"""Rows of tables, several entries at a time: counted without a sign, so that no end of a row is looked for; compiled."""

import numpy as np

from gridplan.compiled import borrowing


@borrowing
def put(row, values, count):
    """Write the first values into a row."""
    for at in range(np.uint64(max(0, count))):
        row[at] = values[at]


@borrowing
def lift(row, values, more, count):
    """Raise the first entries of a row to values with something more, where these are larger."""
    for at in range(np.uint64(max(0, count))):
        row[at] = max(row[at], values[at] + more)


@borrowing
def sink(row, values, more, count):
    """Lower the first entries of a row to values with something more, where these are smaller."""
    for at in range(np.uint64(max(0, count))):
        row[at] = min(row[at], values[at] + more)
