"""Needs and resources matched: exactly, fairly, near; with reasons, projects and points; by hand and by brute force."""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan import matching
from gridplan.matching.problem import Problem
from gridplan.matching.solve import UNITS, solve
from gridplan.tables import LISTS

WEIGHTS = np.array([0.0, 1.0, 2.5, 7.0])  # of ranks 1, 2, 3


def metres(origins, destinations, limit_m):
    """Return straight lines up to a limit."""
    ways = np.hypot(*(origins[:, None, :] - destinations[None, :, :]).transpose(2, 0, 1))
    return np.where(ways <= limit_m, ways, np.inf)


def needs_of(*rows):
    """Return needs from (id, kind, community, x, amount, urgency) and maybe start, end."""
    names = ["need_id", "kind", "community_id", "x", "amount", "urgency", "start", "end"]
    table = pd.DataFrame([[*row, *("", "")][:8] for row in rows], columns=names)
    return table.assign(y=table["x"] * 0.0, street="S", name="", grid_id="")


def resources_of(*rows):
    """Return resources from (id, serves, actor, community, x, amount) and maybe start, end, metres."""
    names = ["resource_id", "serves", "actor_id", "community_id", "x", "amount", "start", "end", "metres"]
    table = pd.DataFrame([[*row, *["", "", np.nan][len(row) - 6 :]] for row in rows], columns=names)
    return table.assign(y=table["x"] * 0.0, street="S", name="", kind="time", offered=True)


def matched(needs, resources, **reach):
    """Match within 1,000 m, or as asked."""
    return matching.match(
        needs, resources, reach=matching.Reach(**(reach or {"limit_m": 1000.0})), metres=metres
    )


def given_to(found):
    """Return who gives how much to whom."""
    rows = found.matches[["need_id", "resource_id", "amount"]].itertuples(index=False)
    return {(need, resource): amount for need, resource, amount in rows}


def best(problem, weight):
    """Return the most weight met with the fairest shares, and the least cost for what the groups got, by trying all."""
    most, costs = (-1.0, []), {}
    asked = np.bincount(problem.group, weights=problem.asked)
    ranges = [
        range(min(problem.offered[r], problem.asked[n]) + 1)
        for r, n in zip(problem.resource, problem.need, strict=True)
    ]
    for amounts in itertools.product(*ranges):
        amount = np.array(amounts, int)
        met = np.bincount(problem.need, weights=amount, minlength=len(problem.asked))
        used = np.bincount(problem.resource, weights=amount, minlength=len(problem.offered))
        if (met > problem.asked).any() or (used > problem.offered).any():
            continue
        got = np.bincount(problem.group, weights=met)
        shares = [Fraction(int(g), int(a)) for g, a in zip(got, asked, strict=True) if a]
        most = max(most, (float(met @ weight), sorted(shares)))
        key = (float(met @ weight), *got)
        costs[key] = min(costs.get(key, np.inf), int(amount @ problem.cost))
    return most, costs


@st.composite
def problems(draw):
    """Draw up to three resources, four needs, three groups and six pairs, with amounts up to three."""
    resources, needs = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    pairs = draw(st.sets(st.tuples(st.integers(0, resources - 1), st.integers(0, needs - 1)), max_size=6))
    r, n = (np.array([pair[end] for pair in sorted(pairs)], np.int64) for end in (0, 1))

    def numbers(count, low, high):
        return np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)), np.int64)

    return Problem(
        offered=numbers(resources, 0, 3),
        asked=numbers(needs, 0, 3),
        rank=numbers(needs, 1, 3),
        group=numbers(needs, 0, 2),
        resource=r,
        need=n,
        cost=numbers(len(r), 0, 4),
    )


@given(problem=problems())
@settings(max_examples=120, deadline=None)
def test_matching_agrees_with_trying_everything(problem):
    """Most weight met, fairest shares, least cost: as the best of all plans in whole units; and the bound meets the objective."""
    weight = WEIGHTS[problem.rank]
    whole = Problem(**{**vars(problem), "offered": UNITS * problem.offered, "asked": UNITS * problem.asked})
    found = solve(whole, weight)
    amount = found.amount // UNITS
    assert (amount * UNITS == found.amount).all()
    (most, shares), costs = best(problem, weight)
    assert found.objective == pytest.approx(most)
    assert found.upper_bound == pytest.approx(most)
    met = np.bincount(problem.need, weights=amount, minlength=len(problem.asked))
    got, asked = (np.bincount(problem.group, weights=values) for values in (met, problem.asked))
    assert sorted(Fraction(int(g), int(a)) for g, a in zip(got, asked, strict=True) if a) == shares
    assert int(amount @ problem.cost) == costs[(float(met @ weight), *got)]


