"""Swapping an output folder in whole: a run that is killed at any moment leaves the old one or the new one.

Beside ``out`` stand, while a run writes, ``.out.lock`` and ``.out.new``, and for a moment ``.out.old``.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@dataclass(frozen=True)
class Places:
    """Where a folder is, and the names beside it that its writing needs."""

    folder: Path

    def beside(self, kind: str) -> Path:
        """Return the hidden neighbour of the folder of a kind: "lock", "new", "old" or "resume"."""
        return self.folder.with_name(f".{self.folder.name}.{kind}")


def clear_leftovers(places: Places) -> None:
    """Remove what a killed run left; bring the old folder back if it was killed between its two renames."""
    old = places.beside("old")
    if old.exists() and not places.folder.exists():
        old.rename(places.folder)
    for kind in ("old", "new"):
        if places.beside(kind).exists():
            shutil.rmtree(places.beside(kind))


def carry_over(old: Path, new: Path, ours: Iterable[Path]) -> None:
    """Bring along the files of the old folder that are not ours, so that a swap loses none.

    Files are linked, not copied, where the disk can; links stay links; times stay.
    """
    mine = {old / path for path in ours}
    for path in sorted(old.rglob("*")):
        target = new / path.relative_to(old)
        if (
            path in mine
            or target.exists()
            or (path.is_dir() and not path.is_symlink() and any(path.iterdir()))
        ):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        bring(path, target)


def bring(path: Path, target: Path) -> None:
    """Put a file, a link or an empty folder at the target too."""
    if path.is_dir() and not path.is_symlink():
        target.mkdir()
        return
    try:
        os.link(path, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, target, follow_symlinks=False)


def settle(folder: Path) -> None:
    """Wait until everything in the folder is on the disk, not only in memory."""
    for path in (*sorted(folder.rglob("*")), folder, folder.parent):
        if path.is_symlink() or not (
            path.is_file() or (path.is_dir() and os.name != "nt")
        ):  # Windows opens no folder
            continue
        file = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def swap_in(places: Places) -> None:
    """Put the new folder in the place of the old one and remove the old one.

    On Linux both change places in one step (renameat2); elsewhere in two, and ``clear_leftovers`` mends a
    kill between them.
    """
    new, old = places.beside("new"), places.beside("old")
    if not places.folder.exists():
        new.rename(places.folder)
        return
    if _exchanged(new, places.folder):
        shutil.rmtree(new, ignore_errors=True)
        return
    places.folder.rename(old)
    try:
        new.rename(places.folder)
    except OSError:
        old.rename(places.folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system has no such step."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE
    return rename is not None and rename(*paths) == 0
