"""Views of grids by a figure, what the search knows, what a card says of services: by hand."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tiny_plan as tiny
from gridplan.maps.cards import grid_cards, unit_cards
from gridplan.maps.finding import initials, places
from gridplan.maps.layers import all_layers
from gridplan.maps.panels import legend
from gridplan.maps.shading import views
from gridplan.maps.written import speaker

PLAN = tiny.tiny_plan()
ZH = speaker("zh")


def view(plan, title):
    """Return the view of a title."""
    return next(one for one in views(plan, ZH) if one["title"] == title)


def test_initials_know_phrases_and_leave_the_rest():
    """Chinese letters become initials, others stay, names without Chinese are not listed."""
    assert initials(["青峦社区", "重庆路12号A座", "Main Street"]) == {
        "青峦社区": "qlsq",
        "重庆路12号A座": "cql12haz",
    }


def test_places_are_compounds_and_buildings():
    """Each compound of a community once, at its unit with most households; buildings under their compounds."""
    found = places(PLAN)
    assert found["text"] == ["海韵家园", "阳光花园", "阳光花园 1号楼"]
    units = PLAN.units.iloc[found["to"]]
    assert units["compound"].tolist() == ["海韵家园", "阳光花园", "阳光花园"]
    most = PLAN.units[PLAN.units["compound"] == "阳光花园"]["households"].max()
    assert units["households"].iloc[1] == most


def test_loads_are_classed_by_the_norm():
    """170 and 180 to 190 of 150-200 lie in the thirds of the band, 220 above it, the grid without households in no class."""
    shown = view(PLAN, "每名网格员的规模")
    grids = PLAN.grids
    each = (grids["load"] / grids["workers"]).to_numpy()
    classes = [shown["texts"][at] for at in shown["look"]]
    for load, kind, text in zip(each, grids["kind"], classes, strict=True):
        wanted = (
            "无此数据或无住户"
            if kind != "ordinary"
            else "> 200"
            if load > 200
            else "183–200"
            if load >= 183.4
            else "167–183"
        )
        assert text == wanted, load


def test_walks_fall_into_fifths():
    """No class is darker for a shorter walk, and the last class has the longest."""
    shown = view(PLAN, "平均步行距离")
    walk = PLAN.grids["walk_mean_m"].to_numpy()
    known = np.flatnonzero((PLAN.grids["households"] > 0).to_numpy())
    order = known[np.argsort(walk[known])]
    look = [shown["look"][at] for at in order]
    assert look == sorted(look)
    assert set(np.delete(np.array(shown["look"]), known)) <= {len(shown["texts"]) - 1}


@pytest.mark.parametrize(
    ("score", "text"), [(0.59, "不到 60%"), (0.6, "60%–80%"), (0.9999, "90% 以上，未全到"), (1.0, "全部能到")]
)
def test_scores_have_fixed_classes(score, text):
    """Only what reaches everybody is in the class of all."""
    rows = [
        {"level": "grid", "id": own, "score": score, "covered": {"菜市场": score, "药店": 0.0}}
        for own in PLAN.grids["grid_id"]
    ]
    plan = replace(PLAN, report={**PLAN.report, "assessment": rows})
    shown = view(plan, "十五分钟圈得分")
    assert {shown["texts"][at] for at in shown["look"]} == {text}
    card = grid_cards(plan, ZH)
    told = dict(zip(card["labels"], card["values"][0], strict=True))
    assert told["还到不了的服务"] == (
        "药店" if score == 1 else f"药店、菜市场（{int(score * 100)}% 的住户能到）"
    )


def test_what_a_plan_does_not_know_has_no_view():
    """Without posts and reach there are the views of loads and walks alone."""
    bare = replace(PLAN, report={**PLAN.report, "assessment": [], "posts": None})
    assert [one["title"] for one in views(bare, ZH)] == ["每名网格员的规模", "平均步行距离"]


def test_a_unit_says_what_is_near(monkeypatch):
    """Each service with its minutes, the nearest first; pages of very many units leave it out."""
    unit = PLAN.units["unit_id"].iloc[2]
    rows = [(unit, "药店", 9.4), (unit, "菜市场", 3.0), (unit, "幼儿园", np.nan)]
    access = pd.DataFrame(rows, columns=["unit_id", "category", "minutes"])
    plan = replace(PLAN, access=access)
    card = unit_cards(plan, ZH)
    at = card["labels"].index("到最近设施")
    assert [values[at] for values in card["values"]][1:4] == ["", "菜市场 3 分钟、药店 9 分钟", ""]
    monkeypatch.setattr("gridplan.maps.cards.MOST_DETAILED", 3)
    assert not any("药店" in value for values in unit_cards(plan, ZH)["values"] for value in values)


def test_a_service_s_reach_and_needs_are_views_of_their_own():
    """Shares of a grid's households by service, the service that reaches fewest first; needs not met are counted."""
    ids = PLAN.grids["grid_id"].tolist()
    rows = [
        {"level": "grid", "id": one, "score": 0.5, "covered": {"甲": share, "乙": 1.0}}
        for one, share in zip(ids, (0.0, 0.7, 0.85, 0.95, None), strict=True)
    ]
    circle = [{"category": "乙", "covered_after": 1.0}, {"category": "甲", "covered_after": 0.6}]
    needs = pd.DataFrame(
        {"grid_id": [ids[0], ids[1], ids[1], ids[2], ""], "unmet": [1.0, 2.0, 1.0, 0.0, 4.0]}
    )
    plan = replace(PLAN, report={**PLAN.report, "assessment": rows, "circle": circle}, lists={"needs": needs})
    titles = [one["title"] for one in views(plan, ZH)]
    assert titles[-3:] == ["未满足的需求", "可及：甲", "可及：乙"]
    assert view(plan, "可及：甲")["look"] == [0, 1, 2, 3, 5]
    found = view(plan, "未满足的需求")
    assert [found["texts"][at] for at in found["look"]] == ["1", "2–3", "0", "0", "0"]


