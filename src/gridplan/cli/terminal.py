"""What is being done and how far it is, on standard error: bars on a terminal, plain lines in a file."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from gridplan.progress import Progress, Silent
from gridplan.words import say

PAUSE_S = 5.0  # between two plain lines of one stage
FORETOLD_S = 20.0  # a stage that takes no longer ends before anybody asks


@contextmanager
def telling(language: str, *, quiet: bool) -> Iterator[Progress]:
    """Yield the progress of a command: silent, bars on a terminal, else plain lines."""
    console = Console(stderr=True)
    if quiet:
        yield Silent()
    elif console.is_terminal:
        with _bars(console) as bars:
            told = OnTerminal(bars, language)
            yield told
            told.finish()
    else:
        yield PlainLines(language)


def _bars(console: Console) -> Bars:
    return Bars(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[count]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        redirect_stdout=False,
        redirect_stderr=False,
    )


class OnTerminal:
    """A line with a bar for each stage; those that are done stay, with their seconds."""

    def __init__(self, bars: Bars, language: str) -> None:
        self._bars = bars
        self._language = language
        self._stage: TaskID | None = None
        self._begin_s = time.monotonic()

    def start(self, key: str, total: int = 0, **values: object) -> None:
        """Finish the line before and begin one for the stage."""
        self.finish()
        self._begin_s = time.monotonic()
        text = say(self._language, f"progress.{key}", **values)
        self._stage = self._bars.add_task(text, total=total or None, count=f"0/{total}" if total else "")

    def advance(self, done: int = 1) -> None:
        """Move the bar of the stage."""
        if self._stage is None:
            return
        self._bars.advance(self._stage, done)
        task = next(task for task in self._bars.tasks if task.id == self._stage)
        if task.total:
            left = _left(self._begin_s, int(task.completed), int(task.total), self._language)
            self._bars.update(self._stage, count=f"{task.completed:.0f}/{task.total:.0f}{left}")

    def finish(self) -> None:
        """Fill the bar of the stage that runs, if one does."""
        if self._stage is not None:
            task = next(task for task in self._bars.tasks if task.id == self._stage)
            total = task.total or 1
            self._bars.update(self._stage, total=total, completed=total)
            self._stage = None


class PlainLines:
    """A line when a stage starts and now and then while it runs, with the seconds since the start."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._begin_s = self._last_s = time.monotonic()
        self._text, self._done, self._total, self._stage_s = "", 0, 0, self._begin_s

    def start(self, key: str, total: int = 0, **values: object) -> None:
        """Tell of the stage."""
        self._text = say(self._language, f"progress.{key}", **values)
        self._done, self._total, self._stage_s = 0, total, time.monotonic()
        self._tell(f" 0/{total}" if total else "")

    def advance(self, done: int = 1) -> None:
        """Tell how far the stage is, unless that was told a moment ago."""
        self._done += done
        if self._total and time.monotonic() - self._last_s >= PAUSE_S:
            left = _left(self._stage_s, self._done, self._total, self._language)
            self._tell(f" {self._done}/{self._total}{left}")

    def _tell(self, count: str) -> None:
        self._last_s = time.monotonic()
        sys.stderr.write(f"[{self._last_s - self._begin_s:5.1f} s] {self._text}{count}\n")
        sys.stderr.flush()


def _left(begin_s: float, done: int, total: int, language: str) -> str:
    """Say how long a stage will go on at the pace that it had, nothing where it is soon over or has hardly begun."""
    spent_s = time.monotonic() - begin_s
    left_s = spent_s / done * (total - done) if done else 0.0
    if spent_s < PAUSE_S or spent_s + left_s < FORETOLD_S or done >= total:
        return ""
    minutes, seconds = divmod(round(left_s), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return say(language, "progress.left", clock=clock)
