"""The district as an office would hold it: shapefiles with Chinese GBK tables, GeoPackages, CSV, XLSX."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from gridplan.synthetic.district import District
from gridplan.words import say

DATE = "2022-12-31"  # the day the published figures are of; stamped into the files so that they can be remade
REGISTERS = ("agencies", "officers", "actors", "needs", "resources", "points")
DEGREES_CRS = "EPSG:4490"  # CGCS2000, longitude and latitude
NAMES = (
    "plan.toml",
    *(
        f"{stem}.{part}"
        for stem in ("communities", "entrances")
        for part in ("shp", "shx", "dbf", "prj", "cpg")
    ),
    "roads.gpkg",
    "barriers.gpkg",
    "facilities.csv",
    "candidates.gpkg",
    "special_areas.gpkg",
    "workers.xlsx",
    *(f"{name}.csv" for name in REGISTERS),
)
_COMMUNITIES = {"community_id": "社区代码", "name": "社区名称", "street": "街道名称"}
_ENTRANCES = {
    "entrance_id": "单元编号",
    "households": "户数",
    "planned": "规划户数",
    "residents": "人口",
    "vulnerable": "困难户",
    "entrance": "单元",
    "building": "楼栋",
    "compound": "小区名称",
}
_WORKERS = {"id": "工号", "name": "姓名", "kind": "类别", "community_id": "社区代码", "availability": "投入"}
COLUMNS = {"communities": _COMMUNITIES, "entrances": _ENTRANCES, "workers": _WORKERS}


def write_files(district: District, folder: Path, *, language: str, part: bool) -> Path:
    """Write the plan file and its inputs into a folder that is there; return the plan file's path.

    The same district gives the same bytes. Existing files of these names are replaced.
    """
    with _fixed_date():
        for stem, table, columns in (
            ("communities", district.communities, _COMMUNITIES),
            ("entrances", district.entrances, _ENTRANCES),
        ):
            _write_shapefile(table[[*columns, "geometry"]].rename(columns=columns), folder / f"{stem}.shp")
        for stem in ("roads", "barriers", "candidates", "special_areas"):
            _write_geopackage(getattr(district, stem), folder / f"{stem}.gpkg")
    _write_table(district.facilities, folder / "facilities.csv")
    for name in REGISTERS:
        _write_table(getattr(district.registers, name), folder / f"{name}.csv")
    _write_roster(district.workers.rename(columns=_WORKERS), folder / "workers.xlsx")
    plan = folder / "plan.toml"
    name = say(language, "synthetic.part_name" if part else "synthetic.name")
    text = say(language, "synthetic.plan", name=name, note=say(language, "synthetic.note"), date=DATE)
    plan.write_text(text, encoding="utf-8", newline="\n")
    return plan


def degrees(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table in degrees, to a tenth of a millimetre: points that were one stay one."""
    moved = table.to_crs(DEGREES_CRS)
    rounded = shapely.transform(moved.geometry.array, lambda xy: np.round(xy, 9))
    return moved.set_geometry(rounded, crs=DEGREES_CRS)


def _write_shapefile(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write a shapefile whose texts are GBK (as GB18030, which lacks no character)."""
    pyogrio.write_dataframe(degrees(table), path, encoding="GB18030", RESIZE="YES", DBF_DATE_LAST_UPDATE=DATE)


def _write_geopackage(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write a GeoPackage with one layer, named like the file."""
    path.unlink(missing_ok=True)
    mixed = len(set(table.geom_type)) > 1
    pyogrio.write_dataframe(degrees(table), path, layer=path.stem, geometry_type="Unknown" if mixed else None)


def _write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a CSV that Excel opens right, points as columns."""
    columns = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    if isinstance(table, gpd.GeoDataFrame):
        points = table.geometry.to_crs(DEGREES_CRS)
        columns = columns.assign(lng=points.x.round(7), lat=points.y.round(7))
    columns.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _write_roster(table: pd.DataFrame, path: Path) -> None:
    """Write a workbook with one sheet; codes stay text."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime.fromisoformat(DATE).replace(tzinfo=UTC)})
        sheet = book.add_worksheet("workers")
        sheet.write_row(0, 0, list(table.columns), book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(table.columns) - 1, 14)
        for row, values in enumerate(table.itertuples(index=False), start=1):
            sheet.write_row(row, 0, values)


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Have GDAL stamp files with the date of the figures, and give it back its clock."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{DATE}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
