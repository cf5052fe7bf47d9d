"""Map pages: complete in themselves, the same every time, safe for every name, true to the plan."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from folium.plugins import MarkerCluster
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, box

import tiny_plan as tiny
from gridplan.errors import OutputError
from gridplan.maps import build_map, page, pages, vendor
from gridplan.maps.cards import (
    community_cards,
    facility_cards,
    facility_tips,
    grid_cards,
    grid_tips,
    unit_cards,
    unit_tips,
)
from gridplan.maps.colours import PALETTE, bordering, colouring
from gridplan.maps.finding import places
from gridplan.maps.layers import street_layer
from gridplan.maps.offline import VENDORED
from gridplan.maps.panels import community_table, gap_text, legend, main_figures, posts_wanted
from gridplan.maps.shapes import MICRODEGREES, packed, projector, straightest, zoom_for
from gridplan.maps.signs import ROADS, road_ranks
from gridplan.maps.written import number, percent, speaker
from gridplan.plan import Plan

ASKS = re.compile(
    r"""<(?:script|link|img|iframe|source|embed)\b[^>]*?\s(?:src|href)\s*=\s*["']?\s*(?!data:|\#|about:|blob:)[^"'\s>]"""
    r"""|(?:url\(|@import)\s*["']?\s*(?:https?:)?//|["'`](?:https?:)?//[^"'`\s]*\{[xyzq]\}""",
    re.IGNORECASE,
)
HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=alert(1)>\"'`${1}\u202e\u2028"


@pytest.fixture(scope="module")
def index() -> str:
    """Page of the tiny plan."""
    return pages(tiny.tiny_plan())["index.html"]


def in_language(plan: Plan, language: str) -> Plan:
    """Return the plan as if its plan file asked for a language."""
    return replace(plan, report={**plan.report, "project": {**plan.report["project"], "language": language}})


def bare() -> Plan:
    """Return the tiny plan without anything optional."""
    plan = tiny.tiny_plan()
    nothing = {"posts_min": None, "posts_max": None, "posts_by_residents": None, "workers_on_roster": None}
    totals = {**plan.report["totals"], **nothing}
    report = {**plan.report, "totals": totals, "staffing": None}
    return replace(plan, streets=None, facilities=None, access=None, backdrop={}, report=report)


def lattice(columns: int, rows: int, *, side_m: float = 100.0) -> gpd.GeoSeries:
    """Squares side by side, row by row from the lower left."""
    x, y = np.meshgrid(np.arange(columns) * side_m + 5e5, np.arange(rows) * side_m + 3.4e6)
    return gpd.GeoSeries(
        shapely.box(x.ravel(), y.ravel(), x.ravel() + side_m, y.ravel() + side_m), crs=tiny.CRS
    )


def unpacked(shape: list) -> list:
    """Parts of rings of vertices (microdegrees) again."""
    return [[np.cumsum(np.reshape(ring, (-1, 2)), axis=0) for ring in rings] for rings in shape]


def test_the_same_plan_gives_the_same_bytes(index):
    """Element ids of folium are random; the page's are not."""
    made = pages(tiny.tiny_plan())
    assert list(made) == ["index.html", "community-001.html", "community-002.html"]
    assert made["index.html"] == index
    assert pages(tiny.tiny_plan()) == made


def test_a_page_asks_nothing_from_outside(index):
    """No script, style, image or tile has an outside address."""
    assert not ASKS.search(index)


def test_the_policy_lets_exactly_the_page_s_scripts_run(index):
    """Every inline script stands in the policy by its hash, nothing else does, nothing may be fetched."""
    policy = re.search(r'<head>\n<meta http-equiv="Content-Security-Policy" content="([^"]*)">', index)[1]
    scripts = re.findall(r"<script>(.*?)</script>", index, re.DOTALL)
    wanted = {
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    }
    assert set(re.search(r"script-src ([^;]*);", policy)[1].split()) == wanted
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_an_address_that_is_not_vendored_is_refused():
    """A plugin whose script is not in the package is named, not silently left to the network."""
    built = build_map(tiny.tiny_plan())
    MarkerCluster().add_to(built)
    with pytest.raises(OutputError, match=r"leaflet\.markercluster") as raised:
        page(built, language="zh")
    assert "页内没有的地址" in raised.value.text("zh")


