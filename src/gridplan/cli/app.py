"""The commands as typer knows them: names, arguments, options, and their help in one language.

Every value comes as text and is judged in ``options``, so that what is wrong is told in the user's
language.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.main import get_command

from gridplan import __version__
from gridplan.cli import checking, jobs, remakes
from gridplan.cli.faults import StoppedError
from gridplan.cli.help import Command, Group
from gridplan.cli.options import FLAGS, SHARED, VALUES, common, flag
from gridplan.errors import OutputError
from gridplan.words import Message, say


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A command: what it does, its arguments' names and how the help shows them, its own options and flags."""

    work: Callable[..., int]
    arguments: dict[str, str]
    own: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


JOBS = {
    "run": _Job(work=jobs.run, arguments={"plan": "PLAN.toml"}, own=("out", "scheduler"), flags=("resume",)),
    "adjust": _Job(
        work=jobs.adjust,
        arguments={"plan": "PLAN.toml"},
        own=("from_", "out", "moved", "toward"),
        flags=("curve",),
    ),
    "apply": _Job(
        work=jobs.apply, arguments={"plan": "PLAN.toml"}, own=("assignment", "out"), flags=("improve",)
    ),
    "sheet": _Job(work=remakes.sheet, arguments={"out": "OUT"}),
    "compare": _Job(
        work=jobs.compare, arguments={"before": "A/plan.gpkg", "after": "B/plan.gpkg"}, own=("out",)
    ),
    "check": _Job(work=checking.check, arguments={"plan": "PLAN.toml"}, own=("fix", "page", "since")),
    "new": _Job(work=jobs.new, arguments={"folder": "DIR"}),
    "map": _Job(work=remakes.remake_map, arguments={"out": "OUT"}, own=("hand",)),
    "export": _Job(
        work=remakes.export,
        arguments={"out": "OUT"},
        own=("street", "format_", "crs", "encoding", "database", "schema"),
    ),
}


def run_app(arguments: list[str], language: str) -> int:
    """Run the command that the arguments name; return its exit status.

    Raises
    ------
    GridplanError
        As the command.
    """
    command = get_command(_app(language))
    try:
        status = command.main(arguments, prog_name="gridplan", standalone_mode=False, obj=language)
    except SystemExit:  # so typer ends when nobody reads its help any more
        return OutputError.status
    return int(status or 0)


def _app(language: str) -> typer.Typer:
    """Return the application with its help in a language."""
    app = typer.Typer(cls=Group, help=say(language, "cli.help"), add_completion=False, rich_markup_mode=None)
    settings = {"help_option_names": ["--help", "-h"]}
    app.callback(invoke_without_command=True, context_settings=settings)(_begin)
    for name, job in JOBS.items():
        app.command(name, cls=Command, help=say(language, f"cli.help_{name}"))(_typed(job, language))
    return app


def _begin(
    context: typer.Context,
    *,
    lang: Annotated[str | None, typer.Option("--lang", metavar=VALUES["lang"])] = None,  # noqa: ARG001 # read before
    version: Annotated[bool, typer.Option("--version")] = False,
) -> None:
    """Tell the version, or, without a command, which commands there are."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def _typed(job: _Job, language: str) -> Callable[..., int]:
    """Return the command with the signature that typer reads arguments and options from."""

    def command(**given: Any) -> int:  # as typer hands them over
        shared = common(**{name: given.pop(name) for name in (*SHARED, *FLAGS)})
        try:
            return job.work(**given, common=shared, language=language)
        except KeyboardInterrupt:
            raise StoppedError(Message("cli.stopped")) from None

    arguments = [
        _parameter(name, str, typer.Argument(metavar=shown), inspect.Parameter.empty)
        for name, shown in job.arguments.items()
    ]
    texts = [
        _parameter(name, str | None, typer.Option(flag(name), metavar=VALUES[name]), None)
        for name in (*job.own, *SHARED)
    ]
    flags = [_parameter(name, bool, typer.Option(flag(name)), default=False) for name in (*job.flags, *FLAGS)]
    command.__signature__ = inspect.Signature([*arguments, *texts, *flags], return_annotation=int)  # type: ignore[attr-defined]
    return command


def _parameter(name: str, kind: object, info: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )
