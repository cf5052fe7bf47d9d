"""Faults of tables and shapes as data, and the repairs beside them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan import checks
from gridplan.checks import Harm, Sheet
from gridplan.checks.values import as_numbers, as_text
from gridplan.tables import INPUT_COLUMNS


def sheet(part, ids, **columns):
    """Return the sheet of an input whose columns are called as their keys, and as given."""
    return Sheet(
        part=part, file=f"{part}.shp", ids=np.array(list(ids), dtype=object), columns={"id": "ID", **columns}
    )


def column(*shapes):
    """Return shapes as an array."""
    return np.array(shapes, dtype=object)


def found(faults):
    """Return what was found as (code, rows, harm)."""
    for fault in faults:
        assert fault.message.text("zh") != fault.message.text("en")
    return [(fault.code, fault.rows, fault.harm) for fault in faults]


def town(*boxes, ids=None, **columns):
    """Return communities of boxes (west, south, east, north), in metres."""
    ids = ids or [f"C{number}" for number in range(1, len(boxes) + 1)]
    frame = {"community_id": ids, "name": "n", "street": "s", "population": np.nan, "workers": np.nan}
    return gpd.GeoDataFrame(
        pd.DataFrame({**frame, **columns}), geometry=[shapely.box(*box) for box in boxes], crs=4547
    )


# cells
def test_cells_become_text():
    """Ids read as floats lose their point, blanks are empty, spaces go."""
    cells = pd.Series([1.0, 2.5, " a ", None, np.nan, pd.NA, 7, True, "1.0"], dtype=object)
    assert as_text(cells).tolist() == ["1", "2.5", "a", "", "", "", "7", "True", "1.0"]


@pytest.mark.parametrize(
    ("cell", "number", "mended"),
    [
        ("12", 12, False),
        (" 12 ", 12, False),
        ("1,234", 1234, True),
        ("1 234 567.5", 1234567.5, True),
        ("１２", 12, True),
        ("１，２３４", 1234, True),
        ("-3", -3, False),
        ("1,23", None, False),
        ("35户", None, False),
        ("inf", None, False),
        ("nan", None, False),
        ("无", None, False),
    ],
)
def test_numbers_are_read_as_people_write_them(cell, number, mended):
    """Full-width digits and thousands are understood and told; what is no number is never 0."""
    read = as_numbers(pd.Series([cell, None], dtype=object))
    assert read.blank.tolist() == [False, True]
    assert read.unreadable.tolist() == [number is None, False]
    assert read.mended.tolist() == [mended, False]
    assert np.isnan(read.found[0]) if number is None else read.found[0] == number


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_every_way_to_write_a_count_gives_the_count(count):
    """Plain, grouped, spaced, full-width and as a float it is one number."""
    wide = str(count).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    cells = [
        str(count),
        f"{count:,}",
        f"{count:,}".replace(",", " "),
        wide,
        f" {count}.0",
        count,
        float(count),
    ]
    assert set(as_numbers(pd.Series(cells, dtype=object)).found) == {count}


# attributes
def test_all_columns_are_there_and_defaults_filled():
    """A table with an id alone has every column of the contract; a row counts one household."""
    table = pd.DataFrame({"id": ["a", "b"]})
    clean, faults = checks.attributes(table, sheet("households", ["a", "b"]))
    assert faults == []
    texts, numbers = INPUT_COLUMNS["households"]
    assert list(clean) == [*texts, *numbers]
    assert clean["households"].tolist() == clean["load"].tolist() == [1, 1]
    assert clean["compound"].tolist() == ["", ""]
    assert clean["planned"].isna().all()


def test_workload_is_the_load_where_it_is_named():
    """The band then applies to workload."""
    table = pd.DataFrame({"id": ["a"], "households": ["30"], "workload": ["41.5"]})
    clean, faults = checks.attributes(table, sheet("households", ["a"], households="HS", workload="GZL"))
    assert faults == []
    assert clean[["households", "load"]].to_numpy().tolist() == [[30, 41.5]]


def test_every_row_at_fault_is_named():
    """Each kind of fault of a column is one fault with its rows."""
    cells = ["12", "x", "", "-1", "2.5", "1,200", "0"]
    ids = [f"h{number}" for number in range(1, 8)]
    table = pd.DataFrame({"id": ids, "households": cells})
    _, faults = checks.attributes(table, sheet("households", ids, households="HS"))
    assert found(faults) == [
        ("text_for_number", (2,), Harm.FORBIDS),
        ("negative", (4,), Harm.FORBIDS),
        ("blank_number", (3,), Harm.FORBIDS),
        ("fraction", (5,), Harm.FORBIDS),
        ("mended_number", (6,), Harm.TOLD),
    ]
    assert (
        faults[0]
        .message.text("en")
        .startswith('households.shp: HS holds text where a number is needed, such as "x": h2 (row 2).')
    )


def test_five_rows_are_shown_and_the_rest_counted():
    """A thousand faulty rows are one sentence."""
    ids = [str(number) for number in range(1, 10)]
    _, (fault,) = checks.attributes(
        pd.DataFrame({"id": ids, "households": [-1] * 9}), sheet("households", ids, households="HS")
    )
    assert fault.rows == tuple(range(1, 10))
    assert "1 (row 1), 2 (row 2), 3 (row 3), 4 (row 4), 5 (row 5) and 4 more" in fault.message.text("en")
    assert "5（第5行），还有4行" in fault.message.text("zh")


def test_missing_and_repeated_ids():
    """Ids must be there and differ; where no column is named rows are numbered."""
    table = pd.DataFrame({"id": [1.0, 2.0, 1.0, None]})
    ids = checks.ids_of(table)
    _, faults = checks.attributes(table, sheet("candidates", ids))
    assert found(faults) == [("blank_id", (4,), Harm.FORBIDS), ("duplicate_id", (1, 3), Harm.FORBIDS)]
    assert checks.ids_of(pd.DataFrame(index=range(3))).tolist() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("part", "table", "columns", "code"),
    [
        ("facilities", {"category": ["a", " "]}, {"category": "KIND"}, "blank_text"),
        ("candidates", {"categories": ["a", None]}, {"categories": "KINDS"}, "blank_text"),
        (
            "facilities",
            {"category": ["a", "b"], "capacity": ["5", "-5"]},
            {"category": "c", "capacity": "n"},
            "negative",
        ),
        ("candidates", {"cost": [None, -0.5]}, {"cost": "元"}, "negative"),
        ("workers", {"availability": [0.5, 1.2]}, {"availability": "投入"}, "too_large"),
        ("workers", {"kind": ["full_time", "专职"]}, {"kind": "类别"}, "unknown_kind"),
        ("special_areas", {"workers": [1, 1.5]}, {"workers": "人"}, "fraction"),
        ("communities", {"workers": [3, "three"]}, {"workers": "人"}, "text_for_number"),
    ],
)
def test_each_part_has_its_rules(part, table, columns, code):
    """The second row of each table is at fault, the first is not."""
    frame = pd.DataFrame({"id": ["1", "2"], **table})
    _, faults = checks.attributes(frame, sheet(part, ["1", "2"], **columns))
    assert found(faults) == [(code, (2,), Harm.FORBIDS)]


@pytest.mark.parametrize(
    ("part", "table", "columns", "said"),
    [
        ("households", {"households": [1.0, -3.0]}, {"households": "HS"}, "HS is below 0, such as -3: "),
        ("households", {"households": ["1", "2.50"]}, {"households": "HS"}, "number, such as 2.50: "),
        ("workers", {"availability": [1, 80]}, {"availability": "share"}, "above 1, such as 80: "),
        ("workers", {"kind": ["helper", "boss"]}, {"kind": "kind"}, 'kind is "boss"; wanted is full_time,'),
    ],
)
def test_what_came_is_shown(part, table, columns, said):
    """A fault of values shows the first of them as it stands in the file."""
    frame = pd.DataFrame({"id": ["1", "2"], **table})
    _, (fault,) = checks.attributes(frame, sheet(part, ["1", "2"], **columns))
    assert said in fault.message.text("en")


def test_what_may_be_blank():
    """A blank capacity, cost, availability or planned count is nothing, and no fault."""
    table = pd.DataFrame({"id": ["1"], "kind": ["helper"], "availability": [None]})
    clean, faults = checks.attributes(table, sheet("workers", ["1"], kind="k", availability="a"))
    assert faults == []
    assert np.isnan(clean["availability"][0])


def test_blanks_of_totals_are_told():
    """A blank count of residents leaves totals too low, which is said; a column all blank is no column."""
    table = pd.DataFrame({"id": ["1", "2"], "population": ["3", ""], "planned": ["", ""]})
    clean, faults = checks.attributes(table, sheet("households", ["1", "2"], population="RK", planned="GH"))
    assert found(faults) == [("blank_is_zero", (2,), Harm.TOLD)]
    assert np.isnan(clean["population"][1])


# shapes
def test_shapes_of_tables():
    """Coordinates and WKT become shapes; what cannot be read becomes none."""
    xy = pd.DataFrame({"x": ["114", "x", None], "y": ["30", "30", "30"]})
    shapes, faults = checks.build_shapes(xy, sheet("households", "abc"))
    assert faults == []
    assert shapes.tolist() == [shapely.Point(114, 30), None, None]
    shapes, faults = checks.build_shapes(
        pd.DataFrame({"wkt": ["POINT (1 2)", "POINT 1", ""]}), sheet("households", "abc")
    )
    assert faults == []
    assert shapes.tolist() == [shapely.Point(1, 2), None, None]


@pytest.mark.parametrize("table", [{"id": ["a"]}, {"x": ["1"]}])
def test_a_table_without_coordinates_is_a_fault(table):
    """One of two columns is not enough."""
    _, faults = checks.build_shapes(pd.DataFrame(table), sheet("households", "a"))
    assert found(faults) == [("no_coordinates", (), Harm.FORBIDS)]


def test_shapes_that_cannot_serve():
    """None, empty, infinite and of the wrong kind: each is named."""
    shapes = column(
        None, shapely.Polygon(), shapely.box(np.inf, 0, 1, 1), shapely.Point(0, 0), shapely.box(0, 0, 1, 1)
    )
    kept, faults = checks.sound(shapes, sheet("communities", "abcde"))
    assert found(faults) == [
        ("no_shape", (1, 2), Harm.FORBIDS),
        ("not_on_map", (3,), Harm.FORBIDS),
        ("wrong_shape", (4,), Harm.FORBIDS),
    ]
    assert [shape is None for shape in kept] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("part", "shape", "said"),
    [
        ("communities", shapely.Point(0, 0), "应为面，却是点"),
        ("roads", shapely.box(0, 0, 1, 1), "应为线，却是面"),
        ("barriers", shapely.Point(0, 0), "应为线或面，却是点"),
    ],
)
def test_the_wrong_kind_of_shape_says_which_is_wanted(part, shape, said):
    """A layer of points given for communities is told so."""
    _, (fault,) = checks.sound(column(shape), sheet(part, "a"))
    assert said in fault.message.text("zh")


def test_where_no_community_has_a_shape_points_are_not_at_fault():
    """A wrong file for the communities is one fault, not one more for each household."""
    none, points = column(None, None), column(shapely.Point(0, 0))
    home, faults = checks.homes(
        shapely.bounds(points), np.array(["a", "b"], object), none, sheet("households", "h")
    )
    assert (home.tolist(), faults) == ([""], [])
    assert (
        checks.outside_special_areas(column(shapely.box(0, 0, 1, 1)), none, sheet("special_areas", "s")) == []
    )


def test_roads_without_shape_are_left_out():
    """A road nobody drew is no loss, but told."""
    line = shapely.LineString([(0, 0), (1, 1)])
    kept, faults = checks.sound(column(line, None), sheet("roads", "ab"))
    assert found(faults) == [("left_out", (2,), Harm.TOLD)]
    assert kept[0] == line


def test_broken_polygons_are_mended_and_told():
    """A bow-tie of two triangles keeps both; height is dropped; a line of a polygon has no area."""
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    high = shapely.Polygon([(0, 0, 5), (10, 0, 5), (10, 10, 5)])
    flat = shapely.Polygon([(0, 0), (10, 0), (0, 0), (0, 0)])
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    kept, faults = checks.sound(column(bow_tie, high, flat, mixed), sheet("communities", "abcd"))
    assert found(faults) == [("no_area", (3,), Harm.FORBIDS), ("mended_shape", (1, 4), Harm.TOLD)]
    assert shapely.area(kept).tolist()[:2] == [50, 50]
    assert not shapely.has_z(kept[1])
    assert kept[3].geom_type == "Polygon"


def test_any_shape_has_an_inner_point():
    """Points stay to the last bit; a polygon stands for a point in it."""
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(1, 1, 9, 9))
    point = shapely.Point(0.1, 0.2)
    inner = checks.points(column(point, ring, None))
    assert inner[0] is point
    assert ring.contains(inner[1])
    assert inner[2] is None


# communities
def test_rows_of_one_community_are_its_parts():
    """An island has the id of its mainland: one community, residents once where they are the same."""
    frame = town(
        (0, 0, 10, 10),
        (20, 0, 30, 10),
        (10, 0, 20, 5),
        ids=["A", "B", "A"],
        population=[7.0, 5.0, 7.0],
        workers=[1.0, np.nan, 2.0],
    )
    merged, named, faults = checks.merged(frame, sheet("communities", ["A", "B", "A"]))
    assert found(faults) == [("merged_parts", (1, 3), Harm.TOLD)]
    assert merged["community_id"].tolist() == ["A", "B"]
    assert merged["population"].tolist() == [7, 5]
    assert merged["workers"].iloc[0] == 3
    assert shapely.area(merged.geometry).tolist() == [150, 100]
    assert (named.ids.tolist(), named.numbers.tolist()) == (["A", "B"], [1, 2])


def test_one_id_for_two_communities_is_a_fault():
    """A different name shows that it is a mistake."""
    frame = town((0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10), ids=["B", "A", "A"], name=["x", "x", "y"])
    _, _, faults = checks.merged(frame, sheet("communities", ["B", "A", "A"]))
    assert found(faults) == [("duplicate_community", (2, 3), Harm.FORBIDS)]


def test_slivers_go_to_the_first_id():
    """Half a metre of overlap along 100 m is cut from the later id, whatever the order of rows."""
    frame = town((99.5, 0, 200, 100), (0, 0, 100, 100), ids=["B", "A"])
    mended, faults = checks.without_overlaps(frame, sheet("communities", ["B", "A"]))
    assert found(faults) == [("slivers", (1,), Harm.TOLD)]
    assert "50.0000 m²" in faults[0].message.text("en")
    assert shapely.area(mended.geometry).tolist() == [10_000, 10_000]
    assert shapely.area(frame.geometry).tolist() == [10_050, 10_000]


def test_real_overlaps_name_both_and_their_area():
    """Two metres along 100 m are no sliver: a person must decide."""
    frame = town((0, 0, 100, 100), (98, 0, 200, 100), (198, 0, 300, 100))
    mended, faults = checks.without_overlaps(frame, sheet("communities", ["C1", "C2", "C3"]))
    assert found(faults) == [("overlap", (1, 2), Harm.FORBIDS), ("overlap", (2, 3), Harm.FORBIDS)]
    assert "C1 and C2 overlap by 200.0 m²" in faults[0].message.text("en")
    assert mended.geometry.tolist() == frame.geometry.tolist()


def test_a_community_inside_another_is_an_overlap():
    """However small it is, it is not given away."""
    frame = town((0, 0, 100, 100), (50, 50, 50.5, 50.5))
    _, faults = checks.without_overlaps(frame, sheet("communities", ["C1", "C2"]))
    assert found(faults) == [("overlap", (1, 2), Harm.FORBIDS)]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 0.3)] * 4), min_size=4, max_size=4), st.permutations(range(4)))
def test_mended_communities_share_no_ground_and_lose_none(grown, order):
    """Four squares grown by up to 0.3 m a side still cover the same ground, each bit once."""
    cells = [(0, 0, 100, 100), (100, 0, 200, 100), (0, 100, 100, 200), (100, 100, 200, 200)]
    boxes = [(w - a, s - b, e + c, n + d) for (w, s, e, n), (a, b, c, d) in zip(cells, grown, strict=True)]
    frame = town(*[boxes[at] for at in order], ids=[f"C{at}" for at in order])
    mended, faults = checks.without_overlaps(frame, sheet("communities", frame["community_id"]))
    assert all(fault.harm is Harm.TOLD for fault in faults)
    assert mended.area.sum() == pytest.approx(mended.union_all().area, abs=1e-3)
    assert mended.union_all().area == pytest.approx(frame.union_all().area, abs=1e-3)
    first = mended.geometry[mended["community_id"] == "C0"].iloc[0]
    assert first.equals(frame.geometry[frame["community_id"] == "C0"].iloc[0])


NEEDLES = {  # found by a fuzzer, in metres
    "less its neighbour it leaves a line": [
        (500_800, 3_400_000),
        (135_712, 3_400_252.0032),
        (500_400.00001526, 3_400_400),
        (-500_400.24, 3_400_000),
    ],
    "widened and narrowed it crosses itself": [
        (500_800, 3_400_000),
        (0, 500_400),
        (500_800, 3_400_400),
        (7.635498046875, 3_400_000),
    ],
}


@pytest.mark.parametrize("name", NEEDLES)
def test_needles_hundreds_of_kilometres_long(name):
    """What GEOS leaves of a shape so thin may hold lines, or be no shape at all; communities are areas all the same."""
    squares = town(
        (500_000, 3_400_000, 500_400, 3_400_400), (0, 0, 1, 1), (500_800, 3_400_000, 501_200, 3_400_400)
    )
    drawn = np.array([squares.geometry[0], shapely.Polygon(NEEDLES[name]), squares.geometry[2]], dtype=object)
    named = sheet("communities", ["C1", "C2", "C3"])
    sound, _ = checks.sound(drawn, named)
    apart, _ = checks.without_overlaps(squares.set_geometry(sound), named)
    filled, _ = checks.without_gaps(apart, named)
    assert set(filled.geom_type) <= {"Polygon", "MultiPolygon"}
    assert "spike" in {
        fault.code for fault in checks.doubts({"communities": checks.Looked(frame=filled, sheet=named)})
    }


def test_residents_are_those_of_the_households():
    """Where both tables tell of residents, the households' sum is used and the difference told."""
    communities = town((0, 0, 1, 1), (1, 0, 2, 1), (2, 0, 3, 1), population=[10.0, 20.0, np.nan])
    homes = pd.DataFrame({"community_id": ["C1", "C1", "C2"], "population": [4.0, 6.0, 21.0]})
    residents, faults = checks.residents(communities, homes, sheet("communities", ["C1", "C2", "C3"]))
    assert residents.tolist() == [10, 21, 0]
    assert found(faults) == [("population_differs", (2,), Harm.TOLD)]
    assert "(20) differ" in faults[0].message.text("en")
    residents, faults = checks.residents(
        communities, homes.assign(population=np.nan), sheet("communities", "abc")
    )
    assert residents.tolist()[:2] == [10, 20]
    assert faults == []


