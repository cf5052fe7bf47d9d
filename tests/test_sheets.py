"""Printed sheets: what there is, that labels keep apart, scales, and that texts of data stay texts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.cli import main
from gridplan.export.write import write_run
from gridplan.plan import Plan
from gridplan.sheets import sheets_of
from gridplan.sheets.ground import ROOM, scale_of
from gridplan.sheets.labels import box_of, placed
from gridplan.sheets.paper import MAP
from gridplan.sheets.subjects import subjects_of
from tiny_plan import tiny_plan

STEMS = ["district", "street-01", "community-C1", "community-C2"]


def spoken(plan: Plan, language: str) -> Plan:
    """Return a plan in a language."""
    return replace(plan, report={**plan.report, "project": {**plan.report["project"], "language": language}})


@pytest.fixture(scope="module", params=["zh", "en"])
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Return the sheets of the tiny plan by name."""
    return dict(sheets_of(spoken(tiny_plan(), request.param)))


def test_every_area_has_its_sheet(files: dict[str, bytes]):
    """District, street and communities as PDF and PNG, and the atlas last."""
    assert list(files) == [f"{stem}.{end}" for stem in STEMS for end in ("pdf", "png")] + ["atlas.pdf"]
    assert all(content.startswith(b"%PDF") for name, content in files.items() if name.endswith(".pdf"))
    assert all(content.startswith(b"\x89PNG") for name, content in files.items() if name.endswith(".png"))


def test_the_atlas_has_an_index_and_all_sheets(files: dict[str, bytes]):
    """One page of index and one a sheet, all A3 landscape, with the font inside."""
    assert files["atlas.pdf"].count(b"/Type /Page ") == 1 + len(STEMS)
    assert files["atlas.pdf"].count(b"/MediaBox [ 0 0 1190.5") == 1 + len(STEMS)
    assert b"NotoSansSC" in files["atlas.pdf"]


def test_the_same_plan_gives_the_same_bytes(files: dict[str, bytes]):
    """No clock and no chance is in a sheet."""
    language = "zh" if files == dict(sheets_of(spoken(tiny_plan(), "zh"))) else "en"
    assert files == dict(sheets_of(spoken(tiny_plan(), language)))


def test_rows_and_labels_are_those_of_the_plan():
    """The sheet of C2 has its grids, and marks the one that is out of the norm."""
    subject = list(subjects_of(tiny_plan()))[-1]
    assert [row[:2] for row in subject.rows] == [("001", "220"), ("002", "180"), ("003", "0")]
    assert subject.areas["label"].tolist()[0] == "001\n220"
    assert subject.areas["out"].tolist() == [True, False, False]


def test_texts_of_data_stay_texts():
    """Dollars, braces, marks and ids that look like paths neither break a sheet nor name a file."""
    plan = tiny_plan()
    nasty = ["$\\frac{1}$ <b>", "../../x"]
    communities = plan.communities.assign(community_id=nasty, name=["$a", "\u202eabc"])
    ids = dict(zip(plan.communities["community_id"], nasty, strict=True))
    grids = plan.grids.assign(community_id=plan.grids["community_id"].map(ids))
    names = [name for name, _ in sheets_of(replace(plan, communities=communities, grids=grids))]
    assert names[4:8:2] == ["community-1.pdf", "community-2.pdf"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 20)] * 2), min_size=1, max_size=12))
def test_labels_keep_apart(corners: list[tuple[int, int, int, int]]):
    """However areas lie, no two labels meet, and each stands in its area."""
    areas = [shapely.box(x, y, x + wide, y + high) for x, y, wide, high in corners]
    sizes = [[(4.0, 2.0), (2.0, 1.0)]] * len(areas)
    found = [
        (area, box_of(place[0], place[1], *sizes[0][place[2]]), place)
        for area, place in zip(areas, placed(areas, sizes), strict=True)
        if place is not None
    ]
    assert found
    for at, (area, box, place) in enumerate(found):
        assert area.contains(shapely.Point(place[:2]))
        for _, other, _ in found[:at]:
            assert not shapely.box(*box).overlaps(shapely.box(*other))


@given(st.floats(10, 200_000), st.floats(10, 200_000))
def test_a_scale_is_round_and_fits(width_m: float, height_m: float):
    """What is shown fits in the map at the scale; the next larger round scale would not."""
    scale = scale_of(width_m, height_m, MAP)
    assert MAP.width * scale / 1000 >= width_m * ROOM * (1 - 1e-6)
    assert MAP.height * scale / 1000 >= height_m * ROOM * (1 - 1e-6)
    digits = f"{scale}".rstrip("0")
    assert len(digits) <= 2 or scale < 100
    assert scale < 100 or np.maximum(width_m / MAP.width, height_m / MAP.height) * ROOM * 1000 > scale / 1.7


def test_the_command_touches_only_the_sheets(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """``gridplan sheet`` fills ``sheets/``, again over old ones, and keeps what else lies there."""
    out = tmp_path / "out"
    write_run(tiny_plan(), out, pages={"index.html": ""})
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    for _ in range(2):
        assert main(["sheet", str(out), "--quiet"]) == 0
        (out / "sheets" / "note.txt").write_text("mine", encoding="utf-8")
    assert capsys.readouterr().out.strip().endswith("atlas.pdf")
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    assert (out / "sheets" / "note.txt").is_file()
    assert main(["sheet", str(tmp_path / "none")]) == 3
