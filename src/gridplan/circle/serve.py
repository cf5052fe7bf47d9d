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
from gridplan.circle.ruled import Ruled, in_order, ruled


@dataclass(frozen=True, eq=False, kw_only=True)
class Served:
    """A service placed; arrays have a value for every unit."""

    service: Service
    choice: Choice
    sites: Integers  # positions of the candidates that were chosen
    closed: Integers  # positions of the facilities that are closed
    new_ids: list[str]  # the ids of the facilities there
    before_m: Floats  # to the nearest facility before the plan, inf where no way leads
    after_m: Floats
    nearest_ids: NDArray[np.object_]  # the nearest facility after the plan, "" where no way leads
    unreachable: NDArray[np.bool_]  # households live there, and no facility and no candidate is in reach
    candidates: int  # how many may hold the service
    next_site: str  # the candidate that would add most, "" if none adds anything
    next_site_households: float
    full: (
        Choice | None
    )  # the fewest sites for all who can be reached, where fewer are allowed and some of them stay out
    curve: list[dict[str, Any]]  # what each site adds, the best next one at each step
    ruled: Ruled | None = None  # what the service's own model and rules found
    assigned_ids: NDArray[np.object_] | None = None  # where capacities send each unit

    @property
    def together(self) -> bool:
        """Whether it was placed with others, in shared buildings; the choice's objective is that of all."""
        return self.ruled is not None and self.ruled.together

    @property
    def covered(self) -> NDArray[np.bool_] | None:
        """Which units are served, where that is not told by the walk alone."""
        return None if self.ruled is None else self.ruled.covered


def serve(ground: Ground, service: Service, stop: Stop, joint: Ruled | None = None) -> Served:
    """Place one service; ``joint`` is what was chosen for it together with others."""
    homes, limit_m = ground.households, ground.limit_m(service)
    there, eligible = ground.existing(service.category), ground.eligible(service)
    before_m, _ = ground.nearest(ground.facility_places[there])
    needy = np.flatnonzero((homes > 0) & (before_m > limit_m))
    reach = ground.reach(needy, eligible, limit_m)
    can = np.asarray(reach.sum(axis=1) > 0)
    within, weights = reach[np.flatnonzero(can)], homes[needy[can]]
    own = joint
    if own is None and not (service.plain and not in_order(ground, service)):
        own = ruled(ground, service, stop)
    choice = own.choice if own else _choose(within, weights, ground.cost(eligible), service, stop)
    sites = eligible[choice.sites]
    shut = np.zeros(0, np.int64) if own is None else own.closed
    after_m, nearest = _after(ground, there, shut, sites)
    new_ids = _new_ids(service.category, ground, sites)
    ids = np.array([*ground.facilities["facility_id"].iloc[there], *new_ids, ""], object)
    unreachable = np.zeros(len(homes), bool)
    unreachable[needy[~can]] = True
    best, added = _next(within, weights, choice.sites)
    return Served(
        service=service,
        choice=choice,
        sites=sites,
        closed=there[shut],
        new_ids=new_ids,
        before_m=before_m,
        after_m=after_m,
        nearest_ids=ids[nearest],
        unreachable=unreachable,
        candidates=len(eligible),
        next_site=str(ground.candidates["candidate_id"].iloc[eligible[best]]) if added else "",
        next_site_households=added,
        full=fewest(within, None, stop=stop) if added and own is None and service.new is not None else None,
        curve=_curve(ground, within, weights, eligible, before_m <= limit_m),
        ruled=own,
        assigned_ids=None if own is None or own.goes is None else ids[own.goes],
    )


def _after(ground: Ground, there: Integers, shut: Integers, sites: Integers) -> tuple[Floats, Integers]:
    """Return metres to the nearest open facility, and which it is: one there, then one of the new; -1 where no way leads."""
    kept = np.setdiff1d(np.arange(len(there)), shut)
    kept_m, old = ground.nearest(ground.facility_places[there[kept]])
    new_m, new = ground.nearest(ground.candidate_places[sites])
    nearest = np.where(new >= 0, len(there) + new, -1)
    if len(kept):
        nearest = np.where((kept_m <= new_m) & (old >= 0), kept[old], nearest)
    return np.minimum(kept_m, new_m), nearest


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