# places
def test_each_point_has_its_community():
    """Inside, on a border (the first id), just outside (the nearest), and far off."""
    ids = np.array(["B", "A"], dtype=object)
    shapes = column(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100))
    points = column(
        shapely.Point(50, 50),
        shapely.Point(100, 50),
        shapely.Point(50, -4.9),
        shapely.Point(100, -3),
        shapely.Point(50, -30),
        None,
    )
    home, faults = checks.homes(shapely.bounds(points), ids, shapes, sheet("households", "abcdef"))
    assert home.tolist() == ["B", "A", "B", "A", "", ""]
    assert found(faults) == [
        ("outside", (5,), Harm.FORBIDS),
        ("taken_to_nearest", (3, 4), Harm.TOLD),
        ("on_border", (2,), Harm.DOUBT),
    ]
    assert "up to 30 m" in faults[0].message.text("en")
    assert "by up to 4.90 m" in faults[1].message.text("en")


def test_a_hair_outside_is_on_the_border():
    """What rounding does to a point on the outer border is not worth a word."""
    home, faults = checks.homes(
        shapely.bounds(column(shapely.Point(50, -0.001))),
        np.array(["A"], dtype=object),
        column(shapely.box(0, 0, 100, 100)),
        sheet("households", "a"),
    )
    assert home.tolist() == ["A"]
    assert faults == []


