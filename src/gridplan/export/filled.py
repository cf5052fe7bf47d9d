"""A workbook that an office has written into: known by the time of its last change, and never overwritten."""

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

CORE = "docProps/core.xml"
STAMPS = re.compile(rb"<dcterms:(created|modified)[^>]*>([^<]*)<")


def is_filled_in(workbook: Path) -> bool:
    """Tell whether another program than gridplan has saved the workbook last.

    gridplan stamps it as made and changed on the day of the plan; every other program notes when it saved.
    What cannot be read as one of ours is somebody's.
    """
    try:
        with ZipFile(workbook) as archive:
            stamps = dict(STAMPS.findall(archive.read(CORE)))
    except (BadZipFile, KeyError):
        return True
    return stamps.get(b"created") != stamps.get(b"modified") or not stamps


def free_name(workbook: Path) -> str:
    """Return a name beside the workbook that nothing has yet: ``staffing-1.xlsx``, ``staffing-2.xlsx`` ..."""
    number = 1
    while workbook.with_name(f"{workbook.stem}-{number}{workbook.suffix}").exists():
        number += 1
    return f"{workbook.stem}-{number}{workbook.suffix}"
