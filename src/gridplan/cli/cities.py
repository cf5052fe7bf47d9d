"""``gridplan run`` of a plan file of many streets. Returns the exit status."""
# ruff: noqa: PLC0415 # each command loads only what it needs, and the help nothing heavy

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gridplan.cli.faults import StoppedError
from gridplan.cli.options import Common
from gridplan.cli.output import results_only, tell
from gridplan.cli.remakes import tell_of_kept
from gridplan.errors import InputError
from gridplan.words import Message, say

if TYPE_CHECKING:
    from gridplan.config import PlanFile
    from gridplan.export.city import City, Title

DONE, FAULTY = 0, 4
SHOWN = 5  # streets without a plan that are named


def run_city(
    plan_file: "PlanFile",
    target: Path,
    *,
    scheduler: str | None,
    resume: bool,
    common: Common,
    language: str,
) -> int:
    """Plan every street and write what they come to; streets with faults are told and do not stop the others."""
    from gridplan.city import plan_city
    from gridplan.cli.terminal import telling
    from gridplan.export.city import claim_city, write_city
    from gridplan.export.write import STREETS
    from gridplan.options import Options

    options = Options(
        seed=common.seed,
        time_limit=common.time_limit,
        jobs=common.jobs,
        language=common.lang,
        scheduler=scheduler,
    )
    title = _title(plan_file, common)
    try:
        with claim_city(target), telling(language, quiet=common.quiet) as progress, results_only():
            city = plan_city(plan_file, target, options, progress, resume=resume)
            progress.start("write")
            write_city(city, title, target)
    except KeyboardInterrupt:
        raise StoppedError(Message("cities.stopped", {"out": target})) from None
    streets = target / STREETS
    kept = [streets / row["street"] / path for row in city.rows for path in row["kept_files"]]
    tell_of_kept(kept, language)
    return _told(city, title, target, common, language)


def _title(plan_file: "PlanFile", common: Common) -> "Title":
    from gridplan.export.city import Title
    from gridplan.report import day_of

    project = plan_file.project
    return Title(
        name=project.name,
        note=project.note,
        day=day_of(plan_file),
        language=common.lang or project.language,
    )


def _told(city: "City", title: "Title", target: Path, common: Common, language: str) -> int:
    """Tell what a city comes to; return the exit status: that of inputs that cannot be used where a street has none that can."""
    from gridplan.export.city import PAGE, WORKBOOK, city_told

    totals = city.totals
    kept = not totals["out_of_band"] and all(row["covered_after"] >= 1 for row in city.services)
    status = InputError.status if city.refused else FAULTY if common.strict and not kept else DONE
    tell(say(language, "cli.done", name=title.name))
    for text in city_told(city, language):
        tell(text)
    for row in city.refused[:SHOWN]:
        tell(say(language, "cities.refused_street", street=row["street"], why=row["refused"]))
    if len(city.refused) > SHOWN:
        tell(say(language, "cities.more_refused", count=len(city.refused) - SHOWN))
    if city.look_at:
        tell(say(language, "cities.person", count=len(city.look_at)))
    tell(say(language, "cli.open_map", path=target / PAGE))
    tell(say(language, "cli.open_workbook", path=target / WORKBOOK))
    if common.json:
        told = {
            "status": status,
            "kept": kept,
            "totals": totals,
            "services": city.services,
            "money": city.money,
        }
        refused = [row["street"] for row in city.refused]
        tell(json.dumps({**told, "refused": refused, "out": str(target), "map": str(target / PAGE)}))
    return status
