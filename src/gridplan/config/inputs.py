"""``[inputs]`` of the plan file: where each file is, and the columns that the plan file names."""

from typing import Annotated

from pydantic import Field

from gridplan.config.table import Table
from gridplan.config.values import Column, Coordinates, Encoding, RequiredColumn, Text, Want


def hidden(address: str) -> str:
    """Return the address of a database without user, password and options; other paths as they are.

    Examples
    --------
    >>> hidden("postgresql://user:secret@10.0.0.5:5432/town?sslmode=require")
    'postgresql://10.0.0.5:5432/town'
    >>> hidden("data/a.shp")
    'data/a.shp'
    """
    scheme, found, rest = address.partition("://")
    if not found:
        return address
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


class InputTable(Table):
    """What every ``[inputs.*]`` may say about its file; the other fields of a part name columns."""

    path: Text
    layer: Annotated[str | None, Field(min_length=1), Want("text")] = None
    encoding: Encoding = "auto"
    coordinates: Coordinates = "auto"
    x: Column = None
    y: Column = None
    id: Column = None

    @property
    def label(self) -> str:
        """How messages and reports name it: the path, or a database and its table without credentials."""
        shown = hidden(self.path)
        return f"{shown} {self.layer}" if shown != self.path and self.layer else shown

    @property
    def columns(self) -> dict[str, str]:
        """The columns that the plan file names: key of the contract -> name in the file."""
        given = self.model_dump(exclude=set(InputTable.model_fields) - {"id"})
        return {key: name for key, name in given.items() if name is not None}


class Communities(InputTable):
    """``[inputs.communities]``: polygons."""

    id: RequiredColumn
    name: Column = None
    street: Column = None
    population: Column = None
    workers: Column = None


class Households(InputTable):
    """``[inputs.households]``: points, or polygons that stand for an inner point."""

    households: Column = None
    planned: Column = None
    population: Column = None
    workload: Column = None
    vulnerable: Column = None
    entrance: Column = None
    building: Column = None
    compound: Column = None
    locked: Column = None
    together: Column = None
    apart: Column = None


class Roads(InputTable):
    """``[inputs.roads]``: lines."""

    name: Column = None
    rank: Column = None


class Barriers(InputTable):
    """``[inputs.barriers]``: lines or polygons."""

    name: Column = None


class Facilities(InputTable):
    """``[inputs.facilities]``: what is there already."""

    category: RequiredColumn
    name: Column = None
    capacity: Column = None
    closing: Column = None


class Candidates(InputTable):
    """``[inputs.candidates]``: where something could be opened."""

    categories: Column = None
    kind: Column = None
    required: Column = None
    forbidden: Column = None
    cost: Column = None
    area: Column = None


class SpecialAreas(InputTable):
    """``[inputs.special_areas]``: polygons that are grids of their own."""

    name: Column = None
    workers: Column = None


class Seeds(InputTable):
    """``[inputs.seeds]``: points, each with a grid of its own around it."""


class Assignment(InputTable):
    """A table of units or households and the grids that somebody has drawn of them; named on the command line."""

    grid: RequiredColumn


class Roster(InputTable):
    """``[inputs.workers]``: a table without places."""

    name: Column = None
    kind: Column = None
    community: Column = None
    availability: Column = None
    served: Column = None
    post: Column = None
