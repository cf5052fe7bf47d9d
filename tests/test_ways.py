"""Reasons and ways out: small worlds that can be added up by hand, and every division of small graphs."""

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import box

from brute import divisions, load_of, outside
from gridplan.partition import Band, Effort, Problem, described, reason_with_ways, shared_workers, solve
from gridplan.partition.problem import Floats
from gridplan.partition.reasons import hopeless, without_sets
from gridplan.partition.search import Lists
from gridplan.partition.told import Piece, Solved, reason_told, ways_told
from gridplan.partition.tower import bundled, parted
from gridplan.partition.trial import around, part_of, ways_out
from gridplan.partition.ways import Way
from gridplan.words import LANGUAGES
from strategies import Graph, graphs

BAND = Band(low=150, high=200)
TOWER = Graph(  # 130 fits beside neither 100; with both it is 330
    load=(100.0, 130.0, 100.0, 170.0),
    places=tuple((100.0 * n, 0.0) for n in range(4)),
    pairs=((0, 1), (1, 2), (2, 3)),
)
TWO = Graph(load=(130.0, 120.0), places=((0.0, 0.0), (100.0, 0.0)), pairs=((0, 1),))


def rows_of(problem: Problem) -> list[tuple[float, ...]]:
    """Return each unit as one row of the data."""
    return [(load,) for load in problem.load.tolist()]


def tried(problem: Problem, rows: list[tuple[float, ...]] | None = None) -> dict[str, Way]:
    """Return the ways out of a problem by their keys."""
    answer = solve(problem)
    return {way.key: way for way in ways_out(problem, rows or rows_of(problem), answer, Effort())}


def units_table(problem: Problem, **columns: object) -> pd.DataFrame:
    """Return a table of units called A, B, C and so on."""
    names = [chr(65 + n) for n in range(problem.size)]
    table = pd.DataFrame(
        {"unit_id": names, "compound": "", "building": "", "entrance": "", "load": problem.load}
    )
    return described(table.assign(**columns), np.arange(problem.size), problem.load)


def sentences(problem: Problem, language: str) -> str:
    """Return what a report says of a problem."""
    answer = solve(problem)
    ways = ways_out(problem, rows_of(problem), answer, Effort())
    piece = Piece(community=0, units=np.arange(problem.size), problem=problem)
    mine = [(piece, Solved(partition=answer, ways=ways))]
    table = units_table(problem)
    out = ways_told(mine, table)
    told = reason_with_ways(reason_told(mine, table), out, language)
    return "\n".join([told, *(way.row(language)["text"] for way in out)])


def loads_of(problem: Problem) -> Iterator[Floats]:
    """Yield the loads of the grids of every division."""
    for groups in divisions(problem):
        yield np.array([load_of(problem, group) for group in groups])


def has_plan(problem: Problem, band: Band) -> bool:
    """Tell whether any division has every grid in band, a grid without load too."""
    return any(all(outside(band, load)[0] == 0 for load in loads) for loads in loads_of(problem))


def test_two_hundred_and_fifty():
    """250 households: one worker has 250, two have 125 each; no worker and no split helps, a band to 250 or from 125 does."""
    problem = TWO.problem(BAND)
    answer = solve(problem)
    assert answer.reason is not None
    assert answer.reason.key == "reason_counting"
    assert (answer.reason.terms["each_fewer"], answer.reason.terms["each_more"]) == ("250", "125")
    ways = tried(problem)
    assert set(ways) == {"more_workers_sum", "split_sum", "upper_least", "lower_least"}
    assert [way.works for way in ways.values()] == [False, False, True, True]
    assert ways["upper_least"].terms["high"] == "250"
    assert ways["lower_least"].terms["low"] == "120"  # 130 and 120 cannot be made 125 and 125


def test_tower():
    """130 between two 100: two workers for all three, or 65 to either side; 270 or 100 as a limit."""
    problem = TOWER.problem(BAND)
    answer, ways = solve(problem), tried(problem)
    assert answer.reason is not None
    assert (answer.reason.key, answer.reason.units) == ("reason_next", (1, 0, 2))
    assert answer.reason.terms["least"] == "230"
    more = ways["more_workers"]
    assert (more.groups, more.loads, more.workers) == (((0, 1, 2),), (330.0,), (2,))
    assert (ways["split_counted"].groups, ways["split_counted"].parts) == (((1,),), ((65.0, 65.0),))
    assert ways["upper_least"].terms["high"] == "270"
    assert ways["lower_least"].terms["low"] == "100"


