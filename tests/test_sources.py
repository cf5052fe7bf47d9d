"""Files of every kind as they are found, and what is said when they cannot be read."""

import hashlib
import shutil
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridplan.config import Households
from gridplan.errors import InputError
from gridplan.sources import read_source

TOWN = gpd.GeoDataFrame(
    {"编号": ["甲1", "乙2", "丙3"], "户数": [12, 0, 7]},
    geometry=[shapely.Point(114.1, 30.1), shapely.Point(114.2, 30.2), None],
    crs="EPSG:4490",
)


def wanted(path, **keys):
    """Return the households of a plan file."""
    return Households(path=path, **{"id": "编号", "households": "户数", **keys})


def write_shapefile(folder, *, encoding="GB18030", name="town.shp", cpg=True):
    """Write the town as a shapefile."""
    pyogrio.write_dataframe(TOWN, folder / name, encoding=encoding)
    if not cpg:
        (folder / name).with_suffix(".cpg").unlink()


def write_csv(folder, *, encoding="utf-8", name="town.csv"):
    """Write the town as a table with coordinates."""
    xy = pd.DataFrame({"x": TOWN.geometry.x, "y": TOWN.geometry.y}).astype(str).replace("nan", "")
    table = pd.concat([TOWN[["编号", "户数"]].astype(str), xy], axis=1)
    (folder / name).write_bytes(table.to_csv(index=False).encode(encoding))


