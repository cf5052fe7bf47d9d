"""The planner's hand: locked grids, units together and apart, seeds; kept in every plan, or refused with a reason."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from brute import Division, connected, divisions, found_groups, judged, may_be
from gridplan.cli import main
from gridplan.config import read_plan_file
from gridplan.errors import InputError
from gridplan.intake import take_in
from gridplan.partition import Band, District, Partition, Problem, Rules, clashes, described, divide, solve
from gridplan.partition.hand import Hand, kept, tied, untied
from gridplan.pipeline import run
from gridplan.plan import Plan
from gridplan.progress import Silent
from gridplan.tables import Inputs
from gridplan.units import Units, build_units
from gridplan.verify import verify
from gridplan.verify.hand import check_apart, check_locked, check_seeds, check_together
from strategies import Graph, graphs, towns
from test_charges import priced
from tiny_plan import CRS, X0_M, Y0_M

BAND = Band(low=150, high=200)
PATH_OF_SIX = Graph(
    load=(60.0, 100.0, 80.0, 90.0, 70.0, 110.0),
    places=tuple((100.0 * n, 0.0) for n in range(6)),
    pairs=tuple((n, n + 1) for n in range(5)),
)


def hand(size: int, *, together: tuple[int, ...] = (), apart: tuple[int, ...] = ()) -> Hand:
    """Return a hand with one group together and one apart."""
    group = np.full(size, -1, np.int32)
    group[list(together)] = 0
    row = np.zeros((1, size), bool)
    row[0, list(apart)] = True
    return replace(Hand.idle(size), together=group, apart=row)


def under(problem: Problem, asked: Hand) -> Partition:
    """Solve a problem under a hand."""
    joined = tied(problem, asked)
    return untied(problem, joined, solve(joined))


def keeps(asked: Hand, groups: list[frozenset[int]]) -> bool:
    """Tell whether a division keeps what is asked."""
    members = frozenset(np.flatnonzero(asked.together == 0).tolist())
    apart = frozenset(np.flatnonzero(asked.apart[0]).tolist())
    return all((not members & g or members <= g) and len(apart & g) <= 1 for g in groups)


def legal(problem: Problem, asked: Hand) -> list[Division]:
    """Return every division that keeps what is asked, grids that may be."""
    members = frozenset(np.flatnonzero(asked.together == 0).tolist())
    return [
        judged(problem, groups)
        for groups in divisions(problem)
        if keeps(asked, groups) and all(may_be(problem, g) or g == members for g in groups)
    ]


def agrees(problem: Problem, asked: Hand) -> Partition:
    """Assert that an answer keeps what is asked and is the best that does, by out of band, households outside and walk."""
    answer = under(problem, asked)
    groups = found_groups(answer.grid)
    assert keeps(asked, groups)
    assert all(connected(problem, group) for group in groups)
    mine, every = judged(problem, groups), legal(problem, asked)
    out = min(one.out for one in every)
    outside = min(one.outside for one in every if one.out == out)
    cost = min(one.cost for one in every if one.out == out and one.outside <= outside + 1e-6)
    assert (answer.out_of_band, mine.out) == (out, out)
    assert answer.households_outside == pytest.approx(outside) == mine.outside
    assert mine.cost == pytest.approx(answer.objective)
    assert answer.objective == pytest.approx(cost, rel=1e-5)
    assert answer.lower_bound <= cost * (1 + 1e-9)
    assert answer.status == ("infeasible" if out else "optimal")
    assert float(problem.weight @ answer.walk_m) == pytest.approx(answer.parts[:, 0].sum())
    return answer


@settings(max_examples=60, deadline=None)
@given(st.data(), graphs())
def test_together_is_the_best_of_all_divisions_that_keep_it(data: st.DataObject, graph: Graph):
    """Units joined share a grid, any of them may be its centre, and no plan that keeps them together is better."""
    problem = graph.problem(BAND, "free")
    members = {data.draw(st.integers(0, problem.size - 1))}
    for _ in range(data.draw(st.integers(1, 3))):
        near = {b for a, b in graph.both if a in members} - members
        if near:
            members.add(data.draw(st.sampled_from(sorted(near))))
    if problem.load[list(members)].sum() <= BAND.high:
        agrees(problem, hand(problem.size, together=tuple(members)))


@settings(max_examples=60, deadline=None)
@given(st.data(), graphs())
def test_apart_is_the_best_of_all_divisions_that_keep_it(data: st.DataObject, graph: Graph):
    """Units apart lie in different grids, and no plan that keeps them apart is better."""
    problem = graph.problem(BAND, "free")
    units = data.draw(st.sets(st.integers(0, problem.size - 1), min_size=2, max_size=3))
    agrees(problem, hand(problem.size, apart=tuple(units)))


PLAN = f"""
[inputs.communities]
path = "communities.gpkg"
id = "id"
[inputs.households]
path = "rows.csv"
id = "id"
x = "x"
y = "y"
coordinates = "{CRS}"
households = "households"
entrance = "entrance"
"""
SEEDS = """
[inputs.seeds]
path = "seeds.gpkg"
"""
HOMES = {"a": 80, "b": 90, "c": 85, "d": 85, "e": 80, "f": 90}


def spot(unit: str) -> tuple[float, float]:
    """Return where a unit lies: a, b, c above d, e, f, 100 m from one to the next and 60 m from row to row."""
    column, row = "abcdef".index(unit) % 3, "abcdef".index(unit) // 3
    return X0_M + 50 + 100 * column, Y0_M + 90 - 60 * row


def place(
    folder: Path,
    *,
    seeds: tuple[tuple[float, float], ...] = (),
    cut: bool = False,
    more: str = "",
    homes: dict[str, int] | None = None,
    **columns: dict[str, str],
) -> Path:
    """Write six entrances, 510 households, as a place to plan; return its plan file.

    ``columns`` are values by entrance, of ``locked``, ``together``, ``apart``. ``cut``: c and f are another community.
    With nothing asked the best grids are a-d (165), b-e (170) and c-f (175).
    """
    areas = [(0, 200), (200, 300)] if cut else [(0, 300)]
    shapes = [box(X0_M + west, Y0_M, X0_M + east, Y0_M + 120) for west, east in areas]
    ids = [f"C{n + 1}" for n in range(len(shapes))]
    gpd.GeoDataFrame({"id": ids}, geometry=shapes, crs=CRS).to_file(folder / "communities.gpkg")
    rows = [
        {"id": unit, "x": spot(unit)[0], "y": spot(unit)[1], "households": count, "entrance": unit}
        | {name: values.get(unit, "") for name, values in columns.items()}
        for unit, count in (homes or HOMES).items()
    ]
    pd.DataFrame(rows).to_csv(folder / "rows.csv", index=False)
    named = "".join(f'{name} = "{name}"\n' for name in columns)
    if seeds:
        points = [Point(X0_M + x, Y0_M + y) for x, y in seeds]
        gpd.GeoDataFrame(geometry=points, crs=CRS).to_file(folder / "seeds.gpkg")
    text = PLAN + named + (SEEDS if seeds else "") + more
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    return folder / "plan.toml"


def all_of(units: str, value: str = "X") -> dict[str, str]:
    """Return one value for several entrances."""
    return dict.fromkeys(units, value)


def grids(plan: Plan) -> set[str]:
    """Return the entrances of each grid."""
    return {"".join(sorted(rows)) for _, rows in plan.households.groupby("grid_id")["household_id"]}


def refusal(path: Path, language: str = "en") -> str:
    """Return why a plan is refused; nothing is written and the exit status is 3."""
    with pytest.raises(InputError) as caught:
        run(read_plan_file(path))
    assert caught.value.status == 3
    return caught.value.text(language)


def test_nothing_asked(tmp_path: Path):
    """Without a planner's hand neighbours across the lane share a grid, and the report has no word of a hand."""
    plan = run(read_plan_file(place(tmp_path)))
    assert grids(plan) == {"ad", "be", "cf"}
    assert "hand" not in plan.report


