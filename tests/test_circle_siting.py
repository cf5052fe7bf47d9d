"""Siting from a table of walks: streets that a person can pace out, and small cases against every choice tried."""

import doctest
import time
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridplan.circle import locate, site_problem

STREET = np.abs(np.subtract.outer(np.arange(0, 700, 100), np.arange(0, 700, 100))).astype(float)
GOALS = ("fewest", "cover", "median", "center")


def street(**options):
    """Return the plan of seven households 100 m apart, each a site, with walks up to 100 m unless told otherwise."""
    return locate(site_problem(STREET, **{"limit_m": 100, **options}))


def test_fewest_of_a_street():
    """Three sites serve seven households 100 m apart; nobody walks past the next house."""
    plan = street(goal="fewest")
    assert (plan.objective, plan.lower_bound, plan.status, plan.gap) == (3, 3, "optimal", 0)
    assert (plan.served == 1).all()
    assert (STREET[np.arange(7), plan.assignment] <= 100).all()


def test_cover_of_a_street():
    """One site takes the three fullest neighbours; the rest is told as weight without cover."""
    plan = street(goal="cover", weight=[1, 1, 1, 7, 8, 9, 2], new=1)
    assert (plan.open.tolist(), plan.objective, plan.lower_bound, plan.status) == ([4], 5, 5, "optimal")
    assert plan.assignment.tolist() == [-1, -1, -1, 4, 4, 4, -1]


def test_median_and_center_of_a_street():
    """The median lies where the weight is, the centre in the middle of the street."""
    heavy = [9, 1, 1, 1, 1, 1, 1]
    median = street(goal="median", weight=heavy, new=1, limit_m=np.inf)
    assert (median.open.tolist(), median.objective, median.status) == ([0], 2100, "optimal")
    center = street(goal="center", weight=heavy, new=1, limit_m=np.inf)
    assert (center.open.tolist(), center.objective, center.lower_bound) == ([3], 300, 300)


def test_existing_sites_serve_first():
    """With a site at one end two more do; it is no new one and costs nothing."""
    plan = street(goal="fewest", existing=[0])
    assert (plan.objective, 0 in plan.open, 0 in plan.new, len(plan.new)) == (2, True, False, 2)


def test_closing_pays_for_opening():
    """A site that may be closed for a saving of 5 is closed where the budget of 0 else lets nothing be built."""
    saves = np.full(7, np.nan)
    saves[0] = -5
    options = {"goal": "median", "existing": [0], "cost": np.full(7, 5), "budget": 0, "limit_m": np.inf}
    kept, moved = street(**options), street(**options, closing=saves)
    assert (kept.open.tolist(), kept.objective) == ([0], 2100)
    assert (moved.open.tolist(), moved.closed.tolist(), moved.objective) == ([3], [0], 1200)


def test_required_and_forbidden():
    """A required site is open though it is no use, a forbidden one is not."""
    plan = street(goal="cover", new=2, required=[0], forbidden=[4, 5])
    assert plan.open.tolist()[0] == 0
    assert not {4, 5} & set(plan.open.tolist())
    assert plan.objective == 2


def test_backup_cover():
    """Everybody with two sites within 100 m: the ends need their neighbours too, the middle two of three."""
    plan = street(goal="fewest", backup=2)
    near = (STREET[:, plan.open] <= 100).sum(axis=1)
    assert (plan.objective, plan.status) == (6, "optimal")
    assert (near >= 2).all()


def test_capacity_sends_people_farther():
    """Two sites with room for four each: nobody is turned away, though one of them walks farther."""
    plan = street(
        goal="median", weight=np.ones(7), capacity=np.full(7, 4.0), new=2, limit_m=np.inf, split=False
    )
    assert plan.status == "optimal"
    assert np.bincount(plan.assignment).max() <= 4
    assert (plan.served == 1).all()


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"goal": "fewest", "new": 2}, "needs_sites"),
        ({"goal": "fewest", "cost": np.full(7, 4), "budget": 11}, "needs_budget"),
        ({"goal": "center", "new": 1}, "needs_sites"),
        ({"goal": "median", "new": 1}, "needs_sites"),
        ({"goal": "fewest", "capacity": np.full(7, 0.5)}, "needs_room"),
        ({"goal": "fewest", "forbidden": [0, 1]}, "out_of_reach"),
        ({"goal": "fewest", "required": [1], "forbidden": [1]}, "both_required_and_forbidden"),
        ({"goal": "cover", "new": 1, "required": [1, 5]}, "required_too_many"),
        ({"goal": "cover", "required": [1], "cost": np.full(7, 4), "budget": 3}, "required_too_dear"),
        (
            {"goal": "cover", "required": [1, 2], "apart_m": 150, "between_m": STREET},
            "required_too_near",
        ),
        ({"goal": "fewest", "apart_m": 1000, "between_m": STREET}, "too_near"),
    ],
)
def test_never_just_infeasible(options, key):
    """Where not everybody can be served the plan says what binds, and still serves somebody where it may."""
    plan = street(**options)
    assert plan.status == "infeasible"
    assert f"circle.{key}" in [reason.key for reason in plan.reasons]
    assert all(plan.told(language) for language in ("zh", "en"))