def write_workbook(folder, *, name="town.xlsx"):
    """Write the town as the second sheet of a workbook, with an empty row below."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("住户")
    for row in [
        ["编号", "户数", "lng", "lat"],
        ["甲1", 12, 114.1, 30.1],
        ["乙2", 0, 114.2, 30.2],
        ["丙3", 7],
        [None],
    ]:
        sheet.append(row)
    book.save(folder / name)


def write_zip(folder):
    """Pack the shapefile, two folders deep."""
    inside = folder / "数据" / "town"
    inside.mkdir(parents=True)
    write_shapefile(inside, cpg=False)
    shutil.make_archive(str(folder / "town"), "zip", folder, "数据")


WRITERS = {
    "town.shp": write_shapefile,
    "town.zip": write_zip,
    "town.gpkg": lambda folder: TOWN.to_file(folder / "town.gpkg", layer="住户"),
    "town.geojson": lambda folder: TOWN.to_file(folder / "town.geojson"),
    "town.parquet": lambda folder: TOWN.to_parquet(folder / "town.parquet"),
    "town.fgb": lambda folder: pyogrio.write_dataframe(
        TOWN, folder / "town.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO"
    ),
    "town.gdb": lambda folder: pyogrio.write_dataframe(
        TOWN.astype({"户数": "int32"}),
        folder / "town.gdb",
        driver="OpenFileGDB",
        layer="town",
        geometry_type="Point",
    ),
    "town.csv": write_csv,
    "town.xlsx": write_workbook,
}


def fault(folder, table):
    """Return the one sentence that an input is refused with."""
    with pytest.raises(InputError) as caught:
        read_source(table, folder)
    (message,) = caught.value.messages
    assert message.text("zh")
    return message.text("en")


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path, name):
    """Ids, counts and places come as they are, in their order, whatever the file."""
    WRITERS[name](tmp_path)
    found = read_source(wanted(name, layer="住户" if name.endswith("xlsx") else None), tmp_path)
    assert found.table["id"].tolist() == ["甲1", "乙2", "丙3"]
    assert found.table["households"].astype(int).tolist() == [12, 0, 7]
    assert found.source.label == name
    assert found.source.rows == 3
    if found.shapes is None:
        assert found.crs is None
        assert pd.to_numeric(found.table["x"]).tolist()[:2] == [114.1, 114.2]
    else:
        assert found.crs.to_epsg() == 4490
        assert found.source.crs == "China Geodetic Coordinate System 2000"
        assert [shape and round(shape.x, 9) for shape in found.shapes] == [114.1, 114.2, None]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("cpg", [True, False])
def test_the_encoding_of_a_shapefile_is_found_out(tmp_path, encoding, cpg):
    """With a .cpg file or without, Chinese names come out right."""
    write_shapefile(tmp_path, encoding=encoding, cpg=cpg)
    found = read_source(wanted("town.shp"), tmp_path)
    assert found.table["id"].tolist() == ["甲1", "乙2", "丙3"]
    assert found.source.encoding == encoding.lower()


def test_a_wrong_cpg_file_does_no_harm(tmp_path):
    """GDAL would believe it and give mojibake."""
    write_shapefile(tmp_path)
    (tmp_path / "town.cpg").write_text("ISO-8859-1")
    assert read_source(wanted("town.shp"), tmp_path).table["id"].tolist() == ["甲1", "乙2", "丙3"]


@pytest.mark.parametrize("declared", ["gbk", "gb2312"])
def test_gbk_is_read_as_the_larger_gb18030(tmp_path, declared):
    """Rare characters that GBK lacks are kept."""
    (tmp_path / "town.csv").write_bytes("编号,户数,x,y\n𠮷1,2,114,30\n".encode("gb18030"))
    found = read_source(wanted("town.csv", encoding=declared), tmp_path)
    assert found.table["id"].tolist() == ["𠮷1"]
    assert found.source.encoding == "gb18030"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_the_encoding_of_a_csv_file_is_found_out(tmp_path, encoding):
    """Excel writes a byte order mark, older programs GBK."""
    write_csv(tmp_path, encoding=encoding)
    assert read_source(wanted("town.csv"), tmp_path).table["id"].tolist() == ["甲1", "乙2", "丙3"]


def test_shapes_of_a_table_may_be_wkt(tmp_path):
    """A column named wkt, geometry or geom holds shapes."""
    (tmp_path / "town.csv").write_text(
        '编号,户数,WKT\n1,2,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n', encoding="utf-8"
    )
    assert list(read_source(wanted("town.csv"), tmp_path).table["wkt"]) == ["POLYGON ((0 0, 1 0, 1 1, 0 0))"]


def test_the_coordinates_named_go_before_the_usual_ones(tmp_path):
    """Columns that the plan file names are taken even where other columns look like coordinates."""
    (tmp_path / "town.csv").write_text("编号,户数,x,y,东,北\n1,2,0,0,114,30\n", encoding="utf-8")
    found = read_source(wanted("town.csv", x="东", y="北"), tmp_path)
    assert found.table[["x", "y"]].to_numpy().tolist() == [["114", "30"]]


def test_one_column_may_serve_twice(tmp_path):
    """Nothing hinders a plan file from naming a column for two things."""
    for name in ("town.gpkg", "town.csv"):
        WRITERS[name](tmp_path)
        found = read_source(wanted(name, compound="编号"), tmp_path)
        assert found.table["compound"].tolist() == found.table["id"].tolist()


def test_blank_cells_and_short_rows_stay(tmp_path):
    """Nothing is dropped and nothing filled in."""
    (tmp_path / "town.csv").write_text("编号,户数,x,y\n1,,114,30\n2\n", encoding="utf-8")
    found = read_source(wanted("town.csv"), tmp_path)
    assert found.table["id"].tolist() == ["1", "2"]
    assert not found.table["households"].fillna("").any()


@given(
    rows=st.lists(
        st.lists(st.text("甲1 .\t;'#\\ａ", max_size=4), min_size=4, max_size=4), min_size=1, max_size=5
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gbk"]),
)
def test_quotes_that_are_not_needed_change_nothing(tmp_path_factory, rows, end, encoding):
    """Tables without quotes are read another, faster way: to the same cells."""
    folder = tmp_path_factory.mktemp("quotes")
    heads = ["编号", "户数", "x", "y"]
    for name, quote in (("bare.csv", ""), ("quoted.csv", '"')):
        lines = [",".join(f"{quote}{cell}{quote}" for cell in row) for row in [heads, *rows]]
        (folder / name).write_bytes("".join(line + end for line in lines).encode(encoding))
    bare, quoted = (read_source(wanted(name), folder) for name in ("bare.csv", "quoted.csv"))
    assert bare.table.fillna("").to_numpy().tolist() == quoted.table.fillna("").to_numpy().tolist()
    assert bare.source.encoding == quoted.source.encoding


@pytest.mark.parametrize("index", [None, "编号"])
def test_a_geoparquet_file_says_which_column_is_the_shape(tmp_path, index):
    """Another name than "geometry", shapes beside it, an id that pandas kept as its index: the rows are the same."""
    town = TOWN.rename_geometry("geom").assign(around=lambda rows: rows.envelope)
    (town if index is None else town.set_index(index)).to_parquet(tmp_path / "town.parquet")
    found = read_source(wanted("town.parquet"), tmp_path)
    assert found.table["id"].tolist() == ["甲1", "乙2", "丙3"]
    assert [shape and shape.x for shape in found.shapes] == [114.1, 114.2, None]


def test_a_shapefile_is_known_by_its_parts_in_name_order(tmp_path):
    """The sha256 covers .cpg .dbf .prj .shp .shx, and of other files the file."""
    write_shapefile(tmp_path)
    (tmp_path / "town.txt").write_text("not a part")
    parts = b"".join((tmp_path / f"town.{part}").read_bytes() for part in ("cpg", "dbf", "prj", "shp", "shx"))
    assert read_source(wanted("town.shp"), tmp_path).source.sha256 == hashlib.sha256(parts).hexdigest()
    write_csv(tmp_path)
    whole = hashlib.sha256((tmp_path / "town.csv").read_bytes()).hexdigest()
    assert read_source(wanted("town.csv"), tmp_path).source.sha256 == whole


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_column_names_the_nearest_and_all(tmp_path, name):
    """A misspelt column is met with what there is."""
    WRITERS[name](tmp_path)
    layer = "住户" if name.endswith("xlsx") else None
    told = fault(tmp_path, wanted(name, households="户 数", layer=layer))
    assert "no column 户 数 (named by households" in told
    assert "Did you mean 户数?" in told
    assert "编号" in told


def test_all_missing_columns_are_told(tmp_path):
    """Two wrong columns are two sentences."""
    write_csv(tmp_path)
    with pytest.raises(InputError) as caught:
        read_source(wanted("town.csv", id="id", x="lon"), tmp_path)
    assert len(caught.value.messages) == 2


def test_a_missing_file_names_the_nearest(tmp_path):
    """A misspelt path is met with the file that was probably meant."""
    write_csv(tmp_path)
    assert "Did you mean town.csv?" in fault(tmp_path, wanted("twon.csv"))
    assert "no such file" in fault(tmp_path, wanted("elsewhere.gpkg"))
    assert "no folder" in fault(tmp_path, wanted("nowhere/town.csv"))


@pytest.mark.parametrize(
    ("path", "word"), [("oracle://me:secret@host/db", "exported to a file"), ("town.xls", ".xlsx")]
)
def test_what_cannot_be_read_is_told(tmp_path, path, word):
    """Databases come later, and unknown kinds of file are named beside the known ones."""
    told = fault(tmp_path, wanted(path))
    assert word in told
    assert "secret" not in told


def test_layers_are_named(tmp_path):
    """A wrong layer, or none where there are several, is met with those there."""
    for layer in ("住户", "社区"):
        TOWN.to_file(tmp_path / "town.gpkg", layer=layer)
    assert "several layers: 住户, 社区" in fault(tmp_path, wanted("town.gpkg"))
    assert "no layer 居民. Layers there: 住户, 社区" in fault(tmp_path, wanted("town.gpkg", layer="居民"))
    write_workbook(tmp_path)
    assert "no layer 居民. Layers there: Sheet, 住户" in fault(tmp_path, wanted("town.xlsx", layer="居民"))


@pytest.mark.parametrize(
    "name", ["town.gpkg", "town.geojson", "town.parquet", "town.xlsx", "town.zip", "town.shp"]
)
def test_a_damaged_file_is_told(tmp_path, name):
    """Whatever is in the file, one sentence and no traceback."""
    WRITERS[name](tmp_path)
    (tmp_path / name).write_bytes(b"nonsense" * 40)
    told = fault(tmp_path, wanted(name, layer="住户" if name == "town.gpkg" else None))
    assert told.startswith(name)


def test_a_geopackage_with_broken_texts_is_told(tmp_path):
    """GDAL's complaint about them is no text either, and would end the program."""
    WRITERS["town.gpkg"](tmp_path)
    path = tmp_path / "town.gpkg"
    path.write_bytes(path.read_bytes().replace("住户".encode(), b"\xff" * 6))
    assert "cannot be read" in fault(tmp_path, wanted("town.gpkg"))


