"""Needs and resources brought together: matched exactly, the projects that follow, the points that are earned.

The goals, one after another: the most need met, each unit counted by its urgency; the fairest shares across communities (of every
kind of need the community that gets the least share gets as much as can be, then the next); the shortest ways.
"""

from gridplan.matching.ledger import ledger
from gridplan.matching.match import Matching, match
from gridplan.matching.reach import REASONS, Pairs, Reach, pairs

__all__ = ["REASONS", "Matching", "Pairs", "Reach", "ledger", "match", "pairs"]
