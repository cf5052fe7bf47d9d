"""city.html: what a city comes to, on a page that asks nothing of a network; each street on its map leads to its own."""

from collections.abc import Iterator, Sequence
from html import escape
from math import cos, radians
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from gridplan.export.city import City, Row, Title, city_told, columns_of, tables_of
from gridplan.export.page import framed
from gridplan.export.plot import FAINT, FONT, INK
from gridplan.words import say

WIDTH, TALLEST, MARGIN = 1040, 900, 16
FINE, SOME = "#cfe3d4", "#f6cf9a"  # all grids of a street in band, or not


def city_page(city: City, title: Title) -> str:
    """Return the page: figures, the map, the communities that need a person, streets, services."""
    language = title.language
    body = [f"<h1>{escape(title.name)}</h1>"]
    if title.note:
        body.append(f"<blockquote><p>{escape(title.note)}</p></blockquote>")
    body += [f"<p>{escape(text)}</p>" for text in city_told(city, language)]
    if city.refused:
        told = say(language, "cities.some_refused", count=len(city.refused))
        body.append(f"<blockquote><p>{escape(told)}</p></blockquote>")
    body += _map(city.rows, language)
    for kind, rows in tables_of(city).items():
        body.append(f"<h2>{escape(say(language, f'cities.sheet_{kind}'))}</h2>")
        nothing = say(language, f"cities.no_{kind}", path="", folder="")
        body += _table(rows, kind, language) if rows else [f"<p>{escape(nothing)}</p>"]
    return framed("\n".join(body), title=title.name, language=language)


def _href(street: str) -> str:
    return f"streets/{quote(street)}/maps/index.html"


def _table(rows: Sequence[Row], kind: str, language: str) -> Iterator[str]:
    """Yield a table; the name of a street that has a plan leads to its map."""
    columns = columns_of(rows, kind, language)
    texts = [column.texts for column in columns]
    yield "<table><thead><tr>"
    yield "".join(f"<th>{escape(column.head)}</th>" for column in columns)
    yield "</tr></thead><tbody>"
    for at, row in enumerate(rows):
        cells = [
            f'<td class="n">{escape(text[at])}</td>'
            if column.form != "text"
            else f"<td>{escape(text[at])}</td>"
            for column, text in zip(columns, texts, strict=True)
        ]
        if kind != "services" and not row.get("refused"):
            cells[0] = f'<td><a href="{escape(_href(row["street"]))}">{escape(row["street"])}</a></td>'
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


def _area(ring: NDArray[np.float64]) -> float:
    """Return the area of a ring in square pixels."""
    x, y = ring.T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


def _map(rows: Sequence[Row], language: str) -> Iterator[str]:
    """Yield the streets' outlines, each a way to its own map; what needs a person stands out."""
    drawn = [row for row in rows if not row["refused"] and row["outline"]]
    if not drawn:
        return
    every = np.vstack([np.array(ring) for row in drawn for ring in row["outline"]])
    low, high = every.min(axis=0), every.max(axis=0)
    stretch = np.array([cos(radians(float(low[1] + high[1]) / 2)), 1.0])
    size = np.maximum((high - low) * stretch, 1e-6)
    scale = min((WIDTH - 2 * MARGIN) / size[0], (TALLEST - 2 * MARGIN) / size[1])
    height = round(size[1] * scale + 2 * MARGIN)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{FONT}" font-size="12" fill="{INK}">'
    )
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff" stroke="{FAINT}"/>'
    for row in drawn:
        rings = [
            (np.array(ring) - [low[0], high[1]]) * stretch * [scale, -scale] + MARGIN
            for ring in row["outline"]
        ]
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
        values = {
            "street": row["name"] or row["street"],
            "households": f"{row['households']:,.0f}",
            "grids": row["grids"],
            "out": row["out_of_band"],
        }
        told = escape(say(language, "cities.of_street", **values))
        colour = SOME if row["out_of_band"] else FINE
        yield (
            f'<a href="{escape(_href(row["street"]))}"><path d="{path}" fill="{colour}" stroke="#5b6675">'
            f"<title>{told}</title></path></a>"
        )
        x, y = max(rings, key=_area).mean(axis=0)
        name = escape(str(values["street"]))
        yield f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" pointer-events="none">{name}</text>'
    yield "</svg>"
    yield f"<p>{escape(say(language, 'cities.map_note'))}</p>"