def test_a_tile_server_is_refused():
    """A tile layer would ask an outside address at every move."""
    built = build_map(tiny.tiny_plan())
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="x").add_to(built)
    with pytest.raises(OutputError, match=r"tiles\.example"):
        page(built, language="zh")


def test_own_layers_can_be_added_and_the_map_is_not_changed(index):
    """The map is a folium map: a marker with a popup goes in; making the page leaves the map as it was."""
    plan, files = tiny.tiny_plan(), ["community-001.html", "community-002.html"]
    own = dict(zip(plan.communities["community_id"], files, strict=True))
    built = build_map(plan, pages=own, links=list(zip(plan.communities["name"], files, strict=True)))
    assert page(built, language="zh") == page(built, language="zh") == index
    folium.Marker([30.72, 114.0], popup="our own", icon=folium.DivIcon()).add_to(built)
    assert "our own" in page(built, language="zh")


def test_folium_s_own_lists_stay_as_they_are():
    """The addresses of folium's maps belong to the class: a plan's map must not change them for others."""
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    pages(tiny.tiny_plan())
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before


def test_the_links_of_folium_are_the_ones_vendored():
    """Folium's version still asks the addresses for which files are kept."""
    urls = {url for _, url in [*folium.Map.default_js, *folium.Map.default_css]}
    plugin = {
        url for _, url in [*folium.plugins.Fullscreen.default_js, *folium.plugins.Fullscreen.default_css]
    }
    assert set(VENDORED) <= urls | plugin


def test_vendored_files_are_the_released_ones():
    """Every file has the noted checksum, every package its licence."""
    assert (vendor.VENDORED / vendor.CHECKSUMS).read_text(encoding="utf-8") == vendor.checksums()
    for package in vendor.PACKAGES:
        assert any(path.name.startswith("LICENSE") for path in (vendor.VENDORED / package.folder).iterdir())
    assert {path.split("/")[0] for path in VENDORED.values()} == {
        package.folder for package in vendor.PACKAGES
    }


def test_hostile_names_stay_data():
    """Whatever a name holds, the page has no more elements than without it."""
    plan = tiny.tiny_plan()
    hostile = replace(
        plan,
        communities=plan.communities.assign(name=HOSTILE, street=HOSTILE),
        grids=plan.grids.assign(name=HOSTILE, code=[f"{HOSTILE}{i}" for i in range(5)], bounds_text=HOSTILE),
        units=plan.units.assign(compound=HOSTILE),
        facilities=plan.facilities.assign(category=HOSTILE),
        report={**plan.report, "project": {**plan.report["project"], "name": HOSTILE, "note": HOSTILE}},
    )
    index, calm = pages(hostile)["index.html"], pages(plan)["index.html"]
    for tag in ("<script", "</script", "<img", "<title"):
        assert index.count(tag) == calm.count(tag)
    assert "window.hacked" in index


def test_addresses_in_names_are_no_requests():
    """A name that looks like an address of a style or a tile server neither stops the page nor is one."""
    plan, name = tiny.tiny_plan(), 'url(https://x.example/a) @import "//x.example" `//x.example/{z}/{x}/{y}`'
    project = {**plan.report["project"], "name": name}
    named = replace(plan, grids=plan.grids.assign(name=name), report={**plan.report, "project": project})
    assert not ASKS.search(pages(named)["index.html"])


def test_households_never_reach_a_page(index):
    """Neither the rows of households nor what else their table holds is in a page."""
    plan = tiny.tiny_plan()
    with_names = replace(plan, households=plan.households.assign(head_of_family="张三"))
    assert pages(with_names)["index.html"] == index
    assert "household_id" not in index


