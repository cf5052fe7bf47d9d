"""Work in pieces, spread over processes of this machine or over a cluster; the answers come in the order of the tasks."""

from contextlib import AbstractContextManager

from gridplan.spread.processes import Spread, beside, prepare, workers

__all__ = ["Spread", "beside", "prepare", "spread_over"]


def spread_over(jobs: int, *, preload: str, scheduler: str | None = None) -> AbstractContextManager[Spread]:
    """Return a ``map`` over so many processes of this machine, or over all of a Dask cluster.

    Parameters
    ----------
    jobs
        Processes of this machine.
    preload
        A module that they all need.
    scheduler
        The address of a cluster's scheduler, as ``tcp://10.0.0.5:8786``; None: this machine.

    Raises
    ------
    UsageError
        If what clusters need is not installed, the scheduler does not answer, or its workers have another gridplan.
    """
    if scheduler is None:
        return workers(jobs, preload=preload)
    from gridplan.spread.cluster import cluster  # noqa: PLC0415 # an extra

    return cluster(scheduler)
