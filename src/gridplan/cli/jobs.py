"""What each command does. Returns the exit status; whatever goes wrong is raised as a GridplanError."""
# ruff: noqa: PLC0415 # each command loads only what it needs, and the help nothing heavy

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridplan.cli.options import DONE, FAULTY, STOPPED, Common, nearness
from gridplan.cli.output import results_only, tell
from gridplan.cli.remakes import finished, tell_of_kept
from gridplan.errors import UsageError
from gridplan.words import Message, say


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
