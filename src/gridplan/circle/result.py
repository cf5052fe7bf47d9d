"""What the circle takes and gives."""

from dataclasses import dataclass
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gridplan.words import Message


@dataclass(frozen=True, kw_only=True)
class Service:
    """An everyday service that everybody should reach."""

    category: str
    limit_m: float  # as far as anyone should walk
    new: int | None = None  # so many new sites at most; None: as many as full cover needs
    capacity: float | None = None  # households that a new one can serve
    model: str = "cover"  # or "median": the shortest walk in all; "center": the shortest longest walk
    budget: float | None = None  # of the candidates' costs, for this service
    backup: int = 1  # within reach of so many counts as covered
    apart_m: float = 0.0  # the least walk between two open sites, unless both exist
    shared_budget: float | None = None  # of this and all others that share it; their buildings are paid once
    cost: float = 0.0  # of opening it in a building, where it shares
    floor_m2: float = 0.0  # that it takes there
    capacities: bool = False  # whether who finds no room counts as not covered
    kinds: tuple[str, ...] = ()  # kinds of candidates that may hold it; none named: any
    goals: tuple[str, ...] = ()  # in order, as ``ordered`` names them; none: those of the model
    give_up: tuple[float, ...] = ()  # the share of each goal that later ones may give up

    @property
    def shared(self) -> bool:
        """Whether it is placed with others in shared buildings."""
        return self.model == "cover" and self.shared_budget is not None

    @property
    def plain(self) -> bool:
        """Whether covering alone answers it."""
        ruled = self.budget is not None or self.backup > 1 or self.apart_m > 0 or self.capacities
        return self.model == "cover" and not ruled


@dataclass(frozen=True, kw_only=True)
class Circle:
    """Facilities after the plan, who reaches them, and the figures of report.json.

    ``facilities`` and ``access`` have the columns of ``tables.LAYERS``, ``rows`` are the report's ``circle``.
    The objective is the households left uncovered where ``new`` is given, else the count of new sites. Status
    "infeasible": full cover cannot be, as no candidate has the ``unreachable`` households in reach; objective
    and bound then concern the others. ``next_site`` is the candidate that would add most cover, and
    ``next_site_households`` how much; ``stopped`` is what ended an unfinished proof, "work" or "clock".
    """

    facilities: gpd.GeoDataFrame
    access: pd.DataFrame
    rows: list[dict[str, Any]]
    told: tuple[Message, ...]
    isochrones: gpd.GeoDataFrame | None = (
        None  # how far people come from some places, where that is asked for
    )


class Walk(Protocol):
    """What the circle asks of a way of walking (``network`` has two)."""

    def attach(self, points: ArrayLike) -> Any:
        """Return the points (k, 2), metres, as ``distances`` likes them best; can be indexed by rows."""

    def distances(
        self,
        origins: Any,
        destinations: Any,
        *,
        limit_m: float = np.inf,
    ) -> NDArray[np.float64]:
        """Return (n, m) metres, inf beyond the limit."""

    def nearest(
        self,
        origins: Any,
        destinations: Any,
        *,
        limit_m: float = np.inf,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return (n,) metres to the nearest destination, and which it is; inf, -1 where none is within the limit."""
