"""Norms to posts, the roster against them, workers shared out fairly, and who serves where.

150-200 households a full-time worker, or at least 18 workers per 10,000 residents: figures of province plans
for 2025 (State Council office, notice 2021 no. 56). The plan file may name others. The larger one binds.
"""

from gridplan.staffing.apportion import apportionment, fair, hamilton, proportional, webster
from gridplan.staffing.district import Land, serve_district
from gridplan.staffing.gap import areas, gap_told, gaps, what_if
from gridplan.staffing.ladder import Places, ladder
from gridplan.staffing.posts import Norm, posts
from gridplan.staffing.roster import KINDS, Roster, homes, kinds_of, roster, served_in, shares_of
from gridplan.staffing.serve import Ground, Prices, Service, serve

__all__ = [
    "KINDS",
    "Ground",
    "Land",
    "Norm",
    "Places",
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
    "ladder",
    "posts",
    "proportional",
    "roster",
    "serve",
    "serve_district",
    "served_in",
    "shares_of",
    "webster",
    "what_if",
]