def test_a_plan_with_nothing_optional_gives_a_page():
    """Streets, facilities, roads, norms: what is not there is neither drawn nor explained."""
    words = speaker("zh")
    layers = {entry["layer"] for entry in legend(bare(), words)["entries"]}
    assert layers == {"grids", "communities", "units"}
    assert main_figures(bare(), words)["gap"] == ""
    assert "社区网格划分图" in pages(bare())["index.html"]


@pytest.mark.parametrize(
    ("ranks", "told"), [(["", ""], "Roads"), (["primary", ""], "Road (wider = higher rank)")]
)
def test_legend_speaks_of_ranks_only_where_roads_have_them(ranks: list[str], told: str):
    """Roads of one width are just roads, in the colour that they are drawn in."""
    lines = [LineString([(0, 0), (100, 0)]), LineString([(0, 50), (100, 50)])]
    roads = gpd.GeoDataFrame({"name": "", "rank": ranks}, geometry=lines, crs=tiny.CRS)
    entries = legend(replace(bare(), backdrop={"roads": roads}), speaker("en"))["entries"]
    signs_of_roads = [entry for entry in entries if entry["layer"] == "roads"]
    assert [entry["text"] for entry in signs_of_roads] == [told]
    assert signs_of_roads[0]["sign"]["line"] == ROADS[2 if told == "Roads" else 1]["color"]


def test_both_languages_have_their_words():
    """An English plan has English layers, figures and legend."""
    english = pages(in_language(tiny.tiny_plan(), "en"))["index.html"]
    assert '<html lang="en">' in english
    assert "Grid out of band" in english
    assert "未达标网格" not in english


def test_layers_are_named_for_the_reader():
    """The layer list has the layers of the plan under names in its language, units off."""
    shown = {
        child.layer_name: child.show
        for child in build_map(tiny.tiny_plan())._children.values()
        if hasattr(child, "show")
    }
    assert list(shown)[:4] == ["网格", "基本单元（放大后可见）", "社区", "街道"]
    assert [name for name, show in shown.items() if not show] == ["基本单元（放大后可见）"]


def test_one_street_is_not_named_twice():
    """The title names a map of one street; two streets are named where they lie."""
    plan = tiny.tiny_plan()
    two = gpd.GeoDataFrame({"street": ["甲街道", "乙街道"]}, geometry=plan.communities.geometry)
    assert '"texts":[]' in street_layer(plan, speaker("zh")).data
    assert '"texts":["甲街道","乙街道"]' in street_layer(replace(plan, streets=two), speaker("zh")).data


def test_grid_cards_tell_why_a_grid_is_out_of_band():
    """C2001 has 220 households for one worker: 20 too many. The school is a special grid."""
    card = grid_cards(tiny.tiny_plan(), speaker("zh"))
    assert card["badge"] == ["达标", "达标", "未达标", "达标", "专属网格"]
    assert card["note"][2] == "户数 220 超过 1 人的上限 200，多 20。"
    row = dict(zip(card["labels"], card["values"][2], strict=True))
    assert row["户数"] == "220"
    assert row["每名网格员负责户数"] == "220"
    assert row["四至"].startswith("东至解放路")
    assert row["工作量"] == ""


def test_a_small_grid_says_how_much_it_lacks():
    """A grid of 120 with a workload of 130.5 is below the band by 19.5."""
    plan = tiny.tiny_plan()
    grids = plan.grids.assign(load=[170.0, 190.0, 130.5, 180.0, 0.0])
    assert "差 20" in grid_cards(replace(plan, grids=grids), speaker("zh"))["note"][2]


def test_tips_name_community_and_grid():
    """The line under the pointer says where one is and how many live there."""
    tips = grid_tips(tiny.tiny_plan(), speaker("en"))
    assert tips[0] == "向阳社区 · 第一网格: 170 households, workers: 1"
    assert tips[4] == "临海社区 · 第三网格 · Special grid"


