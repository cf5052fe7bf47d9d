"""The fifteen-minute circle: who walks how far to each everyday service, and where new facilities should go.

``place`` takes units with their households, the facilities there are and the sites there could be; it returns
who is in reach before and after, with the fewest new sites, or the most cover of a given number of them.
``site_problem`` and ``locate`` answer the same and more (p-median, p-center, rooms, budgets) from a plain table of walks;
``locate_in_order`` takes several such services in shared buildings, and goals one after another.
"""

from gridplan.circle.assess import assess
from gridplan.circle.norms import Norm, known_norms, norm_of, norm_rows
from gridplan.circle.ordered import Buildings, OrderedPlan, Reached, Tenant, locate_in_order
from gridplan.circle.place import place
from gridplan.circle.result import Circle, Service, Walk
from gridplan.circle.siting import SitePlan, SiteProblem, locate, site_problem

__all__ = [
    "Buildings",
    "Circle",
    "Norm",
    "OrderedPlan",
    "Reached",
    "Service",
    "SitePlan",
    "SiteProblem",
    "Tenant",
    "Walk",
    "assess",
    "known_norms",
    "locate",
    "locate_in_order",
    "norm_of",
    "norm_rows",
    "place",
    "site_problem",
]
