"""Models of the plan file: attribute names are its keys, defaults are those of the contract.

A ``Want`` beside a type names the words key ``config.want_<name>`` that says what the value must be.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    Field,
    PrivateAttr,
)

from gridplan.config.circle import Circle
from gridplan.config.table import Table
from gridplan.config.values import (
    Band,
    Code,
    Column,
    Coordinates,
    Encoding,
    KeepWhole,
    MetricCrs,
    OptionalBand,
    Positive,
    Price,
    RequiredColumn,
    Text,
    Want,
    Workers,
    WorkersPerGrid,
)


class Project(Table):
    """Title, language, date, CRS of the results."""

    name: Text
    note: Annotated[str, Want("text")] = ""
    language: Annotated[Literal["zh", "en"], Want("language")] = "zh"
    date: Annotated[dt.date | None, Want("date")] = None
    metric_crs: MetricCrs = "auto"


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


class Candidates(InputTable):
    """``[inputs.candidates]``: where something could be opened."""

    categories: Column = None
    cost: Column = None
    area: Column = None


class SpecialAreas(InputTable):
    """``[inputs.special_areas]``: polygons that are grids of their own."""

    name: Column = None
    workers: Column = None


class Seeds(InputTable):
    """``[inputs.seeds]``: points, each with a grid of its own around it."""


class Roster(InputTable):
    """``[inputs.workers]``: a table without places."""

    name: Column = None
    kind: Column = None
    community: Column = None
    availability: Column = None


class InputTables(Table):
    """``[inputs]``: the first two are required."""

    communities: Communities
    households: Households
    roads: Roads | None = None
    barriers: Barriers | None = None
    facilities: Facilities | None = None
    candidates: Candidates | None = None
    special_areas: SpecialAreas | None = None
    seeds: Seeds | None = None
    workers: Roster | None = None

    @property
    def given(self) -> dict[str, InputTable]:
        """The inputs that the plan file names, in the order of the contract."""
        return {part: table for part in type(self).model_fields if (table := getattr(self, part)) is not None}


class Prices(Table):
    """``[partition.prices]``, household-metres."""

    split_compound: Price = 0.0
    split_building: Price = 0.0
    border_off_line: Price = 0.0
    off_middle: Price = 0.0


class Partition(Table):
    """``[partition]``: what a good grid is."""

    households_per_worker: Band = (150, 200)
    workers_per_grid: WorkersPerGrid = (1, 1)
    workers: Workers = "middle"
    microgrid_households: OptionalBand = None
    keep_whole: KeepWhole = ("compound", "building")
    distance: Annotated[Literal["auto", "walk", "straight"], Want("distance")] = "auto"
    code: Code = "{community_id}{n:03}"
    prices: Prices = Prices()


class Staffing(Table):
    """``[staffing]``: the norms."""

    households_per_worker: Band = (150, 200)
    workers_per_10000_residents: Positive = 18


class PlanFile(Table):
    """A plan file that was found to be right."""

    project: Project
    inputs: InputTables
    partition: Partition = Partition()
    staffing: Staffing | None = None
    circle: Circle | None = None
    _path: Path = PrivateAttr()

    def model_post_init(self, context: dict[str, Path], /) -> None:
        """Keep where the file lies; ``context`` holds its ``path``."""
        self._path = context["path"]

    @property
    def path(self) -> Path:
        """The plan file itself."""
        return self._path

    @property
    def folder(self) -> Path:
        """The folder that paths of inputs are relative to."""
        return self._path.parent