def test_units_and_facilities_say_where_they_are_and_whom_they_serve():
    """Two clinics are told apart by their community; tips have the figures that are known."""
    plan, words = tiny.tiny_plan(), speaker("zh")
    assert facility_tips(plan.facilities, words) == [
        "养老服务站 · 现有设施 · 就近 240 户 · 可服务 300 户",
        "养老服务站 · 新增设施 · 就近 520 户",
    ]
    assert facility_cards(plan, plan.facilities, words)["sub"] == [
        "滨海街道 · 向阳社区",
        "滨海街道 · 临海社区",
    ]
    assert unit_tips(plan, words)[6] == "基本单元：90 户（第一网格）"
    assert unit_cards(plan, words)["sub"][6] == "临海社区"


def test_a_workload_is_called_so():
    """Where workload counts, what falls to a worker is not called households."""
    plan = tiny.tiny_plan()
    weighted = replace(plan, grids=plan.grids.assign(load=plan.grids["load"] + 1))
    assert "每名网格员负责户数" in grid_cards(plan, speaker("zh"))["labels"]
    assert "每名网格员工作量" in grid_cards(weighted, speaker("zh"))["labels"]


def test_the_community_of_a_point():
    """Inside it is the one that holds it, on the common border the first, outside all none."""
    x, y = tiny.X0_M, tiny.Y0_M
    points = gpd.GeoSeries.from_xy([x + 450, x + 300, x - 1, x + 1], [y + 50] * 4, crs=tiny.CRS)
    assert tiny.tiny_plan().community_of(points) == ["C2", "C1", "", "C1"]


def test_community_cards_have_certificate_and_reason():
    """C2 is proven to have no plan in band, and says why."""
    card = community_cards(tiny.tiny_plan(), speaker("zh"))
    assert card["badge"] == ["最优（已证明）", "不能全部达标（已证明）"]
    assert card["tone"] == ["ok", "warn"]
    assert card["note"][1] == tiny.REASONS["C2"]
    assert dict(zip(card["labels"], card["values"][1], strict=True))["达标率"] == "50.0%"


def test_a_gap_is_never_told_smaller_than_it_is():
    """A gap of 0.012 % is at most 0.02 %, none is 0.00 %."""
    plan = tiny.tiny_plan()
    certificates = [
        {**row, "gap": gap} for row, gap in zip(plan.report["communities"], [0.00012, 0.0], strict=True)
    ]
    card = community_cards(replace(plan, report={**plan.report, "communities": certificates}), speaker("en"))
    assert [row[card["labels"].index("From the best at most")] for row in card["values"]] == [
        "0.02%",
        "0.00%",
    ]


def test_the_list_has_the_troubled_communities_first():
    """C2 with a grid out of band comes before C1."""
    table = community_table(tiny.tiny_plan(), speaker("zh"))
    assert [row[0] for row in table["rows"]] == ["临海社区", "向阳社区"]
    assert table["to"] == [1, 0]
    assert table["warn"] == [True, False]


