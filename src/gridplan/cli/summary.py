"""What a finished run comes to: a few plain sentences, and the same as JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gridplan.plan import Plan
from gridplan.words import percent, say

SHOWN = 5  # communities named with their reasons
TO_OPEN = {"map": "maps/index.html", "workbook": "staffing.xlsx", "report": "report.html"}
WHOLE = 1 - 1e-9  # a share from here on is all


def kept(report: Mapping[str, Any]) -> bool:
    """Tell whether every grid is in band and every household within reach of every service."""
    return not _out_of_band(report) and all(row["covered_after"] >= WHOLE for row in report["circle"])


def summary(plan: Plan, folder: Path, status: int) -> dict[str, Any]:
    """Return the figures of a run, its exit status, and the absolute paths of what to open."""
    report = plan.report
    return {
        "status": status,
        "kept": kept(report),
        "seed": report["seed"],
        "totals": report["totals"],
        "communities": {
            "count": len(report["communities"]),
            **_counts(report),
            "out_of_band": sum(row["out_of_band"] for row in report["communities"]),
        },
        "circle": report["circle"],
        "out": str(folder),
        **{name: str(folder / path) for name, path in TO_OPEN.items()},
    }


def texts(plan: Plan, folder: Path, language: str) -> Iterator[str]:
    """Yield the lines that a planner reads after a run; the last ones are the paths of what to open."""
    report = plan.report
    totals = report["totals"]
    yield say(language, "cli.done", name=report["project"]["name"])
    yield say(
        language,
        "cli.grids",
        households=f"{totals['households']:,.0f}",
        grids=f"{totals['grids']:,}",
        workers=f"{totals['workers']:,}",
        share=percent(totals["in_band_share"]),
    )
    yield say(language, "cli.proven", count=len(report["communities"]), **_counts(report))
    yield from _reasons(plan, language)
    yield from _posts(totals, language)
    yield from _services(report["circle"], language)
    if remarks := len(report["told"]) + len(report["repairs"]):
        yield say(language, "cli.remarks", count=remarks)
    for name, path in TO_OPEN.items():
        yield say(language, f"cli.open_{name}", path=folder / path)


def _counts(report: Mapping[str, Any]) -> dict[str, int]:
    found = Counter(row["status"] for row in report["communities"])
    return {status: found[status] for status in ("optimal", "infeasible", "feasible")}


def _out_of_band(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for row in report["communities"] if row["out_of_band"]]


def _reasons(plan: Plan, language: str) -> Iterator[str]:
    """Yield why grids are out of band, for the first communities where some are."""
    out = _out_of_band(plan.report)
    names = dict(zip(plan.communities["community_id"], plan.communities["name"], strict=True))
    for row in out[:SHOWN]:
        yield say(
            language,
            "cli.reason",
            name=names[row["community_id"]] or row["community_id"],
            out=row["out_of_band"],
            grids=row["grids"],
            reason=row["reason"] or "",
        ).rstrip()
    if len(out) > SHOWN:
        yield say(language, "cli.more_reasons", count=len(out) - SHOWN)


def _posts(totals: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield how many workers the norms ask for and how many there are, as far as that is known."""
    asked, roster = totals["posts_min"], totals["workers_on_roster"]
    if asked is None:
        return
    by_residents = totals["posts_by_residents"]
    yield say(language, "cli.posts", low=f"{asked:,.1f}", high=f"{totals['posts_max']:,.1f}")
    if by_residents is not None:
        yield say(language, "cli.posts_by_residents", posts=f"{by_residents:,.1f}")
    if roster is not None:
        missing = max(asked, by_residents or 0.0) - roster
        if missing > 0:
            yield say(language, "cli.roster_short", roster=f"{roster:,.1f}", missing=f"{missing:,.1f}")
        else:
            yield say(language, "cli.roster_enough", roster=f"{roster:,.1f}")


def _services(rows: list[dict[str, Any]], language: str) -> Iterator[str]:
    """Yield how many services reach everybody, and which do not."""
    if not rows:
        return
    yield say(
        language,
        "cli.services",
        count=len(rows),
        before=sum(row["covered_before"] >= WHOLE for row in rows),
        after=sum(row["covered_after"] >= WHOLE for row in rows),
        new=sum(row["new"] for row in rows),
    )
    for row in rows:
        if row["covered_after"] < WHOLE:
            yield say(
                language,
                "cli.service_short",
                category=row["category"],
                share=percent(row["covered_after"], 2),
            )