def test_what_full_service_takes():
    """Two sites of three needed: the sentence names both numbers, and the plan covers as much as two can."""
    plan = street(goal="fewest", new=2)
    assert "only 2 new" in plan.told()[0]
    assert "at least 3" in plan.told()[0]
    assert plan.served.sum() == 6


def test_out_of_time_is_feasible():
    """With no time left nothing is called infeasible, and the bound stays below."""
    spots = np.random.default_rng(0).random((200, 2)) * 1000
    metres = np.hypot(*(spots[:, None] - spots).transpose(2, 0, 1))
    stopped = []
    for goal in GOALS:
        plan = locate(site_problem(metres, goal=goal, limit_m=130, new=27), seconds=0)
        stopped.append(plan.stopped)
        assert plan.status == ("feasible" if plan.stopped else "optimal"), goal
        assert plan.lower_bound < plan.objective if plan.stopped else plan.gap < 1e-6
    assert "clock" in stopped


def test_faults_are_told_at_once():
    """Two things that do not fit together are both named."""
    with pytest.raises(ValueError, match="budget: needs the cost") as told:
        site_problem(STREET, goal="median", budget=3, existing=[7])
    assert "existing: positions of sites, 0..6" in str(told.value)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"goal": "nearest"}, "goal"),
        ({"goal": "cover"}, "limit_m"),
        ({"goal": "center", "new": -1}, "new"),
        ({"goal": "center", "weight": [1, 2]}, "weight"),
        ({"goal": "center", "capacity": np.ones(7)}, "capacity"),
        ({"goal": "median", "backup": 2}, "backup"),
        ({"goal": "median", "apart_m": 5}, "apart_m"),
        ({"goal": "median", "closing": [1]}, "closing"),
    ],
)
def test_nonsense_is_refused(options, fault):
    """Each argument that makes no sense is named."""
    with pytest.raises(ValueError, match=f"(?m)^{fault}: "):
        site_problem(STREET, **options)


def test_distances_have_two_sides():
    """A table without sites is no problem."""
    with pytest.raises(ValueError, match="distance_m"):
        site_problem([1, 2], goal="center")


@st.composite
def cases(draw):
    """Draw a small table of walks with weights, costs, and what must and must not be open."""
    sites = draw(st.integers(2, 5))
    rows = draw(st.integers(1, 6))
    walk = st.one_of(st.integers(0, 9), st.just(float("inf")))
    table = draw(st.lists(st.lists(walk, min_size=sites, max_size=sites), min_size=rows, max_size=rows))
    numbers = st.lists(st.integers(1, 5), min_size=sites, max_size=sites)
    places = st.sets(st.integers(0, sites - 1), max_size=2)
    between = np.abs(np.subtract.outer(np.arange(sites), np.arange(sites))) * 10.0
    return {
        "distance_m": np.array(table, float),
        "weight": draw(st.lists(st.integers(0, 4), min_size=rows, max_size=rows)),
        "limit_m": draw(st.integers(2, 9)),
        "new": draw(st.none() | st.integers(0, 3)),
        "cost": draw(numbers),
        "budget": draw(st.sampled_from([4.0, 8.0, 1e9])),
        "existing": sorted(draw(places)),
        "required": sorted(draw(places)),
        "forbidden": sorted(draw(places)),
        "apart_m": draw(st.sampled_from([0.0, 15.0])),
        "between_m": between,
    }


def choices(case, closing):
    """Yield every set of open sites that keeps the rules, with what it costs."""
    sites = case["distance_m"].shape[1]
    existing, required, forbidden = (set(case[name]) for name in ("existing", "required", "forbidden"))
    for chosen in chain.from_iterable(combinations(range(sites), k) for k in range(sites + 1)):
        there, new = set(chosen), set(chosen) - existing
        shut = existing - there
        cost = sum(case["cost"][j] for j in new) + sum(closing[j] for j in shut)
        near = [
            pair
            for pair in combinations(sorted(there), 2)
            if case["between_m"][pair] < case["apart_m"] and not set(pair) <= existing
        ]
        fits = case["new"] is None or len(new) <= case["new"]
        allowed = not any(np.isnan(closing[j]) for j in shut) and required <= there
        if fits and allowed and not near and not (new & forbidden) and cost <= case["budget"]:
            yield list(chosen), cost


def brute(case, goal, closing):
    """Return (weight served, worth) of the best choice: most served first, as far as the goal asks for all; None for none."""
    weight = np.array(case["weight"], float)
    best = None
    for chosen, cost in choices(case, closing):
        near = np.where(case["distance_m"] <= case["limit_m"], case["distance_m"], np.inf)[:, chosen]
        least = near.min(axis=1) if chosen else np.full(len(weight), np.inf)
        there = np.isfinite(least) & (weight > 0)
        served = float(weight[there].sum())
        worth = {
            "fewest": cost,
            "cover": weight.sum() - served,
            "median": float(weight[there] @ least[there]),
            "center": float(least[there].max()) if there.any() else 0.0,
        }[goal]
        if best is None or (-served, worth) < (-best[0], best[1]):
            best = (served, worth)
    return best


