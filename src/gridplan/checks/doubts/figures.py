"""Doubts about numbers: far too large ones, and figures of one row that cannot be true together."""

import re

import numpy as np
import numpy.typing as npt

from gridplan.checks.doubts.looked import Looked, Mask, doubt
from gridplan.checks.faults import Fault

Floats = npt.NDArray[np.float64]

FEW = 20  # rows, below which nothing is usual
HIGH, TIMES, LEAST = (
    0.99,
    10.0,
    50.0,
)  # an outlier is above so many times what all but one row in a hundred stay below
NINES, NINE_TIMES = re.compile(r"9{3,}"), 2.0
LARGEST_FAMILY = 15.0  # residents a household
COUNTED = {
    "households": ("households", "planned", "population", "workload", "vulnerable"),
    "communities": ("population", "workers"),
    "facilities": ("capacity",),
    "candidates": ("cost", "area"),
    "agencies": ("people",),
    "needs": ("amount", "urgency"),
    "resources": ("amount",),
}
EMPTY = {("facilities", "capacity"): "no_capacity", ("workers", "availability"): "no_time"} | {
    (part, "amount"): "no_amount" for part in ("needs", "resources")
}


def doubts(looked: Looked) -> list[Fault]:
    """Return what is doubtful about the numbers of an input."""
    part, frame, columns = looked.sheet.part, looked.frame, looked.sheet.columns
    found: list[Fault] = []
    for key in COUNTED.get(part, ()):
        if key in columns:
            values = frame[key].to_numpy(float)
            nines, large = _far_above(values)
            for code, where in (("placeholder_number", nines), ("outlier", large)):
                example = f"{values[int(np.argmax(where))]:g}" if where.any() else ""
                usual = f"{_usual(values[values > 0]):g}" if where.any() else ""
                found += doubt(looked.sheet, code, where, column=columns[key], example=example, usual=usual)
    for (owner, key), code in EMPTY.items():
        if owner == part and key in columns:
            found += doubt(looked.sheet, code, frame[key].to_numpy(float) == 0, column=columns[key])
    return found + (_households(looked) if part == "households" else [])


def _far_above(values: Floats) -> tuple[Mask, Mask]:
    """Return where a value is all nines and well above the others, and where it is far above them."""
    none = np.zeros(len(values), dtype=bool)
    known = values[values > 0]
    if len(known) < FEW:
        return none, none
    usual = _usual(known)
    high = values > NINE_TIMES * usual
    nines = np.array([bool(NINES.fullmatch(f"{value:g}")) for value in values[high]], dtype=bool)
    marked = none.copy()
    marked[high] = nines
    return marked, (values > max(TIMES * usual, LEAST)) & ~marked


def _usual(known: Floats) -> float:
    """Return what all but one in a hundred, and all but one at least, are at most."""
    return float(np.sort(known)[int(HIGH * (len(known) - 1)) - 1])


def _households(looked: Looked) -> list[Fault]:
    """Return the rows whose households, residents, planned households and households in difficulty contradict one another."""
    frame, columns = looked.frame, looked.sheet.columns
    households = frame["households"].to_numpy(float)
    residents, planned, difficult = (
        frame[key].to_numpy(float) for key in ("population", "planned", "vulnerable")
    )
    marks = {
        "residents_only": (residents > 0) & (households == 0),
        "no_residents": (residents == 0) & (households > 0),
        "large_families": (residents > LARGEST_FAMILY * households) & (households > 0),
        "planned_fewer": planned < households,
        "difficult_more": (difficult > households) & (households >= 0),
    }
    if "households" not in columns:
        marks = {"no_residents": marks["no_residents"]}
    return [fault for code, where in marks.items() for fault in doubt(looked.sheet, code, where)]
