"""Goals in order, services in shared buildings: by hand, and against every choice tried."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.circle import Buildings, Tenant, locate_in_order, site_problem
from gridplan.circle.ordered import solve
from gridplan.circle.ordered.case import case_of, kept, measured

AT = np.arange(0, 700, 100)
STREET = np.abs(AT[:, None] - AT)  # seven places, each could be a site
PEOPLE = [1, 1, 1, 7, 8, 9, 2]
MORE = ("cover", "worst", "named")


def street(**rules):
    """Make the problem of the street, sites within 100 m."""
    return site_problem(STREET, goal="cover", limit_m=100, weight=PEOPLE, **rules)


def values(plan):
    """Return the value of each goal in the plan."""
    return {goal.aim: goal.value for goal in plan.goals}


def test_each_goal_decides_what_earlier_ones_leave():
    """Two sites cover 28 of 29; of the choices as good the one with the shorter walk is taken, and all of it is proven."""
    plan = locate_in_order([street(new=2)], goals=["cover", "walk", "sites"])
    assert plan.open[0].tolist() == [2, 5]
    assert values(plan) == {"cover": 28, "walk": 1900, "sites": 2}
    assert all(goal.proven and goal.best == goal.value for goal in plan.goals)


def test_giving_up_cover_for_the_worst_served():
    """Places 0-1 are one grid: one site covers 24 elsewhere, but with most of that given up the grid is not left with nothing."""
    tenant = Tenant(problem=street(new=1), group=[0, 0, 1, 1, 1, 1, 1])
    strict = locate_in_order([tenant], goals=["cover", "worst"])
    fair = locate_in_order([tenant], goals=["cover", "worst"], give_up=[0.9, 0.0])
    assert (values(strict), values(fair)) == (
        {"cover": 24, "worst": 0},
        {"cover": 9, "worst": pytest.approx(8 / 27)},
    )
    assert (fair.goals[0].best, fair.goals[0].bound) == (24, 24)


def test_named_households_come_before_walking():
    """Nobody in difficulty lives at 0 to 5: with some cover given up the one at 6 is served."""
    plan = locate_in_order(
        [Tenant(problem=street(new=1), named=[0, 0, 0, 0, 0, 0, 2])], goals=["cover", "named"], give_up=0.25
    )
    assert (plan.open[0].tolist(), values(plan)) == ([5], {"cover": 19, "named": 2})


def test_a_site_is_closed_where_that_pays():
    """Of two sites there that cover the same, the one whose closing saves 3 is closed; the dearer closing is left alone."""
    for saves, closed in ((-3.0, [1]), (2.0, [0, 1])):
        metres = [[0, 50], [50, 0]]
        problem = site_problem(metres, goal="cover", limit_m=100, existing=[0, 1], closing=[np.nan, saves])
        plan = locate_in_order([problem], goals=["cover", "money"])
        assert plan.open[0].tolist() == ([0] if closed == [1] else closed)
        assert values(plan)["cover"] == 2


def test_rooms_and_backup_count_together():
    """Two services share a building: one has room for 9 there, the other wants two sites in reach."""
    rooms = site_problem(
        [[0, 90], [10, 80]], goal="cover", limit_m=100, weight=[9, 4], capacity=[9, 4], split=False
    )
    twice = site_problem([[0, 90], [10, 80]], goal="cover", limit_m=100, weight=[9, 4], backup=2)
    homes = [0, 1]
    plan = locate_in_order(
        [Tenant(problem=rooms, building=homes), Tenant(problem=twice, building=homes)],
        buildings=Buildings(cost=np.array([5.0, 5.0]), area_m2=np.array([np.inf, np.inf]), budget=10.0),
    )
    assert (values(plan)["cover"], plan.money) == (26, 10)
    assert plan.assignment[0].tolist() == [0, 1]
    poorer = locate_in_order(
        [Tenant(problem=rooms, building=homes), Tenant(problem=twice, building=homes)],
        buildings=Buildings(cost=np.array([5.0, 5.0]), area_m2=np.array([np.inf, np.inf]), budget=9.0),
    )
    assert values(poorer)["cover"] == 9
    assert {reason.key for reason in poorer.reasons} >= {"circle.without_budget", "circle.full_price"}


def test_sites_of_services_together_keep_apart():
    """Two sites 100 m apart are too near for one service; the other may have both."""
    far = site_problem(STREET[:, :2], goal="cover", limit_m=0, apart_m=150, between_m=STREET[:2, :2])
    near = site_problem(STREET[:, :2], goal="cover", limit_m=0)
    plan = locate_in_order(
        [Tenant(problem=one, building=[0, 1]) for one in (far, near)],
        buildings=Buildings(cost=np.ones(2), area_m2=np.full(2, np.inf)),
    )
    assert [len(one) for one in plan.open] == [1, 2]
    assert "circle.without_distance" in {reason.key for reason in plan.reasons}


def test_rules_that_contradict_each_other_are_told():
    """A required site that the budget does not pay for: nothing is planned, and that is said."""
    problem = street(required=[0], cost=np.full(7, 5.0), budget=4.0)
    plan = locate_in_order([problem], goals=["cover"])
    assert (plan.goals, [reason.key for reason in plan.reasons]) == ((), ["circle.required_too_dear"])


@pytest.mark.parametrize(
    ("goals", "give_up"),
    [([], 0), (["cover", "cover"], 0), (["speed"], 0), (["cover"], 1), (["cover"], [0, 0])],
)
def test_nonsense_is_refused(goals, give_up):
    """Unknown goals, goals twice, shares of one or too many."""
    with pytest.raises(ValueError, match=r"goals|give_up"):
        locate_in_order([street(new=1)], goals=goals, give_up=give_up)


def test_out_of_time_keeps_what_is_there():
    """With no time left what is there stays, and no bound is claimed."""
    plan = locate_in_order([street(existing=[0], new=2)], goals=["cover", "walk"], seconds=0)
    assert plan.open[0].tolist() == [0]
    assert [(goal.proven, goal.stopped) for goal in plan.goals] == [(False, "clock")] * 2


def tenant(chance, buildings):
    """Make a small service with rules drawn by chance."""
    there, rows = int(chance.integers(0, 2)), int(chance.integers(1, 5))
    sites = buildings + there
    metres = np.where(chance.random((rows, sites)) < 0.2, np.inf, chance.integers(0, 9, (rows, sites)))
    closing = np.full(sites, np.nan)
    if there and chance.random() < 0.5:
        closing[buildings:] = chance.integers(-2, 4)
    room = None if chance.random() < 0.6 else chance.integers(1, 7, sites).astype(float)
    required = [int(chance.integers(buildings))] if chance.random() < 0.15 else []
    places = np.arange(sites)
    problem = site_problem(
        metres,
        goal="cover",
        weight=chance.integers(0, 4, rows),
        limit_m=int(chance.integers(3, 8)),
        new=None if chance.random() < 0.5 else int(chance.integers(0, 3)),
        cost=np.where(places < buildings, chance.integers(0, 4, sites), 0),
        budget=1e9 if chance.random() < 0.7 else float(chance.integers(1, 6)),
        existing=np.arange(buildings, sites),
        closing=closing,
        required=required,
        forbidden=[int(chance.integers(buildings))] if chance.random() < 0.2 and not required else [],
        capacity=room,
        split=False,
        backup=1 if room is not None or chance.random() < 0.7 else 2,
        apart_m=15 if chance.random() < 0.3 else 0,
        between_m=10 * np.abs(np.subtract.outer(places, places)),
    )
    return Tenant(
        problem=problem,
        building=np.where(places < buildings, places, -1) if chance.random() < 0.8 else None,
        floor_m2=float(chance.integers(0, 4)),
        group=chance.integers(-1, 2, rows),
        named=chance.integers(0, 2, rows) * np.minimum(1, problem.weight),
    )


def worlds(chance):
    """Make one or two services and up to three buildings."""
    count = int(chance.integers(1, 4))
    tenants = [tenant(chance, count) for _ in range(chance.integers(1, 3))]
    return tenants, Buildings(
        cost=chance.integers(0, 5, count).astype(float),
        area_m2=np.where(chance.random(count) < 0.3, np.inf, chance.integers(1, 7, count)),
        budget=np.inf if chance.random() < 0.3 else float(chance.integers(2, 12)),
        most=None if chance.random() < 0.7 else int(chance.integers(0, 3)),
    )


def assignments(case, chosen):
    """Yield every way to send elements of services with rooms to open sites that have room."""
    some = [e for e in range(len(case.of)) if case.assigned[case.of[e]]]
    ways = [
        [-1, *(at for at in range(case.first[e], case.first[e + 1]) if chosen[case.column[at]])] for e in some
    ]
    for picks in product(*ways):
        load, parts = np.zeros(len(chosen)), np.zeros(len(case.column))
        for element, at in zip(some, picks, strict=True):
            if at >= 0:
                load[case.column[at]] += case.weight[element]
                parts[at] = 1
        if (load <= case.room).all():
            yield parts


def brute(case, goals, shares):
    """Return the best value of each goal among all choices that earlier goals leave, [] if no choice keeps the rules."""
    found = []
    for bits in product([False, True], repeat=int(case.free.sum())):
        chosen = case.must.copy()
        chosen[np.flatnonzero(case.free)] = bits
        if kept(case, chosen):
            found += [measured(case, chosen, parts) for parts in assignments(case, chosen)]
    best = []
    for aim, share in zip(goals, shares, strict=True):
        if not found:
            return []
        worth = [getattr(one, aim) for one in found]
        best.append(max(worth) if aim in MORE else min(worth))
        given = share * abs(best[-1]) + 1e-6
        found = [
            one
            for one, value in zip(found, worth, strict=True)
            if (value >= best[-1] - given if aim in MORE else value <= best[-1] + given)
        ]
    return best


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.permutations(["cover", "worst", "named", "walk", "money", "sites"]),
    st.lists(st.sampled_from([0.0, 0.1, 0.3]), min_size=1, max_size=4),
)
def test_equals_trying_all(seed, goals, shares):
    """Each goal's value and bound are the best of all choices that earlier goals leave, whatever the rules."""
    tenants, buildings = worlds(np.random.default_rng(seed))
    goals = goals[: len(shares)]
    plan = locate_in_order(tenants, buildings=buildings, goals=goals, give_up=shares)
    want = brute(case_of(tenants, buildings), goals, shares)
    assert [goal.best for goal in plan.goals] == pytest.approx(want, abs=1e-5)
    assert [goal.bound for goal in plan.goals] == pytest.approx(want, abs=1e-5)
    assert bool(want) or bool(plan.reasons)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.permutations(["cover", "named", "money", "sites"]), st.integers(0, 2))
