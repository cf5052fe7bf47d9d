"""What a run leaves on the disk: whole or not at all, the same bytes every time, and readable back."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from pandas.testing import assert_frame_equal
from shapely import LineString, MultiPolygon, Polygon, box

from gridplan.errors import InputError, OutputError
from gridplan.export.frames import grids_frame
from gridplan.export.geopackage import read_plan, write_geopackage
from gridplan.export.lock import locked
from gridplan.export.report import report_markdown
from gridplan.export.table import Column, width_of
from gridplan.export.workbook import sheet_name, write_workbook
from gridplan.export.write import claim, write_claimed, write_pages, write_run
from gridplan.plan import Plan
from gridplan.tables import LAYERS
from gridplan.verify import verify
from tiny_plan import SERVICE, tiny_plan

PAGES = {"index.html": "<!doctype html><title>地图</title>"}
OURS = [
    "loads.svg",
    "maps/index.html",
    "plan.gpkg",
    "report.html",
    "report.json",
    "report.md",
    "staffing.xlsx",
]
SHARED = Path(__file__).parents[2] / "shared"
TINY = tiny_plan()


def held(folder: Path) -> list[str]:
    """Names of the files in a folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def digests(folder: Path) -> dict[str, str]:
    """Hash of each file of a folder."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in held(folder)}


def reported(plan: Plan, **parts: Any) -> Plan:
    """Return a plan with other parts of its report."""
    return dataclasses.replace(plan, report={**plan.report, **parts})


def elsewhere(hash_seed: str = "0") -> dict[str, str]:
    """Environment of another process that finds what this one finds."""
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed}


def same(one: Plan, other: Plan) -> None:
    """Assert that two plans hold the same tables."""
    for layer, (texts, numbers) in LAYERS.items():
        a, b = getattr(one, layer), getattr(other, layer)
        assert (a is None) == (b is None), layer
        if a is not None:
            columns = [*texts, *numbers, *(["geometry"] if "geometry" in a else [])]
            assert_frame_equal(pd.DataFrame(a)[columns], pd.DataFrame(b)[columns])
            assert getattr(a, "crs", None) == getattr(b, "crs", None)


# plan.gpkg
def test_plan_comes_back_from_its_geopackage(tmp_path: Path) -> None:
    """All tables, the backdrop and the report come back; only the timings stay behind."""
    write_geopackage(TINY, tmp_path / "plan.gpkg")

    plan = read_plan(tmp_path / "plan.gpkg")

    same(TINY, plan)
    assert plan.report == {**TINY.report, "timings": {}}
    assert verify(plan) == []
    assert {name: len(frame) for name, frame in plan.backdrop.items()} == dict.fromkeys(TINY.backdrop, 1)


def test_shapes_of_several_parts_and_of_several_kinds_come_back(tmp_path: Path) -> None:
    """A community of two parts, one with a hole, and barriers of lines and polygons come back."""
    ring = Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior])
    parts = MultiPolygon([box(20, 0, 21, 1), box(30, 0, 31, 1)])
    communities = TINY.communities.set_geometry([ring, parts])
    walls = gpd.GeoDataFrame(
        {"name": ["墙", ""]}, geometry=[LineString([(0, 0), (1, 1)]), ring], crs=TINY.units.crs
    )
    plan = dataclasses.replace(TINY, communities=communities, backdrop={"barriers": walls})
    write_geopackage(plan, tmp_path / "plan.gpkg")

    back = read_plan(tmp_path / "plan.gpkg")

    assert list(back.communities.geometry) == [ring, parts]
    assert list(back.backdrop["barriers"].geometry) == list(walls.geometry)
    assert back.backdrop.keys() == {"barriers"}


def test_odd_texts_come_back(tmp_path: Path) -> None:
    """Quotes, line breaks, rare characters and texts that look like numbers or nothing stay texts."""
    names = ["", " ", "O'Brien", '"q"', "两\n行", "😀𠮷", "NULL", "1.0", "NaN", "None", "-", "\t"]
    units = TINY.units.assign(compound=names)
    grids = TINY.grids.assign(bounds_text=np.nan, name=[None, "a", "b", "c", "d"])
    write_geopackage(dataclasses.replace(TINY, units=units, grids=grids), tmp_path / "plan.gpkg")

    plan = read_plan(tmp_path / "plan.gpkg")

    assert plan.units["compound"].tolist() == names
    assert plan.grids["bounds_text"].tolist() == [""] * 5
    assert plan.grids["name"].tolist() == ["", "a", "b", "c", "d"]


def test_columns_stand_in_the_order_of_the_contract(tmp_path: Path) -> None:
    """Each layer begins with its id; tables without places have no geometry."""
    write_geopackage(TINY, tmp_path / "plan.gpkg")

    for layer in ("streets", "communities", "grids", "units", "households", "facilities"):
        texts, numbers = LAYERS[layer]
        named = ("name",) if layer == "streets" else ()
        columns = [*texts, *named, *numbers, "geometry"]
        assert list(gpd.read_file(tmp_path / "plan.gpkg", layer=layer)) == columns
    assert "geometry" not in gpd.read_file(tmp_path / "plan.gpkg", layer="access")


@pytest.mark.parametrize("content", [None, b"", b"no database", "report"])
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes | str | None) -> None:
    """A missing file, a broken one and a GeoPackage without a plan are each an error that names the file."""
    path = tmp_path / "plan.gpkg"
    if isinstance(content, str):
        pyogrio.write_dataframe(pd.DataFrame({"json": ["{}"]}), path, layer=content, driver="GPKG")
    elif content is not None:
        path.write_bytes(content)

    with pytest.raises(InputError, match=r"plan\.gpkg") as caught:
        read_plan(path)

    assert str(path) in caught.value.text("zh")


# bytes
def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """Another process with another hash seed writes the same bytes, and so does a plan that was read back."""
    script = (
        "import sys; from pathlib import Path; from tiny_plan import tiny_plan\n"
        "from gridplan.export.write import write_run\n"
        f"write_run(tiny_plan(), Path(sys.argv[1]), pages={PAGES!r})"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "1")], check=True, env=elsewhere("1"))
    write_run(TINY, tmp_path / "2", pages=PAGES)
    write_run(read_plan(tmp_path / "1" / "plan.gpkg"), tmp_path / "3", pages=PAGES)

    first, second, third = (digests(tmp_path / name) for name in "123")

    assert first == second
    assert {name for name in first if first[name] != third[name]} == {"report.json"}  # its timings


def test_timings_stand_in_the_report_alone(tmp_path: Path) -> None:
    """Two runs that took different times differ in report.json and nowhere else."""
    for name, seconds in (("a", 1.0), ("b", 2.0)):
        write_run(reported(TINY, timings={"partition": seconds}), tmp_path / name, pages=PAGES)

    a, b = digests(tmp_path / "a"), digests(tmp_path / "b")

    assert [name for name in a if a[name] != b[name]] == ["report.json"]


def test_unknown_numbers_are_null_in_the_report(tmp_path: Path) -> None:
    """Numbers of numpy are plain ones in report.json, and what is not known is null."""
    totals = {
        **TINY.report["totals"],
        "population": float("nan"),
        "grids": np.int64(4),
        "in_band_share": np.float64(0.75),
    }
    write_run(reported(TINY, totals=totals), tmp_path / "out", pages=PAGES)

    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["totals"]

    assert (told["population"], told["grids"], told["in_band_share"]) == (None, 4, 0.75)


# the folder
def test_run_leaves_what_the_contract_names(tmp_path: Path) -> None:
    """The output folder holds five files, and nothing is left beside it."""
    write_run(TINY, tmp_path / "deep" / "out", pages=PAGES)

    assert held(tmp_path / "deep") == [f"out/{name}" for name in OURS]


def test_second_run_replaces_the_first_and_keeps_what_is_not_ours(tmp_path: Path) -> None:
    """Own files are replaced, pages and journals of an old plan vanish, other files stay."""
    out = tmp_path / "out"
    write_run(TINY, out, pages={**PAGES, "old.html": "old"})
    (out / "notes").mkdir()
    (out / "notes" / "meeting.txt").write_text("会议", encoding="utf-8")
    (out / "maps" / "photo.png").write_bytes(b"png")
    (out / "plan.gpkg-wal").write_bytes(b"log of another plan")
    (out / "report.md").write_text("edited", encoding="utf-8")

    write_run(TINY, out, pages=PAGES)

    assert held(out) == sorted([*OURS, "maps/photo.png", "notes/meeting.txt"])
    assert (out / "notes" / "meeting.txt").read_text(encoding="utf-8") == "会议"
    assert (out / "report.md").read_text(encoding="utf-8") == report_markdown(TINY)
    assert held(tmp_path) == [f"out/{name}" for name in held(out)]


def test_empty_folder_is_used(tmp_path: Path) -> None:
    """An empty folder that somebody made is filled."""
    (tmp_path / "out").mkdir()

    write_run(TINY, tmp_path / "out", pages=PAGES)

    assert held(tmp_path / "out") == OURS


@pytest.mark.parametrize("made", ["folder", "file"])
def test_folder_of_strangers_is_refused(tmp_path: Path, made: str) -> None:
    """A folder that holds files but no plan, and a file, are left alone."""
    out = tmp_path / "out"
    kept = out / "thesis.doc" if made == "folder" else out
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"mine")

    with pytest.raises(OutputError) as caught:
        write_run(TINY, out, pages=PAGES)

    assert caught.value.status == 5
    assert "--out" in caught.value.text("zh")
    assert kept.read_bytes() == b"mine"


def test_disk_of_its_own_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is a disk cannot be swapped, and that is known before a run begins."""
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(Path, "is_mount", lambda _: True)

    with pytest.raises(OutputError, match="a folder inside it"), claim(tmp_path / "out"):
        pytest.fail("the folder was claimed")


