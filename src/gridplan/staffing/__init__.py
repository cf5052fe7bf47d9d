"""Posts by both norms, the workers on the roster, and the gap between them.

150-200 households a full-time worker, or at least 18 workers per 10,000 residents: figures of province plans
for 2025 (State Council office, notice 2021 no. 56). The plan file may name others. The larger one binds.
"""

from gridplan.staffing.gap import Gap, gap
from gridplan.staffing.posts import Norm, posts
from gridplan.staffing.roster import Roster, roster

__all__ = ["Gap", "Norm", "Roster", "gap", "posts", "roster"]
