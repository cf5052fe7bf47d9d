"""The plan file as frozen models; everything wrong with it is told at once."""

from gridplan.config.circle import Circle, Service
from gridplan.config.inputs import (
    Assignment,
    Candidates,
    Communities,
    Facilities,
    Households,
    InputTable,
    Roster,
    SpecialAreas,
    hidden,
)
from gridplan.config.lists import Helpers, Matching
from gridplan.config.models import STREET, Partition, PlanFile, Prices, Project
from gridplan.config.read import read_plan_file
from gridplan.config.staffing import Staffing

__all__ = [
    "STREET",
    "Assignment",
    "Candidates",
    "Circle",
    "Communities",
    "Facilities",
    "Helpers",
    "Households",
    "InputTable",
    "Matching",
    "Partition",
    "PlanFile",
    "Prices",
    "Project",
    "Roster",
    "Service",
    "SpecialAreas",
    "Staffing",
    "hidden",
    "read_plan_file",
]