def test_points_without_any_community_are_outside():
    """Where no community has a shape, nobody has a home."""
    points = shapely.bounds(column(shapely.Point(0, 0)))
    home, _ = checks.homes(points, np.array(["A"], dtype=object), column(None), sheet("households", "a"))
    assert home.tolist() == [""]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-4, 204), st.floats(-4, 204)), max_size=20), st.permutations(range(4)))
def test_homes_do_not_depend_on_the_order_of_rows(places, order):
    """However the communities are sorted, a point has the same home, and lies at most 5 m from it."""
    boxes = {
        "A": (0, 0, 100, 100),
        "B": (100, 0, 200, 100),
        "C": (0, 100, 100, 200),
        "D": (100, 100, 200, 200),
    }
    points = column(*map(shapely.Point, places))
    rows = sheet("households", map(str, range(len(places))))
    known = np.array(list(boxes), dtype=object)[list(order)]
    shapes = column(*[shapely.box(*boxes[one]) for one in known])
    home, _ = checks.homes(shapely.bounds(points), known, shapes, rows)
    straight, _ = checks.homes(
        shapely.bounds(points),
        np.sort(known),
        column(*[shapely.box(*box) for box in boxes.values()]),
        rows,
    )
    assert home.tolist() == straight.tolist()
    for point, one in zip(points, home, strict=True):
        distances = {name: shapely.box(*box).distance(point) for name, box in boxes.items()}
        assert one == min(distances, key=lambda name: (distances[name], name)) or min(distances.values()) > 5


