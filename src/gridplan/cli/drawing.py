"""The pages of a plan, drawn by other processes while this one writes the rest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridplan.plan import Plan
from gridplan.spread import beside

FEW = 1_000  # units of a plan whose pages are drawn before other processes are ready for them


@contextmanager
def drawing(plan: Plan, jobs: int) -> Iterator[Callable[[], dict[str, str]]]:
    """Begin to draw the pages of a plan; what is yielded returns them."""
    share = jobs if len(plan.units) > FEW else 1
    with beside(_pages, [(plan, slice(at, None, share)) for at in range(share)]) as drawn:
        yield lambda: {name: text for some in drawn() for name, text in some.items()}


def _pages(task: tuple[Plan, slice]) -> dict[str, str]:
    from gridplan.maps import pages  # noqa: PLC0415 # takes a second to load, and rarely here

    plan, some = task
    return pages(plan, some=some)
