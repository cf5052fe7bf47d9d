"""The command line, from arguments to exit status, on the small part of the model district."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from gridplan.cli import main
from gridplan.cli.language import language_of
from gridplan.export.write import claim
from gridplan.tables import LISTS
from gridplan.words import LANGUAGES, say

HEAVY = ("folium", "geopandas", "numba", "numpy", "ortools", "pandas", "pydantic", "pyogrio", "shapely")
COMMANDS = ("run", "adjust", "apply", "sheet", "compare", "check", "new", "map", "export")
FILES = (
    "curve.svg",
    "loads.svg",
    "report.html",
    "maps/index.html",
    *(f"maps/community-{number:03}.html" for number in (1, 2, 3)),
    "plan.gpkg",
    "report.json",
    "report.md",
    "staffing.xlsx",
    *(f"lists/{name}.csv" for name in LISTS),
)
HAN = range(0x4E00, 0xA000)


def bytes_of(folder: Path) -> Mapping[str, bytes]:
    """Return all files of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def started(*arguments: str, code: str = "from gridplan.cli import script; script()", **more: Any) -> Any:
    """Start a command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", **more},
    )


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that ``gridplan new`` has written; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("cli") / "示例 town"
    assert main(["new", str(folder), "--lang", "zh"]) == 0
    return folder


@pytest.fixture(scope="module")
def finished(example: Path) -> tuple[Path, str, str]:
    """Return the output folder of a whole run in a process of its own, and what it said and told."""
    out = example.parent / "out"
    process = started("run", str(example / "plan.toml"), "--out", str(out), "--jobs", "1", "--json")
    with process:
        said, told = process.communicate(timeout=500)  # ten seconds, but on a machine that others keep busy
    assert process.returncode == 0, told
    return out, said, told


@pytest.fixture
def faulty(example: Path, tmp_path: Path) -> Path:
    """Return a plan file of one's own beside copies of the inputs of the example."""
    return Path(shutil.copytree(example, tmp_path / "faulty")) / "plan.toml"


def changed(plan: Path, old: str, new: str) -> str:
    """Write another text into a plan file; return its path."""
    text = plan.read_text(encoding="utf-8")
    assert old in text
    plan.write_text(text.replace(old, new), encoding="utf-8")
    return str(plan)


def test_a_run_writes_everything(finished: tuple[Path, str, str]) -> None:
    """All files are there, and the last lines before the summary name those to open."""
    out, said, _ = finished
    assert set(FILES) == set(bytes_of(out))
    lines = said.splitlines()
    assert [line.partition("：")[2] for line in lines[-4:-1]] == [
        str(out / name) for name in ("maps/index.html", "staffing.xlsx", "report.html")
    ]
    assert lines[1].startswith("共 8,213 户")


def test_the_summary_is_that_of_the_report(finished: tuple[Path, str, str]) -> None:
    """The last line of standard output is JSON with the totals of report.json."""
    out, said, _ = finished
    summary = json.loads(said.splitlines()[-1])
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert summary["status"] == 0
    assert summary["totals"] == report["totals"]
    assert summary["communities"]["count"] == 3
    assert Path(summary["map"]).is_file()


def test_progress_is_told_on_standard_error(finished: tuple[Path, str, str]) -> None:
    """Every stage has its line there, in Chinese, without signs that only a terminal understands."""
    _, _, told = finished
    stages = (
        "read",
        "check",
        "units",
        "network",
        "partition",
        "circle",
        "assemble",
        "verify",
        "pages",
        "write",
    )
    at = [told.index(say("zh", f"progress.{stage}")) for stage in stages]
    assert at == sorted(at)
    assert "\x1b" not in told


