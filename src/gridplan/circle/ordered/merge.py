"""Elements that the same columns cover, as one."""

from dataclasses import dataclass

import numpy as np

from gridplan.circle.model import Floats, Integers
from gridplan.circle.ordered.case import Case


@dataclass(frozen=True, eq=False, kw_only=True)
class Merged:
    """Elements that are not settled and that some column could serve, alike ones as one; arrays as in ``Case``."""

    of: Integers
    weight: Floats
    named: Floats
    group: Integers
    need: Integers
    first: Integers
    column: Integers
    into: Integers  # (elements of the case,) the merged one, -1 for none

    @property
    def element(self) -> Integers:
        """The element of each entry."""
        return np.repeat(np.arange(len(self.of)), np.diff(self.first))


def merged(case: Case, *, groups: bool = False) -> Merged:
    """Return the elements whose cover depends on what is opened; those alike in columns and need (and group) are one.

    Elements of services with rooms stay apart: each goes somewhere of its own.
    """
    sizes = np.diff(case.first)
    wanting = np.flatnonzero(~case.settled & (sizes >= case.need))
    apart = np.where(case.assigned[case.of], np.arange(len(case.of)), -1)
    group = case.group if groups else np.zeros(len(case.of), np.int64)
    known: dict[tuple[int, int, int, int, bytes], int] = {}
    into, firsts = np.full(len(case.of), -1), list[int]()
    for at in wanting.tolist():
        columns = np.sort(case.column[case.first[at] : case.first[at + 1]])
        key = (int(case.of[at]), int(case.need[at]), int(apart[at]), int(group[at]), columns.tobytes())
        into[at] = known.setdefault(key, len(known))
        if into[at] == len(firsts):
            firsts.append(at)
    one = np.array(firsts, np.int64)
    count, inside = len(one), into >= 0
    entries = np.concatenate(
        [np.arange(case.first[at], case.first[at + 1]) for at in firsts] or [np.zeros(0, np.int64)]
    )
    return Merged(
        of=case.of[one],
        weight=np.bincount(into[inside], case.weight[inside], count).astype(float),
        named=np.bincount(into[inside], case.named[inside], count).astype(float),
        group=case.group[one],
        need=case.need[one],
        first=np.concatenate([[0], np.cumsum(sizes[one])]).astype(np.int64),
        column=case.column[entries],
        into=into,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Ways:
    """Elements that prefer the same columns in the same order, as one: whatever is opened they go to the same one."""

    element: Integers  # (entries,)
    column: Integers
    saving: Floats  # weight x metres that going there saves


def ways_of(case: Case) -> Ways:
    """Return what walking to each column saves, for services without rooms; entries that save nothing are left out."""
    element = case.element
    saving = case.weight[element] * (case.alone_m[element] - case.metres)
    known: dict[tuple[int, bytes], int] = {}
    parts: list[tuple[Integers, Floats]] = []
    for at in np.flatnonzero(~case.assigned[case.of]).tolist():
        mine = slice(case.first[at], case.first[at + 1])
        useful = saving[mine] > 0
        columns = case.column[mine][useful]
        if not len(columns):
            continue
        group = known.setdefault((int(case.of[at]), columns.tobytes()), len(parts))
        if group == len(parts):
            parts.append((columns, saving[mine][useful]))
        else:
            parts[group] = (columns, parts[group][1] + saving[mine][useful])
    sizes = [len(columns) for columns, _ in parts]
    return Ways(
        element=np.repeat(np.arange(len(parts)), sizes),
        column=np.concatenate([columns for columns, _ in parts] or [np.zeros(0, np.int64)]),
        saving=np.concatenate([saved for _, saved in parts] or [np.zeros(0)]),
    )
