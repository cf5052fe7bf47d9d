"""Made-up towns and made-up problems for hypothesis: small, odd, and legal."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st
from pyproj import CRS

from gridplan.partition import Band, Problem
from gridplan.tables import Inputs

METRIC = "EPSG:4547"
WIDE_M, HIGH_M = 300, 200
STRAY_M = 5.0  # a row farther from every community is refused at the door
X0_M, Y0_M = 500_000.0, 3_400_000.0  # a real place's coordinates: rounding is that of real places
ROW_TEXTS = (
    "household_id",
    "entrance",
    "building",
    "compound",
    "community_id",
    "locked",
    "together",
    "apart",
)
ROW_NUMBERS = ("households", "planned", "population", "workload", "vulnerable", "load")


def at_place(shape: shapely.Geometry) -> shapely.Geometry:
    """Move a shape from metres around nought to where the towns lie."""
    return shapely.transform(shape, lambda xy: xy + np.array([X0_M, Y0_M]))


def frame(shapes: list[shapely.Geometry], **columns: object) -> gpd.GeoDataFrame:
    """Make a table in the metric CRS."""
    return gpd.GeoDataFrame(
        {
            name: np.array(values, object) if not np.isscalar(values) else values
            for name, values in columns.items()
        },
        index=pd.RangeIndex(len(shapes)),
        geometry=[at_place(shape) for shape in shapes],
        crs=METRIC,
    )


def households_frame(rows: list[dict[str, object]], points: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Make the table of household rows; what a row does not say is blank, or not known."""
    texts = {name: np.array([row.get(name, "") for row in rows], object) for name in ROW_TEXTS}
    numbers = {name: np.array([row.get(name, np.nan) for row in rows], float) for name in ROW_NUMBERS}
    texts["household_id"] = np.array([str(number + 1) for number in range(len(rows))], object)
    numbers["load"] = numbers["households"]
    shapes = [at_place(shapely.Point(xy)) for xy in points]
    return gpd.GeoDataFrame({**texts, **numbers}, geometry=shapes, crs=METRIC)


def town(
    communities: list[shapely.Geometry],
    rows: list[dict[str, object]],
    points: list[tuple[float, float]],
    *,
    roads: list[tuple[str, shapely.Geometry]] | None = None,
    barriers: list[shapely.Geometry] | None = None,
    special: list[shapely.Geometry] | None = None,
) -> Inputs:
    """Make the inputs of a town; a row that names no community is in the one it lies in, else the nearest."""
    ids = [f"C{n + 1}" for n in range(len(communities))]
    places = frame(communities, community_id=ids, name=ids, street="", population=np.nan, workers=np.nan)
    households = households_frame(rows, points)
    found = np.full(len(rows), len(ids))
    if rows:
        tree = shapely.STRtree(places.geometry.to_numpy())
        row, community = tree.query_nearest(households.geometry.to_numpy(), all_matches=True)
        np.minimum.at(found, row, community)
    households["community_id"] = np.array(ids, object)[found] if rows else households["community_id"]
    return Inputs(
        crs=CRS(METRIC),
        communities=places,
        households=households,
        roads=None
        if roads is None
        else frame([line for _, line in roads], road_id="", name=[name for name, _ in roads], rank=""),
        barriers=None if barriers is None else frame(barriers, barrier_id="", name=""),
        special_areas=None
        if special is None
        else frame(special, special_id=[f"S{n}" for n in range(len(special))], name="", workers=np.nan),
        sources={},
    )


def spots() -> st.SearchStrategy[tuple[float, float]]:
    """Points of a coarse net, so that many coincide or lie on borders, and points anywhere."""
    coarse = st.tuples(st.integers(0, 12).map(lambda n: 25.0 * n), st.integers(0, 8).map(lambda n: 25.0 * n))
    fine = st.tuples(st.integers(0, 3000).map(lambda n: n / 10), st.integers(0, 2000).map(lambda n: n / 10))
    return st.one_of(coarse, fine)


def areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape without the lines and points that cutting leaves."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape).max()])


@st.composite
def community_shapes(draw: st.DrawFn) -> list[shapely.Geometry]:
    """One or two neighbours that tile a rectangle; a hole, an island, or a sliver may be there."""
    whole = shapely.box(0, 0, WIDE_M, HIGH_M)
    odd = draw(st.sampled_from(["plain", "hole", "island", "sliver"]))
    if odd == "hole":
        whole = whole.difference(shapely.box(130, 60, 210, 110))
    split = draw(st.one_of(st.none(), st.integers(60, 240)))
    bend = draw(st.integers(-40, 40))
    shapes = [whole]
    if split is not None:
        west = shapely.Polygon(
            [(-1, -1), (split, -1), (split + bend, HIGH_M / 2), (split, HIGH_M + 1), (-1, HIGH_M + 1)]
        )
        shapes = [areas_of(whole.intersection(west)), areas_of(whole.difference(west))]
    if odd == "island":
        shapes[0] = shapely.union_all([shapes[0], shapely.box(0, HIGH_M + 20, 90, HIGH_M + 70)])
    if odd == "sliver":
        shapes[-1] = shapely.union_all(
            [shapes[-1], shapely.Polygon([(WIDE_M, 40), (WIDE_M + 60, 50), (WIDE_M, 40.2)])]
        )
    return shapes


