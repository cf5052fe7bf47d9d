"""Who serves where: the workers of a community to its grids, proven best.

Grids g with a load, workers w with availability a(w), sets S of neighbouring grids with a walk past them (``clusters``). A worker
takes one set; a set of one grid may have several workers (一格多员), a set of several grids has one (多格一员), and a grid of such
a set is nobody else's. Workers of one availability a are alike but for where they served before.

    y[a, S]   workers of availability a on the set S; whole; at most 1 where S has several grids
    s[w, S]   whether w stays: only where S holds the grid that w served before
    u[g]      whether g is to have somebody and has nobody
    d[g]      load off the mean of a grid that is not in a set of several

    every worker takes one set           sum over S of y[a, S] = workers of availability a
    with t[g] = sum of y[a, S] over sets S of several grids that hold g:
    no grid is in two sets               t[g] <= 1,   y[a, {g}] <= (workers of availability a) (1 - t[g])
    a grid with nobody is counted        u[g] >= (1 if g is to have somebody) - t[g] - sum over a of y[a, {g}]
    who stays needs a place              sum over w alike of s[w, S] <= y[a, S],   sum over S of s[w, S] <= 1
    off the mean                         d[g] >= +-(load(g) (1 - t[g]) - mean x sum over a of a y[a, {g}])

Goals, in this order: fewest grids with nobody; then the least of the walks past each worker's grids, a price for each worker who
does not stay, and a price for each household that a crew has more or less than the mean load a worker times its availability (of
sets of several it is counted with y). The program's relaxation is tight: HiGHS, in SciPy, mostly ends at the root. Communities
share nothing once it is settled who works in which, so a district is solved exactly one by one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linear_sum_assignment

from gridplan.staffing.clusters import Flags, Floats, Ints, clusters
from gridplan.staffing.program import INFEASIBLE, Program

NODES = 2_000  # counted work of one community, so that results repeat
PROVEN = 1e-4  # gap up to which an assignment counts as optimal
SLACK = 1e-6  # of whole numbers, as HiGHS has them


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What counts beside the walk, in metres: a worker who is moved, and a household that a crew has too many or too few."""

    move_m: float = 1000.0
    uneven_m: float = 5.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Ground:
    """The grids of a community that somebody is to look after.

    Attributes
    ----------
    load
        What there is to do in each, shape (grids,).
    needed
        Whether each is to have somebody, shape (grids,).
    beside
        Whether two are neighbours, shape (grids, grids).
    metres
        Walk between their centres, shape (grids, grids).
    """

    load: Floats
    needed: Flags
    beside: Flags
    metres: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Service:
    """Who serves which grids of a community, and what is proven of it.

    Attributes
    ----------
    serves
        Whether each worker serves each grid, shape (workers, grids).
    walk_m
        Shortest walk past each worker's grids, shape (workers,).
    moved
        Whether each worker served a grid before and keeps none of it, shape (workers,).
    unserved, unserved_bound
        Grids with nobody, and the proven least of it.
    objective_m, lower_bound_m
        The second goal, metres, and its proven bound.
    status
        "optimal", or "feasible" where the counted work ended first.
    """

    serves: Flags
    walk_m: Floats
    moved: Flags
    unserved: int
    unserved_bound: int
    objective_m: float
    lower_bound_m: float
    status: str


def serve(
    ground: Ground, *, availability: Floats, before: Ints, most_grids: int, prices: Prices, nodes: int = NODES
) -> Service:
    """Assign the workers of a community to its grids.

    Parameters
    ----------
    ground
        The grids.
    availability
        Of each worker, above 0, shape (workers,).
    before
        The grid that each served before, -1 for none, shape (workers,).
    most_grids
        Grids that one worker may look after.
    prices
        What counts beside the walk.
    nodes
        Counted work, after which the best found is taken and its bound told.
    """
    if not len(availability) or not len(ground.load):
        return _nobody(len(availability), ground)
    program = Program(
        sets=clusters(ground.beside, ground.metres, most=most_grids),
        load=ground.load,
        needed=ground.needed,
        availability=availability,
        before=before,
        move_m=prices.move_m,
        uneven_m=prices.uneven_m,
    )
    least, bound = 0, 0
    found = program.solve(program.metres, most_unserved=0, nodes=nodes)
    if found.status == INFEASIBLE:
        fewest = program.solve(program.alone, most_unserved=len(ground.load), nodes=nodes)
        least, bound = round(fewest.fun), int(np.ceil(fewest.mip_dual_bound - SLACK))
        found = program.solve(program.metres, most_unserved=least, nodes=nodes)
    return _told(program, found, least=least, least_bound=bound)


def _nobody(workers: int, ground: Ground) -> Service:
    alone = int(ground.needed.sum())
    return Service(
        serves=np.zeros((workers, len(ground.load)), bool),
        walk_m=np.zeros(workers),
        moved=np.zeros(workers, bool),
        unserved=alone,
        unserved_bound=alone,
        objective_m=0.0,
        lower_bound_m=0.0,
        status="optimal",
    )


def _told(program: Program, found: OptimizeResult, *, least: int, least_bound: int) -> Service:
    """Return the assignment of a solution, each worker on a place of those alike: as many as can be stay."""
    count = len(program.sets.walk_m)
    places = np.rint(found.x[: program.widths[0]]).astype(np.int64).reshape(-1, count)
    taken = np.zeros(len(program.alike), np.int64)
    for kind, of_kind in enumerate(places):
        mine, seats = np.flatnonzero(program.alike == kind), np.repeat(np.arange(count), of_kind)
        at, seat = linear_sum_assignment(program.leaves(mine)[:, seats])
        taken[mine[at]] = seats[seat]
    objective = max(float(found.fun) + program.moving_m, 0.0)
    bound = min(max(float(found.mip_dual_bound) + program.moving_m, 0.0), objective)
    proven = objective - bound <= PROVEN * max(objective, 1.0) and least == least_bound
    everyone = np.arange(len(taken))
    return Service(
        serves=program.sets.holds[taken],
        walk_m=program.sets.walk_m[taken],
        moved=program.leaves(everyone)[everyone, taken],
        unserved=least,
        unserved_bound=least_bound,
        objective_m=objective,
        lower_bound_m=bound,
        status="optimal" if proven else "feasible",
    )
