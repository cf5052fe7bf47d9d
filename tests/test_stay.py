"""Plans near an earlier one: the fewest moves, then the least walk; whole runs that go on."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from brute import Division, divisions, judged
from gridplan.cli import main
from gridplan.config import read_plan_file
from gridplan.errors import InputError
from gridplan.options import Options
from gridplan.partition import Band, Problem
from gridplan.partition import moves as moves_module
from gridplan.partition import stay as stay_module
from gridplan.partition.near import Near
from gridplan.partition.pricing import whole_loads
from gridplan.partition.problem import Floats
from gridplan.partition.search import Effort
from gridplan.partition.stay import Point, Wish, curve_of, moved_by, stayed
from gridplan.partition.worth import Choice, sets_worth
from gridplan.pipeline import run
from gridplan.plan import Plan
from strategies import Graph, graphs
from test_pipeline import write_place

BAND = Band(low=150, high=200)
BANDS = [BAND, Band(low=150, high=200, most=2), Band(low=90, high=120, fewest=2, most=3)]  # workers a grid
ROW = Graph(
    load=(90.0, 90.0, 20.0, 80.0, 80.0),
    places=tuple((100.0 * place, 0.0) for place in range(5)),
    pairs=tuple((place, place + 1) for place in range(4)),
)


def was_of(problem: Problem, origin: list[int]) -> Floats:
    """Return the households of each unit by origin; -1: new since."""
    was = np.zeros((problem.size, max(origin) + 1))
    for unit, grid in enumerate(origin):
        if grid >= 0:
            was[unit, grid] = problem.weight[unit]
    return was


@dataclass(frozen=True)
class World:
    """A small problem, who was where, and every plan in band with as many grids as there were, with the households it moves."""

    problem: Problem
    was: Floats
    every: list[Division]
    moved: list[float]


def world(graph: Graph, data: st.DataObject) -> World:
    """Draw who was where: as a plan has it, but for some units that were elsewhere or nowhere."""
    problem = graph.problem(data.draw(st.sampled_from(BANDS)))
    every = [one for one in (judged(problem, groups) for groups in divisions(problem)) if one.out == 0]
    assume(every)
    one = data.draw(st.sampled_from(every))
    every, count = [other for other in every if len(other.groups) == len(one.groups)], len(one.groups)
    origin = [next(n for n, group in enumerate(one.groups) if unit in group) for unit in range(problem.size)]
    for unit in data.draw(st.lists(st.integers(0, problem.size - 1), max_size=3)):
        now = data.draw(st.integers(-1, count - 1))
        if origin.count(origin[unit]) > 1 or origin[unit] < 0:  # no grid is lost
            origin[unit] = now
    was = was_of(problem, origin)

    def worth(groups: tuple[frozenset[int], ...]) -> float:
        grid = np.zeros(problem.size, np.int32)
        for number, group in enumerate(groups):
            grid[list(group)] = number
        return moved_by(was, grid)

    return World(problem, was, every, [worth(one.groups) for one in every])


def off_middle(problem: Problem, groups: tuple[frozenset[int], ...]) -> float:
    """Return how far the loads of grids are in sum from what their workers have in the middle of the band."""
    band = problem.band
    middles = [(band.low + band.high) / 2 * workers for workers in range(band.fewest, band.most + 1)]
    return float(sum(min(abs(problem.load[list(group)].sum() - m) for m in middles) for group in groups))


# half of the small graphs have a plan in band at all: the others are passed over
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(graphs(largest=7, loads=(40, 50, 60, 70, 90, 100, 120)), st.data())
def test_no_plan_moves_fewer(graph: Graph, data: st.DataObject):
    """Of all plans in band with as many grids, none moves fewer, and of those that move as few none walks less."""
    drawn = world(graph, data)
    fewest = min(drawn.moved)
    walk = min(
        one.cost for one, moved in zip(drawn.every, drawn.moved, strict=True) if moved <= fewest + 1e-6
    )
    plan, moves = stayed(drawn.problem, drawn.was, Effort())
    assert plan.out_of_band == 0
    assert moves.bound <= fewest + 1e-6
    if moves.moved <= moves.bound + 1e-6:
        assert moves.moved == pytest.approx(fewest)
        assert plan.objective == pytest.approx(walk)
    else:  # beyond the largest budget
        assert fewest > 330


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(graphs(largest=7, loads=(40, 50, 60, 70, 90, 100, 120)), st.integers(0, 2_000), st.data())
def test_a_search_cut_short_claims_no_more_than_is_so(graph: Graph, steps: int, data: st.DataObject):
    """Whatever the work that may be done, there is a plan in band, and no plan moves fewer than what counts as proven."""
    drawn = world(graph, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves_module, "STEPS", steps)
        patch.setattr(moves_module, "LIST_STEPS", (steps, steps))
        patch.setattr(moves_module, "LOOK", 10)
        plan, moves = stayed(drawn.problem, drawn.was, Effort())
    assert moves.bound <= min(drawn.moved) + 1e-6
    assert moves.bound <= moves.moved
    assert plan.out_of_band == 0


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(graphs(largest=7, loads=(40, 50, 60, 70, 90, 100, 120)), st.data())
def test_no_plan_that_moves_as_many_is_better(graph: Graph, data: st.DataObject):
    """Within the households that may move the plan is the best towards its goal, and so is every point of the curve."""
    drawn = world(graph, data)
    fewest, most = min(drawn.moved), float(data.draw(st.integers(0, 200)))
    assume(fewest <= 200)
    values = {
        "walk": [one.cost for one in drawn.every],
        "balance": [off_middle(drawn.problem, one.groups) for one in drawn.every],
    }

    def best(goal: str, within: float) -> float:
        return min(
            value for value, moved in zip(values[goal], drawn.moved, strict=True) if moved <= within + 1e-6
        )

    goal = data.draw(st.sampled_from(["walk", "balance"]))
    wish = Wish(moved=most, toward=goal, curve=True)
    plan, moves = stayed(drawn.problem, drawn.was, Effort(), wish)
    assert moves.bound == pytest.approx(fewest)
    groups = tuple(frozenset(np.flatnonzero(plan.grid == n).tolist()) for n in range(plan.grid.max() + 1))
    value = plan.objective if goal == "walk" else off_middle(drawn.problem, groups)
    assert value == pytest.approx(best(goal, max(most, fewest)))
    for point in moves.curve:
        assert point.moved <= point.most + 1e-6
        assert point.value == pytest.approx(best(point.toward, point.most))
    for goal in ("walk", "balance"):
        mine = [point for point in moves.curve if point.toward == goal]
        assert mine[0].most == pytest.approx(fewest)
        assert [point.value for point in mine] == sorted((point.value for point in mine), reverse=True)


def test_curves_of_pieces_add_up():
    """5 and 7 households for 10 m and 20 m less: together 0, 5, 7 or 12 moves, and nothing that another beats."""

    def curve(moved: float, walk_m: float) -> list[Point]:
        points = ((0.0, 100.0), (moved, walk_m))
        return [Point(toward="walk", most=m, moved=m, walk_m=w, off_middle=0.0) for m, w in points]

    found = curve_of([curve(5.0, 90.0), curve(7.0, 80.0)])
    assert [(point.moved, point.walk_m) for point in found] == [(0, 200), (5, 190), (7, 180), (12, 170)]
    assert curve_of([curve(5.0, 90.0), []]) == []


def test_a_row_that_got_one_household_too_many():
    """20 in the middle were with the left, which now holds 200 of 200: they stay; at 210 they go to the right."""
    stays = ROW.problem(BAND)
    plan, moves = stayed(stays, was_of(stays, [0, 0, 0, 1, 1]), Effort())
    assert (moves.moved, moves.bound) == (0.0, 0.0)
    assert len(set(plan.grid[:3].tolist())) == 1
    grown = Graph(load=(100.0, 90.0, 20.0, 80.0, 80.0), places=ROW.places, pairs=ROW.pairs).problem(BAND)
    plan, moves = stayed(grown, was_of(grown, [0, 0, 0, 1, 1]), Effort())
    assert (moves.moved, moves.bound) == (20.0, 20.0)
    assert plan.grid[2] == plan.grid[3]


def test_a_grid_may_go_on_where_nobody_of_it_lived():
    """0 and 4 stay with 1's code, so 1 and 5 take the code that 4 had: 50 and 40 move, not the 100 of unit 0."""
    graph = Graph(
        load=(100.0, 40.0, 40.0, 40.0, 50.0, 120.0, 70.0),
        places=tuple((100.0 * place, 0.0) for place in range(7)),
        pairs=((0, 1), (0, 2), (0, 3), (0, 4), (1, 5), (2, 6), (3, 6)),
    )
    problem = graph.problem(BAND)
    _, moves = stayed(problem, was_of(problem, [1, 1, 2, 2, 0, -1, 2]), Effort())
    assert (moves.moved, moves.bound) == (90.0, 90.0)


