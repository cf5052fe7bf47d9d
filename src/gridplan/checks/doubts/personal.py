"""What is personal by its looks: numbers of citizens and of mobile telephones."""

import datetime as dt
import re

CITIZEN = re.compile(r"\d{17}[\dXx]")
MOBILE = re.compile(r"1[3-9]\d{9}")
WEIGHTS, SIGNS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"  # GB 11643-1999
BORN = range(1900, 2101)


def is_personal(text: str) -> bool:
    """Tell whether a text is a citizen identity number (GB 11643-1999: a day of birth, a check sign) or a mobile number."""
    if MOBILE.fullmatch(text):
        return True
    if not CITIZEN.fullmatch(text):
        return False
    try:
        born = dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    sign = SIGNS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text[:17], strict=True)) % 11]
    return text[17].upper() == sign and born.year in BORN
