"""Which language the user is spoken to in, known before anything else is."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gridplan.words import LANGUAGES

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as POSIX has it


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language of ``--lang``, else of the plan file, else of the environment, else Chinese."""
    wanted = (*_asked(arguments), *_of_plan_files(arguments), _of(environment))
    return next((language for language in wanted if language in LANGUAGES), LANGUAGES[0])


def _asked(arguments: Sequence[str]) -> Iterator[str]:
    """Yield what is asked for; the last ``--lang`` counts, as for every option."""
    for place in reversed(range(len(arguments))):
        option, sign, value = arguments[place].partition("=")
        if option == "--lang":
            yield value if sign else "".join(arguments[place + 1 : place + 2])


def _of_plan_files(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the languages of the plan files named, even of a faulty one that is at least TOML."""
    for path in map(Path, arguments):
        if path.suffix == ".toml":
            with suppress(OSError, ValueError, KeyError, TypeError):
                yield str(tomllib.loads(path.read_text(encoding="utf-8-sig"))["project"]["language"])


def _of(environment: Mapping[str, str]) -> str:
    first = next(filter(None, map(environment.get, VARIABLES)), "")
    return first[:2].lower()
