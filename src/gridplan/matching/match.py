"""Needs matched with resources, and the projects that follow."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.matching.problem import Floats, Ints, Problem
from gridplan.matching.reach import TENTHS, Metres, Pairs, Reach, pairs
from gridplan.matching.solve import UNITS, solve
from gridplan.words import Message


@dataclass(frozen=True, eq=False, kw_only=True)
class Matching:
    """What goes where.

    ``needs``, ``resources``, ``matches`` and ``projects`` have the columns of ``tables.LISTS``, but for the texts of reasons, which
    are ``why`` (one a need, None where it is met). ``objective`` is the sum of amount x urgency that is met, ``upper_bound`` what
    no plan can exceed; equal, the plan is proven best. ``shares`` holds what each community got of each kind.
    """

    needs: pd.DataFrame
    resources: pd.DataFrame
    matches: pd.DataFrame
    projects: pd.DataFrame
    shares: pd.DataFrame  # community_id, kind, asked, met, share
    why: list[Message | None]
    objective: float
    upper_bound: float


def match(needs: pd.DataFrame, resources: pd.DataFrame, *, reach: Reach, metres: Metres) -> Matching:
    """Match needs and resources: the most urgency met, then the fairest, then the shortest ways.

    Parameters
    ----------
    needs, resources
        As ``reach.pairs`` takes them, with need_id, amount (0 or more, at most two decimals) and urgency; resource_id, actor_id
        and amount.
    reach, metres
        As ``reach.pairs`` takes them.
    """
    found = pairs(needs, resources, reach=reach, metres=metres)
    urgency = needs["urgency"].to_numpy(float)
    asked, offered = (
        np.round(table["amount"].to_numpy(float) * UNITS).astype(np.int64) for table in (needs, resources)
    )
    problem = Problem(
        offered=offered,
        asked=asked,
        rank=np.unique(urgency, return_inverse=True)[1].ravel() + 1,
        group=needs.groupby(["community_id", "kind"], sort=False).ngroup().to_numpy(np.int64),
        resource=found.resource,
        need=found.need,
        cost=np.round(np.nan_to_num(found.metres) * TENTHS).astype(np.int64),
    )
    solution = solve(problem, urgency)
    kept = np.flatnonzero(solution.amount)
    given = solution.amount[kept] / UNITS
    matches = _matches(needs, resources, found, kept, given)
    table = _needs(needs, found, _sums(found.need[kept], given, len(needs)), matches)
    used = _sums(found.resource[kept], given, len(resources))
    groups = table.groupby(["community_id", "kind"], sort=False)[["amount", "met"]].sum().reset_index()
    return Matching(
        needs=table,
        resources=resources.assign(used=used, left=(resources["amount"] - used).round(2)),
        matches=matches,
        projects=_projects(table, matches),
        shares=groups.rename(columns={"amount": "asked"}).assign(
            share=_share(groups["met"], groups["amount"])
        ),
        why=_why(table, found, reach),
        objective=solution.objective,
        upper_bound=solution.upper_bound,
    )


def _sums(keys: Ints, values: Floats, count: int) -> Floats:
    return np.round(np.bincount(keys, weights=values, minlength=count).astype(float), 2)


def _share(met: pd.Series, asked: pd.Series) -> Floats:
    """Return what share is met; 1 where nothing was asked."""
    return np.where(asked > 0, met / asked.where(asked > 0, 1.0), 1.0)


def _matches(
    needs: pd.DataFrame, resources: pd.DataFrame, found: Pairs, kept: Ints, given: Floats
) -> pd.DataFrame:
    """Return a row a need and a resource that serves it."""
    need, resource = needs.iloc[found.need[kept]], resources.iloc[found.resource[kept]]
    ids = need["need_id"].to_numpy(object), resource["resource_id"].to_numpy(object)
    project = need["community_id"].to_numpy(object) + "-" + need["kind"].to_numpy(object)
    return pd.DataFrame(
        {
            "match_id": [f"{one}-{other}" for one, other in zip(*ids, strict=True)],
            "need_id": ids[0],
            "resource_id": ids[1],
            "actor_id": resource["actor_id"].to_numpy(object),
            "project_id": project,
            "amount": given,
            "metres": found.metres[kept],
        }
    )


def _needs(needs: pd.DataFrame, found: Pairs, met: Floats, matches: pd.DataFrame) -> pd.DataFrame:
    """Return the needs with what is met, why the rest is not, and the project that a need is part of."""
    unmet = (needs["amount"].to_numpy(float) - met).round(2)
    project = pd.Series(matches["project_id"].to_numpy(object), index=matches["need_id"].to_numpy(object))
    project = project[~project.index.duplicated()]
    return needs.assign(
        met=met,
        unmet=unmet,
        reason=np.where(unmet > 0, found.reason, ""),
        project_id=needs["need_id"].map(project).astype(object).fillna(""),
    )


def _projects(needs: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Return a row a community and kind of need that something was found for, in the order of the needs."""
    some = needs[needs["project_id"] != ""]
    parts = matches.groupby("project_id", sort=False)
    rows = some.groupby("project_id", sort=False)
    table = rows.agg(
        kind=("kind", "first"),
        community_id=("community_id", "first"),
        needs=("need_id", _listed),
        start=("start", "min"),
        end=("end", _last),
        asked=("amount", "sum"),
        met=("met", "sum"),
    ).reset_index()
    found = {
        name: table["project_id"].map(parts[f"{name[:-1]}_id"].agg(_listed))
        for name in ("resources", "actors")
    }
    return table.assign(**found, share=_share(table["met"], table["asked"]))


def _listed(ids: pd.Series) -> str:
    """Return different ids in their order."""
    return "; ".join(dict.fromkeys(one for one in ids if one))


def _last(days: pd.Series) -> str:
    """Return the last day, "" where one is left open."""
    return "" if (days == "").any() else str(days.max())


def _why(needs: pd.DataFrame, found: Pairs, reach: Reach) -> list[Message | None]:
    """Return why what is left of each need is not met."""
    near = np.bincount(found.need, minlength=len(needs))
    limit = f"{reach.limit_m:,.0f}"
    far = Message(
        f"matching.within_{reach.within}" if reach.within else "matching.within_m", {"limit": limit}
    )
    return [
        None
        if not code
        else Message(f"matching.reason_{code}", {"kind": kind, "count": int(count), "reach": far})
        for code, kind, count in zip(needs["reason"], needs["kind"], near, strict=True)
    ]