def test_a_locked_grid_is_kept_and_the_rest_is_divided_without_it(tmp_path: Path):
    """A-b locked leaves d-e and c-f."""
    path = place(tmp_path, locked=all_of("ab", "第一网格"))
    plan = run(read_plan_file(path))
    assert grids(plan) == {"ab", "de", "cf"}
    assert plan.report["hand"] == {"locked": 1, "together": 0, "apart": 0, "seeds": 0}
    assert any("1" in text and "锁定" in text for text in plan.report["told"])
    assert plan.report["communities"][0]["status"] == "optimal"


def test_a_locked_grid_out_of_band_is_kept_and_told(tmp_path: Path):
    """A-b-c locked is 255, 55 too many; d-e-f is as many, and cannot be divided."""
    plan = run(read_plan_file(place(tmp_path, locked=all_of("abc"))))
    row = plan.report["communities"][0]
    assert "abc" in grids(plan)
    assert (row["status"], row["out_of_band"]) == ("infeasible", 2)
    assert "锁定网格X有255户" in row["reason"]


def test_locks_cut_the_rest_in_two(tmp_path: Path):
    """B-e locked leaves a-d and c-f, which no longer join; each is a problem of its own."""
    assert grids(run(read_plan_file(place(tmp_path, locked=all_of("be"))))) == {"ad", "be", "cf"}


