"""Posts, roster and gap, with sums that a person can check."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.staffing import Norm, gap, posts, roster

NORM = Norm(low=150, high=200, per_10000=18)


def people(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Make a roster of rows (id, kind, community, availability)."""
    table = pd.DataFrame(rows, columns=["worker_id", "kind", "community_id", "availability"])
    return table.assign(name="")


def test_reference_district():
    """120,100 households and 304,500 residents ask for 600.5 to 800.7 posts, and 548.1 by residents."""
    table = pd.DataFrame({"households": [120_100], "population": [304_500]}, index=["district"])
    found = posts(table, norm=NORM).loc["district"]
    assert found["posts_min"] == pytest.approx(600.5)
    assert found["posts_max"] == pytest.approx(800.6667, abs=1e-4)
    assert found["posts_by_residents"] == pytest.approx(548.1)


def test_gap_of_the_reference_district():
    """336 workers against 601 posts by households: 265 are missing, and households bind."""
    found = gap(posts_min=600.5, posts_max=800.667, posts_by_residents=548.1, on_roster=336)
    whole = (found.posts_min, found.posts_max, found.posts_by_residents, found.least, found.missing)
    assert whole == (601, 801, 549, 601, 265)
    assert found.binding == "households"
    assert found.told is not None
    assert "336" in found.told.text("en")
    assert "265" in found.told.text("zh")


def test_residents_bind():
    """Where households are large the norm by residents asks for more."""
    found = gap(posts_min=5, posts_max=7, posts_by_residents=9.2, on_roster=12.5)
    assert (found.binding, found.least, found.missing) == ("residents", 10, -2.5)
    assert found.told is not None
    assert found.told.key == "staffing.enough"


def test_gap_without_roster_or_norm():
    """What is not known stays unknown, and nothing is told about it."""
    found = gap(posts_min=math.nan, posts_max=math.nan, posts_by_residents=math.nan, on_roster=math.nan)
    assert found.binding == ""
    assert math.isnan(found.missing)
    assert found.told is None


def test_posts_that_nobody_asked_for():
    """Without a norm, without its part by residents, or without a population, posts are NaN."""
    table = pd.DataFrame({"households": [300.0, 300.0], "population": [800.0, math.nan]})
    assert posts(table, norm=None).isna().all(axis=None)
    assert posts(table, norm=Norm(150, 200))["posts_by_residents"].isna().all()
    assert posts(table, norm=NORM)["posts_by_residents"].isna().tolist() == [False, True]


def test_roster_by_community():
    """Only full-time workers count, by their availability; unknown availability counts as one."""
    workers = people(
        ("1", "full_time", "A", 0.5),
        ("2", "full_time", "A", math.nan),
        ("3", "full_time", "", 1.0),
        ("4", "part_time", "A", 0.25),
        ("5", "helper", "B", 1.0),
    )
    found = roster(workers, pd.DataFrame({"community_id": ["B", "A"]}))
    assert found.by_community.tolist() == [0.0, 1.5]
    assert (found.full_time, found.unbound, found.part_time, found.helpers) == (2.5, 1.0, 0.25, 1)
    assert found.told == ()


def test_roster_rows_that_do_not_fit():
    """An unknown community or kind is told with its row and value."""
    workers = people(("7", "full_time", "Z", 1.0), ("8", "boss", "A", 1.0))
    found = roster(workers, pd.DataFrame({"community_id": ["A"]}))
    assert (found.full_time, found.unbound) == (1.0, 1.0)
    assert [m.key for m in found.told] == ["staffing.unknown_community", "staffing.unknown_kind"]
    assert "Z" in found.told[0].text("en")
    assert "8" in found.told[1].text("zh")


def test_roster_without_kinds_or_absent():
    """Without kinds all are full-time; without a roster nothing is known."""
    communities = pd.DataFrame({"community_id": ["A"]})
    assert roster(people(("1", "", "A", 1.0)), communities).full_time == 1.0
    assert math.isnan(roster(None, communities).full_time)
    assert math.isnan(roster(None, communities).by_community[0])


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=8))
def test_posts_add_up(households):
    """Unrounded posts of communities add up to those of the district, so that no rounding is paid twice."""
    table = pd.DataFrame({"households": households, "population": [2.5 * h for h in households]})
    whole = pd.DataFrame({"households": [sum(households)], "population": [2.5 * sum(households)]})
    assert posts(table, norm=NORM).sum().tolist() == pytest.approx(posts(whole, norm=NORM).iloc[0].tolist())
