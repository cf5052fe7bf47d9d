"""The fifteen-minute circle, on a street that a person can pace out and against every choice tried."""

import math
import time
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from shapely import LineString

from gridplan.circle import Service, place
from gridplan.circle.cover import fewest, most
from gridplan.circle.model import Stop
from gridplan.circle.reduce import merge_rows, reduce_rows, reduce_sites
from gridplan.network import StraightLine, build_network
from gridplan.tables import LAYERS

CRS = "EPSG:4547"
WALK = StraightLine(1.0)
CLINIC = Service(category="clinic", limit_m=100)


def street(*homes: int, step_m: float = 100, **columns) -> pd.DataFrame:
    """Make units u0, u1, ... with so many households, a step apart on the x axis."""
    ids = [f"u{i}" for i in range(len(homes))]
    spots = {"x": step_m * np.arange(len(homes)), "y": 0.0}
    return pd.DataFrame({"unit_id": ids, **spots, "households": homes, **columns})


def facilities(*rows: tuple[str, str, float, float], name: str = "") -> gpd.GeoDataFrame:
    """Make facilities of rows (id, category, x, capacity)."""
    table = pd.DataFrame(rows, columns=["facility_id", "category", "x", "capacity"]).assign(name=name)
    return gpd.GeoDataFrame(
        table.drop(columns="x"), geometry=gpd.points_from_xy(table["x"], table["x"] * 0), crs=CRS
    )


def candidates(*rows: tuple[str, str, float, float]) -> gpd.GeoDataFrame:
    """Make candidates of rows (id, categories, x, cost)."""
    table = pd.DataFrame(rows, columns=["candidate_id", "categories", "x", "cost"])
    return gpd.GeoDataFrame(
        table.drop(columns="x"), geometry=gpd.points_from_xy(table["x"], table["x"] * 0), crs=CRS
    )


def run(units, there=None, sites=None, *services, **options):
    """Place services at 50 m a minute."""
    options = {"walk": WALK, "metres_per_minute": 50.0, **options}
    return place(units, there, sites, services=services or (CLINIC,), **options)


def test_street_of_seven():
    """Seven units 100 m apart and a clinic at the first: two new ones serve the five beyond 100 m."""
    circle = run(street(5, 5, 5, 5, 5, 5, 5), facilities(("F", "clinic", 0, math.nan)))
    row = circle.rows[0]
    assert (row["existing"], row["new"], row["objective"], row["lower_bound"]) == (1, 2, 2, 2)
    assert (row["covered_before"], row["covered_after"]) == (pytest.approx(2 / 7), 1.0)
    assert row["status"] == "optimal"
    assert circle.access["minutes_existing"].tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert circle.access["covered"].tolist() == [1] * 7
    assert (circle.access["minutes"] <= 2).all()


def test_most_cover_of_one_site():
    """One new site takes the three fullest neighbours, and the next site is named with what it adds."""
    circle = run(street(1, 1, 1, 7, 8, 9, 2), None, None, Service(category="clinic", limit_m=100, new=1))
    row = circle.rows[0]
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-u4"]
    assert (row["covered_after"], row["objective"], row["lower_bound"]) == (pytest.approx(24 / 29), 5, 5)
    assert (row["next_site"], row["next_site_households"], row["status"]) == ("u1", 3, "optimal")


def test_no_more_sites_than_needed():
    """Of five allowed sites only the one that full cover needs is built."""
    circle = run(street(3, 3, 3), None, None, Service(category="clinic", limit_m=100, new=5))
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-u1"]
    assert circle.rows[0]["objective"] == 0


def test_none_allowed():
    """With no new site allowed cover stays what it is."""
    circle = run(street(3, 3), None, None, Service(category="clinic", limit_m=100, new=0))
    assert len(circle.facilities) == 0
    assert circle.access["facility_id"].tolist() == ["", ""]
    assert circle.access["minutes"].isna().all()
    assert (circle.rows[0]["covered_after"], circle.rows[0]["objective"]) == (0, 6)
    assert circle.rows[0]["mean_minutes"] is None


def test_cheaper_of_equal_sites():
    """Two sites cover the same units: the cheaper is built; an unknown cost counts as the highest."""
    sites = candidates(("dear", "", 100, 9), ("unknown", "", 101, math.nan), ("cheap", "", 99, 2))
    circle = run(street(4, 4, 4, step_m=90), None, sites)
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-cheap"]


def test_candidates_hold_what_they_may():
    """A site is used only for its own categories, whatever the separator's width; blank means any."""
    sites = candidates(("a", "school", 0, 1), ("b", "school； clinic", 100, 1), ("c", "", 300, 1))
    circle = run(street(1, 1, 1, 1), None, sites)
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-b", "new-clinic-c"]