def test_rows_of_a_tower_stay_whole():
    """A tower of rows of 60 and 70 households is split between them; an entrance is not split at all."""
    problem = TOWER.problem(BAND)
    rows = [(100.0,), (60.0, 70.0), (100.0,), (170.0,)]
    assert tried(problem, rows)["split_rows"].parts == ((70.0, 60.0),)
    never = tried(problem, [()] * 4)["split_never"]
    assert (never.works, never.groups) == (False, ((0,), (1,), (2,)))


def test_block_too_large():
    """A block of 1,484 needs eight workers, and four parts where two workers a grid are allowed."""
    graph = Graph(load=(1484.0, 170.0, 180.0), places=TOWER.places[:3], pairs=((0, 1), (1, 2)))
    ways = tried(graph.problem(Band(low=150, high=200, most=2)))
    more = ways["more_workers"]
    assert (more.groups, more.loads, more.workers) == (((0,),), (1484.0,), (8,))
    assert ways["split_counted"].parts == ((371.0,) * 4,)
    assert ways["upper_least"].terms["high"] == "742"
    assert ways["lower_never"].works is False


def test_units_that_exclude_one_another():
    """Five units of 80 in a row make two pairs; whatever is done, one of 80 stays over."""
    graph = Graph(
        load=(80.0,) * 5,
        places=tuple((100.0 * n, 0.0) for n in range(5)),
        pairs=((0, 1), (1, 2), (2, 3), (3, 4)),
    )
    problem = graph.problem(Band(low=150, high=200))
    reason = solve(problem).reason
    assert reason is not None
    assert (reason.key, reason.terms["total"], len(reason.units)) == ("reason_over", "80", 1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("graph", [TOWER, TWO])
def test_sentences_have_no_holes(graph: Graph, language: str):
    """The report's sentences name the units and hold no placeholder."""
    text = sentences(graph.problem(BAND), language)
    assert "{" not in text
    if graph is TOWER:
        assert "B (130)" in text
        assert "65 + 65" in text
        assert "270" in text


def test_units_are_called_by_their_names():
    """A label holds compound, building and entrance, each once; rows of an entrance are not to be parted."""
    problem = TOWER.problem(BAND)
    table = units_table(
        problem,
        compound=["", "阳光花园", "阳光花园", ""],
        building=["", "3号楼", "阳光花园4号楼", "5号楼"],
        entrance=["", "", "阳光花园4号楼1单元", ""],
    )
    assert table["label"].tolist() == ["A", "阳光花园 3号楼", "阳光花园4号楼1单元", "5号楼"]
    assert table["rows"].tolist() == [(100.0,), (130.0,), (), (170.0,)]


@settings(max_examples=25, deadline=None)
@given(graphs())
def test_least_band_is_the_least(graph: Graph):
    """The least widening is that of all divisions: with it there is a plan in band, with one household less there is none."""
    problem = graph.problem(BAND)
    answer = solve(problem)
    assume(answer.out_of_band > 0)
    for key, way in tried(problem).items():
        side, _, ending = key.partition("_")
        if way.kind != "wider_band" or ending == "open":
            continue
        if ending == "never":
            assert not has_plan(
                problem, replace(BAND, low=1.0) if side == "lower" else replace(BAND, high=9999.0)
            )
            continue
        low, high = float(way.terms["low"]), float(way.terms["high"])
        assert has_plan(problem, replace(BAND, low=low, high=high))
        if ending == "least":
            less = replace(BAND, low=low + (side != "upper"), high=high - (side != "lower"))
            assert not has_plan(problem, less)


@settings(max_examples=25, deadline=None)
@given(graphs())
def test_second_worker_is_what_all_divisions_say(graph: Graph):
    """One grid with one worker more works just where a division says so; what is proven impossible is."""
    problem = graph.problem(BAND)
    assume(solve(problem).out_of_band > 0)
    way = next(way for way in tried(problem).values() if way.kind == "second_worker")
    larger = replace(BAND, most=max(2, int(np.ceil(problem.load.max() / BAND.high))))
    if way.works:
        assert all(
            load >= 300 and 150 <= load / hands <= 200
            for load, hands in zip(way.loads, way.workers, strict=True)
        )
        assert has_plan(problem, larger)
    elif way.works is False:
        assert not has_plan(problem, replace(BAND, most=2))


@settings(max_examples=25, deadline=None)
@given(graphs())
def test_hopeless_units_are_in_no_set(graph: Graph):
    """What is hopeless without a list is in none of the listed sets either."""
    problem = graph.problem(BAND)
    assert set(hopeless(problem).tolist()) <= set(without_sets(problem, Lists(problem).all).tolist())


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(2, 4), st.data())
def test_parted_units(graph: Graph, count: int, data):
    """Parts add up to their unit, touch one another and all that it touched, and nothing else changes."""
    problem = graph.problem(BAND)
    unit = data.draw(st.integers(0, problem.size - 1))
    assume(problem.load[unit] >= count)
    parts = bundled((float(problem.load[unit]),), [float(problem.load[unit]) / count] * count)
    new, origin = parted(problem, [unit], [parts])
    assert np.bincount(origin, weights=new.load).tolist() == problem.load.tolist()
    assert np.bincount(origin, weights=new.weight) == pytest.approx(problem.weight)
    old = {
        (a, b)
        for a in range(problem.size)
        for b in problem.neighbors[problem.starts[a] : problem.starts[a + 1]]
    }
    pairs = {
        (a, b) for a in range(new.size) for b in new.neighbors[new.starts[a] : new.starts[a + 1]].tolist()
    }
    expected = {
        (a, b)
        for a in range(new.size)
        for b in range(new.size)
        if a != b and (origin[a] == origin[b] or (origin[a], origin[b]) in old)
    }
    assert pairs == expected


