"""Units and who borders whom, to grids: the best plan there is, and the proof.

``solve`` takes one ``Problem``; ``divide`` a whole district.
"""

from gridplan.partition.district import District, Rules, divide
from gridplan.partition.problem import Band, Problem, WorkersAsked
from gridplan.partition.search import Effort
from gridplan.partition.solve import Partition, solve

__all__ = ["Band", "District", "Effort", "Partition", "Problem", "Rules", "WorkersAsked", "divide", "solve"]
