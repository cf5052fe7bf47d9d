"""Agencies, committee members and officers: paired, bound and posted, against small cases counted out."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan import helpers
from gridplan.helpers.rota import chain

NONE = -1


def rule(chosen, bound):
    """Tell whether pairs (agencies, communities) are as the rule wants them."""
    free, waiting = bound < 0, ~np.isin(np.arange(chosen.shape[1]), bound)
    held = all(chosen[a, c] for a, c in enumerate(bound) if c >= 0)
    if not held or not chosen.any(axis=0).all() or not chosen.any(axis=1).all():
        return False
    if free.sum() >= waiting.sum():
        return bool((chosen.sum(axis=1) == 1).all())
    extra = chosen.copy()
    extra[np.flatnonzero(~free), bound[~free]] = False
    return bool((extra[:, waiting].sum(axis=0) == 1).all() and not extra[:, ~waiting].any())


def largest(chosen, people, households, *, many):
    """Return the largest number of households a person: of a community, or of an agency where there are few."""
    if many:
        return max(h / people[chosen[:, c]].sum() for c, h in enumerate(households))
    shared = households / chosen.sum(axis=0)
    return max(shared[chosen[a]].sum() / p for a, p in enumerate(people))


@given(
    people=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    households=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    ways=st.lists(st.integers(0, 9), min_size=9, max_size=9),
    bound=st.lists(st.integers(-1, 2), min_size=3, max_size=3),
    balance=st.sampled_from([1.0, 1.5]),
)
@settings(max_examples=40, deadline=None)
def test_pairs_agree_with_trying_everything(people, households, ways, bound, balance):
    """The most even pairs, and the shortest ways as near to even as asked, as among all pairs that keep the rule."""
    people, households = np.array(people, float), np.array(households, float)
    a, c = len(people), len(households)
    ways = np.array(ways[: a * c], float).reshape(a, c)
    bound = np.array([one if one < c else NONE for one in bound[:a]])
    many = (bound < 0).sum() >= c - len({*bound} - {NONE})
    found = helpers.pair(people, households, bound, ways, balance=balance)
    chosen = np.zeros((a, c), bool)
    chosen[found.agency, found.community] = True
    assert rule(chosen, bound)
    every = [np.array(flags).reshape(a, c) for flags in itertools.product([False, True], repeat=a * c)]
    legal = [pairs for pairs in every if rule(pairs, bound)]
    even = min(largest(pairs, people, households, many=many) for pairs in legal)
    near = [p for p in legal if largest(p, people, households, many=many) <= even * balance * (1 + 1e-9)]
    assert found.largest == pytest.approx(largest(chosen, people, households, many=many))
    assert found.largest_bound == pytest.approx(even, rel=1e-5)
    assert found.way_m == pytest.approx(min(ways[pairs].sum() for pairs in near))
    assert found.status == "optimal"


def test_unknown_sizes_count_as_the_mean():
    """Agencies of 10 and of nobody knows how many are alike; without places no way counts."""
    households, bound = np.array([100.0, 100.0]), np.array([NONE, NONE])
    found = helpers.pair(np.array([10.0, np.nan]), households, bound, np.full((2, 2), np.nan), balance=1.0)
    assert found.largest == pytest.approx(10.0)
    assert found.way_m == 0.0
    assert (
        len(helpers.pair(np.zeros(0), households, np.zeros(0, int), np.zeros((0, 2)), balance=1.0).agency)
        == 0
    )


@given(grids=st.integers(1, 6), count=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_bundles_agree_with_trying_everything(grids, count, seed):
    """Numbers of grids differ by one at most, and the ways to the middle grids are the shortest of all ways to bundle."""
    count = min(grids, count)
    points = np.random.default_rng(seed).integers(0, 9, (grids, 2)).astype(float)
    ways = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    found = helpers.bundles(ways, count)
    sizes = np.bincount(found.bundle)
    assert len(sizes) == count
    assert sizes.max() - sizes.min() <= 1
    assert found.bundle[0] == 0

    def way(labels):
        parts = [np.flatnonzero(labels == b) for b in range(count)]
        return sum(ways[np.ix_(part, part)].sum(axis=0).min() for part in parts)

    every = (np.array(labels) for labels in itertools.product(range(count), repeat=grids))
    even = [one for one in every if sorted(np.bincount(one, minlength=count)) == sorted(sizes)]
    assert found.way_m == pytest.approx(min(way(labels) for labels in even), abs=1e-6)
    assert found.proven


@given(places=st.integers(1, 40), officers=st.integers(1, 40), months=st.integers(1, 25))
@settings(max_examples=300, deadline=None)
def test_the_rota_is_as_even_as_can_be(places, officers, months):
    """Loads of months and sums reach their bounds; nobody has a place twice running; the deputy is somebody else."""
    who, deputy = helpers.posted(places, officers, months)
    for table in (who, deputy) if officers > 1 else (who,):
        found = helpers.evenness(table, officers)
        assert found["most_in_month"] == found["bound_in_month"]
        assert found["most"] == found["bound"]
        assert found["repeats"] == (0 if officers > 1 else places * (months - 1))
    if officers > 1:
        assert (who != deputy).all()
    if officers >= 4:  # then no role at all twice running
        assert (who[1:] != deputy[:-1]).all()
        assert (deputy[1:] != who[:-1]).all()
    if officers == 1:
        assert (deputy == NONE).all()


def test_nobody_to_post():
    """Without officers every place stays blank."""
    who, deputy = helpers.posted(2, 0, 3)
    assert (who == NONE).all()
    assert (deputy == NONE).all()


def staff(**columns):
    """Return officers o1, o2 ... with columns given."""
    count = len(next(iter(columns.values())))
    table = {
        "officer_id": [f"o{n + 1}" for n in range(count)],
        "department": "",
        "street": "",
        "phone": "",
        "name": "",
    }
    return pd.DataFrame({**table, **columns})


PLACES = pd.DataFrame(
    {
        "place_id": ["A", "B", "C", "D"],
        "street": ["east", "east", "east", "west"],
        "x": [0.0, 100.0, 200.0, 900.0],
        "y": [0.0] * 4,
    }
)


def test_officers_stay_in_their_street():
    """Two of the east serve A, B, C; the one of no street goes where nobody is; all is told by team."""
    made = helpers.rota(staff(street=["east", "east", ""]), PLACES, months=["2026-01", "2026-02"])
    assert set(made.table.loc[made.table["place_id"] == "D", "officer_id"]) == {"o3"}
    assert set(made.table.loc[made.table["place_id"] != "D", "officer_id"]) == {"o1", "o2"}
    assert made.table["place_id"].tolist() == ["A", "B", "C", "D"] * 2
    assert made.table["month"].tolist() == ["2026-01"] * 4 + ["2026-02"] * 4
    assert [(team["street"], team["officers"], team["places"]) for team in made.teams] == [
        ("east", 2, 3),
        ("west", 1, 1),
    ]
    assert made.told == ()


def test_a_street_without_officers_is_told():
    """Nobody is left for the west: its place stays blank, and that is said."""
    made = helpers.rota(staff(street=["east"]), PLACES, months=["2026-01"])
    assert made.table.loc[made.table["place_id"] == "D", "officer_id"].tolist() == [""]
    assert "west" in made.told[0].text("en")


def test_each_department_has_its_own_rota():
    """Two departments: every place has an officer of each every month."""
    made = helpers.rota(
        staff(department=["police", "police", "market", "market"]),
        PLACES,
        months=["2026-01"],
        each_department=True,
    )
    assert made.table.groupby("place_id")["officer_id"].nunique().tolist() == [2] * 4


def test_a_chain_goes_to_the_nearest():
    """From the westernmost on, always the nearest that is left."""
    points = np.array([[300.0, 0.0], [0.0, 0.0], [120.0, 0.0], [100.0, 50.0]])
    assert chain(points).tolist() == [1, 3, 2, 0]


def test_a_whistle_calls_everybody():
    """Each grid has its leader, officer, deputy, agencies and member; what nobody knows stays blank."""
    grids = pd.DataFrame(
        {
            "grid_id": ["g1", "g2"],
            "code": ["g1", "g2"],
            "name": ["", ""],
            "community_id": ["A", "B"],
            "street": ["east", "east"],
            "place_id": ["A", "B"],
        }
    )
    called = helpers.Called(
        officers=pd.DataFrame(
            {
                "place_id": ["A", "A"],
                "officer_id": ["o1", "o2"],
                "deputy_id": ["o2", ""],
                "department": ["p", "m"],
            }
        ),
        people=staff(name=["Li", ""], phone=["1", "2"]),
        agencies=pd.DataFrame(
            {
                "community_id": ["B", "B"],
                "agency_id": ["x", "y"],
                "agency": ["School", ""],
                "phone": ["", "9"],
            }
        ),
        members=pd.DataFrame({"grid_id": ["g1"], "member_id": ["w1"], "member": [""]}),
        leaders=pd.Series({"g2": "w9"}),
    )
    first, second = helpers.whistle(grids, called, month="2026-01").to_dict("records")
    assert (first["officer_id"], first["officer"], first["officer_phone"]) == ("o1; o2", "Li", "1; 2")
    assert (first["deputy_id"], first["deputy_phone"]) == ("o2", "2")
    assert (first["member_id"], first["agency_ids"], first["leader"]) == ("w1", "", "")
    assert (second["agency_ids"], second["agencies"], second["agency_phones"]) == ("x; y", "School", "9")
    assert (second["officer_id"], second["leader"], second["month"]) == ("", "w9", "2026-01")
