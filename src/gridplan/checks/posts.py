"""Posts of the ladder as a roster names them."""

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridplan.checks.faults import Fault, Sheet
from gridplan.checks.values import as_text
from gridplan.tables import POSTS
from gridplan.words import LANGUAGES, say

APART = re.compile(r"[;；、]")


def posts_named(column: pd.Series, sheet: Sheet) -> tuple[npt.NDArray[np.object_], list[Fault]]:
    """Return the posts that each row says its person holds, as keys of ``tables.POSTS`` with ; between; and what is none.

    A post may be named by its key or by its name in any language.
    """
    known = {say(language, f"staffing.post_{kind}"): kind for kind in POSTS for language in LANGUAGES}
    known |= {kind: kind for kind in POSTS}
    named = [[one.strip() for one in APART.split(text) if one.strip()] for text in as_text(column)]
    strange = [next((one for one in row if one not in known), "") for row in named]
    found = np.array([";".join(known.get(one, "") for one in row) for row in named], dtype=object)
    wrong = np.array([bool(one) for one in strange], dtype=bool)
    example = next((one for one in strange if one), "")
    wanted = ", ".join(POSTS)
    return found, sheet.faults(
        "unknown_post", wrong, column=sheet.columns["post"], example=example, wanted=wanted
    )
