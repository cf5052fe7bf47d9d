"""The streets of a city planned over processes or a cluster, each finished one kept, and what they come to together."""

import contextlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridplan.city.money import Spread, spread
from gridplan.city.street import Look, Task, looked, planned
from gridplan.city.streets import streets_of
from gridplan.config import PlanFile
from gridplan.export.city import BOOK, REPORT, City, Row
from gridplan.export.write import STREETS
from gridplan.options import Options
from gridplan.progress import Progress
from gridplan.reach import SMALLEST, Spent
from gridplan.spread import prepare, spread_over

SLACK = 1e-9  # of a street's budget, for sums that are added in another order
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
    streets, shared = streets_of(plan_file), None
    if plan_file.circle is not None and plan_file.circle.budget is not None:
        shared = _shared(streets, plan_file.circle.budget, options, progress)
        streets = {street: _with_budget(one, shared, street) for street, one in streets.items()}
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
    with contextlib.closing(_each(planned, tasks, options)) as answers:
        for row in answers:
            book.keep(row)
            rows.append(row)
            progress.advance()
    return City(rows=rows, totals=_totals(rows), services=_services(rows), money=_money(plan_file, shared))


def _shared(
    streets: Mapping[str, PlanFile], budget: float, options: Options, progress: Progress
) -> Spread | None:
    """Return how a budget of all streets is spread over them."""

    def look(asked: Mapping[str, list[float]]) -> dict[str, list[Spent]]:
        """Return what budgets would do in the streets asked; streets that cannot be planned are left out."""
        progress.start("budget", len(asked))
        looks = [Look(plan_file=streets[street], options=options, budgets=asked[street]) for street in asked]
        found: dict[str, list[Spent]] = {}
        with contextlib.closing(_each(looked, looks, options)) as answers:
            for street, answer in zip(asked, answers, strict=True):
                progress.advance()
                if answer:
                    found[street] = answer
        return found

    return spread(budget, list(streets), look)


def _with_budget(plan_file: PlanFile, shared: Spread | None, street: str) -> PlanFile:
    """Return a street's plan file with what it has of the budget."""
    own = max(SMALLEST, shared.each.get(street, 0.0) * (1 + SLACK)) if shared else SMALLEST
    circle = plan_file.circle and plan_file.circle.model_copy(update={"budget": own})
    return plan_file.model_copy(update={"circle": circle})


def _money(plan_file: PlanFile, shared: Spread | None) -> dict[str, Any]:
    """Return what came of a budget, as city.json has it; nothing where there is none."""
    if shared is None or plan_file.circle is None:
        return {}
    figures = {name: getattr(shared, name) for name in ("spent", "uncovered", "bound", "price", "each")}
    return {"budget": plan_file.circle.budget, **figures}


def _share(options: Options, streets: int) -> float | None:
    """Return the seconds of solving that a street has of those of the whole run."""
    return None if options.time_limit is None else options.time_limit * max(1, options.jobs) / streets


def _each(work: Callable[[Any], Any], tasks: Sequence[Any], options: Options) -> Generator[Any]:
    """Yield what comes of each street in order, over the processes, or the cluster, asked for."""
    if options.scheduler is None and (options.jobs <= 1 or len(tasks) == 1):
        yield from map(work, tasks)
        return
    prepare(preload=__name__)
    with spread_over(min(options.jobs, len(tasks)), preload=__name__, scheduler=options.scheduler) as over:
        yield from over(work, tasks)


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
