"""Tasks for the workers of a Dask cluster. Whatever a cluster loses is done here: it can only cost time."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gridplan import __version__
from gridplan.errors import UsageError
from gridplan.spread.processes import Spread
from gridplan.words import Message

ANSWERS_S = 10.0  # within which a scheduler has to
TRIES = 3
NOBODY = "-"

_alone = threading.Lock()


@contextmanager
def cluster(address: str) -> Iterator[Spread]:
    """Yield a ``map`` that hands its tasks to the workers of a cluster.

    A worker that dies costs what it was at: the scheduler gives that to another one, and what it loses for good is done here.

    Raises
    ------
    UsageError
        If Dask is not installed, the scheduler does not answer, or its workers have another gridplan or none.
    """
    try:
        from distributed import Client  # noqa: PLC0415 # an extra
    except ImportError:
        raise UsageError(Message("cli.cluster_extra")) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it tells is for programmers
    client = None
    for _ in range(TRIES):
        with suppress(AssertionError):  # a machine so busy that Dask's own thread did not start in its time
            try:
                client = Client(address, timeout=ANSWERS_S, set_as_default=False)
            except (OSError, ValueError, TypeError):
                break
            break
    if client is None:
        raise UsageError(Message("cli.no_cluster", {"address": address}))
    with client:
        _refuse_others(client, address)

        def spread(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
            """Yield what comes of each task, in their order."""
            waiting = [(task, client.submit(_one, function, task, pure=False)) for task in tasks]
            for task, future in waiting:
                try:
                    answer = future.result()
                except Exception:  # noqa: BLE001 # the task's own comes again, and from here
                    answer = function(task)
                future.release()
                yield answer

        yield spread


def _one(function: Callable[[Any], Any], task: Any) -> Any:
    """Do a task; a worker with several threads does one after another, since solvers take all of a process."""
    with _alone:
        return function(task)


def _version() -> str:
    return __version__


def _refuse_others(client: Any, address: str) -> None:
    """Raise unless there are workers and all have this version of the package: others would give other plans."""
    try:
        found = sorted(set(client.run(_version).values()))
    except Exception:  # noqa: BLE001 # whatever a worker says that has no gridplan
        found = [NOBODY]
    if found != [__version__]:
        values = {"address": address, "version": __version__, "found": ", ".join(found) or NOBODY}
        raise UsageError(Message("cli.cluster_other", values))
