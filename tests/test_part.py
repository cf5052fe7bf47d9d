"""One street of a plan by itself: its own rows and figures, and nothing of the rest of the district."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridplan.cli import main
from gridplan.export.write import write_run
from gridplan.maps import pages
from gridplan.part import street_of
from gridplan.plan import Plan
from tiny_plan import streets_table, tiny_plan

OTHER = "=云屏街道"  # a name that a spreadsheet would calculate


def of_two_streets() -> Plan:
    """Return the tiny plan with each community in a street of its own."""
    plan, here = tiny_plan(), "甲街道"
    communities = plan.communities.assign(street=[here, OTHER])
    figures = communities.drop(columns=["community_id", "name", "geometry"]).set_index("street")
    streets = pd.concat([streets_table()] * 2, ignore_index=True).set_geometry(communities.geometry)
    streets = streets.assign(street=[here, OTHER])
    streets[figures.columns] = figures.to_numpy()
    return replace(plan, communities=communities, streets=streets)


@pytest.fixture(scope="module")
def parts() -> list[Plan]:
    """Return both streets of it."""
    plan = of_two_streets()
    return [street_of(plan, street) for street in plan.streets["street"]]


def test_streets_add_up_to_the_district(parts: list[Plan]):
    """Households, grids and units of the parts are those of the whole, each once."""
    plan = of_two_streets()
    for layer in ("communities", "streets", "grids", "units", "households"):
        ids = getattr(plan, layer).iloc[:, 0]
        found = pd.concat([getattr(part, layer).iloc[:, 0] for part in parts])
        assert sorted(found) == sorted(ids)
    assert [part.report["totals"]["households"] for part in parts] == [360, 400]
    assert [part.report["totals"]["grids"] for part in parts] == [2, 2]


def test_cover_is_that_of_the_street(parts: list[Plan]):
    """All 360 of C1 reach the service; of the 400 of C2 the 80 of u09 do not."""
    assert [part.report["circle"][0]["covered_after"] for part in parts] == [1.0, 320 / 400]


def test_nothing_of_the_rest_is_in_the_report(parts: list[Plan]):
    """Communities, and what is said of them, are only its own."""
    assert [row["community_id"] for row in parts[0].report["communities"]] == ["C1"]
    assert OTHER not in str(parts[0].report)


def test_a_street_that_is_not_there():
    """An unknown name is refused."""
    with pytest.raises(KeyError):
        street_of(of_two_streets(), "nowhere")


def test_the_command_writes_its_own_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The street's folder has workbook, page and layers; its name is no path, and no other street is in it."""
    plan = of_two_streets()
    out = tmp_path / "out"
    write_run(plan, out, pages=pages(plan))
    assert main(["export", str(out), "--street", OTHER]) == 0
    mine = out / "streets" / "02"
    assert {"plan.gpkg", "staffing.xlsx", "report.md", "maps"} <= {path.name for path in mine.iterdir()}
    here = plan.streets["street"].iloc[0]
    book = openpyxl.load_workbook(mine / "staffing.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert not any(here in text for text in cells)
    assert here not in (mine / "maps" / "index.html").read_text(encoding="utf-8")
    assert main(["export", str(out), "--street", "nowhere"]) == 2
    assert here in capsys.readouterr().err
    assert main(["export", str(out), "--street", OTHER, "--format", "shp"]) == 2
