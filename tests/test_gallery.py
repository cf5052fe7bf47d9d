"""A gallery of bad inputs: each is found with its code, rows and remedy, with the status of the contract and no traceback."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import coordTransform
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon
from shapely.affinity import translate

from bad_place import CRS, X, Y, at, draw, point, put, redraw, say, shape, square, table, write_all
from gridplan.checks import Harm, catalogue
from gridplan.checks.catalogue import as_markdown
from gridplan.cli.main import main
from gridplan.words import LANGUAGES

Spoil = Callable[[Path], object]
H, W, N, R, F, P = (
    f"{name}.csv" for name in ("households", "workers", "needs", "resources", "facilities", "points")
)
COMMUNITIES, ROADS, SPECIAL = "communities.gpkg", "roads.gpkg", "special.gpkg"


def cells(file: str, column: str, **values: object) -> Spoil:
    """Return what puts values into cells: r1="x" is the first row's."""
    return lambda folder: put(folder / file, column, {int(row[1:]): value for row, value in values.items()})


def drawn(file: str, **shapes: object) -> Spoil:
    """Return what draws rows of a layer anew."""
    return lambda folder: redraw(folder / file, {int(row[1:]): one for row, one in shapes.items()})


def plan(old: str, new: str) -> Spoil:
    """Return what changes the plan file."""
    return lambda folder: say(folder / "plan.toml", old, new)


def both(*spoils: Spoil) -> Spoil:
    """Return several changes as one."""
    return lambda folder: [spoil(folder) for spoil in spoils]


def instead(path: str, make: Callable[[Path], object], old: str = 'path = "households.csv"') -> Spoil:
    """Return what makes a file and names it in the plan file."""
    return both(lambda folder: make(folder / path), plan(old, f'path = "{path}"'))


def added(file: str, **values: object) -> Spoil:
    """Return what adds a row to a table, the last one with other values."""

    def add(folder: Path) -> None:
        rows = pd.read_csv(folder / file, dtype=str, keep_default_na=False).to_dict("records")
        table(folder / file, [*rows, {**rows[-1], **values}])

    return add


def workbook(path: Path) -> None:
    """Write the households as a workbook whose formulas nobody has worked out."""
    book = openpyxl.Workbook()
    frame = pd.read_csv(path.with_name(H), dtype=str, keep_default_na=False)
    book.active.append(list(frame))
    for row in frame.to_numpy().tolist():
        book.active.append(row)
    book.active["B3"] = "=10+10"
    book.save(path)


def shapefile(folder: Path) -> Path:
    """Write the communities as a shapefile."""
    gpd.read_file(folder / COMMUNITIES).to_file(folder / "towns.shp", encoding="utf-8")
    return folder / "towns.shp"


def cut(folder: Path) -> None:
    """Write a shapefile that was copied in part."""
    path = shapefile(folder)
    path.write_bytes(path.read_bytes()[:-40])


def packed(path: Path, name: str, count: int = 1) -> None:
    """Write a .zip file of so many entries."""
    with zipfile.ZipFile(path, "w") as file:
        for number in range(count):
            file.writestr(f"{name}{number or ''}", b"x")


def two_layers(path: Path) -> None:
    """Write the communities twice into one file."""
    frame = gpd.read_file(path.with_name(COMMUNITIES))
    for layer in ("now", "then"):
        frame.to_file(path, layer=layer)


def degrees(path: Path) -> None:
    """Write the communities in degrees, said to be metres."""
    gpd.read_file(path).to_crs(4490).set_crs(CRS, allow_override=True).to_file(path)


def moved(
    folder: Path, *, by: tuple[float, float] = (0.0, 0.0), swapped: bool = False, crs: int | None = CRS
) -> None:
    """Write the communities somewhere else, or with x and y exchanged, in a system that may be another."""
    frame = gpd.read_file(folder / COMMUNITIES)
    shapes = [translate(one, *by) for one in frame.geometry]
    if swapped:
        shapes = [shapely.transform(one, lambda points: points[:, ::-1]) for one in shapes]
    draw(
        folder / COMMUNITIES, {name: frame[name].tolist() for name in ("code", "name", "street")}, shapes, crs
    )


def cornerless(folder: Path) -> None:
    """Write a community of which a corner is no number."""
    with np.errstate(invalid="ignore"):
        odd = shape((300, 0), (600, 0), (600, float("nan")), (300, 300))
        redraw(folder / COMMUNITIES, {2: odd})