def test_many_walks_keep_what_is_proven(seed, others, before):
    """With many walks another solver proves that goal, and the one after it lies between its bound and what is possible."""
    tenants, buildings = worlds(np.random.default_rng(seed))
    goals = [*others[:before], "walk", others[before]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "FEW_WAYS", 0)
        plan = locate_in_order(tenants, buildings=buildings, goals=goals, give_up=0.1)
    want = brute(case_of(tenants, buildings), goals, [0.1] * len(goals))
    assert len(plan.goals) == len(want)
    settled = before + 1
    assert [goal.best for goal in plan.goals[:settled]] == pytest.approx(want[:settled], abs=1e-5)
    for goal, possible in zip(plan.goals[settled:], want[settled:], strict=True):
        sign = 1 if goal.aim in MORE else -1
        assert sign * goal.best <= sign * possible + 1e-5
        assert sign * goal.bound >= sign * possible - 1e-5


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_services_does_not_matter(seed):
    """Services the other way round: the same cover and the same money."""
    tenants, buildings = worlds(np.random.default_rng(seed))
    plans = [locate_in_order(order, buildings=buildings) for order in (tenants, tenants[::-1])]
    assert [goal.best for goal in plans[0].goals] == pytest.approx([goal.best for goal in plans[1].goals])


@pytest.mark.parametrize(("each", "both"), [(5.0, "10"), (4.75, "9.5")])
def test_what_full_cover_costs_is_told_exactly(each, both):
    """Two ends of the street, a building of 5 (or 4.75) at each, the budget is 5: what covering both takes is proven."""
    far = site_problem([[0, 900], [900, 0]], goal="cover", limit_m=100, weight=[1, 1])
    houses = Buildings(cost=np.array([each, each]), area_m2=np.full(2, np.inf), budget=5.0)
    plan = locate_in_order([Tenant(problem=far, building=[0, 1])], buildings=houses, goals=["cover"])
    told = {reason.key: reason.values for reason in plan.reasons}
    assert told["circle.full_price_known"] == {"budget": "5", "least": both}
