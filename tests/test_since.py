"""Which inputs are not what a plan was made from."""

import json
from pathlib import Path

import pytest

from gridplan.cli import main
from gridplan.since import changes_since
from test_pipeline import write_place


def test_every_kind_of_change_is_told():
    """Changed, gone and new inputs, in this order."""
    told = changes_since({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"})
    assert [(message.key, message.values["file"]) for message in told] == [
        ("checks.since_changed", "b"),
        ("checks.since_gone", "c"),
        ("checks.since_new", "d"),
    ]
    assert changes_since({"a": "1"}, {"a": "1"}) == []


def test_a_check_says_what_changed_since(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Right after a run nothing has changed; after a household moved the file of households has."""
    plan = write_place(tmp_path)
    out = tmp_path / "out"
    assert main(["run", str(plan), "--out", str(out), "--quiet", "--lang", "zh"]) == 0
    capsys.readouterr()

    def changed() -> list[str]:
        main(["check", str(plan), "--since", str(out), "--json", "--lang", "zh"])
        found: list[str] = json.loads(capsys.readouterr().out.splitlines()[-1])["changed"]
        return found

    assert changed() == []
    households = next(path for path in tmp_path.iterdir() if path.stem == "households")
    households.write_bytes(households.read_bytes() + b"\n")
    assert [line.partition("：")[0] for line in changed()] == [households.name]


def test_a_folder_without_a_plan_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """What is no finished plan cannot be compared with."""
    plan = write_place(tmp_path)
    assert main(["check", str(plan), "--since", str(tmp_path / "none"), "--lang", "zh"]) != 0
    assert "none" in capsys.readouterr().err


def test_how_inputs_were_read_is_reported(tmp_path: Path):
    """The rows, the encoding that was found out, and the coordinates of each input stand in the report."""
    plan = write_place(tmp_path)
    households = tmp_path / "households.csv"
    text = households.read_text(encoding="utf-8").replace("u01-1", "甲一")
    households.write_bytes(text.encode("gbk"))
    assert main(["run", str(plan), "--out", str(tmp_path / "out"), "--quiet", "--lang", "zh"]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    rows = text.count("\n") - 1
    read = report["sources"]["households"]
    assert (read["encoding"], read["rows"]) == ("gb18030", rows)
    assert report["sources"]["communities"]["crs"]
    assert read["file"] == "households.csv"
    (line,) = [
        line
        for line in (tmp_path / "out" / "report.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| households.csv ")
    ]
    assert [cell.strip() for cell in line.split("|")][2:4] == [str(rows), "gb18030"]