def test_geojson_must_be_utf8(tmp_path):
    """GDAL would pass the bytes on as they are."""
    (tmp_path / "town.geojson").write_bytes('{"type": "FeatureCollection", "name": "住户"}'.encode("gbk"))
    assert "not in UTF-8" in fault(tmp_path, wanted("town.geojson"))


@pytest.mark.parametrize("part", ["shp", "dbf"])
@pytest.mark.parametrize("kept", [20, 100])
def test_a_truncated_shapefile_is_told(tmp_path, part, kept):
    """GDAL would give rows without shapes, or blank cells."""
    write_shapefile(tmp_path)
    path = tmp_path / f"town.{part}"
    path.write_bytes(path.read_bytes()[:kept])
    assert "cut short" in fault(tmp_path, wanted("town.shp"))


def test_a_missing_part_of_a_shapefile_is_named(tmp_path):
    """People copy the .shp alone."""
    write_shapefile(tmp_path)
    (tmp_path / "town.dbf").unlink()
    assert "missing here: .dbf" in fault(tmp_path, wanted("town.shp"))


def test_a_shapefile_without_shx_is_read_and_left_alone(tmp_path):
    """The index is made anew beside a copy; the folder stays as it was."""
    write_shapefile(tmp_path)
    (tmp_path / "town.shx").unlink()
    before = sorted(path.name for path in tmp_path.iterdir())
    found = read_source(wanted("town.shp"), tmp_path)
    assert found.table["id"].tolist() == ["甲1", "乙2", "丙3"]
    assert [shape and shape.x for shape in found.shapes] == [114.1, 114.2, None]
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_kml_and_mapinfo(tmp_path):
    """KML is in degrees of WGS 84 and has texts only; MapInfo keeps its kinds."""
    placed = TOWN[:2].to_crs(4326)
    pyogrio.write_dataframe(placed, tmp_path / "town.kml", driver="LIBKML")
    found = read_source(wanted("town.kml"), tmp_path)
    assert found.table["id"].tolist() == ["甲1", "乙2"]
    assert found.table["households"].astype(int).tolist() == [12, 0]
    assert found.crs.to_epsg() == 4326
    plain = placed.rename(columns={"编号": "id", "户数": "n"}).assign(id=["a", "b"])
    pyogrio.write_dataframe(plain, tmp_path / "town.tab", driver="MapInfo File")
    found = read_source(wanted("town.tab", id="id", households="n"), tmp_path)
    assert found.table["households"].astype(int).tolist() == [12, 0]
    assert [round(shape.x, 6) for shape in found.shapes] == [114.1, 114.2]


