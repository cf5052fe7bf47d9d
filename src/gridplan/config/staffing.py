"""Models of ``[staffing]``: the norms, what else they might say, and how the roster's people are placed."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gridplan.config.table import Table
from gridplan.config.values import Band, Positive, Price, Want, listed, must

MOST_GRIDS = 6  # of one worker; sets of neighbours grow sixfold with each


def _bands(pairs: object) -> object:
    return tuple(map(listed, pairs)) if isinstance(pairs, list) else pairs


def _ordered(pairs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    must(all(0 < low <= high for low, high in pairs))
    return pairs


class WhatIf(Table):
    """``[staffing.what_if]``: other norms that the roster is held against."""

    households_per_worker: Annotated[
        tuple[tuple[float, float], ...], BeforeValidator(_bands), AfterValidator(_ordered), Want("bands")
    ] = ((150, 200), (200, 300), (300, 500))
    workers_per_10000_residents: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...], BeforeValidator(listed), Want("positives")
    ] = (18, 25)


class ServicePrices(Table):
    """``[staffing.prices]``, metres: a worker who is moved, a household that a crew has more or less than the mean."""

    move: Price = 1000.0
    uneven: Price = 5.0


class Staffing(Table):
    """``[staffing]``: the norms, and how people are placed."""

    households_per_worker: Band = (150, 200)
    workers_per_10000_residents: Positive = 18
    basis: Annotated[Literal["lived_in", "planned", "load"], Want("basis")] = "lived_in"
    what_if: WhatIf = WhatIf()
    grids_per_worker: Annotated[int, Field(ge=1, le=MOST_GRIDS), Want("grids_per_worker")] = 4
    prices: ServicePrices = ServicePrices()
    party: Annotated[bool, Want("flag")] = False
