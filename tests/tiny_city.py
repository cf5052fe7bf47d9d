"""Three streets that a person can add up, in files of their own."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

PLAN = """
[project]
name = "两街 <b>市</b>（合成数据）"
note = "合成数据"
date = 2026-11-27
[inputs.communities]
path = "communities/{street}.parquet"
id = "id"
name = "name"
street = "street"
[inputs.households]
path = "households/{street}.parquet"
households = "households"
[inputs.facilities]
path = "facilities/{street}.csv"
id = "id"
category = "category"
x = "x"
y = "y"
coordinates = "EPSG:4547"
[circle]
[[circle.services]]
category = "药店"
"""
X, Y = 500_000, 3_300_000


def write_town(folder: Path) -> Path:
    """Three streets of two communities, four buildings of 90 households each; only the first has a list of facilities.

    Return the plan file.
    """
    for name in ("communities", "households", "facilities"):
        (folder / name).mkdir()
    for number in range(3):
        west = X + 1_000 * number
        squares = [shapely.box(west + 400 * i, Y, west + 400 * (i + 1), Y + 400) for i in range(2)]
        table = {"id": [f"C{number}{i}" for i in range(2)], "name": "社区", "street": f"=街{number}"}
        gpd.GeoDataFrame(table, geometry=squares, crs=4547).to_parquet(
            folder / "communities" / f"s{number}.parquet"
        )
        spots = shapely.points([[west + 50 + 100 * at, Y + 200] for at in range(8)])
        gpd.GeoDataFrame({"households": [90] * 8}, geometry=spots, crs=4547).to_parquet(
            folder / "households" / f"s{number}.parquet"
        )
    pd.DataFrame({"id": ["F1"], "category": ["药店"], "x": [X + 100], "y": [Y + 100]}).to_csv(
        folder / "facilities" / "s0.csv", index=False
    )
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder / "plan.toml"
