"""From arguments to an exit status: whatever goes wrong becomes a sentence in the user's language."""

import json
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress

import typer

from gridplan import __version__
from gridplan.cli.app import run_app
from gridplan.cli.faults import StoppedError, misuse
from gridplan.cli.language import language_of
from gridplan.cli.output import tell, warn
from gridplan.errors import GridplanError, InputError, PromiseError
from gridplan.words import Message, say

# of typer's own click, or of the click package beside it: typer's versions differ
ClickUsageError: type[Exception] = typer.BadParameter.__mro__[1]
BUG = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line, by default that of the process; return the exit status of the contract."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    language = language_of(arguments, os.environ)
    debug = "--debug" in arguments
    with warnings.catch_warnings():
        if not debug:
            warnings.simplefilter("ignore")  # of libraries, for programmers
        try:
            return run_app(arguments, language)
        except Exception as error:  # noqa: BLE001 # the last place before the user
            told = _as_told(error)
    if debug:
        traceback.print_exception(told)
    warn(told.text(language))
    if told.status == InputError.status and "run" in arguments:
        warn(say(language, "cli.nothing_written"))
    if "--json" in arguments:
        with suppress(GridplanError):
            tell(json.dumps({"status": told.status, "errors": told.text(language).split("\n")}))
    return told.status


def _as_told(error: Exception) -> GridplanError:
    """Return what is told of an exception; what nobody foresaw, and a broken promise, are bugs to report."""
    told: GridplanError
    if isinstance(error, ClickUsageError):
        told = misuse(error)
    elif isinstance(error, typer.Abort):
        told = StoppedError(Message("cli.stopped"))
    elif isinstance(error, GridplanError) and not isinstance(error, PromiseError):
        return error
    else:
        what = error.messages if isinstance(error, PromiseError) else ()
        name = type(error).__name__ if what else f"{type(error).__name__}: {error}"
        told = PromiseError([*what, Message("cli.bug", {"error": name, "version": __version__})])
    told.__cause__ = error
    return told


def script() -> None:
    """Run the command line of the process and end it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # no stream, or none that can be told so
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    status = main()
    try:
        sys.stdout.flush()
    except (OSError, AttributeError):
        os._exit(status)  # nobody reads: Python would complain of it while it ends
    sys.exit(status)
