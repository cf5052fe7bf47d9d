"""The points ledger (公益积分): who gave what, what that earned, what was redeemed, and what this plan promises."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def ledger(
    points: pd.DataFrame | None, matches: pd.DataFrame, kinds: pd.Series, *, rates: Mapping[str, float]
) -> pd.DataFrame:
    """Return a row an actor, in the order of the entries and then of the matches.

    Parameters
    ----------
    points
        Entries: actor_id, kind (of what was given), given, earned, redeemed. An entry that does not say what was earned earns the
        rate of its kind for each unit, 1 where it has no kind.
    matches
        What this plan brings together: resource_id, actor_id, amount. Matches of no actor earn nobody anything.
    kinds
        Kind of each resource, by its id.
    rates
        Points for a unit, by kind.
    """
    owned = matches[matches["actor_id"] != ""]
    rate = owned["resource_id"].map(kinds).map(rates).astype(float)
    ahead = owned.assign(promised=owned["amount"], promised_points=owned["amount"] * rate)
    sums = [ahead.groupby("actor_id", sort=False)[["promised", "promised_points"]].sum()]
    if points is not None:
        given = points["given"].fillna(0.0)
        due = given * points["kind"].map(rates).astype(float).fillna(1.0)
        past = points.assign(
            given=given, earned=points["earned"].fillna(due), redeemed=points["redeemed"].fillna(0.0)
        )
        sums.insert(0, past.groupby("actor_id", sort=False)[["given", "earned", "redeemed"]].sum())
    table = pd.concat(sums).groupby(level=0, sort=False).sum()
    table = table.reindex(columns=["given", "earned", "redeemed", "promised", "promised_points"]).fillna(0.0)
    balance = table["earned"] - table["redeemed"]
    return np.round(table.assign(balance=balance), 2).rename_axis("actor_id").reset_index()
