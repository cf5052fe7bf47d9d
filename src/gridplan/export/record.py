"""The report as JSON text: plain numbers, no NaN, the same bytes for the same report."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def report_json(report: Mapping[str, Any], *, timings: bool) -> str:
    """Return report.json as text; numbers that are not known become null.

    ``timings`` are left empty where bytes have to repeat, as in the copy that plan.gpkg holds.
    """
    kept = report if timings else {**report, "timings": {}}
    return json.dumps(_plain(kept), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    """Return the value in Python's own types."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(inner) for inner in value]
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
