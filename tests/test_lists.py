"""Lists from their files to the lists of a plan: read, checked, brought together on the squares of ``tiny_plan``, written, kept."""

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from gridplan.checks import Harm
from gridplan.config import read_plan_file
from gridplan.errors import InputError, UsageError
from gridplan.export.geopackage import read_plan
from gridplan.export.listing import list_texts
from gridplan.export.write import claim, write_claimed, write_run
from gridplan.intake import inspect, take_in
from gridplan.lists import Setting, leaders_of, lists_of
from gridplan.network import StraightLine
from gridplan.progress import Silent
from gridplan.tables import LISTS
from gridplan.verify import verify
from tiny_plan import CRS, HOUSEHOLDS, UNITS, communities_table, middle, tiny_plan, units_table

PLAN = f"""
[project]
name = "滨海街道（示例）"
language = "en"
date = 2026-11-21
[inputs.communities]
path = "communities.gpkg"
id = "community_id"
name = "name"
street = "street"
[inputs.households]
path = "households.csv"
coordinates = "{CRS}"
[inputs.workers]
path = "workers.csv"
id = "id"
kind = "kind"
community = "community"
[inputs.agencies]
path = "agencies.csv"
id = "id"
name = "name"
people = "people"
coordinates = "{CRS}"
[inputs.officers]
path = "officers.csv"
id = "id"
street = "street"
[inputs.actors]
path = "actors.csv"
id = "id"
willing = "willing"
able = "able"
community = "community"
[inputs.needs]
path = "needs.csv"
id = "id"
kind = "kind"
community = "community"
grid = "grid"
amount = "amount"
urgency = "urgency"
start = "start"
end = "end"
coordinates = "{CRS}"
[inputs.resources]
path = "resources.csv"
id = "id"
kind = "kind"
serves = "serves"
actor = "actor"
community = "community"
amount = "amount"
[inputs.points]
path = "points.csv"
id = "id"
actor = "actor"
date = "date"
given = "given"
redeemed = "redeemed"
[matching]
metres = 130
"""
PLACE = dict(zip(UNITS, map(middle, UNITS), strict=True))
LISTED = {
    "workers": "id,kind,community,secret\nw1,full_time,C1,13800000000\nw2,helper,C1,13800000001\n",
    "agencies": "id,name,people,x,y,secret\ng1,School,10,{u01},13800000002\ng2,Bank,20,{u11},13800000003\n",
    "officers": "id,street,phone\no1,,13800000004\no2,滨海街道,13800000005\n",
    "actors": "id,willing,able,community,phone\na1,是,1,C1,13800000006\na2,0,1,,13800000007\n",
    # n1 lies in u01, n2 is at the centre of C2002, n3 is anywhere in C1, n4 is out of reach
    "needs": "id,kind,community,grid,amount,urgency,start,end,x,y\n"
    "n1,meal,,,4,2,2026-01-01,2026年3月1日,{u01}\n"
    "n2,meal,,C2002,4,,,,,\n"
    "n3,repair,C1,,1,1,,,,\n"
    "n4,meal,C2,,1,1,,,{u12}\n",
    "resources": "id,kind,serves,actor,community,amount\nr1,时间,meal,a1,C1,3\nr2,goods,meal,a2,,9\nr3,skills,repair,,C1,5\n",
    "points": "id,actor,date,given,redeemed\np1,a1,2026-10-01,8,3\n",
}


def write(folder: Path, **changed: str) -> Path:
    """Write the place and its lists, some of them changed; return the plan file."""
    communities_table()[["community_id", "name", "street", "geometry"]].to_file(folder / "communities.gpkg")
    rows = [f"{x},{y}" for x, y in (PLACE[unit] for unit in UNITS if HOUSEHOLDS[unit])]
    (folder / "households.csv").write_text("\n".join(["x,y", *rows]), encoding="utf-8")
    places = {unit: f"{x},{y}" for unit, (x, y) in PLACE.items()}
    for name, text in {**LISTED, **changed}.items():
        if name != "plan":
            (folder / f"{name}.csv").write_text(text.format(**places), encoding="utf-8")
    (folder / "plan.toml").write_text(changed.get("plan", PLAN), encoding="utf-8")
    return folder / "plan.toml"


def listed(folder: Path, **changed: str):
    """Return the lists of the place on the grids of ``tiny_plan``."""
    plan_file = read_plan_file(write(folder, **changed))
    plan = tiny_plan()
    points = [PLACE[unit] for unit in UNITS]
    setting = Setting(
        plan_file=plan_file,
        inputs=take_in(plan_file, Silent()),
        communities=plan.communities,
        grids=plan.grids,
        units=units_table().assign(x=[x for x, _ in points], y=[y for _, y in points]),
        walk=StraightLine(1.0),
        line=StraightLine(1.0),
        day="2026-11-21",
        language="en",
    )
    return lists_of(setting, leaders=leaders_of(None))


