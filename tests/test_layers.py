"""The rules of docs/house.md that a machine can hold the source to: who may import whom, and how long things are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "gridplan"
ROW = re.compile(r"^\| (\d) \| (.+?) \|", re.MULTILINE)
NAMED = re.compile(r"`(\w+)/?`")
NO_ROOM = {"__init__"}  # the package itself: its version, which anyone may read
BODY_LINES, MODULE_LINES = 40, 300  # of these a function, and a module, has fewer
LONG = {"partition"}  # rooms that do not fit yet
REACH = {  # a library that only these rooms may import
    "ortools": {"partition", "circle", "matching"},
    "highspy": {"partition"},
    "folium": {"maps"},
    "branca": {"maps"},
    "matplotlib": {"sheets"},
    "fiona": {"sources"},
    "openpyxl": {"sources"},
    "distributed": {"spread"},
    "psycopg": {"sources", "export"},
    "xlsxwriter": {"export", "synthetic"},
    "coordTransform": {"geo"},
    "numba": {"compiled"},
    "rich": {"cli"},
    "typer": {"cli"},
}


def rooms() -> dict[str, tuple[int, int]]:
    """Return the level, and the row of the table, of each room that docs/house.md names."""
    table = ROW.findall((ROOT / "docs" / "house.md").read_text(encoding="utf-8"))
    return {
        room: (int(level), row) for row, (level, named) in enumerate(table) for room in NAMED.findall(named)
    }


def room_of(path: Path) -> str:
    """Return the room that a source file stands in."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of everything that a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: an import says where from in full"
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def all_imports() -> Iterator[tuple[str, str, list[str]]]:
    """Yield place, room and the parts of the imported name for each import of the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for line, name in imports(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{line}", room_of(path), name.split(".")


def allowed(importer: tuple[int, int], imported: tuple[int, int]) -> bool:
    """Tell whether a room may import another: of a lower level, or of its own row."""
    return imported[0] < importer[0] or imported == importer


def test_the_table_names_what_there_is() -> None:
    """Every room of the source has its row in docs/house.md, and every row its room."""
    there = {room_of(path) for path in SOURCE.rglob("*.py")} - NO_ROOM
    assert set(rooms()) == there


def test_imports_go_downward() -> None:
    """No module imports from a room above it, nor from another room of its level."""
    levels = rooms()
    wrong = [
        f"{place}: {room} (level {levels[room][0]}) imports {name[1]} (level {levels[name[1]][0]})"
        for place, room, name in all_imports()
        if room in levels
        and name[0] == "gridplan"
        and name[1] in levels
        and not allowed(levels[room], levels[name[1]])
    ]
    assert not wrong, "\n".join(wrong)


def test_libraries_stay_in_their_rooms() -> None:
    """A library that one part of the house is for is imported there and nowhere else."""
    wrong = [
        f"{place}: {room} imports {name[0]}"
        for place, room, name in all_imports()
        if name[0] in REACH and room not in REACH[name[0]]
    ]
    assert not wrong, "\n".join(wrong)


def test_nobody_imports_what_is_private() -> None:
    """A name with an underscore before it is not imported from another module."""
    wrong = [
        f"{place}: {'.'.join(name)}"
        for place, _, name in all_imports()
        if name[0] == "gridplan" and re.match(r"_(?!_)", name[-1])
    ]
    assert not wrong, "\n".join(wrong)


def bodies(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the name of each function and the lines of its body, without the docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield node.name, node.end_lineno - told[0].lineno + 1 if told else 0


def test_functions_and_modules_are_short() -> None:
    """The body of a function has fewer than 40 lines, a module fewer than 300."""
    wrong = []
    for path in sorted(SOURCE.rglob("*.py")):
        if room_of(path) in LONG:
            continue
        text, place = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
        if text.count("\n") >= MODULE_LINES:
            wrong.append(f"{place}: {text.count(chr(10))} lines")
        wrong += [
            f"{place}: {name} has {lines} lines"
            for name, lines in bodies(ast.parse(text))
            if lines >= BODY_LINES
        ]
    assert not wrong, "\n".join(wrong)


def test_length_is_counted_without_the_docstring() -> None:
    """A docstring does not count, a comment inside the body and a function inside it do."""
    text = 'def one():\n    """Tell.\n\n    More.\n    """\n    def two():\n        return 2\n    # why\n    return two'
    assert dict(bodies(ast.parse(text))) == {"one": 4, "two": 1}
    assert dict(bodies(ast.parse('def no():\n    """Do nothing."""'))) == {"no": 0}


@pytest.mark.parametrize(
    ("importer", "imported", "may"),
    [
        ("report", "assemble", True),
        ("partition", "circle", False),
        ("tables", "geo", False),
        ("maps", "plan", True),
    ],
)
def test_the_rule_tells_right_from_wrong(importer: str, imported: str, may: bool) -> None:  # noqa: FBT001 # a case
    """Down and beside in one row is allowed; up, or to another stage, is not."""
    levels = rooms()
    assert allowed(levels[importer], levels[imported]) is may
