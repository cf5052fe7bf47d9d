"""What a check found as a page for a browser: every fault in a table, and where its rows lie on a map; no script, no request."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridplan.checks import Fault, Harm, catalogue, how_read
from gridplan.errors import OutputError
from gridplan.export.page import framed
from gridplan.export.plot import FAINT, FONT, INK
from gridplan.mend import Mended
from gridplan.tables import Source
from gridplan.words import Message, say

WIDTH, TALLEST, MARGIN = 1040, 900, 24
MOST_MARKS = 300  # rows of a fault that are drawn; the table counts all
COLOURS = {Harm.FORBIDS: "#b3261e", Harm.DOUBT: "#b08900", Harm.TOLD: "#5b6675"}
MARK = 'fill-opacity="0.55" stroke="#ffffff"'
HALO = 'font-weight="700" stroke="#ffffff" stroke-width="3" paint-order="stroke"'
LINE, FILL = "#8b93a1", "#f4f5f7"
COORDINATES = 1e7  # metres: no shape in a metric CRS is beyond


def write_faults_page(
    path: Path,
    *,
    name: str,
    faults: Sequence[Fault],
    inputs: Sequence[Mended],
    read: Mapping[str, Source],
    language: str,
) -> None:
    """Write the page.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(faults_page(name, faults, inputs, read, language), encoding="utf-8", newline="\n")
    except OSError as error:
        why = Message("export.other", {"error": error.strerror or error})
        raise OutputError(Message("export.not_written", {"folder": path, "why": why})) from error


def faults_page(
    name: str, faults: Sequence[Fault], inputs: Sequence[Mended], read: Mapping[str, Source], language: str
) -> str:
    """Return the page: faults that forbid a plan first, each with its number on the map; last how each input was read."""
    ordered = sorted(faults, key=lambda fault: list(Harm).index(fault.harm))
    places = {one.part: one.before for one in inputs if one.before is not None}
    title = say(language, "checks.page_title", name=name)
    counts = {str(harm): sum(fault.harm is harm for fault in ordered) for harm in Harm}
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(say(language, 'checks.page_counts', **counts))}</p>",
        *_map(ordered, places, language),
        *_table(ordered, places, language),
        *_read(read, language),
    ]
    return framed("\n".join(body), title=title, language=language)


def _table(faults: Sequence[Fault], places: Mapping[str, gpd.GeoSeries], language: str) -> Iterator[str]:
    """Yield a row a fault."""
    if not faults:
        return
    heads = ("number", "harm", "input", "rows", "title_head", "text", "why", "code")
    yield "<table><thead><tr>"
    yield "".join(f"<th>{escape(say(language, f'checks.page_{head}'))}</th>" for head in heads)
    yield "</tr></thead><tbody>"
    for number, fault in enumerate(faults, start=1):
        harm = say(language, f"checks.page_{fault.harm}")
        check, rows = catalogue()[fault.code], str(len(fault.rows) or "")
        text = fault.message.text(language)
        cells = (harm, fault.part, rows, check.title(language), text, check.why(language), fault.code)
        shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        marked = len(_spots(fault, places.get(fault.part))) > 0
        sign = f'<b style="color:{COLOURS[fault.harm]}">{number}</b>' if marked else str(number)
        yield f"<tr><td>{sign}</td>{shown}</tr>"
    yield "</tbody></table>"


def _read(read: Mapping[str, Source], language: str) -> Iterator[str]:
    """Yield how each input was read."""
    if read:
        yield f"<h2>{escape(say(language, 'checks.read_head'))}</h2>"
        lines = (escape(how_read(part, source, language)) for part, source in read.items())
        yield f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _spots(fault: Fault, shapes: gpd.GeoSeries | None) -> NDArray[np.float64]:
    """Return where the rows of a fault lie, (rows, 2) in metres, as far as they have a shape that can be drawn."""
    rows = np.array([row - 1 for row in fault.rows if shapes is not None and row <= len(shapes)], int)
    if shapes is None or not len(rows):
        return np.zeros((0, 2))
    known = shapes.to_numpy()[rows]
    spots = shapely.get_coordinates(
        shapely.centroid(known[~shapely.is_missing(known) & ~shapely.is_empty(known)])
    )
    return spots[(np.isfinite(spots) & (np.abs(spots) < COORDINATES)).all(axis=1)]


def _map(faults: Sequence[Fault], places: Mapping[str, gpd.GeoSeries], language: str) -> Iterator[str]:
    """Yield the communities as outlines, and a mark for each row at fault, numbered as in the table."""
    ground = places.get("communities", gpd.GeoSeries())
    outlines = ground.to_numpy()[(ground.notna() & ~ground.is_empty).to_numpy(bool)]
    marks = [
        (number, fault, _spots(fault, places.get(fault.part))) for number, fault in enumerate(faults, start=1)
    ]
    every = np.vstack([*(spots for _, _, spots in marks), shapely.get_coordinates(outlines)])
    every = every[(np.isfinite(every) & (np.abs(every) < COORDINATES)).all(axis=1)]
    if not len(every) or not any(len(spots) for _, _, spots in marks):
        return
    low, high = every.min(axis=0), every.max(axis=0)
    size = np.maximum(high - low, 1.0)
    scale = min((WIDTH - 2 * MARGIN) / size[0], (TALLEST - 2 * MARGIN) / size[1])
    height = round(size[1] * scale + 2 * MARGIN)
    yield f"<h2>{escape(say(language, 'checks.page_where'))}</h2>"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{FONT}" font-size="13" fill="{INK}">'
    )
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff" stroke="{FAINT}"/>'

    def drawn(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(
            [MARGIN + (points[:, 0] - low[0]) * scale, MARGIN + (high[1] - points[:, 1]) * scale]
        )

    for ring in shapely.get_parts(shapely.get_rings(outlines) if len(outlines) else outlines):
        at = drawn(shapely.get_coordinates(shapely.simplify(ring, 0.5 / scale)))
        if np.isfinite(at).all():
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
            yield f'<path d="M{path}Z" fill="{FILL}" stroke="{LINE}"/>'
    for number, fault, spots in reversed(marks):
        colour = COLOURS[fault.harm]
        for x, y in drawn(spots[:MOST_MARKS]):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}" {MARK}><title>{number}</title></circle>'
        for x, y in drawn(spots[:1]):
            yield f'<text x="{x + 7:.1f}" y="{y - 5:.1f}" fill="{colour}" {HALO}>{number}</text>'
    yield "</svg>"
