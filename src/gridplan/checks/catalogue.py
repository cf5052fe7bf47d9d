"""Every check as data: its code, what it looks at, what it needs of the plan file, its harm; its words are in ``words``."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gridplan.checks.faults import Fault, Harm
from gridplan.words import LANGUAGES, say


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check. ``needs`` is what the plan file has to name for it, ``harm`` what a fault of it does (elsewhere it may do less)."""

    code: str
    area: str
    needs: str
    harm: Harm

    def title(self, language: str) -> str:
        """Return what it is called, in "zh" or "en"."""
        return say(language, f"titles.{self.code}")

    def why(self, language: str) -> str:
        """Return why it matters."""
        return say(language, f"reasons.{self.code}")


@cache
def catalogue() -> dict[str, Check]:
    """Return all checks of ``gridplan check`` by code."""
    text = files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {
        code: Check(code=code, area=group["area"], needs=group["needs"], harm=Harm(group["harm"]))
        for group in tomllib.loads(text)["groups"]
        for code in group["codes"]
    }


def told(fault: Fault, language: str) -> str:
    """Return what a person reads of a fault: its title, what and where it is, what to do and why it matters.

    The text of a doubt gives the reason itself.
    """
    check, text = catalogue()[fault.code], fault.message.text(language)
    if fault.harm is Harm.DOUBT:
        return say(language, "checks.told_doubt", title=check.title(language), text=text)
    return say(language, "checks.told", title=check.title(language), text=text, why=check.why(language))


def as_markdown() -> str:
    """Return the catalogue as a page."""
    return "\n".join([*_page()]) + "\n"


def _page() -> Iterator[str]:
    checks = catalogue().values()
    yield "# What `gridplan check` looks for"
    yield ""
    yield f"{len(checks)} checks, made by `python -m gridplan.checks`. A fault `forbids` a plan; or it is a `doubt`, left as it is,"
    yield "that a person should look at; or it is dealt with and `told`."
    for area in dict.fromkeys(check.area for check in checks):
        mine = [check for check in checks if check.area == area]
        yield f"\n## {area.capitalize()}\n"
        yield "| code | 名称 | title | harm | needs | 为什么要紧 | why it matters |"
        yield "|---|---|---|---|---|---|---|"
        for check in mine:
            titles, whys = (
                [say(one, f"{topic}.{check.code}") for one in LANGUAGES] for topic in ("titles", "reasons")
            )
            cells = (f"`{check.code}`", *titles, str(check.harm), check.needs, *whys)
            yield f"| {' | '.join(cells)} |"
