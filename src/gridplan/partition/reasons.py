"""Why a community has no plan with every grid in band."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridplan.partition.problem import Columns, Ints, Problem


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason before units have names: a key of the words tables (``partition.<key>``), its values, the units meant."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)
    units: tuple[int, ...] = ()


def without_sets(problem: Problem, columns: Columns) -> Ints:
    """Return the units with load that lie in none of the sets."""
    listed = np.zeros(problem.size, bool)
    listed[columns.members] = True
    return np.flatnonzero(~listed & (problem.load > 0)).astype(np.int32)


def reason_of(problem: Problem, columns: Columns | None, *, proven: bool) -> Reason:
    """Return the first reason that holds, the plainest first.

    Parameters
    ----------
    problem
        The units.
    columns
        All sets in band; None where they are too many to list.
    proven
        Whether it is proven that there is no plan in band.
    """
    total, band = float(problem.load.sum()), problem.band
    least = int(np.ceil(total / band.high - 1e-9))
    if least * band.low > total + 1e-9:
        fewer = max(least - 1, 1)
        return Reason(
            key="reason_few" if least == 1 else "reason_counting",
            values={
                "total": f"{total:g}",
                "fewer": fewer,
                "each_fewer": f"{total / fewer:.4g}",
                "more": least,
                "each_more": f"{total / least:.4g}",
                "low": f"{band.low:g}",
                "high": f"{band.high:g}",
            },
        )
    lone = without_sets(problem, columns) if columns is not None else np.zeros(0, np.int32)
    span = {"low": f"{band.low:g}", "high": f"{band.high:g}", "most": band.most}
    if len(lone):
        return Reason(key="reason_units", values=span, units=tuple(lone.tolist()))
    return Reason(key="reason_packing" if proven else "reason_open", values=span)
