"""``[circle]`` of the plan file: services, how each is placed, the planner's own norms."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from gridplan.config.table import Table
from gridplan.config.values import (
    OptionalBand,
    OptionalPositive,
    Positive,
    Price,
    Text,
    Want,
    distinct,
    listed,
    must,
)

GoalName = Literal["cover", "worst", "vulnerable", "walk", "money", "sites"]
Share = Annotated[float, Field(ge=0, lt=1)]
METRES_PER_KM = 1000
MINUTES_PER_HOUR = 60


class Service(Table):
    """One of ``[[circle.services]]``."""

    category: Text
    minutes: OptionalPositive = None
    metres: Annotated[float | None, Field(gt=0), Want("metres")] = None
    capacity: OptionalPositive = None
    new: Annotated[int | None, Field(ge=0), Want("new")] = None
    model: Annotated[Literal["cover", "median", "center"] | None, Want("model")] = None
    budget: OptionalPositive = None
    backup: Annotated[int, Field(ge=1), Want("backup")] = 1
    apart_metres: OptionalPositive = None
    cost: Price = 0.0
    floor_area: Price = 0.0
    capacities: Annotated[bool, Want("capacities")] = False
    kinds: Annotated[tuple[Text, ...], BeforeValidator(listed), Want("kinds")] = ()

    @field_validator("backup", mode="after")
    @classmethod
    def _cover_alone(cls, backup: int, info: ValidationInfo) -> int:
        must(backup == 1 or info.data.get("model") in (None, "cover"))
        return backup

    @field_validator("capacities", mode="after")
    @classmethod
    def _one_of_them(cls, capacities: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 # pydantic calls it
        must(not capacities or (info.data.get("backup") == 1 and info.data.get("model") != "center"))
        return capacities

    @field_validator("metres", mode="after")
    @classmethod
    def _one_limit(cls, metres: float | None, info: ValidationInfo) -> float | None:
        must(metres is None or info.data.get("minutes") is None)
        return metres


class Norm(Table):
    """One of ``[[circle.norms]]``: what a standard or the planner asks of a service, instead of the table's row."""

    category: Text
    metres: Positive
    level: Positive = 15
    people: OptionalBand = None
    area: OptionalPositive = None
    source: Annotated[str, Want("text")] = ""
    clause: Annotated[str, Want("text")] = ""
    sure: Annotated[bool, Want("flag")] = True


class Circle(Table):
    """``[circle]``: how far people walk, and to what."""

    minutes: Positive = 15
    walking_km_per_hour: Positive = 4.0
    detour: Annotated[float, Field(ge=1), Want("detour")] = 1.3
    model: Annotated[Literal["cover", "median", "center"], Want("model")] = "cover"
    budget: OptionalPositive = None
    goals: Annotated[tuple[GoalName, ...], BeforeValidator(listed), Want("goals")] = ()
    give_up: Annotated[Share | tuple[Share, ...], BeforeValidator(listed), Want("give_up")] = 0.0
    isochrones: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...], BeforeValidator(listed), Want("isochrones")
    ] = ()
    isochrones_of: Annotated[
        Literal["new", "all"] | tuple[Text, ...], BeforeValidator(listed), Want("isochrones_of")
    ] = "new"
    norms: Annotated[tuple[Norm, ...], BeforeValidator(listed), Want("norms")] = ()
    services: Annotated[tuple[Service, ...], BeforeValidator(listed), Want("services")] = ()

    @field_validator("services", mode="after")
    @classmethod
    def _each_once(cls, services: tuple[Service, ...], info: ValidationInfo) -> tuple[Service, ...]:
        distinct(tuple(service.category for service in services))
        for service in services:
            model = service.model or info.data.get("model")
            must(model == "cover" or service.backup == 1)
            must(model != "center" or not service.capacities)
        return services

    @field_validator("isochrones", mode="after")
    @classmethod
    def _each_minute_once(cls, minutes: tuple[float, ...]) -> tuple[float, ...]:
        must(len(set(minutes)) == len(minutes))
        return minutes

    @field_validator("isochrones_of", mode="after")
    @classmethod
    def _beside_minutes(
        cls, of: Literal["new", "all"] | tuple[str, ...], info: ValidationInfo
    ) -> Literal["new", "all"] | tuple[str, ...]:
        must(of == "new" or info.data.get("isochrones"))
        return of

    @field_validator("goals", mode="after")
    @classmethod
    def _in_order(cls, goals: tuple[GoalName, ...]) -> tuple[GoalName, ...]:
        must(not goals or "cover" in goals)
        distinct(goals)
        return goals

    @field_validator("give_up", mode="after")
    @classmethod
    def _one_each(cls, shares: float | tuple[float, ...], info: ValidationInfo) -> float | tuple[float, ...]:
        goals = info.data.get("goals")
        if goals is not None:  # else it is told already
            must(len(goals) == len(shares) if isinstance(shares, tuple) else goals or shares == 0)
        return shares

    @property
    def metres_per_minute(self) -> float:
        """The walking speed."""
        return self.metres(1)

    def metres(self, minutes: float) -> float:
        """Return how far people walk in so many minutes; rounded once, so that 15 at 4 km/h are 1,000 m to the last digit."""
        return minutes * self.walking_km_per_hour * METRES_PER_KM / MINUTES_PER_HOUR

    @property
    def own_norms(self) -> tuple[dict[str, Any], ...]:
        """The plan file's norms, as the circle stage calls their parts."""
        return tuple(
            {
                "level": norm.level,
                "zh": norm.category,
                "en": norm.category,
                "limit_m": norm.metres,
                "people_from": norm.people[0] if norm.people else 0.0,
                "people_to": norm.people[1] if norm.people else 0.0,
                "area_m2": norm.area or 0.0,
                "source": norm.source,
                "clause": norm.clause,
                "sure": norm.sure,
            }
            for norm in self.norms
        )

    def asked_of(self, service: Service) -> dict[str, Any]:
        """Return how a service is placed, as the circle stage calls it: its own model, else that of all."""
        return {
            "category": service.category,
            "limit_m": self.limit_m(service),
            "new": service.new,
            "capacity": service.capacity,
            "model": service.model or self.model,
            "budget": service.budget,
            "backup": service.backup,
            "apart_m": service.apart_metres or 0.0,
            "shared_budget": self.budget,
            "cost": service.cost,
            "floor_m2": service.floor_area,
            "capacities": service.capacities,
            "kinds": service.kinds,
            "goals": tuple("named" if goal == "vulnerable" else goal for goal in self.goals),
            "give_up": self.give_up if isinstance(self.give_up, tuple) else (self.give_up,) * len(self.goals),
        }

    def limit_m(self, service: Service) -> float:
        """Return the walking distance in metres up to which a service counts as within reach."""
        if service.metres is not None:
            return service.metres
        return self.metres(self.minutes if service.minutes is None else service.minutes)
