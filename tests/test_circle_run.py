"""What a plan file asks of the circle, in whole runs of a small place."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from gridplan.checks import Harm
from gridplan.config import read_plan_file
from gridplan.errors import UsageError
from gridplan.export.geopackage import read_plan
from gridplan.export.write import write_run
from gridplan.intake import inspect
from gridplan.pipeline import run
from gridplan.plan import Plan
from test_pipeline import write_place
from tiny_plan import CRS, SERVICE, middle

ASKED = f"""
[inputs.candidates]
path = "candidates.gpkg"
id = "id"
kind = "kind"
required = "must"
forbidden = "no"
cost = "cost"

[circle]
goals = ["cover", "worst", "vulnerable", "walk", "money", "sites"]
give_up = 0.02
isochrones = [2, 4]
isochrones_of = ["F1", "lot", "nowhere"]

[[circle.services]]
category = "{SERVICE}"
minutes = 4
new = 2
kinds = ["vacant lot"]

[[circle.services]]
category = "school"
minutes = 4
new = 1
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the place with a facility that may be closed for a gain, and candidates of two kinds; return the plan file."""
    plan_file = write_place(tmp_path_factory.mktemp("asked"))
    there = {"id": ["F1", "F2"], "category": [SERVICE, SERVICE], "capacity": [300, 300], "shut": [None, -5]}
    spots = [Point(middle("u01")), Point(middle("u01"))]
    gpd.GeoDataFrame(there, geometry=spots, crs=CRS).to_file(plan_file.with_name("facilities.geojson"))
    rows = {
        "id": ["lot", "house", "field"],
        "kind": ["vacant lot", "shop", "vacant lot"],
        "must": ["", "school", ""],
        "no": ["", "", f"{SERVICE}; school"],
        "cost": [5, 1, 1],
    }
    spots = [Point(middle(unit)) for unit in ("u10", "u05", "u08")]
    gpd.GeoDataFrame(rows, geometry=spots, crs=CRS).to_file(plan_file.with_name("candidates.gpkg"))
    text = plan_file.read_text(encoding="utf-8")
    text = text[: text.index("[[circle.services]]")].replace(
        'capacity = "capacity"', 'capacity = "capacity"\nclosing = "shut"'
    )
    plan_file.write_text(text + ASKED, encoding="utf-8")
    return plan_file


@pytest.fixture(scope="module")
def plan(asked: Path) -> Plan:
    """Run it once."""
    return run(read_plan_file(asked))


def test_what_the_plan_file_says_of_sites_is_kept(plan: Plan, tmp_path: Path):
    """The twin that may be closed is closed, a required house opened, a field left alone; all goals are told and come back."""
    facilities = plan.facilities.set_index("facility_id")
    assert facilities["status"].to_dict() == {
        "F1": "existing",
        "F2": "closed",
        f"new-{SERVICE}-lot": "new",
        "new-school-house": "new",
    }
    assert facilities["kind"].to_dict()[f"new-{SERVICE}-lot"] == "vacant lot"
    row = plan.report["circle"][0]
    assert [goal["goal"] for goal in row["goals"]] == ["cover", "worst", "named", "walk", "money", "sites"]
    assert all(goal["proven"] for goal in row["goals"])
    assert (row["closed"], row["new"], row["status"]) == (1, 1, "optimal")
    assert "F2" not in set(plan.access["facility_id"])
    write_run(plan, tmp_path / "out", pages={})
    again = read_plan(tmp_path / "out" / "plan.gpkg")
    assert again.isochrones["isochrone_id"].tolist() == ["F1-2", "lot-2", "F1-4", "lot-4"]
    assert (tmp_path / "out" / "curve.svg").is_file() == bool(row["curve"])


def test_areas_grow_with_the_minutes(plan: Plan):
    """Four minutes hold more ground and no fewer households than two; an id that is nowhere is told."""
    table = plan.isochrones.set_index("isochrone_id")
    for place in ("F1", "lot"):
        two, four = table.loc[f"{place}-2"], table.loc[f"{place}-4"]
        assert four.geometry.contains(two.geometry)
        assert four["households"] >= two["households"] > 0
    assert any("nowhere" in text for text in plan.report["told"])


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('goals = ["walk"]', "goals"),
        ('goals = ["cover", "cover"]', "goals"),
        ("give_up = 0.1", "give_up"),
        ('goals = ["cover"]\ngive_up = [0.1, 0.2]', "give_up"),
        ('goals = ["cover"]\ngive_up = 1', "give_up"),
        ("isochrones = [5, 5]", "isochrones"),
        ('isochrones_of = "all"', "isochrones_of"),
    ],
)
def test_keys_that_make_no_sense_are_refused(asked: Path, tmp_path: Path, line: str, key: str):
    """Cover must be among the goals, each once; shares fit them; areas need their minutes."""
    text = asked.read_text(encoding="utf-8")
    begin, end = text.index("[circle]"), text.index("[[circle.services]]")
    plan_file = tmp_path / "plan.toml"
    plan_file.write_text(f"{text[:begin]}[circle]\n{line}\n\n{text[end:]}", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_plan_file(plan_file)
    assert any(key in message.text("en") for message in caught.value.messages)


def test_services_that_nobody_has_are_told_by_the_check(asked: Path):
    """No facility is a school, and a candidate must hold a school that no service asks for: both are told, and forbid nothing."""
    found = {fault.code: fault for fault in inspect(read_plan_file(asked))}
    assert found["none_there"].message.values["category"] == "school"
    assert found["none_there"].harm is Harm.TOLD
    text = asked.read_text(encoding="utf-8")
    fewer = asked.with_name("fewer.toml")
    fewer.write_text(text[: text.rindex("[[circle.services]]")], encoding="utf-8")
    codes = {fault.code for fault in inspect(read_plan_file(fewer))}
    assert "no_such_service" in codes
    assert "none_there" not in codes
