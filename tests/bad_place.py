"""A small sound place with every input, as files that a test may spoil: two communities of twelve entrances, two roads, lists."""

import csv
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

CRS = 4547
X, Y = 500_000, 3_300_000
PLAN = """
[project]
name = "试验街道（合成数据）"
language = "en"
date = 2026-11-27
[inputs.communities]
path = "communities.gpkg"
id = "code"
name = "name"
street = "street"
[inputs.households]
path = "households.csv"
id = "id"
households = "households"
planned = "planned"
population = "population"
vulnerable = "vulnerable"
entrance = "entrance"
building = "building"
compound = "compound"
locked = "locked"
together = "together"
apart = "apart"
x = "x"
y = "y"
coordinates = "EPSG:4547"
[inputs.roads]
path = "roads.gpkg"
[inputs.barriers]
path = "barriers.gpkg"
[inputs.facilities]
path = "facilities.csv"
id = "id"
category = "category"
capacity = "capacity"
x = "x"
y = "y"
coordinates = "EPSG:4547"
[inputs.special_areas]
path = "special.gpkg"
id = "id"
[inputs.seeds]
path = "seeds.csv"
id = "id"
coordinates = "EPSG:4547"
[inputs.workers]
path = "workers.csv"
id = "id"
name = "name"
kind = "kind"
community = "community"
availability = "share"
post = "post"
[inputs.officers]
path = "officers.csv"
id = "id"
street = "street"
[inputs.actors]
path = "actors.csv"
id = "id"
willing = "willing"
[inputs.needs]
path = "needs.csv"
id = "id"
kind = "kind"
community = "community"
amount = "amount"
start = "start"
end = "end"
x = "x"
y = "y"
coordinates = "EPSG:4547"
[inputs.resources]
path = "resources.csv"
id = "id"
kind = "kind"
serves = "serves"
actor = "actor"
amount = "amount"
community = "community"
[inputs.points]
path = "points.csv"
id = "id"
actor = "actor"
date = "date"
given = "given"
[partition]
households_per_worker = [60, 100]
[circle]
minutes = 15
[[circle.services]]
category = "诊所"
new = 1
"""


def write_all(folder: Path) -> Path:
    """Write every file of the place; return the plan file."""
    communities = {"code": ["C1", "C2"], "name": ["东社区", "西社区"], "street": ["南街道"] * 2}
    draw(folder / "communities.gpkg", communities, [square(0, 0, 300, 300), square(300, 0, 600, 300)])
    rows = [
        {
            "id": f"{10_000_001 + n if n else '01000001'}",
            "households": 20,
            "planned": 24,
            "population": 50,
            "vulnerable": 1,
            "entrance": f"u{n}",
            "building": f"{n // 2}号楼",
            "compound": f"小区{n // 6}",
            **dict.fromkeys(("locked", "together", "apart"), ""),
            "x": X + 25 + 50 * (n % 6) + 300 * (n // 12),
            "y": Y + 75 + 150 * (n % 12 // 6),
        }
        for n in range(24)
    ]
    table(folder / "households.csv", rows)
    roads = [LineString([at(0, 150), at(600, 150)]), LineString([at(450, 0), at(450, 300)])]
    draw(folder / "roads.gpkg", {"id": ["1", "2"]}, roads)
    draw(folder / "barriers.gpkg", {"id": ["1"]}, [square(-50, -60, 650, -50)])
    table(
        folder / "facilities.csv",
        [{"id": "F1", "category": "诊所", "capacity": 300, "x": X + 10, "y": Y + 10}],
    )
    draw(folder / "special.gpkg", {"id": ["S1"]}, [square(280, 280, 300, 300)])
    table(folder / "seeds.csv", [{"id": "1", "x": X + 26, "y": Y + 76}])
    staff = {"kind": "full_time", "share": 1, "post": ""}
    people = [("1", "王一", "C1"), ("2", "李二", "C1"), ("3", "赵三", "C2")]
    table(
        folder / "workers.csv",
        [{"id": one, "name": name, "community": home, **staff} for one, name, home in people],
    )
    table(folder / "officers.csv", [{"id": "o1", "street": "南街道"}, {"id": "o2", "street": ""}])
    table(folder / "actors.csv", [{"id": "a1", "willing": 1}, {"id": "a2", "willing": 0}])
    when = {"start": "2026-01-01", "end": "2026-12-31"}
    need = {"kind": "助餐", "amount": 2, **when, "x": X + 30, "y": Y + 80}
    table(
        folder / "needs.csv", [{"id": "n1", "community": "C1", **need}, {"id": "n2", "community": "", **need}]
    )
    gift = {"kind": "time", "serves": "助餐", "actor": "a1", "amount": 3, "community": "C1"}
    table(folder / "resources.csv", [{"id": "r1", **gift}, {"id": "r2", **gift}])
    table(folder / "points.csv", [{"id": "p1", "actor": "a1", "date": "2026-01-05", "given": 2}])
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return folder / "plan.toml"


def at(x: float, y: float) -> tuple[float, float]:
    """Return a place in metres from the south-western corner."""
    return X + x, Y + y


def point(x: float, y: float) -> Point:
    """Return a point in metres from the south-western corner."""
    return Point(*at(x, y))


def square(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle in metres from the south-western corner."""
    return box(*at(west, south), *at(east, north))


def shape(*corners: tuple[float, float]) -> Polygon:
    """Return a polygon of corners in metres from the south-western corner."""
    return Polygon([at(*corner) for corner in corners])


def draw(
    path: Path, columns: dict[str, list[str]], shapes: Sequence[BaseGeometry | None], crs: int | None = CRS
) -> None:
    """Write a layer over what is there."""
    path.unlink(missing_ok=True)
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(path)


def table(path: Path, rows: Sequence[dict[str, object]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def put(path: Path, column: str, values: dict[int, object]) -> None:
    """Write values into cells of a table: row, counted from 1 -> value."""
    found = pd.read_csv(path, dtype=str, keep_default_na=False)
    found[column] = found[column].astype(object)
    for row, value in values.items():
        found.loc[row - 1, column] = value
    found.to_csv(path, index=False, encoding="utf-8")


def redraw(path: Path, shapes: dict[int, BaseGeometry | None], crs: int | None = CRS) -> None:
    """Draw shapes of a layer anew: row, counted from 1, or one more -> shape."""
    found = gpd.read_file(path)
    columns = {name: found[name].tolist() for name in found.columns if name != "geometry"}
    drawn: list[BaseGeometry | None] = found.geometry.tolist()
    for row, one in shapes.items():
        if row > len(drawn):
            drawn.append(one)
            columns = {name: [*values, f"X{row}"] for name, values in columns.items()}
        else:
            drawn[row - 1] = one
    draw(path, columns, drawn, crs)


def say(path: Path, old: str, new: str) -> None:
    """Change the plan file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
