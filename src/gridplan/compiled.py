"""Numba where it can keep what it compiled, and where it cannot."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function to machine code, kept between runs where a folder for that can be written.

    In an installation where neither the package nor the home folder can be written numba refuses to keep what it compiles;
    then it compiles anew in each process.
    """
    try:
        kept: F = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        kept = numba.njit(nogil=True)(function)
    return kept
