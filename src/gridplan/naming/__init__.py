"""Numbers, names, codes and four bounds (四至) of grids."""

from gridplan.naming.bounds import bounds_text
from gridplan.naming.codes import check_code, codes
from gridplan.naming.kept import Earlier, heirs, renumbered
from gridplan.naming.numbers import chinese, names, numbers

__all__ = [
    "Earlier",
    "bounds_text",
    "check_code",
    "chinese",
    "codes",
    "heirs",
    "names",
    "numbers",
    "renumbered",
]
