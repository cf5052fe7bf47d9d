"""How well the services are within reach, by area: grids, communities, streets, and all together."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.circle.model import Floats, Integers

LEVELS = ("district", "street", "community", "grid")
WORST_SHARE = 0.1  # of the walks


def assess(access: pd.DataFrame, units: pd.DataFrame, services: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row an area: the district first, then streets, communities, grids in their order.

    A walk is that of a household to its nearest open facility of a service. ``score`` is the share of (household, service) pairs
    within reach, ``mean_minutes`` and ``worst_tenth_minutes`` the mean of all known walks and of the longest tenth; ``unknown``
    counts pairs that no way leads for. ``covered`` has a share a service, ``vulnerable_covered`` the same of households in
    difficulty.

    Parameters
    ----------
    access
        As ``tables.LAYERS`` has it.
    units
        unit_id, households, vulnerable (NaN: not known), and the areas of a unit: street, community, grid ("" for none).
    """
    if not services or not len(units):
        return []
    table = access.merge(units, on="unit_id", validate="m:1")
    table = table.assign(district="", within=table["households"] * table["covered"])
    rows: list[dict[str, Any]] = []
    for level in LEVELS:
        known = table[(table[level] != "") & table[level].notna()] if level != "district" else table
        if len(known):
            rows += _rows(level, known, services)
    return rows


def _rows(level: str, table: pd.DataFrame, services: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a level."""
    area, names = pd.factorize(table[level])
    homes, minutes = table["households"].to_numpy(float), table["minutes"].to_numpy(float)
    known = np.isfinite(minutes)
    count = len(names)
    pairs = np.bincount(area, homes, count)
    walked = np.bincount(area[known], (homes * minutes)[known], count)
    weight = np.bincount(area[known], homes[known], count)
    figures = {
        "households": pairs / len(services),
        "score": _ratio(np.bincount(area, table["within"].to_numpy(float), count), pairs),
        "mean_minutes": _ratio(walked, weight),
        "worst_tenth_minutes": worst(area[known], minutes[known], homes[known], count),
        "unknown": pairs - weight,
    }
    covered = _by_service(table, area, count, services, homes)
    poor = table["vulnerable"].to_numpy(float)
    told = bool(np.isfinite(poor).any())
    of_poor = _by_service(table, area, count, services, np.nan_to_num(poor)) if told else {}
    number = np.bincount(area, np.nan_to_num(poor), count) / len(services)
    return [
        {
            "level": level,
            "id": str(name),
            **{key: float(values[at]) for key, values in figures.items()},
            "covered": {service: float(values[at]) for service, values in covered.items()},
            **({"vulnerable": float(number[at])} if told else {}),
            **({"vulnerable_covered": {s: float(v[at]) for s, v in of_poor.items()}} if told else {}),
        }
        for at, name in enumerate(names)
    ]


def _by_service(
    table: pd.DataFrame, area: Integers, count: int, services: Sequence[str], weight: Floats
) -> Mapping[str, Floats]:
    """Return the share of the weight of each area that each service covers."""
    shares = {}
    for service in services:
        mine = (table["category"] == service).to_numpy()
        inside = weight[mine] * table["covered"].to_numpy(float)[mine]
        shares[service] = _ratio(
            np.bincount(area[mine], inside, count), np.bincount(area[mine], weight[mine], count)
        )
    return shares


def worst(area: Integers, minutes: Floats, weight: Floats, count: int) -> Floats:
    """Return the mean of the longest tenth of the walks of each area, by weight; nan where nobody walks."""
    order = np.lexsort((-minutes, area))
    area, minutes, weight = area[order], minutes[order], weight[order]
    before = np.cumsum(weight) - weight
    first = np.searchsorted(area, np.arange(count))
    start = np.append(before, weight.sum())[first]
    allowed = WORST_SHARE * np.bincount(area, weight, count)
    part = np.clip(allowed[area] - (before - start[area]), 0.0, weight)
    return _ratio(np.bincount(area, part * minutes, count), np.bincount(area, part, count))


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """Return a part of a whole, nan of nothing."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
