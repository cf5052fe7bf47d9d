"""Faults of the inputs, as data, and the repairs beside them.

Every check takes a table or shapes and a ``Sheet`` that names its rows, and gives back what is clean and the
faults it found; nothing is raised here, so that all faults of all inputs can be told at once.
"""

from gridplan.checks.attributes import attributes, ids_of
from gridplan.checks.catalogue import Check, catalogue, told
from gridplan.checks.communities import merged, residents, without_gaps, without_overlaps
from gridplan.checks.doubts import Arrived, Looked, doubts, of_cells
from gridplan.checks.faults import Fault, Harm, Sheet
from gridplan.checks.lists import related
from gridplan.checks.places import at_home, elsewhere, homes, outside_special_areas, unknown_communities
from gridplan.checks.reading import how_read
from gridplan.checks.shapes import build_shapes, points, sound

__all__ = [
    "Arrived",
    "Check",
    "Fault",
    "Harm",
    "Looked",
    "Sheet",
    "at_home",
    "attributes",
    "build_shapes",
    "catalogue",
    "doubts",
    "elsewhere",
    "homes",
    "how_read",
    "ids_of",
    "merged",
    "of_cells",
    "outside_special_areas",
    "points",
    "related",
    "residents",
    "sound",
    "told",
    "unknown_communities",
    "without_gaps",
    "without_overlaps",
]
