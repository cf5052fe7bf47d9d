"""Services with a model and rules of their own, what the areas look like after, norms, and the curve."""

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.circle import Norm, Service, assess, known_norms, norm_of, norm_rows, place
from gridplan.circle.assess import worst
from gridplan.network import StraightLine

CRS = "EPSG:4547"


def street(*homes: int) -> pd.DataFrame:
    """Make units u0, u1, ... 100 m apart with so many households."""
    at = 100.0 * np.arange(len(homes))
    ids = [f"u{i}" for i in range(len(homes))]
    return pd.DataFrame({"unit_id": ids, "x": at, "y": 0.0, "households": homes})


def points(kind: str, *rows) -> gpd.GeoDataFrame:
    """Make facilities of rows (id, category, x, capacity), or candidates of rows (id, categories, x, cost)."""
    names = {
        "facilities": ["facility_id", "category", "x", "capacity"],
        "candidates": ["candidate_id", "categories", "x", "cost"],
    }[kind]
    table = pd.DataFrame(rows, columns=names).assign(name="")
    return gpd.GeoDataFrame(
        table.drop(columns="x"), geometry=gpd.points_from_xy(table["x"], table["x"] * 0), crs=CRS
    )


def run(units, there, sites, **asked):
    """Place one service, 50 m a minute, as it is asked for."""
    service = Service(**{"category": "clinic", "limit_m": 100, **asked})
    return place(units, there, sites, services=(service,), walk=StraightLine(1.0), metres_per_minute=50.0)


def test_median_goes_where_people_are():
    """The shortest walk in all puts the one site at the crowd, though another covers more units."""
    circle = run(street(90, 1, 1, 1, 1, 1, 1), None, None, model="median", new=1)
    row = circle.rows[0]
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-u0"]
    assert (row["model"], row["objective"], row["lower_bound"], row["status"]) == (
        "median",
        2100,
        2100,
        "optimal",
    )


def test_center_goes_to_the_middle():
    """The shortest longest walk puts it in the middle, wherever the crowd is."""
    circle = run(street(90, 1, 1, 1, 1, 1, 1), None, None, model="center", new=1)
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-u3"]
    assert circle.rows[0]["objective"] == 300


def test_a_budget_instead_of_a_number():
    """Of sites for 3 and 4 both cannot be had for 5: the one that covers more is taken, and what full cover costs is not asked."""
    sites = points("candidates", ("a", "", 0, 3), ("b", "", 400, 4))
    circle = run(street(5, 5, 0, 9, 9), None, sites, budget=5.0)
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-b"]
    assert circle.rows[0]["objective"] == 10
    told = [message.text("en") for message in circle.told]
    assert any("costs at least 7" in text for text in told)


def test_backup_is_counted_beside_cover():
    """Two in reach for all: the ends get a second one; cover keeps its meaning."""
    circle = run(street(1, 1, 1), points("facilities", ("F", "clinic", 100, math.nan)), None, backup=2)
    row = circle.rows[0]
    assert (row["new"], row["covered_before"], row["covered_backup"]) == (1, 1.0, 1.0)


def test_who_finds_no_room_is_not_covered():
    """A site with room for ten beside units of six and five: one of them finds no room, is told, and not covered."""
    circle = run(
        street(6, 5), None, points("candidates", ("a", "", 50, 1)), new=1, capacity=10, capacities=True
    )
    row = circle.rows[0]
    assert circle.access["covered"].tolist() == [1, 0]
    assert circle.access["assigned_id"].tolist() == ["new-clinic-a", ""]
    assert circle.facilities["households_served"].tolist() == [6]
    assert row["covered_after"] == pytest.approx(6 / 11)
    assert "circle.of_service" in [message.key for message in circle.told]


def test_sites_keep_apart():
    """At least 250 m between two sites: the street of five gets two, not three."""
    circle = run(street(1, 1, 1, 1, 1), None, None, apart_m=250, new=3)
    xs = circle.facilities.geometry.x.tolist()
    assert len(xs) == 2
    assert abs(xs[0] - xs[1]) >= 250


def test_the_curve_adds_up():
    """Each step adds the best next site; cover rises to that of all sites, money to their cost."""
    sites = points("candidates", ("a", "", 0, 3), ("b", "", 400, 4), ("c", "", 800, math.nan))
    circle = run(street(5, 5, 0, 9, 9), None, sites, new=0)
    steps = circle.rows[0]["curve"]
    assert [(step["sites"], step["site"], step["adds"], step["money"]) for step in steps] == [
        (1, "b", 18, 4),
        (2, "a", 10, 7),
    ]
    assert steps[-1]["covered"] == 1.0


def lines(*rows) -> pd.DataFrame:
    """Make access lines of rows (unit, category, minutes, covered)."""
    return pd.DataFrame(rows, columns=["unit_id", "category", "minutes", "covered"])


