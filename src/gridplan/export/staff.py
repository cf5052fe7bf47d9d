"""The staff's tables: posts and gaps by area, other norms beside, workers shared out, and who holds which post."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gridplan.export.frames import said
from gridplan.plan import Plan
from gridplan.words import say

HOLDERS = {
    "leader": "grid_leader",
    "full_time": "full_time",
    "part_time": "part_time",
    "branch": "party_branch",
}
GAPS = ["least_posts_min", "least_posts_max", "least_by_residents", "least", "on_roster", "missing"]
NAMED = {
    "posts_min": "least_posts_min",
    "posts_max": "least_posts_max",
    "posts_by_residents": "least_by_residents",
}


def staff_frames(plan: Plan) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and the table of each sheet that holds something."""
    found = plan.report.get("posts") or {}
    makers = {"areas": _areas, "what_if": _what_if, "apportionment": _shared_out}
    for name, make in makers.items():
        if found.get(name):
            yield name, make(plan, pd.DataFrame(found[name]))
    if "posts" in plan.lists:
        yield "posts", _posts(plan)


def holders(plan: Plan, code: pd.Series) -> dict[str, list[str]]:
    """Return who holds the posts of each grid, by column of the table of grids: names, or ids where no name is given."""
    grids, joint = code.map(plan.grids.set_index("code")["grid_id"]), said(plan, "joint")
    found = {column: plan.holders(kind) for column, kind in HOLDERS.items()}
    return {column: [joint.join(held.get(grid, ())) for grid in grids] for column, held in found.items()}


def _named(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what level each area is of and what it is called."""
    whole = rows["area"].where(rows["level"] != "district", str(plan.report["project"]["name"]))
    area = whole.where(whole != "", rows["community_id"])
    return pd.DataFrame({"level": [said(plan, f"level_{level}") for level in rows["level"]], "area": area})


def _gaps(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Return whole posts and what is missing, the norm that binds in words."""
    binding = [said(plan, f"binds_{one}") if one else "" for one in rows["binding"]]
    figures = rows.rename(columns=NAMED)[[*GAPS, "missing_share"]].astype(float)
    return pd.concat(
        [figures[GAPS[:4]], pd.Series(binding, name="binding"), figures[[*GAPS[4:], "missing_share"]]], axis=1
    )


def _areas(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row an area: what is counted, posts by both norms, what binds, the gap, and the sum of rounded communities."""
    counted = rows[["counted", "population"]].astype(float)
    rounded = rows["rounded_least"].astype(float)
    return pd.concat([_named(plan, rows), counted, _gaps(plan, rows), rounded], axis=1)


def _what_if(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row an area and norm."""
    norm = rows[["low", "high", "per_10000"]].astype(float)
    return pd.concat([_named(plan, rows), norm, _gaps(plan, rows)], axis=1)


def _shared_out(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row a community: the workers it has, would have in each way, and households a worker of each."""
    home = plan.communities.set_index("community_id")[["street", "name"]].reindex(rows["community_id"])
    named = pd.DataFrame({"street": home["street"].to_numpy(), "community": home["name"].to_numpy()})
    figures = rows.drop(columns="community_id").astype(float)
    return pd.concat([named, rows["community_id"], figures], axis=1)


def _posts(plan: Plan) -> pd.DataFrame:
    """Return a row a post with who holds it."""
    posts = plan.lists["posts"]
    community = plan.communities.set_index("community_id")["name"]
    grid = plan.grids.set_index("grid_id")[["code", "name"]].reindex(posts["grid_id"]).fillna("")
    moved = posts["moved"].map({1.0: said(plan, "post_moved"), 0.0: said(plan, "post_stayed")}).fillna("")
    return pd.DataFrame(
        {
            "number": np.arange(1.0, len(posts) + 1),
            "street": posts["street"],
            "community": posts["community_id"].map(community).fillna(""),
            "code": grid["code"].to_numpy(),
            "grid": grid["name"].to_numpy(),
            "microgrid_id": posts["microgrid_id"],
            "post": [say(plan.language, f"staffing.post_{kind}") for kind in posts["kind"]],
            "worker_id": posts["worker_id"],
            "person": posts["name"],
            "share": posts["share"],
            "between_m": posts["walk_m"],
            "moved": moved,
        }
    )