KEPT_OPEN = {  # site 0 takes all of the budget, so both that are there have to stay
    "distance_m": np.array([[0.0, 0.0, np.inf, np.inf], [0.0, np.inf, np.inf, np.inf]]),
    "weight": [0, 1],
    "limit_m": 2,
    "new": None,
    "cost": [4, 1, 1, 1],
    "budget": 4.0,
    "existing": [1, 2],
    "required": [],
    "forbidden": [],
    "apart_m": 0.0,
    "between_m": np.abs(np.subtract.outer(np.arange(4), np.arange(4))) * 10.0,
}


@example(KEPT_OPEN, "cover", True)  # noqa: FBT003 # as hypothesis draws it
@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(GOALS), st.booleans())
def test_equals_trying_all(case, goal, closable):
    """Objective and bound are those of the best of all choices, whatever must, may and may not be open."""
    closing = np.full(len(case["cost"]), np.nan)
    if closable:
        closing[case["existing"]] = 1.0
    plan = locate(site_problem(**case, goal=goal, closing=closing))
    best = brute(case, goal, closing)
    if best is None or set(case["required"]) & set(case["forbidden"]):
        assert plan.status == "infeasible"
        return
    served = float(np.array(case["weight"]) @ plan.served)
    everybody = served == sum(case["weight"])
    assert everybody is (plan.status != "infeasible") or goal == "cover"
    if everybody or goal == "cover":
        assert plan.status == "optimal"
        assert plan.objective == pytest.approx(best[1])
        assert plan.lower_bound == pytest.approx(best[1])
        assert served == best[0]
    else:
        assert plan.reasons
        assert best[0] < sum(case["weight"])


@settings(max_examples=25, deadline=None)
@given(cases(), st.sampled_from(["fewest", "cover", "median"]), st.booleans())
def test_rooms_equal_a_reference(case, goal, split):
    """With rooms nobody is served beyond a site's room, no part twice, and no more is served with less room."""
    sites = len(case["cost"])
    room = np.array(case["cost"], float)
    case = {**case, "required": [], "forbidden": []}
    plan = locate(site_problem(**case, goal=goal, capacity=room, split=split))
    wide = locate(site_problem(**case, goal=goal, capacity=room * 2, split=split))
    weight = np.array(case["weight"], float)
    assert weight @ plan.served <= weight @ wide.served + 1e-6
    assert weight @ plan.served <= room[plan.open].sum() + 1e-6
    if not split:
        taken = np.bincount(plan.assignment + 1, weight * plan.served, minlength=sites + 1)[1:]
        assert (taken <= room + 1e-6).all()


@settings(max_examples=25, deadline=None)
@given(cases(), st.sampled_from(GOALS), st.randoms(use_true_random=False))
def test_labels_do_not_matter(case, goal, chance):
    """Rows and sites in another order: the same objective."""
    rows, sites = case["distance_m"].shape
    row, site = chance.sample(range(rows), rows), chance.sample(range(sites), sites)
    place = {old: new for new, old in enumerate(site)}
    other = {
        **case,
        "distance_m": case["distance_m"][np.ix_(row, site)],
        "weight": [case["weight"][i] for i in row],
        "cost": [case["cost"][j] for j in site],
        "between_m": case["between_m"][np.ix_(site, site)],
        **{name: [place[j] for j in case[name]] for name in ("existing", "required", "forbidden")},
    }
    one, two = (locate(site_problem(**each, goal=goal)) for each in (case, other))
    assert one.status == two.status
    if one.status == "optimal":
        assert one.objective == pytest.approx(two.objective)


@settings(max_examples=25, deadline=None)
@given(cases(), st.integers(0, 3))
def test_more_never_covers_less(case, new):
    """A further site, and a longer limit, never lower the cover."""
    case = {**case, "required": [], "goal": "cover"}
    least = locate(site_problem(**{**case, "new": new}))
    more = locate(site_problem(**{**case, "new": new + 1}))
    longer = locate(site_problem(**{**case, "new": new, "limit_m": case["limit_m"] + 3}))
    assert more.objective <= least.objective
    assert longer.objective <= least.objective


def test_a_hard_case_is_quick():
    """A p-median of 150 rows and 100 sites is proven best within seconds."""
    chance = np.random.default_rng(3)
    metres = np.rint(np.hypot(*(chance.random((2, 150, 1)) - chance.random((2, 1, 100)))) * 1e5) / 100
    weight = chance.integers(1, 100, 150)
    begun = time.monotonic()
    plan = locate(site_problem(metres, goal="median", weight=weight, new=8), seconds=60)
    assert plan.status == "optimal"
    assert time.monotonic() - begun < 60
    assert plan.objective == pytest.approx(float(weight @ metres[:, plan.open].min(axis=1)))


def test_the_page_holds():
    """The examples of docs/circle.md give what the page says."""
    page = Path(__file__).parents[1] / "docs" / "circle.md"
    found = doctest.testfile(str(page), module_relative=False, verbose=False)
    assert found.attempted > 8
    assert found.failed == 0
