"""A siting problem from plain arrays; what does not fit together is told all at once."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridplan.circle.model import Floats
from gridplan.circle.siting.rules import Flags, Rules

Goal = Literal["fewest", "cover", "median", "center"]


@dataclass(frozen=True, eq=False, kw_only=True)
class SiteProblem:
    """Who walks how far to which site, and what a choice of sites may be; made by ``site_problem``."""

    distance_m: Floats
    weight: Floats
    goal: Goal
    limit_m: float
    new: int | None
    price: Floats | None
    budget: float
    existing: Flags
    closing: Floats
    required: Flags
    forbidden: Flags
    capacity: Floats | None
    split: bool
    backup: int
    clashes: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """Number of rows that want a site."""
        return len(self.weight)

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.existing)

    @property
    def stays(self) -> Flags:
        """Which existing sites may not be closed."""
        return self.existing & np.isnan(self.closing)

    @property
    def rules(self) -> Rules:
        """What a choice must keep. Closing a site costs what leaving it open saves."""
        money = np.zeros(self.sites) if self.price is None else self.price.copy()
        shut = self.existing & ~self.stays
        money[self.existing] = 0.0
        money[shut] = -self.closing[shut]
        return Rules(
            must=self.required | self.stays,
            barred=self.forbidden & ~self.existing,
            counts=~self.existing,
            most=self.new,
            money=money,
            budget=self.budget - float(self.closing[shut].sum()),
            clashes=self.clashes,
        )


def site_problem(  # noqa: PLR0913 # a problem has as many sides; all but the first by name
    distance_m: ArrayLike,
    *,
    goal: Goal,
    weight: ArrayLike | None = None,
    limit_m: float = np.inf,
    new: int | None = None,
    cost: ArrayLike | None = None,
    budget: float = np.inf,
    existing: ArrayLike = (),
    closing: ArrayLike | None = None,
    required: ArrayLike = (),
    forbidden: ArrayLike = (),
    capacity: ArrayLike | None = None,
    split: bool = True,
    backup: int = 1,
    apart_m: float = 0.0,
    between_m: ArrayLike | None = None,
) -> SiteProblem:
    """Return the problem of a distance matrix.

    Parameters
    ----------
    distance_m
        Walk from each row (who wants the service) to each site, shape (rows, sites), metres; inf where no way leads.
    goal
        "fewest": sites (with ``cost``: the least cost) so that every row has one within ``limit_m``; "cover": the most
        weight within ``limit_m``; "median": the shortest walk in all, weight x metres; "center": the shortest longest walk.
    weight
        Households of each row, shape (rows,); default 1 each. Rows of weight 0 want nothing.
    limit_m
        How far anyone should walk. With "median" and "center" farther sites serve nobody.
    new
        So many new sites at most; None: any number.
    cost, budget
        Cost of opening each site, shape (sites,), and what all new ones may cost together, with closings.
    existing
        Sites that are open, by position. They stay open and cost nothing, but for those with a price in ``closing``.
    closing
        What closing an existing site costs (below 0: what it saves), shape (sites,); nan: it may not be closed.
    required, forbidden
        Sites that must, and must not, be open, by position.
    capacity
        Weight that each site can serve, shape (sites,); inf: any.
    split
        Whether a row may be served by several sites, where capacities are given.
    backup
        With "fewest" and "cover": a row counts as covered with so many open sites within the limit.
    apart_m, between_m
        No two open sites, unless both exist, may be nearer to each other than ``apart_m``; walk between sites,
        shape (sites, sites).

    Raises
    ------
    ValueError
        If something does not fit together; every fault is told.
    """
    metres = np.array(distance_m, float)
    if metres.ndim != 2 or not metres.shape[1]:  # noqa: PLR2004 # a matrix
        raise ValueError(
            f"distance_m: shape (rows, sites), at least one site, is wanted; {metres.shape} came"
        )
    rows, sites = metres.shape
    faults = _not_from_0("distance_m", metres, (rows, sites), finite=False)
    weights = np.ones(rows) if weight is None else np.array(weight, float)
    faults += _not_from_0("weight", weights, (rows,))
    price = None if cost is None else np.array(cost, float)
    room = None if capacity is None else np.array(capacity, float)
    faults += [] if price is None else _not_from_0("cost", price, (sites,))
    faults += [] if room is None else _not_from_0("capacity", room, (sites,), finite=False)
    shut = np.full(sites, np.nan) if closing is None else np.array(closing, float)
    if shut.shape != (sites,) or np.isinf(shut).any():
        faults.append(f"closing: shape ({sites},), numbers or nan, is wanted; {shut.shape} came")
    marked = {"existing": existing, "required": required, "forbidden": forbidden}
    flags = {name: _flags(name, at, sites, faults) for name, at in marked.items()}
    faults += _faults_of_goal(goal, limit_m, new, budget, backup)
    faults += _faults_of_means(goal, cost=price, capacity=room, budget=budget, backup=backup)
    near = _near(between_m, apart_m, sites, flags["existing"], faults)
    if faults:
        raise ValueError("\n".join(faults))
    return SiteProblem(
        distance_m=metres,
        weight=weights,
        goal=goal,
        limit_m=float(limit_m),
        new=None if new is None else int(new),
        price=price,
        budget=float(budget),
        closing=shut,
        capacity=room,
        split=split,
        backup=backup,
        clashes=near,
        **flags,
    )


def _not_from_0(name: str, values: NDArray[Any], shape: tuple[int, ...], *, finite: bool = True) -> list[str]:
    if values.shape != shape:
        return [f"{name}: shape {shape} is wanted; {values.shape} came"]
    wrong = values[~(values >= 0) | (np.isinf(values) & finite)]
    return [f"{name}: numbers from 0 up are wanted; {wrong[0]:g} came"] if len(wrong) else []


def _flags(name: str, at: ArrayLike, sites: int, faults: list[str]) -> Flags:
    """Return positions as a flag a site; a fault is added where they are none."""
    places, flags = np.asarray(at), np.zeros(sites, bool)
    if not places.size:
        return flags
    if places.dtype.kind not in "iu" or (places < 0).any() or (places >= sites).any():
        faults.append(f"{name}: positions of sites, 0..{sites - 1}, are wanted; {places.tolist()[:5]} came")
        return flags
    flags[places.astype(np.int64)] = True
    return flags


def _faults_of_goal(goal: Any, limit_m: float, new: Any, budget: float, backup: Any) -> list[str]:
    faults = []
    if goal not in get_args(Goal):
        faults.append(f"goal: one of {', '.join(get_args(Goal))} is wanted; {goal!r} came")
    if not limit_m >= 0 or (goal in ("fewest", "cover") and np.isinf(limit_m)):
        faults.append(f"limit_m: how far anyone should walk is wanted; {limit_m:g} came")
    if new is not None and (isinstance(new, bool) or not isinstance(new, int | np.integer) or new < 0):
        faults.append(f"new: a whole number from 0 up, or None, is wanted; {new!r} came")
    if not budget >= 0:
        faults.append(f"budget: a number from 0 up is wanted; {budget:g} came")
    if isinstance(backup, bool) or not isinstance(backup, int | np.integer) or backup < 1:
        faults.append(f"backup: a whole number from 1 up is wanted; {backup!r} came")
    return faults


def _faults_of_means(
    goal: Any, *, cost: Floats | None, capacity: Floats | None, budget: float, backup: int
) -> list[str]:
    """Return which of the things given do not go together."""
    faults = []
    if np.isfinite(budget) and cost is None:
        faults.append("budget: needs the cost of each site")
    if backup > 1 and goal in ("median", "center"):
        faults.append(f"backup: goes with the goals fewest and cover; {goal} came")
    if backup > 1 and capacity is not None:
        faults.append("backup: does not go with capacity")
    if capacity is not None and goal == "center":
        faults.append("capacity: goes with the goals fewest, cover and median; center came")
    return faults


def _near(
    between_m: ArrayLike | None, apart_m: float, sites: int, existing: Flags, faults: list[str]
) -> NDArray[np.int64]:
    """Return the pairs of sites that are too near to each other, not both existing."""
    none = np.zeros((0, 2), np.int64)
    if not apart_m > 0:
        return none
    between = np.zeros(0) if between_m is None else np.array(between_m, float)
    if between.shape != (sites, sites):
        faults.append(f"apart_m: needs between_m, shape ({sites}, {sites}); {between.shape} came")
        return none
    close = np.triu(between < apart_m, k=1)
    return np.argwhere(close & ~(existing[:, None] & existing)).astype(np.int64)
