"""Posts, roster and gap, with sums that a person can check."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.staffing import Norm, areas, gap_told, gaps, homes, posts, roster, what_if

NORM = Norm(low=150, high=200, per_10000=18)


def people(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Make a roster of rows (id, kind, community, availability)."""
    table = pd.DataFrame(rows, columns=["worker_id", "kind", "community_id", "availability"])
    return table.assign(name="", served="")


def test_reference_district():
    """120,100 households and 304,500 residents ask for 600.5 to 800.7 posts, and 548.1 by residents."""
    table = pd.DataFrame({"households": [120_100], "population": [304_500]}, index=["district"])
    found = posts(table, norm=NORM).loc["district"]
    assert found["posts_min"] == pytest.approx(600.5)
    assert found["posts_max"] == pytest.approx(800.6667, abs=1e-4)
    assert found["posts_by_residents"] == pytest.approx(548.1)


def reference() -> pd.DataFrame:
    """Make two communities with the reference district's sums: 120,100 households, 304,500 residents, 330 workers of 336."""
    return pd.DataFrame(
        {
            "community_id": ["A", "B"],
            "name": ["", "East"],
            "street": ["S", ""],
            "households": [100_050.0, 20_050.0],
            "planned": [200_000.0, 27_600.0],
            "load": [90_000.0, 30_100.0],
            "population": [254_500.0, 50_000.0],
            "workers_on_roster": [300.0, 30.0],
        }
    )


def test_gap_of_the_reference_district():
    """336 workers against 601 to 801 by households and 549 by residents: 265, or 44 %, are missing."""
    found = areas(reference(), norm=NORM, on_roster=336.0).iloc[0]
    whole = ["posts_min", "posts_max", "posts_by_residents", "least", "on_roster", "missing"]
    assert found[whole].tolist() == [601, 801, 549, 601, 336, 265]
    assert found["binding"] == "households"
    assert found["missing_share"] == pytest.approx(265 / 601)
    told = gap_told(found)
    assert told is not None
    assert "336" in told.text("en")
    assert "265" in told.text("zh")
    assert "44%" in told.text("zh")


def test_rounded_communities_add_to_more_than_the_district():
    """A: 500.25 posts are 501; B: 100.25 are 101, by residents 90: 602 in all, where the district's total asks for 601."""
    found = areas(reference(), norm=NORM, on_roster=336.0)
    assert found["level"].tolist() == ["district", "street", "community", "community"]
    assert found["rounded_least"].tolist() == [602, 501, 501, 101]
    assert found["least"].tolist() == [601, 501, 501, 101]
    assert found["on_roster"].tolist() == [336, 300, 300, 30]


@pytest.mark.parametrize(("basis", "counted"), [("planned", 227_600), ("load", 120_100)])
def test_other_bases(basis, counted):
    """The norm by households counts planned ones, or the load, where it is told to; residents stay the same."""
    found = areas(reference(), norm=Norm(150, 200, 18, basis), on_roster=336.0).iloc[0]
    assert found["counted"] == counted
    assert found["posts_min"] == math.ceil(counted / 200)
    assert found["posts_by_residents"] == 549


def test_what_if():
    """Bands and shares give a row each: at 300-500 households residents bind, at 25 per 10,000 always."""
    table = areas(reference(), norm=NORM, on_roster=336.0)
    found = what_if(table, bands=[(150, 200), (300, 500)], shares=[18, 25], basis="lived_in")
    district = found[found["level"] == "district"]
    assert district[["low", "per_10000", "least", "binding"]].to_numpy().tolist() == [
        [150, 18, 601, "households"],
        [150, 25, 762, "residents"],
        [300, 18, 549, "residents"],
        [300, 25, 762, "residents"],
    ]
    assert district["missing"].tolist() == [265, 426, 213, 426]
    assert len(found) == 16


def test_residents_bind():
    """Where households are large the norm by residents asks for more; workers beyond it are told as such."""
    row = {"posts_min": 5.0, "posts_max": 7.0, "posts_by_residents": 9.2, "on_roster": 12.5}
    found = gaps(pd.DataFrame([row])).assign(on_roster=12.5).iloc[0]
    assert found[["binding", "least", "missing"]].tolist() == ["residents", 10, -2.5]
    told = gap_told(found)
    assert told is not None
    assert told.key == "staffing.enough"


def test_gap_without_roster_or_norm():
    """What is not known stays unknown, and nothing is told about it."""
    found = areas(reference().assign(workers_on_roster=math.nan), norm=None, on_roster=math.nan).iloc[0]
    assert found["binding"] == ""
    assert math.isnan(found["missing"])
    assert gap_told(found) is None


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


def test_homes_of_the_bound_and_the_others():
    """Who is bound stays; two unbound workers go where 600 and then 400 households a worker are most; a half follows."""
    workers = people(
        ("1", "full_time", "A", 1.0),
        ("2", "full_time", "", 1.0),
        ("3", "full_time", "", 0.5),
        ("4", "full_time", "", 1.0),
        ("5", "helper", "B", 1.0),
        ("6", "full_time", "C", 1.0),
    )
    ids = pd.Series(["A", "B", "C"])
    load = np.array([400.0, 600.0, 0.0])
    # B has nobody, then A 400 beside B 600: both to B, which leaves A with 400, B with 300
    assert homes(workers, ids, load, kind="full_time").tolist() == [0, 1, 0, 1, -1, 2]


def test_homes_stay_where_they_served():
    """Of two alike the one who served B, or a grid of it, stays in B, whatever the order of rows."""
    workers = people(("1", "full_time", "", 1.0), ("2", "full_time", "", 1.0))
    ids, load = pd.Series(["A", "B"]), np.array([300.0, 300.0])
    for served, want in ((["B", ""], [1, 0]), (["", "A002"], [1, 0]), (["B002", "B001"], [1, 0])):
        found = homes(workers.assign(served=served), ids, load, kind="full_time")
        assert found.tolist() == want
