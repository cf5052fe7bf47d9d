"""The circle's further tables in the workbook and on the page, of a report that a person can read."""

from dataclasses import replace
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import numpy as np
import pandas as pd

from gridplan.export.plot import curve_svg
from gridplan.export.reach import SERVICE, next_sites, reach_frames
from gridplan.export.report import report_markdown
from gridplan.export.workbook import write_workbook
from tiny_plan import tiny_plan

TINY = tiny_plan()

STEP = {"sites": 1, "site": "<b>|x", "adds": 30.0, "covered": 0.5, "money": None}


def reported(**parts):
    """Return the tiny plan with parts of the circle in its report."""
    row = {**TINY.report["circle"][0], "curve": [STEP, {**STEP, "sites": 2, "covered": 1.0, "money": 7.0}]}
    return replace(TINY, report={**TINY.report, "circle": [row], **parts})


def test_each_table_has_its_sheet():
    """Areas, cover by area, the curve and norms are sheets; what is not told is empty, not nought."""
    area = {
        "level": "district",
        "id": "",
        "households": 760.0,
        "score": 0.5,
        "mean_minutes": 6.0,
        "worst_tenth_minutes": 9.0,
        "unknown": 0.0,
        "covered": {"clinic": 0.5},
    }
    norm = {
        "category": "clinic",
        "asked_m": 500.0,
        "own": False,
        "level": 5,
        "limit_m": 300.0,
        "people_from": 1.0,
        "people_to": 2.0,
        "area_m2": 0.0,
        "source": "S",
        "clause": "",
        "sure": False,
    }
    frames = dict(reach_frames(reported(assessment=[area], norms=[norm])))
    assert list(frames) == ["reach", "cover", "curve", "norms"]
    assert frames["reach"]["score"].tolist() == [0.5]
    assert frames["reach"]["vulnerable"].isna().all()
    assert frames["cover"][["category", "covered_after"]].to_numpy().tolist() == [["clinic", 0.5]]
    assert frames["curve"]["money"].isna().tolist() == [True, False]
    assert frames["norms"][["norm_m", "limit_m"]].to_numpy().tolist() == [[300.0, 500.0]]
    assert all(isinstance(frame, pd.DataFrame) for frame in frames.values())


def test_nothing_asked_nothing_shown():
    """A report without the further parts has no further sheets and no further heading."""
    assert dict(reach_frames(TINY)) == {}
    assert "░" not in report_markdown(TINY)


def test_the_page_draws_the_curve():
    """Half the cover is half a bar; a name from the data is no markup."""
    page = report_markdown(reported())
    assert "█" * 10 + "░" * 10 in page
    assert "<b>|x" not in page
    heads, lines = next_sites(reported(), str)
    assert len(heads) == len(lines[0]) == 7
    assert lines[1][4:6] == ["7", "100.0%"]


def test_goals_stand_once_for_services_together():
    """A row a goal; what a goal is worth reads as what it is; services in shared buildings have one set of goals."""
    goal = {
        "goal": "cover",
        "best": 1234.0,
        "bound": 1234.0,
        "give_up": 0.01,
        "value": 1222.0,
        "proven": True,
    }
    worst = {**goal, "goal": "worst", "best": 0.5, "bound": 0.75, "value": 0.5, "proven": False}
    row = {**TINY.report["circle"][0], "together": True, "goals": [goal, worst]}
    plan = replace(TINY, report={**TINY.report, "circle": [row, {**row, "category": "school"}]})
    frame = dict(reach_frames(plan))["goals"]
    assert frame[["best", "goal_bound", "value"]].to_numpy().tolist() == [
        ["1,234", "1,234", "1,222"],
        ["50.0%", "75.0%", "50.0%"],
    ]
    assert frame["give_up"].tolist() == [0.01, 0.01]
    assert "1,222" in report_markdown(plan)


def test_grids_by_service_is_a_table():
    """A row a grid, a column a service, named as the data names it."""
    grid = str(TINY.grids["grid_id"].iloc[0])
    area = {
        "level": "grid",
        "id": grid,
        "households": 5.0,
        "score": 0.5,
        "covered": {"=clinic": 0.0, "school": 1.0},
    }
    frame = dict(reach_frames(reported(assessment=[area])))["grid_cover"]
    assert frame[[SERVICE + "=clinic", SERVICE + "school"]].to_numpy().tolist() == [[0.0, 1.0]]
    assert frame["households"].tolist() == [5.0]


def parsed(drawn):
    """Return a drawing of ours as elements."""
    return ET.fromstring(drawn)  # noqa: S314 # it was made a line before


def test_the_curve_is_drawn():
    """One panel without money for every step; names are text; the ring stands at the plan's number of sites."""
    drawn = curve_svg(reported())
    root = parsed(drawn)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert TINY.report["circle"][0]["category"] in texts
    assert "100%" in texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 1
    assert curve_svg(TINY) == ""


def test_a_hostile_name_is_only_text():
    """A service called like markup adds no element to the drawing."""
    row = {**reported().report["circle"][0], "category": "</text><script>"}
    root = parsed(curve_svg(replace(TINY, report={**TINY.report, "circle": [row]})))
    assert not [node for node in root.iter() if node.tag.endswith("script")]


def test_the_workbook_has_charts(tmp_path):
    """Cover against sites, and against money where it is known, as lines of the sheet's own cells."""
    write_workbook(reported(), tmp_path / "book.xlsx")
    names = ZipFile(tmp_path / "book.xlsx").namelist()
    assert sum(name.startswith("xl/charts/chart") for name in names) == 2


def test_names_of_services_keep_apart():
    """Lines that end at one height have names one under the other, inside the drawing."""
    rows = [{**reported().report["circle"][0], "category": f"s{at}"} for at in range(12)]
    root = parsed(curve_svg(replace(TINY, report={**TINY.report, "circle": rows})))
    heights = sorted(
        float(node.get("y"))
        for node in root.iter("{http://www.w3.org/2000/svg}text")
        if node.text.startswith("s") and node.text[1:].isdigit()
    )
    assert np.diff(heights).min() >= 16
    assert heights[-1] < 560
