"""Services to sites: who is in reach of what there is, and where new facilities bring the rest into reach."""

import time
from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from gridplan.circle.ground import survey
from gridplan.circle.model import Stop
from gridplan.circle.result import Circle, Service, Walk
from gridplan.circle.ruled import Ruled, together
from gridplan.circle.serve import Served, serve
from gridplan.circle.tables import access_table, facility_table, report_row
from gridplan.circle.told import tell
from gridplan.words import Message


def place(
    units: pd.DataFrame,
    facilities: gpd.GeoDataFrame | None,
    candidates: gpd.GeoDataFrame | None,
    *,
    services: Sequence[Service],
    walk: Walk,
    metres_per_minute: float,
    solve_seconds: float | None = None,
    seed: int = 1,
) -> Circle:
    """Place every service: the fewest new sites for full cover, or the most households with ``new`` of them.

    Parameters
    ----------
    units
        unit_id, x, y (metric CRS), households; where they are there: ``compound`` names places in messages, ``grid`` and
        ``vulnerable`` (households in difficulty) are what goals in order look at.
    facilities, candidates
        Tables of ``tables.Inputs`` or None; without candidates every unit's point is one. A candidate without
        categories may hold any. Costs decide between plans that are equal otherwise.
    solve_seconds
        For all services together; without it the solver stops on counted work, so that results repeat.
    """
    ground = survey(units, facilities, candidates, walk=walk, metres_per_minute=metres_per_minute)
    end = None if solve_seconds is None else time.monotonic() + solve_seconds
    sharing = [service for service in services if service.shared]
    shared: dict[str, Ruled] = {}
    if sharing:
        stop = Stop(deadline=_deadline(end, 2 if len(sharing) < len(services) else 1), seed=seed)
        shared = together(ground, sharing, stop)
    served: list[Served] = []
    for service in services:
        stop = Stop(deadline=_deadline(end, len(services) - len(served)), seed=seed)
        served.append(serve(ground, service, stop, shared.get(service.category)))
    table = facility_table(ground, served)
    return Circle(
        facilities=table,
        access=access_table(ground, served),
        rows=[report_row(ground, one) for one in served],
        told=_once([message for one in served for message in tell(ground, table, one)]),
    )


def _deadline(end: float | None, services_left: int) -> float | None:
    """Give each service an equal part of the time that is left."""
    now = time.monotonic()
    return None if end is None else now + max(0.0, end - now) / services_left


def _once(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return each message once: services that share buildings share what binds them."""
    return tuple(message for at, message in enumerate(messages) if message not in messages[:at])
