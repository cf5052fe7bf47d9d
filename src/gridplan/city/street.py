"""One street of a city: read, planned and written; what is left of it is a row of figures."""

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import shapely

from gridplan import __version__
from gridplan.config import PlanFile
from gridplan.errors import GridplanError
from gridplan.export.city import Row
from gridplan.export.write import PLAN, claim, drop_journal, journal_of, write_claimed
from gridplan.geo import WGS84
from gridplan.maps import pages
from gridplan.options import Options
from gridplan.pipeline import run
from gridplan.plan import Plan
from gridplan.progress import Silent
from gridplan.reach import Spent, what_budgets_do
from gridplan.sources.fingerprint import fingerprint

COARSE_M = 25.0  # outlines of streets on the city's map are simplified by
SERVICE = ("category", "existing", "new", "closed", "covered_before", "covered_after")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A street to be planned: its plan file, where its plan goes, and what is known of it from a run that was killed."""

    street: str
    plan_file: PlanFile
    folder: Path
    options: Options
    resume: bool = False
    known: Row | None = None


def planned(task: Task) -> Row:
    """Plan a street and write it; return its row: its figures, or, in ``refused``, why it has no plan."""
    language = task.options.language or task.plan_file.project.language
    key = _key(task)
    if task.known is not None and key and task.known["key"] == key and (task.folder / PLAN).is_file():
        return task.known
    row: Row = {"street": task.street, "key": key, "name": "", "refused": "", "kept_files": []}
    try:
        with claim(task.folder):
            journal = journal_of(task.folder, resume=task.resume)
            options = Options(
                seed=task.options.seed,
                time_limit=task.options.time_limit,
                language=task.options.language,
                journal=journal,
            )
            plan = run(task.plan_file, options, Silent())
            kept = write_claimed(plan, task.folder, pages=pages(plan))
            drop_journal(journal)
    except GridplanError as error:
        return {**row, "refused": error.text(language)}
    return {**row, **_figures(plan), "kept_files": [os.path.relpath(path, task.folder) for path in kept]}


@dataclass(frozen=True, kw_only=True)
class Look:
    """A street of which is asked what budgets would do."""

    plan_file: PlanFile
    options: Options
    budgets: list[float]


def looked(look: Look) -> list[Spent]:
    """Return what budgets of a street would do, nothing where it cannot be planned: why is told with its plan."""
    try:
        return what_budgets_do(look.plan_file, look.options, look.budgets)
    except GridplanError:
        return []


def _key(task: Task) -> str:
    """Return the hash of all that a street's plan follows from, "" where that is not known beforehand."""
    tables = task.plan_file.inputs.given.values()
    if task.options.time_limit is not None or any("://" in table.path for table in tables):
        return ""
    try:
        prints = [fingerprint(task.plan_file.folder / table.path) for table in tables]
    except OSError:
        return ""
    asked = [__version__, task.plan_file.model_dump(mode="json"), task.options.seed, task.options.language]
    return hashlib.sha256(json.dumps([asked, prints], ensure_ascii=False).encode()).hexdigest()


def _figures(plan: Plan) -> Row:
    """Return what a city is told of a street's plan."""
    report = plan.report
    rows = report["communities"]
    names = dict(zip(plan.communities["community_id"], plan.communities["name"], strict=True))
    streets = [] if plan.streets is None else plan.streets["street"].tolist()
    return {
        "name": "、".join(str(name) for name in streets),
        **report["totals"],
        "communities": len(rows),
        "ordinary": int((plan.grids["kind"] == "ordinary").sum()),
        **{
            status: Counter(row["status"] for row in rows)[status]
            for status in ("optimal", "feasible", "infeasible")
        },
        "out_of_band": sum(row["out_of_band"] for row in rows),
        "objective": sum(row["objective"] for row in rows),
        "lower_bound": sum(row["lower_bound"] for row in rows),
        "look_at": [
            {
                "community_id": row["community_id"],
                "name": str(names[row["community_id"]] or ""),
                "out_of_band": row["out_of_band"],
                "grids": row["grids"],
                "reason": row["reason"] or "",
            }
            for row in rows
            if row["out_of_band"]
        ],
        "services": [{name: row[name] for name in SERVICE} for row in report["circle"]],
        "outline": _outline(plan),
    }


def _outline(plan: Plan) -> list[list[list[float]]]:
    """Return the outer rings of a street in degrees, coarse."""
    whole = shapely.simplify(shapely.union_all(plan.communities.geometry.to_numpy()), COARSE_M)
    degrees = plan.communities.geometry.iloc[:1].set_crs(plan.communities.crs).copy()
    degrees.iloc[0] = whole
    polygons = shapely.get_parts(degrees.to_crs(WGS84).to_numpy())
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(polygon)) for polygon in polygons]
    return [ring.round(5).tolist() for ring in rings]
