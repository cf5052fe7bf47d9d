"""The streets of a city: those that the communities' path has files for, and the plan file of each."""

import glob
import re
from pathlib import Path
from typing import Any

from gridplan.config import STREET, PlanFile
from gridplan.errors import InputError
from gridplan.sources import tables_in
from gridplan.words import Message

NEEDED = ("communities", "households", "roads")  # a street without such a file is refused; others it may lack


def streets_of(plan_file: PlanFile) -> dict[str, PlanFile]:
    """Return the plan file of each street, by what stands for ``{street}`` in the communities' path, or table, in its order.

    Raises
    ------
    InputError
        If the communities' path names no street, there is no file for it, or a database cannot be read.
    """
    communities = plan_file.inputs.communities
    path, layer = communities.path, communities.layer or ""
    if STREET in path:
        found = _found(plan_file.folder, path)
    elif STREET in layer and "://" in path:
        found = _named(tables_in(communities), layer)
    else:
        raise InputError(Message("cities.no_holder", {"path": communities.label}))
    if not found:
        values = {"path": layer or path, "folder": communities.label if layer else plan_file.folder}
        raise InputError(Message("cities.no_streets", values))
    return {street: _of(plan_file, street) for street in found}


def _named(tables: list[str], layer: str) -> list[str]:
    """Return the texts that make a layer one that there is; only such as may name a folder."""
    first, *others = (re.escape(part) for part in layer.split(STREET))
    shape = re.compile(f"{first}(?P<street>\\w[\\w-]*){'(?P=street)'.join(others)}")
    return sorted({match["street"] for match in map(shape.fullmatch, tables) if match})


def _found(folder: Path, path: str) -> list[str]:
    """Return the texts that make a path one that there is."""
    parts = path.split(STREET)
    pattern = "*".join(glob.escape(part) for part in (str(folder / parts[0]), *parts[1:]))
    if parts[0].endswith("/") or not parts[0]:
        pattern = "*".join(
            [glob.escape(str(folder / parts[0]) + "/"), *(glob.escape(part) for part in parts[1:])]
        )
    first, *others = (re.escape(part.replace("\\", "/")) for part in parts)
    shape = re.compile(f".*{first}(?P<street>[^/]+){'(?P=street)'.join(others)}")
    matches = (shape.fullmatch(one.replace("\\", "/")) for one in glob.glob(pattern))  # noqa: PTH207 # Path.glob takes no pattern that is absolute
    return sorted({match["street"] for match in matches if match})


def _of(plan_file: PlanFile, street: str) -> PlanFile:
    """Return the plan file of a street: its inputs, without those that it has no file of."""
    tables: dict[str, Any] = {}
    for part, table in plan_file.inputs.given.items():
        if STREET in table.path or STREET in (table.layer or ""):
            path = table.path.replace(STREET, street)
            layer = table.layer and table.layer.replace(STREET, street)
            own = table.model_copy(update={"path": path, "layer": layer})
            there = part in NEEDED or "://" in path or (plan_file.folder / path).exists()
            tables[part] = own if there else None
    return plan_file.model_copy(
        update={
            "project": plan_file.project.model_copy(update={"name": f"{plan_file.project.name} {street}"}),
            "inputs": plan_file.inputs.model_copy(update=tables),
        }
    )
