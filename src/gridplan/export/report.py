"""report.md: the page a person reads first; what is only for looking up stands at its end.

It holds no timings, so that its bytes repeat.
"""

from collections.abc import Iterator
from statistics import median
from typing import Any

from gridplan.export.frames import proven, settled
from gridplan.export.loads import LOADS, loads_svg
from gridplan.export.markdown import number, percent, plain, span, table
from gridplan.export.plot import CURVE
from gridplan.export.reach import circle_tables
from gridplan.export.tradeoff import TRADEOFF, tradeoff_tables
from gridplan.plan import Plan
from gridplan.words import say

SHOWN = 12  # lines of a list; the rest is counted
WHOLE = 1 - 1e-9  # a share from here on is all


def report_markdown(plan: Plan) -> str:
    """Return report.md in the plan's language: decisions, figures, what needs attention, then the details."""
    parts = (
        _title(plan),
        _decided(plan),
        _figures(plan),
        _attention(plan),
        _tradeoff(plan),
        _services(plan),
        _next_sites(plan),
        _parameters(plan),
        _inputs(plan),
        _details(plan),
    )
    return "\n\n".join(block for part in parts for block in part) + "\n"


def _title(plan: Plan) -> Iterator[str]:
    project = plan.report["project"]
    yield f"# {_said(plan, 'title', name=plain(project['name']))}"
    if project.get("note"):
        yield f"> **{plain(project['note'])}**"


def _decided(plan: Plan) -> Iterator[str]:
    """Say what the plan is, in a paragraph."""
    totals = plan.report["totals"]
    figures = {name: number(totals[name]) for name in ("households", "grids", "workers")}
    told = [_said(plan, "decided", communities=len(plan.communities), **figures)]
    for kind, key in (("special", "decided_special"), ("empty", "decided_empty")):
        grids = plan.grids[plan.grids["kind"] == kind]
        if len(grids):
            told.append(_said(plan, key, grids=len(grids), workers=number(grids["workers"].sum())))
    yield _said(plan, "blank").join([*told, _said(plan, "files")])


def _figures(plan: Plan) -> Iterator[str]:
    """Yield the figures that matter, as a table."""
    totals, rows = plan.report["totals"], plan.report["communities"]
    grids = plan.grids[plan.grids["kind"] == "ordinary"]
    walked = float((grids["households"] * grids["walk_mean_m"]).sum())
    walk_m = number(walked / max(1.0, float(grids["households"].sum())), 1)
    known = sum(proven(row) for row in rows)
    inside = (grids["in_band"] == 1).sum()
    lines = {
        "grids_in_band": f"{inside} / {len(grids)} ({percent(totals['in_band_share'])})",
        "posts": _posts(plan),
        "services_covered": _covered(plan),
        "mean_walk": _said(plan, "metres", metres=walk_m),
        "proven": f"{known} / {len(rows)}",
    }
    yield f"## {_said(plan, 'figures')}"
    yield table(("", ""), [(_said(plan, f"figure_{name}"), text) for name, text in lines.items()])
    yield from [f"![{_said(plan, 'loads')}]({LOADS})"] if loads_svg(plan) else []


def _posts(plan: Plan) -> str:
    """Return the posts asked for by each norm that can be worked out, beside the roster."""
    totals, norm = plan.report["totals"], plan.report.get("staffing")
    if norm is None:
        return _said(plan, "no_norm")
    low, high = number(totals["posts_min"], 1), number(totals["posts_max"], 1)
    told = [_said(plan, "posts", low=low, high=high)]
    for key, known in (("residents", "posts_by_residents"), ("roster", "workers_on_roster")):
        if totals.get(known) is not None:
            told.append(_said(plan, f"posts_{key}", posts=number(totals[known], 1)))
    return _said(plan, "posts_and").join(told)


def _covered(plan: Plan) -> str:
    """Return how many services reach everybody, before and after."""
    rows = plan.report["circle"]
    if not rows:
        return _said(plan, "no_services")
    full = [sum(row[when] >= WHOLE for row in rows) for when in ("covered_before", "covered_after")]
    new = number(sum(row["new"] for row in rows))
    return _said(plan, "covered", before=full[0], after=full[1], services=len(rows), new=new)