def test_all_grids_locked(tmp_path: Path):
    """A plan may be locked whole."""
    locks = all_of("ab", "1") | all_of("de", "2") | all_of("cf", "3")
    assert grids(run(read_plan_file(place(tmp_path, locked=locks)))) == {"ab", "de", "cf"}


def test_where_nobody_lives_joins_the_locked_grid_beside_it(tmp_path: Path):
    """With b empty and all else locked b joins a locked grid, and no empty grid is left."""
    homes = HOMES | {"b": 0, "a": 160, "d": 0, "e": 80, "c": 90}
    locks = all_of("ad", "1") | all_of("ecf", "2")
    plan = run(
        read_plan_file(
            place(tmp_path, homes=homes, locked=locks, more="[partition]\nhouseholds_per_worker=[100, 300]\n")
        )
    )
    assert set(plan.grids["kind"]) == {"ordinary"}
    assert len(plan.grids) == 2


def test_units_together(tmp_path: Path):
    """B and c together leave a-d and e-f."""
    plan = run(read_plan_file(place(tmp_path, together=all_of("bc"))))
    assert grids(plan) == {"ad", "bc", "ef"}
    assert plan.report["hand"]["together"] == 1


def test_units_apart(tmp_path: Path):
    """C and f apart: c goes with b, f with e."""
    plan = run(read_plan_file(place(tmp_path, apart=all_of("cf"))))
    assert grids(plan) == {"ad", "bc", "ef"}


def test_a_wish_that_leaves_no_plan_in_band_is_kept_and_told(tmp_path: Path):
    """A apart from b and d is alone with 80: the least bad plan, and the reason says that wishes were kept."""
    plan = run(read_plan_file(place(tmp_path, apart=all_of("abd"))))
    row = plan.report["communities"][0]
    assert "a" in grids(plan)
    assert (row["status"], row["out_of_band"]) == ("infeasible", row["out_of_band_bound"])
    assert "不同格" in row["reason"]


def test_seeds_hold_a_grid_each(tmp_path: Path):
    """Seeds near a and d: each has a grid of its own around it."""
    plan = run(read_plan_file(place(tmp_path, seeds=((10, 100), (60, 20)))))
    assert grids(plan) == {"ab", "de", "cf"}
    assert plan.report["hand"]["seeds"] == 2


def test_microgrids_keep_to_locked_grids(tmp_path: Path):
    """Microgrids divide a locked grid as any other."""
    more = "[partition]\nmicrogrid_households = [80, 90]\n"
    plan = run(read_plan_file(place(tmp_path, locked=all_of("ab"), more=more)))
    assert plan.microgrids is not None
    assert len(plan.microgrids) == 6
    assert grids(plan) == {"ab", "de", "cf"}