def test_an_origin_without_a_set_is_not_forgotten():
    """All in one grid of two workers moves 60, but is no plan of two grids; of those the only one has 120 and 40, and 90 and 60."""
    graph = Graph(
        load=(120.0, 90.0, 60.0, 40.0),
        places=((0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (0.0, 10.0)),
        pairs=((0, 1), (0, 3), (1, 2)),
    )
    problem = graph.problem(BANDS[1])
    was = was_of(problem, [0, 0, 1, 0])
    near = Near.made(problem, was, [np.arange(4, dtype=np.int32)], [0])
    assert near.best(near.moved, np.inf) is None
    plan, moves = stayed(problem, was, Effort())
    assert plan.grid.tolist() in ([0, 1, 1, 0], [1, 0, 0, 1])
    assert moves.moved == moves.bound == 90


def test_nothing_is_proven_of_another_number_of_grids(monkeypatch: pytest.MonkeyPatch):
    """340 households in three units are one grid of two workers: what two grids would have had to move is no bound for it."""
    graph = Graph(load=(100.0, 140.0, 100.0), places=ROW.places[:3], pairs=ROW.pairs[:2])
    problem = graph.problem(BANDS[1])
    monkeypatch.setattr(stay_module, "possible", lambda *_: True)
    monkeypatch.setattr(stay_module, "fewest", lambda *_: (None, 7.0))
    plan, moves = stayed(problem, was_of(problem, [0, 0, 1]), Effort())
    assert plan.grid.tolist() == [0, 0, 0]
    assert plan.workers.tolist() == [2]
    assert (moves.moved, moves.bound) == (100.0, 0.0)


@settings(max_examples=60, deadline=None)
@given(graphs(largest=7), st.data())
def test_sets_worth_a_floor_are_all_there_are(graph: Graph, data: st.DataObject):
    """They are the connected ones in band that gain the floor within the budget, each once; raising ends with the best."""
    problem = graph.problem(BAND)

    def numbers(least: int, most: int) -> Floats:
        whole = st.lists(st.integers(least, most), min_size=problem.size, max_size=problem.size)
        return np.array(data.draw(whole), float)

    gain, price = numbers(-60, 60), numbers(-90, 90)
    budget, floor = float(data.draw(st.integers(0, 200))), float(data.draw(st.integers(-60, 60)))
    choice = Choice(np.arange(problem.size, dtype=np.int32), gain, price, 0.0)
    sizes, edges, _ = whole_loads(problem)
    ends = np.array([edges[:, 0].min(), edges[:, 1].max()])

    def found(*, raising: bool) -> tuple[list[tuple[int, ...]], float]:
        members, count, best, whole, _ = sets_worth(
            problem.ground, choice, sizes, ends, BAND.intervals, budget, floor, raising, 1 << 20, 1 << 20
        )
        assert whole
        parts = np.split(members, np.cumsum(count)[:-1]) if len(count) else []
        return [tuple(sorted(part.tolist())) for part in parts], best

    def fits(group: list[int]) -> bool:
        inside = np.isin(np.arange(problem.size), group)
        moves = np.where(inside, np.maximum(price, 0.0), np.maximum(-price, 0.0)).sum()
        return judged(problem, [group]).out == 0 and moves <= budget and gain[group].sum() >= floor

    every = {tuple(sorted(group)) for groups in divisions(problem) for group in groups}
    wanted = {group for group in every if fits(list(group))}
    sets, best = found(raising=False)
    assert Counter(sets) == Counter(wanted)
    if wanted:
        assert best == max(gain[list(group)].sum() for group in wanted)
        assert found(raising=True)[1] == best


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the plan file of the twelve squares."""
    return write_place(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def plan(place: Path) -> Plan:
    """Return the solver's plan of the twelve squares."""
    return run(read_plan_file(place))


def test_without_changes_nothing_changes(place: Path, plan: Plan):
    """A run that goes on from its own plan is that plan, to the certificate."""
    again = run(read_plan_file(place), Options(before=plan))
    assert again.report["adjusted"] == {"communities": [], "households_moved": 0, "households_moved_bound": 0}
    assert again.report["communities"] == plan.report["communities"]
    assert again.grids.drop(columns="geometry").equals(plan.grids.drop(columns="geometry"))
    assert again.households["grid_id"].tolist() == plan.households["grid_id"].tolist()


def test_another_language_says_it_all_anew(tmp_path: Path):
    """Grids that stay are judged again where the earlier report speaks another language: no sentence is left in that."""
    file = write_place(tmp_path)
    first = run(read_plan_file(file), Options(language="zh"))
    again = run(read_plan_file(file), Options(language="en", before=first))
    assert again.grids["grid_id"].tolist() == first.grids["grid_id"].tolist()
    assert again.households["grid_id"].tolist() == first.households["grid_id"].tolist()
    reasons = [[row["reason"] or "" for row in plan.report["communities"]] for plan in (first, again)]
    assert any(reasons[0])
    assert [bool(text) for text in reasons[0]] == [bool(text) for text in reasons[1]]
    assert all(text.isascii() for text in reasons[1])
    assert [row["status"] for row in again.report["communities"]] == [
        row["status"] for row in first.report["communities"]
    ]


def test_what_changed_moves_as_little_as_can_be(tmp_path: Path):
    """Ten households less in u03: C1 changes, C2 stays to the letter; codes live on, and retired ones never come again."""
    file = write_place(tmp_path)
    first = run(read_plan_file(file))
    rows = pd.read_csv(tmp_path / "households.csv")
    rows.loc[rows["building"] == "u03", "households"] -= 5
    rows.to_csv(tmp_path / "households.csv", index=False)
    retired = {**first.report, "retired_codes": ["C1009"]}
    old = Plan(**{**{name: getattr(first, name) for name in first.__dataclass_fields__}, "report": retired})
    second = run(read_plan_file(file), Options(before=old))
    assert second.report["adjusted"] == {
        "communities": ["C1"],
        "households_moved": 0.0,
        "households_moved_bound": 0.0,
    }
    assert set(second.grids["grid_id"]) == set(first.grids["grid_id"])
    assert second.report["retired_codes"] == ["C1009"]
    assert [row for row in second.report["communities"] if row["community_id"] == "C2"] == [
        row for row in first.report["communities"] if row["community_id"] == "C2"
    ]


def test_a_wish_that_cannot_be_looked_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the plans that move so many cannot all be listed, few move, and the report says where ``--moved`` did nothing."""
    file = write_place(tmp_path)
    old = run(read_plan_file(file))
    rows = pd.read_csv(tmp_path / "households.csv")
    rows.loc[rows["building"] == "u03", "households"] -= 5
    rows.to_csv(tmp_path / "households.csv", index=False)

    def told() -> list[str]:
        report = run(read_plan_file(file), Options(before=old, moved=60.0, jobs=1)).report
        assert not any("moved_fewest" in row for row in report["communities"])
        return [text for text in report["told"] if "--moved" in text]

    assert not told()
    monkeypatch.setattr(moves_module, "LISTED", 0)
    (text,) = told()
    assert "C1" in text
    assert "C2" not in text


def test_the_command_goes_on_from_a_folder(
    place: Path, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """``gridplan adjust`` writes beside the plan file; without an earlier plan, or with none there, it says so."""
    assert main(["run", str(place), "--out", str(tmp_path / "old"), "--quiet"]) == 0
    capsys.readouterr()
    assert main(["adjust", str(place), "--from", str(tmp_path / "old"), "--quiet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == 0
    assert (place.parent / "adjusted" / "plan.gpkg").is_file()
    assert main(["adjust", str(place)]) == 2
    assert main(["adjust", str(place), "--from", str(tmp_path / "none")]) == 3


@pytest.mark.parametrize("name", ["old.gpkg", "old.shp", "old.csv", "units.csv", "old.parquet"])
def test_grids_made_elsewhere_are_a_start(place: Path, plan: Plan, tmp_path: Path, name: str):
    """Polygons in degrees, or tables of households or units, of the same grids: nobody moves, codes live on."""
    file = tmp_path / name
    if name == "units.csv":
        pd.DataFrame(plan.units)[["unit_id", "grid_id"]].to_csv(file, index=False)
    elif name == "old.csv":
        pd.DataFrame(plan.households)[["household_id", "grid_id"]].to_csv(file, index=False)
    elif name == "old.parquet":
        plan.grids[["grid_id", "geometry"]].to_crs(4490).to_parquet(file)
    else:
        plan.grids[["grid_id", "geometry"]].to_crs(4490).to_file(file)
    again = run(read_plan_file(place), Options(before=str(file)))
    codes = dict(zip(plan.households["household_id"], plan.households["grid_id"], strict=True))
    assert dict(zip(again.households["household_id"], again.households["grid_id"], strict=True)) == codes
    assert again.report["adjusted"]["households_moved"] == 0


def test_a_start_may_break_every_promise(place: Path, plan: Plan, tmp_path: Path):
    """One grid across both communities, one for all that is left, some in none: the new plan keeps the promises all the same."""
    rows = pd.DataFrame(plan.units)[["unit_id"]].assign(grid_id="B")
    rows.loc[rows["unit_id"].isin(["C1-U0003", "C1-U0005", "C2-U0001"]), "grid_id"] = "A"
    rows = rows[rows["unit_id"] != "C1-U0001"]
    rows.to_csv(tmp_path / "old.csv", index=False)
    found = run(read_plan_file(place), Options(before=str(tmp_path / "old.csv")))
    assert found.report["totals"]["grids"] == plan.report["totals"]["grids"]
    assert any("old.csv" in text for text in found.report["told"])
    assert found.report["retired_codes"] == ["A", "B"]  # they follow no pattern
    assert found.report["adjusted"]["households_moved"] == found.report["adjusted"]["households_moved_bound"]


def test_a_start_that_lies_elsewhere_is_refused(place: Path, plan: Plan, tmp_path: Path):
    """Grids that hold no household, no column of codes, no file: each is told."""
    far = plan.grids[["grid_id", "geometry"]].assign(geometry=plan.grids.geometry.translate(90_000))
    far.to_file(tmp_path / "far.gpkg")
    plan.grids[["geometry"]].to_file(tmp_path / "nameless.gpkg")
    for name, told in (
        ("far.gpkg", "no household"),
        ("nameless.gpkg", "grid_id"),
        ("none.gpkg", "none.gpkg"),
    ):
        with pytest.raises(InputError, match=told):
            run(read_plan_file(place), Options(before=str(tmp_path / name)))


def test_the_command_tells_the_curve(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """With ``--curve`` the report, the page and the workbook have it, drawn too; wrong numbers are refused."""
    (tmp_path / "place").mkdir()
    place, old = write_place(tmp_path / "place"), tmp_path / "old"
    assert main(["run", str(place), "--out", str(old), "--quiet"]) == 0
    rows = pd.read_csv(place.parent / "households.csv")
    rows.loc[rows["building"] == "u03", "households"] -= 5
    rows.to_csv(place.parent / "households.csv", index=False)
    new = tmp_path / "new"
    asked = ["adjust", str(place), "--from", str(old), "--out", str(new), "--quiet"]
    assert main([*asked, "--curve", "--moved", "60"]) == 0
    curve = json.loads((new / "report.json").read_text(encoding="utf-8"))["adjusted"]["tradeoff"]
    assert {row["community_id"] for row in curve} == {"C1"}
    assert curve[0]["moved"] == 0
    assert "<svg" in (new / "tradeoff.svg").read_text(encoding="utf-8")
    assert "tradeoff.svg" in (new / "report.md").read_text(encoding="utf-8")
    assert "调整取舍" in openpyxl.load_workbook(new / "staffing.xlsx").sheetnames
    capsys.readouterr()
    assert main([*asked, "--moved", "-3", "--toward", "north"]) == 2
    told = capsys.readouterr().err
    assert "--moved" in told
    assert "--toward" in told
