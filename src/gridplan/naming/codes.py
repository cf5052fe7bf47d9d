"""Codes of grids: a template of the plan file, or one of the standards by its name.

"15": 6 digits of the district, 3 of the street, 3 of the community, 3 of the grid (city management, unit grids).
"20": 6 digits of the class of object before these 12, and 2 of the grid (CJ/T 349-2010); "20:010203" says which class, else 000000.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridplan.errors import InputError
from gridplan.words import Message

COMMUNITY_DIGITS = 12
NO_CLASS = "000000"
SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Template:
    """How codes are made of ``community_id`` and ``n``; a standard has a number of digits, and a greatest number of grids."""

    text: str
    digits: int | None = None
    most: int | None = None


def template_of(asked: str) -> Template:
    """Return the template that the plan file's ``code`` stands for."""
    name, _, of_class = asked.partition(":")
    if name == "15":
        return Template(text="{community_id}{n:03}", digits=15, most=999)
    if name == "20":
        return Template(text=(of_class or NO_CLASS) + "{community_id}{n:02}", digits=20, most=99)
    return Template(text=asked)


def check_code(asked: str, community_ids: Sequence[str]) -> None:
    """Check, before anything is solved, that the ids of communities suit the standard that ``code`` names.

    Raises
    ------
    InputError
        If an id is not of the 12 digits that the standards' codes hold.
    """
    template = template_of(asked)
    if template.digits is None:
        return
    wrong = [
        name
        for name in community_ids
        if not (name.isdecimal() and name.isascii()) or len(name) != COMMUNITY_DIGITS
    ]
    if wrong:
        values = {"code": asked, "count": len(wrong), "ids": ", ".join(wrong[:SHOWN])}
        raise InputError(Message("naming.code_length", values))


def codes(asked: str, community_ids: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """Return the code of each grid.

    Parameters
    ----------
    asked
        ``code`` of the plan file.
    community_ids, numbers
        Community of each grid, and its number there.

    Raises
    ------
    InputError
        If two grids have one code, or a community has more grids than the standard has numbers.
    """
    check_code(asked, community_ids)
    template = template_of(asked)
    most = int(np.argmax(numbers)) if len(numbers) else 0
    if template.most is not None and len(numbers) and numbers[most] > template.most:
        values = {"code": asked, "id": community_ids[most], "count": numbers[most], "most": template.most}
        raise InputError(Message("naming.code_too_many", values))
    made = [template.text.format(community_id=c, n=n) for c, n in zip(community_ids, numbers, strict=True)]
    first: dict[str, int] = {}
    for at, code in enumerate(made):
        other = first.setdefault(code, at)
        if other != at:
            values = {"code": asked, "same": code}
            for name, place in (("one", other), ("other", at)):
                values[name] = f"{community_ids[place]} / {numbers[place]}"
            raise InputError(Message("naming.code_twice", values))
    return made
