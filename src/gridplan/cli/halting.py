"""The first Ctrl-C once there are plans to improve: the best so far is written. Any other ends everything."""

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from gridplan.cli.output import warn
from gridplan.progress import Halt
from gridplan.words import say


@contextmanager
def halting(language: str) -> Iterator[Halt]:
    """Yield what asks the run to end at Ctrl-C, until it has anything worth writing with KeyboardInterrupt."""
    with tempfile.TemporaryDirectory(prefix="gridplan-") as folder:
        asked = Halt(Path(folder) / "halt")
        if threading.current_thread() is not threading.main_thread():
            yield asked
            return

        def halt(_number: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if not asked.worth:
                raise KeyboardInterrupt
            asked.mark.touch()
            warn(say(language, "cli.halting"))

        before = signal.signal(signal.SIGINT, halt)
        try:
            yield asked
        finally:
            signal.signal(signal.SIGINT, before)
