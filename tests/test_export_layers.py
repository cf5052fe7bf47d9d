"""Layers of a plan in other formats: what a shapefile cuts is told, codes stay text, letters that an encoding lacks are refused."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.cli import main
from gridplan.errors import OutputError, UsageError
from gridplan.export.layers import FORMATS, asked_of, short_names, shortened, write_layers
from gridplan.export.write import write_run
from tiny_plan import tiny_plan

READERS = {
    "gpkg": gpd.read_file,
    "shp": lambda path: gpd.read_file(path, encoding="gbk"),
    "geojson": gpd.read_file,
    "parquet": gpd.read_parquet,
}


@pytest.mark.parametrize("kind", FORMATS)
def test_grids_come_back(kind: str, tmp_path: Path):
    """Codes as text, Chinese names, counts, in every format and in degrees."""
    encoding = "gbk" if kind in ("shp", "csv") else None
    write_layers(tiny_plan(), tmp_path, asked_of(kind, "EPSG:4490", encoding))
    if kind == "csv":
        table = pd.read_csv(tmp_path / "grids.csv", encoding="gbk", dtype={"code": str})
        assert table["wkt"].str.startswith("POLYGON ((114").all()
    else:
        table = READERS[kind](tmp_path / f"grids.{kind}")
        assert table.crs.to_epsg() == (4326 if kind == "geojson" and table.crs.to_epsg() == 4326 else 4490)
        assert table.total_bounds[0] == pytest.approx(114, abs=0.5)
    assert table["code"].tolist() == ["C1001", "C1002", "C2001", "C2002", "C2003"]
    assert table["households"].tolist() == [170, 190, 220, 180, 0]
    assert table["name"].iloc[0] == tiny_plan().grids["name"].iloc[0]
    assert (tmp_path / "access.csv").is_file()


def test_the_tables_of_the_workbook_come_as_csv(tmp_path: Path):
    """Heads and rows as on the sheets, without sums; names that look like formulas are text; Excel sees that it is UTF-8."""
    plan = tiny_plan()
    named = replace(plan, communities=plan.communities.assign(name=["=1+1", "临海社区"]))
    write_layers(named, tmp_path, asked_of("csv", None, None))
    content = (tmp_path / "table-communities.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(tmp_path / "table-communities.csv", dtype={"社区编码": str})
    assert table["社区"].tolist() == ["'=1+1", "临海社区"]
    assert table["户数"].sum() == 760
    grids = pd.read_csv(tmp_path / "table-grids.csv")
    assert grids["户数"].tolist() == [170, 190, 220, 180, 0]


def test_what_a_shapefile_cuts_is_kept(tmp_path: Path):
    """Long names are told, a text of 300 bytes is whole in a file beside it."""
    plan = tiny_plan()
    long = "东" * 100
    grids = plan.grids.assign(bounds_text=[long, *plan.grids["bounds_text"][1:]])
    write_layers(replace(plan, grids=grids), tmp_path, asked_of("shp", None, "utf-8"))
    columns = pd.read_csv(tmp_path / "grids-columns.csv").set_index("column")["name"]
    assert columns["centre_unit_id"] == "centre_uni"
    texts = pd.read_csv(tmp_path / "grids-texts.csv")
    assert texts[["row", "column", "text"]].to_numpy().tolist() == [[1, "bounds_text", long]]
    assert gpd.read_file(tmp_path / "grids.shp")["bounds_tex"].iloc[0] == "东" * 84


@given(
    st.lists(
        st.text(st.characters(codec="gbk", exclude_characters="\n"), min_size=1), unique=True, max_size=12
    )
)
def test_short_names_are_short_and_all_different(names: list[str]):
    """However alike names are, ten bytes tell them apart."""
    short = short_names(names, "gbk")
    assert list(short) == names
    assert all(len(name.encode("gbk")) <= 10 for name in short.values())
    assert len({name.lower() for name in short.values()}) == len(names)


@given(st.text(), st.integers(0, 20))
def test_shortened_texts_are_beginnings(text: str, most: int):
    """No letter is cut in two."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return
    made = shortened(text, "utf-8", most)
    assert text.startswith(made)
    assert len(made.encode("utf-8")) <= most
    assert made == text or len(text[: len(made) + 1].encode("utf-8")) > most


def test_letters_that_an_encoding_lacks_are_refused(tmp_path: Path):
    """GBK has no 𠮷: the message names it and the encoding that has."""
    plan = tiny_plan()
    grids = plan.grids.assign(name=["𠮷", *plan.grids["name"][1:]])
    with pytest.raises(OutputError) as caught:
        write_layers(replace(plan, grids=grids), tmp_path, asked_of("csv", None, "gbk"))
    assert "𠮷" in caught.value.messages[0].text("en")


def test_wrong_options_are_told_together():
    """All three at once."""
    with pytest.raises(UsageError) as caught:
        asked_of("dxf", "EPSG:0", "latin1")
    assert len(caught.value.messages) == 3


def test_the_command_and_what_a_new_run_leaves(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Layers go into a folder of their own; a new plan in the same folder takes the old ones away."""
    out = tmp_path / "out"
    write_run(tiny_plan(), out, pages={"index.html": ""})
    assert main(["export", str(out), "--format", "geojson"]) == 0
    assert (out / "layers" / "geojson" / "grids.geojson").is_file()
    assert main(["export", str(out), "--crs", "EPSG:4490"]) == 2
    assert "--format" in capsys.readouterr().err
    write_run(tiny_plan(), out, pages={"index.html": ""})
    assert not (out / "layers" / "geojson" / "grids.geojson").exists()