def test_inputs_of_another_place_are_told():
    """Roads of another town are not this town's roads; roads a street away may be."""
    here = shapely.bounds(column(shapely.box(0, 0, 1000, 1000)))
    there = shapely.bounds(column(shapely.LineString([(21_000, 0), (22_000, 0)]), None))
    near, nowhere = shapely.bounds(column(shapely.Point(1500, 0))), shapely.bounds(column())
    (fault,) = checks.elsewhere(there, here, sheet("roads", "ab"))
    assert found([fault]) == [("elsewhere", (), Harm.FORBIDS)]
    assert "20 km" in fault.message.text("en")
    assert checks.elsewhere(near, here, sheet("roads", "a")) == []
    assert checks.elsewhere(nowhere, here, sheet("roads", "")) == []


def test_special_areas_outside_are_told():
    """They can be no grid of any community."""
    areas = column(shapely.box(5, 5, 6, 6), shapely.box(50, 5, 60, 6), None)
    faults = checks.outside_special_areas(
        areas, column(shapely.box(0, 0, 10, 10)), sheet("special_areas", "abc")
    )
    assert found(faults) == [("special_outside", (2,), Harm.TOLD)]


def test_a_roster_names_communities_that_there_are():
    """Who is bound to none is free; who is bound to an unknown one is a mistake."""
    roster = pd.DataFrame({"community_id": ["A", "", "Z"]})
    faults = checks.unknown_communities(
        roster, np.array(["A"], dtype=object), sheet("workers", "abc", community="社区")
    )
    assert found(faults) == [("unknown_community", (3,), Harm.FORBIDS)]
    assert '"Z"' in faults[0].message.text("en")


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 3.0), st.floats(0.05, 0.95))
def test_a_narrow_gap_is_filled_and_a_wide_one_left(width, where):
    """A kite between two squares: after it is filled the communities touch along all their border and nothing overlaps."""
    west = shapely.box(0, 0, 300, 300)
    east = shapely.Polygon(
        [(300, 0), (600, 0), (600, 300), (300, 300), (300, 280), (300 + width, 300 * where), (300, 10)]
    )
    frame = gpd.GeoDataFrame({"community_id": ["A", "B"]}, geometry=[west, east], crs=4547)
    filled, faults = checks.without_gaps(frame, sheet("communities", "AB"))
    gap = shapely.box(0, 0, 600, 300).difference(shapely.union(west, east))
    narrow = gap.area >= 0.01 and 2 * gap.area <= gap.length
    assert bool(faults) == narrow
    assert filled.area.sum() == pytest.approx(180_000 - (0 if narrow else gap.area), abs=1e-6)
    assert filled.geometry[0].intersection(filled.geometry[1]).area == pytest.approx(0, abs=1e-6)
