"""What sheets a plan has, and what each shows: the district, its streets, its communities."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.words import say

SAFE = re.compile(r"[0-9A-Za-z_-]{1,40}")  # ids that may be names of files
SHADES = 5  # fills, so that neighbours differ


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One sheet.

    Attributes
    ----------
    stem
        Name of its files without ending.
    title
        Full name of the area.
    areas
        What it is divided into: label (a line or two), shade (0..4), out (whether it is out of band), geometry.
    heads, rows
        The table beside the map; texts.
    around
        All of the area, drawn in the inset; None: no inset.
    whole
        What the map has to show.
    detail
        Whether entrances, lanes and facilities are drawn one by one.
    """

    stem: str
    title: str
    areas: gpd.GeoDataFrame
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    around: shapely.Geometry | None
    whole: shapely.Geometry
    detail: bool


def subjects_of(plan: Plan) -> Iterator[Subject]:
    """Yield the sheets of a plan: the district, each street, each community."""
    language, name = plan.language, str(plan.report["project"]["name"])
    every = shapely.union_all(plan.communities.geometry.to_numpy())
    streets = plan.streets
    parts = plan.communities if streets is None else streets
    yield _of_parts("district", name, parts, every, None, plan)
    if streets is not None:
        for number, street in enumerate(streets["street"], start=1):
            mine = plan.communities[plan.communities["street"] == street]
            shape = shapely.union_all(mine.geometry.to_numpy())
            yield _of_parts(f"street-{number:02}", f"{name} {street}", mine, shape, every, plan)
    for number, row in enumerate(plan.communities.itertuples(), start=1):
        grids = plan.grids[plan.grids["community_id"] == row.community_id]
        safe = SAFE.fullmatch(row.community_id)
        stem = f"community-{row.community_id if safe else number}"
        title = " ".join(filter(None, (row.street, row.name or row.community_id)))
        yield Subject(
            stem=stem,
            title=title,
            areas=_grids(grids),
            heads=tuple(
                say(language, f"sheets.{head}")
                for head in ("grid", "households", "workers", "walk", "in_band")
            ),
            rows=list(_grid_rows(grids, language)),
            around=every,
            whole=row.geometry,
            detail=True,
        )


def _of_parts(
    stem: str,
    title: str,
    parts: gpd.GeoDataFrame,
    whole: shapely.Geometry,
    around: shapely.Geometry | None,
    plan: Plan,
) -> Subject:
    """Return the sheet of a district or a street: its streets or communities with their sums."""
    language = plan.language
    names = parts["name"] if "name" in parts else parts["street"]
    ids = parts["community_id"] if "community_id" in parts else parts["street"]
    shown = names.where(names != "", ids)
    label = [f"{name}\n{count:,.0f}" for name, count in zip(shown, parts["households"], strict=True)]
    heads = tuple(
        say(language, f"sheets.{head}") for head in ("area", "households", "grids", "workers", "roster")
    )
    figures = parts[["households", "grids", "workers_in_plan", "workers_on_roster"]].to_numpy(float)
    rows = [
        (str(name), *("-" if np.isnan(value) else f"{value:,.0f}" for value in row))
        for name, row in zip(shown, figures, strict=True)
    ]
    areas = gpd.GeoDataFrame(
        {"label": label, "shade": _shades(parts.geometry.to_numpy()), "out": False},
        geometry=parts.geometry.to_numpy(),
        crs=parts.crs,
    )
    return Subject(
        stem=stem, title=title, areas=areas, heads=heads, rows=rows, around=around, whole=whole, detail=False
    )


def _grids(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids of a community as areas; the label is the end of the code that tells them apart, and the households."""
    short = _short(grids["code"])
    label = [f"{code}\n{count:,.0f}" for code, count in zip(short, grids["households"], strict=True)]
    out = (grids["kind"] == "ordinary") & (grids["in_band"] == 0)
    shapes = grids.geometry.to_numpy()
    return gpd.GeoDataFrame(
        {"label": label, "shade": _shades(shapes), "out": out.to_numpy()}, geometry=shapes, crs=grids.crs
    )


def _short(codes: pd.Series) -> list[str]:
    """Return codes without what all of them begin with, at least three signs each."""
    texts = codes.astype(str).tolist()
    same = 0
    shortest = min(map(len, texts), default=0)
    while same < shortest - 3 and len({text[same] for text in texts}) == 1:
        same += 1
    return [text[same:] for text in texts]


def _grid_rows(grids: gpd.GeoDataFrame, language: str) -> Iterator[tuple[str, ...]]:
    """Yield a row of the table for each grid."""
    for short, row in zip(_short(grids["code"]), grids.itertuples(), strict=True):
        mark = "-" if row.kind != "ordinary" else say(language, "sheets.yes" if row.in_band else "sheets.no")
        walk = "-" if np.isnan(row.walk_mean_m) else f"{row.walk_mean_m:.0f}"
        yield short, f"{row.households:,.0f}", f"{row.workers:g}", walk, mark


def _shades(shapes: np.ndarray) -> np.ndarray:
    """Return a shade for each area: of neighbours no two the same, as long as there are enough."""
    near = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    beside: list[set[int]] = [set() for _ in shapes]
    for one, other in near.T.tolist():
        if one != other:
            beside[one].add(other)
    shade = np.full(len(shapes), -1)
    for at in range(len(shapes)):
        used = {int(shade[other]) for other in beside[at]}
        free = [number for number in range(SHADES) if number not in used]
        shade[at] = free[at % len(free)] if free else at % SHADES
    return shade
