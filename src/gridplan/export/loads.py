"""Households a worker, before and after, drawn: a row a community (or street), as SVG."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import pandas as pd

from gridplan.export.plot import FAINT, FONT, INK, WIDTH, short, ticks
from gridplan.plan import Plan
from gridplan.words import say

LOADS = "loads.svg"  # its name in the output
ROWS = 60  # communities drawn one by one; where there are more, streets
TOP, LEFT, RIGHT, LINE, FOOT = 84, 190, 40, 20, 48
BAND, NOW, PLANNED = "#dfeee3", "#c2410c", "#2f5d8a"


@dataclass(frozen=True)
class Row:
    """An area: households a worker on the roster now (None: nobody, or no roster), and the least, mean and most of its grids."""

    name: str
    now: float | None
    least: float
    mean: float
    most: float


def loads_svg(plan: Plan) -> str:
    """Return the drawing, "" where no grid has workers; names from the data are text and nothing else."""
    rows = _rows(plan)
    if not rows:
        return ""
    height = TOP + LINE * len(rows) + FOOT
    title = _said(plan, "loads_title", name=plan.report["project"]["name"])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{FONT}" font-size="13" fill="{INK}">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="16" y="26" font-size="17" font-weight="600">{escape(title)}</text>',
            *_key(plan, known=any(row.now is not None for row in rows)),
            *_drawn(plan, rows, height),
            "</svg>\n",
        ]
    )


def _rows(plan: Plan) -> list[Row]:
    """Return the areas, those with most households a worker now first."""
    grids = plan.grids[(plan.grids["kind"] == "ordinary") & (plan.grids["workers"] > 0)]
    places = plan.communities.set_index("community_id")
    named = places["name"].where(places["name"] != "", places.index.to_series())
    if len(places) > ROWS and "street" in places:
        named = places["street"]
    area = grids["community_id"].map(named)
    each = (grids["load"] / grids["workers"]).groupby(area).agg(["min", "max"])
    sums = grids.groupby(area)[["load", "workers", "households"]].sum()
    roster = pd.Series(dtype=float)
    if "workers_on_roster" in places:
        roster = places["workers_on_roster"].astype(float).groupby(named).sum(min_count=1)
    rows = [
        Row(
            name=str(name),
            now=float(sums["households"][name] / roster[name]) if roster.get(name, 0.0) > 0 else None,
            least=float(each["min"][name]),
            mean=float(sums["load"][name] / sums["workers"][name]),
            most=float(each["max"][name]),
        )
        for name in each.index
    ]
    return sorted(rows, key=lambda row: (-(row.now or 0.0), -row.mean, row.name))[:ROWS]


def _key(plan: Plan, *, known: bool) -> Iterator[str]:
    """Yield what the signs mean."""
    x = 16
    for sign, key in (("now", "loads_now"), ("planned", "loads_planned"), ("band", "loads_band")):
        if sign == "now" and not known:
            continue
        yield _sign(sign, x + 8, 50)
        text = _said(plan, key)
        yield f'<text x="{x + 24}" y="54" fill="#5b616e">{escape(text)}</text>'
        x += 44 + 14 * len(text) if plan.language == "zh" else 44 + 7 * len(text)


def _sign(sign: str, x: float, y: float) -> str:
    if sign == "band":
        return f'<rect x="{x - 8:.1f}" y="{y - 6:.1f}" width="16" height="12" fill="{BAND}"/>'
    if sign == "now":
        return (
            f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" fill="#ffffff" stroke="{NOW}" stroke-width="2"/>'
        )
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{PLANNED}"/>'


def _drawn(plan: Plan, rows: list[Row], height: int) -> Iterator[str]:
    """Yield the norm's band, the axis, and each area's signs."""
    band = plan.report["band"]
    most = max(float(band["high"]), *(max(row.most, row.now or 0.0) for row in rows)) * 1.05
    across, foot = WIDTH - LEFT - RIGHT, height - FOOT

    def x(load: float) -> float:
        return LEFT + across * load / most

    low, high = x(float(band["low"])), x(float(band["high"]))
    yield f'<rect x="{low:.1f}" y="{TOP - 12}" width="{max(high - low, 2):.1f}" height="{foot - TOP + 12}" fill="{BAND}"/>'
    for load in ticks(most):
        yield f'<path d="M{x(load):.1f} {TOP - 12}V{foot}" stroke="{FAINT}"/>'
        yield f'<text x="{x(load):.1f}" y="{foot + 20}" text-anchor="middle">{load:,.0f}</text>'
    axis = escape(_said(plan, "loads_axis"))
    yield f'<text x="{LEFT + across / 2:.1f}" y="{foot + 40}" text-anchor="middle">{axis}</text>'
    for at, row in enumerate(rows):
        y = TOP + LINE * at
        yield f'<text x="{LEFT - 12}" y="{y + 5}" text-anchor="end">{escape(short(row.name))}</text>'
        yield f'<path d="M{x(row.least):.1f} {y}H{x(row.most):.1f}" stroke="{PLANNED}" stroke-width="4" stroke-opacity="0.4"/>'
        yield _sign("planned", x(row.mean), y)
        if row.now is not None:
            yield _sign("now", x(row.now), y)


def _said(plan: Plan, key: str, /, **values: object) -> str:
    return say(plan.language, f"report.{key}", **values)
