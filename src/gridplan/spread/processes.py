"""Other processes that work for this one and end with it, at once and in silence, however it ends."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, forkserver, get_all_start_methods, get_context, parent_process
from typing import Any

from gridplan.errors import OutputError
from gridplan.words import Message

MOST_DEATHS = 3  # of processes, one after another, without an answer between them

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


def _method() -> str:
    return "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


def prepare(*, preload: str) -> None:
    """Let the process that others are forked from read a module they will need, beside what this one does meanwhile."""
    if _method() == "forkserver":
        get_context("forkserver").set_forkserver_preload([preload])
        with _interrupts_held():
            forkserver.ensure_running()


@contextmanager
def workers(count: int, *, preload: str) -> Iterator[Spread]:
    """Yield a ``map`` that spreads its tasks over processes; ``preload`` is a module they all need.

    Processes that the system ends are replaced, and what is not answered yet is begun again. An exception in the block,
    Ctrl-C too, ends the processes without waiting for what they are at.

    Raises
    ------
    OutputError
        If the system ends them again and again, by the map: most likely there is not enough memory.
    """
    method = _method()
    context = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([preload])

    def spread(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield what comes of each task, in their order."""
        left, deaths = list(tasks), 0
        while left:
            done = 0
            with ProcessPoolExecutor(count, mp_context=context, initializer=_serve) as pool:
                try:
                    with _interrupts_held():
                        answers = pool.map(function, left)
                    for answer in answers:
                        yield answer
                        done, deaths = done + 1, 0
                except BrokenProcessPool:
                    deaths += 1
            left = left[done:]
            if deaths > MOST_DEATHS:
                raise OutputError(Message("cli.workers_died", {"jobs": count}))

    with _ended_with():
        yield spread


@contextmanager
def beside(function: Callable[[Any], Any], tasks: list[Any]) -> Iterator[Callable[[], list[Any]]]:
    """Yield what waits for the answers to tasks that other processes are at meanwhile, one each; a single one is done when asked.

    A process that the system ends costs time only: what it was at is done here. An exception in the block ends them without
    waiting.
    """
    if len(tasks) == 1:
        yield lambda: [function(tasks[0])]
        return
    with ProcessPoolExecutor(len(tasks), mp_context=get_context(_method()), initializer=_serve) as pool:
        with _interrupts_held():
            waiting = [(pool.submit(function, task), task) for task in tasks]

        def answer(future: Future[Any], task: Any) -> Any:
            try:
                return future.result()
            except BrokenProcessPool:
                return function(task)

        with _ended_with():
            yield lambda: [answer(*one) for one in waiting]


@contextmanager
def _ended_with() -> Iterator[None]:
    """End the processes without waiting for what they are at if there is an exception in the block."""
    try:
        yield
    except BaseException:
        for child in active_children():
            child.terminate()
        raise


def _serve() -> None:
    """Leave Ctrl-C to the process that is worked for, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Put Ctrl-C off while processes are started: they start with it held back too, and so tell nothing of it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
