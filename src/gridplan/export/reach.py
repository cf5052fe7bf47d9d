"""The circle's further tables: how well services are within reach by area, what each further site adds, what the norms say."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from gridplan.export.chart import Chart
from gridplan.export.frames import said
from gridplan.plan import Plan
from gridplan.words import percent, say

SERVICE = "service: "  # before the head of a column that is a service's
BAR = 20  # characters of full cover
STEPS = 5  # of the curve on the page; the workbook has all


def reach_frames(plan: Plan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and the table of each sheet that holds something."""
    frames = {
        "goals": _goals(plan),
        "reach": _reach(plan),
        "cover": _cover(plan),
        "grid_cover": _grid_cover(plan),
        "curve": _curve(plan),
        "norms": _norms(plan),
    }
    yield from ((name, frame) for name, frame in frames.items() if len(frame))


def _areas(plan: Plan) -> dict[tuple[str, str], str]:
    """Return what each area is called, by level and id: its name, else its id."""
    names = {("district", ""): str(plan.report["project"]["name"])}
    for level, table, key in (
        ("community", plan.communities, "community_id"),
        ("grid", plan.grids, "grid_id"),
    ):
        named = table["name"].where(table["name"] != "", table[key])
        names |= {(level, own): name for own, name in zip(table[key], named, strict=True)}
    return names


def _reach(plan: Plan) -> pd.DataFrame:
    """Return a row an area: score, mean, worst tenth."""
    names = _areas(plan)
    columns = ("households", "vulnerable", "score", "mean_minutes", "worst_tenth_minutes", "unknown")
    rows = [
        {
            "level": said(plan, f"level_{row['level']}"),
            "area": names.get((row["level"], row["id"]), row["id"]),
            **{name: row.get(name) for name in columns},
        }
        for row in plan.report.get("assessment") or ()
    ]
    table = pd.DataFrame(rows, columns=["level", "area", *columns])
    return table.astype(dict.fromkeys(columns, float))


def _cover(plan: Plan) -> pd.DataFrame:
    """Return a row an area and service, for areas above grids: the share within reach, and that of households in difficulty."""
    names = _areas(plan)
    rows = [
        {
            "level": said(plan, f"level_{row['level']}"),
            "area": names.get((row["level"], row["id"]), row["id"]),
            "category": category,
            "covered_after": share,
            "vulnerable_covered": (row.get("vulnerable_covered") or {}).get(category),
        }
        for row in plan.report.get("assessment") or ()
        if row["level"] != "grid"
        for category, share in row["covered"].items()
    ]
    shares = ["covered_after", "vulnerable_covered"]
    return pd.DataFrame(rows, columns=["level", "area", "category", *shares]).astype(
        dict.fromkeys(shares, float)
    )


def _grid_cover(plan: Plan) -> pd.DataFrame:
    """Return a row a grid: its households, its score, and a column a service with the share within reach."""
    named = plan.grids.set_index("grid_id")[["code", "name"]]
    rows = [
        {
            "code": named["code"].get(row["id"], row["id"]),
            "grid": named["name"].get(row["id"], ""),
            "households": row["households"],
            "score": row["score"],
            **{SERVICE + category: share for category, share in row["covered"].items()},
        }
        for row in plan.report.get("assessment") or ()
        if row["level"] == "grid"
    ]
    table = pd.DataFrame(rows)
    return table.astype({name: float for name in table if name not in ("code", "grid")})


def _goals(plan: Plan) -> pd.DataFrame:
    """Return a row a goal of each service, once for services in shared buildings."""
    rows, shared = [], False
    for row in plan.report["circle"]:
        if shared and row.get("together"):
            continue
        shared |= bool(row.get("together") and row.get("goals"))
        rows += [
            {
                "category": said(plan, "goal_together") if row.get("together") else row["category"],
                "goal": say(plan.language, f"circle.goal_{goal['goal']}"),
                "best": _amount(goal["goal"], goal["best"]),
                "goal_bound": _amount(goal["goal"], goal["bound"]),
                "give_up": goal["give_up"],
                "value": _amount(goal["goal"], goal["value"]),
                "proven": said(plan, "proven_yes" if goal["proven"] else "proven_no"),
            }
            for goal in row.get("goals") or ()
        ]
    names = ["category", "goal", "best", "goal_bound", "give_up", "value", "proven"]
    return pd.DataFrame(rows, columns=names).astype({"give_up": float})