def _attention(plan: Plan) -> Iterator[str]:
    """Yield what somebody has to decide on or look into."""
    yield f"## {_said(plan, 'attention')}"
    points = [*_gap(plan), *_communities_out(plan), *_pieces(plan), *_services_out(plan), *_open_proofs(plan)]
    yield "\n".join(f"- {point}" for point in points) if points else _said(plan, "nothing")


def _communities_out(plan: Plan) -> list[str]:
    """Return communities with grids out of band, why, and what came of each way out."""
    names = _names(plan)
    rows = sorted(
        (row for row in plan.report["communities"] if row["out_of_band"]),
        key=lambda row: (-row["out_of_band"], -row["households_outside"], row["community_id"]),
    )
    texts = [
        _said(
            plan,
            "community_out_proven" if settled(row) else "community_out",
            name=names[row["community_id"]],
            out=number(row["out_of_band"]),
            grids=number(row["grids"]),
            outside=number(row["households_outside"]),
            reason=plain(row.get("why") or row["reason"]),
        )
        + "".join(f"\n  - {plain(way['text'])}" for way in row.get("ways_out") or ())
        for row in rows
    ]
    return _first(plan, texts)


def _open_proofs(plan: Plan) -> list[str]:
    """Say for how many communities a better plan may exist, and how much better at most."""
    rows = [row for row in plan.report["communities"] if not proven(row)]
    if not rows:
        return []
    widest = max(rows, key=lambda row: float(row["gap"]))
    gap, name = percent(widest["gap"]), _names(plan)[widest["community_id"]]
    if len(rows) == 1:
        return [_said(plan, "not_proven_one", gap=gap, name=name)]
    middle = percent(median(float(row["gap"]) for row in rows))
    return [_said(plan, "not_proven", count=len(rows), gap=gap, name=name, median=middle)]


def _pieces(plan: Plan) -> list[str]:
    """Return communities with a grid that is not in one piece, and why."""
    rows = [row for row in plan.report["communities"] if row.get("pieces_reason")]
    names = _names(plan)
    texts = [
        _said(plan, "in_pieces", name=names[row["community_id"]], reason=plain(row["pieces_reason"]))
        for row in rows
    ]
    return _first(plan, texts)


def _services_out(plan: Plan) -> list[str]:
    """Say which services do not reach everybody, those that miss most households first."""
    rows = [row for row in plan.report["circle"] if row["covered_after"] < WHOLE]
    if not rows:
        return []
    texts = [
        _said(
            plan,
            "service_out",
            category=plain(row["category"]),
            households=_beyond(plan, row),
            share=percent(1 - row["covered_after"]),
        )
        for row in sorted(rows, key=lambda row: (row["covered_after"], row["category"]))
    ]
    listed = _said(plan, "joint").join(texts)
    return [_said(plan, "services_out", out=len(rows), services=len(plan.report["circle"]), listed=listed)]


def _beyond(plan: Plan, service: dict[str, Any]) -> str:
    """Return how many households stay out of reach of a service."""
    return number((1 - service["covered_after"]) * plan.report["totals"]["households"])


def _gap(plan: Plan) -> list[str]:
    """Return workers that the roster lacks for the norm that asks for more."""
    totals = plan.report["totals"]
    needed = max(totals.get(column) or 0.0 for column in ("posts_min", "posts_by_residents"))
    roster = totals.get("workers_on_roster")
    if plan.report.get("staffing") is None or roster is None or roster >= needed:
        return []
    short = number(needed - roster, 1)
    return [_said(plan, "posts_short", needed=number(needed, 1), roster=number(roster, 1), short=short)]


def _services(plan: Plan) -> Iterator[str]:
    """Yield each service before and after, as a table."""
    if not plan.report["circle"]:
        return
    heads = ("service", "limit", "existing", "new", "before", "after", "minutes", "beyond", "unreachable")
    lines = [
        (
            plain(row["category"]),
            _said(plan, "metres", metres=number(row["limit_m"])),
            number(row["existing"]),
            number(row["new"]),
            percent(row["covered_before"]),
            percent(row["covered_after"]),
            number(row["mean_minutes"], 1),
            _beyond(plan, row),
            number(row["unreachable"]),
        )
        for row in plan.report["circle"]
    ]
    yield f"## {_said(plan, 'services')}"
    yield table([_said(plan, f"head_{head}") for head in heads], lines)


