"""Norms to posts, the roster against them, workers shared out fairly, and who serves where.

150-200 households a full-time worker, or at least 18 workers per 10,000 residents: figures of province plans
for 2025 (State Council office, notice 2021 no. 56). The plan file may name others. The larger one binds.
"""

from gridplan.staffing.apportion import apportionment, fair, hamilton, proportional, webster
from gridplan.staffing.gap import areas, gap_told, gaps, what_if
from gridplan.staffing.posts import Norm, posts
from gridplan.staffing.roster import Roster, homes, kinds_of, roster, served_in, shares_of
from gridplan.staffing.serve import Ground, Prices, Service, serve

__all__ = [
    "Ground",
    "Norm",
    "Prices",
    "Roster",
    "Service",
    "apportionment",
    "areas",
    "fair",
    "gap_told",
    "gaps",
    "hamilton",
    "homes",
    "kinds_of",
    "posts",
    "proportional",
    "roster",
    "serve",
    "served_in",
    "shares_of",
    "webster",
    "what_if",
]