@given(problem=problems(), factor=st.sampled_from([1, 3, 50]))
@settings(max_examples=60, deadline=None)
def test_hundredths_keep_the_limits(problem, factor):
    """Nobody gives or gets more than there is, whatever the unit, and no plan is said to exceed its bound."""
    small = Problem(**{**vars(problem), "offered": factor * problem.offered, "asked": factor * problem.asked})
    found = solve(small, WEIGHTS[problem.rank])
    assert (found.amount >= 0).all()
    assert (
        np.bincount(small.resource, weights=found.amount, minlength=len(small.offered)) <= small.offered
    ).all()
    assert (np.bincount(small.need, weights=found.amount, minlength=len(small.asked)) <= small.asked).all()
    assert found.objective == pytest.approx(found.upper_bound)


def test_the_more_urgent_comes_first():
    """Ten hours for a need of 8 with urgency 3 and one of 8 with urgency 1: 8 and 2, worth 26."""
    needs = needs_of(("n1", "meal", "A", 0.0, 8, 1), ("n2", "meal", "A", 10.0, 8, 3))
    found = matched(needs, resources_of(("r1", "meal", "a1", "", 5.0, 10)))
    assert given_to(found) == {("n1", "r1"): 2.0, ("n2", "r1"): 8.0}
    assert found.objective == found.upper_bound == 26.0
    assert found.needs["unmet"].tolist() == [6.0, 0.0]
    assert found.resources["left"].tolist() == [0.0]


def test_communities_get_even_shares():
    """Nine units for two communities that ask for 12 and 6: a half each."""
    needs = needs_of(("n1", "meal", "A", 0.0, 12, 1), ("n2", "meal", "B", 10.0, 6, 1))
    found = matched(needs, resources_of(("r1", "meal", "", "", 5.0, 9)))
    assert found.shares["share"].tolist() == [0.5, 0.5]
    assert found.shares["met"].tolist() == [6.0, 3.0]


def test_who_can_get_nothing_does_not_hold_up_the_others():
    """A community out of reach has share 0; the other two still share evenly."""
    needs = needs_of(
        ("n1", "meal", "A", 0.0, 4, 1), ("n2", "meal", "B", 10.0, 4, 1), ("n3", "meal", "C", 5000.0, 4, 1)
    )
    found = matched(needs, resources_of(("r1", "meal", "", "", 5.0, 4)))
    assert found.shares["met"].tolist() == [2.0, 2.0, 0.0]


def test_the_nearer_resource_is_taken():
    """Of two that could serve, the nearer does."""
    needs = needs_of(("n1", "meal", "A", 0.0, 3, 1))
    found = matched(needs, resources_of(("r1", "meal", "", "", 400.0, 9), ("r2", "meal", "", "", 100.0, 9)))
    assert given_to(found) == {("n1", "r2"): 3.0}
    assert found.matches["metres"].tolist() == [100.0]


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        (("r1", "repair", "", "", 0.0, 9), "none"),
        (("r1", "meal", "", "", 0.0, 9, "2026-03-01", "2026-04-30"), "period"),
        (("r1", "meal", "", "", 2000.0, 9), "far"),
        (("r1", "meal", "", "", 300.0, 9, "", "", 200.0), "far"),
        (("r1", "meal", "", "", 0.0, 2), "used"),
    ],
)
def test_a_need_that_is_not_met_says_why(resource, code):
    """No such resource, not in its period, out of reach, used up: in both languages."""
    needs = needs_of(("n1", "meal", "A", 0.0, 5, 1, "2026-01-01", "2026-02-28"))
    found = matched(needs, resources_of(resource))
    assert found.needs["reason"].tolist() == [code]
    assert "meal" in found.why[0].text("en")
    assert "meal" in found.why[0].text("zh")


def test_actors_who_do_not_want_to_are_not_asked():
    """A resource whose actor is not willing serves nobody, and the need says so."""
    resources = resources_of(("r1", "meal", "a1", "", 0.0, 5)).assign(offered=False)
    found = matched(needs_of(("n1", "meal", "A", 0.0, 5, 1)), resources)
    assert found.needs["reason"].tolist() == ["closed"]
    assert found.matches.empty
    assert found.projects.empty


