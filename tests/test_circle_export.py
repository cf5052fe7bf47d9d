"""The circle's further tables in the workbook and on the page, of a report that a person can read."""

from dataclasses import replace

import pandas as pd

from gridplan.export.reach import next_sites, reach_frames
from gridplan.export.report import report_markdown
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
