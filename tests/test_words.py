"""The texts: both languages say the same things, and the source asks only for what they say.

A *speaker* is a function that hands one of its parameters on as the name of a text: ``said(plan, "title")``
speaks ``export.title`` because its body says ``say(plan.language, f"export.{key}")``. Speakers are found in
the source, so the calls of new ones are looked at too.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from gridplan.checks import catalogue
from gridplan.words import LANGUAGES, Message, say

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "gridplan"
WORDS = SOURCE / "words"
SPOKEN = {"say": 1, "Message": 0}  # which argument is the key
HELD = {  # speakers that the source cannot show: a function kept in a variable, a method of a Protocol
    "words": ("maps", 0),
    "start": ("progress", 0),
}
FILES = ("report.md", "report.html", "report.json", "staffing.xlsx")  # look like keys
HAN = re.compile(r"[\u4e00-\u9fff]")
OPEN = re.compile(r"\{[^}]*\}")
PHRASE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
QUOTED = re.compile(r"\([^)]*\)|\"[^\"]*\"")  # a Chinese term beside its English one


@cache
def texts(language: str) -> dict[str, str]:
    """Return all texts of a language by their full keys."""
    tables = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in (WORDS / language).glob("*.toml")
    }
    return {f"{topic}.{name}": text for topic, table in tables.items() for name, text in table.items()}


def placeholders(text: str) -> set[str]:
    """Return what a text asks to be filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def modules() -> dict[str, ast.Module]:
    """Return the source, parsed."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
        if path.parent != WORDS
    }


def called(node: ast.Call) -> str:
    """Return the last part of the name that is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield every call within."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def patterns(node: ast.AST) -> Iterator[str]:
    """Yield the strings that an expression can be, as regular expressions; parts left open are any name."""
    match node:
        case ast.Constant(value=str() as text):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(
                re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in parts
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield from patterns(body)
            yield from patterns(orelse)


def handed_on(call: ast.Call, known: dict[str, tuple[str, int]]) -> tuple[str, str] | None:
    """Return the topic and the name of the variable whose value a call hands on as the name of a text."""
    name = called(call)
    at = SPOKEN[name] if name in SPOKEN else known[name][1] if name in known else len(call.args)
    if at >= len(call.args):
        return None
    match call.args[at]:
        case ast.JoinedStr(
            values=[ast.Constant(value=str() as topic), ast.FormattedValue(value=ast.Name(id=variable))]
        ) if name in SPOKEN and topic.endswith("."):
            return topic.removesuffix("."), variable
        case ast.Name(id=variable) if name in known:
            return known[name][0], variable
    return None


def further(known: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Return the speakers of the source that speak by themselves or by known ones."""
    found = dict(known)
    for tree in modules().values():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
            own = [name for name in names if name not in ("self", "cls")]
            for topic, variable in filter(None, (handed_on(call, known) for call in calls(function))):
                if variable in own:
                    found[function.name] = topic, own.index(variable)
    return found


@cache
def speakers() -> dict[str, tuple[str, int]]:
    """Return the topic of each speaker, and which of its arguments names the text."""
    known: dict[str, tuple[str, int]] = {}
    found = HELD
    while found != known:
        known, found = found, further(found)
    return found


def asked() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield place, key (a regular expression) and call of every text whose key is written out."""
    known = speakers()
    for file, tree in modules().items():
        for call in calls(tree):
            name = called(call)
            topic, at = ("", SPOKEN[name]) if name in SPOKEN else known.get(name, ("", len(call.args)))
            for pattern in patterns(call.args[at]) if at < len(call.args) else ():
                yield f"{file}:{call.lineno}", rf"{topic}\.{pattern}" if topic else pattern, call


def filled(call: ast.Call) -> set[str] | None:
    """Return the placeholders that a call fills; None where that cannot be read off the call."""
    if called(call) == "Message":
        match call.args[1:]:
            case []:
                return set()
            case [ast.Dict(keys=keys)] if all(isinstance(key, ast.Constant) for key in keys):
                return {str(key.value) for key in keys if isinstance(key, ast.Constant)}
        return None
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    return {str(keyword.arg) for keyword in call.keywords}


def literals() -> Iterator[tuple[str, str]]:
    """Yield place and regular expression of every string of the source."""
    for file, tree in modules().items():
        parts = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in parts:
                yield from ((f"{file}:{node.lineno}", pattern) for pattern in patterns(node))


def test_both_languages_have_the_same_keys() -> None:
    """No text is missing in one of the languages."""
    chinese, english = (set(texts(language)) for language in LANGUAGES)
    assert not chinese ^ english


def test_both_languages_fill_in_the_same_values() -> None:
    """A text has the same placeholders in both languages."""
    chinese, english = (texts(language) for language in LANGUAGES)
    wrong = [
        key
        for key in chinese.keys() & english.keys()
        if placeholders(chinese[key]) != placeholders(english[key])
    ]
    assert not wrong


def test_each_language_is_that_language() -> None:
    """Chinese texts hold Chinese characters, unless they are names and figures; English ones hold none."""
    bare = [
        key for key, text in texts("zh").items() if not HAN.search(text) and PHRASE.search(OPEN.sub("", text))
    ]
    foreign = [key for key, text in texts("en").items() if HAN.search(QUOTED.sub("", text))]
    assert not bare
    assert not foreign


def test_every_text_asked_for_is_there() -> None:
    """A key that the source writes out, in whole or in part, leads to a text."""
    known = texts("en")
    missing = [
        f"{place}: {pattern}"
        for place, pattern, _ in asked()
        if not any(re.fullmatch(pattern, key) for key in known)
    ]
    assert not missing, "\n".join(missing)


def test_every_dotted_key_is_there() -> None:
    """A string that looks like the key of a topic is one, wherever it stands in the source."""
    topics = {key.split(".", 1)[0] for key in texts("en")}
    dotted = re.compile(rf"(?:{'|'.join(sorted(topics))})\.[a-z]\w*")
    strings = ((place, pattern.replace("\\", "")) for place, pattern in literals())
    missing = [
        f"{place}: {text}"
        for place, text in strings
        if dotted.fullmatch(text) and text not in texts("en") and text not in FILES
    ]
    assert not missing, "\n".join(missing)


def test_every_placeholder_is_filled() -> None:
    """A call that writes out its key and its values gives what the text asks for."""
    known = texts("en")
    wrong = []
    for place, pattern, call in asked():
        given, key = filled(call), pattern.replace("\\", "")
        if called(call) in SPOKEN and given is not None and key in known:
            lacking = placeholders(known[key]) - given
            wrong += [f"{place}: {key} lacks {sorted(lacking)}"] if lacking else []
    assert not wrong, "\n".join(wrong)


def test_no_text_is_idle() -> None:
    """Every text can be asked for: its key, its name, or a pattern of its name stands in the source."""
    written = {pattern for _, pattern in literals()}
    plain = {pattern.replace("\\", "") for pattern in written if r"\w+" not in pattern}
    shaped = [re.compile(pattern) for pattern in written if re.search(r"[a-z]_\\w|\\w\+_[a-z]", pattern)]
    idle = [
        key
        for key in texts("en")
        if not {key, key.split(".", 1)[1]} & plain
        and not any(shape.fullmatch(form) for shape in shaped for form in (key, key.split(".", 1)[1]))
        and not (key.split(".", 1)[0] in ("titles", "reasons") and key.split(".", 1)[1] in catalogue())
    ]
    assert not idle, "\n".join(idle)


def test_speakers_are_found() -> None:
    """The reading of the source finds speakers and keys; else the tests above would look at nothing."""
    assert speakers()["broken"] == ("verify", 0)
    assert speakers()["said"] == ("export", 1)
    assert speakers()["faults"] == ("checks", 0)
    assert sum(1 for _ in asked()) > 200
    assert list(patterns(ast.parse("f'a.{b}_c' if d else 'e.f'", mode="eval").body)) == [r"a\.\w+_c", r"e\.f"]


@pytest.mark.parametrize(("language", "told"), [("zh", "第3行"), ("en", "row 3")])
def test_a_message_speaks_the_language_asked(language: str, told: str) -> None:
    """A message is told in either language, its values filled in, and so are messages within it."""
    assert (
        Message("checks.row", {"number": 3}).text(language) == told == say(language, "checks.row", number=3)
    )


def test_a_missing_value_is_an_error() -> None:
    """A text is never shown with a hole in it."""
    with pytest.raises(KeyError):
        say("en", "checks.row")
    with pytest.raises(KeyError):
        say("en", "checks.no_such_text")
