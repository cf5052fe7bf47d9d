"""The page of a check: every fault in a table, its rows on the map, hostile text as text."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from gridplan.checks import Harm, Sheet
from gridplan.cli import main
from gridplan.errors import OutputError
from gridplan.export.faults_page import faults_page, write_faults_page
from gridplan.mend import Mended
from gridplan.tables import Source
from test_pipeline import write_place

HOSTILE = "</td><script>alert(1)</script>"


def given(part, shapes):
    """Return an input with so many shapes."""
    places = gpd.GeoSeries(shapes, crs="EPSG:4547")
    return Mended(
        part=part, file=f"{part}.shp", columns={}, raw=pd.DataFrame(), table=pd.DataFrame(), before=places
    )


READ = {"households": Source(label=HOSTILE, encoding="gb18030", rows=3)}
INPUTS = [
    given("communities", [box(0, 0, 100, 50), box(100, 0, 200, 50)]),
    given("households", [Point(10, 10), Point(190, 40), None, Point(np.inf, 0)]),
]
SHEET = Sheet(
    part="households", file=HOSTILE, ids=np.array(["a", HOSTILE, "c", "d"], object), columns={"id": "id"}
)
TOLD = SHEET.fault("no_shape", np.array([1, 2, 3]), Harm.TOLD)
FORBIDS = SHEET.fault("no_shape", np.array([0]), Harm.FORBIDS)


def test_what_forbids_a_plan_comes_first_and_has_its_place():
    """Two faults: the second told is first in the table; rows with a shape are marked, west low to the left."""
    page = faults_page("甲", [TOLD, FORBIDS], INPUTS, READ, "zh")
    assert "必须修改才能划分的 1 条" in page
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td>", page)
    assert [re.sub("<.*?>", "", number) + harm for number, harm in rows] == ["1必须修改", "2自动处理"]
    marks = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*><title>(\d)</title>', page)
    assert [number for _, _, number in marks] == ["2", "1"]
    at = {number: (float(x), float(y)) for x, y, number in marks}
    assert at["1"][0] < at["2"][0]
    assert at["1"][1] > at["2"][1]
    assert page.count('<path d="M') == 2


def test_no_text_of_the_data_is_markup():
    """File names and ids are text."""
    page = faults_page(HOSTILE, [TOLD], INPUTS, READ, "en")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_without_faults_or_places_there_is_no_map():
    """Nothing to draw, nothing drawn."""
    assert "<svg" not in faults_page("甲", [], INPUTS, READ, "zh")
    assert "<table" not in faults_page("甲", [], INPUTS, READ, "zh")
    assert "<svg" not in faults_page("甲", [TOLD], [], {}, "zh")


def test_a_folder_that_is_none_is_told(tmp_path: Path):
    """The page cannot be written below a file."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        write_faults_page(
            tmp_path / "file" / "page.html", name="甲", faults=[], inputs=[], read={}, language="zh"
        )


def test_check_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The command says where the page is, and its status is that of the check."""
    plan = write_place(tmp_path)
    page = tmp_path / "看" / "问题.html"
    status = main(["check", str(plan), "--page", str(page), "--lang", "zh"])
    assert status in (0, 4)
    assert str(page) in capsys.readouterr().out
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