def test_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    """Where --out is a link, the folder it leads to is written and the link stays."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")

    write_run(TINY, tmp_path / "out", pages=PAGES)

    assert (tmp_path / "out").is_symlink()
    assert held(tmp_path / "real") == OURS


def test_two_runs_in_one_folder_are_refused(tmp_path: Path) -> None:
    """While one run holds a folder another is refused; afterwards it may."""
    out = tmp_path / "out"
    with claim(out), pytest.raises(OutputError, match="Another run"):
        write_run(TINY, out, pages=PAGES)

    write_run(TINY, out, pages=PAGES)

    assert held(tmp_path) == [f"out/{name}" for name in OURS]


def test_lock_of_a_dead_run_holds_nobody(tmp_path: Path) -> None:
    """A lock file that a killed run left is no lock."""
    (tmp_path / ".out.lock").touch()

    write_run(TINY, tmp_path / "out", pages=PAGES)

    with locked(tmp_path / ".out.lock"):
        assert held(tmp_path / "out") == OURS


@pytest.mark.parametrize(
    ("there", "wanted"), [("new", "old plan"), ("old", "old plan"), ("old alone", "old plan")]
)
def test_what_a_killed_run_left_is_cleared(tmp_path: Path, there: str, wanted: str) -> None:
    """A half-written folder is removed, and an old one that was moved away and not replaced comes back."""
    out = tmp_path / "out"
    write_run(TINY, out, pages=PAGES)
    (out / "report.md").write_text(wanted, encoding="utf-8")
    if there == "old alone":
        out.rename(tmp_path / ".out.old")
    else:
        (tmp_path / f".out.{there}").mkdir()
        (tmp_path / f".out.{there}" / "plan.gpkg").touch()

    with claim(out):
        assert (out / "report.md").read_text(encoding="utf-8") == wanted
        assert held(tmp_path) == [".out.lock", *(f"out/{name}" for name in OURS)]


def test_failure_leaves_the_old_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full halfway, the old output stands alone, and the reason is told."""
    out = tmp_path / "out"
    write_run(TINY, out, pages=PAGES)
    before = digests(out)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gridplan.export.write.write_workbook", full)
    with pytest.raises(OutputError, match="disk is full") as caught:
        write_run(reported(TINY, seed=2), out, pages=PAGES)

    assert "磁盘已满" in caught.value.text("zh")
    assert digests(out) == before
    assert held(tmp_path) == [f"out/{name}" for name in OURS]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are those of POSIX")
