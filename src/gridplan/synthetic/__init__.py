"""The synthetic reference district: a made-up town with the published figures of a real one.

No place is meant: only the sums are real (see ``figures``). The whole district is remade by ``python -m
gridplan.synthetic data``; ``gridplan new`` writes a small part of it.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from gridplan.errors import OutputError
from gridplan.synthetic.city import write_city
from gridplan.synthetic.district import SEED, District, build_district
from gridplan.synthetic.files import NAMES, write_files
from gridplan.words import Message

__all__ = ["PART", "SEED", "District", "build_district", "make_city", "write_district", "write_part"]

PART = ("渡口社区", "鼓楼社区", "盐市社区")  # of the old town, between railway and river


def write_district(folder: Path, language: str = "zh") -> Path:
    """Write the whole district into a folder over an earlier one; return the plan file's path.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    return _write(folder, language, names=None)


def write_part(folder: Path, language: str) -> Path:
    """Write three neighbouring communities and all they need into a folder; return the plan file's path.

    Raises
    ------
    OutputError
        If the folder holds a file of one of the names (nothing is written then), or cannot be written.
    """
    there = [name for name in NAMES if (folder / name).exists()]
    if there:
        values = {"folder": folder, "names": ", ".join(there)}
        raise OutputError(Message("synthetic.exists", values))
    return _write(folder, language, names=PART)


def make_city(folder: Path, households: int, language: str = "zh") -> Path:
    """Write a city of so many households, or a few more, street by street into a folder; return the plan file's path.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    with _told(folder):
        return write_city(folder, households, language=language)


def _write(folder: Path, language: str, *, names: Collection[str] | None) -> Path:
    """Make the folder and write the communities of these names, or all, into it."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return write_files(build_district(names), folder, language=language, part=names is not None)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say in the user's words why a folder cannot be written."""
    try:
        yield
    except OSError as error:
        values = {"folder": folder, "why": error.strerror or str(error)}
        raise OutputError(Message("synthetic.unwritable", values)) from error