@st.composite
def road_lines(draw: st.DrawFn) -> list[tuple[str, shapely.Geometry]]:
    """Up to three roads with bends, some without names; some end inside the town."""
    ends = st.tuples(st.integers(-2, 14).map(lambda n: 25.0 * n), st.integers(-2, 10).map(lambda n: 23.0 * n))
    lines = draw(st.lists(st.lists(ends, min_size=2, max_size=3, unique=True), max_size=3))
    names = draw(
        st.lists(st.sampled_from(["解放路", "学院路", ""]), min_size=len(lines), max_size=len(lines))
    )
    return [(name, shapely.LineString(line)) for name, line in zip(names, lines, strict=True)]


@st.composite
def barrier_shapes(draw: st.DrawFn) -> list[shapely.Geometry]:
    """Nothing, a river with banks, a wall that ends inside, or a railway from edge to edge."""
    x = draw(st.integers(30, 270))
    river = shapely.LineString([(x, -50), (x + 20, 100), (x - 15, 350)]).buffer(
        draw(st.integers(4, 15)), cap_style="flat"
    )
    wall = shapely.LineString([(x, 30), (x, 120)])
    railway = shapely.LineString([(-50, 90), (WIDE_M + 80, 110)])
    return draw(st.sampled_from([[], [river], [wall], [railway], [river, railway]]))


def row_lists(
    *, entrances: bool = True
) -> st.SearchStrategy[list[tuple[dict[str, object], tuple[float, float]]]]:
    """Household rows with their places: none, one, or some."""
    row = st.fixed_dictionaries(
        {
            "households": st.sampled_from([0.0, 1.0, 5.0, 24.0, 60.0]),
            "compound": st.sampled_from(["", "阳光花园", "海韵家园"]),
            "building": st.sampled_from(["", "1"]),
            "entrance": st.sampled_from(["", "1-1", "1-2"]) if entrances else st.just(""),
        }
    )
    return st.lists(st.tuples(row, spots()), max_size=14)


@st.composite
def towns(draw: st.DrawFn, *, entrances: bool = True, special: bool = True) -> Inputs:
    """Draw a town."""
    shapes = draw(community_shapes())
    ground = shapely.union_all(shapes)
    rows = [
        (row, spot)
        for row, spot in draw(row_lists(entrances=entrances))
        if ground.distance(shapely.Point(spot)) <= STRAY_M
    ]
    areas = draw(st.sampled_from([None, [shapely.box(20, 20, 70, 80)], [shapely.box(250, 150, 340, 260)]]))
    return town(
        shapes,
        [row for row, _ in rows],
        [spot for _, spot in rows],
        roads=draw(st.one_of(st.none(), road_lines())),
        barriers=draw(st.one_of(st.none(), barrier_shapes())),
        special=areas if special else None,
    )


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Units as a person writes them down: loads, places, pairs of neighbours."""

    load: tuple[float, ...]
    places: tuple[tuple[float, float], ...]
    pairs: tuple[tuple[int, int], ...]

    def problem(self, band: Band, workers: int | str = "middle") -> Problem:
        """Return the problem with straight walks."""
        xy = np.array(self.places, float)
        near = [sorted({b for a, b in self.both if a == unit}) for unit in range(len(self.load))]
        return Problem(
            load=np.array(self.load, float),
            weight=np.array(self.load, float),
            distance_m=np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)),
            starts=np.cumsum([0, *map(len, near)]).astype(np.int32),
            neighbors=np.array([unit for units in near for unit in units], np.int32),
            band=band,
            workers=workers,  # type: ignore[arg-type]
        )

    @property
    def both(self) -> list[tuple[int, int]]:
        """Every pair in both directions."""
        return [*self.pairs, *((b, a) for a, b in self.pairs)]

    def relabelled(self, order: list[int]) -> "Graph":
        """Return the same units in another order: new unit i is old unit ``order[i]``."""
        new = {old: number for number, old in enumerate(order)}
        return replace(
            self,
            load=tuple(self.load[old] for old in order),
            places=tuple(self.places[old] for old in order),
            pairs=tuple((new[a], new[b]) for a, b in self.pairs),
        )


@st.composite
def graphs(
    draw: st.DrawFn, *, largest: int = 6, loads: tuple[int, ...] = (20, 40, 50, 60, 70, 90, 120, 170, 210)
) -> Graph:
    """Draw a connected graph: a random tree, and some more pairs."""
    size = draw(st.integers(2, largest))
    load = draw(st.lists(st.sampled_from(loads), min_size=size, max_size=size))
    spot = st.tuples(st.integers(0, 30).map(lambda n: 10.0 * n), st.integers(0, 30).map(lambda n: 10.0 * n))
    places = draw(st.lists(spot, min_size=size, max_size=size, unique=True))
    tree = [(draw(st.integers(0, unit - 1)), unit) for unit in range(1, size)]
    every = [(a, b) for b in range(size) for a in range(b)]
    more = draw(st.lists(st.sampled_from(every), max_size=size, unique=True))
    return Graph(
        load=tuple(map(float, load)),
        places=tuple(places),
        pairs=tuple(sorted({*tree, *more})),
    )