def test_file_that_cannot_grow_is_an_output_error(tmp_path: Path) -> None:
    """Where the system lets no file grow, GDAL's silence is not taken for success."""
    write_run(TINY, tmp_path / "out", pages=PAGES)
    before = digests(tmp_path / "out")
    script = (
        "import resource, signal, sys; from pathlib import Path; from tiny_plan import tiny_plan\n"
        "from gridplan.errors import OutputError; from gridplan.export.write import write_run\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try: write_run(tiny_plan(), Path(sys.argv[1]), pages={})\n"
        "except OutputError as error: sys.exit(error.status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "out")],
        check=False,
        env=elsewhere(),
        capture_output=True,
    )

    assert done.returncode == 5, done.stderr.decode()
    assert digests(tmp_path / "out") == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder_is_an_output_error(tmp_path: Path) -> None:
    """Where nothing may be written, the user is told so."""
    (tmp_path / "locked").mkdir(mode=0o500)

    with pytest.raises(OutputError, match="not allowed"):
        write_run(TINY, tmp_path / "locked" / "out", pages=PAGES)


def test_two_renames_do_where_the_system_has_no_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an exchange of folders in one step the new output comes in by two."""
    monkeypatch.setattr("gridplan.export.swap._exchanged", lambda *_: False)
    out = tmp_path / "out"
    for seed in (1, 2):
        with claim(out):
            write_claimed(reported(TINY, seed=seed), out, pages=PAGES)

    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["seed"] == 2
    assert held(tmp_path) == [f"out/{name}" for name in OURS]


def test_killed_run_leaves_one_whole_output(tmp_path: Path) -> None:
    """A process that writes again and again and is killed leaves one whole output, of one seed."""
    out = tmp_path / "out"
    script = (
        "import itertools, sys; from pathlib import Path; from dataclasses import replace\n"
        "from tiny_plan import tiny_plan; from gridplan.export.write import write_run\n"
        "plan = tiny_plan()\n"
        "for seed in itertools.count():\n"
        "    write_run(replace(plan, report={**plan.report, 'seed': seed}), Path(sys.argv[1]), pages={})\n"
        "    print(seed, flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(out)],
        env=elsewhere(),
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)
        process.kill()

    told = json.loads((out / "report.json").read_text(encoding="utf-8"))

    assert held(out) == [name for name in OURS if "maps" not in name]
    assert read_plan(out / "plan.gpkg").report["seed"] == told["seed"]
    write_run(TINY, out, pages=PAGES)
    assert held(tmp_path) == [f"out/{name}" for name in OURS]


def test_new_pages_touch_nothing_else(tmp_path: Path) -> None:
    """Pages alone are replaced: what an office typed into the workbook stays, byte for byte."""
    out = tmp_path / "out"
    write_run(TINY, out, pages={**PAGES, "old.html": "old"})
    (out / "staffing.xlsx").write_bytes(b"names")
    (out / "maps" / "photo.png").write_bytes(b"png")
    before = digests(out)

    with claim(out):
        write_pages(out, pages={"index.html": "new"})

    after = digests(out)
    assert (out / "maps" / "index.html").read_text(encoding="utf-8") == "new"
    assert before.keys() - after.keys() == {"maps/old.html"}
    assert {name for name in after if after[name] != before[name]} == {"maps/index.html"}
    assert held(tmp_path) == [f"out/{name}" for name in held(out)]


def test_pages_that_cannot_be_written_leave_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full halfway, the old pages stand, and nothing lies beside them."""
    out = tmp_path / "out"
    write_run(TINY, out, pages=PAGES)
    before = digests(out)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gridplan.export.write.settle", full)
    with claim(out), pytest.raises(OutputError, match="disk is full"):
        write_pages(out, pages={"index.html": "new"})

    assert digests(out) == before


