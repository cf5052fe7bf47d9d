"""One service: the sites chosen for it, and how far every unit walks before and after."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gridplan.circle.cover import fewest, most
from gridplan.circle.curve import curve
from gridplan.circle.ground import Ground
from gridplan.circle.model import Choice, Floats, Integers, Stop
from gridplan.circle.result import Service
from gridplan.circle.ruled import Ruled, ruled


@dataclass(frozen=True, eq=False, kw_only=True)
class Served:
    """A service placed; arrays have a value for every unit."""

    service: Service
    choice: Choice
    sites: Integers  # positions of the candidates that were chosen
    new_ids: list[str]  # the ids of the facilities there
    before_m: Floats  # to the nearest facility before the plan, inf where no way leads
    after_m: Floats
    nearest_ids: NDArray[np.object_]  # the nearest facility after the plan, "" where no way leads
    unreachable: NDArray[np.bool_]  # households live there, and no facility and no candidate is in reach
    candidates: int  # how many may hold the service
    next_site: str  # the candidate that would add most, "" if none adds anything
    next_site_households: float
    curve: list[dict[str, Any]]  # what each site adds, the best next one at each step
    ruled: Ruled | None = None  # what the service's own model and rules found
    together: bool = False  # with others, in shared buildings; the choice's objective is that of all
    assigned_ids: NDArray[np.object_] | None = None  # where capacities send each unit

    @property
    def covered(self) -> NDArray[np.bool_] | None:
        """Which units are served, where that is not told by the walk alone."""
        return None if self.ruled is None else self.ruled.covered


def serve(ground: Ground, service: Service, stop: Stop, joint: Choice | None = None) -> Served:
    """Place one service; ``joint`` is the choice made for it together with others."""
    homes, limit_m = ground.households, ground.limit_m(service)
    there, eligible = ground.existing(service.category), ground.eligible(service.category)
    before_m, before = ground.nearest(ground.facility_places[there])
    needy = np.flatnonzero((homes > 0) & (before_m > limit_m))
    reach = ground.reach(needy, eligible, limit_m)
    can = np.asarray(reach.sum(axis=1) > 0)
    within, weights = reach[np.flatnonzero(can)], homes[needy[can]]
    own = None if service.plain else ruled(ground, service, there, eligible, stop)
    choice = joint or (own.choice if own else _choose(within, weights, ground.cost(eligible), service, stop))
    sites = eligible[choice.sites]
    new_m, new = ground.nearest(ground.candidate_places[sites])
    new_ids = _new_ids(service.category, ground, sites)
    ids = np.array([*ground.facilities["facility_id"].iloc[there], *new_ids, ""], object)
    nearest = np.where(before_m <= new_m, before, np.where(new >= 0, len(there) + new, -1))
    unreachable = np.zeros(len(homes), bool)
    unreachable[needy[~can]] = True
    best, added = _next(within, weights, choice.sites)
    return Served(
        service=service,
        choice=choice,
        sites=sites,
        new_ids=new_ids,
        before_m=before_m,
        after_m=np.minimum(before_m, new_m),
        nearest_ids=ids[nearest],
        unreachable=unreachable,
        candidates=len(eligible),
        next_site=str(ground.candidates["candidate_id"].iloc[eligible[best]]) if added else "",
        next_site_households=added,
        curve=_curve(ground, within, weights, eligible, before_m <= limit_m),
        ruled=own,
        together=joint is not None,
        assigned_ids=None if own is None or own.goes is None else ids[own.goes],
    )


def _curve(
    ground: Ground, reach: csr_array, weights: Floats, eligible: Integers, covered: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Return what each further site adds to the units that are covered."""
    return curve(
        reach,
        weights,
        ground.candidates["candidate_id"].iloc[eligible],
        ground.candidates["cost"].to_numpy(float)[eligible],
        covered=float(ground.households[covered].sum()),
        everyone=float(ground.households.sum()),
    )


def _choose(reach: csr_array, weights: Floats, cost: Floats | None, service: Service, stop: Stop) -> Choice:
    if service.new is None:
        return fewest(reach, cost, stop=stop)
    return most(reach, weights, cost, count=service.new, stop=stop)


def _next(reach: csr_array, weights: Floats, chosen: Integers) -> tuple[int, float]:
    """Return the site that adds most to the chosen ones, and the weight it adds."""
    if not all(reach.shape):
        return 0, 0.0
    gains = np.where(reach[:, chosen].sum(axis=1) > 0, 0.0, weights) @ reach
    return int(np.argmax(gains)), float(gains.max())


def _new_ids(category: str, ground: Ground, sites: Integers) -> list[str]:
    """Name new facilities by service and candidate, with a number where an existing one has that name."""
    taken, ids = set(ground.facilities["facility_id"]), []
    for candidate in ground.candidates["candidate_id"].iloc[sites]:
        name = plain = f"new-{category}-{candidate}"
        number = 2
        while name in taken:
            name, number = f"{plain}-{number}", number + 1
        ids.append(name)
    return ids
