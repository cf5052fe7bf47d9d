"""report.html and the drawing of loads, by hand."""

import dataclasses
import re
import xml.etree.ElementTree as ET

import pytest

from gridplan.export.loads import ROWS, loads_svg
from gridplan.export.page import report_page
from gridplan.export.report import report_markdown
from tiny_plan import tiny_plan

TINY = tiny_plan()
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>[a](http://evil.example)![b](http://evil.example/x.png)\"'`"
SVG = "{http://www.w3.org/2000/svg}"


def made(plan):
    """Return the page of a plan."""
    return report_page(plan, report_markdown(plan), {"loads.svg": loads_svg(plan)})


def named(plan, name):
    """Return the plan with its communities, project and notes called so."""
    project = {**plan.report["project"], "name": name, "note": name}
    report = {**plan.report, "project": project, "repairs": [name], "told": [name]}
    return dataclasses.replace(plan, communities=plan.communities.assign(name=name), report=report)


def test_the_page_holds_its_drawings_and_asks_for_nothing():
    """Headings, tables and drawings are there; no script, no link, no image is."""
    page = made(TINY)
    assert page.startswith('<!DOCTYPE html>\n<html lang="zh">')
    assert "<h2>需要关注</h2>" in page
    assert '<table class="facts">' in page
    assert "每名网格员负责的户数，现在与方案" in page
    assert not re.search(r"<(script|link|img|iframe|a)\b", page)


def test_hostile_names_stay_text():
    """Mark-up in names, of HTML or of Markdown, means nothing."""
    page = made(named(TINY, HOSTILE))
    assert not re.search(r"<(script|img|a)\b", page)
    assert "&lt;script&gt;alert(1)" in page


def test_the_drawing_shows_loads_now_and_planned():
    """A row a community with ordinary grids, those with most households a worker on the roster first; each has its signs."""
    grids = TINY.grids[TINY.grids["kind"] == "ordinary"]
    places = TINY.communities.set_index("community_id").assign(workers_on_roster=[0.5, 2.0])
    plan = dataclasses.replace(TINY, communities=places.reset_index())
    now = grids.groupby("community_id")["households"].sum() / places["workers_on_roster"]
    drawn = ET.fromstring(loads_svg(plan))  # noqa: S314 # our own text
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    names = places["name"][now.dropna().sort_values(ascending=False).index].tolist()
    assert len(names) == 2
    assert [text for text in texts if text in names] == names
    assert len(list(drawn.iter(f"{SVG}circle"))) == len(names) + 1  # the key has one


def test_without_a_roster_only_the_plan_is_drawn():
    """Nothing is said of now where nobody is on a roster."""
    plan = dataclasses.replace(TINY, communities=TINY.communities.assign(workers_on_roster=float("nan")))
    assert "现在：" not in loads_svg(plan)
    assert "现在：" in loads_svg(TINY)


@pytest.mark.parametrize("many", [ROWS, ROWS + 1])
def test_streets_stand_for_many_communities(many):
    """Up to sixty communities are drawn one by one; where there are more, their streets."""
    one = TINY.communities.iloc[[0]]
    rows = one.loc[one.index.repeat(many)].reset_index(drop=True)
    rows = rows.assign(
        community_id=[f"C{at}" for at in range(many)], name=[f"n{at}" for at in range(many)], street="街道甲"
    )
    grids = TINY.grids[TINY.grids["kind"] == "ordinary"].iloc[[0]]
    grids = grids.loc[grids.index.repeat(many)].assign(community_id=rows["community_id"].to_numpy())
    drawn = loads_svg(dataclasses.replace(TINY, communities=rows, grids=grids))
    assert ("街道甲" in drawn) == (many > ROWS)
    assert ("n7" in drawn) == (many <= ROWS)
