"""Coordinates: which CRS is chosen, which are refused, and the shift of web maps undone."""

import coordTransform
import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from gridplan import geo
from gridplan.errors import InputError, UsageError

ESRI_CGCS2000 = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def square(west, south, *, crs, side=0.01):
    """Return a square polygon as a column in a CRS."""
    return gpd.GeoSeries([shapely.box(west, south, west + side, south + side)], crs=crs)


@pytest.mark.parametrize(
    ("west", "crs", "code"),
    [
        (114.0, "EPSG:4490", 4547),
        (115.4, "EPSG:4490", 4547),
        (115.6, "EPSG:4490", 4548),
        (75.0, "EPSG:4490", 4534),
        (134.9, "EPSG:4490", 4554),
        (114.0, ESRI_CGCS2000, 4547),
        (114.0, "EPSG:4326", 32650),
        (113.9, "EPSG:4326", 32649),
        (10.0, "EPSG:4490", 32632),
    ],
)
def test_the_metric_crs_follows_from_the_datum_and_the_place(west, crs, code):
    """CGCS2000 takes its zone of three degrees, everything else the UTM zone."""
    assert geo.metric_crs("auto", square(west, 30.0, crs=crs)).to_epsg() == code


def test_the_south_has_zones_of_its_own():
    """UTM zones are numbered apart below the equator."""
    assert geo.metric_crs("auto", square(106.8, -6.2, crs="EPSG:4326")).to_epsg() == 32748


@pytest.mark.parametrize("code", [4549, 4513 + 14, 4508])
def test_a_projected_cgcs2000_is_kept(code):
    """Data in a Gauss-Kruger zone of CGCS2000 stay in it."""
    there = square(120.1, 30.0, crs="EPSG:4490").to_crs(code)
    assert geo.metric_crs("auto", there) == CRS.from_epsg(code)


def test_other_projections_go_to_utm():
    """Singapore's own grid becomes UTM on WGS 84."""
    assert geo.metric_crs("auto", square(103.8, 1.3, crs="EPSG:4326").to_crs(3414)).to_epsg() == 32648


def test_the_crs_asked_for_is_taken():
    """The plan file may name a projected CRS in metres."""
    assert geo.metric_crs("EPSG:4548", square(114.0, 30.0, crs="EPSG:4326")).to_epsg() == 4548


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("EPSG:4326", "metres"),
        ("EPSG:2263", "metres"),
        ("EPSG:999999", "no coordinate system"),
        ("EPSG:2327", "Xi'an"),
    ],
)
def test_codes_that_cannot_be_used_are_faults_of_the_plan_file(code, word):
    """Degrees, feet, unknown codes and old datums are refused with status 2."""
    with pytest.raises(UsageError, match=word):
        geo.metric_crs(code, square(114.0, 30.0, crs="EPSG:4490"))


def test_a_crs_that_stretches_the_place_is_refused():
    """Web Mercator's metres are 15 % too short at 30 degrees north."""
    with pytest.raises(InputError, match='"EPSG:4547"'):
        geo.metric_crs("EPSG:3857", square(114.0, 30.0, crs="EPSG:4490"))


@pytest.mark.parametrize(("west", "south"), [(500_000, 3_300_000), (30, 114)])
def test_coordinates_that_are_no_degrees_are_refused(west, south):
    """Metres taken for degrees, and latitude in the place of longitude, are told."""
    with pytest.raises(InputError, match="EPSG:4547"):
        geo.metric_crs("auto", square(west, south, crs="EPSG:4490"))


@pytest.mark.parametrize("code", [4214, 4610, 4555, 2433, 2376])
def test_old_datums_are_refused_with_the_remedy(code):
    """Beijing 54 and Xi'an 80 would be taken for CGCS2000 without a shift."""
    points = np.array([shapely.Point(114, 30)])
    with pytest.raises(InputError, match=r"town.shp: .* Ask the surveying office"):
        geo.placed(points, CRS.from_epsg(code), coordinates="auto", file="town.shp")


def test_a_missing_crs_is_an_error_with_the_remedy():
    """Nothing is guessed for a file with shapes."""
    with pytest.raises(InputError, match=r"coordinates = \"cgcs2000\""):
        geo.placed(np.array([shapely.Point(114, 30)]), None, coordinates="auto", file="town.shp")


@pytest.mark.parametrize(("said", "code"), [("wgs84", 4326), ("cgcs2000", 4490), ("EPSG:4547", 4547)])
def test_the_plan_file_overrides_what_the_file_names(said, code):
    """A wrong .prj is put right by the plan file."""
    placed = geo.placed(np.array([shapely.Point(1, 2)]), geo.WGS84, coordinates=said, file="x")
    assert placed.crs.to_epsg() == code
    assert placed[0] == shapely.Point(1, 2)


@settings(max_examples=50, deadline=None)
@given(st.floats(75, 134), st.floats(5, 52), st.sampled_from(["gcj02", "bd09"]))
def test_the_shift_of_web_maps_is_undone_to_a_centimetre(longitude, latitude, shift):
    """What is shifted and undone comes back to where it was."""
    shifted = getattr(coordTransform, f"wgs84_to_{shift}")(longitude, latitude)
    placed = geo.placed(np.array([shapely.Point(shifted), None]), None, coordinates=shift, file="x")
    assert placed.crs == geo.WGS84
    assert placed[1] is None
    _, _, away_m = Geod(ellps="WGS84").inv(longitude, latitude, placed[0].x, placed[0].y)
    assert away_m < 0.01


def test_only_what_is_declared_is_shifted():
    """A file in WGS 84 stays where it is."""
    placed = geo.placed(np.array([shapely.Point(114, 30)]), geo.WGS84, coordinates="auto", file="x")
    assert placed[0] == shapely.Point(114, 30)


def test_shifted_coordinates_may_be_projected():
    """A web map's tiles in Web Mercator are brought to degrees before the shift is undone."""
    shifted = gpd.GeoSeries([shapely.Point(coordTransform.wgs84_to_gcj02(114.0, 30.0))], crs=4326).to_crs(
        3857
    )
    placed = geo.placed(shifted.to_numpy(), shifted.crs, coordinates="gcj02", file="x")
    assert shapely.distance(placed[0], shapely.Point(114, 30)) < 1e-7


def test_degrees_are_known_by_their_size():
    """Metres are larger than any degree."""
    assert geo.in_degrees(np.array([shapely.Point(114, 30), None]))
    assert not geo.in_degrees(np.array([shapely.Point(114, 30), shapely.Point(500_000, 3_300_000)]))
    assert not geo.in_degrees(np.array([shapely.Point(30, 114)]))
