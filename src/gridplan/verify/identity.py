"""Tables have their columns, ids are there and unique, and every id that is referred to exists."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.plan import Plan
from gridplan.tables import LAYERS
from gridplan.verify.findings import broken, picked, places
from gridplan.words import Message

KEYS = {
    "communities": "community_id",
    "grids": "grid_id",
    "units": "unit_id",
    "households": "household_id",
    "microgrids": "microgrid_id",
    "facilities": "facility_id",
    "streets": "street",
}
# table, column that refers, table referred to, columns both share
LINKS = (
    ("grids", "community_id", "communities", ()),
    ("units", "community_id", "communities", ()),
    ("units", "grid_id", "grids", ("community_id",)),
    ("grids", "centre_unit_id", "units", ("grid_id",)),
    ("households", "unit_id", "units", ("grid_id", "community_id")),
    ("households", "microgrid_id", "microgrids", ("grid_id",)),
    ("microgrids", "grid_id", "grids", ()),
    ("communities", "street", "streets", ()),
    ("access", "unit_id", "units", ()),
    ("access", "facility_id", "facilities", ("category",)),
    ("access", "assigned_id", "facilities", ("category",)),
)
BLANK_ALLOWED = {"centre_unit_id", "facility_id", "assigned_id", "street"}


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return the layers that the plan has, by name."""
    return {name: table for name in LAYERS if (table := getattr(plan, name)) is not None}


def check_columns(plan: Plan) -> Iterator[Message]:
    """Every table has its columns, numbers are numbers, shapes are there and valid."""
    for name, table in tables(plan).items():
        texts, numbers = LAYERS[name]
        missing = [column for column in (*texts, *numbers) if column not in table]
        yield from broken("columns_missing", missing, np.ones(len(missing)), table=name)
        wrong = [c for c in numbers if c in table and table[c].dtype.kind not in "iufb"]
        yield from broken("columns_no_numbers", wrong, np.ones(len(wrong)), table=name)
        if isinstance(table, gpd.GeoDataFrame) and not missing:
            shapes = table.geometry.to_numpy()
            sound = shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
            yield from broken("shapes_invalid", table[texts[0]], ~sound, table=name)
            other = np.full(len(table), table.crs != plan.communities.crs)
            yield from broken("crs_differs", table[texts[0]], other, table=name)


def check_ids(plan: Plan) -> Iterator[Message]:
    """Ids are there and unique; codes of grids too."""
    for name, table in tables(plan).items():
        for column in (KEYS.get(name), "code" if name == "grids" else None):
            if column is not None:
                ids = table[column]
                yield from broken(
                    "ids_not_unique", ids, ids.duplicated() | (ids == ""), table=name, column=column
                )


def check_references(plan: Plan) -> Iterator[Message]:
    """Every id that is referred to exists, and levels nest."""
    there = tables(plan)
    for name, column, other, shared in LINKS:
        if name not in there or (other not in there and column in {"microgrid_id", "street"}):
            continue
        table, above = there[name], there.get(other)
        named = (table[column] != "").to_numpy() if column in BLANK_ALLOWED else np.ones(len(table), bool)
        at = np.full(len(table), -1) if above is None else places(above, KEYS[other], table[column])
        ids = table[LAYERS[name][0][0]]
        yield from broken("reference_unknown", ids, named & (at < 0), table=name, column=column)
        if above is None:
            continue
        for same in shared:
            differs = named & (at >= 0) & (picked(above[same], at) != table[same].to_numpy())
            yield from broken("levels_do_not_nest", ids, differs, table=name, column=column, same=same)