def test_what_a_killed_remake_of_pages_left_is_cleared(tmp_path: Path) -> None:
    """Half-written pages inside the folder are removed, and old ones that were moved away come back."""
    out = tmp_path / "out"
    write_run(TINY, out, pages=PAGES)
    (out / "maps").rename(out / ".maps.old")
    (out / ".maps.new").mkdir()
    (out / ".maps.new" / "index.html").touch()

    with claim(out):
        assert held(out) == OURS


def filled_in(workbook: Path) -> bytes:
    """Write a name into a workbook as another program does; return its bytes."""
    book = openpyxl.load_workbook(workbook)
    book["网格表"]["N4"] = "王芳"
    book.save(workbook)
    return workbook.read_bytes()


def test_a_workbook_that_was_filled_in_is_never_lost(tmp_path: Path) -> None:
    """A run into the same folder keeps the names that an office typed, under another name, every time."""
    out = tmp_path / "out"
    write_run(TINY, out, pages=PAGES)
    clean = (out / "staffing.xlsx").read_bytes()
    for number in (1, 2):
        typed = filled_in(out / "staffing.xlsx")
        with claim(out):
            (kept,) = write_claimed(TINY, out, pages=PAGES)
        assert kept == out / f"staffing-{number}.xlsx"
        assert kept.read_bytes() == typed
        assert (out / "staffing.xlsx").read_bytes() == clean

    with claim(out):
        assert write_claimed(TINY, out, pages=PAGES) == ()
    assert held(out) == sorted([*OURS, "staffing-1.xlsx", "staffing-2.xlsx"])


def test_a_folder_below_a_file_is_told_in_our_words(tmp_path: Path) -> None:
    """The system's English does not reach a Chinese reader."""
    (tmp_path / "file").touch()

    with pytest.raises(OutputError) as caught:
        write_run(TINY, tmp_path / "file" / "out", pages=PAGES)

    assert "上一级不是文件夹" in caught.value.text("zh")


