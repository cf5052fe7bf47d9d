"""The lists of a plan: who helps where, and who gives what to whom. From the inputs' lists and the finished grids."""

from gridplan.lists.exchanged import exchanged
from gridplan.lists.posted import posted
from gridplan.lists.setting import Listed, Setting

__all__ = ["Listed", "Setting", "lists_of"]


def lists_of(setting: Setting) -> Listed:
    """Return all lists of a run.

    Raises
    ------
    InputError
        As ``exchanged``.
    """
    both = posted(setting), exchanged(setting)
    return Listed(
        tables={name: table for one in both for name, table in one.tables.items()},
        report={name: part for one in both for name, part in one.report.items()},
        told=tuple(message for one in both for message in one.told),
    )
