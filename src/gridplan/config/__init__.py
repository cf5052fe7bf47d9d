"""The plan file as frozen models; everything wrong with it is told at once."""

from gridplan.config.circle import Circle, Service
from gridplan.config.models import (
    Candidates,
    Communities,
    Facilities,
    Households,
    InputTable,
    Partition,
    PlanFile,
    Prices,
    Project,
    Roster,
    SpecialAreas,
    Staffing,
)
from gridplan.config.read import read_plan_file

__all__ = [
    "Candidates",
    "Circle",
    "Communities",
    "Facilities",
    "Households",
    "InputTable",
    "Partition",
    "PlanFile",
    "Prices",
    "Project",
    "Roster",
    "Service",
    "SpecialAreas",
    "Staffing",
    "read_plan_file",
]
