"""Reading a plan file: from text to models, or to a list of everything that is wrong with it."""

import difflib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gridplan.config.models import PlanFile
from gridplan.config.values import Want
from gridplan.errors import UsageError
from gridplan.words import Message

SHOWN_CHARACTERS = 60


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan file.

    Raises
    ------
    UsageError
        If the file cannot be read, is not TOML, or holds keys or values that are not known; it carries
        every fault found.
    """
    given = _toml(path)
    project = given.get("project", {})
    if isinstance(project, dict):
        project = {"name": path.stem, **project}
    whole = {"inputs": {}, **given, "project": project}
    try:
        plan = PlanFile.model_validate(whole, context={"path": path})
    except ValidationError as error:
        told = dict(_told(details, whole) for details in error.errors(include_url=False))
        raise UsageError(told.values()) from None
    if clashes := [Message(f"config.{key}") for key, clash in _clashes(plan).items() if clash]:
        raise UsageError(clashes)
    return plan


def _clashes(plan: PlanFile) -> dict[str, bool]:
    """Return which keys do not go together, by the words key that says so."""
    inputs, asked = plan.inputs, plan.partition
    by_roster = asked.households_per_worker == "roster"
    numbered = "workers" in asked.model_fields_set or inputs.communities.workers is not None
    return {
        "walk_without_roads": asked.distance == "walk" and inputs.roads is None,
        "roster_without_workers": by_roster and inputs.workers is None,
        "roster_and_workers": by_roster and numbered,
        "basis_without_planned": plan.staffing is not None
        and plan.staffing.basis == "planned"
        and inputs.households.planned is None,
    }


def _toml(path: Path) -> dict[str, Any]:
    """Parse the file; a byte order mark at its start is allowed."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(Message("config.missing_file", {"path": path})) from None
    except OSError:
        raise UsageError(Message("config.unreadable_file", {"path": path})) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(Message("config.not_utf8", {"path": path, "line": line})) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        number = _faulty_line(str(error), text)
        words = text.split("\n")[number - 1].split()
        values = {"path": path, "line": number, "text": _short(" ".join(words))}
        raise UsageError(Message(f"config.syntax_{_kind_of(str(error))}", values)) from None


def _kind_of(told: str) -> str:
    """Return which sentence tells of what the parser says; the plain one where it says it in a new way."""
    if re.search("twice|[Dd]uplicate|overwrite|redefine|immutable", told):
        return "twice"
    return "value" if "Invalid value" in told else "other"


def _faulty_line(told: str, text: str) -> int:
    """Return the number of the line that the parser tells of."""
    place = re.search(r"line (\d+)", told)
    return int(place[1]) if place else text.count("\n") + 1  # else it says "at end of document"


@dataclass(frozen=True)
class _Spot:
    """Where a fault lies: the steps to it, the table there, what was wanted, and what stands there."""

    steps: tuple[str | int, ...]
    table: type[BaseModel]
    want: str
    value: Any

    @property
    def place(self) -> str:
        """The spot as a planner writes it: ``[inputs.roads] rank``, ``[[circle.services]] 2``."""
        tables, key = (self.steps, "") if self.want == "table" else (self.steps[:-1], str(self.steps[-1]))
        dotted = ".".join(step for step in tables if isinstance(step, str))
        numbers = [step + 1 for step in tables if isinstance(step, int)]
        header = f"[[{dotted}]] {numbers[0]}" if numbers else f"[{dotted}]" if dotted else ""
        return f"{header} {key}".strip()


def _model_of(annotation: object) -> type[BaseModel] | None:
    """Return the model that a field's type names, if it names one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_of(inner))), None)


def _spot(steps: tuple[str | int, ...], given: dict[str, Any]) -> _Spot:
    """Follow pydantic's steps through the models, down to the key whose value is at fault."""
    table: type[BaseModel] = PlanFile
    value: Any = given
    want = "table"
    for depth, step in enumerate(steps, start=1):
        if isinstance(step, int):
            value, want = value[step], "table"
            continue
        value = value.get(step)
        field = table.model_fields.get(step)
        inner = _model_of(field.annotation) if field else None
        want = next(
            (mark.name for mark in (field.metadata if field else ()) if isinstance(mark, Want)), "table"
        )
        if inner is None:
            return _Spot(steps[:depth], table, want if field else "table" if _is_table(value) else "", value)
        table = inner
    return _Spot(steps, table, want, value)


def _is_table(value: object) -> bool:
    tables = value if isinstance(value, list) else [value]
    return all(isinstance(one, dict) for one in tables)


def _told(details: ErrorDetails, given: dict[str, Any]) -> tuple[str, Message]:
    """Return the place of a fault and its sentence; several faults of one value share a place."""
    spot = _spot(details["loc"], given)
    if details["type"] == "missing" and details["loc"] == spot.steps:
        return spot.place, Message("config.missing", {"place": spot.place})
    if details["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(spot.steps[-1]), sorted(spot.table.model_fields), n=1, cutoff=0)
        return spot.place, Message("config.unknown_key", {"place": spot.place, "near": near[0]})
    values = {
        "place": spot.place,
        "value": _short(json.dumps(spot.value, ensure_ascii=False, default=str)),
        "want": Message(f"config.want_{spot.want}"),
    }
    return spot.place, Message("config.wrong_value", values)


def _short(text: str) -> str:
    """Return a text of the plan file, not longer than is shown."""
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
