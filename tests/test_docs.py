"""The README holds: its commands are built, its plan file is read, its tables whole, its links lead on."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from gridplan.config import InputTable, Service, read_plan_file
from gridplan.config.lists import PointRates
from gridplan.config.models import InputTables, Partition, PlanFile

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")})
CODE = re.compile(r"`([^`\n]+)`")
COMMANDS = ("run", "check", "new", "map", "export", "adjust", "compare", "apply", "sheet")  # of the contract
LATER: tuple[str, ...] = ()
BASE = set(InputTable.model_fields)


def marked(name: str) -> str:
    """Return the command of the README that stands under a mark."""
    found = re.search(rf"<!-- {name} -->\n```sh\n(.+)\n```", README)
    assert found, f"README.md has no command marked {name}"
    return found[1]


def blocks(language: str) -> list[str]:
    """Return the README's code of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def rows(heading: str) -> dict[str, set[str]]:
    """Return the code words of each row of the README's table with such a heading, by its first cell."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert table, f"README.md has no table headed {heading}"
    cells = (line.strip("|").split("|", 1) for line in table[1].splitlines())
    return {first.strip(): set(CODE.findall(rest)) for first, rest in cells}


def parts() -> Iterator[tuple[str, set[str]]]:
    """Yield each part of the plan file, as its row of the table is headed, with its keys."""
    for name, field in PlanFile.model_fields.items():
        if name != "inputs":
            yield f"`[{name}]`", set(model(field.annotation).model_fields)
    yield "every `[inputs.*]`", BASE
    for name, field in InputTables.model_fields.items():
        yield f"`[inputs.{name}]`", set(model(field.annotation).model_fields) - BASE
    yield "`[partition.prices]`", set(type(Partition().prices).model_fields)
    yield "`[matching.points]`", set(PointRates.model_fields)
    yield "`[[circle.services]]`", set(Service.model_fields)


def model(annotation: object) -> type[BaseModel]:
    """Return the model of a field that may be absent."""
    kinds = (annotation, *getattr(annotation, "__args__", ()))
    return next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))


def distributions(requirements: list[str]) -> set[str]:
    """Return the bare names of requirements."""
    return {re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0] for requirement in requirements}


@pytest.mark.parametrize(("name", "extra"), [("the main job", ""), ("the tests", "test")])
def test_the_two_commands_install_what_there_is(name: str, extra: str) -> None:
    """Each command makes an environment, installs the project with extras it has, and starts a program."""
    make, install, start = marked(name).split(" && ")
    assert make == "python3 -m venv .venv"
    assert install.startswith(".venv/bin/pip install -q ")
    assert install.endswith(f"'.[{extra}]'" if extra else " .")
    assert not extra or extra in PROJECT["project"]["optional-dependencies"]
    assert Path(start.split()[0]).name in {"python", *PROJECT["project"]["scripts"]}


def test_the_main_job_has_its_plan_file() -> None:
    """The plan file of the main job is there and right, and so are the files that it names."""
    path = ROOT / marked("the main job").split()[-1]
    plan = read_plan_file(path)
    assert all((plan.folder / table.path).is_file() for table in plan.inputs.given.values())


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_the_ci_runs_the_command_of_the_readme() -> None:
    """What .ci/run takes out of the README is the whole test command."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    taken = next(line for line in script.splitlines() if line.startswith("tests="))
    shown = subprocess.run(
        ["bash", "-c", f'{taken}; printf %s "$tests"'], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout == marked("the tests")


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_those_of_the_readme(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The README names a command as one to use exactly if it is built; what comes later is told to do so."""
    from gridplan.cli import main  # noqa: PLC0415 # its own start-up is what other tests measure

    built = main([command, "--help"]) == 0
    capsys.readouterr()
    named = re.search(rf"gridplan {command}\b", README) is not None
    assert built is named
    assert built is (command not in LATER)


def test_options_of_the_readme_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Every long option that the README gives in its text belongs to a command that is built."""
    from gridplan.cli import main  # noqa: PLC0415 # as above

    helps = [main([command, "--help"]) for command in COMMANDS if command not in LATER]
    shown = capsys.readouterr().out
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) - {
        "--help",
        "--fix",
    }  # asked above; to come
    assert not any(helps)
    assert "--out" in options
    assert not {option for option in options if option not in shown}


@pytest.mark.parametrize(("part", "keys"), list(parts()))
def test_every_key_of_the_plan_file_is_documented(part: str, keys: set[str]) -> None:
    """The README's table names each part of the plan file with all its keys."""
    assert not keys - rows("part")[part] - {"inputs", "prices" if "prices" in part else ""}


def test_the_documented_parts_are_all_there_are() -> None:
    """The README's table has no part that the plan file does not know."""
    assert set(rows("part")) == {part for part, _ in parts()}


def test_the_plan_file_of_the_readme_is_one(tmp_path: Path) -> None:
    """The README's example of a plan file is read without a fault."""
    (example,) = blocks("toml")
    path = tmp_path / "plan.toml"
    path.write_text(example, encoding="utf-8")
    assert read_plan_file(path).inputs.households.x == "lng"


def test_every_dependency_is_explained() -> None:
    """The README says of each package, of the product and of its tests, that it is used; and of no other."""
    named = {name for cell in rows("package") for name in cell.split(", ")}
    assert named == distributions(PROJECT["project"]["dependencies"])
    prose = README.split("For the tests:", 1)[1]
    tests = distributions(PROJECT["project"]["optional-dependencies"]["test"])
    assert not {name for name in tests if not re.search(rf"\b{re.escape(name)}\b", prose)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every link or picture of a page that is no address on the web is a file, its anchor a heading there."""
    text = page.read_text(encoding="utf-8")
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert not lost


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}


def test_decisions_are_dated() -> None:
    """Each decision carries the date of its name and fits on a screen."""
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert notes
    for note in notes:
        text = note.read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert f"\n{note.name[:10]}\n" in text, note.name
        assert text.count("\n") < 30, note.name


def test_the_versions_agree() -> None:
    """The package tells the version that is installed."""
    from gridplan import __version__  # noqa: PLC0415 # only this test needs it

    assert PROJECT["project"]["version"] == __version__
