"""The streets of a city planned over processes or a cluster, each finished one kept, and what they come to together."""

import contextlib
import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from gridplan.city.street import Task, planned
from gridplan.city.streets import streets_of
from gridplan.config import PlanFile
from gridplan.export.city import BOOK, REPORT, City, Row
from gridplan.export.write import STREETS
from gridplan.options import Options
from gridplan.progress import Progress
from gridplan.spread import prepare, spread_over

SUMS = (
    *("communities", "households", "population", "grids", "workers", "optimal", "feasible", "infeasible"),
    *("out_of_band", "objective", "lower_bound", "posts_min", "posts_max", "workers_on_roster"),
)


def plan_city(
    plan_file: PlanFile, folder: Path, options: Options, progress: Progress, *, resume: bool = False
) -> City:
    """Plan every street of a city into ``folder/streets/``; return what they come to.

    The caller holds the folder. A street is written whole or not at all. With ``resume`` the streets that an earlier run of
    the same plan has finished are not planned again, and one that it was at goes on where it was.

    Raises
    ------
    InputError
        If there are no streets.
    UsageError
        If a cluster is asked for and cannot be used.
    """
    streets = streets_of(plan_file)
    book = _Book(folder, resume=resume)
    tasks = [
        Task(
            street=street,
            plan_file=one,
            folder=folder / STREETS / street,
            options=Options(
                seed=options.seed, time_limit=_share(options, len(streets)), language=options.language
            ),
            resume=resume,
            known=book.known.get(street),
        )
        for street, one in streets.items()
    ]
    progress.start("streets", len(tasks))
    rows = []
    with contextlib.closing(_each(tasks, options)) as answers:
        for row in answers:
            book.keep(row)
            rows.append(row)
            progress.advance()
    return City(rows=rows, totals=_totals(rows), services=_services(rows))


def _share(options: Options, streets: int) -> float | None:
    """Return the seconds of solving that a street has of those of the whole run."""
    return None if options.time_limit is None else options.time_limit * max(1, options.jobs) / streets


def _each(tasks: list[Task], options: Options) -> Generator[Row]:
    """Yield the rows of the streets in order, over the processes, or the cluster, asked for."""
    if options.scheduler is None and (options.jobs <= 1 or len(tasks) == 1):
        yield from map(planned, tasks)
        return
    prepare(preload=__name__)
    with spread_over(min(options.jobs, len(tasks)), preload=__name__, scheduler=options.scheduler) as spread:
        yield from spread(planned, tasks)


class _Book:
    """The rows of finished streets, a line each, on the disk while a city is planned."""

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self._path = folder / BOOK
        self.known = (_rows(self._path) or _rows_of_report(folder / REPORT)) if resume else {}
        self._path.write_text("", encoding="utf-8")
        for row in self.known.values():
            self.keep(row)

    def keep(self, row: Row) -> None:
        """Keep a finished street; a disk that takes no more only costs the going on."""
        with contextlib.suppress(OSError), self._path.open("a", encoding="utf-8") as book:
            book.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(path: Path) -> dict[str, Row]:
    """Return the rows of a book by street; a last line cut short is left out."""
    found: dict[str, Row] = {}
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found[row["street"]] = row
    return found


def _rows_of_report(path: Path) -> dict[str, Row]:
    """Return the rows of a finished city by street."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return {row["street"]: row for row in json.loads(path.read_text(encoding="utf-8"))["streets"]}
    return {}


def _totals(rows: list[Row]) -> dict[str, Any]:
    """Return the sums over the streets that have a plan; None where none of them has a figure."""
    there = [row for row in rows if not row["refused"]]
    sums: dict[str, Any] = {"streets": len(rows), "refused": len(rows) - len(there)}
    for name in SUMS:
        values = [row[name] for row in there if row[name] is not None]
        sums[name] = sum(values) if values else None
    ordinary = sum(row["ordinary"] for row in there)
    objective, bound = sums["objective"] or 0.0, sums["lower_bound"] or 0.0
    return {
        **sums,
        "in_band_share": 1.0 - (sums["out_of_band"] or 0) / ordinary if ordinary else 1.0,
        "gap": (objective - bound) / objective if objective > 0 else 0.0,
    }


def _services(rows: list[Row]) -> list[dict[str, Any]]:
    """Return a row a service: sites in sum, cover of all households."""
    found: dict[str, list[tuple[float, Mapping[str, Any]]]] = {}
    for row in rows:
        for service in () if row["refused"] else row["services"]:
            found.setdefault(service["category"], []).append((row["households"], service))
    return [
        {
            "category": category,
            **{name: sum(one[name] for _, one in mine) for name in ("existing", "new", "closed")},
            **{
                name: sum(weight * one[name] for weight, one in mine)
                / max(1.0, sum(weight for weight, _ in mine))
                for name in ("covered_before", "covered_after")
            },
        }
        for category, mine in found.items()
    ]