def test_who_cannot_be_reached_is_told():
    """A unit that no candidate has in reach is counted, named, and left out of the proof for the others."""
    units = street(6, 6, 6, 6, 4, compound=["", "", "", "", "Far Court"])
    sites = candidates(("a", "", 100, math.nan), ("b", "", 200, math.nan))
    circle = run(units, None, sites)
    row = circle.rows[0]
    assert (row["status"], row["unreachable"], row["new"], row["lower_bound"]) == ("infeasible", 4, 2, 2)
    assert row["covered_after"] == pytest.approx(24 / 28)
    told = circle.told[0].text("en")
    assert "Far Court" in told
    assert "4 households" in told
    assert circle.access["covered"].tolist() == [1, 1, 1, 1, 0]


def test_unreachable_units_without_compound():
    """Without a compound the nearest named facility says where a unit lies."""
    there = facilities(("F", "school", 0, math.nan), name="Hill School")
    circle = run(street(0, 0, 5), there, candidates(("a", "school", 0, 1)))
    unreachable = [message for message in circle.told if message.key == "circle.no_candidates"]
    assert "Hill School" in unreachable[0].text("zh")
    assert [m.key for m in circle.told] == ["circle.none_there", "circle.no_candidates"]


def test_crowded_and_idle():
    """Loads of nearest units are set against capacity, for existing facilities with a known one."""
    there = facilities(("A", "clinic", 0, 10), ("B", "clinic", 300, 100), ("C", "clinic", 200, math.nan))
    circle = run(street(8, 8, 1, 20), there)
    assert circle.facilities["households_served"].tolist() == [16, 20, 1]
    assert [m.key for m in circle.told] == ["circle.crowded", "circle.idle"]
    assert "(A)" in circle.told[0].text("en")
    assert "（B）" in circle.told[1].text("zh")
    assert circle.access["assigned_id"].tolist() == circle.access["facility_id"].tolist()


def test_tables_hold_what_the_layers_name():
    """Columns, order, every unit with every service, and facilities that nobody asked about are kept."""
    there = facilities(("F", "clinic", 0, 5), ("S", "school", 0, math.nan))
    services = (CLINIC, Service(category="market", limit_m=100, capacity=70))
    circle = run(street(2, 0, 2, 0), there, None, *services)
    names = [column for part in LAYERS["facilities"] for column in part]
    assert list(circle.facilities.columns) == [*names, "geometry"]
    assert list(circle.access.columns) == [column for part in LAYERS["access"] for column in part]
    assert circle.access.groupby("category")["unit_id"].nunique().to_dict() == {"clinic": 4, "market": 4}
    assert circle.facilities["status"].tolist()[:2] == ["existing", "existing"]
    new = circle.facilities[circle.facilities["category"] == "market"]
    assert new["capacity"].tolist() == [70.0] * len(new)
    assert math.isnan(circle.facilities["households_served"].iloc[1])
    assert circle.facilities.crs == CRS


def test_new_ids_differ_from_those_there():
    """A new facility never takes the id of one that is there."""
    there = facilities(("new-clinic-u1", "school", 0, math.nan))
    circle = run(street(3, 3, 3), there)
    assert circle.facilities["facility_id"].tolist() == ["new-clinic-u1", "new-clinic-u1-2"]


def test_nobody_lives_here():
    """Units without households ask for nothing but have their lines."""
    circle = run(street(0, 0))
    assert (circle.rows[0]["status"], circle.rows[0]["new"], circle.rows[0]["covered_after"]) == (
        "optimal",
        0,
        0,
    )
    assert len(circle.access) == 2


def test_empty_tables_are_like_nothing_there():
    """Facilities and candidates without a row: nobody is served, nobody can be, and that is told."""
    circle = run(street(2, 3), facilities(), candidates().astype({"categories": str, "cost": float}))
    assert circle.rows[0]["unreachable"] == 5
    assert [m.key for m in circle.told] == ["circle.no_candidates"]
    assert len(circle.facilities) == 0


def test_no_services():
    """Without services there is nothing to place."""
    circle = place(street(1), None, None, services=(), walk=WALK, metres_per_minute=50.0)
    assert (circle.rows, circle.told, len(circle.access), len(circle.facilities)) == ([], (), 0, 0)


def test_limit_of_exactly_fifteen_minutes():
    """1,000 m at 4 km/h are fifteen minutes, and within them."""
    metres_per_minute = 4.0 * 1000 / 60
    service = Service(category="clinic", limit_m=15 * metres_per_minute, new=0)
    there = facilities(("F", "clinic", 1000, math.nan))
    circle = run(street(1), there, None, service, metres_per_minute=metres_per_minute)
    assert circle.rows[0]["covered_before"] == 1.0


def test_across_the_river_is_out_of_reach():
    """Over roads that no bridge joins minutes are unknown, not merely long."""
    banks = [LineString([(0, 0), (300, 0)]), LineString([(0, 60), (300, 60)])]
    roads = gpd.GeoDataFrame({"rank": ["", ""]}, geometry=banks, crs=CRS)
    river = gpd.GeoDataFrame(geometry=[LineString([(-99, 30), (999, 30)])], crs=CRS)
    there = facilities(("F", "clinic", 0, math.nan)).set_geometry(gpd.points_from_xy([0], [60]), crs=CRS)
    walk = build_network(roads, river, detour=1.3)
    circle = run(street(1), there, None, Service(category="clinic", limit_m=100, new=0), walk=walk)
    assert circle.access["minutes"].isna().tolist() == [True]
    assert circle.rows[0]["covered_before"] == 0


