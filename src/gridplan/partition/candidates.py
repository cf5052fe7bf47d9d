"""Every connected set of units that may be a grid: the list behind the proof.

Sets are grown from their unit of the smallest number; a set is extended by its neighbours in the order in which they were met,
so each connected set is made exactly once (the scheme of S. Wernicke, "Efficient detection of network motifs", 2006, section 3).
"""

import numpy as np

from gridplan.compiled import compiled
from gridplan.partition.problem import Columns, Floats, Problem


@compiled
def _without(unit, members, size, starts, neighbors, inside):
    """Whether a set stays connected without one of its units."""
    stack = np.empty(size, np.int32)
    first = members[0] if members[0] != unit else members[1]
    inside[unit] = False
    stack[0] = first
    inside[first] = False
    top, met = 1, 1
    while top > 0:
        top -= 1
        for at in range(starts[stack[top]], starts[stack[top] + 1]):
            other = neighbors[at]
            if inside[other]:
                inside[other] = False
                stack[top] = other
                top += 1
                met += 1
    for at in range(size):
        inside[members[at]] = True
    return met == size - 1


@compiled
def best_centre(members, size, cost):
    """Return the unit of a set for which the cost is least, the first of equals by number, and that cost."""
    best, least = -1, np.inf
    for at in range(size):
        centre = members[at]
        total = 0.0
        for other in range(size):
            total += cost[members[other], centre]
        if total < least or (total == least and centre < best):
            best, least = centre, total
    return best, least


@compiled
def idle(members, size, centre, load, starts, neighbors, inside):
    """Whether a set holds a unit without load that it needs neither as its centre nor to be connected."""
    for at in range(size):
        unit = members[at]
        if load[unit] == 0.0 and unit != centre and _without(unit, members, size, starts, neighbors, inside):
            return True
    return False


@compiled
def _list(starts, neighbors, load, cost, intervals, largest, most_sets, most_steps):
    n = len(load)
    limit = intervals.max() + 1e-9
    members = np.empty(1 << 12, np.int32)
    begins = np.empty(1 << 9, np.int64)
    loads = np.empty(1 << 9)
    costs = np.empty(1 << 9)
    centres = np.empty(1 << 9, np.int32)
    sets, filled, steps = 0, 0, 0
    begins[0] = 0
    met = np.zeros(n, np.bool_)
    inside = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int32)
    chosen = np.empty(n, np.int32)
    at = np.empty(n + 1, np.int64)
    ends = np.empty(n + 1, np.int64)
    for root in range(n):
        if load[root] > limit:
            continue
        met[:] = False
        met[: root + 1] = True
        queue[0] = root
        at[0], ends[0] = 0, 1
        depth, total = 0, 0.0
        while depth >= 0:
            if at[depth] >= ends[depth]:
                for i in range(ends[depth - 1] if depth > 0 else 1, ends[depth]):
                    met[queue[i]] = False
                depth -= 1
                if depth >= 0:
                    total -= load[chosen[depth]]
                    inside[chosen[depth]] = False
                continue
            unit = queue[at[depth]]
            at[depth] += 1
            if total + load[unit] > limit or depth >= largest:
                continue
            steps += 1
            if steps > most_steps:
                return members[:filled], begins[: sets + 1], loads[:sets], costs[:sets], centres[:sets], False
            chosen[depth] = unit
            inside[unit] = True
            total += load[unit]
            end = ends[depth]
            for i in range(starts[unit], starts[unit + 1]):
                other = neighbors[i]
                if not met[other]:
                    met[other] = True
                    queue[end] = other
                    end += 1
            at[depth + 1] = at[depth]
            ends[depth + 1] = end
            depth += 1
            for w in range(len(intervals)):
                if intervals[w, 0] - 1e-9 <= total <= intervals[w, 1] + 1e-9:
                    centre, least = best_centre(chosen, depth, cost)
                    if idle(chosen, depth, centre, load, starts, neighbors, inside):
                        break
                    if sets == most_sets:
                        return (
                            members[:filled],
                            begins[: sets + 1],
                            loads[:sets],
                            costs[:sets],
                            centres[:sets],
                            False,
                        )
                    if filled + depth > len(members):
                        members = np.append(members, np.empty_like(members))
                    if sets + 2 > len(begins):
                        begins = np.append(begins, np.empty_like(begins))
                        loads = np.append(loads, np.empty_like(loads))
                        costs = np.append(costs, np.empty_like(costs))
                        centres = np.append(centres, np.empty_like(centres))
                    members[filled : filled + depth] = chosen[:depth]
                    filled += depth
                    loads[sets], costs[sets], centres[sets] = total, least, centre
                    sets += 1
                    begins[sets] = filled
                    break
    return members[:filled], begins[: sets + 1], loads[:sets], costs[:sets], centres[:sets], True


def list_sets(
    problem: Problem, intervals: Floats, *, most_sets: int, most_steps: int, largest: int | None = None
) -> tuple[Columns, bool]:
    """Return the connected sets of units with a load in one of the intervals, and whether these are all.

    A unit without load is in a set only where it makes it connected or is its centre: any plan with it elsewhere in a grid is
    no worse than the one without, to which it can be added.

    Parameters
    ----------
    problem
        The units.
    intervals
        Loads wanted, rows of (least, greatest), shape (k, 2).
    most_sets, most_steps
        Stop when there are more sets, or more steps of the search, than this.
    largest
        Most units in a set; any number if not given.
    """
    found = _list(
        problem.starts,
        problem.neighbors,
        problem.load,
        problem.cost,
        np.ascontiguousarray(intervals, dtype=np.float64),
        problem.size if largest is None else largest,
        most_sets,
        most_steps,
    )
    members, starts, load, cost, centre, complete = found
    columns = Columns(members=members, starts=starts, load=load, cost=cost, centre=centre)
    return columns, bool(complete)
