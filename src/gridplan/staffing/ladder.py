"""The posts of the ladder, from the street down to the microgrid, each held by somebody of the roster or by nobody.

Chief instructor (总指导员) of a street, chief grid leader (总网格长) of a community, grid leader (网格长), full-time and part-time
workers of a grid, head of a microgrid (微网格长); mirrored by the party's: street committee, general branch of a community,
branch of a grid, group of a building.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gridplan.tables import POSTS

STREET, COMMUNITY, GRID, MICROGRID = "street", "community_id", "grid_id", "microgrid_id"
LEVELS = {
    "chief_instructor": STREET,
    "chief_grid_leader": COMMUNITY,
    "grid_leader": GRID,
    "full_time": GRID,
    "part_time": GRID,
    "microgrid_head": MICROGRID,
    "party_committee": STREET,
    "party_general_branch": COMMUNITY,
    "party_branch": GRID,
    "party_group": MICROGRID,
}
SERVING = ("full_time", "part_time")
PARTY = tuple(kind for kind in LEVELS if kind.startswith("party"))
NO_FIT = 1e6
TEXTS = ("post_id", "kind", STREET, COMMUNITY, GRID, MICROGRID, "worker_id", "name")
NUMBERS = ("share", "walk_m", "moved")


@dataclass(frozen=True, eq=False, kw_only=True)
class Places:
    """Where posts are: ``streets`` (street), ``communities`` (+ community_id), ``grids`` (+ grid_id, posts), ``microgrids``.

    Each table names the places above; ``microgrids`` is empty where there are none.
    """

    streets: pd.DataFrame
    communities: pd.DataFrame
    grids: pd.DataFrame
    microgrids: pd.DataFrame

    def of(self, level: str) -> pd.DataFrame:
        """Return the places of a level."""
        tables = {
            STREET: self.streets,
            COMMUNITY: self.communities,
            GRID: self.grids,
            MICROGRID: self.microgrids,
        }
        return tables[level]


def ladder(places: Places, workers: pd.DataFrame, serving: pd.DataFrame, *, party: bool) -> pd.DataFrame:
    """Return a row a post, from the street down.

    Parameters
    ----------
    places
        Where posts are. Every grid has as many full-time posts as ``posts`` says, more where more serve.
    workers
        The roster: worker_id, name, served, post (kinds of ``tables.POSTS``, separated by ;), ``home`` (the community they work
        in, or are bound to, or served before) and its ``street``; "" for none.

    serving
        Who serves which grid: worker (position in ``workers``), kind, grid_id, share, walk_m, moved.
    party
        Whether the party's posts stand beside.

    Returns
    -------
    Columns TEXTS and NUMBERS. ``worker_id`` is "" where nobody holds the post. Of those whose ``post`` says that they hold one, as
    many as can be hold one each, in the street or the community that is theirs: the place that ``served`` names rather than one in
    a grid where they serve, and that rather than another. The most, and the nearest of them, by the Hungarian method.
    """
    kinds = [kind for kind in LEVELS if party or kind not in PARTY]
    tables = [_served(kind, places.grids, workers, serving) for kind in SERVING]
    tables += [_led(kind, places.of(LEVELS[kind]), workers, serving) for kind in kinds if kind not in SERVING]
    found = pd.concat(tables, ignore_index=True)
    order = found["kind"].map({kind: number for number, kind in enumerate(kinds)})
    return found.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _rows(kind: str, at: pd.DataFrame, number: pd.Series | int, held: pd.DataFrame) -> pd.DataFrame:
    """Return posts at some places, with who holds them."""
    blank = pd.DataFrame("", index=at.index, columns=[STREET, COMMUNITY, GRID, MICROGRID])
    above = blank.assign(**{column: at[column] for column in blank if column in at})
    post_id = at[LEVELS[kind]] + f"-{POSTS[kind]}" + pd.Series(number, index=at.index).astype(str)
    table = above.assign(post_id=post_id, kind=kind).join(held)
    texts = table[["worker_id", "name"]].fillna("")
    return table.assign(**texts)[[*TEXTS, *NUMBERS]]


def _served(kind: str, grids: pd.DataFrame, workers: pd.DataFrame, serving: pd.DataFrame) -> pd.DataFrame:
    """Return the posts of full-time or of part-time workers: those held, and full-time ones that nobody holds."""
    mine = serving[serving["kind"] == kind]
    number = mine.groupby("grid_id").cumcount() + 1
    held = mine[["grid_id", *NUMBERS]].assign(
        number=number,
        worker_id=workers["worker_id"].to_numpy(object)[mine["worker"]],
        name=workers["name"].to_numpy(object)[mine["worker"]],
    )
    there = grids["grid_id"].map(number.groupby(mine["grid_id"]).max()).fillna(0).astype(int)
    count = np.maximum(there, grids["posts"].astype(int)) if kind == "full_time" else there
    at = grids.loc[grids.index.repeat(count)]
    at = at.assign(number=at.groupby(level=0).cumcount() + 1).reset_index(drop=True)
    found = at[["grid_id", "number"]].merge(held, on=["grid_id", "number"], how="left")
    return _rows(kind, at, at["number"], found[["worker_id", "name", *NUMBERS]])


def _led(kind: str, at: pd.DataFrame, workers: pd.DataFrame, serving: pd.DataFrame) -> pd.DataFrame:
    """Return one post a place, held by those whose row of the roster says so."""
    at, level = at.reset_index(drop=True), LEVELS[kind]
    people = np.flatnonzero([kind in held.split(";") for held in workers["post"]])
    holder = np.full(len(at), -1)
    for place, who in _blocks(level, at, workers.iloc[people]):
        costs = _distance(level, at.iloc[place], workers.iloc[people[who]], people[who], serving)
        row, column = linear_sum_assignment(costs)
        fits = costs[row, column] < NO_FIT
        holder[place[row[fits]]] = people[who[column[fits]]]
    named = (
        workers[["worker_id", "name"]].reset_index(drop=True).reindex(holder).fillna("").set_axis(at.index)
    )
    return _rows(kind, at, 1, named.assign(**dict.fromkeys(NUMBERS, np.nan)))


def _blocks(
    level: str, at: pd.DataFrame, people: pd.DataFrame
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the places and the people that belong together: below communities each community is by itself."""
    if level in {STREET, COMMUNITY}:
        return [(np.arange(len(at)), np.arange(len(people)))]
    home, place = people["home"].to_numpy(object), at[COMMUNITY].to_numpy(object)
    both = sorted(set(home) & set(place))
    return [(np.flatnonzero(place == one), np.flatnonzero(home == one)) for one in both]


def _distance(
    level: str, at: pd.DataFrame, people: pd.DataFrame, number: NDArray[np.int64], serving: pd.DataFrame
) -> NDArray[np.float64]:
    """Return how far each person is from holding the post of each place, NO_FIT for not at all; shape (places, people)."""
    costs = np.full((len(at), len(people)), NO_FIT)
    above = STREET if level == STREET else COMMUNITY
    costs[_same(at[above], people["street" if level == STREET else "home"])] = 3.0
    if level in {GRID, MICROGRID}:
        pairs = at[[GRID]].assign(row=np.arange(len(at))).merge(serving[["worker", GRID]], on=GRID)
        column = pd.Index(number).get_indexer(pairs["worker"])
        costs[pairs["row"].to_numpy()[column >= 0], column[column >= 0]] = 2.0
    if level == MICROGRID:
        costs[_same(at[GRID], people["served"])] = 1.0
    costs[_same(at[level], people["served"])] = 0.0
    return costs


def _same(places: pd.Series, named: pd.Series) -> NDArray[np.bool_]:
    """Tell which person names which place, shape (places, people)."""
    one, other = places.to_numpy(object)[:, None], named.to_numpy(object)[None]
    return np.asarray((one == other) & (other != ""), bool)
