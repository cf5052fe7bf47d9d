"""The gap between the posts that the norms ask for and the workers on the roster, by area and by what else a norm might say."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gridplan.staffing.posts import Norm, posts
from gridplan.words import Message

FRACTION = 1e-9  # 600 households / 200 are 3 posts, whatever the last bit says
POSTS = ["posts_min", "posts_max", "posts_by_residents"]
LEVELS = ("district", "street", "community")


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return whole posts of each row and what the roster lacks of them, on the table's index.

    Parameters
    ----------
    table
        Rows with unrounded posts (``posts``) and ``on_roster``, the sum of availabilities; NaN where a figure is not known.

    Returns
    -------
    The three posts rounded up; ``least``, the posts that satisfy both norms; ``binding``, "households" or "residents": the
    norm that asks for more at least, "" without a norm; ``missing``, least - on_roster, below 0 where there are more
    workers than the norms ask for; ``missing_share`` of least, NaN where nothing is asked for.
    """
    whole = np.ceil(table[POSTS] - FRACTION)
    least = whole[["posts_min", "posts_by_residents"]].max(axis=1)
    by_households = whole["posts_min"] == least
    missing = least - table["on_roster"]
    return whole.assign(
        least=least,
        binding=np.where(least.isna(), "", np.where(by_households, "households", "residents")),
        missing=missing,
        missing_share=missing / least.where(least > 0),
    )


def areas(communities: pd.DataFrame, *, norm: Norm | None, on_roster: float) -> pd.DataFrame:
    """Return the district, its streets and its communities with their posts and gaps, in that order.

    Parameters
    ----------
    communities
        community_id, name, street, population, workers_on_roster, and the column of the norm's basis.
    norm
        As of ``posts``.
    on_roster
        Full-time workers of the whole roster, those bound to no community too; NaN without one.

    Returns
    -------
    Per area: level, street, community_id, area (what it is called), counted (households by the norm's basis), population,
    on_roster, the columns of ``gaps``, and ``rounded_least``: the communities' own whole posts added up. A district's and a
    street's own posts come from its totals, so rounded_least is never less than least by more than the roundings.
    """
    counted = "households" if norm is None else norm.column
    rows = communities.assign(counted=communities[counted], on_roster=communities["workers_on_roster"])
    figures = ["counted", "population", "on_roster"]
    streets = rows[rows["street"] != ""].groupby("street", sort=False)[figures].sum(min_count=1).reset_index()
    district = rows[figures].sum(min_count=1).to_frame().T.assign(on_roster=on_roster)
    table = pd.concat(
        [
            district.assign(level="district", area=""),
            streets.assign(level="street", area=streets["street"]),
            rows.assign(level="community", area=rows["name"])[
                ["level", "area", "street", "community_id", *figures]
            ],
        ],
        ignore_index=True,
    )
    table[["street", "community_id"]] = table[["street", "community_id"]].fillna("")
    found = table.join(gaps(table.join(posts(table.assign(**{counted: table["counted"]}), norm=norm))))
    return _with_rounded(found.astype(dict.fromkeys(figures, float)))


def _with_rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Add what the communities' own whole posts come to in each area."""
    own = table[table["level"] == "community"]
    by_street = own.groupby("street")["least"].sum(min_count=1)
    whole = {"district": own["least"].sum(min_count=1)}
    sums = table["level"].map(whole).fillna(table["street"].map(by_street))
    return table.assign(rounded_least=sums.where(table["level"] != "community", table["least"]).astype(float))


def what_if(
    table: pd.DataFrame, *, bands: Sequence[tuple[float, float]], shares: Sequence[float], basis: str
) -> pd.DataFrame:
    """Return the gaps of areas (``areas``) for each band of households a worker with each number of workers per 10,000.

    One row an area, band and number: level, street, community_id, area, low, high, per_10000, on_roster, then as of ``gaps``.
    """
    norms = [Norm(low, high, share, basis) for low, high in bands for share in shares]
    known = ["level", "street", "community_id", "area"]
    return pd.concat([_if_norm(table, norm, known) for norm in norms], ignore_index=True)


def _if_norm(table: pd.DataFrame, norm: Norm, known: list[str]) -> pd.DataFrame:
    asked = posts(table.assign(**{norm.column: table["counted"]}), norm=norm).assign(
        on_roster=table["on_roster"]
    )
    named = table[known].assign(
        low=norm.low, high=norm.high, per_10000=norm.per_10000, on_roster=table["on_roster"]
    )
    return named.join(gaps(asked))


def gap_told(district: pd.Series) -> Message | None:
    """Say what a district lacks of the posts asked for (a row of ``areas``); nothing where that is not known."""
    missing = float(district["missing"])
    if np.isnan(missing):
        return None
    values = {
        "least": _short(district["least"]),
        "there": _short(district["on_roster"]),
        "missing": _short(abs(missing)),
        "share": f"{abs(district['missing_share']):.0%}",
        "norm": Message(f"staffing.by_{district['binding']}"),
    }
    return Message("staffing.missing" if missing > 0 else "staffing.enough", values)


def _short(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")
