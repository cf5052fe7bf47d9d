"""What goes where: results to standard output, all else to standard error."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gridplan.errors import OutputError
from gridplan.words import Message

RESULTS, REMARKS = 1, 2  # file descriptors


def tell(text: str) -> None:
    """Write lines of results.

    Raises
    ------
    OutputError
        If nobody takes them: the disk is full, or the reader has left.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(Message("cli.not_told", {"why": error.strerror or error})) from error


def warn(text: str) -> None:
    """Write lines to standard error, if anybody reads it."""
    with suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


@contextmanager
def results_only() -> Iterator[None]:
    """Keep standard output clean: what solvers print from C goes to standard error while the block runs."""
    sys.stdout.flush()
    kept = os.dup(RESULTS)
    os.dup2(REMARKS, RESULTS)
    try:
        yield
    finally:
        _flush_c()
        os.dup2(kept, RESULTS)
        os.close(kept)


def _flush_c() -> None:
    """Write out what C has buffered, lest it appear among the results at the end."""
    if os.name != "nt":
        ctypes.CDLL(None).fflush(None)
