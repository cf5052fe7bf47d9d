"""Where sites should be, from a plain table of walks: covering, p-median, p-center, with rules, and the proof.

``site_problem`` makes a ``SiteProblem``, ``locate`` solves it.
"""

from gridplan.circle.siting.locate import locate
from gridplan.circle.siting.plan import SitePlan
from gridplan.circle.siting.problem import Goal, SiteProblem, site_problem

__all__ = ["Goal", "SitePlan", "SiteProblem", "locate", "site_problem"]
