"""What stands beside the map: legend, north, scale, inset, table; and the lines above and below."""

import shapely
from matplotlib.patches import Polygon, Rectangle

from gridplan.plan import Plan
from gridplan.sheets.ground import OUT, ROAD, SHADE, SPECIAL, WATER, shapes_on
from gridplan.sheets.paper import FOOT_MM, FRAME, INK, MAP, PALE, SIDE, TITLE_MM, Box, Paper
from gridplan.sheets.subjects import Subject
from gridplan.words import say

TOP_MM = 62.0  # of the side's height for legend, north, scale and inset
ROW_MM, LEAST_ROW_MM = 5.2, 2.6
BARS = (1.0, 2.0, 5.0)  # a bar is one of these times a power of ten
BAR_MM = 40.0  # longest
NATIONAL = "CGCS2000"  # how names of the national system's zones begin
LONG = 30  # signs of a title that is written smaller
KEY_MM, KEY_ROW_MM = 8.0, 5.4


def draw_side(paper: Paper, subject: Subject, plan: Plan, scale: int) -> None:
    """Draw what stands beside the map, above and below it."""
    paper.frame(FRAME, wide=1.4)
    paper.frame(MAP)
    middle = FRAME.top - TITLE_MM / 2
    paper.text(
        FRAME.left + FRAME.width / 2,
        middle,
        subject.title,
        22 if len(subject.title) < LONG else 15,
        set_="center",
    )
    _foot(paper, plan)
    legend = Box(SIDE.left, SIDE.top - TOP_MM, SIDE.width / 2, TOP_MM)
    _legend(paper, subject, plan, legend)
    beside = Box(legend.right, legend.bottom, SIDE.width / 2, TOP_MM)
    _north(paper, beside, plan.language)
    _bar(paper, beside, scale)
    if subject.around is not None:
        _inset(paper, subject, Box(beside.left + 2, beside.bottom + 2, beside.width - 4, 26.0))
    _table(paper, subject, Box(SIDE.left, SIDE.bottom, SIDE.width, SIDE.height - TOP_MM - 3), plan.language)


def _foot(paper: Paper, plan: Plan) -> None:
    """Write what the sheet is made from: coordinate system, note, approval number, author, date."""
    language, project = plan.language, plan.report["project"]
    crs = plan.grids.crs
    y = FRAME.bottom + FOOT_MM / 2 + 1
    name = "" if crs is None else str(crs.name)
    national = name.startswith(NATIONAL)
    left = say(language, "sheets.crs_national" if national else "sheets.crs", crs=name)
    paper.text(FRAME.left + 3, y + 2.2, left, 8)
    paper.text(FRAME.left + 3, y - 2.4, say(language, "sheets.approval"), 8)
    paper.text(FRAME.left + FRAME.width / 2, y, str(project.get("note") or ""), 8, set_="center", ink=OUT)
    made = say(language, "sheets.made", date=project["date"], version=plan.report["version"])
    paper.text(FRAME.right - 3, y, made, 8, set_="right")


def _legend(paper: Paper, subject: Subject, plan: Plan, box: Box) -> None:
    """Draw what the signs mean, as far as they are on the sheet."""
    language = plan.language
    paper.text(box.left + 2, box.top - 4, say(language, "sheets.legend"), 10)
    keys = ["area" if not subject.detail else "grid_area"]
    keys += ["out"] if bool(subject.areas["out"].any()) else []
    keys += [
        key
        for key, layer in (("road", "roads"), ("water", "barriers"), ("special", "special_areas"))
        if layer in plan.backdrop
    ]
    if subject.detail and plan.facilities is not None:
        status = set(plan.facilities["status"])
        keys += [key for key in ("existing", "new") if key in status]
    for number, key in enumerate(keys):
        y = box.top - 10.5 - number * KEY_ROW_MM
        _sign(paper, key, box.left + 2, y)
        paper.text(box.left + 2 + KEY_MM + 2, y, say(language, f"sheets.key_{key}"), 8)


