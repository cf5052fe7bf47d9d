"""Help in the user's language, in columns that fit Chinese characters; and commands that are not there."""

import difflib
import io
import re
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from typer.core import TyperCommand, TyperGroup

from gridplan.errors import UsageError
from gridplan.words import Message, say

WIDEST = 100
PADDING = 2


class Command(TyperCommand):
    """A command whose help is worded in ``words``; ``context.obj`` is the language."""

    def get_help(self, ctx: Any) -> str:  # typer has two kinds of context by version
        """Return the help."""
        return _page(self, ctx, _parameters(self, ctx))


class Group(TyperGroup):
    """All commands together; a name that is none of theirs is told in the user's language."""

    def get_help(self, ctx: Any) -> str:  # as above
        """Return the help, with a line a command."""
        commands = [(name, str(command.help)) for name, command in self.commands.items()]
        return _page(self, ctx, [("commands", commands), *_parameters(self, ctx)])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # as above
        """Find the command, or say which name is nearest."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.commands, n=1, cutoff=0.0)[0]
            raise UsageError(
                Message(
                    "cli.no_command", {"name": args[0], "near": near, "commands": ", ".join(self.commands)}
                )
            )
        return super().resolve_command(ctx, args)


def _parameters(command: Any, ctx: Any) -> list[tuple[str, list[tuple[str, str]]]]:  # as above
    """Return arguments and options with what each means."""
    given = command.get_params(ctx)
    return [
        (title, list(_rows([one for one in given if one.param_type_name == kind], command, ctx.obj)))
        for title, kind in (("arguments", "argument"), ("options", "option"))
    ]


def _rows(parameters: Sequence[Any], command: Any, language: str) -> Iterator[tuple[str, str]]:  # as above
    for one in parameters:
        if one.param_type_name == "argument":
            yield str(one.metavar), say(language, f"cli.argument_{one.name}")
            continue
        special = one.name == "strict" and command.name == "check"
        shown = " ".join(filter(None, (max(one.opts, key=len), one.metavar)))
        yield shown, say(language, "cli.option_strict_check" if special else f"cli.option_{one.name}")


def usage(command: Any, ctx: Any) -> str:  # as above
    """Return how a command is written, in one line."""
    pieces = [one.metavar for one in command.get_params(ctx) if one.param_type_name == "argument"]
    if isinstance(command, Group):
        pieces = [say(ctx.obj, "cli.usage_command")]
    return " ".join((ctx.command_path, *pieces, say(ctx.obj, "cli.usage_options")))


def _page(command: Any, ctx: Any, parts: list[tuple[str, list[tuple[str, str]]]]) -> str:  # as above
    """Return a page of help: usage, what it does, and the parts that have rows."""
    language, page = ctx.obj, io.StringIO()
    width = min(shutil.get_terminal_size().columns, WIDEST)
    console = Console(file=page, width=width, highlight=False, markup=False, emoji=False)
    console.print(say(language, "cli.usage", usage=usage(command, ctx)))
    console.print("\n" + _folded(str(command.help), width))
    for title, rows in parts:
        if not rows:
            continue
        console.print("\n" + say(language, f"cli.title_{title}"))
        table = Table.grid(padding=(0, PADDING, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column()
        room = width - max(cell_len(name) for name, _ in rows) - 2 * PADDING - 2
        for name, meaning in rows:
            table.add_row("  " + name, _folded(meaning, room))
        console.print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip().split("\n"))


def _folded(text: str, width: int) -> str:
    """Break a text into lines: Chinese anywhere but before punctuation, other words never."""
    lines = [""]
    for piece in re.findall(r"[!-~]+ ?[，。：；、）]*|.[，。：；、）]*", text):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)