def test_out_of_time_is_feasible_not_infeasible():
    """With no time left the plan at hand is kept, and the proof is said to be unfinished."""
    lines = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8)]
    lines += [(0, 4, 8), (1, 5, 6), (2, 3, 7), (0, 5, 7), (1, 3, 8), (2, 4, 6)]
    reach = np.zeros((12, 9), int)  # a plane of nine points: a third of each is enough for every line
    reach[np.arange(12)[:, None], lines] = 1
    choice = fewest(csr_array(reach), None, stop=Stop(deadline=time.monotonic() - 1))
    assert choice.stopped == "clock"
    assert (choice.lower_bound, choice.objective) == (3, 5)
    spots = np.random.default_rng(0).random((200, 2)) * 1000
    units = street(*[1] * 200).assign(x=spots[:, 0], y=spots[:, 1])
    circle = run(units, solve_seconds=0.0)
    assert circle.rows[0]["status"] == "feasible"
    assert circle.rows[0]["covered_after"] == 1.0
    assert circle.told[0].key == "circle.unproven_sites"


def test_same_seed_same_plan():
    """Two runs give the same tables."""
    units = street(*range(1, 30), step_m=37)
    first, second = run(units, seed=3), run(units, seed=3)
    pd.testing.assert_frame_equal(first.access, second.access)
    assert first.rows == second.rows


def reaches():
    """Draw small tables of who is in reach of which site."""
    row = st.lists(st.booleans(), min_size=5, max_size=5)
    return st.lists(row, min_size=1, max_size=7).map(lambda rows: np.array(rows, int))


@settings(max_examples=40, deadline=None)
@given(reaches(), st.lists(st.integers(1, 9), min_size=7, max_size=7), st.integers(0, 4))
def test_most_equals_trying_all(table, weights, count):
    """The weight left is the least of all choices, proven, and no smaller choice is as good."""
    table = table[table.any(axis=1)]
    weight = np.array(weights[: len(table)], float)
    choice = most(csr_array(table), weight, None, count=count, stop=Stop())
    left = {k: min(left_by(table, weight, sites) for sites in combinations(range(5), k)) for k in range(6)}
    best = min(left[k] for k in range(count + 1))
    assert choice.objective == choice.lower_bound == best == left_by(table, weight, choice.sites)
    assert len(choice.sites) == min(k for k in range(count + 1) if left[k] == best)


def left_by(table, weight, sites):
    """Return the weight that the sites leave uncovered."""
    return float(weight[table[:, list(sites)].sum(axis=1) == 0].sum())


@settings(max_examples=40, deadline=None)
@given(reaches(), st.lists(st.integers(1, 9), min_size=5, max_size=5))
def test_fewest_equals_trying_all(table, costs):
    """The sites are the fewest that cover all, proven, and the cheapest of those."""
    table, cost = table[table.any(axis=1)], np.array(costs, float)
    choice = fewest(csr_array(table), cost, stop=Stop())
    whole = [
        sites
        for k in range(6)
        for sites in combinations(range(5), k)
        if table[:, list(sites)].any(axis=1).all()
    ]
    least = len(whole[0])
    assert choice.objective == choice.lower_bound == least == len(choice.sites)
    assert table[:, choice.sites].any(axis=1).all()
    assert cost[choice.sites].sum() == min(cost[list(sites)].sum() for sites in whole if len(sites) == least)


@given(reaches())
def test_reductions_keep_what_matters(table):
    """Merged rows keep their weight; dropped rows and sites are each stood for by one that was kept."""
    merged, weight = merge_rows(csr_array(table), np.ones(len(table)))
    assert weight.sum() == len(table)
    assert len(np.unique(merged.toarray(), axis=0)) == len(weight)
    kept = table[:, reduce_sites(csr_array(table), None)]
    assert all((kept >= column[:, None]).all(axis=0).any() for column in table.T if column.any())
    hard = reduce_rows(csr_array(table)).toarray()
    assert all((hard <= row).all(axis=1).any() for row in table)


def test_what_full_cover_takes_is_told():
    """With one site of the three that seven places need the sentence names both, and the report has the number and its bound."""
    circle = run(street(1, 1, 1, 1, 1, 1, 1), None, None, Service(category="clinic", limit_m=100, new=1))
    row = circle.rows[0]
    assert (row["full_cover_sites"], row["full_cover_sites_bound"]) == (3, 3)
    told = [message.text("en") for message in circle.told if message.key == "circle.full_cover"]
    assert len(told) == 1
    assert " 4 households" in told[0]
    assert " 3 new sites" in told[0]
    assert (
        run(street(1, 1, 1), None, None, Service(category="clinic", limit_m=100, new=1)).rows[0][
            "full_cover_sites"
        ]
        is None
    )
