"""Staff in a whole run: grids for exactly the workers there are, posts in the plan, and rosters that cannot be used."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridplan.config import read_plan_file
from gridplan.errors import InputError, UsageError
from gridplan.export.geopackage import read_plan, write_geopackage
from gridplan.export.staff import holders, staff_frames
from gridplan.export.workbook import write_workbook
from gridplan.intake import inspect, take_in
from gridplan.pipeline import run
from gridplan.plan import Plan
from gridplan.progress import Silent
from test_pipeline import PLAN, write_place

ROSTER = '\n[partition]\nhouseholds_per_worker = "roster"\nroster_spread = 0.3\n'
STAFF = {"id": ["1", "2", "3"], "kind": "full_time", "community_id": ["C1", "C1", "C2"]}


def place(folder: Path, *, asked: str = "", workers: str = "", **staff: object) -> Path:
    """Write the twelve squares (C1 360 households, C2 400), with some columns of the roster; return the plan file."""
    plan_file = write_place(folder)
    pd.DataFrame({**STAFF, **staff}).to_csv(folder / "workers.csv", index=False)
    text = PLAN.replace("\n[staffing]", f"{workers}\n[staffing]", 1).replace(
        "[[circle.services]]", "[circle]"
    )
    plan_file.write_text(text.split("[circle]", maxsplit=1)[0] + asked, encoding="utf-8")
    return plan_file


@pytest.fixture(scope="module")
def by_roster(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Return the plan for two workers of C1 and one, bound to none, who gives the time of a whole one."""
    columns = 'name = "name"\nserved = "served"\npost = "post"\navailability = "share"\n'
    return run(
        read_plan_file(
            place(
                tmp_path_factory.mktemp("roster"),
                asked=ROSTER,
                workers=columns,
                community_id=["C1", "C1", ""],
                name=["甲", "乙", "=1+1"],
                served=["", "C1002", ""],
                post=["", "网格长；chief_grid_leader", ""],
                share=[1, 1, 1],
            )
        )
    )


def test_exactly_the_workers_there_are(by_roster: Plan) -> None:
    """C1 has two grids around 180 households, C2 one of 400 for the worker bound to none; each in its own band."""
    assert by_roster.communities["workers_in_plan"].tolist() == [2, 1, 0]
    rows = {row["community_id"]: row for row in by_roster.report["communities"]}
    assert rows["C1"]["band"] == pytest.approx({"low": 126, "high": 234})
    assert rows["C2"]["band"] == pytest.approx({"low": 280, "high": 520})
    assert [rows[one].get("workers_asked") for one in ("C1", "C2", "C3")] == [2, 1, None]
    ordinary = by_roster.grids[by_roster.grids["kind"] == "ordinary"]
    assert (ordinary["in_band"] == 1).all()
    told = by_roster.report["posts"]["by_roster"]
    assert told == pytest.approx(
        {
            "workers": 3,
            "households_per_worker": 760 / 3,
            "norm_low": 150,
            "norm_high": 200,
            "of_norm_high": 760 / 600,
            "lacking": 1,
        }
    )
    assert any("27%" in text for text in by_roster.report["told"])


def test_a_band_never_lets_another_number_in(tmp_path: Path) -> None:
    """With a spread of 90 % C1's band begins at 120, not 18: three workers could not do. Its end, 342, leaves one out anyway."""
    plan = run(read_plan_file(place(tmp_path, asked=ROSTER.replace("0.3", "0.9"))))
    band = next(row["band"] for row in plan.report["communities"] if row["community_id"] == "C1")
    assert 120 < band["low"] < 120.1
    assert band["high"] == pytest.approx(342)
    assert plan.communities["workers_in_plan"].tolist() == [2, 1, 0]


def test_posts_of_a_run(by_roster: Plan) -> None:
    """Three full-time posts are held by the three, the second stays and leads; the rest is blank."""
    posts = by_roster.lists["posts"].set_index("post_id")
    full = posts[posts["kind"] == "full_time"]
    assert sorted(full["name"]) == ["=1+1", "乙", "甲"]
    assert full.loc["C1002-F1", ["name", "moved"]].tolist() == ["乙", 0.0]
    leaders = posts[posts["kind"] == "grid_leader"]
    assert leaders["worker_id"].tolist().count("2") == 1
    assert leaders.loc["C1002-L1", "worker_id"] == "2"
    assert posts.loc["C1-C1", "worker_id"] == "2"
    assert (posts["worker_id"] == "").sum() == len(posts) - 5
    assert {row["status"] for row in by_roster.report["posts"]["service"]} == {"optimal"}