@pytest.mark.parametrize(
    ("by_households", "by_residents", "roster", "wanted", "told"),
    [
        (600.5, 548.1, 336.0, 601, "缺 265"),
        (3.0, 4.2, 5.0, 5, "余 0"),
        (3.0, None, 2.5, 3, "缺 0.5"),
        (None, None, 2.0, None, ""),
        (3.0, 2.0, None, 3, ""),
    ],
)
def test_the_gap_is_against_the_larger_norm(by_households, by_residents, roster, wanted, told):
    """Both norms are to be met, in whole posts; without norm or roster nothing is claimed."""
    totals = {"posts_min": by_households, "posts_by_residents": by_residents, "workers_on_roster": roster}
    assert posts_wanted(totals) == wanted
    assert gap_text(totals, speaker("zh")) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (1.0, "100.0%"),
        (0.9999, "99.9%"),
        (363 / 366, "99.2%"),
        (0.0001, "0.1%"),
        (0.0, "0.0%"),
        (0.5, "50.0%"),
        (0.29, "29.0%"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_nearly_all_is_not_all(share, told):
    """A share below one never shows as 100 %, one above nothing never as 0; others are rounded, as in every other output."""
    assert percent(share) == told


def test_numbers_not_known_are_blank():
    """NaN and None print nothing; thousands are marked, decimals only where there are some."""
    assert [number(float("nan")), number(None), number(1234567.0)] == ["", "", "1,234,567"]
    assert [number(1200.0, 1), number(42.36, 1), number(0.0, 1)] == ["1,200", "42.4", "0"]


@given(count=st.integers(1, 30), data=st.data())
def test_neighbours_differ_in_colour(count, data):
    """With fewer neighbours than colours no two share a colour; the same graph is coloured the same."""
    links = data.draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60))
    kept, degree = [], [0] * count
    for one, other in sorted(links):
        if one < other and max(degree[one], degree[other]) < len(PALETTE) - 1:
            kept += [(one, other), (other, one)]
            degree[one] += 1
            degree[other] += 1
    pairs = np.array(kept, dtype=int).reshape(-1, 2)
    chosen = colouring(count, pairs)
    assert all(chosen[one] != chosen[other] for one, other in kept)
    assert chosen == colouring(count, pairs[::-1])
    assert set(chosen) <= set(range(len(PALETTE)))


def test_more_neighbours_than_colours_still_get_one():
    """Nine things that all touch cannot differ in seven colours: every one still has a colour."""
    pairs = np.array([(i, j) for i in range(9) for j in range(9) if i != j])
    assert set(colouring(9, pairs)) == set(range(len(PALETTE)))


def test_squares_border_their_sides_not_their_corners():
    """In three by two squares there are seven shared sides."""
    pairs = bordering(lattice(3, 2))
    assert sorted(tuple(pair) for pair in pairs.tolist() if pair[0] < pair[1]) == [
        (0, 1), (0, 3), (1, 2), (1, 4), (2, 5), (3, 4), (4, 5)
    ]  # fmt: skip


def test_grids_that_border_differ_on_the_page():
    """In the tiny plan no bordering grids share a fill."""
    plan = tiny.tiny_plan()
    chosen = colouring(5, bordering(plan.grids.geometry))
    assert all(chosen[one] != chosen[other] for one, other in bordering(plan.grids.geometry).tolist())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans(), st.booleans()), min_size=1, max_size=8
    )
)
def test_shapes_come_back_as_they_went(spots):
    """Polygons with holes and in parts are packed to whole microdegrees and nothing else is lost."""
    shapes = []
    for x, y, holed, parted in spots:
        shell = box(5e5 + x * 300, 3.4e6 + y * 300, 5e5 + x * 300 + 100, 3.4e6 + y * 300 + 100)
        whole = Polygon(shell.exterior, [shell.centroid.buffer(10, quad_segs=1).exterior]) if holed else shell
        shapes.append(
            MultiPolygon([whole, box(5e5 - 900, 3.4e6, 5e5 - 800, 3.4e6 + 100)]) if parted else whole
        )
    table = gpd.GeoSeries(shapes, crs=tiny.CRS)
    project = projector(table.crs)
    for shape, told in zip(shapes, packed(table), strict=True):
        parts = unpacked(told)
        rings = [[p.exterior, *p.interiors] for p in shapely.get_parts(shape)]
        assert [[len(r) for r in part] for part in parts] == [
            [len(r.coords) - 1 for r in part] for part in rings
        ]
        for part, wanted in zip(parts, rings, strict=True):
            for ring, line in zip(part, wanted, strict=True):
                assert np.array_equal(ring, project(np.array(line.coords)[:-1, :2]))


