"""Units and who borders whom, to grids: the best plan there is, and the proof.

``solve`` takes one ``Problem``, which ``problem_from_arrays`` and ``problem_from_frame`` make; ``divide`` a whole district.
"""

from gridplan.partition.arrays import problem_from_arrays
from gridplan.partition.charges import PARTS, PlanPrices
from gridplan.partition.clashes import Clash, clashes
from gridplan.partition.district import District, divide, get_ready
from gridplan.partition.frames import problem_from_frame, reason_text
from gridplan.partition.hand import Hand
from gridplan.partition.pieces import Rules
from gridplan.partition.problem import Band, Problem, WorkersAsked
from gridplan.partition.result import Partition
from gridplan.partition.search import Effort
from gridplan.partition.sharing import shared_workers
from gridplan.partition.solve import solve
from gridplan.partition.stay import Wish
from gridplan.partition.told import WayOut, described, reason_with_ways

__all__ = [
    "PARTS",
    "Band",
    "Clash",
    "District",
    "Effort",
    "Hand",
    "Partition",
    "PlanPrices",
    "Problem",
    "Rules",
    "WayOut",
    "Wish",
    "WorkersAsked",
    "clashes",
    "described",
    "divide",
    "get_ready",
    "problem_from_arrays",
    "problem_from_frame",
    "reason_text",
    "reason_with_ways",
    "shared_workers",
    "solve",
]