def test_tables_and_files(by_roster: Plan, tmp_path: Path) -> None:
    """The sheets hold what the report does, the grids their people; plan.gpkg gives the posts back."""
    frames = dict(staff_frames(by_roster))
    assert list(frames) == ["areas", "what_if", "apportionment", "posts"]
    assert frames["areas"].loc[0, ["least", "on_roster", "missing"]].tolist() == [4, 3, 1]
    assert len(frames["what_if"]) == 12
    codes = by_roster.grids["code"]
    assert holders(by_roster, codes)["leader"][codes.tolist().index("C1002")] == "乙"
    write_geopackage(by_roster, tmp_path / "plan.gpkg")
    pd.testing.assert_frame_equal(
        read_plan(tmp_path / "plan.gpkg").lists["posts"], by_roster.lists["posts"], check_dtype=False
    )


def test_names_that_the_plan_file_does_not_name_stay_out(tmp_path: Path) -> None:
    """A roster's column of names is nowhere in the plan unless it is asked for."""
    plan = run(read_plan_file(place(tmp_path, name=["甲乙丙"] * 3)))
    assert set(plan.lists["posts"]["name"]) == {""}


def test_a_community_without_anybody_is_a_fault(tmp_path: Path) -> None:
    """Where nobody works in C2, and nobody is free, no grid can be drawn for it: told by run and by check."""
    plan_file = read_plan_file(place(tmp_path, asked=ROSTER, community_id=["C1", "C1", "C1"]))
    with pytest.raises(InputError, match="1 communities where people live \\(C2\\)"):
        run(plan_file)
    assert inspect(plan_file)[0].code == "nobody_for"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"id": ["1", "1", "3"]}, "duplicate_id"),
        ({"community_id": ["C1", "C9", "C2"]}, "unknown_community"),
        ({"share": [0.5, 1.2, 1]}, "too_large"),
        ({"share": ["0.5", "2026-01-05", "1"]}, "text_for_number"),
        ({"share": ["=1/2", "1", "1"]}, "text_for_number"),
        ({"kind": ["full_time", "boss", "full_time"]}, "unknown_kind"),
        ({"post": ["", "局长", ""]}, "unknown_post"),
    ],
)
def test_bad_rosters(tmp_path: Path, wrong: dict[str, list[object]], code: str) -> None:
    """Each fault of a roster is one message, which names its rows, and no plan is made."""
    columns = 'availability = "share"\npost = "post"\n'
    staff = {"share": [1, 1, 1], "post": ["", "", ""], **wrong}
    plan_file = read_plan_file(place(tmp_path, workers=columns, **staff))
    with pytest.raises(InputError) as raised:
        take_in(plan_file, Silent())
    assert [message.key for message in raised.value.messages] == [f"checks.{code}"]
    assert "2" in raised.value.text("zh")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[inputs.workers]", "[inputs.facilities2]"), "needs a roster"),
        (("roster_spread = 0.3", "workers = 3"), "from the roster"),
        (("roster_spread = 0.3", "roster_spread = 1.0"), "share between 0 and 1"),
        (("[staffing]", '[staffing]\nbasis = "planned"'), "needs planned households"),
        (
            ("[staffing]", "[staffing.what_if]\nhouseholds_per_worker = [[200, 150]]\n\n[staffing]"),
            "pairs of numbers",
        ),
        (('"roster"', '"rooster"'), '"roster": the workers there are'),
    ],
)
def test_keys_that_do_not_go_together(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    """What contradicts itself in the plan file is refused before any input is opened."""
    plan_file = place(tmp_path, asked=ROSTER)
    text = plan_file.read_text(encoding="utf-8")
    if "facilities2" in change[1]:
        head, rest = text.split("[inputs.workers]")
        text = head + "[staffing]" + rest.split("[staffing]")[1]
    plan_file.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_plan_file(plan_file)


def test_names_are_offered_where_people_fill_in(by_roster: Plan, tmp_path: Path) -> None:
    """The columns of people offer the names that are known, from a sheet with room for more; a formula stays a text."""
    write_workbook(by_roster, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    names = [
        [cell.value or "" for cell in column] for column in book["可选人员"].iter_cols(min_row=4, max_row=6)
    ]
    assert names == [["=1+1", "乙", "甲"]] * 2
    assert book["可选人员"]["A4"].data_type == "s"
    heads = {cell.value: cell.column_letter for cell in book["网格表"][3]}
    found = {
        str(one.sqref).split(":")[0]: one.formula1 for one in book["网格表"].data_validations.dataValidation
    }
    assert found == {
        f"{heads['网格长']}4": "'可选人员'!$B$4:$B$26",
        f"{heads['专职网格员']}4": "'可选人员'!$A$4:$A$26",
    }