@given(st.lists(st.integers(1, 90), min_size=2, max_size=9), st.integers(2, 4))
def test_rows_are_bundled_whole(rows: list[int], count: int):
    """Each part is a sum of rows, none is lost, and equal parts differ by no more than the largest row."""
    loads = tuple(float(row) for row in rows)
    parts = bundled(loads, [sum(loads) / count] * count)
    assert sum(parts) == sum(loads)
    assert len(parts) <= count
    if len(parts) == count:
        assert max(parts) - min(parts) <= max(loads)


def test_a_large_piece_is_tried_where_it_is_out_of_band():
    """On a row of 120 units those around the grid out of band are divided anew, up to 36 of them."""
    load = np.full(120, 40.0)
    load[60] = 260.0
    graph = Graph(
        load=tuple(load),
        places=tuple((100.0 * n, 0.0) for n in range(120)),
        pairs=tuple((n, n + 1) for n in range(119)),
    )
    problem = graph.problem(BAND)
    grid = np.minimum(np.arange(120) // 4, 29).astype(np.int32)
    near = around(problem, grid)
    assert 60 in near
    assert len(near) <= 36
    part = part_of(problem, near)
    assert part.load.sum() == problem.load[near].sum()
    assert len(part.neighbors) == 2 * (len(near) - 1)


def layer(*loads: float, communities: str = "", kinds: str = "") -> gpd.GeoDataFrame:
    """Return grids as squares in a row, with one worker each where that is in band."""
    return gpd.GeoDataFrame(
        {
            "grid_id": [f"G{n}" for n in range(len(loads))],
            "name": [f"第{'一二三四五六'[n]}网格" for n in range(len(loads))],
            "community_id": [f"C{letter}" for letter in communities or "1" * len(loads)],
            "kind": [{"o": "ordinary", "s": "special"}[letter] for letter in kinds or "o" * len(loads)],
            "load": loads,
            "in_band": [float(150 <= load <= 200) for load in loads],
        },
        geometry=[box(100 * n, 0, 100 * n + 100, 100) for n in range(len(loads))],
        crs="EPSG:4547",
    )


NAMES = pd.DataFrame({"community_id": ["C1", "C2"], "name": ["向阳社区", "临海社区"]})


def test_workers_shared_with_the_next_community():
    """250 beside 200: three workers have 150 each; the neighbour may be of the next community, and is named with it."""
    ways = shared_workers(layer(170, 250, 200, communities="112"), NAMES, BAND)
    row = ways["C1"][0].row("zh")
    assert (row["works"], row["workers"], row["grid_ids"]) == (True, [3], ["G1", "G2"])
    assert "临海社区第三网格（200户）" in row["text"]
    assert "人均150户" in row["text"]


def test_workers_shared_at_home_first():
    """Where a grid of the own community will do it is taken, though another is as near."""
    ways = shared_workers(layer(200, 250, 200, communities="112"), NAMES, BAND)
    assert ways["C1"][0].about["grid_ids"] == ["G1", "G0"]


def test_nobody_to_share_with():
    """With 170 beside it 250 comes to 140 or 210; a school shares no workers."""
    assert shared_workers(layer(250, 170), NAMES, BAND)["C1"][0].works is False
    row = shared_workers(layer(250, 0, kinds="os"), NAMES, BAND)["C1"][0].row("en")
    assert row["works"] is False
    assert "no ordinary grid" in row["text"]


def test_two_that_share_with_one_another_share_once():
    """100 and 220 are 320, two workers with 160; neither shares with a third."""
    ways = shared_workers(layer(170, 100, 220, 200), NAMES, BAND)
    assert [way.about["grid_ids"] for way in ways["C1"]] == [["G1", "G2"]]
