"""Households that change their grid against what that gives, community by community: rows for tables, and drawn as SVG."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import pandas as pd

from gridplan.export.plot import COLOURS, FAINT, FONT, INK, WIDTH, short, ticks
from gridplan.plan import Plan
from gridplan.words import say

TRADEOFF = "tradeoff.svg"  # its name in the output
FIGURES = {
    "most_moved": "most",
    "households_moved": "moved",
    "walk_sum_m": "walk_m",
    "off_middle": "off_middle",
}
GOALS = {"walk": "walk_m", "balance": "off_middle"}
HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 420, 78, 56, 66, 128


@dataclass(frozen=True, kw_only=True)
class Line:
    """A community's points towards a goal: households moved, and what is left of walk, or of uneven loads, as a share."""

    name: str
    colour: str
    moved: Sequence[float]
    left: Sequence[float]


def tradeoff_rows(plan: Plan) -> list[dict[str, Any]]:
    """Return the points of all curves with the name of their community; none where no curve was asked for."""
    names = dict(zip(plan.communities["community_id"], plan.communities["name"], strict=True))
    rows = plan.report.get("adjusted", {}).get("tradeoff", [])
    return [{**row, "community": str(names[row["community_id"]] or row["community_id"])} for row in rows]


def tradeoff_tables(
    plan: Plan, plain: Callable[[object], str]
) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the table of the report: heads, and a line a point; nothing where no curve was asked for."""
    frame = tradeoff_frame(plan)
    if frame is not None:
        heads = [say(plan.language, f"export.head_{name}") for name in frame]
        yield (
            heads,
            [
                [f"{cell:,.0f}" if isinstance(cell, float) else plain(cell) for cell in row]
                for row in frame.itertuples(index=False)
            ],
        )


def tradeoff_frame(plan: Plan) -> pd.DataFrame | None:
    """Return a row a point, None where no curve was asked for."""
    rows = tradeoff_rows(plan)
    if not rows:
        return None
    return pd.DataFrame(
        {
            "community": [row["community"] for row in rows],
            "toward": [say(plan.language, f"report.toward_{row['toward']}") for row in rows],
            **{head: [float(row[name]) for row in rows] for head, name in FIGURES.items()},
        }
    )


def tradeoff_svg(plan: Plan) -> str:
    """Return the drawing, a panel a goal, "" where no curve was asked for; names from the data are text and nothing else."""
    rows = tradeoff_rows(plan)
    if not rows:
        return ""
    title = say(plan.language, "report.tradeoff_title", name=plan.report["project"]["name"])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="{FONT}" font-size="13" fill="{INK}">'
    )
    panels = [
        text
        for at, (goal, figure) in enumerate(GOALS.items())
        for text in _panel(plan, at, goal, _lines(rows, goal, figure))
    ]
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="16" y="26" font-size="17" font-weight="600">{escape(title)}</text>',
            f'<text x="16" y="46" fill="#5b616e">{escape(say(plan.language, "report.tradeoff_note"))}</text>',
            *panels,
            "</svg>\n",
        ]
    )


def _lines(rows: Sequence[dict[str, Any]], goal: str, figure: str) -> list[Line]:
    """Return a line a community, as shares of what its plan of fewest moves has."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["toward"] == goal:
            found.setdefault(row["community_id"], []).append(row)
    return [
        Line(
            name=mine[0]["community"],
            colour=COLOURS[at % len(COLOURS)],
            moved=[row["moved"] for row in mine],
            left=[row[figure] / mine[0][figure] if mine[0][figure] else 1.0 for row in mine],
        )
        for at, mine in enumerate(found.values())
    ]


def _panel(plan: Plan, at: int, goal: str, lines: Sequence[Line]) -> Iterator[str]:
    """Yield a panel: grid, axes, steps from point to point, and names where they end."""
    x0, across, up = WIDTH / 2 * at, WIDTH / 2 - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    most = max([1.0, *(max(line.moved) for line in lines)])
    low = min([0.9, *(min(line.left) for line in lines)])
    low = max(0.0, int(low * 10) / 10)

    def x(value: float) -> float:
        return x0 + LEFT + across * value / most

    def y(share: float) -> float:
        return TOP + up * (1 - (share - low) / (1 - low))

    for step in range(round(low * 10), 11):
        yield f'<path d="M{x(0):.1f} {y(step / 10):.1f}H{x(most):.1f}" stroke="{FAINT}"/>'
        yield f'<text x="{x(0) - 8:.1f}" y="{y(step / 10) + 4:.1f}" text-anchor="end">{step / 10:.0%}</text>'
    for value in ticks(most):
        yield f'<path d="M{x(value):.1f} {y(low):.1f}v5" stroke="{INK}"/>'
        yield f'<text x="{x(value):.1f}" y="{y(low) + 20:.1f}" text-anchor="middle">{value:,.0f}</text>'
    axis = say(plan.language, f"report.tradeoff_{goal}")
    yield f'<text x="{x(most / 2):.1f}" y="{y(low) + 42:.1f}" text-anchor="middle">{escape(axis)}</text>'
    for line in lines:
        spots = list(zip(line.moved, line.left, strict=True))
        path = f"M{x(spots[0][0]):.1f} {y(spots[0][1]):.1f}" + "".join(
            f"H{x(after[0]):.1f}V{y(after[1]):.1f}" for _, after in pairwise(spots)
        )
        yield f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="2"/>'
        for moved, left in spots:
            yield f'<circle cx="{x(moved):.1f}" cy="{y(left):.1f}" r="4" fill="#ffffff" stroke="{line.colour}" stroke-width="2"/>'
        end = spots[-1]
        yield (
            f'<text x="{x(end[0]) + 8:.1f}" y="{y(end[1]) + 4:.1f}" fill="{line.colour}">{escape(short(line.name))}</text>'
        )
