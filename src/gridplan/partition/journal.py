"""What a run has solved so far, kept on the disk, so that a run that was killed goes on where it was.

An answer is kept under the hash of all that it follows from: the problem, the planner's wishes, the seed, the work
allowed and the version of this package. So what is found is what solving would give again, and a changed input is simply
not found. Answers are read back with nothing but this package's own classes and arrays: a file that somebody has put
there can do no harm.
"""

import contextlib
import hashlib
import io
import os
import pickle
from pathlib import Path
from typing import Any

from gridplan import __version__

ENDING = ".part"
OWN = "gridplan."
ALLOWED = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
}


class Journal:
    """A folder of answers; nothing in it is needed, and whatever cannot be read counts as not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def key(self, task: object) -> str:
        """Return the name under which the answer to a task is kept."""
        content = pickle.dumps((__version__, task), protocol=5)
        return hashlib.sha256(content).hexdigest()

    def find(self, key: str) -> Any:  # what was kept
        """Return the answer, None where there is none."""
        try:
            return _Reader(io.BytesIO((self._folder / (key + ENDING)).read_bytes())).load()
        except Exception:  # noqa: BLE001 # a file cut short, or somebody else's: it is solved again
            return None

    def keep(self, key: str, answer: object) -> None:
        """Keep an answer, whole or not at all; a disk that takes no more only costs the going on."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            new = self._folder / f"{key}.{os.getpid()}"
            new.write_bytes(pickle.dumps(answer, protocol=5))
            new.replace(self._folder / (key + ENDING))


class _Reader(pickle.Unpickler):
    """Reads arrays and this package's classes, nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:  # a class
        """Return a class that an answer may hold.

        Raises
        ------
        pickle.UnpicklingError
            If it is any other.
        """
        if (module, name) in ALLOWED:
            return super().find_class(module, name)
        if module.startswith(OWN) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__.startswith(
                OWN
            ):  # not what a module of ours imports
                return found
        raise pickle.UnpicklingError(name)
