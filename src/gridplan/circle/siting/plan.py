"""What is found for a siting problem."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridplan.circle.model import Floats, Integers
from gridplan.words import Message

Status = Literal["optimal", "infeasible", "feasible"]


@dataclass(frozen=True, eq=False, kw_only=True)
class SitePlan:
    """The open sites, who goes where, what is proven.

    ``objective`` and ``lower_bound`` are, by goal: sites or cost ("fewest"), weight without cover ("cover"), weight x metres
    ("median"), metres ("center"), of the rows that ``served`` says are served. Status "infeasible": proven that not every row
    can be served (or, with "cover", that the rules contradict each other); ``reasons`` say why and what it would take, and the
    plan serves as much weight as can be, or as was found. "feasible": found, not proven best. ``stopped`` is what ended a
    proof: "work" or "clock".
    """

    open: Integers  # positions of all open sites
    new: Integers
    closed: Integers
    assignment: (
        Integers  # (rows,) the site each row goes to, -1 for none; of several the one that serves most of it
    )
    served: Floats  # (rows,) the share of each row that is served
    objective: float
    lower_bound: float
    status: Status
    unreachable: Integers  # rows that no site that may be open has in reach
    reasons: tuple[Message, ...] = ()
    stopped: str = ""

    @property
    def gap(self) -> float:
        """Share of the objective that a better plan could save; 0 when the objective is 0."""
        return 0.0 if self.objective <= 0 else (self.objective - self.lower_bound) / self.objective

    def told(self, language: str = "en") -> list[str]:
        """Return the reasons as sentences."""
        return [reason.text(language) for reason in self.reasons]


def nothing() -> NDArray[np.int64]:
    """Return no positions."""
    return np.zeros(0, np.int64)
