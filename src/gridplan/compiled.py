"""Numba where it can keep what it compiled, and where it cannot."""

from collections.abc import Callable
from typing import Any

import numba
from numba.core.cpu import CPUTargetOptions

COUNTED = {"_nrt": True} if hasattr(CPUTargetOptions, "_nrt") else {}
BORROWED = {"_nrt": False} if COUNTED else {}  # an option that numba does not promise to keep


def _kept(function: Callable[..., Any], counting: dict[str, bool]) -> Any:
    """Compile a function to machine code, kept between runs where a folder for that can be written.

    In an installation where neither the package nor the home folder can be written numba refuses to keep what it compiles;
    then it compiles anew in each process.
    """
    try:
        return numba.njit(cache=True, nogil=True, **counting)(function)
    except RuntimeError:
        return numba.njit(nogil=True, **counting)(function)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function to machine code."""
    return _kept(function, COUNTED)


def borrowing(function: Callable[..., Any]) -> Any:
    """Compile a function that makes no array and returns none.

    It works on what it is given, so nobody has to count who holds which array; in a small step of a search that would take most of
    the time. Copying a slice onto a slice makes an array as well.
    """
    return _kept(function, BORROWED)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into those that call it: for a small step of a search, where a call would cost more than the step."""
    return numba.njit(inline="always")(function)