def test_reach_without_places():
    """No place: the same community. Neither place nor community: everywhere. By street: metres do not count."""
    needs = needs_of(("n1", "meal", "A", np.nan, 1, 1), ("n2", "meal", "B", 0.0, 1, 1))
    bound = resources_of(("r1", "meal", "", "A", 9e9, 9))
    assert given_to(matched(needs, bound)) == {("n1", "r1"): 1.0}
    free = resources_of(("r1", "meal", "", "", np.nan, 9))
    assert given_to(matched(needs, free)) == {("n1", "r1"): 1.0, ("n2", "r1"): 1.0}
    assert len(given_to(matched(needs, bound, within="street"))) == 2
    assert len(given_to(matched(needs, bound, within="community"))) == 1


def test_a_resource_of_several_kinds():
    """Kinds are separated by any usual mark; without any, a resource serves its own kind."""
    needs = needs_of(("n1", "meal", "A", 0.0, 1, 1), ("n2", "time", "A", 0.0, 1, 1))
    assert len(given_to(matched(needs, resources_of(("r1", "meal；time", "", "", 0.0, 9))))) == 2
    assert given_to(matched(needs, resources_of(("r1", "", "", "", 0.0, 9)))) == {("n2", "r1"): 1.0}


def test_projects_gather_a_kind_in_a_community():
    """Two needs of a kind in A and one in B make two projects, with who serves them and from when to when."""
    needs = needs_of(
        ("n1", "meal", "A", 0.0, 2, 1, "2026-02-01", "2026-03-31"),
        ("n2", "meal", "A", 0.0, 4, 1, "2026-01-01", ""),
        ("n3", "meal", "B", 0.0, 1, 1),
        ("n4", "repair", "B", 0.0, 1, 1),
    )
    found = matched(needs, resources_of(("r1", "meal", "a1", "", 0.0, 5), ("r2", "meal", "a2", "", 0.0, 1)))
    first, second = found.projects.to_dict("records")
    assert (first["project_id"], first["needs"], first["asked"], first["start"], first["end"]) == (
        *("A-meal", "n1; n2", 6.0),
        *("2026-01-01", ""),
    )
    assert second["project_id"] == "B-meal"
    assert found.needs["project_id"].tolist() == ["A-meal", "A-meal", "B-meal", ""]
    assert first["met"] + second["met"] == 6.0
    assert set(LISTS["projects"][0]) <= set(found.projects)


def test_points_are_counted_by_actor():
    """What is written counts; what is not is earned by the rate of its kind; this plan's promise stands beside."""
    points = pd.DataFrame(
        {
            "actor_id": ["a1", "a1", "a2"],
            "kind": ["time", "", "goods"],
            "given": [3.0, np.nan, 2.0],
            "earned": [np.nan, 5.0, np.nan],
            "redeemed": [np.nan, 4.0, np.nan],
        }
    )
    matches = pd.DataFrame(
        {"resource_id": ["r1", "r2"], "actor_id": ["a3", ""], "amount": [2.0, 9.0], "need_id": ["n1", "n2"]}
    )
    kinds = pd.Series({"r1": "time", "r2": "time"})
    table = matching.ledger(points, matches, kinds, rates={"time": 10.0, "goods": 1.0}).set_index("actor_id")
    assert table.index.tolist() == ["a1", "a2", "a3"]
    assert table["earned"].tolist() == [35.0, 2.0, 0.0]
    assert table["redeemed"].tolist() == [4.0, 0.0, 0.0]
    assert table["balance"].tolist() == [31.0, 2.0, 0.0]
    assert table["promised_points"].tolist() == [0.0, 0.0, 20.0]


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (1, 3, 0, 2)])
def test_the_order_of_the_list_leaves_the_sums_alone(order):
    """However the needs are sorted, as much is met and as fairly."""
    needs = needs_of(*((f"n{n}", "meal", "AB"[n % 2], 10.0 * n, n + 2, 1 + n % 3) for n in range(4)))
    resources = resources_of(("r1", "meal", "", "", 0.0, 5), ("r2", "meal", "", "", 20.0, 3))
    found = matched(needs.iloc[list(order)].reset_index(drop=True), resources)
    first = matched(needs, resources)
    assert found.objective == first.objective
    assert sorted(found.shares["share"]) == sorted(first.shares["share"])
