"""Tiles from outside below a plan, where the plan file asks for them: the one thing a page may ask of a network.

A page whose service does not answer is drawn as fast and looks as it does without.
"""

import os
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd

from gridplan import geo
from gridplan.maps.written import Words
from gridplan.plan import Plan

KEY = "GRIDPLAN_TIANDITU_KEY"
TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=%s&STYLE=default"
)
PLACE = "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="
LAYERS = ("vec", "cva")  # what Tianditu calls its map and its names
DEEPEST = 18


def tiles(plan: Plan, words: Words) -> dict[str, Any] | None:
    """Return what a page needs to draw the tiles of the plan file; None without any, and for Tianditu without a key.

    The key comes from the environment (``GRIDPLAN_TIANDITU_KEY``) when pages are made, and is in them.
    """
    asked = plan.report.get("map") or {}
    if not asked.get("tiles"):
        return None
    addresses = [str(asked["tiles"])]
    if addresses == ["tianditu"]:
        key = os.environ.get(KEY, "")
        if not key.isalnum():
            return None
        addresses = [TIANDITU % (layer, layer) + PLACE + key for layer in LAYERS]
    return {
        "addresses": addresses,
        "name": words("layer_tiles"),
        "silent": words("tiles_silent"),
        "attribution": str(asked.get("attribution") or ""),
        "deepest": DEEPEST,
        "shift": _shift(plan) if asked.get("datum") == "gcj02" else [0.0, 0.0],
    }


def origins(data: dict[str, Any] | None) -> list[str]:
    """Return the origins that a page's policy has to let images come from."""
    found = []
    for address in (data or {}).get("addresses", ()):
        scheme, host = urlsplit(address.replace("t{s}.", "*.").replace("{s}.", "*."))[:2]
        found.append(f"{scheme}://{host}")
    return sorted(set(found))


def _shift(plan: Plan) -> list[float]:
    """Return how far tiles in GCJ-02 are off in the middle of the plan, in degrees, latitude first."""
    west, south, east, north = plan.communities.to_crs(geo.WGS84).total_bounds
    middle = gpd.GeoSeries.from_xy([(west + east) / 2], [(south + north) / 2], crs=geo.WGS84)
    shifted = geo.again(middle, "gcj02")
    return [round(float(shifted.y[0] - middle.y[0]), 8), round(float(shifted.x[0] - middle.x[0]), 8)]
