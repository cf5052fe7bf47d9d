"""Posts of the ladder: filled from the roster, one each, as near as its rows say; blank where it says nothing."""

import numpy as np
import pandas as pd
import pytest

from gridplan.staffing import Land, Places, Prices, ladder, serve_district
from gridplan.staffing.district import SERVING

COLUMNS = ["worker_id", "name", "kind", "community_id", "served", "post", "availability"]


def places() -> Places:
    """Make a street of communities A (grids A1, A2, of which A1 has two microgrids) and B (B1, which asks for two workers)."""
    home = {"street": "S"}
    return Places(
        streets=pd.DataFrame([home]),
        communities=pd.DataFrame([{**home, "community_id": one} for one in "AB"]),
        grids=pd.DataFrame(
            [
                {**home, "community_id": grid[0], "grid_id": grid, "posts": posts}
                for grid, posts in (("A1", 1.0), ("A2", 1.0), ("B1", 2.0))
            ]
        ),
        microgrids=pd.DataFrame(
            [
                {**home, "community_id": "A", "grid_id": "A1", "microgrid_id": f"A1-0{number}"}
                for number in (1, 2)
            ]
        ),
    )


def people(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Make a roster of rows (id, community, served, post)."""
    table = [(own, f"N{own}", "full_time", home, served, post, 1.0) for own, home, served, post in rows]
    return pd.DataFrame(table, columns=COLUMNS).assign(
        home=[home for _, home, _, _ in rows], street=["S" if home else "" for _, home, _, _ in rows]
    )


def serving(*rows: tuple[int, str]) -> pd.DataFrame:
    """Make a table of who serves which grid."""
    table = [(worker, "full_time", grid, 1.0, 0.0, np.nan) for worker, grid in rows]
    return pd.DataFrame(table, columns=SERVING)


def held(posts: pd.DataFrame, kind: str) -> list[str]:
    """Return who holds the posts of a kind, in their order."""
    return posts.loc[posts["kind"] == kind, "worker_id"].tolist()


def test_blank_ladder():
    """Without people every post is there and blank: one of each level, full-time ones as the grids ask; no party."""
    found = ladder(places(), people(), serving(), party=False)
    counts = {
        "chief_instructor": 1,
        "chief_grid_leader": 2,
        "grid_leader": 3,
        "full_time": 4,
        "microgrid_head": 2,
    }
    assert found["kind"].value_counts().to_dict() == counts
    assert set(found["worker_id"]) == set(found["name"]) == {""}
    assert found["post_id"].is_unique
    assert found["post_id"].tolist()[:3] == ["S-I1", "A-C1", "B-C1"]


def test_the_party_mirrors_it():
    """Asked for, the party has a committee a street, a general branch a community, a branch a grid, a group a microgrid."""
    workers = people(("1", "A", "A2", "grid_leader;party_branch"))
    found = ladder(places(), workers, serving(), party=True)
    kinds = found["kind"].value_counts()
    party = [kinds[f"party_{kind}"] for kind in ("committee", "general_branch", "branch", "group")]
    assert party == [1, 2, 3, 2]
    assert held(found, "party_branch") == held(found, "grid_leader") == ["", "1", ""]


def test_leaders_are_where_their_row_says():
    """Who served A2 leads it, who serves A1 now leads that, who is bound to B leads there; a third of A has no place."""
    workers = people(
        ("1", "A", "", "grid_leader"),
        ("2", "A", "", "grid_leader"),
        ("3", "A", "A2", "grid_leader"),
        ("4", "B", "", "grid_leader; chief_grid_leader".replace(" ", "")),
        ("5", "A", "A1-02", "microgrid_head"),
        ("6", "B", "S", "chief_instructor"),
    )
    found = ladder(places(), workers, serving((1, "A1")), party=False)
    assert held(found, "grid_leader") == ["2", "3", "4"]
    assert held(found, "chief_grid_leader") == ["", "4"]
    assert held(found, "microgrid_head") == ["", "5"]
    assert held(found, "chief_instructor") == ["6"]
    assert found.loc[found["worker_id"] == "5", "name"].tolist() == ["N5"]


def test_full_time_posts_are_as_many_as_asked_or_more():
    """B1 asks for two and has one: one is blank; A1 asks for one and has two: both stand there."""
    workers = people(("1", "A", "", ""), ("2", "A", "", ""), ("3", "B", "", ""))
    found = ladder(places(), workers, serving((0, "A1"), (1, "A1"), (2, "B1")), party=False)
    assert held(found, "full_time") == ["1", "2", "", "3", ""]
    assert found.loc[found["worker_id"] == "3", "share"].tolist() == [1.0]


def test_a_district_is_served_community_by_community():
    """A's worker has both its neighbours by load, 1:2; B's full-time worker one grid, the half-time one the other, left over."""
    land = Land(
        grids=pd.DataFrame(
            {
                "grid_id": ["A1", "A2", "B1", "B2"],
                "community_id": list("AABB"),
                "load": [100.0, 200.0, 180.0, 90.0],
            }
        ),
        pairs=np.array([[0, 1], [1, 2]]),
        metres=lambda at: 100.0 * np.abs(at[:, None] - at),
    )
    workers = people(("1", "A", "A2", ""), ("2", "B", "B2", ""), ("3", "B", "", "")).assign(
        kind=["full_time", "full_time", "part_time"], availability=[1.0, 1.0, 0.5]
    )
    homes = {"full_time": np.array([0, 1, -1]), "part_time": np.array([-1, -1, 1])}
    found, proven = serve_district(
        land, workers, homes, pd.Series(["A", "B"]), most_grids=2, prices=Prices(move_m=10.0)
    )
    shares = found[found["worker"] == 0].set_index("grid_id")["share"]
    assert shares.to_dict() == pytest.approx({"A1": 1 / 3, "A2": 2 / 3})
    rest = found[found["worker"] > 0]
    assert rest[["worker", "kind", "grid_id", "moved"]].to_numpy().tolist()[0] == [1, "full_time", "B1", 1.0]
    assert rest["grid_id"].tolist() == ["B1", "B2"]
    assert proven["status"].tolist() == ["optimal", "optimal"]
    assert proven["unserved"].tolist() == [0, 0]
    assert proven["moved"].tolist() == [0, 1]
