"""What a city's streets come to, as files: city.json, city.html, city.xlsx."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from gridplan import __version__
from gridplan.errors import OutputError
from gridplan.export.lock import HeldError, locked
from gridplan.export.sheet import Printer
from gridplan.export.table import Column, Form, Table
from gridplan.export.workbook import PLAIN_TEXT
from gridplan.words import Message, percent, say

BOOK, LOCK = ".city.jsonl", ".city.lock"
REPORT, PAGE, WORKBOOK = "city.json", "city.html", "city.xlsx"

Row = dict[str, Any]  # of a street, as city.json has it


@dataclass(frozen=True, kw_only=True)
class City:
    """What a city comes to.

    ``rows`` has a row a street in order; ``totals`` are sums over those that have a plan, ``gap`` what is left unproven
    of them all, as a share of the objective; ``services`` has a row a service, its cover weighed by households; ``money``
    tells how a budget of all streets was spread: budget, spent, uncovered (households times services), bound, price, each.
    """

    rows: list[Row]
    totals: dict[str, Any]
    services: list[dict[str, Any]]
    money: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> list[Row]:
        """The streets without a plan."""
        return [row for row in self.rows if row["refused"]]

    @property
    def look_at(self) -> list[tuple[Row, dict[str, Any]]]:
        """The communities that need a person, each with its street."""
        return [(row, one) for row in self.rows if not row["refused"] for one in row["look_at"]]


@dataclass(frozen=True, kw_only=True)
class Title:
    """What stands above a city: its name, its note, its date, its language."""

    name: str
    note: str
    day: str
    language: str


@contextmanager
def claim_city(folder: Path) -> Iterator[None]:
    """Make a folder and keep other runs from it while the block runs.

    Raises
    ------
    OutputError
        If another run holds it, it cannot be written, or it holds something but no city: maybe somebody's documents.
    """
    try:
        ours = any((folder / name).exists() for name in (BOOK, LOCK, REPORT))
        fits = not folder.exists() or (folder.is_dir() and (ours or not any(folder.iterdir())))
        if fits:
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder / LOCK):
                yield
    except OutputError:
        raise
    except HeldError as error:
        raise OutputError(Message("export.held", {"folder": folder})) from error
    except OSError as error:
        why = Message("export.other", {"error": error.strerror or error})
        raise OutputError(Message("export.not_written", {"folder": folder, "why": why})) from error
    if not fits:
        raise OutputError(Message("cities.not_ours", {"folder": folder}))


def write_city(city: City, title: Title, folder: Path) -> None:
    """Write what the streets come to, each file whole; the book of finished streets is of no more use then.

    The caller holds the folder.
    """
    from gridplan.export.city_page import city_page  # noqa: PLC0415 # it knows what a city is from here

    report = {
        "version": __version__,
        "project": {"name": title.name, "note": title.note, "date": title.day, "language": title.language},
        "totals": city.totals,
        "services": city.services,
        **({"money": city.money} if city.money else {}),
        "streets": city.rows,
    }
    files = {
        WORKBOOK: _workbook(city, title),
        PAGE: city_page(city, title).encode(),
        REPORT: (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode(),
    }
    for name, content in files.items():
        new = folder / f".{name}.new"
        new.write_bytes(content)
        new.replace(folder / name)
    with suppress(OSError):
        (folder / BOOK).unlink()


def city_told(city: City, language: str) -> list[str]:
    """Return what a city comes to in a sentence, and what came of a budget of all streets where there is one."""
    totals = city.totals
    figures = {
        "streets": f"{totals['streets']:,}",
        "communities": f"{totals['communities'] or 0:,}",
        "households": f"{totals['households'] or 0:,.0f}",
        "grids": f"{totals['grids'] or 0:,}",
        "share": percent(totals["in_band_share"]),
        "gap": percent(totals["gap"], 2),
    }
    told = [say(language, "cities.figures", **figures)]
    if city.money:
        figures = {name: f"{city.money[name]:,.0f}" for name in ("budget", "spent", "uncovered", "bound")}
        told.append(say(language, "cities.money", price=f"{city.money['price']:,.2f}", **figures))
    return told


def columns_of(rows: Sequence[Row], kind: str, language: str) -> list[Column]:
    """Return the columns of a table of a city, by its kind: streets, look_at, services."""
    return [
        Column(
            head=say(language, f"cities.{name}"),
            values=[row[name] for row in rows]
            if form == "text"
            else np.array([row[name] for row in rows], float),
            form=form,
            summed=summed,
        )
        for name, form, summed in SHOWN[kind]
        if name in rows[0]
    ]


SHOWN: dict[str, tuple[tuple[str, Form, bool], ...]] = {
    "streets": (
        ("street", "text", False),
        ("name", "text", False),
        *((name, "whole", True) for name in ("communities", "households", "grids", "workers")),
        *((name, "whole", True) for name in ("out_of_band", "optimal", "infeasible", "feasible")),
        ("posts_min", "tenth", True),
        ("workers_on_roster", "tenth", True),
        ("budget", "tenth", True),  # where the city has one
        ("refused", "text", False),
    ),
    "look_at": (
        *((name, "text", False) for name in ("street", "street_name", "community_id", "name")),
        ("out_of_band", "whole", False),
        ("grids", "whole", False),
        ("reason", "text", False),
    ),
    "services": (
        ("category", "text", False),
        *((name, "whole", True) for name in ("existing", "new", "closed")),
        ("covered_before", "share", False),
        ("covered_after", "share", False),
    ),
}


def tables_of(city: City) -> dict[str, list[Row]]:
    """Return the rows of a city's tables, by kind; a street without a plan has no figures."""
    empty = dict.fromkeys((name for name, form, _ in SHOWN["streets"] if form != "text"), float("nan"))
    empty.pop("budget")
    each = city.money.get("each")
    return {
        "streets": [
            {
                **(empty if row["refused"] else {}),
                **row,
                **({} if each is None else {"budget": each.get(row["street"], 0.0)}),
            }
            for row in city.rows
        ],
        "look_at": [
            {**one, "street": row["street"], "street_name": row["name"]} for row, one in city.look_at
        ],
        "services": city.services,
    }


def _workbook(city: City, title: Title) -> bytes:
    """Return the tables as a workbook to print, a sheet each."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, PLAIN_TEXT)
    book.set_properties({"title": title.name, "created": datetime.fromisoformat(title.day)})
    printer = Printer(book, note=title.note)
    for kind, rows in tables_of(city).items():
        if rows:
            name = say(title.language, f"cities.sheet_{kind}")
            total = say(title.language, "cities.total") if kind == "streets" else ""
            columns = columns_of(rows, kind, title.language)
            printer.table(name, Table(title=f"{title.name} {name}", columns=columns, total=total))
    book.close()
    return content.getvalue()
