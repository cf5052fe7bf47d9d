"""Services, the sites that each may have, and the buildings that they may share, laid out flat for search and model.

A column is a site of a service, an element is a row of a service; entries say which columns serve an element, the nearest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridplan.circle.model import EPS, Floats, Integers
from gridplan.circle.siting.problem import SiteProblem
from gridplan.circle.siting.rules import Flags

OWN = -1  # the building of a site that shares none


@dataclass(frozen=True, eq=False, kw_only=True)
class Tenant:
    """A service: its own problem (walks, weights, what there is, prices and rules), and where its sites are.

    ``building`` has the building of each site, -1 for one that shares none; ``group`` the group of each row (a grid, say), -1 for
    none; ``named`` the part of each row's weight that belongs to the named groups (households in difficulty, say).
    """

    problem: SiteProblem
    building: ArrayLike | None = None
    floor_m2: float = 0.0
    group: ArrayLike | None = None
    named: ArrayLike | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Buildings:
    """Where services may be together: the building is paid once, whatever is in it, and what is in it must fit into it."""

    cost: Floats = field(default_factory=lambda: np.zeros(0))  # of taking each building
    area_m2: Floats = field(default_factory=lambda: np.zeros(0))  # inf: any
    budget: float = np.inf  # of buildings and all that is opened in them
    most: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """All tenants laid out flat; arrays have a value a column, an element, an entry, or a service."""

    service: Integers  # (columns,)
    site: Integers  # (columns,) its position in the service's problem
    building: Integers
    money: Floats
    floor: Floats
    counts: Flags
    must: Flags
    barred: Flags
    room: Floats
    clashes: Integers  # (pairs, 2) of columns
    of: Integers  # (elements,) the service
    row: Integers  # (elements,) its position in the service's problem
    weight: Floats
    named: Floats
    group: Integers
    need: Integers  # so many open columns cover it
    alone_m: Floats  # what counts as its walk where no open column is nearer
    settled: Flags  # covered whatever is opened
    first: Integers  # (elements + 1,)
    column: Integers  # (entries,)
    metres: Floats  # (entries,)
    most: Integers  # (services,) new sites; more than there are where any number is allowed
    own_budget: Floats  # (services,)
    assigned: Flags  # (services,) whether rooms limit who goes where
    whole: Flags  # (services,) whether an element goes to one site only
    buildings: Buildings
    groups: Floats  # (groups,) weight

    @property
    def element(self) -> Integers:
        """The element of each entry."""
        return np.repeat(np.arange(len(self.of)), np.diff(self.first))

    @property
    def free(self) -> Flags:
        """Columns that may be opened or left."""
        return ~self.must & ~self.barred


def case_of(tenants: Sequence[Tenant], buildings: Buildings) -> Case:
    """Return tenants and buildings laid out flat."""
    parts = [_columns(number, one) for number, one in enumerate(tenants)]
    starts = np.cumsum([0, *(one.problem.sites for one in tenants)])
    rows = [_elements(number, one, int(starts[number])) for number, one in enumerate(tenants)]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    listed = {
        name: np.concatenate([part[name] for part in rows])
        for name in rows[0]
        if name not in ("sizes", "total")
    }
    rules = [one.problem.rules for one in tenants]
    pairs = [rule.clashes + start for rule, start in zip(rules, starts[:-1], strict=True)]
    count = max((int(listed["group"].max(initial=-1)) + 1), 0)
    grouped = listed["group"] >= 0
    return Case(
        **joined,
        **listed,
        first=np.concatenate([[0], np.cumsum(np.concatenate([part["sizes"] for part in rows]))]),
        clashes=np.concatenate(pairs).reshape(-1, 2),
        most=np.array(
            [
                one.problem.sites if rule.most is None else rule.most
                for one, rule in zip(tenants, rules, strict=True)
            ]
        ),
        own_budget=np.array([rule.budget for rule in rules]),
        assigned=np.array([one.problem.capacity is not None for one in tenants]),
        whole=np.array([not one.problem.split for one in tenants]),
        buildings=_less(buildings, tenants),
        groups=np.bincount(listed["group"][grouped], listed["weight"][grouped], count).astype(float),
    )


def _less(buildings: Buildings, tenants: Sequence[Tenant]) -> Buildings:
    """Return the buildings, the budget less what closing all that may be closed costs: leaving it open saves that."""
    shut = sum(float(np.nansum(one.problem.closing[one.problem.existing])) for one in tenants)
    return Buildings(
        cost=buildings.cost, area_m2=buildings.area_m2, budget=buildings.budget - shut, most=buildings.most
    )


def _columns(number: int, tenant: Tenant) -> dict[str, NDArray]:
    problem, rules = tenant.problem, tenant.problem.rules
    own = np.full(problem.sites, OWN)
    return {
        "service": np.full(problem.sites, number),
        "site": np.arange(problem.sites),
        "building": own if tenant.building is None else np.asarray(tenant.building, np.int64),
        "money": rules.money,
        "floor": np.where(problem.existing, 0.0, tenant.floor_m2),
        "counts": rules.counts,
        "must": rules.must,
        "barred": rules.barred,
        "room": np.full(problem.sites, np.inf) if problem.capacity is None else problem.capacity,
    }


def _elements(number: int, tenant: Tenant, start: int) -> dict[str, NDArray]:
    """Return the rows that want something, and their entries: open columns nearer than what is there anyway."""
    problem, rules = tenant.problem, tenant.problem.rules
    rows = np.flatnonzero(problem.weight > 0)
    metres = problem.distance_m[rows]
    near = np.isfinite(metres) & (metres <= problem.limit_m) & ~rules.barred
    held = near & rules.must
    settled = (held.sum(axis=1) >= problem.backup) & (problem.capacity is None)
    alone = np.minimum(
        np.where(held & (problem.capacity is None), metres, np.inf).min(axis=1, initial=np.inf),
        problem.limit_m,
    )
    useful = near & (~settled[:, None] | (metres < alone[:, None]))
    at, column = np.nonzero(useful)
    order = np.lexsort((column, metres[at, column], at))
    at, column = at[order], column[order]
    blank = np.full(problem.rows, -1)
    return {
        "of": np.full(len(rows), number),
        "row": rows,
        "weight": problem.weight[rows],
        "named": (
            np.zeros(problem.rows) if tenant.named is None else np.nan_to_num(np.asarray(tenant.named, float))
        )[rows],
        "group": (blank if tenant.group is None else np.asarray(tenant.group, np.int64))[rows],
        "need": np.full(len(rows), problem.backup),
        "alone_m": alone,
        "settled": settled,
        "column": column + start,
        "metres": metres[at, column],
        "sizes": np.bincount(at, minlength=len(rows)),
    }


def may_open(case: Case, chosen: Flags) -> Flags:
    """Return the columns that are open in any case, or that a choice has open."""
    return case.must | (case.free & chosen)


def only(case: Case, chosen: Flags) -> Case:
    """Return the case with nothing to open but what a choice has open."""
    barred = ~may_open(case, chosen)
    stays = ~barred[case.column]
    sizes = np.bincount(case.element[stays], minlength=len(case.of))
    return replace(
        case,
        barred=barred,
        first=np.concatenate([[0], np.cumsum(sizes)]),
        column=case.column[stays],
        metres=case.metres[stays],
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """What a choice is worth by each goal, and who is served."""

    served: Floats  # (elements,) the share covered
    cover: float  # weight covered
    worst: float  # the least share of a group's weight that is covered; 1 without groups
    named: float  # weight of the named groups that is covered
    walk: float  # weight x metres to the nearest open site, or where room is found; the limit where none is near enough
    money: float
    sites: float  # buildings taken, and new sites outside of buildings


def measured(case: Case, chosen: Flags, parts: Floats | None = None) -> Measured:
    """Return what a choice of columns is worth; ``parts`` (entries,) says where services with rooms send their elements."""
    element = case.element
    opened = chosen[case.column]
    number = np.bincount(element[opened], minlength=len(case.of))
    served = (case.settled | (number >= case.need)).astype(float)
    least = case.alone_m.copy()
    np.minimum.at(least, element[opened], case.metres[opened])
    if case.assigned.any():
        mine = case.assigned[case.of]
        part = np.zeros(len(element)) if parts is None else np.where(opened & mine[element], parts, 0.0)
        share = np.minimum(np.bincount(element, part, len(case.of)), 1.0)
        served = np.where(mine, share, served)
        walked = np.bincount(element, part * case.metres, len(case.of)) + (1 - share) * case.alone_m
        least = np.where(mine, walked, least)
    inside = case.group >= 0
    sums = np.bincount(case.group[inside], (served * case.weight)[inside], len(case.groups))
    shares = sums[case.groups > 0] / case.groups[case.groups > 0]
    return Measured(
        served=served,
        cover=float(served @ case.weight),
        worst=float(shares.min(initial=1.0)),
        named=float(served @ case.named),
        walk=float(least @ case.weight),
        money=money_of(case, chosen),
        sites=float(sites_of(case, chosen)),
    )


def taken(case: Case, chosen: Flags) -> Flags:
    """Return which buildings are taken by a choice of columns."""
    flags = np.zeros(len(case.buildings.cost), bool)
    flags[case.building[chosen & (case.building >= 0)]] = True
    return flags


def money_of(case: Case, chosen: Flags) -> float:
    """Return what a choice costs; closing counts as what leaving open saves."""
    return float(case.money[chosen].sum() + case.buildings.cost[taken(case, chosen)].sum())


def sites_of(case: Case, chosen: Flags) -> int:
    """Return how many buildings are taken and new sites opened outside of them."""
    return int(taken(case, chosen).sum() + (chosen & case.counts & (case.building < 0)).sum())


def kept(case: Case, chosen: Flags) -> bool:
    """Tell whether a choice keeps all rules but those about rooms."""
    count = len(case.most)
    new = np.bincount(case.service[chosen & case.counts], minlength=count)
    own = np.bincount(case.service[chosen], case.money[chosen], count)
    used = taken(case, chosen)
    inside = chosen & (case.building >= 0)
    floor = np.bincount(case.building[inside], case.floor[inside], len(used))
    bills = np.append(case.own_budget, case.buildings.budget)
    sums = np.append(own, money_of(case, chosen))
    return not (
        (case.must & ~chosen).any()
        or (case.barred & chosen).any()
        or (new > case.most).any()
        or (sums > bills + EPS * np.maximum(1.0, np.abs(np.where(np.isfinite(bills), bills, 0.0)))).any()
        or (floor > case.buildings.area_m2 + EPS).any()
        or (case.buildings.most is not None and used.sum() > case.buildings.most)
        or chosen[case.clashes].all(axis=1).any()
    )
