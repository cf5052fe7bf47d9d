"""Two plans side by side: figures, and what moved from where to where."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridplan.cli import main
from gridplan.compare import compared
from gridplan.export.comparison import comparison_files, comparison_lines
from gridplan.export.write import write_run
from gridplan.plan import Plan
from tiny_plan import HOUSEHOLDS, tiny_plan


def with_rows(plan: Plan, **moved: str) -> Plan:
    """Return a plan whose units are in other grids."""
    rows = plan.households.copy()
    for unit, grid in moved.items():
        rows.loc[rows["unit_id"] == unit, "grid_id"] = grid
    return replace(plan, households=rows)


def test_a_plan_does_not_differ_from_itself():
    """Nothing moved, and no figure differs."""
    found = compared(tiny_plan(), tiny_plan())
    assert found.moved == 0
    assert not len(found.moves)
    assert (found.totals["before"] == found.totals["after"]).all()


def test_moves_are_counted_by_grid():
    """u03 and u08 go elsewhere: 60 households from C1002 to C1001, 100 from C2002 to C2001."""
    found = compared(tiny_plan(), with_rows(tiny_plan(), u03="C1001", u08="C2001"))
    assert found.moves.to_dict("records") == [
        {"community_id": "C1", "from_grid": "C1002", "to_grid": "C1001", "buildings": 1, "households": 60.0},
        {"community_id": "C2", "from_grid": "C2002", "to_grid": "C2001", "buildings": 1, "households": 100.0},
    ]
    assert found.moved == HOUSEHOLDS["u03"] + HOUSEHOLDS["u08"]


def test_who_came_and_who_left_did_not_move():
    """A unit that only one plan has is told as come or gone, and is no move."""
    plan = tiny_plan()
    fewer = replace(
        plan, households=plan.households[plan.households["unit_id"] != "u05"].reset_index(drop=True)
    )
    found = compared(plan, fewer)
    assert found.moved == 0
    assert found.moves[["from_grid", "to_grid"]].to_numpy().tolist() == [["C1002", ""]]
    assert compared(fewer, plan).moves[["from_grid", "to_grid"]].to_numpy().tolist() == [["", "C1002"]]


def test_workers_who_serve_elsewhere():
    """A worker whose grid has another code is told; one who stays is not."""
    posts = pd.DataFrame(
        {"post_id": ["1", "2"], "worker_id": ["W1", "W2"], "grid_id": ["C1001", "C1002"], "name": ["", ""]}
    )
    other = posts.assign(grid_id=["C1001", "C2001"])
    plan = tiny_plan()
    found = compared(replace(plan, lists={"posts": posts}), replace(plan, lists={"posts": other}))
    assert found.workers.to_dict("records") == [{"worker_id": "W2", "from_grid": "C1002", "to_grid": "C2001"}]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_texts_in_both_languages(language: str):
    """Lines and tables name the largest move; a name that looks like a formula stays text."""
    plan = with_rows(tiny_plan(), u08="=C2001")
    found = compared(tiny_plan(), plan)
    assert any("C2002" in line and "100" in line for line in comparison_lines(found, language))
    assert "'=C2001" in comparison_files(found, language)["moves.csv"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The command reads two folders, tells what moved, and writes the tables only where it is asked to."""
    for name, plan in (("a", tiny_plan()), ("b", with_rows(tiny_plan(), u03="C1001"))):
        write_run(plan, tmp_path / name, pages={"index.html": ""})
    folders = [str(tmp_path / "a"), str(tmp_path / "b" / "plan.gpkg")]
    assert main(["compare", *folders]) == 0
    assert "60" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert main(["compare", *folders, "--out", str(tmp_path / "c")]) == 0
    tables = [f"{name}.csv" for name in ("buildings", "communities", "moves", "totals", "workers")]
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == sorted(
        [*tables, "comparison.xlsx", "map.html"]
    )
    book = openpyxl.load_workbook(tmp_path / "c" / "comparison.xlsx")
    assert book.sheetnames == ["总体指标", "各社区", "变动汇总", "变动单元"]
    assert [cell.value for cell in book["总体指标"][4]] == ["户数", "760", "760"]
    assert [cell.value or "" for cell in book["变动单元"][4]][2:] == ["C1002", "C1001", 60]
    page = (tmp_path / "c" / "map.html").read_text(encoding="utf-8")
    assert '"key":"before"' in page
    assert "由 第二网格 (C1002) 改到 第一网格 (C1001)，60 户" in page
    assert main(["compare", str(tmp_path), folders[1]]) == 3
