"""One run a folder: a lock that the system drops with the process, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        """Take the lock or raise OSError at once."""
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        """Take the lock or raise OSError at once."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class HeldError(Exception):
    """Another run holds the lock."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file while the block runs and remove it afterwards.

    Raises
    ------
    HeldError
        If another process, or another block of this one, holds it.
    OSError
        If the file cannot be made.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take(file, path)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file; an empty one that stays is harmless
                path.unlink()
    finally:
        os.close(file)


def _take(file: int, path: Path) -> None:
    """Lock the open file; a former holder may have removed it after it was opened."""
    try:
        _lock(file)
    except OSError as error:
        raise HeldError from error
    if not _still_there(file, path):
        raise HeldError


def _still_there(file: int, path: Path) -> bool:
    """Whether the path still leads to the open file."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
