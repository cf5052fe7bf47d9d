"""The command that checks: every fault of the inputs, how each was read, and on request mended copies and a page."""
# ruff: noqa: PLC0415 # each command loads only what it needs, and the help nothing heavy

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from gridplan.cli.options import DONE, FAULTY, Common
from gridplan.cli.output import results_only, tell
from gridplan.cli.remakes import finished
from gridplan.errors import UsageError
from gridplan.words import Message, say

if TYPE_CHECKING:
    from gridplan.checks import Fault
    from gridplan.config import PlanFile
    from gridplan.tables import Source


def check(
    *, plan: str, fix: str | None, page: str | None, since: str | None, common: Common, language: str
) -> int:
    """Tell every fault of the inputs."""
    from gridplan.config import read_plan_file
    from gridplan.intake import looked_over

    plan_file = read_plan_file(Path(plan))
    if plan_file.is_city:
        if fix is not None or page is not None or since is not None:
            raise UsageError(Message("cli.one_street"))
        return _check_streets(plan_file, common, language)
    with results_only():
        faults, read = looked_over(plan_file)
    _tell_faults(faults, language)
    if not faults:
        tell(say(language, "cli.no_faults", count=len(plan_file.inputs.given)))
    _tell_read(read, language)
    status = FAULTY if faults else DONE
    if fix is not None:
        _fix(plan_file, Path(plan), Path(fix).resolve(), language)
    found: dict[str, object] = {
        "status": status,
        "faults": [_as_row(fault, language) for fault in faults],
        "inputs": [{"input": part, **asdict(source)} for part, source in read.items()],
    }
    if since is not None:
        found["changed"] = _since(plan_file, since, language)
    if page is not None:
        _page(plan_file, Path(page).resolve(), faults, read, language)
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


def _tell_read(read: "dict[str, Source]", language: str) -> None:
    """Tell how each input was read."""
    from gridplan.checks import how_read

    if read:
        tell(
            "\n- ".join(
                (say(language, "checks.read_head"), *(how_read(*one, language) for one in read.items()))
            )
        )


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


def _page(
    plan_file: "PlanFile", path: Path, faults: "list[Fault]", read: "dict[str, Source]", language: str
) -> None:
    """Write the faults as a page with a map, and tell where it is."""
    from gridplan.export.faults_page import write_faults_page
    from gridplan.intake import mended

    with results_only():
        inputs = mended(plan_file)
    write_faults_page(
        path, name=plan_file.project.name, faults=faults, inputs=inputs, read=read, language=language
    )
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
