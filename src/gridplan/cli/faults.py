"""What is wrong with a command line, seen from it alone, in the user's words; and being stopped."""

from typing import Any

from gridplan.cli.help import usage
from gridplan.cli.options import VALUES, flag
from gridplan.errors import GridplanError, UsageError
from gridplan.words import Message


class StoppedError(GridplanError):
    """The user pressed Ctrl-C."""

    status = 130


def misuse(error: Exception) -> UsageError:
    """Return what typer complains of as an error of ours; it is told from facts, not from typer's English."""
    context: Any = getattr(error, "ctx", None)
    option: str | None = getattr(error, "option_name", None)
    parameter: Any = getattr(error, "param", None)
    if option is not None and hasattr(error, "possibilities"):
        complaint = Message("cli.no_option", {"option": option})
        there = context.command.get_params(context) if context is not None else ()
        begun = [name for one in there for name in one.opts if name.startswith(option)]
        near = [*begun, *(name for name in error.possibilities or () if name.startswith("--"))]
        if near:
            complaint = Message("cli.no_option_near", {"option": option, "near": near[0]})
    elif option is not None:
        complaint = Message(
            "cli.no_value" if option in map(flag, VALUES) else "cli.needless_value", {"option": option}
        )
    elif parameter is not None:
        complaint = Message("cli.missing", {"name": parameter.metavar})
    else:
        complaint = Message("cli.too_many")
    if context is None:
        return UsageError(complaint)
    how = Message("cli.see_help", {"usage": usage(context.command, context), "command": context.command_path})
    return UsageError((complaint, how))
