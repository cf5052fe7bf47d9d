"""How a run is made, beside the plan file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gridplan.plan import Plan
from gridplan.progress import Halt


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is made, beside the plan file.

    Attributes
    ----------
    seed, jobs
        Of all chance; processes.
    scheduler
        The address of a Dask cluster's scheduler, whose workers solve the communities instead of processes of this machine.
    time_limit
        Solving time in seconds for the whole run; without it the solver stops on counted work, so results repeat.
    language
        Overrides that of the plan file.
    halt
        Once it asks for it the run ends with the best plan so far; it is told when there is one.
    drawn, improve
        A table of grids that somebody has drawn, to be judged; whether the solver goes on where it gives none.
    before
        A plan to go on from, or the path of grids that were made elsewhere, so that as few households as can be change their grid.
    moved, toward, curve
        Of going on from a plan: households that may move in each part of a community, where that serves the goal, None for as
        few as can be; the goal; whether to tell what other numbers would give.
    journal
        A folder for what is solved, community by community, and of what a run that was killed had solved.
    """

    seed: int = 1
    time_limit: float | None = None
    jobs: int = 1
    scheduler: str | None = None
    language: str | None = None
    halt: Halt | None = None
    drawn: str | None = None
    improve: bool = False
    before: Plan | str | None = None
    moved: float | None = None
    toward: Literal["walk", "balance"] = "walk"
    curve: bool = False
    journal: Path | None = None

    @property
    def halted(self) -> bool:
        """Whether the run is to end with what it has."""
        return self.halt is not None and self.halt.asked
