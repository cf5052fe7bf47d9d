"""Needs and resources as numbers: what is offered, what is asked, which pairs are in reach, whom shares are compared between."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """What may go to whom, in whole units.

    ``offered`` (resources,) and ``asked`` (needs,) are amounts; ``rank`` (needs,) is 1 or more, the larger the more urgent;
    ``group`` (needs,) says between whom shares are compared. ``resource``, ``need`` and ``cost`` (pairs,) are the pairs in reach,
    a pair at most once, and what a unit costs there (0 or more).
    """

    offered: Ints
    asked: Ints
    rank: Ints
    group: Ints
    resource: Ints
    need: Ints
    cost: Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """A part of a problem that shares nothing with the rest, with the positions of its resources, needs and pairs in the whole."""

    problem: Problem
    resources: Ints
    needs: Ints
    pairs: Ints


def parts(problem: Problem) -> Iterator[Part]:
    """Yield the parts of a problem that share no resource and no group; what has no pair is in none."""
    first_need = len(problem.offered)
    first_group = first_need + len(problem.asked)
    count = first_group + int(problem.group.max(initial=-1)) + 1
    ends = np.concatenate([problem.resource, first_need + problem.need])
    others = np.concatenate([first_need + problem.need, first_group + problem.group[problem.need]])
    links = coo_array((np.ones(len(ends), bool), (ends, others)), shape=(count, count))
    label = connected_components(links, directed=False)[1]
    of_pair = label[problem.resource]
    for one in np.unique(of_pair):
        # a need without a pair counts in the share of its group
        members = np.flatnonzero(label[first_group + problem.group] == one)
        yield _part(problem, np.flatnonzero(of_pair == one), members)


def _part(problem: Problem, pairs: Ints, needs: Ints) -> Part:
    resources = np.unique(problem.resource[pairs])
    groups, group = np.unique(problem.group[needs], return_inverse=True)
    del groups
    inner = Problem(
        offered=problem.offered[resources],
        asked=problem.asked[needs],
        rank=problem.rank[needs],
        group=group.ravel(),
        resource=np.searchsorted(resources, problem.resource[pairs]),
        need=np.searchsorted(needs, problem.need[pairs]),
        cost=problem.cost[pairs],
    )
    return Part(problem=inner, resources=resources, needs=needs, pairs=pairs)