def _tradeoff(plan: Plan) -> Iterator[str]:
    """Yield what moving other numbers of households would give, drawn and as a table."""
    for heads, lines in tradeoff_tables(plan, plain):
        yield f"## {_said(plan, 'tradeoff')}"
        yield f"![{_said(plan, 'tradeoff')}]({TRADEOFF})"
        yield table(heads, lines)
        yield _said(plan, "tradeoff_how")


def _next_sites(plan: Plan) -> Iterator[str]:
    """Yield what became of each goal, and what the next sites of each service would add, drawn and as a table."""
    for name, heads, lines in circle_tables(plan, plain):
        yield f"## {_said(plan, name)}"
        yield from [f"![{_said(plan, name)}]({CURVE})"] if name == "next_sites" else []
        yield table(heads, lines)


def _parameters(plan: Plan) -> Iterator[str]:
    """Yield what the plan was made with."""
    report = plan.report
    band, norm = report["band"], report.get("staffing")
    lines = [
        (_said(plan, "parameter_band"), span(band["low"], band["high"])),
        (_said(plan, "parameter_workers"), span(band["fewest"], band["most"])),
    ]
    if norm is not None:
        lines.append((_said(plan, "parameter_norm"), span(norm["low"], norm["high"])))
        lines.append((_said(plan, "parameter_residents"), number(norm.get("per_10000"))))
    lines += [
        (_said(plan, "parameter_date"), str(report["project"]["date"])),
        (_said(plan, "parameter_seed"), str(report["seed"])),
        (_said(plan, "parameter_version"), str(report["version"])),
    ]
    yield f"## {_said(plan, 'parameters')}"
    yield table(("", ""), lines)


def _inputs(plan: Plan) -> Iterator[str]:
    """Yield the files that the plan was made from and how they were read, so that anybody can see whether theirs are the same."""
    checksums, read = plan.report["inputs"], plan.report.get("sources")
    if read is None:  # a plan of an earlier version
        read = {label: {"file": label} for label in checksums}
    lines = [
        (
            plain(found["file"]),
            number(found["rows"]) if "rows" in found else "",
            plain(found.get("encoding", "")),
            plain(found.get("crs", "")),
            f"`{checksums[found['file']][:12]}`",
        )
        for found in read.values()
    ]
    if lines:
        yield f"## {_said(plan, 'inputs')}"
        heads = ("head_file", "head_rows", "head_encoding", "head_crs", "head_sha256")
        yield table([_said(plan, head) for head in heads], lines)


def _details(plan: Plan) -> Iterator[str]:
    """Yield every remark of the run, and the first changes made to the inputs."""
    for part, key in (("told", "remarks"), ("repairs", "repairs")):
        texts = [plain(text) for text in plan.report.get(part) or ()]
        if texts:
            yield f"## {_said(plan, key, count=len(texts))}"
            yield "\n".join(f"- {text}" for text in (texts if part == "told" else _first(plan, texts)))


def _names(plan: Plan) -> dict[str, str]:
    """Return what each community is called by its id: its name and id, or its id alone."""
    pairs = zip(plan.communities["community_id"], plan.communities["name"], strict=True)
    both = {each: _said(plan, "named", name=plain(name), id=plain(each)) for each, name in pairs if name}
    return {each: both.get(each, plain(each)) for each in plan.communities["community_id"]}


def _first(plan: Plan, texts: list[str]) -> list[str]:
    """Return the first lines of a list, and a line that counts the rest."""
    rest = len(texts) - SHOWN
    return [*texts[:SHOWN], _said(plan, "and_more", count=rest)] if rest > 0 else texts


def _said(plan: Plan, key: str, /, **values: object) -> str:
    return say(plan.language, f"report.{key}", **values)