def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path):
    """Names with .. could write anywhere."""
    with zipfile.ZipFile(tmp_path / "town.zip", "w") as packed:
        packed.writestr("../town.shp", b"")
    assert "leads out" in fault(tmp_path, wanted("town.zip"))


def test_a_zip_bomb_is_refused(tmp_path, monkeypatch):
    """What would fill the disk is not unpacked."""
    monkeypatch.setattr("gridplan.sources.vectors.LARGEST_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "town.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("town.shp", bytes(2000))
    assert "unpack" in fault(tmp_path, wanted("town.zip"))


def test_a_shapefile_without_prj_has_no_crs(tmp_path):
    """Which coordinates it is in is for others to ask."""
    write_shapefile(tmp_path)
    (tmp_path / "town.prj").unlink()
    found = read_source(wanted("town.shp"), tmp_path)
    assert found.crs is None
    assert found.source.crs == ""


def test_a_zip_with_several_shapefiles_needs_a_layer(tmp_path):
    """One zip may hold communities and buildings; the layer says which."""
    inside = tmp_path / "inside"
    inside.mkdir()
    for name in ("a.shp", "b.shp"):
        write_shapefile(inside, name=name)
    shutil.make_archive(str(tmp_path / "town"), "zip", inside)
    assert "several layers: a, b" in fault(tmp_path, wanted("town.zip"))
    assert read_source(wanted("town.zip", layer="b"), tmp_path).source.rows == 3


def test_a_zip_without_a_shapefile_is_told(tmp_path):
    """A packed folder of other things is no input."""
    with zipfile.ZipFile(tmp_path / "town.zip", "w") as packed:
        packed.writestr("readme.txt", "nothing")
    assert "no layer" in fault(tmp_path, wanted("town.zip"))


def test_a_ragged_csv_names_its_line(tmp_path):
    """A comma in a text that is not quoted shifts a row."""
    (tmp_path / "town.csv").write_text("编号,户数,x,y\n1,2,114,30\n2,3,1,14,30\n", encoding="utf-8")
    assert "line 3" in fault(tmp_path, wanted("town.csv"))


def test_a_csv_whose_rows_are_all_too_long_is_told(tmp_path):
    """Pandas would take the first column for an index."""
    (tmp_path / "town.csv").write_text("编号,户数,x,y\n1,2,114,30,5\n2,3,114,30,5\n", encoding="utf-8")
    assert "line 2" in fault(tmp_path, wanted("town.csv"))


@pytest.mark.parametrize("name", ["town.csv", "town.xlsx"])
def test_a_table_without_a_header_is_told(tmp_path, name):
    """An empty file has no columns."""
    (tmp_path / "town.csv").write_text("")
    openpyxl.Workbook().save(tmp_path / "town.xlsx")
    assert "empty" in fault(tmp_path, wanted(name))


def test_texts_in_no_known_encoding_are_told(tmp_path):
    """Bytes that are neither UTF-8 nor GB18030 need a word from the plan file."""
    (tmp_path / "town.csv").write_bytes("编号,户数\n1,2\n".encode("utf-16"))
    assert 'encoding = "..."' in fault(tmp_path, wanted("town.csv"))
    found = read_source(wanted("town.csv", encoding="utf-16"), tmp_path)
    assert found.table["id"].tolist() == ["1"]


def test_broken_shapes_are_named_by_row(tmp_path):
    """A ring of two corners cannot be built; its row is told."""
    (tmp_path / "town.geojson").write_text(
        """{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"编号": "1", "户数": 1},
         "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
        {"type": "Feature", "properties": {"编号": "0", "户数": 1}, "geometry": null},
        {"type": "Feature", "properties": {"编号": "2", "户数": 1},
         "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0]]]}}]}""",
        encoding="utf-8",
    )
    assert "in rows 3 counted" in fault(tmp_path, wanted("town.geojson"))


def test_an_empty_geojson_is_told_to_be_empty(tmp_path):
    """Without features there are no columns either, but that is not what is wrong."""
    (tmp_path / "town.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    assert "not a single row" in fault(tmp_path, wanted("town.geojson"))


def test_inputs_are_never_changed(tmp_path):
    """Reading leaves every byte and adds no file."""
    for write in WRITERS.values():
        write(tmp_path)
    before = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    for name in WRITERS:
        read_source(wanted(name, layer="住户" if name.endswith("xlsx") else None), tmp_path)
    assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()} == before


def test_what_does_not_fit_into_memory_is_not_opened(tmp_path, monkeypatch):
    """A table of 5 GB on a machine with 8 is refused by its size alone, which is told; a small file never is."""
    with (tmp_path / "huge.gpkg").open("wb") as file:
        file.truncate(5 << 30)  # takes no room on the disk
    monkeypatch.setattr("gridplan.sources.room.available", lambda: 8 << 30)
    told = fault(tmp_path, wanted("huge.gpkg"))
    assert "some 35.0 GB" in told
    assert "8.0 GB are there" in told
    monkeypatch.setattr("gridplan.sources.room.available", lambda: 0)
    (tmp_path / "small.csv").write_text("编号,户数,x,y\n1,2,3,4\n", encoding="utf-8")
    assert read_source(wanted("small.csv"), tmp_path).source.rows == 1