def test_packed_shapes_lie_where_they_are():
    """A point on the central meridian of the zone has its longitude."""
    spot = packed(gpd.GeoSeries([shapely.Point(500_000, 3_400_000)], crs=tiny.CRS))[0]
    assert spot[1] == 114 * MICRODEGREES
    assert abs(spot[0] / MICRODEGREES - 30.72) < 0.05


def test_road_names_follow_their_longest_part():
    """A road of two parts: the longer rises to the north-east, so its label rises by 45 degrees."""
    road = shapely.MultiLineString(
        [[(5e5, 3.4e6), (5e5 + 10, 3.4e6)], [(5e5, 3.4e6), (5e5 + 300, 3.4e6 + 300)]]
    )
    _, length_m, slope = straightest(gpd.GeoSeries([road], crs=tiny.CRS))
    assert (length_m, slope) == ([424], [-45])


def test_the_zoom_for_a_size():
    """At zoom 17 and 30.7 degrees north a pixel is about 1.03 m: 100 m are 90 pixels from zoom 17 on."""
    assert zoom_for(lattice(3, 3), pixels=90) == 17.0


def test_roads_are_ranked_by_their_word():
    """Words of OpenStreetMap and Chinese ones; what is not known is minor, unless nothing is known."""
    assert road_ranks(["motorway", "主干路", "次干路", "tertiary_link", "小区路"]).tolist() == [0, 1, 2, 3, 4]
    assert road_ranks(["", ""]).tolist() == [2, 2]
    assert len(ROADS) == 5


def district() -> Plan:
    """Make up a plan of 36 communities, 720 grids, 5,040 units and 1,500 roads, all with the same figures."""
    units = lattice(84, 60, side_m=150)
    column, row = np.tile(np.arange(84), 60), np.repeat(np.arange(60), 84)
    community, grid = column // 14 + 6 * (row // 10), (column // 7) + 12 * row
    table = gpd.GeoDataFrame(
        {
            "unit_id": [f"u{i}" for i in range(5040)],
            "grid_id": [f"g{i}" for i in grid],
            "community_id": [f"c{i}" for i in community],
            "compound": "花园小区",
            "households": 25.0,
            "load": 25.0,
        },
        geometry=units,
        crs=tiny.CRS,
    )
    plan = tiny.tiny_plan()
    grids = table.dissolve("grid_id").reset_index()[["grid_id", "community_id", "geometry"]]
    first = plan.grids.iloc[0].drop(["grid_id", "community_id", "geometry", "code"])
    grids = grids.assign(code=grids["grid_id"], **first.to_dict())
    areas = table.dissolve("community_id").reset_index()[["community_id", "geometry"]]
    figures = plan.communities.iloc[0].drop(["community_id", "geometry"])
    certificate = plan.report["communities"][0]
    certificates = [{**certificate, "community_id": each} for each in areas["community_id"]]
    start = np.repeat(shapely.get_coordinates(shapely.centroid(units.to_numpy()))[:1500], 2, axis=0)
    start[1::2] += [100, 30]
    lines = shapely.linestrings(start.reshape(-1, 2, 2))
    roads = gpd.GeoDataFrame(
        {"name": [f"第{i}路" for i in range(1500)], "rank": "支路"}, geometry=lines, crs=tiny.CRS
    )
    return replace(
        plan,
        communities=areas.assign(**figures.to_dict()),
        grids=grids,
        units=table,
        backdrop={"roads": roads},
        report={**plan.report, "communities": certificates},
    )


def test_a_district_s_page_is_under_three_megabytes():
    """36 communities, 720 grids, 5,040 units and 1,500 roads fit a slow office network."""
    assert len(page(build_map(district()), language="zh").encode()) < 3_000_000


def test_data_in_a_page_is_json(index):
    """Each layer's data is read back as JSON; a grid has its shape, look, tip and card."""
    drawn = [json.loads(text) for text in re.findall(r"= gridplan\.layer\(map_\d+, (\{.*\})\);", index)]
    grids = next(layer for layer in drawn if layer["key"] == "grids")
    assert {len(grids[key]) for key in ("shapes", "look", "tips")} == {5}
    assert [layer["key"] for layer in drawn][:4] == ["grids", "units", "communities", "streets"]
    assert [layer["key"] for layer in drawn][-3:] == ["roads", "barriers", "special"]


