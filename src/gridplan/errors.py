"""Everything that can go wrong for a reason a user can mend.

GridplanError
├── UsageError      the command line or the plan file is wrong, seen from them alone     exit status 2
├── InputError      an input cannot be used, seen by opening it                          exit status 3
├── OutputError     the output cannot be written                                         exit status 5
└── PromiseError    the finished plan breaks a promise: a bug of ours                    exit status 1
"""

from collections.abc import Iterable
from typing import ClassVar

from gridplan.words import Message


class GridplanError(Exception):
    """Carries every fault found as a Message, to be told in the user's language."""

    status: ClassVar[int] = 1

    def __init__(self, messages: Message | Iterable[Message]) -> None:
        self.messages = (messages,) if isinstance(messages, Message) else tuple(messages)
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        """Return all faults, a line each."""
        return "\n".join(message.text(language) for message in self.messages)

    def __reduce__(self) -> tuple[type, tuple[tuple[Message, ...]]]:
        return type(self), (self.messages,)


class UsageError(GridplanError, ValueError):
    """The command line or the plan file is wrong."""

    status = 2


class InputError(GridplanError, ValueError):
    """An input cannot be used."""

    status = 3


class OutputError(GridplanError, OSError):
    """The output cannot be written."""

    status = 5


class PromiseError(GridplanError):
    """The finished plan breaks one of its promises."""
