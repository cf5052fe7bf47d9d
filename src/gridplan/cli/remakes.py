"""What the commands do that make something anew from a finished plan. Returns the exit status."""
# ruff: noqa: PLC0415 # each command loads only what it needs, and the help nothing heavy

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gridplan.cli.options import Common
from gridplan.cli.output import results_only, tell, warn
from gridplan.errors import InputError, OutputError, UsageError
from gridplan.words import Message, say

if TYPE_CHECKING:
    from gridplan.config import PlanFile
    from gridplan.moves import Ground
    from gridplan.plan import Plan
    from gridplan.progress import Progress

DONE = 0


def remake_map(*, out: str, hand: str | None, common: Common, language: str) -> int:
    """Make the pages of a finished plan anew, with the tool for moving units where asked for; nothing but ``maps/`` is touched."""
    from gridplan.cli.terminal import telling
    from gridplan.config import read_plan_file
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN, claim, write_pages
    from gridplan.maps import pages

    folder = finished(out)
    with claim(folder), telling(language, quiet=common.quiet) as progress, results_only():
        progress.start("read_plan")
        plan = read_plan(folder / PLAN)
        progress.start("pages")
        made = pages(
            plan, ground=None if hand is None else _ground(read_plan_file(Path(hand)), plan, progress)
        )
        progress.start("write")
        write_pages(folder, pages=made)
    return _remade(folder, "maps/index.html", json_too=common.json)


def _ground(plan_file: "PlanFile", plan: "Plan", progress: "Progress") -> "Mapping[str, Ground]":
    """Return the ground of a plan's communities from the inputs that it was made from."""
    from gridplan.maps.hand import same_units
    from gridplan.moves import ground_of

    ground = ground_of(plan_file, progress)
    if not same_units(plan, ground):
        raise InputError(Message("cli.hand_other_inputs"))
    return ground


def sheet(*, out: str, common: Common, language: str) -> int:
    """Write the printed sheets of a finished plan into ``sheets/``; nothing else is touched."""
    from gridplan.cli.terminal import telling
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN, SHEETS, claim, write_sheets
    from gridplan.sheets import sheets_of

    folder = finished(out)
    with claim(folder), telling(language, quiet=common.quiet) as progress, results_only():
        progress.start("read_plan")
        write_sheets(folder, files=sheets_of(read_plan(folder / PLAN), progress))
    return _remade(folder, f"{SHEETS}/atlas.pdf", json_too=common.json)


def export(  # noqa: PLR0913 # one an option
    *,
    out: str,
    street: str | None,
    format_: str | None,
    crs: str | None,
    encoding: str | None,
    database: str | None,
    schema: str | None,
    common: Common,
    language: str,
) -> int:
    """Write a finished plan's tables anew; or a street's own folder, the layers as files of a format, all of it into a database."""
    if sum(one is not None for one in (street, format_, database)) > 1:
        raise UsageError(Message("cli.street_or_format"))
    if street is not None:
        return _street(out, street, common)
    if database is not None:
        return _database(out, database, schema, common, language)
    if format_ is None:
        if crs is not None or encoding is not None:
            raise UsageError(Message("cli.no_format"))
        return remake_files(out=out, common=common, language=language)
    from gridplan.export.geopackage import read_plan
    from gridplan.export.layers import asked_of, write_layers
    from gridplan.export.write import LAYERS_FOLDER, PLAN

    asked = asked_of(format_, crs, encoding)
    folder = finished(out)
    made = folder / LAYERS_FOLDER / asked.format
    with results_only():
        write_layers(read_plan(folder / PLAN), made, asked)
    tell(str(made))
    if common.json:
        tell(json.dumps({"status": DONE, "out": str(made)}))
    return DONE


def _database(out: str, database: str, schema: str | None, common: Common, language: str) -> int:
    """Write a finished plan into a database."""
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN

    try:
        from gridplan.export.postgis import SCHEMA, write_database
    except ImportError:
        raise OutputError(Message("export.database_extra")) from None

    with results_only():
        rows = write_database(read_plan(finished(out) / PLAN), database, schema)
    named = schema or SCHEMA
    tell(say(language, "cli.in_database", count=len(rows), schema=named))
    if common.json:
        tell(json.dumps({"status": DONE, "schema": named, "rows": rows}))
    return DONE


def _street(out: str, street: str, common: Common) -> int:
    """Write one street's own folder, with nothing of the rest of the district."""
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN, STREETS, write_run
    from gridplan.maps import pages
    from gridplan.part import street_of

    folder = finished(out)
    plan = read_plan(folder / PLAN)
    names = [] if plan.streets is None else plan.streets["street"].tolist()
    if street not in names:
        values = {"street": street, "streets": ", ".join(names)}
        raise UsageError(Message("cli.no_street" if names else "cli.no_streets", values))
    mine = folder / STREETS / f"{names.index(street) + 1:02}"  # no path from a name
    part = street_of(plan, street)
    with results_only():
        write_run(part, mine, pages=pages(part))
    return _remade(mine, "staffing.xlsx", json_too=common.json)


def remake_files(*, out: str, common: Common, language: str) -> int:
    """Make everything in a finished plan's folder anew from its plan.gpkg."""
    from gridplan.cli.drawing import drawing
    from gridplan.cli.terminal import telling
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN, claim, write_claimed

    folder = finished(out)
    with claim(folder), telling(language, quiet=common.quiet) as progress, results_only():
        progress.start("read_plan")
        plan = _with_timings(read_plan(folder / PLAN), folder)
        progress.start("write")
        with drawing(plan, common.jobs) as pages:
            filled_in = write_claimed(plan, folder, pages=pages)
    tell_of_kept(filled_in, language)
    return _remade(folder, "staffing.xlsx", json_too=common.json)


def finished(out: str) -> Path:
    """Return the output folder that is meant, named by itself or by the plan in it.

    Raises
    ------
    InputError
        If there is no plan in it.
    """
    from gridplan.export.write import PLAN

    folder = Path(out).resolve()
    if folder.name == PLAN:
        folder = folder.parent
    if not (folder / PLAN).is_file():
        raise InputError(Message("export.no_plan_file", {"path": folder / PLAN}))
    return folder


def tell_of_kept(files: Iterable[Path], language: str) -> None:
    """Tell where files are that somebody has written into."""
    for path in files:
        warn(say(language, "cli.kept_file", path=path))


def _remade(folder: Path, shown: str, *, json_too: bool) -> int:
    """Tell what was made anew."""
    tell(str(folder / shown))
    if json_too:
        tell(json.dumps({"status": DONE, "out": str(folder)}))
    return DONE


def _with_timings(plan: "Plan", folder: Path) -> "Plan":
    """Return the plan with the seconds of its run, which only report.json keeps."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        timings = json.loads((folder / "report.json").read_text(encoding="utf-8"))["timings"]
        return replace(plan, report={**plan.report, "timings": timings})
    return plan