@pytest.mark.parametrize("command", ["map", "export"])
def test_remaking_changes_nothing(
    command: str, finished: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pages and files made anew from plan.gpkg are the same bytes."""
    copy = Path(shutil.copytree(finished[0], tmp_path / "copy"))
    (copy / "notes.txt").write_text("mine", encoding="utf-8")
    before = bytes_of(copy)
    shutil.rmtree(copy / "maps")
    if command == "export":
        (copy / "report.md").unlink()
    assert main([command, str(copy / "plan.gpkg" if command == "map" else copy), "--quiet"]) == 0
    assert bytes_of(copy) == before
    said = capsys.readouterr()
    assert Path(said.out.strip()).is_file()
    assert not said.err


def test_map_touches_the_pages_alone(finished: tuple[Path, str, str], tmp_path: Path) -> None:
    """What was typed into the workbook, or into the report, stays when the map is made anew."""
    copy = Path(shutil.copytree(finished[0], tmp_path / "copy"))
    for name in ("staffing.xlsx", "report.md", "report.json", "maps/index.html"):
        (copy / name).write_bytes(b"typed")
    assert main(["map", str(copy), "--quiet"]) == 0
    after = bytes_of(copy)
    typed = {name for name in after if after[name] == b"typed"}
    assert typed == {"report.json", "report.md", "staffing.xlsx"}
    assert after["maps/index.html"] == (finished[0] / "maps" / "index.html").read_bytes()


def test_export_keeps_a_workbook_that_was_filled_in(
    finished: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables are made anew, the old workbook is kept under another name, and that is told."""
    copy = Path(shutil.copytree(finished[0], tmp_path / "copy"))
    (copy / "staffing.xlsx").write_bytes(b"typed")
    assert main(["export", str(copy), "--quiet"]) == 0
    assert "staffing-1.xlsx" in capsys.readouterr().err
    assert (copy / "staffing-1.xlsx").read_bytes() == b"typed"
    assert (copy / "staffing.xlsx").read_bytes() == (finished[0] / "staffing.xlsx").read_bytes()


def test_strict_tells_of_promises_not_kept(
    finished: tuple[Path, str, str],
    example: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan that leaves households without a service ends with 4 if asked to be strict, and is written."""
    from gridplan.export.geopackage import read_plan  # noqa: PLC0415 # heavy, and only here

    plan = read_plan(finished[0] / "plan.gpkg")
    monkeypatch.setattr("gridplan.pipeline.run", lambda *_: plan)
    plan.report["circle"][0]["covered_after"] = 0.5
    out = finished[0].with_name("strict")
    arguments = ["run", str(example / "plan.toml"), "--out", str(out), "--quiet", "--json"]
    assert main([*arguments, "--strict"]) == 4
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["status"], summary["kept"]) == (4, False)
    assert set(bytes_of(out)) == set(FILES)
    for row in plan.report["circle"]:
        row["covered_after"] = 1.0
    assert main([*arguments, "--strict"]) == 0


def test_a_sound_example_has_no_faults(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking what ``new`` wrote ends with 0."""
    assert main(["check", str(example / "plan.toml"), "--lang", "en"]) == 0
    told, *read = capsys.readouterr().out.splitlines()
    assert told == say("en", "cli.no_faults", count=14)
    assert read[0] == say("en", "checks.read_head")
    names = [line.removeprefix("- ").partition(":")[0] for line in read[1:3]]
    assert names == ["communities (communities.shp)", "households (entrances.shp)"]
    assert len(read) == 15


def test_check_tells_the_encoding_that_was_found(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table in another encoding than UTF-8 is no fault; how it was read stands in text, JSON and page."""
    folder = tmp_path / "来料"
    shutil.copytree(example, folder)
    path, page = folder / "facilities.csv", folder / "page.html"
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gbk"))
    assert main(["check", str(folder / "plan.toml"), "--json", "--page", str(page)]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    (read,) = [one for one in json.loads(last)["inputs"] if one["label"] == path.name]
    assert (read["encoding"], read["rows"]) == ("gb18030", 79)
    (line,) = [line for line in lines if path.name in line]
    assert "79 行，文字编码 GB18030" in line
    assert f"<li>{line.removeprefix('- ')}</li>" in page.read_text(encoding="utf-8")


def test_check_tells_faults(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file ends a check with 4, is named, and stands in the summary."""
    (faulty.parent / "roads.gpkg").unlink()
    assert main(["check", str(faulty), "--json"]) == 4
    *lines, last = capsys.readouterr().out.splitlines()
    assert "roads.gpkg" in lines[1]
    (fault,) = json.loads(last)["faults"]
    assert (fault["input"], fault["code"], fault["forbids"]) == ("roads", "missing_file_near", True)


def test_missing_input(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An input that is not there ends a run with 3, and nothing is written."""
    (faulty.parent / "communities.shp").unlink()
    assert main(["run", str(faulty), "--quiet", "--json"]) == 3
    said = capsys.readouterr()
    assert "communities.shp" in said.err
    assert said.err.splitlines()[-1] == say("zh", "cli.nothing_written")
    assert json.loads(said.out)["status"] == 3
    assert not (faulty.parent / "out").exists()


def test_bad_plan_file(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A band upside down ends with 2, told in the plan file's language even so."""
    text = faulty.read_text(encoding="utf-8").replace('language = "zh"', 'language = "en"')
    faulty.write_text(text, encoding="utf-8")
    plan = changed(faulty, "households_per_worker = [150, 200]", "households_per_worker = [200, 150]")
    assert main(["run", plan]) == 2
    assert "cannot be used. Wanted: two numbers" in capsys.readouterr().err


def test_missing_plan_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan file that is not there ends with 2; an output folder without a plan with 3."""
    assert main(["run", str(tmp_path / "none.toml")]) == 2
    assert main(["map", str(tmp_path)]) == 3
    assert "plan.gpkg" in capsys.readouterr().err


def test_a_held_folder(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that another run holds ends with 5, before any work."""
    with claim(tmp_path / "out"):
        assert main(["run", str(example / "plan.toml"), "--out", str(tmp_path / "out"), "--lang", "en"]) == 5
    assert "Another run is writing" in capsys.readouterr().err


def test_new_overwrites_nothing(example: Path) -> None:
    """A folder that holds an example already is left as it is, with 5."""
    before = bytes_of(example)
    assert main(["new", str(example)]) == 5
    assert bytes_of(example) == before


MISUSES = (
    (["run", "p.toml", "--sed", "3"], "no_option_near", {"option": "--sed", "near": "--seed"}),
    (["run", "p.toml", "--tim", "3"], "no_option_near", {"option": "--tim", "near": "--time-limit"}),
    (["run", "p.toml", "--zzz"], "no_option", {"option": "--zzz"}),
    (["run"], "missing", {"name": "PLAN.toml"}),
    (["new"], "missing", {"name": "DIR"}),
    (["check", "a.toml", "b.toml"], "too_many", {}),
    (["run", "p.toml", "--seed"], "no_value", {"option": "--seed"}),
    (["run", "p.toml", "--strict=1"], "needless_value", {"option": "--strict"}),
    (["rum"], "no_command", {"name": "rum", "near": "run", "commands": ", ".join(COMMANDS)}),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("arguments", "key", "values"), MISUSES, ids=lambda case: str(case)[:20])
def test_misuse(
    arguments: list[str],
    key: str,
    values: dict[str, str],
    language: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is wrong with a command line is told first, in the user's language, with status 2."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, f"{language}_XX.UTF-8")
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err.splitlines()[0] == say(language, f"cli.{key}", **values)
    assert not said.out


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--seed", "x"),
        ("--seed", "-1"),
        ("--jobs", "0"),
        ("--time-limit", "nan"),
        ("--time-limit", "0"),
        ("--seed", "9" * 12),
    ],
)
def test_values_that_cannot_be(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A value that an option cannot have ends with 2 and is shown with what was wanted."""
    assert main(["run", "p.toml", f"{option}={value}", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith(f"{option} {value} cannot be used. Wanted: ")


def test_an_unknown_language_is_told_in_a_known_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--lang fr ends with 2."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert main(["check", "p.toml", "--lang", "fr"]) == 2
    assert "zh or en" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "zh"),
        (["--lang", "en"], {"LANG": "zh_CN"}, "en"),
        (["--lang=zh", "--lang=en"], {}, "en"),
        (["--lang"], {}, "zh"),
    ],
)
def test_language(arguments: list[str], environment: dict[str, str], language: str) -> None:
    """--lang counts before the environment, and Chinese is spoken where nothing is known."""
    assert language_of(arguments, environment) == language


def test_language_of_the_plan_file(tmp_path: Path) -> None:
    """The plan file's language counts before the environment's, --lang before both."""
    plan = tmp_path / "plan.toml"
    plan.write_text('[project]\nlanguage = "en"\n[wrong]\n', encoding="utf-8")
    assert language_of(["run", str(plan)], {"LANG": "zh_CN"}) == "en"
    assert language_of(["run", str(plan), "--lang", "zh"], {}) == "zh"
    plan.write_text("not TOML", encoding="utf-8")
    assert language_of(["run", str(plan)], {"LANG": "en"}) == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_in_one_language(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help names every command and option, in Chinese or in English, no line wider than the terminal."""
    assert main(["--help", "--lang", language]) == 0
    assert all(main([command, "--help", f"--lang={language}"]) == 0 for command in COMMANDS)
    shown = capsys.readouterr().out
    assert all(f"gridplan {command} " in shown for command in COMMANDS)
    assert any(ord(sign) in HAN for sign in shown) is (language == "zh")
    assert ("Usage" in shown) is (language == "en")
    assert "…" not in shown
    assert "  -h " not in shown


def test_help_breaks_no_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """However narrow the terminal, the names of commands stay whole and no line begins with a comma."""
    for columns in range(60, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert main(["--help", "--lang", "zh"]) == 0
        shown = capsys.readouterr().out
        assert shown.count("gridplan") == 1 + len(COMMANDS)
        assert not any(line.strip().startswith(("，", "。", "：")) for line in shown.splitlines())
        assert max(map(cell_len, shown.splitlines())) <= columns


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command the help is shown, and the status is 2."""
    assert main([]) == 2
    assert "gridplan run" in capsys.readouterr().err


def test_help_loads_nothing_heavy() -> None:
    """Help is there at once because nothing is loaded that only commands need."""
    code = (
        "import sys; from gridplan.cli import main; main(['--help']); main(['run', '--help']);"
        f"sys.exit(', '.join(name for name in {HEAVY} if name in sys.modules and name != 'pydantic') or 0)"
    )
    process = started(code=code)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0


def test_a_wrong_plan_file_loads_nothing_heavy(tmp_path: Path) -> None:
    """A slip in the plan file is told at once, not after the solvers are loaded."""
    (tmp_path / "plan.toml").write_text("[project]\nname = 1\n", encoding="utf-8")
    code = (
        "import sys; from gridplan.cli import main; status = main(sys.argv[1:]);"
        f"sys.exit(', '.join(n for n in {HEAVY} if n in sys.modules and n != 'pydantic') or status)"
    )
    process = started("run", str(tmp_path / "plan.toml"), code=code)
    process.communicate(timeout=60)
    assert process.returncode == 2


def test_a_bug_is_told_in_a_sentence(
    faulty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw ends with 1: a sentence that says what to report, a traceback only with --debug."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("gridplan.pipeline.run", broken)
    assert main(["run", str(faulty), "--quiet"]) == 1
    told = capsys.readouterr().err
    assert "ZeroDivisionError: a bug" in told
    assert "--debug" in told
    assert "Traceback" not in told
    assert main(["run", str(faulty), "--quiet", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_what_c_prints_is_no_result() -> None:
    """Lines that a solver prints from C, buffered ones too, do not reach standard output."""
    code = (
        "import ctypes; from gridplan.cli.output import results_only, tell\n"
        "with results_only(): ctypes.CDLL(None).printf(b'noise\\n')\n"
        "tell('result')"
    )
    said, told = started(code=code).communicate(timeout=60)
    assert (said, told) == ("result\n", "noise\n")


def test_a_full_disk_behind_standard_output(example: Path) -> None:
    """Results that cannot be written end with 5 and a sentence."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = started("check", str(example / "plan.toml"), "--lang", "en", stdout=full)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 5
    assert told.startswith("The results cannot be written to standard output")
    assert "Traceback" not in told


def test_ctrl_c(example: Path, tmp_path: Path) -> None:
    """Ctrl-C ends a run with 130 and one sentence; nothing is left of it."""
    process = started("run", str(example / "plan.toml"), "--out", str(tmp_path / "out"), "--jobs", "1")
    process.stderr.readline()  # it has begun to read
    process.send_signal(signal.SIGINT)
    said, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == ""
    assert told.splitlines()[-1] == say("zh", "cli.stopped")
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_ctrl_c_while_dividing(example: Path, tmp_path: Path) -> None:
    """Ctrl-C once the partition has begun writes the best plan so far, whole and verified, and ends with 130."""
    out = tmp_path / "out"
    process = started("run", str(example / "plan.toml"), "--out", str(out), "--jobs", "1")
    while say("zh", "progress.partition") not in process.stderr.readline():
        assert process.poll() is None
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=200)
    assert process.returncode == 130
    assert say("zh", "cli.halting") in told
    assert "Traceback" not in told
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["totals"]["households"] > 0
    assert {c["status"] for c in report["communities"]} <= {"feasible", "optimal", "infeasible"}


def test_a_terminal_sees_bars(example: Path) -> None:
    """On a terminal progress is drawn, and nothing of it is left out at the end."""
    ours, theirs = pty.openpty()
    code = (
        "from gridplan.cli.terminal import telling\n"
        "with telling('en', quiet=False) as progress:\n"
        "    progress.start('read'); progress.start('partition', 2); progress.advance(); progress.advance()\n"
    )
    process = started(code=code, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"})
    process.communicate(timeout=60)
    os.close(theirs)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    assert process.returncode == 0
    assert "\x1b" in told
    assert "Dividing into grids" in told
    assert "2/2" in told
