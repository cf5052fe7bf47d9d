"""A finished plan into its output folder, whole or not at all."""

import errno
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gridplan.errors import OutputError
from gridplan.export.filled import free_name, is_filled_in
from gridplan.export.geopackage import write_geopackage
from gridplan.export.listing import FOLDER as LISTS_FOLDER
from gridplan.export.listing import LETTERS, edited_lists, list_texts
from gridplan.export.loads import LOADS, loads_svg
from gridplan.export.lock import HeldError, locked
from gridplan.export.page import report_page
from gridplan.export.plot import CURVE, curve_svg
from gridplan.export.record import report_json
from gridplan.export.report import report_markdown
from gridplan.export.swap import Places, bring, carry_over, clear_leftovers, settle, swap_in
from gridplan.export.tradeoff import TRADEOFF, tradeoff_svg
from gridplan.export.workbook import write_workbook
from gridplan.plan import Plan
from gridplan.tables import LISTS
from gridplan.words import Message

PLAN, REPORT, WORKBOOK, PAGE, MAPS = "plan.gpkg", "report.json", "staffing.xlsx", "report.md", "maps"
WEB_PAGE = "report.html"
SHEETS, SHEET_ENDINGS = "sheets", (".pdf", ".png")
LAYERS_FOLDER, STREETS = "layers", "streets"
REASONS = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EBUSY: "busy",
    errno.EEXIST: "no_parent",
    errno.ENOENT: "no_parent",
    errno.ENOTDIR: "no_parent",
}


def write_run(plan: Plan, folder: Path, *, pages: Mapping[str, str]) -> None:
    """Claim the folder and write the whole output of a plan into it: ``claim`` and ``write_claimed`` in one.

    Raises
    ------
    OutputError
        As ``claim`` and ``write_claimed``; whatever the folder held stands.
    """
    with claim(folder):
        write_claimed(plan, folder, pages=pages)


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Keep other runs from the folder while the block runs, and clear what a killed run left beside it.

    A long run claims its folder before it begins, so that a folder that cannot be written is known at once.

    Raises
    ------
    OutputError
        If another run holds the folder, it holds files but no plan, it is a disk of its own, or nothing can
        be written beside it.
    """
    _refuse_unfit(folder)
    places = Places(folder.resolve())
    with ExitStack() as stack:
        with _told(folder):
            places.folder.parent.mkdir(parents=True, exist_ok=True)
            try:
                stack.enter_context(locked(places.beside("lock")))
            except HeldError as error:
                raise OutputError(Message("export.held", {"folder": folder})) from error
            clear_leftovers(places)
            clear_leftovers(Places(places.folder / MAPS))
            clear_leftovers(Places(places.folder / SHEETS))
        yield


def write_claimed(
    plan: Plan, folder: Path, *, pages: Mapping[str, str] | Callable[[], Mapping[str, str]]
) -> tuple[Path, ...]:
    """Write plan.gpkg, report.json, report.md, staffing.xlsx, lists/ and maps/ (pages: name -> text); swap them in.

    ``pages`` may also be what returns them: it is asked last, so that they can be drawn meanwhile.

    Files of the old folder that gridplan did not write are kept, its own replaced, but for a workbook and lists that
    somebody has written into: they stay under other names, which are returned. The caller holds the claim.

    Raises
    ------
    OutputError
        If something cannot be written; the old folder stands.
    """
    places = Places(folder.resolve())
    new, kept = places.beside("new"), list[Path]()
    with _told(folder):
        try:
            _fill(new, plan, pages if callable(pages) else lambda: pages)
            if places.folder.exists():
                carry_over(places.folder, new, _ours(places.folder))
                kept = [_keep(old, places.folder, new) for old in _written_into(places.folder)]
            settle(new)
            swap_in(places)
        finally:
            clear_leftovers(places)
    return tuple(kept)


def _written_into(folder: Path) -> list[Path]:
    """Return the workbook and the lists that somebody has written into."""
    workbook = folder / WORKBOOK
    filled = [workbook] if workbook.is_file() and is_filled_in(workbook) else []
    return [*filled, *edited_lists(folder, folder / PLAN)]


def _keep(old: Path, folder: Path, new: Path) -> Path:
    """Bring along a file that somebody has written into, under another name; return where it will be."""
    kept = old.with_name(free_name(old))
    target = new / kept.relative_to(folder)
    target.parent.mkdir(exist_ok=True)
    bring(old, target)
    return kept


def write_pages(folder: Path, *, pages: Mapping[str, str]) -> None:
    """Put new pages (name -> text) into ``maps/`` of a finished output, whole or not at all; touch nothing else.

    Other files in ``maps/`` are kept. The caller holds the claim.

    Raises
    ------
    OutputError
        If something cannot be written; the old pages stand.
    """
    places = Places(folder.resolve() / MAPS)
    new = places.beside("new")
    with _told(folder):
        try:
            new.mkdir()
            _fill_texts(new, pages)
            if places.folder.exists():
                carry_over(places.folder, new, [Path(old.name) for old in places.folder.glob("*.html")])
            settle(new)
            swap_in(places)
        finally:
            clear_leftovers(places)


def journal_of(folder: Path, *, resume: bool) -> Path:
    """Return where a run keeps what it has solved, beside its output; emptied unless a run is to go on from it."""
    journal = Places(folder.resolve()).beside("resume")
    if not resume:
        drop_journal(journal)
    return journal


def drop_journal(journal: Path) -> None:
    """Remove what a run has kept, once it is of no more use."""
    shutil.rmtree(journal, ignore_errors=True)


def write_sheets(folder: Path, *, files: Iterable[tuple[str, bytes]]) -> None:
    """Put new sheets (name, content) into ``sheets/`` of a finished output, whole or not at all; touch nothing else.

    Files there that are no sheets are kept. The caller holds the claim.

    Raises
    ------
    OutputError
        If something cannot be written; the old sheets stand.
    """
    places = Places(folder.resolve() / SHEETS)
    new = places.beside("new")
    with _told(folder):
        try:
            new.mkdir()
            for name, content in files:
                (new / name).write_bytes(content)
            if places.folder.exists():
                old = [path for path in places.folder.iterdir() if path.suffix in SHEET_ENDINGS]
                carry_over(places.folder, new, [Path(path.name) for path in old])
            settle(new)
            swap_in(places)
        finally:
            clear_leftovers(places)


def _fill(new: Path, plan: Plan, pages: Callable[[], Mapping[str, str]]) -> None:
    """Write every file of the output."""
    (new / MAPS).mkdir(parents=True)
    write_geopackage(plan, new / PLAN)
    write_workbook(plan, new / WORKBOOK)
    drawings = {LOADS: loads_svg(plan), CURVE: curve_svg(plan), TRADEOFF: tradeoff_svg(plan)}
    drawn = {name: text for name, text in drawings.items() if text}
    told = report_markdown(plan)
    texts = {
        REPORT: report_json(plan.report, timings=True),
        PAGE: told,
        WEB_PAGE: report_page(plan, told, drawn),
    }
    _fill_texts(new, {**texts, **drawn})
    if plan.lists:
        (new / LISTS_FOLDER).mkdir()
        _fill_texts(new / LISTS_FOLDER, list_texts(plan.lists), encoding=LETTERS)
    _fill_texts(new / MAPS, pages())


def _fill_texts(folder: Path, texts: Mapping[str, str], *, encoding: str = "utf-8") -> None:
    """Write each text into a file of its name."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding=encoding, newline="\n")