def faults(folder: Path, **changed: str) -> list[str]:
    """Return what forbids a plan, as (code, rows), and check that nothing is hidden from ``check``."""
    plan_file = read_plan_file(write(folder, **changed))
    with pytest.raises(InputError) as caught:
        take_in(plan_file, Silent())
    found = [fault for fault in inspect(plan_file) if fault.harm is Harm.FORBIDS]
    assert [fault.message for fault in found] == list(caught.value.messages)
    assert all(fault.message.text("en") != fault.message.text("zh") for fault in found)
    return [(fault.code, fault.rows) for fault in found]


def test_needs_are_met_where_they_are(tmp_path):
    """Three meals of a1 for n1 in C1; a2 is not willing; the repair of C1 is met; n2 and n4 get nothing, and it says why."""
    found = listed(tmp_path)
    needs = found.tables["needs"].set_index("need_id")
    assert needs["met"].to_dict() == {"n1": 3.0, "n2": 0.0, "n3": 1.0, "n4": 0.0}
    assert needs["grid_id"].to_dict() == {"n1": "C1001", "n2": "C2002", "n3": "", "n4": "C2003"}
    assert needs["community_id"].tolist() == ["C1", "C2", "C1", "C2"]
    assert needs["reason"].to_dict() == {"n1": "used", "n2": "far", "n3": "", "n4": "far"}
    assert needs.loc["n1", "end"] == "2026-03-01"
    assert found.tables["projects"]["project_id"].tolist() == ["C1-meal", "C1-repair"]
    assert found.tables["resources"]["remark"].map(bool).tolist() == [False, True, False]
    part = found.report["matching"]
    assert (part["objective"], part["upper_bound"], part["status"]) == (7.0, 7.0, "optimal")
    assert part["unmet"] == {"none": 0, "closed": 0, "period": 0, "far": 2, "used": 1}
    ledger = found.tables["ledger"].set_index("actor_id")
    assert ledger.loc["a1", ["given", "earned", "redeemed", "balance", "promised"]].tolist() == [
        8,
        8,
        3,
        5,
        3,
    ]
    json.dumps(found.report)


def test_a_whistle_table_for_every_grid(tmp_path):
    """Both agencies have their community, w2 the grids of C1, o1 and o2 take turns month by month."""
    found = listed(tmp_path)
    calls = found.tables["whistle"].set_index("grid_id")
    assert calls["agencies"].to_dict() == {
        **dict.fromkeys(["C1001", "C1002"], "School"),
        **dict.fromkeys(["C2001", "C2002", "C2003"], "Bank"),
    }
    assert calls["member_id"].tolist() == ["w2", "w2", "", "", ""]
    assert set(calls["month"]) == {"2026-11"}
    assert sorted(calls["officer_id"].unique()) == ["o1", "o2"]
    assert (calls["officer_id"] != calls["deputy_id"]).all()
    rota = found.tables["rota"]
    assert rota["month"].unique().tolist() == [f"2026-{m}" for m in (11, 12)] + [
        f"2027-{m:02}" for m in range(1, 11)
    ]
    turns = rota[rota["place_id"] == "C1"]["officer_id"]
    assert (turns.to_numpy()[1:] != turns.to_numpy()[:-1]).all()
    assert found.report["helpers"]["agencies"]["status"] == "optimal"
    assert found.report["helpers"]["officers"]["status"] == "optimal"
    assert found.report["helpers"]["officers"]["repeats"] == 0


def test_officers_may_be_posted_to_grids(tmp_path):
    """One department each for every grid, over three months from January."""
    more = '[helpers]\nofficers_in = "grids"\nmonths = 3\nstart = 2027-01-15\n'
    found = listed(tmp_path, plan=PLAN + more)
    assert found.tables["rota"]["place_id"].nunique() == 5
    assert set(found.tables["rota"]["month"]) == {"2027-01", "2027-02", "2027-03"}
    assert set(found.tables["whistle"]["month"]) == {"2027-01"}


def test_personal_columns_stay_out(tmp_path):
    """Telephones that the plan file does not name are in no list, nor in the report."""
    found = listed(tmp_path)
    shown = "".join(list_texts(found.tables).values()) + json.dumps(found.report)
    assert "138000" not in shown
    named = PLAN.replace(
        'street = "street"\n[inputs.actors]', 'street = "street"\nphone = "phone"\n[inputs.actors]'
    )
    assert "13800000004" in list_texts(listed(tmp_path, plan=named).tables)["whistle.csv"]


def test_without_lists_there_are_none(tmp_path):
    """A plan file without helpers and lists gives none, and a report without them."""
    short = PLAN[: PLAN.index("[inputs.workers]")]
    found = listed(tmp_path, plan=short)
    assert (found.tables, found.report, found.told) == ({}, {}, ())


