"""Units moved by hand on a page: figures as ``apply`` then computes them, refusals, undo, the file."""

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridplan.cli import main
from gridplan.config import read_plan_file
from gridplan.export.geopackage import read_plan
from gridplan.maps import build_map, page
from gridplan.maps.hand import hand_data, same_units
from gridplan.maps.written import speaker
from gridplan.moves import ground_of
from gridplan.progress import Silent
from test_maps_browser import visit
from test_pipeline import add_roads, write_place

NEEDS_CHROMIUM = pytest.mark.skipif(
    not (shutil.which("chromium") or shutil.which("chromium-browser")), reason="no Chromium on this machine"
)
MOVE = """
  var moves = gridplan.moves, units = gridplan.stage.layers.units.data, first = moves.text(), made = null, why = [];
  document.querySelector(".gp-hand").open = true;
  units.links.to.forEach(function (from, row) {
    moves.choices(row).forEach(function (to) {
      var against = moves.against(row, to);
      if (against) why.push(against);
      else if (!made && moves.give(row, to)) made = { row: row, from: from, to: to };
    });
  });
  var text = moves.text(), told = texts(".gp-hand table tbody td"), sums = moves.totals();
  var now = moves.figures(made.row);
  moves.undo();
  var undone = moves.text() === first;
  moves.redo();
  return { first: first, text: text, undone: undone, redone: moves.text() === text, why: why, told: told, sums: sums, now: now,
    unit: units.cards.values[made.row][0], grid: gridplan.stage.layers.grids.data.cards.values[made.to][0] };
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the plan file of a place with roads, its plan in ``out`` with pages that move units."""
    plan = write_place(tmp_path_factory.mktemp("place"))
    add_roads(plan)
    out = plan.with_name("out")
    assert main(["run", str(plan), "--out", str(out), "--quiet"]) == 0
    assert main(["map", str(out), "--hand", str(plan), "--quiet"]) == 0
    return plan


@pytest.mark.browser
@NEEDS_CHROMIUM
def test_a_unit_is_moved_and_applied(place: Path, tmp_path: Path):
    """Load and walk on the page are those of the plan that ``apply`` makes of the page's file; each refusal says why."""
    page = (place.with_name("out") / "maps" / "index.html").read_text(encoding="utf-8")
    answer, console = visit(tmp_path, page, MOVE)
    assert console == []
    assert answer["undone"]
    assert answer["redone"]
    assert answer["text"] != answer["first"]
    assert answer["why"]
    assert all(reason.endswith("。") for reason in answer["why"])
    file = tmp_path / "assignment.csv"
    file.write_text(answer["text"], encoding="utf-8-sig", newline="")
    assert (
        main(["apply", str(place), "--assignment", str(file), "--out", str(tmp_path / "applied"), "--quiet"])
        == 0
    )
    made = read_plan(tmp_path / "applied" / "plan.gpkg")
    code = made.units.set_index("unit_id")["grid_id"][answer["unit"]]
    grid = made.grids.set_index("grid_id").loc[code]
    assert grid["code"] == answer["grid"]
    assert grid["load"] == answer["now"]["load"]
    assert grid["walk_mean_m"] == pytest.approx(answer["now"]["mean"], abs=0.02)
    assert len(answer["told"]) == 10


@pytest.mark.browser
@NEEDS_CHROMIUM
def test_the_plan_as_it_is_comes_back(place: Path, tmp_path: Path):
    """Without a move the file holds the plan: each unit of it with its grid."""
    page = (place.with_name("out") / "maps" / "index.html").read_text(encoding="utf-8")
    answer, _ = visit(tmp_path, page, "return gridplan.moves.text();")
    plan = read_plan(place.with_name("out") / "plan.gpkg")
    rows = dict(line.split(",") for line in answer.split("\r\n")[1:] if line)
    assert rows == dict(zip(plan.units["unit_id"], plan.units["grid_id"], strict=True))


def test_ground_of_other_inputs_is_refused(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Pages that move units need the inputs that the plan was made from."""
    other = write_place(tmp_path)
    text = (tmp_path / "households.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "households.csv").write_text("\n".join(text[:-4]), encoding="utf-8")
    out = place.with_name("out")
    before = (out / "maps" / "index.html").read_bytes()
    assert main(["map", str(out), "--hand", str(other), "--quiet", "--lang", "zh"]) != 0
    assert "不一致" in capsys.readouterr().err
    assert (out / "maps" / "index.html").read_bytes() == before


def test_ground_knows_borders_and_walks(place: Path):
    """Walks are symmetric and 0 at home; who borders whom is named once; all units of the plan are there."""
    ground = ground_of(read_plan_file(place), Silent())
    plan = read_plan(place.with_name("out") / "plan.gpkg")
    assert same_units(plan, ground)
    for here in ground.values():
        assert (here.metres == here.metres.T).all()
        assert (here.metres.diagonal() == 0).all()
        assert (here.pairs[:, 0] < here.pairs[:, 1]).all()
        assert (
            here.households.sum() == plan.units[plan.units["unit_id"].isin(here.unit_id)]["households"].sum()
        )


@pytest.mark.browser
@NEEDS_CHROMIUM
def test_any_id_comes_through_the_file(place: Path, tmp_path: Path):
    """Ids with commas, quotes and spaces, on the page and elsewhere, are read back as they are."""
    plan, ground = read_plan(place.with_name("out") / "plan.gpkg"), ground_of(read_plan_file(place), Silent())
    odd = {unit: f'a, "{at}" b' for at, unit in enumerate(plan.units["unit_id"])}
    named = replace(plan, units=plan.units.assign(unit_id=plan.units["unit_id"].map(odd)))
    known = {
        own: replace(here, unit_id=np.array([odd[unit] for unit in here.unit_id], object))
        for own, here in ground.items()
    }
    first = plan.communities["community_id"].iloc[0]
    part = replace(
        named,
        communities=named.communities.iloc[:1],
        units=named.units[named.units["community_id"] == first].reset_index(drop=True),
    )
    made = page(build_map(part, hand=hand_data(part, named, known, speaker("zh"))), language="zh")
    answer, console = visit(tmp_path, made, "return gridplan.moves.text();")
    assert console == []
    rows = list(csv.reader(io.StringIO(answer)))[1:]
    assert dict(rows) == dict(zip(named.units["unit_id"], named.units["grid_id"], strict=True))
