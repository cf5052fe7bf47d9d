"""A finished plan of twelve units that a person can add up.

Two communities of one street, each six squares of 100 m, numbered from the lower left, with their
households::

    200 m +-----+-----+-----+-----+-----+-----+
          | u04 | u05 | u06 | u10 | u11 | u12 |      C1 = u01..u06, 360 households
          |  60 |  70 |  60 |  70 |  60 |   0 |      C2 = u07..u12, 400 households
    100 m +-----+-----+-----+-----+-----+-----+
          | u01 | u02 | u03 | u07 | u08 | u09 |      u12 is a school: a special grid
          |  60 |  50 |  60 |  90 | 100 |  80 |
      0 m +-----+-----+-----+-----+-----+-----+
          0    100   200   300   400   500   600 m

Every unit with households has two rows of half its households each, 20 m to the left and to the right of
its middle, so that the middle is its point. Two people live in a household. The band is 150 to 200
households, one worker a grid; the walk is the straight line times 1.3.

C1: C1001 = u01 u02 u04 (170, centre u01) and C1002 = u03 u05 u06 (190, centre u06), both in band.
C2: C2001 = u07 u10 u11 (220, centre u10) is 20 over the band, C2002 = u08 u09 (180, centre u08),
C2003 = u12 is the school. No plan in band exists for C2: it needs two grids of exactly 200, and no set of
its units has 200.

One service within 4 minutes (266.67 m): F1 stands in the middle of u01, N1 is built in the middle of u10;
u09 (80 households) is 290.7 m away from N1 and stays out of reach.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box

from gridplan.plan import Plan

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Kruger CM 114E
X0_M, Y0_M = 500_000.0, 3_400_000.0
SERVICE = "养老服务站"
DETOUR = 1.3
METRES_PER_MINUTE = 4000 / 60
LIMIT_M = 4 * METRES_PER_MINUTE

UNITS = [f"u{n:02}" for n in range(1, 13)]
HOUSEHOLDS = dict(zip(UNITS, [60, 50, 60, 60, 70, 60, 90, 100, 80, 70, 60, 0], strict=True))
GRIDS = {
    "C1001": ["u01", "u02", "u04"],
    "C1002": ["u03", "u05", "u06"],
    "C2001": ["u07", "u10", "u11"],
    "C2002": ["u08", "u09"],
    "C2003": ["u12"],
}
CENTRES = {"C1001": "u01", "C1002": "u06", "C2001": "u10", "C2002": "u08", "C2003": "u12"}
COMMUNITIES = ["C1", "C2"]
REASONS = {
    "C1": "",
    "C2": "两个网格要正好各 200 户才能都达标，而单元的户数凑不出 200 户。",
}
PLANNED = {"C1": 400.0, "C2": 450.0}
ROSTER = {"C1": 2.0, "C2": 1.0}


def corner(unit: str) -> tuple[float, float]:
    """Lower left corner of a unit."""
    community, cell = divmod(UNITS.index(unit), 6)
    return X0_M + 300 * community + 100 * (cell % 3), Y0_M + 100 * (cell // 3)


def middle(unit: str) -> tuple[float, float]:
    """Middle of a unit."""
    x, y = corner(unit)
    return x + 50, y + 50


def metres(one: str, other: str) -> float:
    """Straight line between the middles of two units."""
    return float(np.hypot(*np.subtract(middle(one), middle(other))))


def grid_of(unit: str) -> str:
    """Grid that holds a unit."""
    return next(grid for grid, units in GRIDS.items() if unit in units)


def units_table() -> gpd.GeoDataFrame:
    """Twelve squares; C1 is one compound, C2 has one of two units."""
    compounds = ["阳光花园"] * 6 + ["", "海韵家园", "海韵家园", "", "", ""]
    shapes = [box(x, y, x + 100, y + 100) for x, y in map(corner, UNITS)]
    table = {
        "unit_id": UNITS,
        "grid_id": [grid_of(u) for u in UNITS],
        "community_id": [grid_of(u)[:2] for u in UNITS],
        "compound": compounds,
        "building": ["1号楼"] * 3 + [""] * 9,
        "households": [float(HOUSEHOLDS[u]) for u in UNITS],
        "load": [float(HOUSEHOLDS[u]) for u in UNITS],
    }
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def households_table() -> gpd.GeoDataFrame:
    """Two rows a unit with households."""
    lived_in = [u for u in UNITS if HOUSEHOLDS[u] for _ in range(2)]
    shapes = [Point(middle(u)[0] + 20 * (-1) ** (n + 1), middle(u)[1]) for n, u in enumerate(lived_in)]
    table = {
        "household_id": [str(n) for n in range(1, len(lived_in) + 1)],
        "unit_id": lived_in,
        "grid_id": [grid_of(u) for u in lived_in],
        "microgrid_id": "",
        "community_id": [grid_of(u)[:2] for u in lived_in],
        "households": [HOUSEHOLDS[u] / 2 for u in lived_in],
    }
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def grid_row(grid: str) -> dict[str, Any]:
    """Figures of a grid from its units."""
    homes = np.array([HOUSEHOLDS[u] for u in GRIDS[grid]], float)
    line_m = np.array([metres(u, CENTRES[grid]) for u in GRIDS[grid]])
    total, ordinary = float(homes.sum()), grid != "C2003"
    mean_m = float(homes @ line_m / total) if total else 0.0
    return {
        "grid_id": grid,
        "code": grid,
        "name": f"第{'一二三'[int(grid[-1]) - 1]}网格",
        "community_id": grid[:2],
        "kind": "ordinary" if ordinary else "special",
        "centre_unit_id": CENTRES[grid],
        "bounds_text": "东至解放路，南至滨河路，西至和平路，北至学院路",
        "households": total,
        "population": 2 * total,
        "load": total,
        "workers": 1.0 if ordinary else 0.0,
        "in_band": float(150 <= total <= 200) if ordinary else np.nan,
        "walk_mean_m": DETOUR * mean_m,
        "walk_max_m": DETOUR * float(line_m.max()),
        "walk_straight_m": mean_m,
    }


def grids_table() -> gpd.GeoDataFrame:
    """Five grids; L-shaped ones of three squares have a compactness of 4 pi 30,000 / 800^2."""
    shapes = units_table().dissolve("grid_id").geometry.loc[list(GRIDS)].normalize().reset_index(drop=True)
    compactness = 4 * np.pi * shapes.area / shapes.length**2
    return gpd.GeoDataFrame(
        pd.DataFrame(map(grid_row, GRIDS)).assign(compactness=compactness), geometry=shapes, crs=CRS
    )


def figures(communities: list[str]) -> dict[str, float]:
    """Figures of some communities together; posts by 150-200 households and 18 workers for 10,000 people."""
    homes = float(sum(HOUSEHOLDS[u] for u in UNITS if grid_of(u)[:2] in communities))
    ordinary = float(sum(grid[:2] in communities for grid in GRIDS if grid != "C2003"))
    return {
        "households": homes,
        "planned": sum(PLANNED[c] for c in communities),
        "population": 2 * homes,
        "grids": ordinary,
        "workers_in_plan": ordinary,
        "posts_min": homes / 200,
        "posts_max": homes / 150,
        "posts_by_residents": 2 * homes * 18 / 10_000,
        "workers_on_roster": sum(ROSTER[c] for c in communities),
    }


def communities_table() -> gpd.GeoDataFrame:
    """Two rectangles of 300 m by 200 m."""
    shapes = [box(X0_M + 300 * n, Y0_M, X0_M + 300 * (n + 1), Y0_M + 200) for n in range(2)]
    rows = [
        {"community_id": c, "name": name, "street": "滨海街道", **figures([c])}
        for c, name in zip(COMMUNITIES, ["向阳社区", "临海社区"], strict=True)
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=CRS)


def streets_table() -> gpd.GeoDataFrame:
    """One street of both communities."""
    row = {"street": "滨海街道", **figures(COMMUNITIES)}
    return gpd.GeoDataFrame(pd.DataFrame([row]), geometry=[box(X0_M, Y0_M, X0_M + 600, Y0_M + 200)], crs=CRS)


def access_table() -> pd.DataFrame:
    """Minutes of every unit to F1 (before) and to the nearer of F1 and N1."""
    before_m = np.array([DETOUR * metres(u, "u01") for u in UNITS])
    built_m = np.array([DETOUR * metres(u, "u10") for u in UNITS])
    nearest_m = np.minimum(before_m, built_m)
    return pd.DataFrame(
        {
            "unit_id": UNITS,
            "category": SERVICE,
            "facility_id": np.where(before_m <= built_m, "F1", "N1").astype(object),
            "assigned_id": "",
            "minutes": nearest_m / METRES_PER_MINUTE,
            "minutes_existing": before_m / METRES_PER_MINUTE,
            "covered": (nearest_m <= LIMIT_M).astype(float),
        }
    )


def facilities_table() -> gpd.GeoDataFrame:
    """F1 is nearest for u01, u02, u04 and u05 (240 households), N1 for the other 520."""
    table = {
        "facility_id": ["F1", "N1"],
        "category": SERVICE,
        "status": ["existing", "new"],
        "name": ["", ""],
        "kind": ["", ""],
        "capacity": [300.0, np.nan],
        "households_served": [240.0, 520.0],
    }
    return gpd.GeoDataFrame(table, geometry=[Point(middle("u01")), Point(middle("u10"))], crs=CRS)


def backdrop() -> dict[str, gpd.GeoDataFrame]:
    """Draw a road between the communities, a river south of them, and the school."""
    road = LineString([(X0_M + 300, Y0_M - 50), (X0_M + 300, Y0_M + 250)])
    river = LineString([(X0_M - 50, Y0_M - 30), (X0_M + 650, Y0_M - 30)])
    x, y = corner("u12")
    return {
        "roads": gpd.GeoDataFrame({"name": ["解放路"], "rank": ["主干路"]}, geometry=[road], crs=CRS),
        "barriers": gpd.GeoDataFrame({"name": ["清河"]}, geometry=[river], crs=CRS),
        "special_areas": gpd.GeoDataFrame(
            {"special_id": ["S1"], "name": ["临海小学"]}, geometry=[box(x, y, x + 100, y + 100)], crs=CRS
        ),
    }


def community_report(community: str) -> dict[str, Any]:
    """Certificate of a community: both are proven."""
    rows = [grid_row(grid) for grid in GRIDS if grid[:2] == community and grid != "C2003"]
    outside = sum(max(0.0, row["load"] - 200) for row in rows)
    out_of_band = sum(not row["in_band"] for row in rows)
    objective = sum(row["households"] * row["walk_mean_m"] for row in rows)
    return {
        "community_id": community,
        "households": sum(row["households"] for row in rows),
        "workers": len(rows),
        "grids": len(rows),
        "in_band": 1 - out_of_band / len(rows),
        "out_of_band": out_of_band,
        "out_of_band_bound": out_of_band,
        "households_outside": outside,
        "households_outside_bound": outside,
        "objective": objective,
        "objective_parts": {"walk": objective},
        "lower_bound": objective,
        "gap": 0.0,
        "status": "infeasible" if out_of_band else "optimal",
        "reason": REASONS[community],
        "pieces_reason": "",
    }


def circle_report() -> dict[str, Any]:
    """Covered before: u01 to u05, 300 households; after: all but the 80 of u09."""
    access = access_table()
    homes = np.array([HOUSEHOLDS[u] for u in UNITS], float)
    return {
        "category": SERVICE,
        "limit_m": LIMIT_M,
        "existing": 1,
        "new": 1,
        "covered_before": 300 / 760,
        "covered_after": 680 / 760,
        "mean_minutes": float(homes @ access["minutes"] / 760),
        "objective": 80.0,  # households left uncovered by one new site
        "lower_bound": 80.0,
        "status": "optimal",
        "unreachable": 80.0,
    }


def report() -> dict[str, Any]:
    """report.json as a dict."""
    total = figures(COMMUNITIES)
    posts = {k: total[k] for k in ("posts_min", "posts_max", "posts_by_residents", "workers_on_roster")}
    return {
        "version": "0.1.0",
        "seed": 1,
        "plan": "plan.toml",
        "project": {
            "name": "滨海街道（示例）",
            "note": "合成数据：不是真实地点",
            "language": "zh",
            "date": "2026-11-21",
        },
        "band": {"low": 150.0, "high": 200.0, "fewest": 1, "most": 1},
        "staffing": {"low": 150.0, "high": 200.0, "per_10000": 18.0},
        "services": [{"category": SERVICE, "minutes": 4.0, "new": 1}],
        "walk": {"kind": "straight", "detour": DETOUR, "metres_per_minute": METRES_PER_MINUTE},
        "inputs": {"communities.gpkg": "0" * 64, "households.csv": "1" * 64},
        "totals": {
            "households": 760.0,
            "population": 1520.0,
            "grids": 4,
            "workers": 4,
            "in_band_share": 0.75,
            **posts,
        },
        "communities": [community_report(c) for c in COMMUNITIES],
        "circle": [circle_report()],
        "repairs": ["住户 3 在所有社区之外 1.2 米，计入最近的社区 C1。"],
        "timings": {"partition": 0.5},
    }


def tiny_plan() -> Plan:
    """Return the whole plan; every call makes it anew."""
    return Plan(
        communities=communities_table(),
        streets=streets_table(),
        grids=grids_table(),
        units=units_table(),
        households=households_table(),
        facilities=facilities_table(),
        access=access_table(),
        backdrop=backdrop(),
        report=report(),
    )
