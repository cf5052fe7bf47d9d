"""report.md: the page a person reads first. No timings, so that its bytes repeat."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gridplan.plan import Plan
from gridplan.words import say

SHOWN = 12  # lines of a list; the rest is counted, so that the page stays one


def report_markdown(plan: Plan) -> str:
    """Return report.md in the plan's language: decisions, figures, what needs attention, parameters."""
    parts = (
        _title(plan),
        _decided(plan),
        _figures(plan),
        _attention(plan),
        _services(plan),
        _parameters(plan),
    )
    return "\n\n".join(block for part in parts for block in part) + "\n"


def _title(plan: Plan) -> Iterator[str]:
    project = plan.report["project"]
    yield f"# {_said(plan, 'title', name=_plain(project['name']))}"
    if project.get("note"):
        yield f"> **{_plain(project['note'])}**"


def _decided(plan: Plan) -> Iterator[str]:
    """Say what the plan is, in a paragraph."""
    totals, kinds = plan.report["totals"], plan.grids["kind"].value_counts()
    yield _said(
        plan,
        "decided",
        communities=len(plan.communities),
        households=_number(totals["households"]),
        grids=_number(totals["grids"]),
        workers=_number(totals["workers"]),
        special=int(kinds.get("special", 0)),
        empty=int(kinds.get("empty", 0)),
    )


def _figures(plan: Plan) -> Iterator[str]:
    """Yield the five figures that matter, as a table."""
    totals, rows = plan.report["totals"], plan.report["communities"]
    grids = plan.grids[plan.grids["kind"] == "ordinary"]
    walked = float((grids["households"] * grids["walk_mean_m"]).sum())
    proven = sum(row["status"] == "optimal" or _settled(row) for row in rows)
    inside = (grids["in_band"] == 1).sum()
    lines = {
        "grids_in_band": f"{inside} / {len(grids)} ({_percent(totals['in_band_share'])})",
        "proven": f"{proven} / {len(rows)}",
        "mean_walk": f"{_number(walked / max(1.0, float(grids['households'].sum())), 1)} m",
        "posts": _posts(plan),
        "services_covered": _covered(plan),
    }
    yield f"## {_said(plan, 'figures')}"
    yield _table(("", ""), [(_said(plan, f"figure_{name}"), text) for name, text in lines.items()])


def _posts(plan: Plan) -> str:
    """Return the posts asked for by both norms, beside the roster."""
    totals, norm = plan.report["totals"], plan.report.get("staffing")
    if norm is None:
        return _said(plan, "no_norm")
    return _said(
        plan,
        "posts",
        low=_number(totals["posts_min"], 1),
        high=_number(totals["posts_max"], 1),
        residents=_number(totals["posts_by_residents"], 1),
        roster=_number(totals["workers_on_roster"], 1),
    )


def _covered(plan: Plan) -> str:
    """Return how many services reach everybody, before and after."""
    rows = plan.report["circle"]
    if not rows:
        return _said(plan, "no_services")
    full = [sum(row[when] >= 1 - 1e-9 for row in rows) for when in ("covered_before", "covered_after")]
    return _said(plan, "covered", before=full[0], after=full[1], services=len(rows))


def _attention(plan: Plan) -> Iterator[str]:
    """Yield what a planner has to look at: communities, services, posts, repairs."""
    yield f"## {_said(plan, 'attention')}"
    points = [*_communities_out(plan), *_open_proofs(plan), *_pieces(plan), *_services_out(plan), *_gap(plan)]
    points += [_plain(text) for text in plan.report.get("told") or ()]
    repairs = [_plain(text) for text in plan.report.get("repairs") or ()]
    if not points and not repairs:
        yield _said(plan, "nothing")
    if points:
        yield "\n".join(f"- {point}" for point in points)
    if repairs:
        yield f"### {_said(plan, 'repairs', count=len(repairs))}"
        yield "\n".join(f"- {text}" for text in _first(plan, repairs))


def _communities_out(plan: Plan) -> list[str]:
    """Return communities with grids out of band, and why."""
    names = dict(zip(plan.communities["community_id"], plan.communities["name"], strict=True))
    rows = sorted(
        (row for row in plan.report["communities"] if row["out_of_band"]),
        key=lambda row: (-row["out_of_band"], -row["households_outside"], row["community_id"]),
    )
    texts = [
        _said(
            plan,
            "community_out_proven" if _settled(row) else "community_out",
            name=_plain(names[row["community_id"]]),
            id=_plain(row["community_id"]),
            out=_number(row["out_of_band"]),
            grids=_number(row["grids"]),
            outside=_number(row["households_outside"]),
            reason=_plain(row["reason"]),
        )
        for row in rows
    ]
    return _first(plan, texts)