def test_microgrids_and_reach_are_layers_where_there_are_any():
    """Both start hidden; the widest reach lies below; a plan without them has neither layer nor sign."""
    cut = PLAN.grids.head(2)[["grid_id", "geometry"]]
    micro = cut.assign(microgrid_id=["m1", "m2"], households=[40.0, 50.0])
    reach = cut.assign(
        isochrone_id=["a", "b"], facility_id="F1", category="诊所", minutes=[5.0, 10.0], households=[1.0, 2.0]
    )
    plan = replace(PLAN, microgrids=micro, isochrones=reach)
    drawn = {layer.layer_name: layer for layer in all_layers(plan, ZH)}
    assert {"微网格", "设施步行范围"} <= set(drawn)
    assert not drawn["微网格"].show
    assert json.loads(drawn["设施步行范围"].data)["tips"] == ["诊所：10 分钟内，2 户", "诊所：5 分钟内，1 户"]
    assert not {"微网格", "设施步行范围"} & {layer.layer_name for layer in all_layers(PLAN, ZH)}
    signs = [entry["layer"] for entry in legend(plan, ZH)["entries"]]
    assert {"microgrids", "reach"} <= set(signs)


def test_a_grid_says_how_near_its_services_are():
    """The mean minutes of those who have a service within reach, by households; who has not counts in none."""
    units = PLAN.units[PLAN.units["grid_id"] == PLAN.grids["grid_id"][0]]
    units = units[units["households"] > 0]
    first, second = units["unit_id"].iloc[:2]
    homes = units.set_index("unit_id")["households"]
    access = pd.DataFrame(
        [
            (first, "菜市场", 4.0, 1.0),
            (second, "菜市场", 10.0, 1.0),
            (first, "药店", 2.0, 1.0),
            (second, "药店", 99.0, 0.0),
        ],
        columns=["unit_id", "category", "minutes", "covered"],
    )
    card = grid_cards(replace(PLAN, access=access), ZH)
    told = card["values"][0][card["labels"].index("步行可及的服务")]
    mean = (4 * homes[first] + 10 * homes[second]) / (homes[first] + homes[second])
    assert told == f"药店 2 分钟、菜市场 {mean:.0f} 分钟"
    assert card["values"][1][card["labels"].index("步行可及的服务")] == ""


def test_where_nobody_reaches_anything_the_cards_say_nothing():
    """A plan in which no service is within reach has cards without those lines."""
    access = pd.DataFrame(
        {"unit_id": PLAN.units["unit_id"], "category": "菜市场", "minutes": np.nan, "covered": 0.0}
    )
    far = replace(PLAN, access=access)
    card = grid_cards(far, ZH)
    assert {row[card["labels"].index("步行可及的服务")] for row in card["values"]} == {""}
    assert {row[-1] for row in unit_cards(far, ZH)["values"]} == {""}