# staffing.xlsx
def sheets(plan: Plan, path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Values of each sheet of the workbook, formulas as they stand."""
    write_workbook(plan, path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def test_workbook_holds_the_figures_of_the_plan(tmp_path: Path) -> None:
    """Sheets are named in the plan's language; grids are numbered, with subtotals a community and a total."""
    book = sheets(TINY, tmp_path / "staffing.xlsx")

    assert list(book) == ["汇总表", "街道表", "社区表", "网格表", "服务表", "设施表"]
    lines = [row for row in book["网格表"] if row[0] is not None]
    assert [row[0] for row in lines[2:]] == [
        "序号",
        1,
        2,
        "向阳社区小计",
        3,
        4,
        5,
        "临海社区小计",
        "合计",
        lines[-1][0],
    ]
    at = lines[2].index("户数")
    assert [row[at] for row in lines[3:-1]] == [
        *(170, 190, "=SUBTOTAL(9,I4:I5)"),
        *(220, 180, 0, "=SUBTOTAL(9,I7:I9)", "=SUBTOTAL(9,I4:I10)"),
    ]
    assert "合成数据：不是真实地点" in {row[0] for row in book["汇总表"]}


@pytest.mark.parametrize(
    ("low", "high", "per", "wanted"),
    [
        (150, 200, 18, ["公开论文中的配备口径", "国务院办公厅 2021 年第 56 号通知，各省规划的 2025 年目标"]),
        (200, 300, 20, ["方案文件自定"] * 2),
    ],
)
def test_the_summary_says_where_norms_come_from(
    tmp_path: Path, low: int, high: int, per: int, wanted: list[str]
) -> None:
    """The usual figures have their origin, others are the planner's own."""
    norm = {**TINY.report["staffing"], "low": low, "high": high, "per_10000": per}
    book = sheets(reported(TINY, staffing=norm), tmp_path / "staffing.xlsx")
    told = {row[0]: row[1] for row in book["汇总表"] if len(row) > 1}
    assert [told["户数标准出处"], told["人口标准出处"]] == wanted
    assert told["划分所用的规模（户或工作量，每名网格员）"] == "150–200"


def test_a_community_is_one_cell_on_the_sheet_of_grids(tmp_path: Path) -> None:
    """Its name stands once beside its grids, above its subtotal; a community of one grid has a plain cell."""
    write_workbook(TINY, tmp_path / "staffing.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "staffing.xlsx")["网格表"]
    at = [cell.value for cell in sheet[3]].index("社区")
    merged = sorted(
        str(cells) for cells in sheet.merged_cells.ranges if cells.min_col == cells.max_col == at + 1
    )
    letter = sheet.cell(3, at + 1).column_letter
    assert merged == [f"{letter}4:{letter}5", f"{letter}7:{letter}9"]
    assert sheet[f"{letter}4"].value == "向阳社区"


def test_each_street_has_a_sheet_of_its_own(tmp_path: Path) -> None:
    """A street's grids stand on its own sheet, counted from 1; names that Excel refuses become others."""
    names = ["城东[街道]", "汇总表"]
    two = dataclasses.replace(TINY, communities=TINY.communities.assign(street=names))

    book = sheets(two, tmp_path / "staffing.xlsx")

    assert list(book)[-2:] == ["城东_街道_", "汇总表~2"]
    assert [row[0] for row in book["汇总表~2"] if isinstance(row[0], int)] == [1, 2, 3]
    assert sum(isinstance(row[0], int) for row in book["网格表"]) == 5


@pytest.mark.parametrize(
    ("text", "used", "wanted"),
    [
        ("a" * 40, (), "a" * 31),
        ("a" * 40, ("A" * 31,), "a" * 29 + "~2"),
        ("'/*'", (), "__"),
        ("", (), "_"),
        ("History", (), "History~2"),
    ],
)
def test_names_of_sheets(text: str, used: tuple[str, ...], wanted: str) -> None:
    """No sign that Excel reserves, no more than 31 letters, none twice."""
    assert sheet_name(text, used) == wanted


def test_formulas_carry_their_values(tmp_path: Path) -> None:
    """Who opens the file without working it out sees the sums: 760 households, 0.8 workers missing."""
    write_workbook(TINY, tmp_path / "staffing.xlsx")

    book = openpyxl.load_workbook(tmp_path / "staffing.xlsx", data_only=True)

    head = [cell.value for cell in book["社区表"][3]]
    total = {name: cell.value for name, cell in zip(head, book["社区表"][6], strict=True)}
    assert total["户数"] == 760
    assert total["缺口"] == pytest.approx(0.8)
    assert [row[head.index("缺口")].value for row in book["社区表"]["A4:R5"]] == [0, 1]


def test_text_from_the_data_stays_text(tmp_path: Path) -> None:
    """Names that look like formulas, links or numbers are texts in every sheet."""
    names = ["=1+1", "+86", "-3", "@cmd", '=HYPERLINK("http://x","y")', "http://x.y", "012"]
    communities = TINY.communities.assign(name=names[:2])
    plan = dataclasses.replace(TINY, communities=communities, grids=TINY.grids.assign(name=names[2:]))
    write_workbook(plan, tmp_path / "staffing.xlsx")

    cells = [c for sheet in openpyxl.load_workbook(tmp_path / "staffing.xlsx") for row in sheet for c in row]

    assert {c.value: c.data_type for c in cells if c.value in names} == dict.fromkeys(names, "s")
    assert all(c.hyperlink is None for c in cells)


def test_sheets_are_ready_to_print(tmp_path: Path) -> None:
    """Every table is A3 landscape, one page wide, its head rows frozen and repeated."""
    write_workbook(TINY, tmp_path / "staffing.xlsx")

    for sheet in openpyxl.load_workbook(tmp_path / "staffing.xlsx").worksheets[1:]:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == ("8", "landscape") or (
            int(sheet.page_setup.paperSize) == 8 and sheet.page_setup.orientation == "landscape"
        )
        assert (sheet.page_setup.fitToWidth, int(sheet.page_setup.fitToHeight)) in {(None, 0), (1, 0)}
        assert sheet.print_title_rows == "$1:$3"


def test_what_names_a_row_stays_in_view(tmp_path: Path) -> None:
    """Who fills in names far to the right still sees the grid; sums are called so across the same columns."""
    write_workbook(TINY, tmp_path / "staffing.xlsx")

    book = openpyxl.load_workbook(tmp_path / "staffing.xlsx")

    frozen = {sheet.title: sheet.freeze_panes for sheet in book}
    assert (frozen["街道表"], frozen["社区表"], frozen["网格表"]) == ("C4", "E4", "F4")
    sums, places = {"A6:E6", "A10:E10", "A11:E11"}, {"B4:B5", "B7:B9", "C4:C5", "C7:C9"}
    assert {str(cells) for cells in book["网格表"].merged_cells.ranges} == sums | places


def test_rows_are_as_tall_as_their_texts(tmp_path: Path) -> None:
    """Bounds of two lines and a long reason have room, whichever program opens the file."""
    grids = TINY.grids.assign(
        bounds_text=["东至解放路，南至滨河路，西至和平路，北至学院路", "短", "", "", ""]
    )
    rows = [{**row, "reason": "单元凑不出二百户。" * 20} for row in TINY.report["communities"]]
    plan = dataclasses.replace(reported(TINY, communities=rows), grids=grids)
    write_workbook(plan, tmp_path / "staffing.xlsx")

    book = openpyxl.load_workbook(tmp_path / "staffing.xlsx")

    heights = book["网格表"].row_dimensions
    assert heights[4].height > 30 > (heights[5].height or 15)
    assert book["社区表"].row_dimensions[4].height > 90
    assert max(d.width for d in book["网格表"].column_dimensions.values()) < 40


def test_columns_that_hold_nothing_are_left_out_but_for_those_to_fill_in(tmp_path: Path) -> None:
    """Where every community is in band there is no column for reasons; those for names stay."""
    rows = [{**row, "reason": "", "pieces_reason": ""} for row in TINY.report["communities"]]
    book = sheets(reported(TINY, communities=rows), tmp_path / "staffing.xlsx")

    assert "原因" not in book["社区表"][2]
    assert {"网格长", "联系电话", "备注"} <= set(book["网格表"][2])


def test_facilities_are_found_by_their_community(tmp_path: Path) -> None:
    """Each facility has its community; more households than it has room for are marked."""
    crowded = dataclasses.replace(TINY, facilities=TINY.facilities.assign(households_served=[400.0, 520.0]))
    write_workbook(crowded, tmp_path / "staffing.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "staffing.xlsx")["设施表"]

    head = [cell.value for cell in sheet[3]]
    at = head.index("社区")
    assert [sheet.cell(row, at + 1).value for row in (4, 5)] == ["向阳社区", "临海社区"]
    assert [sheet.cell(row, 1).fill.fill_type for row in (4, 5)] == ["solid", None]


def test_communities_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two communities of one name have subtotals of their own, and one without a name is called by its id."""
    same_name = dataclasses.replace(TINY, communities=TINY.communities.assign(name="幸福社区"))
    nameless = dataclasses.replace(TINY, communities=TINY.communities.assign(name=""))

    assert grids_frame(same_name)["community"].unique().tolist() == ["幸福社区 C1", "幸福社区 C2"]
    assert grids_frame(nameless)["community"].unique().tolist() == ["C1", "C2"]


def test_workbook_of_a_plan_that_knows_little(tmp_path: Path) -> None:
    """Without streets, people, norm, services and roster the columns for them are left out."""
    unknown = ["planned", "population", "posts_min", "posts_max", "posts_by_residents", "workers_on_roster"]
    rows = [{k: v for k, v in row.items() if k != "pieces_reason"} for row in TINY.report["communities"]]
    plan = dataclasses.replace(
        TINY,
        streets=None,
        communities=TINY.communities.assign(street="", **dict.fromkeys(unknown, np.nan)),
        facilities=None,
        report={
            **TINY.report,
            "communities": rows,
            "circle": [],
            "staffing": None,
            "totals": {"households": 760},
        },
    )

    book = sheets(plan, tmp_path / "staffing.xlsx")

    assert list(book) == ["汇总表", "社区表", "网格表"]
    assert "缺口" not in book["社区表"][2]
    assert "规划户数" not in book["社区表"][2]


def test_norm_by_households_alone(tmp_path: Path) -> None:
    """Where residents are not known, the shortage follows from the norm by households."""
    tables = {
        name: getattr(TINY, name).assign(population=np.nan, posts_by_residents=np.nan)
        for name in ("streets", "communities")
    }
    write_workbook(dataclasses.replace(TINY, **tables), tmp_path / "staffing.xlsx")

    book = openpyxl.load_workbook(tmp_path / "staffing.xlsx", data_only=True)

    head = [cell.value for cell in book["街道表"][3]]
    assert "应配（按人口）" not in head
    assert [row[head.index("缺口")].value for row in book["街道表"]["A4:L5"]] == pytest.approx([0.8, 0.8])


def test_long_note_fits_the_foot_of_the_page(tmp_path: Path) -> None:
    """A note that is longer than a footer may be is cut there and stands whole on the sheets."""
    note = "合成 & 数据" * 60
    project = {**TINY.report["project"], "note": note}

    book = sheets(reported(TINY, project=project), tmp_path / "staffing.xlsx")

    assert {rows[1][0] for rows in book.values()} == {note}


def test_workbook_is_stamped_with_the_date_of_the_plan(tmp_path: Path) -> None:
    """No clock gets into the workbook."""
    write_workbook(TINY, tmp_path / "staffing.xlsx")

    core = zipfile.ZipFile(tmp_path / "staffing.xlsx").read("docProps/core.xml").decode()

    assert core.count("2026-11-21T00:00:00Z") == 2


def test_grids_list_compounds_and_workload(tmp_path: Path) -> None:
    """Compounds of a grid are named once; workload is a column of its own where it is not the households."""
    frame = grids_frame(TINY)
    heavier = dataclasses.replace(TINY, grids=TINY.grids.assign(load=TINY.grids["load"] + 1))

    assert frame["compounds"].tolist() == ["阳光花园", "阳光花园", "", "海韵家园", ""]
    assert frame["remark"].tolist() == ["", "", "超出 20 户", "", ""]
    assert "load" not in frame
    assert grids_frame(heavier)["load"].tolist() == [171, 191, 221, 181, 1]


# report.md
def test_report_says_what_needs_attention() -> None:
    """The page names the community out of band with its reason, the service, the posts and the repairs."""
    page = report_markdown(TINY)

    assert page.startswith("# 滨海街道（示例）：方案一页通\n\n> **合成数据：不是真实地点**")
    for fact in (
        "3 / 4 (75.0%)",
        "单元的户数凑不出 200 户",
        "养老服务站 80 户（10.5%）",
        "缺 0.8 人",
        "计入最近的社区 C1",
    ):
        assert fact in page


def test_report_speaks_the_language_of_the_plan() -> None:
    """An English plan has an English page."""
    project = {**TINY.report["project"], "language": "en"}

    page = report_markdown(reported(TINY, project=project))

    assert "fewer is proven impossible" in page
    assert "需要" not in page


def test_report_of_a_plan_without_faults_says_so() -> None:
    """Where nothing needs attention the page says that."""
    rows = [{**row, "out_of_band": 0, "status": "optimal"} for row in TINY.report["communities"]]

    page = report_markdown(reported(TINY, communities=rows, circle=[], repairs=[], staffing=None))

    assert "没有：所有网格规模达标" in page


def test_plan_without_roster_lacks_nobody() -> None:
    """Where no roster was given the page does not say how many workers are missing."""
    totals = {**TINY.report["totals"], "workers_on_roster": None}

    page = report_markdown(reported(TINY, totals=totals))

    assert "缺 " not in page
    assert "现有专职" not in page


def test_what_is_only_for_looking_up_stands_at_the_end() -> None:
    """Thirty remarks do not push the figures and decisions off the first page."""
    page = report_markdown(reported(TINY, told=[f"remark {n}" for n in range(30)]))

    assert page.index("## 需要关注") < page.index("## 步行可达的服务") < page.index("## 方案依据")
    assert page.index("## 所用数据") < page.index("附：逐条说明（30 条）") < page.index("- remark 29")
    assert "remark" not in page.partition("附：")[0]


def test_how_much_better_it_could_be_is_said_in_words() -> None:
    """A plan that is not proven best says by how much less people could walk, and where."""
    rows = [
        {**row, "status": "feasible", "gap": gap}
        for row, gap in zip(TINY.report["communities"], (0.1, 0.3), strict=True)
    ]

    page = report_markdown(reported(TINY, communities=rows))

    assert "2 个社区的方案尚未证明是最好的" in page
    assert "中位数 20.0%，最大 30.0%，是临海社区（C2）" in page
    alone = report_markdown(reported(TINY, communities=[TINY.report["communities"][0], rows[1]]))
    assert "只有临海社区（C2）的方案尚未证明是最好的" in alone


def test_names_are_no_markdown() -> None:
    """A name with marks of Markdown or HTML is shown as it is."""
    project = {**TINY.report["project"], "name": "<script>|**a**\n# b"}

    first = report_markdown(reported(TINY, project=project)).split("\n")[0]

    assert first == r"# \<script>\|\*\*a\*\* \# b：方案一页通"


# the independent checker
def write_inputs(folder: Path) -> Path:
    """Write the files that the tiny plan could have been made from, and return the plan file's path."""
    TINY.communities[["community_id", "name", "street", "geometry"]].to_file(folder / "communities.gpkg")
    rows = TINY.households[["household_id", "households", "geometry"]].assign(
        population=2 * TINY.households["households"]
    )
    rows = rows.assign(
        planned=rows["households"] * np.where(rows["household_id"].astype(int) <= 12, 400 / 360, 450 / 400)
    )
    rows.to_file(folder / "households.gpkg")
    assert TINY.facilities is not None
    TINY.facilities[TINY.facilities["status"] == "existing"].to_file(folder / "facilities.gpkg")
    TINY.backdrop["special_areas"].to_file(folder / "special.gpkg")
    staff = {"id": ["1", "2", "3"], "kind": "full_time", "community_id": ["C1", "C1", "C2"]}
    pd.DataFrame(staff).to_csv(folder / "workers.csv", index=False)
    sources = {
        "communities": 'id = "community_id"\nname = "name"\nstreet = "street"',
        "households": "\n".join(f'{c} = "{c}"' for c in ("households", "planned", "population"))
        + '\nid = "household_id"',
        "facilities": 'id = "facility_id"\ncategory = "category"\ncapacity = "capacity"',
    }
    parts = [f'[inputs.{name}]\npath = "{name}.gpkg"\n{columns}' for name, columns in sources.items()]
    parts += ['[inputs.special_areas]\npath = "special.gpkg"\nid = "special_id"']
    parts += ['[inputs.workers]\npath = "workers.csv"\nid = "id"\nkind = "kind"\ncommunity = "community_id"']
    parts += [
        "[partition]\nhouseholds_per_worker = [150, 200]\n",
        "[staffing]\nworkers_per_10000_residents = 18",
    ]
    parts += [f'[[circle.services]]\ncategory = "{SERVICE}"\nminutes = 4\nnew = 1']
    (folder / "plan.toml").write_text("\n\n".join(parts), encoding="utf-8")
    return folder / "plan.toml"


@pytest.mark.shared
@pytest.mark.skipif(
    not (SHARED / "tools").is_dir(), reason="the independent checker is not beside the repository"
)
def test_independent_checker_finds_nothing_broken(tmp_path: Path) -> None:
    """What is written keeps every promise, as a checker that shares no code with gridplan judges."""
    plan_file = write_inputs(tmp_path)
    sources = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir() if p != plan_file
    }
    write_run(reported(TINY, inputs=sources), tmp_path / "out", pages=PAGES)

    done = subprocess.run(
        [sys.executable, str(SHARED / "tools" / "verify_plan.py"), str(plan_file), str(tmp_path / "out")],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )

    told = json.loads(done.stdout)
    assert told["broken"] == []
    assert (told["out_of_band"], told["proven"], told["circle"]) == (
        1,
        2,
        {SERVICE: pytest.approx(680 / 760, abs=1e-4)},
    )


def test_brackets_of_a_head_stand_in_a_line_of_their_own():
    """A head is not broken between its last letter and the bracket that closes it, and its column holds both lines."""
    column = Column(head="平均步行（米）", values=[1.0], form="whole")
    assert column.heading == "平均步行\n（米）"
    assert all(width_of(line) <= column.width for line in column.heading.split("\n"))