def test_areas_by_hand():
    """Two grids of ten and thirty households, two services: scores, means and the worst tenth that a person works out."""
    units = pd.DataFrame(
        {
            "unit_id": ["a", "b"],
            "households": [10, 30],
            "vulnerable": [4.0, 0.0],
            "street": "",
            "community": "C",
            "grid": ["G1", "G2"],
        }
    )
    access = lines(
        ("a", "clinic", 20, 0), ("b", "clinic", 5, 1), ("a", "shop", 4, 1), ("b", "shop", math.nan, 0)
    )
    rows = {(row["level"], row["id"]): row for row in assess(access, units, ["clinic", "shop"])}
    assert set(rows) == {("district", ""), ("community", "C"), ("grid", "G1"), ("grid", "G2")}
    whole, first = rows["district", ""], rows["grid", "G1"]
    assert (whole["households"], whole["score"], whole["unknown"]) == (40, 0.5, 30)
    assert whole["mean_minutes"] == pytest.approx((10 * 20 + 30 * 5 + 10 * 4) / 50)
    assert whole["worst_tenth_minutes"] == 20
    assert first["covered"] == {"clinic": 0.0, "shop": 1.0}
    assert (whole["vulnerable"], whole["vulnerable_covered"]) == (4, {"clinic": 0.0, "shop": 1.0})


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=20))
def test_the_worst_tenth_is_the_longest(walks):
    """It lies between the mean and the longest walk, and is that of a list of single households, sorted."""
    area, minutes, weight = (np.array(values) for values in zip(*walks, strict=True))
    found = worst(area, minutes.astype(float), weight.astype(float), 3)
    for at in range(3):
        each = np.sort(np.repeat(minutes[area == at], 10 * weight[area == at]))[::-1]
        want = each[: len(each) // 10].mean() if len(each) else np.nan
        assert found[at] == pytest.approx(want, nan_ok=True)


def test_norms_are_a_table_with_sources():
    """Every row has both names, a limit and a source; categories are looked up by either name."""
    assert len(known_norms()) > 10
    assert all(norm.zh and norm.en and norm.limit_m > 0 and norm.source for norm in known_norms())
    assert norm_of("Kindergarten") is norm_of("幼儿园") is not None
    assert norm_of("no such thing") is None


def test_the_plan_file_overrides_a_norm():
    """The planner's row stands before the table's, and is marked as such."""
    own = {
        "level": 15,
        "zh": "kindergarten",
        "en": "kindergarten",
        "limit_m": 800.0,
        "source": "us",
        "sure": True,
    }
    table, changed = norm_rows({"kindergarten": 500.0}), norm_rows({"kindergarten": 500.0}, [own])
    assert (table[0]["limit_m"], table[0]["own"], table[0]["asked_m"]) == (300, False, 500)
    assert (changed[0]["limit_m"], changed[0]["own"], changed[0]["source"]) == (800, True, "us")
    assert isinstance(known_norms()[0], Norm)


def test_services_share_a_building():
    """For 10 either two buildings of 6 cannot be had: both services go into one, paid once, where both find floor."""
    sites = points("candidates", ("small", "", 0, 6), ("large", "", 100, 6)).assign(area=[100.0, 300.0])
    asked = {"limit_m": 100, "cost": 2.0, "floor_m2": 150.0}
    services = [Service(category=name, **asked, shared_budget=10.0) for name in ("clinic", "school")]
    poorer = [replace(service, shared_budget=9.0) for service in services]
    ways = {"walk": StraightLine(1.0), "metres_per_minute": 50.0}
    circle = place(street(5, 5, 5), None, sites, services=services, **ways)
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-large", "new-school-large"]
    assert [(row["together"], row["objective"], row["status"]) for row in circle.rows] == [
        (True, 0, "optimal")
    ] * 2
    poor = place(street(5, 5, 5), None, sites, services=poorer, **ways)
    assert [row["objective"] for row in poor.rows] == [15, 15]
    assert len(poor.facilities) == 1


def test_a_shared_budget_leaves_other_models_alone():
    """A service with a model of its own is placed beside those that share."""
    sites = points("candidates", ("a", "", 0, 6), ("b", "", 100, 6)).assign(area=math.nan)
    services = [
        Service(category="clinic", limit_m=100, shared_budget=6.0),
        Service(category="school", limit_m=100, model="median", new=1, shared_budget=6.0),
    ]
    circle = place(
        street(5, 1, 5),
        None,
        sites,
        services=services,
        walk=StraightLine(1.0),
        metres_per_minute=50.0,
    )
    assert [row["together"] for row in circle.rows] == [True, False]
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-b", "new-school-b"]
