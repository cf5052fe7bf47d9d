"""The sheets of a plan as files: an atlas with an index page, and each sheet by itself, as PDF and PNG."""

import datetime as dt
import io
from collections.abc import Iterator

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure

from gridplan.plan import Plan
from gridplan.progress import Progress, Silent
from gridplan.sheets.ground import draw_ground
from gridplan.sheets.paper import FRAME, TITLE_MM, Paper
from gridplan.sheets.side import draw_side
from gridplan.sheets.subjects import Subject, subjects_of
from gridplan.words import say

ATLAS = "atlas.pdf"
DPI = 150
SETTINGS = {"pdf.fonttype": 3, "pdf.compression": 6, "hatch.linewidth": 0.5, "path.simplify": True}
ROWS, ROW_MM, COLUMNS = 38, 5.8, 2
FIRST = 2  # page of the first sheet


def sheets_of(plan: Plan, progress: Progress | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield every file: each sheet as PDF and PNG, then the atlas of all of them.

    The same plan gives the same bytes; the date in them is the plan's.
    """
    told = progress or Silent()
    subjects = list(subjects_of(plan))
    told.start("sheets", len(subjects))
    atlas = io.BytesIO()
    meta = _meta(plan)
    with rc_context(SETTINGS), PdfPages(atlas, metadata=meta) as pages:
        for page in _index(subjects, plan):
            _page(page, pages)
        for subject in subjects:
            figure = _drawn(subject, plan)
            _page(figure, pages)
            yield f"{subject.stem}.pdf", _pdf(figure, meta)
            yield f"{subject.stem}.png", _png(figure)
            told.advance()
    yield ATLAS, atlas.getvalue()


def _drawn(subject: Subject, plan: Plan) -> Figure:
    """Return one sheet."""
    paper = Paper()
    scale = draw_ground(paper, subject, plan)
    draw_side(paper, subject, plan, scale)
    return paper.figure


def _index(subjects: list[Subject], plan: Plan) -> Iterator[Figure]:
    """Yield the pages that tell on which page each sheet is."""
    language = plan.language
    per_page = ROWS * COLUMNS
    count = max(1, -(-len(subjects) // per_page))
    for number in range(count):
        paper = Paper()
        paper.frame(FRAME, wide=1.4)
        middle = FRAME.left + FRAME.width / 2
        title = say(language, "sheets.index", name=plan.report["project"]["name"])
        paper.text(middle, FRAME.top - TITLE_MM / 2, title, 22, set_="center")
        for at, subject in enumerate(subjects[number * per_page : (number + 1) * per_page]):
            column, row = divmod(at, ROWS)
            x = FRAME.left + 10 + column * FRAME.width / COLUMNS
            y = FRAME.top - TITLE_MM - 4 - row * ROW_MM
            paper.text(x, y, subject.title, 9)
            page = count + number * per_page + at + 1
            paper.text(x + FRAME.width / COLUMNS - 20, y, str(page), 9, set_="right")
        note = str(plan.report["project"].get("note") or "")
        paper.text(middle, FRAME.bottom + 5, note, 8, set_="center")
        yield paper.figure


def _page(figure: Figure, pages: PdfPages) -> None:
    FigureCanvasPdf(figure)
    pages.savefig(figure)


def _pdf(figure: Figure, meta: dict[str, object]) -> bytes:
    FigureCanvasPdf(figure)
    file = io.BytesIO()
    figure.savefig(file, format="pdf", metadata=meta)
    return file.getvalue()


def _png(figure: Figure) -> bytes:
    FigureCanvasAgg(figure)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": "gridplan"})
    return file.getvalue()


def _meta(plan: Plan) -> dict[str, object]:
    """Return what the files say of themselves; no clock."""
    project = plan.report["project"]
    day = dt.datetime.combine(dt.date.fromisoformat(project["date"]), dt.time(), dt.UTC)
    return {
        "Title": project["name"],
        "Creator": f"gridplan {plan.report['version']}",
        "Producer": "matplotlib",
        "CreationDate": day,
    }
