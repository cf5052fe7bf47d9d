"""Mended copies: what needs no judgement is mended and told cell by cell, nothing else is changed, and inputs are never touched."""

import csv
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Polygon

from gridplan.cli import main
from gridplan.config import read_plan_file
from gridplan.intake import inspect, mended, take_in
from gridplan.pipeline import run
from gridplan.progress import Silent
from test_pipeline import write_place


def changes(folder: Path) -> list[tuple[str, str, str, str, str]]:
    """Return input, row, column, before and after of each change."""
    with (folder / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            (row["input"], row["row"], row["column"], row["before"], row["after"])
            for row in csv.DictReader(file)
        ]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the plan file of the twelve squares in a folder of its own."""
    folder = tmp_path / "来 料"
    folder.mkdir()
    return write_place(folder)


def test_sound_inputs_have_no_changes(place: Path, tmp_path: Path):
    """Nothing to mend, a meadow where nobody lives apart: copies that say the same, and the same plan from them."""
    assert [(fault.code, fault.rows) for fault in inspect(read_plan_file(place))] == [("nobody_lives", (3,))]
    assert main(["check", str(place), "--fix", str(tmp_path / "m")]) == 4
    assert changes(tmp_path / "m") == []
    one, two = run(read_plan_file(place)), run(read_plan_file(tmp_path / "m" / "plan.toml"))
    assert one.grids["bounds_text"].tolist() == two.grids["bounds_text"].tolist()
    assert one.households["grid_id"].tolist() == two.households["grid_id"].tolist()


def test_what_is_mended_is_told(place: Path, tmp_path: Path):
    """Spaces, full-width digits and texts for numbers: each a row of the list, and nothing else changed."""
    file = place.with_name("households.csv")
    before = file.read_bytes()
    rows = pd.read_csv(file, dtype=str)
    rows.loc[0, "id"] = " h0 "
    rows.loc[1, "households"] = "３０"
    rows.loc[2, "building"] = "u02  "
    rows.to_csv(file, index=False)
    dirty = file.read_bytes()
    assert main(["check", str(place), "--fix", str(tmp_path / "m")]) == 4
    assert changes(tmp_path / "m") == [
        ("households", "1", "id", " h0 ", "h0"),
        ("households", "3", "building", "u02  ", "u02"),
        ("households", "2", "households", "３０", "30"),
    ]
    assert file.read_bytes() == dirty != before
    old = take_in(read_plan_file(place), Silent()).households["households"].sum()
    new = take_in(read_plan_file(tmp_path / "m" / "plan.toml"), Silent()).households["households"].sum()
    assert old == new == 760


def test_shapes_are_mended(place: Path, tmp_path: Path):
    """A special area that crosses itself is made sound, and the list says so."""
    file = place.with_name("special.gpkg")
    table = gpd.read_file(file)
    x0, y0, x1, y1 = table.geometry.iloc[0].bounds
    bow = Polygon([(x0, y0), (x1, y1), (x1, y0), (x0, y1)])
    table.set_geometry([bow], crs=table.crs).to_file(file)
    main(["check", str(place), "--fix", str(tmp_path / "m")])
    told = [row for row in changes(tmp_path / "m") if row[0] == "special_areas"]
    assert [row[:3] for row in told] == [("special_areas", "1", "geometry")]
    assert gpd.read_file(tmp_path / "m" / "special_areas.gpkg").geometry.is_valid.all()


def test_the_plan_file_keeps_its_words(place: Path, tmp_path: Path):
    """Comments and other keys stay; what told how to read the old files is gone."""
    place.write_text("# mine\n" + place.read_text(encoding="utf-8"), encoding="utf-8")
    main(["check", str(place), "--fix", str(tmp_path / "m")])
    text = (tmp_path / "m" / "plan.toml").read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert 'path = "households.gpkg"' in text
    assert "coordinates" not in text


def test_a_folder_with_something_in_it_is_refused(place: Path, tmp_path: Path):
    """Nobody's files are written over."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["check", str(place), "--fix", str(tmp_path / "m")]) == 5
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["mine.txt"]


def test_formulas_stay_text_in_the_list(place: Path, tmp_path: Path):
    """A name that a spreadsheet would calculate begins with an apostrophe there."""
    file = place.with_name("households.csv")
    rows = pd.read_csv(file, dtype=str)
    rows.loc[0, "building"] = "=1+1 "
    rows.to_csv(file, index=False)
    main(["check", str(place), "--fix", str(tmp_path / "m")])
    assert changes(tmp_path / "m")[0][3:] == ("'=1+1 ", "'=1+1")


def test_only_named_columns_are_copied(place: Path):
    """A column that the plan file does not name never appears in a copy."""
    rows = pd.read_csv(place.with_name("households.csv")).assign(telephone="13800000000")
    rows.to_csv(place.with_name("households.csv"), index=False)
    copies = {one.part: one for one in mended(read_plan_file(place))}
    assert "telephone" not in copies["households"].copy()
