"""Posts: every grid has those its workers ask for, nobody holds more than there is of them, and the bound stay at home."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gridplan.plan import Plan
from gridplan.tables import Inputs
from gridplan.verify.findings import COUNT, broken, picked, places, total
from gridplan.words import Message

SERVING = ("full_time", "part_time")


def check_posts_there(plan: Plan) -> Iterator[Message]:
    """Check that posts have ids, lie in grids that there are, and are as many full-time ones as the grid has workers."""
    posts = plan.lists.get("posts")
    if posts is None:
        return
    ids, grids = posts["post_id"], plan.grids
    twice = ids.duplicated() | (ids == "")
    yield from broken("ids_not_unique", ids, twice, table="posts", column="post_id")
    at = places(grids, "grid_id", posts["grid_id"])
    named = (posts["grid_id"] != "").to_numpy()
    yield from broken("reference_unknown", ids, named & (at < 0), table="posts", column="grid_id")
    strange = named & (at >= 0) & (picked(grids["community_id"], at) != posts["community_id"].to_numpy())
    yield from broken(
        "levels_do_not_nest", ids, strange, table="posts", column="grid_id", same="community_id"
    )
    full = posts[posts["kind"] == "full_time"]
    there = total(full["grid_id"], np.ones(len(full)), grids["grid_id"])
    yield from broken("posts_missing", grids["grid_id"], there < grids["workers"].to_numpy(float) - COUNT)


def check_posts_held(plan: Plan, inputs: Inputs) -> Iterator[Message]:
    """Check that those who hold posts are on the roster, give no more than their time, and are where they are bound."""
    posts, roster = plan.lists.get("posts"), inputs.workers
    if posts is None:
        return
    held = posts[posts["worker_id"] != ""]
    if roster is None:
        yield from broken("held_by_nobody_known", held["post_id"], np.ones(len(held), bool))
        return
    at = places(roster, "worker_id", held["worker_id"])
    yield from broken("held_by_nobody_known", held["post_id"], at < 0)
    bound = picked(roster["community_id"], at)
    away = (at >= 0) & (bound != "") & (held["community_id"] != "") & (held["community_id"] != bound)
    yield from broken("held_elsewhere", held["post_id"], away & held["kind"].isin(SERVING))
    given = held[held["kind"].isin(SERVING)]
    share = total(given["worker_id"], given["share"], roster["worker_id"])
    most = roster["availability"].fillna(1.0).to_numpy(float)
    yield from broken("held_too_much", pd.Series(roster["worker_id"]), share > most + COUNT)
