"""What each command does. Returns the exit status; whatever goes wrong is raised as a GridplanError."""
# ruff: noqa: PLC0415 # each command loads only what it needs, and the help nothing heavy

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridplan.cli.options import Common, nearness
from gridplan.cli.output import results_only, tell
from gridplan.cli.remakes import finished, tell_of_kept
from gridplan.errors import UsageError
from gridplan.words import Message, say

if TYPE_CHECKING:
    from gridplan.checks import Fault
    from gridplan.config import PlanFile

DONE, FAULTY, STOPPED = 0, 4, 130


def run(
    *, plan: str, out: str | None, scheduler: str | None, resume: bool, common: Common, language: str
) -> int:
    """Make a plan and write it; of a plan file of many streets, one a street."""
    from gridplan.cli.cities import run_city
    from gridplan.config import read_plan_file

    plan_file = read_plan_file(Path(plan))  # before what takes seconds to load: a wrong one is told at once
    if plan_file.is_city:
        target = (plan_file.folder / "out" if out is None else Path(out)).resolve()
        return run_city(
            plan_file, target, scheduler=scheduler, resume=resume, common=common, language=language
        )
    return _planned(plan, out, common, language, resume=resume, scheduler=scheduler)


def adjust(  # one an option
    *,
    plan: str,
    from_: str | None,
    out: str | None,
    moved: str | None,
    toward: str | None,
    curve: bool,
    common: Common,
    language: str,
) -> int:
    """Make a plan that goes on from an earlier one: as few households as can be change their grid, or as many as may."""
    wish = nearness(moved, toward)
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN

    if from_ is None:
        raise UsageError(Message("cli.no_from"))
    path = Path(from_)
    ours = path.is_dir() or path.name == PLAN or not path.suffix
    old = read_plan(finished(from_) / PLAN) if ours else from_
    return _planned(plan, out, common, language, folder="adjusted", before=old, curve=curve, **wish)


def apply(
    *, plan: str, assignment: str | None, out: str | None, improve: bool, common: Common, language: str
) -> int:
    """Judge grids that somebody has drawn, and write them as a plan."""
    if assignment is None:
        raise UsageError(Message("cli.no_assignment"))
    return _planned(plan, out, common, language, folder="applied", drawn=assignment, improve=improve)


def _planned(
    plan: str,
    out: str | None,
    common: Common,
    language: str,
    *,
    folder: str = "out",
    resume: bool = False,
    **more: Any,
) -> int:
    """Make a plan and write it; ``folder``: beside the plan file, where none is named; ``more``: options of the run.

    ``resume``: go on from what a run that was killed has solved.
    """
    from gridplan.config import read_plan_file

    plan_file = read_plan_file(Path(plan))  # before what takes seconds to load: a wrong one is told at once
    if plan_file.is_city:
        raise UsageError(Message("cli.one_street"))
    target = (plan_file.folder / folder if out is None else Path(out)).resolve()

    from gridplan.cli.drawing import drawing
    from gridplan.cli.halting import halting
    from gridplan.cli.summary import kept, summary, texts
    from gridplan.cli.terminal import telling
    from gridplan.export.write import claim, drop_journal, journal_of, write_claimed
    from gridplan.options import Options
    from gridplan.pipeline import run as run_plan

    options = Options(
        seed=common.seed, time_limit=common.time_limit, jobs=common.jobs, language=common.lang, **more
    )
    with (
        claim(target),
        telling(language, quiet=common.quiet) as progress,
        results_only(),
        halting(language) as halt,
    ):
        journal = journal_of(target, resume=resume)
        done = run_plan(plan_file, replace(options, halt=halt, journal=journal), progress)
        progress.start("write")
        with drawing(done, common.jobs) as pages:
            filled_in = write_claimed(done, target, pages=pages)
        halted = halt.asked
        if not halted:
            drop_journal(journal)
    tell_of_kept(filled_in, language)
    status = STOPPED if halted else FAULTY if common.strict and not kept(done.report) else DONE
    tell("\n".join(texts(done, target, language)))
    if common.json:
        tell(json.dumps(summary(done, target, status)))
    return status


def check(
    *, plan: str, fix: str | None, page: str | None, since: str | None, common: Common, language: str
) -> int:
    """Tell every fault of the inputs."""
    from gridplan.config import read_plan_file
    from gridplan.intake import inspect

    plan_file = read_plan_file(Path(plan))
    if plan_file.is_city:
        if fix is not None or page is not None or since is not None:
            raise UsageError(Message("cli.one_street"))
        return _check_streets(plan_file, common, language)
    with results_only():
        faults = inspect(plan_file)
    _tell_faults(faults, language)
    if not faults:
        tell(say(language, "cli.no_faults", count=len(plan_file.inputs.given)))
    status = FAULTY if faults else DONE
    if fix is not None:
        _fix(plan_file, Path(plan), Path(fix).resolve(), language)
    found: dict[str, object] = {"status": status, "faults": [_as_row(fault, language) for fault in faults]}
    if since is not None:
        found["changed"] = _since(plan_file, since, language)
    if page is not None:
        _page(plan_file, Path(page).resolve(), faults, language)
    if common.json:
        tell(json.dumps(found))
    return status


