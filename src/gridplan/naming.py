"""Names, codes and four bounds (四至) of grids.

Grids of a community are numbered row by row from north to south, in a row from west to east, the ordinary ones first: the custom
of city management (numbered within a community west to east, then north to south).
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.words import say

NEAR_M = 15.0  # a border runs along what is nearer than this
STEP_OUT_M = 1.0

SIDES = ("east", "south", "west", "north")
KINDS = ("ordinary", "special", "empty")


def numbers(grids: gpd.GeoDataFrame) -> pd.Series:
    """Return the number of each grid within its community, from 1, on the index of ``grids`` (community_id, kind, geometry)."""
    middle = grids.geometry.centroid
    frame = pd.DataFrame(
        {
            "community": grids["community_id"],
            "kind": grids["kind"].map({kind: n for n, kind in enumerate(KINDS)}),
            "x": middle.x.round(1),
            "y": middle.y.round(1),
            "area": grids.geometry.area,
        }
    )
    height = np.sqrt(frame.groupby("community")["area"].transform("median"))
    top = frame.groupby("community")["y"].transform("max")
    frame["row"] = np.floor((top - frame["y"]) / height)
    ordered = frame.sort_values(["community", "kind", "row", "x", "y"], kind="stable")
    return (ordered.groupby("community").cumcount() + 1).reindex(grids.index)


def chinese(number: int) -> str:
    """Return a number from 1 to 9999 in Chinese numerals."""
    digits, places = "零一二三四五六七八九", ("", "十", "百", "千")
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        if digit != "0":
            text = digits[int(digit)] + places[place] + text
        elif text and not text.startswith("零"):
            text = "零" + text
    return text.removeprefix("一") if text.startswith("一十") else text


def name_of(number: int, language: str) -> str:
    """Return the name of the n-th ordinary grid of a community: 第一网格, or Grid 1."""
    return say(language, "naming.grid", number=chinese(number) if language == "zh" else number)


def _segments(shapes: np.ndarray) -> pd.DataFrame:
    """Return the pieces of the outlines of some shapes: shape, length, middle, which way is out."""
    turned = shapely.get_exterior_ring(shapely.get_geometry(shapely.orient_polygons(shapes), 0))
    xy, ring = shapely.get_coordinates(turned, return_index=True)
    same = ring[1:] == ring[:-1]
    begin, end = xy[:-1][same], xy[1:][same]
    along = end - begin
    length = np.hypot(along[:, 0], along[:, 1])
    out = np.column_stack([along[:, 1], -along[:, 0]]) / np.maximum(length, 1e-9)[:, None]
    middle = (begin + end) / 2
    return pd.DataFrame(
        {
            "shape": ring[:-1][same],
            "length": length,
            "x": middle[:, 0],
            "y": middle[:, 1],
            "out_x": out[:, 0],
            "out_y": out[:, 1],
        }
    )


def _nearest(points: np.ndarray, shapes: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Return the name of what is nearest to each point within NEAR_M, the first of equals; "" for nothing."""
    found = np.full(len(points), "", object)
    if len(shapes):
        tree = shapely.STRtree(shapes)
        at, which = tree.query_nearest(points, max_distance=NEAR_M, all_matches=True)
        first = np.unique(at, return_index=True)[1]
        found[at[first]] = names[which[first]]
    return found


def _named(lines: gpd.GeoDataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    if lines is None:
        return np.zeros(0, object), np.zeros(0, object)
    some = lines[lines["name"] != ""]
    return some.geometry.to_numpy(), some["name"].to_numpy(object)


def bounds_text(
    grids: gpd.GeoDataFrame,
    communities: pd.DataFrame,
    roads: gpd.GeoDataFrame | None,
    barriers: gpd.GeoDataFrame | None,
    *,
    language: str,
) -> list[str]:
    """Return the four bounds of each grid: on each side the road, river or neighbour that holds most of it.

    Parameters
    ----------
    grids
        grid_id, name, community_id, geometry.
    communities
        community_id, name.
    roads, barriers
        Lines and areas with names, or None.
    language
        "zh" or "en".
    """
    pieces = _segments(grids.geometry.to_numpy())
    points = shapely.points(pieces[["x", "y"]].to_numpy())
    parts = [_named(roads), _named(barriers)]
    what = _nearest(points, np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
    beyond = _beyond(grids, communities, pieces, language)
    pieces["what"] = np.where(what == "", beyond, what)
    side = np.where(
        np.abs(pieces["out_x"]) >= np.abs(pieces["out_y"]),
        np.where(pieces["out_x"] > 0, "east", "west"),
        np.where(pieces["out_y"] > 0, "north", "south"),
    )
    held = (
        pieces.assign(side=side).groupby(["shape", "side", "what"], sort=True)["length"].sum().reset_index()
    )
    best = held.sort_values(
        ["shape", "side", "length", "what"], ascending=[True, True, False, True], kind="stable"
    )
    table = best.groupby(["shape", "side"])["what"].first().unstack(fill_value="").reindex(range(len(grids)))  # noqa: PD010 # one level to columns
    table = table.reindex(columns=list(SIDES)).fillna("")
    return [
        say(language, "naming.bounds", **dict(zip(SIDES, row, strict=True)))
        for row in table.itertuples(index=False, name=None)
    ]


def _beyond(
    grids: gpd.GeoDataFrame, communities: pd.DataFrame, pieces: pd.DataFrame, language: str
) -> np.ndarray:
    """Return the name of the grid beyond each piece of outline; of its community, where that is another; else the edge."""
    out = pieces[["x", "y"]].to_numpy() + STEP_OUT_M * pieces[["out_x", "out_y"]].to_numpy()
    at, grid = shapely.STRtree(grids.geometry.to_numpy()).query(shapely.points(out), predicate="intersects")
    beyond = np.full(len(pieces), -1)
    beyond[at[::-1]] = grid[::-1]
    names = communities.set_index("community_id")["name"]
    community = grids["community_id"].to_numpy(object)
    titles = grids["community_id"].map(names).to_numpy(object)
    titles = np.where(titles == "", community, titles)
    own = community[pieces["shape"].to_numpy()]
    inside = beyond >= 0
    same = inside & (community[beyond] == own)
    edge = say(language, "naming.edge")
    return np.where(same, grids["name"].to_numpy(object)[beyond], np.where(inside, titles[beyond], edge))
