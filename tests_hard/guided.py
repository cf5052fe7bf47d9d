"""One kind of input, spoiled by a fuzzer that is led by what the readers' code does: a process of its own, as it never comes back.

``python guided.py KIND FOLDER -runs=N -seed=N``: what it writes is in the folder; the status is 0 if each input was
read or refused with a message. What is spoiled lies where changed bytes come to our readers, not to a checksum
before them: the text of a plan file, the XML of a workbook's sheet, the binary shape of one row of a GeoParquet
(WKB, ISO) or of a GeoPackage (its own header and WKB).
"""

import sqlite3
import sys
import warnings
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=[
        "gridplan.sources",
        "gridplan.config",
        "gridplan.checks",
        "gridplan.intake",
        "openpyxl.reader",
        "tomllib",
    ]
):
    import openpyxl  # noqa: F401 # so that its code leads, too

    from gridplan.config import PlanFile, read_plan_file
    from gridplan.errors import GridplanError
    from gridplan.intake import inspect

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import Point, box

PLAN = """
[project]
name = "试验区"
date = 2026-01-01
[inputs.communities]
path = "communities.{communities}"
id = "id"
[inputs.households]
path = "households.{households}"
id = "id"
households = "households"
"""


def communities() -> gpd.GeoDataFrame:
    """Return three communities side by side."""
    squares = [box(500_000 + 400 * n, 3_400_000, 500_400 + 400 * n, 3_400_400) for n in range(3)]
    return gpd.GeoDataFrame(
        {"id": ["a", "b", "c"], "name": ["东", "中", "西"]}, geometry=squares, crs="EPSG:4547"
    )


def households() -> gpd.GeoDataFrame:
    """Return ten rows in each of them."""
    spots = [Point(500_020 + 40 * n, 3_400_100 + n) for n in range(30)]
    columns = {"id": [f"h{n}" for n in range(30)], "community": ["abc"[n // 10] for n in range(30)]}
    return gpd.GeoDataFrame({**columns, "households": 20}, geometry=spots, crs="EPSG:4547")


def planned(folder: Path, **kinds: str) -> PlanFile:
    """Return the plan of inputs of these kinds."""
    path = folder / "plan.toml"
    path.write_text(PLAN.format(**kinds), encoding="utf-8")
    return read_plan_file(path)


def toml(folder: Path) -> tuple[bytes, Callable[[bytes], object]]:
    """Return a plan file, and how its like is read."""
    path = folder / "spoiled.toml"

    def read(content: bytes) -> object:
        """Read it."""
        path.write_bytes(content)
        return read_plan_file(path)

    return PLAN.format(communities="gpkg", households="csv").encode(), read


def xlsx(folder: Path) -> tuple[bytes, Callable[[bytes], object]]:
    """Return the sheet of a workbook, and how a workbook of its like is read."""
    path, sheet = folder / "households.xlsx", "xl/worksheets/sheet1.xml"
    communities().to_parquet(folder / "communities.parquet")
    frame = households()
    pd.DataFrame(frame.drop(columns="geometry")).assign(x=frame.geometry.x, y=frame.geometry.y).head(
        3
    ).to_excel(path, index=False)
    with zipfile.ZipFile(path) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    plan = planned(folder, communities="parquet", households="xlsx")

    def read(content: bytes) -> object:
        """Put it into the workbook, and look at that."""
        with zipfile.ZipFile(path, "w") as written:
            for name, part in parts.items():
                written.writestr(name, content if name == sheet else part)
        return inspect(plan)

    return parts[sheet], read


def wkb(folder: Path) -> tuple[bytes, Callable[[bytes], object]]:
    """Return the shape of a community as a GeoParquet holds it, and how one of its like is read."""
    frame = communities()
    path = folder / "communities.parquet"
    households().to_parquet(folder / "households.parquet")
    frame.to_parquet(path)
    plan = planned(folder, communities="parquet", households="parquet")
    whole = pq.read_table(path)
    shapes = whole["geometry"].to_pylist()
    at = whole.schema.get_field_index("geometry")

    def read(content: bytes) -> object:
        """Put it in the place of the second row's, and look at that."""
        pq.write_table(
            whole.set_column(at, whole.field(at), pa.array([shapes[0], content, shapes[2]], pa.binary())),
            path,
        )
        return inspect(plan)

    return shapes[1], read


def gpkg(folder: Path) -> tuple[bytes, Callable[[bytes], object]]:
    """Return the shape of a community as a GeoPackage holds it, and how one of its like is read."""
    path = folder / "communities.gpkg"
    communities().to_file(path)
    households().to_parquet(folder / "households.parquet")
    plan = planned(folder, communities="gpkg", households="parquet")
    with closing(sqlite3.connect(path)) as base:
        (shape,) = base.execute("SELECT geom FROM communities WHERE fid = 2").fetchone()
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')  # they call functions that only GDAL has
        base.commit()

    def read(content: bytes) -> object:
        """Put it in the place of the second row's, and look at that."""
        with closing(sqlite3.connect(path)) as base, base:
            base.execute("UPDATE communities SET geom = ? WHERE fid = 2", [content])
        return inspect(plan)

    return shape, read


KINDS = {"toml": toml, "xlsx": xlsx, "wkb": wkb, "gpkg": gpkg}


def main(kind: str, folder: Path, *asked: str) -> None:
    """Fuzz a kind; end with another status than 0 at the first input that is neither read nor refused with a message."""
    warnings.simplefilter("ignore")
    first, read = KINDS[kind](folder)
    read(first)
    known = folder / "known"
    known.mkdir()
    (known / "first").write_bytes(first)

    def tried(content: bytes) -> None:
        """Read it, or be told why not."""
        try:
            read(content)
        except GridplanError as error:
            if not error.text("zh").strip():
                raise AssertionError("no message") from error

    atheris.Setup(
        [
            sys.argv[0],
            f"-artifact_prefix={folder}/",
            f"-max_len={4 * len(first)}",
            "-timeout=30",
            *asked,
            str(known),
        ],
        tried,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