def _open_proofs(plan: Plan) -> list[str]:
    """Return communities whose plan may not be the best one."""
    rows = [row for row in plan.report["communities"] if row["status"] != "optimal" and not _settled(row)]
    if not rows:
        return []
    ids = _first(plan, [_plain(row["community_id"]) for row in rows])
    gap = _percent(max(row["gap"] for row in rows))
    return [_said(plan, "not_proven", count=len(rows), gap=gap, ids=", ".join(ids))]


def _pieces(plan: Plan) -> list[str]:
    """Return communities with a grid that is not in one piece, and why."""
    rows = [row for row in plan.report["communities"] if row.get("pieces_reason")]
    texts = [
        _said(plan, "in_pieces", id=_plain(row["community_id"]), reason=_plain(row["pieces_reason"]))
        for row in rows
    ]
    return _first(plan, texts)


def _services_out(plan: Plan) -> list[str]:
    """Return services that do not reach everybody."""
    everyone = plan.report["totals"]["households"]
    texts = [
        _said(
            plan,
            "service_out",
            category=_plain(row["category"]),
            households=_number((1 - row["covered_after"]) * everyone),
            share=_percent(1 - row["covered_after"]),
            limit_m=_number(row["limit_m"]),
            unreachable=_number(row["unreachable"]),
        )
        for row in plan.report["circle"]
        if row["covered_after"] < 1 - 1e-9
    ]
    return _first(plan, texts)


def _gap(plan: Plan) -> list[str]:
    """Return workers that the roster lacks for the norm that asks for more."""
    totals = plan.report["totals"]
    needed = max(totals.get(column) or 0.0 for column in ("posts_min", "posts_by_residents"))
    roster = totals.get("workers_on_roster")
    if plan.report.get("staffing") is None or roster is None or roster >= needed:
        return []
    short = _number(needed - roster, 1)
    return [_said(plan, "posts_short", needed=_number(needed, 1), roster=_number(roster, 1), short=short)]


def _services(plan: Plan) -> Iterator[str]:
    """Yield each service before and after, as a table."""
    if not plan.report["circle"]:
        return
    heads = ("service", "limit", "existing", "new", "before", "after", "minutes")
    lines = [
        (
            _plain(row["category"]),
            f"{_number(row['limit_m'])} m",
            _number(row["existing"]),
            _number(row["new"]),
            _percent(row["covered_before"]),
            _percent(row["covered_after"]),
            _number(row["mean_minutes"], 1),
        )
        for row in plan.report["circle"]
    ]
    yield f"## {_said(plan, 'services')}"
    yield _table([_said(plan, f"head_{head}") for head in heads], lines)


def _parameters(plan: Plan) -> Iterator[str]:
    """Yield what the plan was made with."""
    report = plan.report
    band, norm = report["band"], report.get("staffing")
    lines = [
        (_said(plan, "parameter_band"), f"{_number(band['low'])} - {_number(band['high'])}"),
        (_said(plan, "parameter_workers"), f"{band['fewest']} - {band['most']}"),
    ]
    if norm is not None:
        lines.append((_said(plan, "parameter_norm"), f"{_number(norm['low'])} - {_number(norm['high'])}"))
        lines.append((_said(plan, "parameter_residents"), _number(norm.get("per_10000"))))
    lines += [
        (_said(plan, "parameter_date"), str(report["project"]["date"])),
        (_said(plan, "parameter_seed"), str(report["seed"])),
        (_said(plan, "parameter_version"), str(report["version"])),
    ]
    lines += [(_plain(label), f"`{sha[:12]}`") for label, sha in report["inputs"].items()]
    yield f"## {_said(plan, 'parameters')}"
    yield _table(("", ""), lines)


def _settled(row: dict[str, Any]) -> bool:
    """Return whether it is proven that no plan has fewer grids out of band."""
    return bool(row["status"] == "infeasible" and row["out_of_band"] == row["out_of_band_bound"])


def _first(plan: Plan, texts: list[str]) -> list[str]:
    """Return the first lines of a list, and a line that counts the rest."""
    rest = len(texts) - SHOWN
    return [*texts[:SHOWN], _said(plan, "and_more", count=rest)] if rest > 0 else texts


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _said(plan: Plan, key: str, /, **values: object) -> str:
    return say(plan.language, f"report.{key}", **values)


def _plain(text: object) -> str:
    """Return a text from the data on one line, none of its marks taken for Markdown."""
    return re.sub(r"([\\`*_<|\[\]#])", r"\\\1", " ".join(str(text).split()))


def _number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None or value != value else f"{value:,.{digits}f}"  # noqa: PLR0124  NaN


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
