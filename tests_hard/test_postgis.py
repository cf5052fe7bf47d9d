"""A real PostgreSQL with PostGIS, started on a port of its own and stopped: inputs from it, plans into it, and what goes wrong."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import shapely
from psycopg import sql

from gridplan.cli.main import main
from gridplan.config import InputTable, read_plan_file
from gridplan.errors import InputError, OutputError
from gridplan.export.geopackage import plan_tables, read_plan
from gridplan.export.postgis import write_database
from gridplan.pipeline import run
from gridplan.sources import read_source
from gridplan.tables import LAYERS

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bad_place import CRS, write_all
from tiny_city import write_town

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
POSTGIS = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
PASSWORD = "geheim-" + "7"
pytestmark = pytest.mark.skipif(
    not (PROGRAMS and POSTGIS), reason="no PostgreSQL with PostGIS on this machine"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server; yield the address of its database, password and all."""
    folder = tmp_path_factory.mktemp("database")
    owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
    for one in (folder, *folder.parents):
        if owner and one != Path("/tmp") and one.is_relative_to("/tmp"):  # noqa: S108 # where pytest works
            one.chmod(0o755)
    programs = PROGRAMS[-1].parent
    data, secret = folder / "data", folder / "secret"
    secret.write_text(PASSWORD)
    if owner:
        shutil.chown(folder, owner)
        shutil.chown(secret, owner)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "planner",
        "-A",
        "scram-sha-256",
        f"--pwfile={secret}",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(begin, check=True, user=owner, capture_output=True)
    serve = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"]
    with subprocess.Popen(serve, user=owner, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"postgresql://planner:{PASSWORD}@127.0.0.1:{port}/postgres"
        for _ in range(100):
            try:
                psycopg.connect(address).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield address
        process.terminate()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, server: str) -> Path:
    """Write a sound place as files, and its communities and households as tables; return the plan file that names the tables."""
    folder = tmp_path_factory.mktemp("place")
    plan_file = write_all(folder)
    frame = pd.read_csv(folder / "households.csv", dtype=str, keep_default_na=False)
    shapes = gpd.points_from_xy(frame["x"].astype(float), frame["y"].astype(float))
    homes = gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=shapes, crs=CRS)
    load(server, '住户 "表"', homes.iloc[::-1], "town")
    load(server, "communities", gpd.read_file(folder / "communities.gpkg"), "public")
    text = plan_file.read_text(encoding="utf-8")
    text = text.replace('path = "communities.gpkg"', f'path = "{server}"\nlayer = "communities"')
    text = text.replace(
        'path = "households.csv"', f'path = "{server}?application_name=x"\nlayer = \'town.住户 "表"\''
    )
    text = text.replace('x = "x"\ny = "y"\ncoordinates = "EPSG:4547"\n[inputs.roads]', "[inputs.roads]")
    (folder / "database.toml").write_text(text, encoding="utf-8")
    return folder / "database.toml"


def load(server: str, name: str, frame: gpd.GeoDataFrame, schema: str) -> None:
    """Write a table as a data team would have it."""
    place = sql.Identifier(schema, name)
    texts = [column for column in frame if column != "geometry"]
    with psycopg.connect(server) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        fields = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(column)) for column in texts)
        connection.execute(sql.SQL("CREATE TABLE {} ({}, shape geometry)").format(place, fields))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as copy:
            for row in zip(
                *(frame[column] for column in texts),
                shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), CRS), hex=True, include_srid=True),
                strict=True,
            ):
                copy.write_row(row)


def test_the_same_plan_from_tables_as_from_files(place: Path) -> None:
    """Rows come in the order of their ids; the report names tables without credentials."""
    tables, files = run(read_plan_file(place)), run(read_plan_file(place.with_name("plan.toml")))
    pd.testing.assert_series_equal(tables.households["grid_id"], files.households["grid_id"])
    assert tables.report["totals"] == files.report["totals"]
    named = [one for one in tables.report["inputs"] if "postgresql" in one]
    assert sorted(one.rpartition("/")[2] for one in named) == [
        "postgres communities",
        'postgres town.住户 "表"',
    ]
    assert PASSWORD not in str(tables.report)
    assert run(read_plan_file(place)).report["inputs"] == tables.report["inputs"]