def _ours(folder: Path) -> list[Path]:
    """Files of an output folder that gridplan writes, relative to it."""
    pages = [path.relative_to(folder) for path in (folder / MAPS).glob("*.html")]
    journals = [
        path.relative_to(folder) for path in folder.glob(f"{PLAN}-*")
    ]  # one beside another plan would spoil it
    lists = [Path(LISTS_FOLDER, f"{name}.csv") for name in LISTS]
    sheets = [path for path in (folder / SHEETS).glob("*") if path.suffix in SHEET_ENDINGS]
    derived = [path for name in (LAYERS_FOLDER, STREETS) for path in (folder / name).rglob("*")]
    layers = [path for path in derived if path.is_file()]
    stale = [path.relative_to(folder) for path in (*sheets, *layers)]  # of the plan that was
    return [
        *map(Path, (PLAN, REPORT, WORKBOOK, PAGE, WEB_PAGE, CURVE, LOADS, TRADEOFF)),
        *pages,
        *lists,
        *journals,
        *stale,
    ]


def _refuse_unfit(folder: Path) -> None:
    """Refuse a folder that cannot be swapped, or holds something but no plan: maybe somebody's documents."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(Message("export.no_folder", {"folder": folder}))
    if folder.exists() and any(folder.iterdir()) and not (folder / PLAN).is_file():
        raise OutputError(Message("export.not_ours", {"folder": folder}))
    if folder.is_mount():  # it cannot be renamed, which a long run had better know at once
        raise OutputError(_why(folder, OSError(errno.EBUSY, "")))


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what the system says into an OutputError that says what to do."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(_why(folder, error)) from error


def _why(folder: Path, error: OSError) -> Message:
    """Why the folder cannot be written, in the user's words."""
    reason = REASONS.get(error.errno or 0)
    why = (
        Message(f"export.{reason}") if reason else Message("export.other", {"error": error.strerror or error})
    )
    return Message("export.not_written", {"folder": folder, "why": why})
