"""How much work a search may do: counted, so that results repeat, and by the clock where one is given."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Stop rules and chance.

    Attributes
    ----------
    starts
        Annealings from different beginnings.
    steps
        Moves each of them weighs; None: by the size of the problem.
    rounds
        Steps of the Lagrangean bound.
    nodes
        Nodes of a branch and bound tree.
    until
        Seconds of ``time.time()`` after which nothing new is begun; None for no clock.
    seed
        Of all chance.
    """

    starts: int = 4
    steps: int | None = None
    rounds: int = 300
    nodes: int = 20_000
    until: float | None = None
    seed: int = 1

    @property
    def seconds(self) -> float | None:
        """Seconds left, None without a clock."""
        return None if self.until is None else max(0.0, self.until - time.time())

    @property
    def spent(self) -> bool:
        """Whether the clock says stop."""
        return self.seconds is not None and self.seconds <= 0.0
