"""What is being done and how far it is; two ways to tell it: silent here, on the terminal in ``cli``. And how to be stopped."""

from pathlib import Path
from typing import Any, Protocol


class Progress(Protocol):
    """Is told when a stage starts and when a piece of its work is done."""

    def start(self, key: str, total: int = 0, **values: Any) -> None:
        """Begin the stage with the words key ``progress.<key>``; ``total`` pieces of work, 0 if not known."""

    def advance(self, done: int = 1) -> None:
        """Finish pieces of work of the running stage."""


class Silent:
    """Tells nothing."""

    def start(self, key: str, total: int = 0, **values: Any) -> None:
        """Say nothing."""

    def advance(self, done: int = 1) -> None:
        """Say nothing."""


class Halt:
    """Asks a run to end with the best plan so far.

    Attributes
    ----------
    mark
        A file that comes to exist when the run is to end, so that other processes see it too.
    worth
        Whether the run has anything yet that is worth writing; it says so itself.
    """

    def __init__(self, mark: Path) -> None:
        self.mark = mark
        self.worth = False

    @property
    def asked(self) -> bool:
        """Whether the run is to end."""
        return self.mark.exists()
