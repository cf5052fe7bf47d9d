"""The curve a meeting asks for, drawn: cover against the number of new sites and against money, a line a service, as SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from unicodedata import east_asian_width

import numpy as np

from gridplan.plan import Plan
from gridplan.words import say

CURVE = "curve.svg"  # its name in the output
WIDTH, HEIGHT = 1120, 560
TOP, BOTTOM, LEFT, LABELS = 74, 60, 56, 128  # free around a panel, room for names right of it
LINE = 17  # between two names
LONGEST = 9  # letters of a name, wide ones
COLOURS = (
    "#2f5d8a",
    "#c2410c",
    "#3f7d4e",
    "#7a4a9e",
    "#b08900",
    "#0f7c85",
    "#a3345f",
    "#5a6b1f",
    "#6b4f3a",
    "#4a4f5c",
)
FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','Source Han Sans SC',sans-serif"
INK, FAINT = "#23262d", "#d9dce1"
TICKS = 6


@dataclass(frozen=True)
class Line:
    """A service's curve: what was spent (sites or money) and the share covered, from what is there on; and what the plan has."""

    name: str
    colour: str
    spent: Sequence[float]
    covered: Sequence[float]
    planned: int  # how many steps the plan has of new sites, at most those of the curve


def curve_svg(plan: Plan) -> str:
    """Return the drawing, "" where no service has a curve; names from the data are text and nothing else."""
    rows = [row for row in plan.report["circle"] if row.get("curve")]
    if not rows:
        return ""
    priced = [row for row in rows if all(step["money"] is not None for step in row["curve"])]
    panels = [("plot_sites", [_line(at, row, "sites") for at, row in enumerate(rows)])]
    if any(row["curve"][-1]["money"] for row in priced):
        panels.append(("plot_money", [_line(rows.index(row), row, "money") for row in priced]))
    width = WIDTH / len(panels)
    drawn = [
        text
        for at, (key, lines) in enumerate(panels)
        for text in _panel(width * at, width, say(plan.language, f"report.{key}"), lines)
    ]
    title = say(plan.language, "report.plot_title", name=plan.report["project"]["name"])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="{FONT}" font-size="13" fill="{INK}">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="16" y="26" font-size="17" font-weight="600">{escape(title)}</text>',
            f'<text x="16" y="46" fill="#5b616e">{escape(say(plan.language, "report.plot_note"))}</text>',
            *drawn,
            "</svg>\n",
        ]
    )


def _line(at: int, row: dict[str, Any], what: str) -> Line:
    steps = row["curve"]
    return Line(
        name=str(row["category"]),
        colour=COLOURS[at % len(COLOURS)],
        spent=[0.0, *(float(step[what]) for step in steps)],
        covered=[float(row["covered_before"]), *(float(step["covered"]) for step in steps)],
        planned=min(int(row["new"]), len(steps)),
    )


def _panel(x0: float, width: float, axis: str, lines: Sequence[Line]) -> Iterator[str]:
    """Yield a panel: grid, axes, lines, and their names where they end."""
    most = max(line.spent[-1] for line in lines)
    low = float(np.floor(min(line.covered[0] for line in lines) * 10) / 10)
    low = min(low, 0.9)
    across, up = width - LEFT - LABELS, HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return x0 + LEFT + across * value / most

    def y(share: float) -> float:
        return TOP + up * (1 - (share - low) / (1 - low))

    for share in np.linspace(low, 1.0, round((1 - low) * 10) + 1):
        yield f'<path d="M{x(0):.1f} {y(share):.1f}H{x(most):.1f}" stroke="{FAINT}"/>'
        yield f'<text x="{x(0) - 8:.1f}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
    for value in ticks(most):
        yield f'<path d="M{x(value):.1f} {y(low):.1f}v5" stroke="{INK}"/>'
        yield f'<text x="{x(value):.1f}" y="{y(low) + 20:.1f}" text-anchor="middle">{value:,.0f}</text>'
    yield f'<text x="{x(most / 2):.1f}" y="{y(low) + 42:.1f}" text-anchor="middle">{escape(axis)}</text>'
    heights = _apart([y(line.covered[-1]) for line in lines])
    for line, height in zip(lines, heights, strict=True):
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(line.spent, line.covered, strict=True))
        end, level = x(line.spent[-1]), y(line.covered[-1])
        yield f'<polyline points="{points}" fill="none" stroke="{line.colour}" stroke-width="2" stroke-linejoin="round"/>'
        if line.planned:
            spot = f'cx="{x(line.spent[line.planned]):.1f}" cy="{y(line.covered[line.planned]):.1f}"'
            yield f'<circle {spot} r="4" fill="#ffffff" stroke="{line.colour}" stroke-width="2"/>'
        name = x(most) + 14
        yield f'<path d="M{end:.1f} {level:.1f}L{name - 3:.1f} {height:.1f}" stroke="{line.colour}" stroke-dasharray="1 3"/>'
        yield f'<text x="{name:.1f}" y="{height + 4:.1f}" fill="{line.colour}">{escape(short(line.name))}</text>'


def ticks(most: float) -> list[float]:
    """Return round numbers from 0 to the most."""
    rough = max(1.0, most / TICKS)
    base = 10.0 ** np.floor(np.log10(rough))
    step = next(times * base for times in (1, 2, 5, 10) if times * base >= rough)
    return [float(value) for value in np.arange(0.0, most + step * 1e-9, step)]


def _apart(heights: Sequence[float]) -> list[float]:
    """Return heights moved so that names do not lie on one another, in the same order from the top."""
    order = np.argsort(heights, kind="stable")
    moved = np.asarray(heights, float)[order]
    for at in range(1, len(moved)):
        moved[at] = max(moved[at], moved[at - 1] + LINE)
    over = moved[-1] - (HEIGHT - BOTTOM)
    for at in range(len(moved) - 1, -1, -1):
        ceiling = HEIGHT - BOTTOM if at == len(moved) - 1 else moved[at + 1] - LINE
        moved[at] = min(moved[at], ceiling) if over > 0 else moved[at]
    found = np.empty(len(moved))
    found[order] = moved
    return [float(value) for value in found]


def short(name: str) -> str:
    """Return a name that has room beside the panel."""
    room, width = 2 * LONGEST, 0
    for at, letter in enumerate(name):
        width += 2 if east_asian_width(letter) in "WF" else 1
        if width > room:
            return name[: at - 1] + "…"
    return name
