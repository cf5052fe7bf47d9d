"""The lists of a plan: who helps where, and who gives what to whom. From the inputs' lists and the finished grids."""

import pandas as pd

from gridplan.lists.exchanged import exchanged
from gridplan.lists.posted import posted
from gridplan.lists.setting import Listed, Setting

LEADER = "grid_leader"  # a post of the ladder

__all__ = ["Listed", "Setting", "leaders_of", "lists_of"]


def leaders_of(posts: pd.DataFrame | None) -> pd.Series:
    """Return who leads each grid, by its id: the name where the table of posts has one, else the id; only posts that are held."""
    if posts is None:
        return pd.Series(dtype=object)
    held = posts[(posts["kind"] == LEADER) & (posts["worker_id"] != "") & (posts["grid_id"] != "")]
    called = held["name"].where(held["name"] != "", held["worker_id"])
    return pd.Series(called.to_numpy(object), index=held["grid_id"].to_numpy(object)).groupby(level=0).first()


def lists_of(setting: Setting, *, leaders: pd.Series) -> Listed:
    """Return all lists of a run; ``leaders`` names the leader of each grid, by its id, where one is known.

    Raises
    ------
    InputError
        As ``exchanged``.
    """
    both = posted(setting, leaders), exchanged(setting)
    return Listed(
        tables={name: table for one in both for name, table in one.tables.items()},
        report={name: part for one in both for name, part in one.report.items()},
        told=tuple(message for one in both for message in one.told),
    )
