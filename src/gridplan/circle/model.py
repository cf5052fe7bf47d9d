"""When to give up, and what was chosen until then."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EPS = 1e-6

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Stop:
    """When to give up: at a moment of the monotonic clock (seconds) if there is one, else after work."""

    deadline: float | None = None
    seed: int = 1

    @property
    def left_s(self) -> float | None:
        """Seconds left."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def part(self, parts: int) -> "Stop":
        """Return when to give up the next of so many parts of the time that is left."""
        left_s = self.left_s
        return self if left_s is None else Stop(deadline=time.monotonic() + left_s / parts, seed=self.seed)


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice:
    """The sites chosen (positions), the objective, what is proven about it, and what ended the proof."""

    sites: Integers
    objective: float
    lower_bound: float
    stopped: str = ""  # "", "work" or "clock"