def shifted(folder: Path) -> None:
    """Write the households as a web map has them."""
    frame = pd.read_csv(folder / H, dtype=str, keep_default_na=False)
    places = gpd.GeoSeries.from_xy(frame["x"].astype(float), frame["y"].astype(float), crs=CRS).to_crs(4326)
    lng, lat = coordTransform.wgs84_to_gcj02(places.x.to_numpy(), places.y.to_numpy())
    frame.assign(x=np.round(lng, 8), y=np.round(lat, 8)).to_csv(folder / H, index=False)


def unplaced(folder: Path) -> None:
    """Write the households without their places."""
    pd.read_csv(folder / H, dtype=str, keep_default_na=False).drop(columns=["x", "y"]).to_csv(
        folder / H, index=False
    )


def to_degrees(folder: Path) -> None:
    """Write the households in degrees, as they are."""
    frame = pd.read_csv(folder / H, dtype=str, keep_default_na=False)
    places = gpd.GeoSeries.from_xy(frame["x"].astype(float), frame["y"].astype(float), crs=CRS).to_crs(4326)
    frame.assign(x=places.x.round(8), y=places.y.round(8)).to_csv(folder / H, index=False)


HOUSEHOLDS_AS = 'y = "y"\ncoordinates = "EPSG:4547"\n[inputs.roads]'
WGS = HOUSEHOLDS_AS.replace("EPSG:4547", "wgs84")
SPIKE = ((0, 0), (300, 0), (300, 300), (100, 300), (100, 360), (99.9, 300), (0, 300))
PLACES = 'coordinates = "EPSG:4547"\n[inputs.workers]'
TWICE = ("C1", "C1")
BAD: dict[str, tuple[Spoil, str, tuple[int, ...], str]] = {  # what is done -> code, rows, words of the remedy
    # identity
    "blank id": (cells(H, "id", r3=""), "blank_id", (3,), "Give every row an id"),
    "id of spaces": (cells(H, "id", r3="  "), "blank_id", (3,), "Give every row an id"),
    "id twice": (cells(H, "id", r5="10000002"), "duplicate_id", (2, 5), "Delete what was entered twice"),
    "id twice after trimming": (cells(H, "id", r5=" 10000002 "), "duplicate_id", (2, 5), "Delete what was"),
    "worker's id twice": (cells(W, "id", r2="1"), "duplicate_id", (1, 2), "Delete what was entered twice"),
    "scientific ids": (cells(H, "id", r4="3.70102E+17"), "scientific_id", (4,), "formatted as text"),
    "zeros lost": (cells(H, "id", r1="1000001"), "lost_zeros", (1,), "formatted as text"),
    "placeholder as id": (cells(H, "id", r6="待定"), "placeholder_id", (6,), "Give every row an id"),
    "full-width id": (cells(H, "id", r6="１０００００02"), "alike_ids", (2, 6), "plainly different"),
    "citizens as ids": (
        cells(W, "id", r1="11010519491231002X", r2="13900139000", r3="13800138000"),
        *("personal_id", (1, 2, 3), "Use another column"),
    ),
    # attributes
    "text for a number": (cells(H, "households", r2="35户"), "text_for_number", (2,), "Write plain numbers"),
    "none for a number": (cells(H, "households", r2="无"), "text_for_number", (2,), "Write plain numbers"),
    "blank count": (cells(H, "households", r2=""), "blank_number", (2,), "Write a number"),
    "negative count": (cells(H, "households", r7="-1"), "negative", (7,), "Write 0 or more"),
    "fraction": (cells(H, "households", r7="2.5"), "fraction", (7,), "Write whole numbers"),
    "infinite": (cells(H, "population", r7="inf"), "text_for_number", (7,), "Write plain numbers"),
    "availability above one": (cells(W, "share", r2="1.5"), "too_large", (2,), "from 0 to 1"),
    "thousandths": (cells(N, "amount", r1="0.125"), "too_fine", (1,), "Round to two decimals"),
    "full-width digits": (cells(H, "households", r9="２０"), "mended_number", (9,), "read as a plain number"),
    "thousands set apart": (
        cells(F, "capacity", r1="1,200"),
        "mended_number",
        (1,),
        "read as a plain number",
    ),
    "blank residents": (cells(H, "population", r9=""), "blank_is_zero", (9,), "adds nothing"),
    "kind of worker": (cells(W, "kind", r1="专职"), "unknown_kind", (1,), "Write one of these words"),
    "post": (cells(W, "post", r1="所长"), "unknown_post", (1,), "Write one of"),
    "no day": (cells(N, "start", r1="明天"), "no_day", (1,), "Write days like"),
    "day that is not": (cells(P, "date", r1="2026-02-30"), "no_day", (1,), "Write days like"),
    "period backwards": (cells(N, "end", r2="2025-01-01"), "ends_early", (2,), "Exchange or mend"),
    "neither yes nor no": (cells("actors.csv", "willing", r2="也许"), "no_mark", (2,), "Write 1 for yes"),
    "kind of resource": (cells(R, "kind", r1="车"), "unknown_resource", (1,), "Write one of these words"),
    "no category": (cells(F, "category", r1=""), "blank_text", (1,), "Fill it in"),
    "empty entry": (cells(P, "given", r1=""), "empty_entry", (1,), "nothing given"),
    "outer spaces": (cells(H, "compound", r4=" 小区0\u3000"), "trimmed", (4,), "were taken away"),
    "unseen space": (
        cells(H, "compound", r4="小区0\u200b"),
        "hidden_characters",
        (4,),
        "Type these cells anew",
    ),
    "no-break space": (
        cells(H, "building", r4="1\u00a0号楼"),
        "hidden_characters",
        (4,),
        "Type these cells anew",
    ),
    "garbled": (
        cells(H, "compound", r4="锟斤拷小区"),
        "garbled_text",
        (4,),
        "Take the texts from the source",
    ),
    "replaced characters": (
        cells(H, "building", r4="\ufffd\ufffd楼"),
        "garbled_text",
        (4,),
        "from the source",
    ),
    "none as compound": (cells(H, "compound", r4="无"), "placeholder_text", (4,), "Leave these cells blank"),
    "nines as compound": (
        cells(H, "compound", r4="999"),
        "placeholder_text",
        (4,),
        "Leave these cells blank",
    ),
    "telephones as compounds": (
        cells(H, "compound", **{f"r{row}": f"1380013800{row}" for row in range(1, 7)}),
        *("personal_text", (1, 2, 3, 4, 5, 6), "Name another column"),
    ),
    "one compound in two spellings": (
        cells(H, "compound", r8="小区 1"),
        "alike_names",
        (8,),
        "Write it in one way",
    ),
    "nines for not known": (
        cells(H, "households", r8="999"),
        "placeholder_number",
        (8,),
        "Write the true number",
    ),
    "far too many": (cells(H, "households", r8="2000"), "outlier", (8,), "Check these numbers"),
    "serves nobody": (cells(F, "capacity", r1="0"), "no_capacity", (1,), "Write what they can serve"),
    "no time": (cells(W, "share", r3="0"), "no_time", (3,), "Write their share"),
    "nothing asked": (cells(N, "amount", r1="0"), "no_amount", (1,), "Write the amount"),
    "residents only": (cells(H, "households", r8="0"), "residents_only", (8,), "write how many households"),
    "nobody in the households": (
        cells(H, "population", r8="0"),
        "no_residents",
        (8,),
        "write how many people",
    ),
    "large families": (cells(H, "population", r8="400"), "large_families", (8,), "not exchanged"),
    "fewer planned": (cells(H, "planned", r8="19"), "planned_fewer", (8,), "not exchanged"),
    "more in difficulty": (
        cells(H, "vulnerable", r8="21"),
        "difficult_more",
        (8,),
        "whether people were counted",
    ),
    "residents differ": (
        both(
            plan('street = "street"\n[inputs.hou', 'street = "street"\npopulation = "people"\n[inputs.hou'),
            lambda folder: draw(
                folder / COMMUNITIES,
                {"code": ["C1", "C2"], "name": ["东", "西"], "street": ["南街道"] * 2, "people": [600, 666]},
                [square(0, 0, 300, 300), square(300, 0, 600, 300)],
            ),
        ),
        *("population_differs", (2,), "which is used"),
    ),
    # geometry
    "no coordinates": (
        both(unplaced, plan('x = "x"\ny = "y"\ncoordinates = "EPSG:4547"\n[inputs.roads]', "[inputs.roads]")),
        "no_coordinates",
        (),
        "Name the columns",
    ),
    "blank coordinates": (cells(H, "x", r5=""), "no_shape", (5,), "Draw what is missing"),
    "unreadable coordinates": (cells(H, "y", r5="?"), "no_shape", (5,), "Draw what is missing"),
    "half a place": (cells(N, "x", r1=""), "half_place", (1,), "Fill in both"),
    "community without a shape": (drawn(COMMUNITIES, r2=None), "no_shape", (2,), "Draw what is missing"),
    "road without a shape": (drawn(ROADS, r2=None), "left_out", (2,), "left out"),
    "infinite coordinates": (cells(H, "x", r5="1e300"), "not_on_map", (5,), "x is the longitude"),
    "corner that is no number": (
        cornerless,
        "not_on_map",
        (2,),
        "x is the longitude",
    ),
    "points for communities": (
        drawn(COMMUNITIES, r2=point(450, 150)),
        "wrong_shape",
        (2,),
        "right file and layer",
    ),
    "polygons for roads": (drawn(ROADS, r2=square(0, 0, 9, 9)), "wrong_shape", (2,), "right file and layer"),
    "bow tie": (
        drawn(COMMUNITIES, r1=shape((0, 0), (300, 300), (300, 0), (0, 300))),
        "mended_shape",
        (1,),
        "mended",
    ),
    "flat community": (
        drawn(COMMUNITIES, r3=shape((700, 0), (800, 0), (700, 0))),
        "no_area",
        (3,),
        "Redraw them",
    ),
    "road twice": (
        drawn(ROADS, r3=LineString([at(600, 150), at(0, 150)])),
        "same_shape",
        (3,),
        "Delete what was",
    ),
    "special area twice": (
        drawn(SPECIAL, r2=square(280, 280, 300, 300)),
        "same_shape",
        (2,),
        "Delete what was",
    ),
    "speck": (
        drawn(COMMUNITIES, r2=MultiPolygon([square(300, 0, 600, 300), square(700, 0, 705, 5)])),
        "speck",
        (2,),
        "Delete the speck",
    ),
    "tiny community": (
        drawn(COMMUNITIES, r3=square(600, 0, 610, 10)),
        "tiny_area",
        (3,),
        "left over from drawing",
    ),
    "spike": (drawn(COMMUNITIES, r1=shape(*SPIKE)), "spike", (1,), "Delete that corner"),
    # coverage
    "overlap": (
        drawn(COMMUNITIES, r2=square(200, 0, 600, 300)),
        "overlap",
        (1, 2),
        "Redraw their common border",
    ),
    "sliver": (
        drawn(COMMUNITIES, r2=square(299.9, 0, 600, 300)),
        "slivers",
        (2,),
        "the community whose id comes first",
    ),
    "narrow gap": (
        drawn(
            COMMUNITIES,
            r2=shape((300, 0), (600, 0), (600, 300), (300, 300), (300, 200), (300.02, 150), (300, 100)),
        ),
        *("gaps_filled", (2,), "longest border"),
    ),
    "gap": (
        drawn(
            COMMUNITIES,
            r2=shape((300, 0), (600, 0), (600, 300), (300, 300), (300, 200), (303, 150), (300, 100)),
        ),
        *("gap", (1, 2), "Snap the borders"),
    ),
    "gap open at its end": (
        drawn(COMMUNITIES, r2=shape((300.2, 0), (600, 0), (600, 300), (300, 300))),
        "gap",
        (1, 2),
        "Snap the borders",
    ),
    "hole": (
        drawn(COMMUNITIES, r1=square(0, 0, 300, 300).difference(square(130, 20, 170, 60))),
        *("hole", (1,), "a community is missing"),
    ),
    "far apart": (
        drawn(COMMUNITIES, r3=square(60_000, 0, 60_300, 300)),
        "far_apart",
        (3,),
        "belongs to this plan",
    ),
    "outside": (cells(H, "x", r5=X - 100), "outside", (5,), "Move or delete"),
    "just outside": (cells(H, "x", r1=X - 2), "taken_to_nearest", (1,), "taken to the nearest"),
    "elsewhere": (cells(F, "x", r1=X + 50_000), "elsewhere", (), "right file"),
    "special area outside": (
        drawn(SPECIAL, r2=square(1000, 0, 1010, 10)),
        "special_outside",
        (2,),
        "left aside",
    ),
    "on a border": (cells(H, "x", r6=X + 300), "on_border", (6,), "Move the points"),
    "nobody lives": (
        drawn(COMMUNITIES, r3=square(600, 0, 700, 300)),
        "nobody_lives",
        (3,),
        "missing or misplaced",
    ),
    "distant facility": (added(F, id="F2", x=X + 4_000), "distant", (2,), "Check the coordinates"),
    "need in another community": (cells(N, "x", r1=X + 400), "other_community", (1,), "the place was used"),
    # coordinates
    "x and y exchanged": (lambda folder: moved(folder, swapped=True), "swapped_axes", (), "exported again"),
    "columns exchanged": (
        plan(
            'x = "x"\ny = "y"\ncoordinates = "EPSG:4547"\n[inputs.roads]',
            'x = "y"\ny = "x"\ncoordinates = "EPSG:4547"\n[inputs.roads]',
        ),
        "swapped_axes",
        (),
        "exchange the two columns",
    ),
    "degrees as metres": (
        lambda folder: degrees(folder / COMMUNITIES),
        "degrees_in_metres",
        (),
        'coordinates = "cgcs2000"',
    ),
    "metres as degrees": (plan(HOUSEHOLDS_AS, WGS), "metres_in_degrees", (), "which projected system"),
    "zone in eastings": (
        lambda folder: moved(folder, by=(38_000_000, 0)),
        "zone_in_eastings",
        (),
        'coordinates = "EPSG:4526"',
    ),
    "zone missing": (lambda folder: moved(folder, crs=4526), "zone_missing", (), 'coordinates = "EPSG:4547"'),
    "zone but no system": (
        lambda folder: moved(folder, by=(38_000_000, 0), crs=None),
        "no_crs_zone",
        (),
        "EPSG:4526",
    ),
    "no system": (lambda folder: moved(folder, crs=None), "no_crs", (), "Add coordinates"),
    "old datum": (lambda folder: moved(folder, crs=2437), "old_datum", (), "CGCS2000"),
    "wrong metric system": (
        plan("date = 2026-11-27", 'date = 2026-11-27\nmetric_crs = "EPSG:3857"'),
        "distorted",
        (),
        "auto",
    ),
    "web map": (both(shifted, plan(HOUSEHOLDS_AS, WGS)), "looks_shifted", (), 'coordinates = "gcj02"'),
    "no web map": (
        both(plan(HOUSEHOLDS_AS, HOUSEHOLDS_AS.replace("EPSG:4547", "gcj02")), to_degrees),
        *("looks_shifted", (), 'coordinates = "auto"'),
    ),
    # references
    "unknown community": (
        cells(W, "community", r2="C9"),
        "unknown_community",
        (2,),
        "Write the id of a community",
    ),
    "unknown street": (
        cells("officers.csv", "street", r1="北街道"),
        "unknown_street",
        (1,),
        "as the communities do",
    ),
    "unknown actor": (cells(R, "actor", r2="a9"), "unknown_actor", (2,), "Add it there"),
    "no place at all": (
        both(cells(N, "x", r2=""), cells(N, "y", r2="")),
        "no_where",
        (2,),
        "Fill in one of them",
    ),
    "compound in two communities": (
        cells(H, "compound", r13="小区1"),
        "compound_across",
        (13,),
        "tell them apart",
    ),
    "buildings on one point": (
        both(
            *(
                cells(H, "x", **{f"r{row}": X + 30 for row in (1, 3, 5, 7, 9)}),
                cells(H, "y", **{f"r{row}": Y + 80 for row in (1, 3, 5, 7, 9)}),
            )
        ),
        *("stacked", (1, 3, 5, 7, 9), "place them"),
    ),
    "same names": (
        lambda folder: draw(
            folder / COMMUNITIES,
            {"code": ["C1", "C2"], "name": ["东"] * 2, "street": ["南街道"] * 2},
            [square(0, 0, 300, 300), square(300, 0, 600, 300)],
        ),
        "same_names",
        (1, 2),
        "mend the names",
    ),
    "facility twice": (added(F, id="F2"), "same_place", (2,), "Delete what was entered twice"),
    "person twice": (
        cells(W, "name", r2="王一"),
        "same_people",
        (1, 2),
        "Delete what was entered twice|delete what",
    ),
    "serves no need": (cells(R, "serves", r2="理发"), "serves_nobody", (2,), "as the list of needs does"),
    "no such facility": (plan('category = "诊所"', 'category = "菜场"'), "none_there", (), "菜场"),
    "one id, two communities": (
        lambda folder: draw(
            folder / COMMUNITIES,
            {"code": [*TWICE], "name": ["东", "西"], "street": ["南街道"] * 2},
            [square(0, 0, 300, 300), square(300, 0, 600, 300)],
        ),
        "duplicate_community",
        (1, 2),
        "an id of its own",
    ),
    "one community in two rows": (
        lambda folder: draw(
            folder / COMMUNITIES,
            {"code": [*TWICE], "name": ["东"] * 2, "street": ["南街道"] * 2},
            [square(0, 0, 300, 300), square(300, 0, 600, 300)],
        ),
        "merged_parts",
        (1, 2),
        "joined as parts",
    ),
    # network
    "road without a length": (
        drawn(ROADS, r3=LineString([at(5, 5), at(5, 5)])),
        "no_length",
        (3,),
        "Delete or redraw",
    ),
    "loose road": (
        drawn(ROADS, r3=LineString([at(10, 10), at(60, 10)])),
        "loose_roads",
        (3,),
        "draw what joins them",
    ),
    "road ends short": (
        drawn(ROADS, r3=LineString([at(100, 20), at(100, 149)])),
        "short_of_road",
        (3,),
        "Draw them to the end",
    ),
    "far from every road": (
        drawn(ROADS, r1=LineString([at(450, 150), at(600, 150)])),
        "far_from_road",
        (1, 2, 3, 7, 8, 9),
        "Roads may be missing",
    ),
    # the planner's hand
    "lock in two communities": (
        cells(H, "locked", r1="a", r13="a"),
        "locked_communities",
        (1, 13),
        "of one community only",
    ),
    "lock in pieces": (cells(H, "locked", r1="a", r6="a"), "locked_pieces", (6,), "Lock what joins them"),
    "together and apart": (
        both(cells(H, "together", r1="a", r2="a"), cells(H, "apart", r1="b", r2="b")),
        "apart_together",
        (1, 2),
        "Clear one of the two",
    ),
    "too many together": (
        cells(H, "together", **{f"r{row}": "a" for row in range(1, 7)}),
        "together_large",
        (1, 2, 3, 4, 5, 6),
        "Take rows out",
    ),
    "too many seeds": (
        lambda folder: table(
            folder / "seeds.csv", [{"id": n, "x": X + 25 + 50 * n, "y": Y + 75} for n in range(6)]
        ),
        "seeds_many",
        (1, 2, 3, 4, 5, 6),
        "Delete some",
    ),
    # files
    "database out of reach": (
        plan("communities.gpkg", "postgresql://somebody:secret@127.0.0.1:9/none"),
        *("database_unreachable", (), "Check address"),
    ),
    "unknown database": (
        plan("communities.gpkg", "mysql://a:secret@b/c"),
        "database",
        (),
        "exported to a file",
    ),
    "missing file": (plan("households.csv", "没有的文件.dbf.csv"), "missing_file", (), "check the path"),
    "name mistaken": (
        plan("households.csv", "household.csv"),
        "missing_file_near",
        (),
        "Did you mean households.csv",
    ),
    "missing folder": (
        plan("households.csv", "nowhere/households.csv"),
        "missing_folder",
        (),
        "check the path",
    ),
    "unknown format": (
        instead("a.docx", lambda path: path.write_bytes(b"PK")),
        "unknown_format",
        (),
        "Save it",
    ),
    "not what its name says": (
        lambda folder: (folder / COMMUNITIES).write_bytes(b"no database at all"),
        "unreadable",
        (),
        "Open it in the program",
    ),
    "cut short": (both(cut, plan("communities.gpkg", "towns.shp")), "truncated", (), "Copy it again"),
    "parts missing": (
        both(
            lambda folder: shapefile(folder).with_suffix(".dbf").unlink(),
            plan("communities.gpkg", "towns.shp"),
        ),
        "missing_parts",
        (),
        "Copy all of them",
    ),
    "no encoding": (
        lambda folder: (folder / H).write_bytes((folder / H).read_bytes() + b"\xff\xff,\x80"),
        "unknown_encoding",
        (),
        "save it as CSV",
    ),
    "empty table": (lambda folder: (folder / H).write_text(""), "no_header", (), "column names"),
    "heads alone": (
        lambda folder: (folder / H).write_text((folder / H).read_text("utf-8").splitlines()[0], "utf-8"),
        "empty",
        (),
        "right file",
    ),
    "too many values": (
        lambda folder: (folder / H).write_text(
            (folder / H).read_text("utf-8") + "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\n", "utf-8"
        ),
        "ragged",
        (),
        "stand in quotes",
    ),
    "which layer": (
        instead("two.gpkg", two_layers, 'path = "communities.gpkg"'),
        "which_layer",
        (),
        "Name one",
    ),
    "missing layer": (
        plan('path = "communities.gpkg"', 'path = "communities.gpkg"\nlayer = "x"'),
        "missing_layer",
        (),
        "Layers there",
    ),
    "missing column": (
        plan('households = "households"', 'households = "户数合计"'),
        "missing_column",
        (),
        "Mend the name",
    ),
    "column mistaken": (
        plan('households = "households"', 'households = "household"'),
        "missing_column_near",
        (),
        "Did you mean households",
    ),
    "not UTF-8": (
        instead(
            "a.geojson",
            lambda path: path.write_bytes('{"type":"东"}'.encode("gbk")),
            'path = "communities.gpkg"',
        ),
        "not_utf8",
        (),
        "Save the file again",
    ),
    "formula without a value": (instead("h.xlsx", workbook), "formula", (), "let it calculate"),
    "zip bomb": (
        instead("a.zip", lambda path: packed(path, "a.shp", 10_001), 'path = "communities.gpkg"'),
        "zip_too_large",
        (),
        "Unpack it yourself",
    ),
    "zip that leads outside": (
        instead("a.zip", lambda path: packed(path, "../../a.shp"), 'path = "communities.gpkg"'),
        "zip_paths",
        (),
        "Pack the layer anew",
    ),
    "no zip at all": (
        instead("a.zip", lambda path: path.write_bytes(b"PK\3\4 no"), 'path = "communities.gpkg"'),
        "unreadable",
        (),
        "Open it in the program",
    ),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the place as it should be."""
    folder = tmp_path_factory.mktemp("sound")
    write_all(folder)
    return folder


def checked(
    plan_file: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, list[dict[str, object]], str]:
    """Return the status of a check, its faults and all that it said."""
    status = main(["check", str(plan_file), "--json", "--lang", "en", *more])
    said = capsys.readouterr()
    assert not any(word in said.out + said.err for word in ("Traceback", "secret"))
    return status, json.loads(said.out.splitlines()[-1])["faults"], said.out


def test_the_sound_place_has_no_fault(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the gallery spoils is free of faults and of doubts before."""
    assert checked(sound / "plan.toml", capsys)[:2] == (0, [])


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("name", BAD)
def test_gallery(name: str, sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code, rows and remedy are told, in both languages; what forbids a plan ends a run with 3 and leaves no output."""
    spoil, code, rows, remedy = BAD[name]
    folder = tmp_path / "数据 来料"
    shutil.copytree(sound, folder)
    spoil(folder)
    status, faults, said = checked(folder / "plan.toml", capsys)
    mine = [fault for fault in faults if fault["code"] == code]
    assert mine, [(fault["code"], fault["rows"], fault["text"]) for fault in faults]
    assert (status, tuple(mine[0]["rows"])) == (4, rows)
    assert any(words in str(mine[0]["text"]) for words in remedy.split("|"))
    assert str(mine[0]["text"]) in said
    assert mine[0]["harm"] == "doubt" or str(mine[0]["why"]) in said
    if mine[0]["forbids"]:
        assert main(["run", str(folder / "plan.toml"), "--out", str(tmp_path / "out"), "--quiet"]) == 3
        assert not (tmp_path / "out").exists()


def test_the_gallery_is_large() -> None:
    """At least eighty bad inputs, of at least sixty kinds."""
    assert len(BAD) >= 80
    assert len({code for _, code, _, _ in BAD.values()}) >= 60


def test_every_check_is_described() -> None:
    """Each check has a title, a reason and a text in both languages; what is told has a check; the page is up to date."""
    for code, check in catalogue().items():
        assert len({check.title(language) for language in LANGUAGES}) == 2, code
        assert all(check.why(language) for language in LANGUAGES), code
    assert len(catalogue()) >= 60
    assert {check.harm for check in catalogue().values()} == set(Harm)
    page = Path(__file__).parents[1] / "docs" / "checks.md"
    assert page.read_text(encoding="utf-8") == as_markdown()
