"""Who serves where: proven best against every other way, on streets of a few grids."""

from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.staffing import Ground, Prices, Service, serve
from gridplan.staffing.clusters import clusters

PRICES = Prices(move_m=150.0, uneven_m=2.0)
ALIKE = np.ones


def street(*loads: float, bars: tuple[int, ...] = ()) -> Ground:
    """Make grids in a row, 100 m apart, each beside the next but across a bar behind a position."""
    at = np.arange(len(loads))
    beside = np.abs(at[:, None] - at) == 1
    for bar in bars:
        beside[bar, bar + 1] = beside[bar + 1, bar] = False
    return Ground(
        load=np.array(loads, float),
        needed=np.ones(len(at), bool),
        beside=beside,
        metres=100.0 * np.abs(at[:, None] - at),
    )


def asked(ground: Ground, before: list[int], availability: list[float], most: int = 3) -> Service:
    """Assign workers."""
    return serve(
        ground, availability=np.array(availability), before=np.array(before), most_grids=most, prices=PRICES
    )


def walk_of(ground: Ground, members: tuple[int, ...]) -> float:
    """Shortest way past some grids, over all orders."""
    return min(sum(float(ground.metres[a, b]) for a, b in pairwise(order)) for order in permutations(members))


def joined(ground: Ground, members: tuple[int, ...]) -> bool:
    """Whether one can go from each of some grids to each other through them."""
    there = {members[0]}
    for _ in members:
        there |= {b for a in there for b in members if ground.beside[a, b]}
    return len(there) == len(members)


def goals(
    ground: Ground, before: list[int], share: list[float], taken: list[tuple[int, ...]]
) -> tuple[int, float]:
    """Return grids with nobody, and metres, of an assignment."""
    mean = ground.load.sum() / sum(share)
    several = {grid for one in taken if len(one) > 1 for grid in one}
    metres = 0.0
    for one, part, was in zip(taken, share, before, strict=True):
        metres += walk_of(ground, one) + PRICES.move_m * (was >= 0 and was not in one)
        if len(one) > 1:
            metres += PRICES.uneven_m * abs(ground.load[list(one)].sum() - mean * part)
    for grid in set(range(len(ground.load))) - several:
        crew = sum(part for one, part in zip(taken, share, strict=True) if one == (grid,))
        metres += PRICES.uneven_m * abs(ground.load[grid] - mean * crew)
    return len(ground.load) - len({grid for one in taken for grid in one}), metres


def best(ground: Ground, before: list[int], share: list[float], most: int) -> tuple[int, float]:
    """Return the goals of the best of all assignments."""
    grids = range(len(ground.load))
    sets = [s for size in range(1, most + 1) for s in combinations(grids, size) if joined(ground, s)]
    legal = [
        list(taken)
        for taken in product(sets, repeat=len(share))
        if all(
            one == other == (grid,)
            for a, one in enumerate(taken)
            for other in taken[a + 1 :]
            for grid in set(one) & set(other)
        )
    ]
    return min(goals(ground, before, share, taken) for taken in legal)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_other_assignment_is_better(data):
    """On up to five grids and three workers, some of part time, some who served before, no other way is better in both goals."""
    loads = data.draw(st.lists(st.integers(1, 30), min_size=1, max_size=5))
    bars = tuple(data.draw(st.sets(st.integers(0, 3), max_size=1)) & set(range(len(loads) - 1)))
    share = data.draw(st.lists(st.sampled_from([1.0, 0.5]), min_size=1, max_size=3))
    before = [data.draw(st.integers(-1, len(loads) - 1)) for _ in share]
    most = data.draw(st.integers(1, 3))
    ground = street(*(10.0 * one for one in loads), bars=bars)
    found = asked(ground, before, share, most)
    taken = [tuple(np.flatnonzero(row).tolist()) for row in found.serves]
    unserved, metres = best(ground, before, share, most)
    assert goals(ground, before, share, taken) == (unserved, pytest.approx(metres, abs=0.1))
    assert (found.unserved, found.unserved_bound, found.status) == (unserved, unserved, "optimal")
    assert found.objective_m == pytest.approx(metres, abs=0.1)
    assert found.lower_bound_m <= found.objective_m
    assert found.walk_m.tolist() == pytest.approx([walk_of(ground, one) for one in taken])


def test_one_worker_several_neighbouring_grids():
    """Four equal grids and two workers: two neighbours each, 100 m apart."""
    found = asked(street(180, 180, 180, 180), [-1, -1], [1.0, 1.0])
    assert sorted(map(tuple, found.serves.tolist())) == [
        (False, False, True, True),
        (True, True, False, False),
    ]
    assert found.objective_m == pytest.approx(200)
    assert found.walk_m.tolist() == [100, 100]


def test_one_grid_several_workers():
    """Two grids of 360 and 180 households and three workers: two share the larger; two halves count as one."""
    found = asked(street(360, 180), [-1, -1, -1], [1.0, 1.0, 1.0])
    assert sorted(found.serves.sum(axis=0).tolist()) == [1, 2]
    halves = asked(street(180, 180), [-1, -1, -1], [1.0, 0.5, 0.5])
    assert halves.serves[1].tolist() == halves.serves[2].tolist()
    assert halves.objective_m == pytest.approx(0)


def test_people_stay_unless_moving_pays():
    """Both served the second grid: one moves, as 180 households off the mean twice cost more than 150 m; the other stays."""
    found = asked(street(180, 180), [1, 1], [1.0, 1.0])
    assert found.moved.sum() == 1
    assert found.serves.sum(axis=0).tolist() == [1, 1]
    slight = asked(street(190, 180), [1, 0], [1.0, 1.0])
    assert not slight.moved.any()


def test_grids_that_nobody_can_look_after():
    """One worker and three grids, the last beyond a river, two at most: one stays without, proven."""
    found = asked(street(180, 180, 180, bars=(1,)), [-1], [1.0], most=2)
    assert found.serves.tolist() == [[True, True, False]]
    assert (found.unserved, found.unserved_bound, found.status) == (1, 1, "optimal")


def test_nobody_at_all():
    """Without workers every grid is without; without grids workers have none."""
    assert asked(street(180, 180), [], []).unserved == 2
    assert serve(
        Ground(
            load=np.zeros(0), needed=np.zeros(0, bool), beside=np.zeros((0, 0), bool), metres=np.zeros((0, 0))
        ),
        availability=ALIKE(2),
        before=np.array([-1, -1]),
        most_grids=2,
        prices=PRICES,
    ).serves.shape == (2, 0)


def test_sets_of_neighbours():
    """Five grids in a row have 5 sets of one, 4 of two and 3 of three; three are past in 200 m."""
    found = clusters(street(1, 1, 1, 1, 1).beside, street(1, 1, 1, 1, 1).metres, most=3)
    assert np.bincount(found.size).tolist() == [0, 5, 4, 3]
    assert found.walk_m[found.size == 3].tolist() == [200, 200, 200]
