"""Numba where it can keep what it compiled, and where it cannot."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function to machine code, kept between runs where a folder for that can be written.

    In an installation where neither the package nor the home folder can be written numba refuses to keep what it compiles;
    then it compiles anew in each process.
    """
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into those that call it: for a small step of a search, where a call would cost more than the step."""
    return numba.njit(inline="always")(function)