def test_empty_lists_are_no_fault(tmp_path):
    """Lists with a header and no rows are told as empty, and give nothing."""
    bare = {name: text.split("\n", 1)[0] + "\n" for name, text in LISTED.items()}
    found = listed(tmp_path, **bare)
    assert found.tables == {}
    assert found.report["matching"]["status"] == "optimal"


def test_needs_alone_are_listed(tmp_path):
    """Without resources every need says that there is none."""
    end, start = PLAN.index("[inputs.resources]"), PLAN.index("[inputs.workers]")
    found = listed(tmp_path, plan=PLAN[:start] + PLAN[PLAN.index("[inputs.needs]") : end])
    assert list(found.tables) == ["needs"]
    assert set(found.tables["needs"]["reason"]) == {"none"}


def test_a_grid_that_is_gone(tmp_path):
    """A need listed by a grid of an older plan is refused, or is where its community is if it names one."""
    need = "id,kind,community,grid,amount,urgency,start,end,x,y\nn1,meal,{},C9,4,2,,,,\n"
    with pytest.raises(InputError, match="C9"):
        listed(tmp_path, needs=need.format(""))
    found = listed(tmp_path, needs=need.format("C1"))
    assert found.tables["needs"]["met"].tolist() == [3.0]
    assert any("C9" in message.text("en") for message in found.told)


HEAD = LISTED["needs"].split("\n", 1)[0]