def in_streets(plan, names):
    """Return the tiny plan with its communities in two streets."""
    communities = plan.communities.assign(street=names)
    streets = plan.streets.loc[[0, 0]].reset_index(drop=True).assign(street=communities["street"])
    return replace(plan, communities=communities, streets=streets.set_geometry(communities.geometry))


def test_several_streets_have_pages_of_their_own():
    """The index leads to a page a street, each leads back; names of files are numbers, and a page has its own street only."""
    made = pages(in_streets(tiny.tiny_plan(), ["甲街道", "../乙<b>"]))
    own = ["community-001.html", "community-002.html"]
    assert list(made) == ["index.html", "street-01.html", "street-02.html", *own]
    assert "street-02.html" in made["index.html"]
    assert all("index.html" in made[name] for name in list(made)[1:])
    assert own[0] in made["street-01.html"]
    assert own[0] not in made["street-02.html"]
    assert "street-01.html" in made[own[0]]
    assert "street-02.html" not in made[own[0]]
    assert "甲街道" not in made["street-02.html"]
    assert "<b>" not in made["index.html"]


def test_many_communities_have_no_pages_of_their_own(monkeypatch):
    """A city has pages of its streets; a page a community would fill a disk."""
    monkeypatch.setattr("gridplan.maps.index.MOST_COMMUNITIES", 1)
    made = pages(in_streets(tiny.tiny_plan(), ["甲街道", "乙街道"]))
    assert list(made) == ["index.html", "street-01.html", "street-02.html"]
    assert "community-0" not in "".join(made.values())


def test_a_city_draws_its_units_on_the_pages_of_streets(monkeypatch):
    """Where there are too many units for one page the index has none of them, and a compound leads to its grid."""
    plan = in_streets(tiny.tiny_plan(), ["甲街道", "乙街道"])
    full = pages(plan)["index.html"]
    monkeypatch.setattr("gridplan.maps.index.MOST_UNITS", 3)
    made = pages(plan)
    assert '"key":"units"' in full
    assert '"key":"units","rank"' not in made["index.html"]
    assert '"key":"grids"},"initials"' in made["index.html"]
    found, units = places(plan, units=False), plan.units.set_index("unit_id")
    homes = [set(units[units["compound"] == text.split()[0]]["grid_id"]) for text in found["text"]]
    assert all(plan.grids["grid_id"][at] in home for at, home in zip(found["to"], homes, strict=True))
    assert '"key":"units"' in made["street-01.html"]
    assert len(made["index.html"]) < len(full)


def test_no_address_stands_in_a_page():
    """Whoever looks through a page for links to the outside finds none, not even in a vendored text."""
    made = pages(tiny.tiny_plan())["index.html"]
    assert not re.findall(r"""(?:src|href)=["']https?:\/\/""", made)


def test_who_holds_the_posts_stands_on_the_card():
    """The names that the plan file asks for, several with a comma between; where there is no roster, no line."""
    plan = tiny.tiny_plan()
    words = speaker("zh")
    bare = grid_cards(plan, words)
    at = bare["labels"].index("网格长")
    assert {row[at] for row in bare["values"]} == {""}
    rows = [
        ("grid_leader", "1", "甲"),
        ("full_time", "1", "甲"),
        ("full_time", "2", ""),
        ("party_branch", "3", "丁"),
    ]
    posts = pd.DataFrame(rows, columns=["kind", "worker_id", "name"]).assign(grid_id=plan.grids["grid_id"][0])
    found = grid_cards(replace(plan, lists={"posts": posts}), words)["values"]
    assert found[0][at : at + 3] == ["甲", "甲、2", ""]
    assert found[1][at : at + 3] == ["", "", ""]
