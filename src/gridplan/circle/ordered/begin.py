"""What the compiled search for much cover reads and keeps, and the search itself in pieces between two looks at the clock."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridplan.circle.model import Floats, Integers, Stop
from gridplan.circle.ordered.case import Case, kept
from gridplan.circle.ordered.merge import merged
from gridplan.circle.ordered.search import NOTHING, wander
from gridplan.circle.siting.rules import Flags

ROUNDS = 12_000
PIECES = 12


class Ground(NamedTuple):
    """The case as compiled loops read it."""

    head: Integers  # (columns + 1,) where each column's elements begin
    inside: Integers
    first: Integers
    column: Integers
    weight: Floats
    need: Integers
    service: Integers
    building: Integers
    money: Floats
    floor: Floats
    counts: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    most: Integers
    own: Floats
    cost: Floats
    area: Floats
    clash_at: Integers
    clash: Integers
    budget: float
    most_buildings: int
    least: float  # what a column counts as costing at least


class State(NamedTuple):
    """Sums over the open columns, kept while they change; single numbers are arrays of one."""

    covered: Floats
    money: Floats
    taken: Integers
    new: Integers
    own: Floats
    tenants: Integers
    floor: Floats


def much_cover(case: Case, start: Flags, stop: Stop, *, rounds: int = ROUNDS) -> Flags:
    """Return a choice of columns, from one that keeps the rules, that covers much; rooms are left out of account."""
    ground = _ground(case)
    best, cover = start, measured_cover(case, start)
    for piece in range(PIECES):
        if stop.left_s == 0:
            break
        chosen = best.copy()
        wander(ground, chosen, *_begun(case, ground, chosen), rounds // PIECES, stop.seed + piece)
        value = measured_cover(case, chosen)
        if value > cover and kept(case, chosen):
            best, cover = chosen, value
    return best


def measured_cover(case: Case, chosen: Flags) -> float:
    """Return the weight that enough open columns cover, whatever room they have."""
    opened = chosen[case.column]
    number = np.bincount(case.element[opened], minlength=len(case.of))
    return float(case.weight[case.settled | (number >= case.need)].sum())


def _ground(case: Case) -> Ground:
    few = merged(case)
    by_column = np.lexsort((few.element, few.column))
    both = np.concatenate([case.clashes, case.clashes[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    count = len(case.service)
    price = case.money + np.where(case.building >= 0, np.append(case.buildings.cost, 0.0)[case.building], 0.0)
    most = case.buildings.most
    return Ground(
        head=_begins(few.column, count),
        inside=few.element[by_column],
        first=few.first,
        column=few.column,
        weight=few.weight,
        need=few.need,
        service=case.service,
        building=case.building,
        money=np.ascontiguousarray(case.money, float),
        floor=np.ascontiguousarray(case.floor, float),
        counts=case.counts,
        fixed=~case.free,
        most=case.most,
        own=case.own_budget,
        cost=np.ascontiguousarray(case.buildings.cost, float),
        area=np.ascontiguousarray(case.buildings.area_m2, float),
        clash_at=_begins(both[:, 0], count),
        clash=both[:, 1].copy(),
        budget=float(case.buildings.budget),
        most_buildings=len(case.buildings.cost) if most is None else most,
        least=max(1e-9, NOTHING * float(np.abs(price).max(initial=0.0))),
    )


def _begins(values: Integers, count: int) -> Integers:
    return np.concatenate([[0], np.cumsum(np.bincount(values, minlength=count))]).astype(np.int64)


def _begun(case: Case, ground: Ground, chosen: Flags) -> tuple[Integers, Floats, State]:
    """Return counts, gains and sums of a choice."""
    elements = len(ground.weight)
    element = np.repeat(np.arange(elements), np.diff(ground.first))
    number = np.bincount(element[chosen[ground.column]], minlength=elements)
    left = np.where(number < ground.need, ground.weight / ground.need, 0.0)
    gain = np.bincount(ground.column, left[element], len(chosen)).astype(float)
    inside = chosen & (case.building >= 0)
    places = len(ground.cost)
    tenants = np.bincount(case.building[inside], minlength=places)
    return (
        number,
        gain,
        State(
            covered=np.array([float(ground.weight[number >= ground.need].sum())]),
            money=np.array([float(case.money[chosen].sum() + ground.cost[tenants > 0].sum())]),
            taken=np.array([int((tenants > 0).sum())]),
            new=np.bincount(case.service[chosen & case.counts], minlength=len(case.most)),
            own=np.bincount(case.service[chosen], case.money[chosen], len(case.most)).astype(float),
            tenants=tenants,
            floor=np.bincount(case.building[inside], case.floor[inside], places).astype(float),
        ),
    )