REFUSED = {
    "locked_pieces": ({"locked": all_of("ac")}, "locked grid X (locked) is not one connected piece"),
    "locked_communities": (
        {"locked": all_of("bc"), "cut": True},
        "locked grid X (locked) lies in several communities",
    ),
    "together_communities": ({"together": all_of("bc"), "cut": True}, "lie in several communities"),
    "together_pieces": ({"together": all_of("ac")}, "their units do not join"),
    "together_beyond_a_lock": ({"together": all_of("ac"), "locked": all_of("be")}, "their units do not join"),
    "together_locked": ({"together": all_of("be"), "locked": all_of("ab")}, "not all in one locked grid: b"),
    "together_large": ({"together": all_of("abc")}, "hold 255, more than the 200"),
    "together_apart": (
        {"together": all_of("ad"), "apart": all_of("adf", "Y")},
        "but also to share one: a (row 1), d (row 4)",
    ),
    "locked_apart": (
        {"locked": all_of("ad"), "apart": all_of("adf", "Y")},
        "but are locked in one: a (row 1), d (row 4)",
    ),
    "apart_many": (
        {"apart": all_of("abcd")},
        "4 units of X (apart) are to lie in different grids, but the 510",
    ),
    "seeds_many": ({"seeds": ((50, 90), (150, 90), (250, 90), (50, 30))}, "4 seeds in a piece"),
    "seeds_one_unit": ({"seeds": ((50, 90), (55, 90))}, "nearest to one and the same unit"),
    "seeds_locked": ({"locked": all_of("ad"), "seeds": ((50, 90), (50, 30))}, "seeds in one locked grid"),
    "seeds_together": (
        {"together": all_of("ad"), "seeds": ((50, 90), (50, 30))},
        "seeds in units that are to share",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Each contradiction is refused in one message that names the rows, in both languages, and ``check`` tells it too."""
    how, said = REFUSED[case]
    path = place(tmp_path, **how)
    assert said in refusal(path)
    assert len(refusal(path).splitlines()) == 1
    assert "row" in refusal(path)
    assert "行" in refusal(path, "zh")
    assert main(["check", str(path), "--lang", "en"]) == 4
    assert said in capsys.readouterr().out
    assert main(["run", str(path), "--quiet"]) == 3
    assert not (tmp_path / "out").exists()


def test_rows_of_one_unit_that_say_different_things_are_refused(tmp_path: Path):
    """An entrance is never split, so its rows cannot be in two locked grids."""
    path = place(tmp_path, locked=all_of("ab"))
    rows = pd.read_csv(tmp_path / "rows.csv")
    rows.loc[rows["id"] == "b", ["entrance", "x", "y", "locked"]] = ["a", *spot("a"), "Y"]
    rows.to_csv(tmp_path / "rows.csv", index=False)
    assert "say different things in locked: a (row 1), b (row 2)" in refusal(path)


def test_a_barrier_parts_what_is_to_be_together(tmp_path: Path):
    """A river between a and d: they cannot share a grid, nor be locked in one."""
    river = LineString([(X0_M - 10, Y0_M + 60), (X0_M + 310, Y0_M + 60)])
    gpd.GeoDataFrame(geometry=[river], crs=CRS).to_file(tmp_path / "river.gpkg")
    more = '[inputs.barriers]\npath = "river.gpkg"\n'
    assert "do not join" in refusal(place(tmp_path, together=all_of("ad"), more=more))
    assert "not one connected piece" in refusal(place(tmp_path, locked=all_of("ad"), more=more))


@settings(max_examples=40, deadline=None)
@given(
    st.data(),
    graphs(largest=7, loads=(40, 50, 60, 80, 110)),
    st.lists(st.sampled_from(["", "A", "B", "C"]), min_size=7, max_size=7),
    st.sampled_from([0.0, 40.0, 4000.0]),
    st.sampled_from([0.0, 3.0]),
)
def test_together_with_prices(
    data: st.DataObject, graph: Graph, compounds: list[str], split: float, border: float
):
    """Compounds and borders of joined units are paid for as if nothing were joined."""
    plain = graph.problem(BAND, "free")
    names = compounds[: plain.size]
    prices = {
        "split_compound": split,
        "split_building": split / 4,
        "border_off_line": border,
        "off_middle": 20.0,
    }
    problem = priced(plain, names, [f"{n}1" if n else "" for n in names], 11.0, **prices)
    members = set(data.draw(st.sampled_from(graph.pairs)))
    near = {b for a, b in graph.both if a in members} - members
    if near:
        members.add(data.draw(st.sampled_from(sorted(near))))
    if problem.load[list(members)].sum() <= BAND.high:
        agrees(problem, hand(problem.size, together=tuple(members)))


@settings(max_examples=60, deadline=None)
@given(st.data(), graphs(loads=(0, 0, 50, 80, 110, 170)))
def test_both_at_once_with_units_where_nobody_lives(data: st.DataObject, graph: Graph):
    """Together and apart in one problem, also of units where nobody lives."""
    problem = graph.problem(BAND, "free")
    pair = data.draw(st.sampled_from(graph.pairs))
    units = data.draw(st.sets(st.integers(0, problem.size - 1), min_size=2, max_size=3))
    if problem.load.any() and problem.load[list(pair)].sum() <= BAND.high and not set(pair) <= units:
        asked = hand(problem.size, together=pair, apart=tuple(units))
        answer = under(problem, asked)
        assert keeps(asked, found_groups(answer.grid))
        assert all(connected(problem, group) for group in found_groups(answer.grid))


@pytest.mark.parametrize("seed", range(3))
def test_large_problems_keep_what_is_asked(seed: int):
    """Where not all sets can be listed a plan is grown and improved, and keeps what is asked all the same."""
    rng, side = np.random.default_rng(seed), 11
    at = np.arange(side * side)
    pairs = [(u, u + 1) for u in at.tolist() if u % side < side - 1] + [
        (u, u + side) for u in at.tolist() if u < side * (side - 1)
    ]
    graph = Graph(
        load=tuple(rng.integers(20, 60, len(at)).astype(float)),
        places=tuple((50.0 * (u % side), 50.0 * (u // side)) for u in at.tolist()),
        pairs=tuple(pairs),
    )
    problem = graph.problem(BAND)
    asked = hand(len(at), together=(12, 13, 24), apart=(60, 61, 71, 72, 73))
    answer = under(problem, asked)
    groups = found_groups(answer.grid)
    assert keeps(asked, groups)
    assert all(connected(problem, group) for group in groups)
    assert judged(problem, groups).cost == pytest.approx(answer.objective)
    assert answer.out_of_band == 0


def test_kept_is_one_grid_with_its_best_centre():
    """A locked grid is proven as it is: 60-100-80 around the middle costs 140 x 100 m, and is 40 too many."""
    part = Graph(load=(60.0, 100.0, 80.0), places=PATH_OF_SIX.places[:3], pairs=((0, 1), (1, 2))).problem(
        BAND
    )
    plan = kept(part, "L")
    assert (plan.objective, plan.lower_bound, plan.out_of_band, plan.households_outside) == (
        14_000,
        14_000,
        1,
        40,
    )


def test_verify_sees_what_is_broken(tmp_path: Path):
    """Of a finished plan with nothing asked each broken wish is seen from the tables, against inputs that ask it."""
    plan_file = read_plan_file(place(tmp_path))
    plan = run(plan_file)
    wished = place(
        tmp_path, locked=all_of("ab"), together=all_of("bc"), apart=all_of("cf"), seeds=((50, 90), (50, 30))
    )
    inputs = take_in(read_plan_file(wished), Silent())
    keys = [message.key for message in verify(plan, inputs=inputs)]
    assert set(keys) == {
        "verify.lock_broken",
        "verify.together_broken",
        "verify.apart_broken",
        "verify.seed_broken",
    }
    for check in (check_locked, check_together, check_apart, check_seeds):
        assert all(message.text("zh") for message in check(plan, inputs))


def divided(units: Units, inputs: Inputs, asked: Hand | None) -> District:
    """Divide a town by straight lines, 20 to 60 households a grid."""
    xy = units.table[["x", "y"]].to_numpy()
    table = described(units.table, units.of_row, inputs.households["load"].to_numpy(float))
    return divide(
        table.assign(special_workers=0.0),
        units.borders,
        inputs.communities,
        rules=Rules(band=Band(low=20, high=60)),
        metres=lambda at: np.hypot(*(xy[at][:, None] - xy[at][None]).transpose(2, 0, 1)),
        progress=Silent(),
        hand=asked,
    )


@settings(max_examples=25, deadline=None)
@given(st.data(), towns())
def test_a_lock_is_never_broken(data: st.DataObject, inputs: Inputs):
    """Whatever units are locked, they are refused, or they are one grid in which nobody else lives."""
    units = build_units(inputs, Silent())
    grid = divided(units, inputs, None).grid
    with_rows = np.unique(units.of_row)
    special = (units.table["special"] >= 0).to_numpy()
    own = data.draw(st.lists(st.sampled_from(with_rows.tolist()), max_size=4)) if len(with_rows) else []
    whole = data.draw(st.booleans())  # the grids of a plan, or any units at all
    locked = np.full(len(grid), -1, np.int32)
    for number, unit in enumerate(own):
        chosen = grid == grid[unit] if whole else np.arange(len(grid)) == unit
        locked[chosen & ~special & (locked < 0)] = number if whole else number // 2
    names, locked[locked >= 0] = np.unique(locked[locked >= 0], return_inverse=True)
    asked = replace(Hand.idle(len(grid)), locked=locked, names=tuple(map(str, names)))
    found = clashes(units.table, units.borders, asked, Band(low=20, high=60))
    assert not whole or not found
    if found:
        return
    again = divided(units, inputs, asked)
    lived_in = (units.table["load"] > 0).to_numpy()
    for number in range(len(names)):
        (one,) = np.unique(again.grid[locked == number])
        assert not ((again.grid == one) & (locked != number) & lived_in).any()
    out = again.communities["out_of_band"].to_numpy()
    assert (again.communities["out_of_band_bound"].to_numpy() <= out).all()