@pytest.mark.parametrize(
    ("part", "text", "found"),
    [
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,,,,\nn1,meal,C1,,4,2,,,,\n", ("duplicate_id", (1, 2))),
        ("needs", f"{HEAD}\nn1,meal,C9,,4,2,,,,\n", ("unknown_community", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,many,2,,,,\n", ("text_for_number", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,=2+2,2,,,,\n", ("text_for_number", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,-4,2,,,,\n", ("negative", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,,2,,,,\n", ("blank_number", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,0.125,2,,,,\n", ("too_fine", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,1e9,2,,,,\n", ("too_large", (1,))),
        ("needs", f"{HEAD}\nn1,,C1,,1,2,,,,\n", ("blank_text", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,soon,,,\n", ("no_day", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,45000,,,\n", ("no_day", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,2026-02-30,,,\n", ("no_day", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,2026-02-02,2026-02-01,,\n", ("ends_early", (1,))),
        ("needs", f"{HEAD}\nn1,meal,,,4,2,,,,\n", ("no_where", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,,,500000,\n", ("half_place", (1,))),
        ("needs", f"{HEAD}\nn1,meal,C1,,4,2,,,500000,3399000\n", ("outside", (1,))),
        (
            "resources",
            "id,kind,serves,actor,community,amount\nr1,luck,meal,,,1\n",
            ("unknown_resource", (1,)),
        ),
        ("resources", "id,kind,serves,actor,community,amount\nr1,time,meal,a9,,1\n", ("unknown_actor", (1,))),
        ("actors", "id,willing,able,community\na1,maybe,1,\na2,1,1,\n", ("no_mark", (1,))),
        ("officers", "id,street\no1,别的街道\n", ("unknown_street", (1,))),
        ("agencies", "id,name,people,x,y\ng1,A,ten,,\n", ("text_for_number", (1,))),
        ("points", "id,actor,date,given,redeemed\np1,,2026-10-01,8,3\n", ("blank_text", (1,))),
    ],
)
def test_a_bad_list_is_told_once(tmp_path, part, text, found):
    """One clear fault for each kind of mistake, naming the row."""
    assert faults(tmp_path, **{part: text}) == [found]


def test_a_formula_without_a_value_is_refused(tmp_path):
    """A workbook whose formulas nobody has calculated is not read as blank; its cells are named."""
    plan_file = write(tmp_path, plan=PLAN.replace("officers.csv", "officers.xlsx"))
    book = openpyxl.Workbook()
    for row in (["id", "street", "more"], ["o1", '="滨海"&"街道"', "=1+1"], ["o2", None, None]):
        book.active.append(row)
    book.save(tmp_path / "officers.xlsx")
    with pytest.raises(InputError, match="B2") as caught:
        take_in(read_plan_file(plan_file), Silent())
    assert "C2" not in caught.value.text("zh")


def test_reach_is_given_once(tmp_path):
    """Two reaches at a time are refused with the plan file."""
    with pytest.raises(UsageError, match="within"):
        read_plan_file(write(tmp_path, plan=f'{PLAN}within = "street"\n'))


def with_lists(folder: Path):
    """Return the tiny plan with the lists of the place."""
    found = listed(folder)
    plan = tiny_plan()
    return type(plan)(**{**vars(plan), "lists": found.tables, "report": {**plan.report, **found.report}})


def test_lists_come_back_from_the_file(tmp_path):
    """plan.gpkg holds every list as it was, and the workbook and the folder of lists show it."""
    plan = with_lists(tmp_path)
    write_run(plan, tmp_path / "out", pages={})
    back = read_plan(tmp_path / "out" / "plan.gpkg")
    assert sorted(back.lists) == sorted(plan.lists)
    for name, table in back.lists.items():
        texts, numbers = LISTS[name]
        wanted = plan.lists[name][[*texts, *numbers]].astype(dict.fromkeys(numbers, float))
        pd.testing.assert_frame_equal(table, wanted.reset_index(drop=True), check_dtype=False)
    book = openpyxl.load_workbook(tmp_path / "out" / "staffing.xlsx")
    assert {"吹哨报到", "轮值表", "需求清单", "项目清单", "公益积分"} <= set(book.sheetnames)
    [offered] = book["项目清单"].data_validations.dataValidation
    assert offered.formula1 == '"未开始,进行中,已完成,暂停"'
    head = [cell.value for cell in book["项目清单"][3]]
    assert book["项目清单"].cell(4, head.index("进展") + 1).coordinate in offered.sqref
    assert pd.read_csv(tmp_path / "out" / "lists" / "needs.csv")["need_id"].tolist() == [
        "n1",
        "n2",
        "n3",
        "n4",
    ]
    assert not verify(back)


@pytest.mark.parametrize(
    ("name", "column", "value", "told"),
    [
        ("matches", "amount", 99.0, "matches_wrong"),
        ("matches", "need_id", "n9", "matches_unknown"),
        ("agency_pairs", "community_id", "C1", "no_agency"),
        ("rota", "deputy_id", "o1", "own_deputy"),
        ("rota", "officer_id", "o1", "officer_stays"),
    ],
)
def test_a_list_that_is_wrong_is_told(tmp_path, name, column, value, told):
    """Lists are held against their promises like everything else."""
    plan = with_lists(tmp_path)
    wrong = plan.lists[name].assign(**{column: value})
    changed = type(plan)(**{**vars(plan), "lists": {**plan.lists, name: wrong}})
    assert f"verify.{told}" in {message.key for message in verify(changed)}


def test_what_people_wrote_into_a_list_is_kept(tmp_path):
    """A list of the output that somebody changed stays beside the new one; one that nobody touched does not."""
    plan, out = with_lists(tmp_path), tmp_path / "out"
    write_run(plan, out, pages={})
    projects = out / "lists" / "projects.csv"
    written = projects.read_bytes()
    projects.write_bytes(written + "led by,王芳\n".encode())
    with claim(out):
        kept = write_claimed(plan, out, pages={})
    assert kept == (out / "lists" / "projects-1.csv",)
    assert "王芳".encode() in kept[0].read_bytes()
    assert projects.read_bytes() == written
    with claim(out):
        assert write_claimed(plan, out, pages={}) == ()
    assert kept[0].exists()


def test_a_text_that_looks_like_a_formula_is_none():
    """In a CSV that Excel opens, a name that begins with = is text."""
    table = pd.DataFrame({"actor_id": ["=1+1"], "name": ["@x"]}).assign(
        **dict.fromkeys(LISTS["ledger"][1], 1.5)
    )
    text = list_texts({"ledger": table})["ledger.csv"]
    assert text.splitlines()[1].startswith("'=1+1,'@x,1.5,")


def test_leaders_are_those_who_hold_the_post():
    """A grid leader is called by name, else by id; posts that nobody holds, and other posts, call nobody."""
    posts = pd.DataFrame(
        {
            "kind": ["grid_leader", "grid_leader", "grid_leader", "full_time"],
            "grid_id": ["g1", "g2", "g3", "g1"],
            "worker_id": ["w1", "w2", "", "w4"],
            "name": ["Li", "", "", "Wu"],
        }
    )
    assert leaders_of(posts).to_dict() == {"g1": "Li", "g2": "w2"}


def test_places_without_shapes_do_not_stop_a_list(tmp_path):
    """A resource list as a layer may have rows without a point."""
    rows = gpd.GeoDataFrame(
        {
            "id": ["r1", "r2"],
            "kind": "time",
            "serves": "meal",
            "actor": "",
            "community": ["C1", ""],
            "amount": 3,
        },
        geometry=gpd.points_from_xy(*zip(PLACE["u01"], PLACE["u01"], strict=True), crs=CRS),
        crs=CRS,
    )
    rows.loc[0, "geometry"] = None
    rows.to_file(tmp_path / "resources.gpkg")
    found = listed(tmp_path, plan=PLAN.replace("resources.csv", "resources.gpkg"))
    assert found.tables["needs"]["met"].tolist()[0] == 4.0