def _amount(goal: str, value: float | None) -> str:
    """Return a goal's value for reading."""
    if value is None:
        return "-"
    return f"{value:.1%}" if goal == "worst" else f"{value:,.1f}".removesuffix(".0")


def curve_charts(plan: Plan, name: str, frame: pd.DataFrame) -> tuple[Chart, ...]:
    """Return what is drawn beside a sheet: for the curve, cover against sites, and against money where it is known."""
    if name != "curve":
        return ()
    heads = {key: said(plan, f"head_{key}") for key in ("category", "sites", "money", "covered_so_far")}
    kinds = ["sites", *(["money"] if (frame["money"] > 0).any() else [])]
    return tuple(
        Chart(
            title=said(plan, f"chart_{kind}"),
            runs=heads["category"],
            across=heads[kind],
            up=heads["covered_so_far"],
        )
        for kind in kinds
    )


def _curve(plan: Plan) -> pd.DataFrame:
    """Return a row a service and step: the best next site, what it adds, cover and money so far."""
    numbers = ["sites", "adds", "covered_so_far", "money"]
    rows = [
        {**step, "category": row["category"], "covered_so_far": step["covered"]}
        for row in plan.report["circle"]
        for step in row.get("curve") or ()
    ]
    return pd.DataFrame(rows, columns=["category", "site", *numbers]).astype(dict.fromkeys(numbers, float))


def _norms(plan: Plan) -> pd.DataFrame:
    """Return a row a service that a norm is about, with where it stands and whether it is sure."""
    rows = []
    for row in plan.report.get("norms") or ():
        people = f"{row['people_from']:,.0f}–{row['people_to']:,.0f}" if row["people_to"] else ""
        sure = "norm_own" if row["own"] else "norm_sure" if row["sure"] else "norm_unsure"
        figures = {"norm_m": row["limit_m"], "limit_m": row["asked_m"], "level_minutes": row["level"]}
        area = row["area_m2"] or None
        texts = {"people": people, "source": row["source"], "clause": row["clause"], "sure": said(plan, sure)}
        rows.append({"category": row["category"], **figures, "area_m2": area, **texts})
    numbers = ["level_minutes", "norm_m", "limit_m", "area_m2"]
    table = pd.DataFrame(rows, columns=["category", *numbers, "people", "source", "clause", "sure"])
    return table.astype(dict.fromkeys(numbers, float))


def circle_tables(
    plan: Plan, plain: Callable[[object], str]
) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Yield the page's tables that hold something: name, heads, lines."""
    goals = _goals(plan)
    if len(goals):
        shown = goals.assign(give_up=[f"{share:.1%}" for share in goals["give_up"]])
        heads = [said(plan, f"head_{name}") for name in goals]
        yield "goals", heads, [[plain(value) for value in line] for line in shown.to_numpy().tolist()]
    heads, lines = next_sites(plan, plain)
    if lines:
        yield "next_sites", heads, lines
    norms = _norms(plan)
    if len(norms):
        shown = norms.drop(columns=["area_m2", "people"])
        for name in ("level_minutes", "norm_m", "limit_m"):
            shown[name] = [f"{value:,.0f}" for value in shown[name]]
        heads = [said(plan, f"head_{name}") for name in shown]
        yield "norms", heads, [[plain(value) for value in line] for line in shown.to_numpy().tolist()]


def next_sites(plan: Plan, plain: Callable[[object], str]) -> tuple[list[str], list[list[str]]]:
    """Return heads and lines of the page's table: the first steps of each service's curve, cover as a bar."""
    names = ("service", "next_number", "next_site", "next_adds", "next_money", "after", "next_bar")
    heads = [say(plan.language, f"report.head_{name}") for name in names]
    lines = [
        [plain(row["category"]), *_line(step, plain)]
        for row in plan.report["circle"]
        for step in (row.get("curve") or ())[:STEPS]
    ]
    return heads, lines


def _line(step: dict[str, Any], plain: Callable[[object], str]) -> list[str]:
    bar = round(BAR * step["covered"])
    money = "-" if step["money"] is None else f"{step['money']:,.0f}"
    figures = [f"{step['adds']:,.0f}", money, percent(step["covered"])]
    return [str(step["sites"]), plain(step["site"]), *figures, "█" * bar + "░" * (BAR - bar)]
