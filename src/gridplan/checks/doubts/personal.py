"""What is personal by its looks: numbers of citizens and of mobile telephones."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gridplan.checks.doubts.looked import Mask

LOOKS = r"^\s*(1[3-9]\d{9}|\d{17}[\dXx])\s*$"
MOBILE_DIGITS = 11
WEIGHTS, SIGNS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"  # GB 11643-1999
BORN = range(1900, 2101)


def personal(texts: pa.StringArray) -> Mask:
    """Return which texts are citizen identity numbers or mobile numbers."""
    if (pc.max(pc.binary_length(texts)).as_py() or 0) < MOBILE_DIGITS:
        return np.zeros(len(texts), dtype=bool)
    marked = np.array(pc.match_substring_regex(texts, LOOKS).to_numpy(zero_copy_only=False), bool)
    for at in np.flatnonzero(marked).tolist():
        marked[at] = is_personal(str(texts[at]).strip())
    return marked


def is_personal(text: str) -> bool:
    """Tell of a text that looks so whether it is a mobile number, or a citizen's by birthday and check sign (GB 11643-1999)."""
    if len(text) == MOBILE_DIGITS:
        return True
    try:
        born = dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    sign = SIGNS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text[:17], strict=True)) % 11]
    return text[17].upper() == sign and born.year in BORN
