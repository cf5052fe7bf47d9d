"""Lists of helpers, needs and resources (``[inputs.agencies]`` to ``[inputs.points]``), and how they are brought together."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from gridplan.config.inputs import InputTable
from gridplan.config.table import Table
from gridplan.config.values import Column, OptionalPositive, Price, RequiredColumn, Want, must

MOST_MONTHS = 120


class Agencies(InputTable):
    """``[inputs.agencies]``: units that stand by a community."""

    name: Column = None
    phone: Column = None
    people: Column = None
    community: Column = None


class Officers(InputTable):
    """``[inputs.officers]``: department officers posted down; a table without places."""

    name: Column = None
    phone: Column = None
    department: Column = None
    street: Column = None


class Actors(InputTable):
    """``[inputs.actors]``: who takes part, by four marks; a table without places."""

    name: Column = None
    phone: Column = None
    kind: Column = None
    community: Column = None
    willing: Column = None
    able: Column = None
    resourced: Column = None
    related: Column = None


class Needs(InputTable):
    """``[inputs.needs]``: who needs what, where and when."""

    kind: RequiredColumn
    name: Column = None
    community: Column = None
    grid: Column = None
    amount: Column = None
    urgency: Column = None
    start: Column = None
    end: Column = None


class Resources(InputTable):
    """``[inputs.resources]``: who can give what, where and when."""

    kind: RequiredColumn
    name: Column = None
    serves: Column = None
    actor: Column = None
    community: Column = None
    amount: Column = None
    metres: Column = None
    start: Column = None
    end: Column = None


class Points(InputTable):
    """``[inputs.points]``: what was given and redeemed, an entry a row; a table without places."""

    actor: RequiredColumn
    date: Column = None
    kind: Column = None
    given: Column = None
    earned: Column = None
    redeemed: Column = None
    note: Column = None


class Helpers(Table):
    """``[helpers]``: how agencies and officers are posted."""

    balance: Annotated[float, Field(ge=1), Want("detour")] = 1.1
    months: Annotated[int, Field(ge=1, le=MOST_MONTHS), Want("months")] = 12
    start: Annotated[dt.date | None, Want("date")] = None
    officers_in: Annotated[Literal["communities", "grids"], Want("officers_in")] = "communities"
    each_department: Annotated[bool, Want("flag")] = False


class PointRates(Table):
    """``[matching.points]``: points for a unit given, by kind of resource."""

    time: Price = 1.0
    goods: Price = 1.0
    skills: Price = 1.0
    space: Price = 1.0
    money: Price = 1.0
    data: Price = 1.0


class Matching(Table):
    """``[matching]``: how far a resource reaches; without any of the three, as far as the circle."""

    minutes: OptionalPositive = None
    metres: Annotated[float | None, Field(gt=0), Want("reach")] = None
    within: Annotated[Literal["community", "street"] | None, Want("within")] = None
    points: PointRates = PointRates()

    @field_validator("metres", "within", mode="after")
    @classmethod
    def _one_limit(cls, value: float | str | None, info: ValidationInfo) -> float | str | None:
        must(value is None or not any(info.data.get(other) for other in ("minutes", "metres")))
        return value