def test_a_plan_into_the_database_and_back(
    place: Path, server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every layer and list is a table with its rows, shapes and kinds; a second time replaces the first."""
    out = tmp_path / "out"
    assert main(["run", str(place), "--out", str(out), "--quiet", "--lang", "en"]) == 0
    assert main(["export", str(out), "--database", server, "--schema", "方案", "--lang", "en"]) == 0
    assert main(["export", str(out), "--database", server, "--schema", "方案", "--lang", "en", "--json"]) == 0
    said = capsys.readouterr()
    assert PASSWORD not in said.out + said.err
    plan = read_plan(out / "plan.gpkg")
    for name, table in plan_tables(plan):
        found = read_source(InputTable(path=server, layer=f"方案.{name}"), tmp_path)
        assert found.source.rows == len(table), name
    with psycopg.connect(server) as connection:
        rows = connection.execute(
            'SELECT grid_id, households, ST_Area(geometry), ST_SRID(geometry) FROM "方案".grids ORDER BY 1'
        )
        stored = pd.DataFrame(rows.fetchall(), columns=["grid_id", "households", "area", "srid"])
        kinds = dict(
            connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'grids'"
            ).fetchall()
        )
    grids = plan.grids.sort_values("grid_id")
    assert stored["grid_id"].tolist() == grids["grid_id"].tolist()
    assert stored["households"].tolist() == grids["households"].tolist()
    assert stored["area"].to_numpy() == pytest.approx(grids.area.to_numpy())
    assert set(stored["srid"]) == {CRS}
    assert all(kinds[column] == "text" for column in LAYERS["grids"][0])


def test_what_others_made_is_never_touched(place: Path, server: str, tmp_path: Path) -> None:
    """A table of one of the names that gridplan did not write stops it before anything is changed."""
    plan = run(read_plan_file(place))
    with psycopg.connect(server) as connection:
        connection.execute("CREATE SCHEMA theirs")
        connection.execute("CREATE TABLE theirs.units (a text)")
    with pytest.raises(OutputError, match="units") as told:
        write_database(plan, server, "theirs")
    assert PASSWORD not in told.value.text("zh") + told.value.text("en")
    with psycopg.connect(server) as connection:
        there = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'theirs'"
        ).fetchall()
    assert there == [("units",)]


def test_a_name_is_never_a_command(server: str, place: Path, tmp_path: Path) -> None:
    """Names of schemas, tables and columns with quotes and semicolons are names and no more."""
    evil = 'x"; DROP TABLE public.communities; --'
    plan = run(read_plan_file(place))
    write_database(plan, server, evil)
    found = read_source(InputTable(path=server, layer=f"{evil}.grids", id="grid_id"), tmp_path)
    assert found.source.rows == len(plan.grids)
    with pytest.raises(InputError, match="no column"):
        read_source(InputTable(path=server, layer="communities", id=evil), tmp_path)
    assert read_source(InputTable(path=server, layer="communities"), tmp_path).source.rows == 2


BROKEN: dict[str, tuple[Callable[[str], str], str | None, str]] = {
    "wrong password": (
        lambda address: address.replace(PASSWORD, "wrong"),
        "communities",
        "cannot be reached",
    ),
    "no such database": (
        lambda address: address.replace("/postgres", "/nothing"),
        "communities",
        "cannot be reached",
    ),
    "no such table": (lambda address: address, "nothing", "no layer nothing"),
    "which table": (lambda address: address, None, "several layers"),
    "no address at all": (lambda address: address[:13] + "[", "communities", "cannot be re"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_addresses_are_told_without_credentials(
    name: str, server: str, place: Path, tmp_path: Path
) -> None:
    """One clear message; the password is in none."""
    change, layer, words = BROKEN[name]
    with pytest.raises(InputError, match=words) as told:
        read_source(InputTable(path=change(server), layer=layer), tmp_path)
    assert not any(secret in told.value.text(one) for secret in (PASSWORD, "wrong@") for one in ("zh", "en"))


def test_a_reader_cannot_write(server: str, place: Path, tmp_path: Path) -> None:
    """Reading is a read-only transaction: a view whose function writes is refused."""
    with psycopg.connect(server) as connection:
        connection.execute("CREATE TABLE public.seen (at timestamptz)")
        connection.execute(
            "CREATE FUNCTION public.see() RETURNS int LANGUAGE sql AS 'INSERT INTO public.seen VALUES (now()) RETURNING 1'"
        )
        connection.execute("CREATE VIEW public.trap AS SELECT public.see() AS id")
    with pytest.raises(InputError, match="cannot be read"):
        read_source(InputTable(path=server, layer="trap", id="id"), tmp_path)
    assert read_source(InputTable(path=server, layer="seen"), tmp_path).source.rows == 0


def test_shapes_of_other_systems_and_none(server: str, tmp_path: Path) -> None:
    """The CRS comes from the table; rows without a shape stay; a geography is read as a geometry."""
    with psycopg.connect(server) as connection:
        connection.execute("CREATE TABLE public.spots (id text, place geography(Point, 4326))")
        connection.execute(
            "INSERT INTO public.spots VALUES ('b', NULL), ('a', ST_MakePoint(114, 30)::geography)"
        )
    found = read_source(InputTable(path=server, layer="spots", id="id"), tmp_path)
    assert found.crs is not None
    assert found.crs.to_epsg() == 4326
    assert found.shapes is not None
    assert found.shapes.tolist() == [shapely.Point(114, 30), None]
    assert found.table["id"].tolist() == ["a", "b"]


def test_a_city_is_read_from_tables_of_streets(server: str, tmp_path: Path) -> None:
    """Communities and households of two streets in tables of their own: two plans; a table that may name no folder is none."""
    write_town(tmp_path)
    for street in ("s0", "s1"):
        for part in ("communities", "households"):
            frame = gpd.read_parquet(tmp_path / part / f"{street}.parquet")
            load(server, f"{part}_{street}", frame.astype({n: str for n in frame if n != "geometry"}), "city")
    load(server, "communities_../x", gpd.read_parquet(tmp_path / "communities" / "s2.parquet"), "city")
    text = (tmp_path / "plan.toml").read_text(encoding="utf-8")
    for part in ("communities", "households"):
        text = text.replace(
            f'path = "{part}/{{street}}.parquet"', f'path = "{server}"\nlayer = "city.{part}_{{street}}"'
        )
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["run", str(tmp_path / "plan.toml"), "--out", str(out), "--quiet"]) == 0
    told = (out / "city.json").read_text(encoding="utf-8")
    assert PASSWORD not in told
    assert sorted(one.name for one in (out / "streets").iterdir()) == ["s0", "s1"]
