"""Models of the plan file: attribute names are its keys, defaults are those of the contract.

A ``Want`` beside a type names the words key ``config.want_<name>`` that says what the value must be.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import PrivateAttr

from gridplan.config.circle import Circle
from gridplan.config.inputs import (
    Barriers,
    Candidates,
    Communities,
    Facilities,
    Households,
    InputTable,
    Roads,
    Roster,
    Seeds,
    SpecialAreas,
)
from gridplan.config.lists import Actors, Agencies, Helpers, Matching, Needs, Officers, Points, Resources
from gridplan.config.map import MapPages
from gridplan.config.staffing import Staffing
from gridplan.config.table import Table
from gridplan.config.values import (
    Code,
    Effort,
    GridBand,
    KeepWhole,
    MetricCrs,
    OptionalBand,
    Price,
    Spread,
    Text,
    Want,
    Workers,
    WorkersPerGrid,
)

STREET = "{street}"  # in a path: what the name of a street's own file has there


class Project(Table):
    """Title, language, date, CRS of the results."""

    name: Text
    note: Annotated[str, Want("text")] = ""
    language: Annotated[Literal["zh", "en"], Want("language")] = "zh"
    date: Annotated[dt.date | None, Want("date")] = None
    metric_crs: MetricCrs = "auto"


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
    agencies: Agencies | None = None
    officers: Officers | None = None
    actors: Actors | None = None
    needs: Needs | None = None
    resources: Resources | None = None
    points: Points | None = None

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

    households_per_worker: GridBand = (150, 200)
    roster_spread: Spread = 0.1
    effort: Effort = 0.15
    workers_per_grid: WorkersPerGrid = (1, 1)
    workers: Workers = "middle"
    microgrid_households: OptionalBand = None
    keep_whole: KeepWhole = ("compound", "building")
    distance: Annotated[Literal["auto", "walk", "straight"], Want("distance")] = "auto"
    code: Code = "{community_id}{n:03}"
    prices: Prices = Prices()

    @property
    def band(self) -> tuple[float, float]:
        """Households a worker as numbers; what "roster" comes to has to be settled first."""
        if isinstance(self.households_per_worker, str):
            raise ValueError("the band follows from a roster that was not looked at")  # noqa: TRY004  it comes too early
        return self.households_per_worker


class PlanFile(Table):
    """A plan file that was found to be right."""

    project: Project
    inputs: InputTables
    partition: Partition = Partition()
    staffing: Staffing | None = None
    helpers: Helpers = Helpers()
    matching: Matching = Matching()
    circle: Circle | None = None
    map: MapPages = MapPages()
    _path: Path = PrivateAttr()

    def model_post_init(self, context: dict[str, Path], /) -> None:
        """Keep where the file lies; ``context`` holds its ``path``."""
        self._path = context["path"]

    @property
    def is_city(self) -> bool:
        """Whether streets have files of their own: a path holds ``{street}``."""
        return any(STREET in f"{table.path} {table.layer}" for table in self.inputs.given.values())

    @property
    def path(self) -> Path:
        """The plan file itself."""
        return self._path

    @property
    def folder(self) -> Path:
        """The folder that paths of inputs are relative to."""
        return self._path.parent