def _sign(paper: Paper, key: str, x: float, y: float) -> None:
    """Draw one sign, its left end at x and its middle at height y."""
    if key in ("road", "water"):
        paper.all.plot([x, x + KEY_MM], [y, y], color=ROAD if key == "road" else WATER, lw=1.6)
    elif key in ("existing", "new"):
        mark, colour = ("o", "#1f5f8b") if key == "existing" else ("^", "#b9770e")
        paper.all.plot([x + KEY_MM / 2], [y], marker=mark, color=colour, ms=4.5, mec="white", mew=0.4)
    else:
        fill = {"special": SPECIAL, "out": "none"}.get(key, SHADE[0])
        edge, hatch = (OUT, "////") if key == "out" else ("#555555", None)
        paper.all.add_patch(Rectangle((x, y - 1.7), KEY_MM, 3.4, fc=fill, ec=edge, lw=0.6, hatch=hatch))


def _north(paper: Paper, box: Box, language: str) -> None:
    """Draw the north arrow."""
    x, top = box.right - 8, box.top - 3
    paper.all.add_patch(Polygon([(x, top - 4), (x - 3, top - 15), (x, top - 12.5)], fc=INK, ec=INK, lw=0.5))
    paper.all.add_patch(
        Polygon([(x, top - 4), (x + 3, top - 15), (x, top - 12.5)], fc="white", ec=INK, lw=0.5)
    )
    paper.text(x, top - 1, say(language, "sheets.north"), 9, set_="center")


def _bar(paper: Paper, box: Box, scale: int) -> None:
    """Draw the scale as a bar and as 1:n."""
    per_mm = scale / 1000
    metres = max(
        step * 10.0**power
        for power in range(6)
        for step in BARS
        if step * 10.0**power <= max(BAR_MM * 0.85 * per_mm, 1.0)
    )
    x, y, long = box.left + 2, box.top - 24, metres / per_mm
    for part in range(4):
        fill = INK if part % 2 == 0 else "white"
        paper.all.add_patch(Rectangle((x + part * long / 4, y), long / 4, 1.4, fc=fill, ec=INK, lw=0.5))
    shown = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004 # a kilometre
    paper.text(x, y - 2.6, "0", 7, set_="center")
    paper.text(x + long, y - 2.6, shown, 7, set_="center")
    paper.text(x, y + 4.6, f"1:{scale:,}", 10)


def _inset(paper: Paper, subject: Subject, box: Box) -> None:
    """Draw where the sheet's area lies in all of the district."""
    if subject.around is None:
        return
    axes = paper.axes(box)
    x0, y0, x1, y1 = subject.around.bounds
    per_mm = max((x1 - x0) / box.width, (y1 - y0) / box.height) * 1.08
    x, y, wide, high = (x0 + x1) / 2, (y0 + y1) / 2, box.width * per_mm, box.height * per_mm
    axes.set_xlim(x - wide / 2, x + wide / 2)
    axes.set_ylim(y - high / 2, y + high / 2)
    shapes_on(axes, list(shapely.get_parts(subject.around)), facecolors="#eeeeee", edgecolors=PALE, lw=0.5)
    shapes_on(axes, [subject.whole], facecolors="#d98880", edgecolors=OUT, lw=0.5)


def _table(paper: Paper, subject: Subject, box: Box, language: str) -> None:
    """Write the table; rows that do not fit are counted in a last line."""
    rows, heads = subject.rows, subject.heads
    high = max(min(ROW_MM, box.height / (len(rows) + 2)), LEAST_ROW_MM)
    points = min(8.0, high * 1.55)
    fit = int(box.height / high) - 1
    shown = rows if len(rows) <= fit else rows[: fit - 1]
    first = 0.34 if any(len(row[0]) > 5 for row in rows) else 0.2  # noqa: PLR2004 # a name, or a number
    edges = [0.0, *(first + (1 - first) * at / (len(heads) - 1) for at in range(len(heads)))]
    for number, row in enumerate((heads, *shown)):
        y = box.top - (number + 0.5) * high
        for at, text in enumerate(row):
            left, right = box.left + edges[at] * box.width, box.left + edges[at + 1] * box.width
            if at == 0:
                paper.text(left + 1, y, text, points)
            else:
                paper.text(right - 1.5, y, text, points, set_="right")
        under = box.top - (number + 1) * high
        paper.line(box.left, under, box.right, under, wide=0.7 if number == 0 else 0.2)
    paper.line(box.left, box.top, box.right, box.top, wide=0.7)
    if len(shown) < len(rows):
        y = box.top - (len(shown) + 1.5) * high
        paper.text(box.left + 1, y, say(language, "sheets.more_rows", count=len(rows) - len(shown)), points)