def _tell_faults(faults: "list[Fault]", language: str) -> None:
    """Tell faults by their harm."""
    from gridplan.checks import Harm, told

    for harm in Harm:
        texts = [told(fault, language) for fault in faults if fault.harm is harm]
        if texts:
            tell("\n- ".join((say(language, f"cli.faults_{harm}", count=len(texts)), *texts)))


def _check_streets(plan_file: "PlanFile", common: Common, language: str) -> int:
    """Tell every fault of the inputs of each street of a city."""
    from gridplan.city import streets_of
    from gridplan.intake import inspect

    streets, found = streets_of(plan_file), dict[str, list[dict[str, object]]]()
    for street, one in streets.items():
        with results_only():
            faults = inspect(one)
        if faults:
            tell(say(language, "cities.faults_of", street=street))
            _tell_faults(faults, language)
            found[street] = [_as_row(fault, language) for fault in faults]
    if not found:
        tell(say(language, "cities.no_faults", count=len(streets)))
    status = FAULTY if found else DONE
    if common.json:
        tell(json.dumps({"status": status, "streets": found}))
    return status


def _fix(plan_file: "PlanFile", plan: Path, folder: Path, language: str) -> None:
    """Write mended copies of the inputs, and tell how many changes they have."""
    from gridplan.export.fixed import CHANGES, write_fixed
    from gridplan.intake import mended

    with results_only():
        count = write_fixed(folder, plan, mended(plan_file))
    tell(say(language, "cli.fixed", count=count, folder=folder, changes=folder / CHANGES))


def _since(plan_file: "PlanFile", folder: str, language: str) -> list[str]:
    """Tell which inputs are not what an earlier plan was made from; return their sentences."""
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN
    from gridplan.since import changes_since, checksums

    report = read_plan(finished(folder) / PLAN).report
    with results_only():
        now = checksums(plan_file)
    lines = [message.text(language) for message in changes_since(report["inputs"], now)]
    date = report["project"]["date"]
    head = say(language, "checks.since_some" if lines else "checks.since_none", folder=folder, date=date)
    tell("\n- ".join((head, *lines)))
    return lines


def _page(plan_file: "PlanFile", path: Path, faults: "list[Fault]", language: str) -> None:
    """Write the faults as a page with a map, and tell where it is."""
    from gridplan.export.faults_page import write_faults_page
    from gridplan.intake import mended

    with results_only():
        inputs = mended(plan_file)
    write_faults_page(path, name=plan_file.project.name, faults=faults, inputs=inputs, language=language)
    tell(say(language, "cli.faults_page", path=path))


def _as_row(fault: "Fault", language: str) -> dict[str, object]:
    from gridplan.checks import catalogue

    check = catalogue()[fault.code]
    return {
        "input": fault.part,
        "code": fault.code,
        "title": check.title(language),
        "why": check.why(language),
        "harm": str(fault.harm),
        "forbids": fault.harm == "forbids",
        "rows": list(fault.rows),
        "text": fault.message.text(language),
    }


def compare(*, before: str, after: str, out: str | None, common: Common, language: str) -> int:
    """Tell what differs between two finished plans; with a folder, write the tables, a workbook and a map of it."""
    from gridplan.compare import compared
    from gridplan.export.comparison import (
        comparison_files,
        comparison_lines,
        comparison_workbook,
        write_comparison,
    )
    from gridplan.export.geopackage import read_plan
    from gridplan.export.write import PLAN

    plans = [read_plan(finished(folder) / PLAN) for folder in (before, after)]
    found = compared(*plans)
    tell("\n".join(comparison_lines(found, language)))
    if out is not None:
        from gridplan.maps import Changes, build_map, page

        folder, (old, new) = Path(out).resolve(), plans
        drawn = build_map(new, changes=Changes(before=old, moved=found.buildings))
        files: dict[str, str | bytes] = {
            "map.html": page(drawn, language=new.language),
            "comparison.xlsx": comparison_workbook(found, new),
        }
        write_comparison(folder, {**comparison_files(found, language), **files})
        tell(str(folder))
    if common.json:
        told = {"status": DONE, "households_moved": found.moved, "out": out and str(Path(out).resolve())}
        tell(json.dumps(told))
    return DONE


def new(*, folder: str, common: Common, language: str) -> int:
    """Write a commented plan file and a small example."""
    from gridplan.synthetic import write_part

    plan = write_part(Path(folder), language).resolve()
    tell(say(language, "cli.new_done", plan=plan))
    if common.json:
        tell(json.dumps({"status": DONE, "plan": str(plan)}))
    return DONE
