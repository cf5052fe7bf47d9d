"""The signs of the map, as Leaflet path options: the layers use them, the legend explains them.

Beyond Leaflet's, ``assets`` know: ``hatch`` (colour of slanting lines over the fill), ``casing`` (colour of
a wider line below), ``dash`` (colour of dashes above), ``front`` (drawn after the others of its layer),
``idle`` (not to be pointed at).
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from gridplan.maps.colours import PALETTE

Look = dict[str, Any]

OUT_OF_BAND_COLOUR = "#b3261e"
GRID_BORDER: Look = {"color": "#6d7480", "weight": 0.8, "fillOpacity": 0.72}
ORDINARY: list[Look] = [{**GRID_BORDER, "fillColor": fill} for fill in PALETTE]
SPECIAL: Look = {**GRID_BORDER, "fillColor": "#dde6d6", "hatch": "#8a8f98"}
EMPTY: Look = {**GRID_BORDER, "fillColor": "#eceded"}
OUT_OF_BAND: list[Look] = [
    {**look, "hatch": OUT_OF_BAND_COLOUR, "color": OUT_OF_BAND_COLOUR, "weight": 2.2, "front": True}
    for look in ORDINARY
]

UNIT: Look = {"color": "#8b93a1", "weight": 0.7, "fillOpacity": 0}
MICROGRID: Look = {"color": "#1f4e79", "weight": 1.4, "dashArray": "3 3", "fillOpacity": 0}
REACH: list[Look] = [  # from the nearest minutes to the farthest
    {"color": "#c2410c", "weight": 1.2, "fillColor": "#f97316", "fillOpacity": opacity}
    for opacity in (0.3, 0.2, 0.12)
]
COMMUNITY: Look = {"color": "#4a4f5c", "weight": 1.8, "fill": False, "idle": True}
STREET: Look = {"color": "#5b3f77", "weight": 3, "dashArray": "12 4 3 4", "fill": False, "idle": True}

SPECIAL_AREA: Look = {"fillColor": "#cfe0c3", "fillOpacity": 0.9, "color": "#9db58c", "weight": 0.6}
WATER: Look = {"fillColor": "#a9c9e2", "fillOpacity": 1, "color": "#9dc1de", "weight": 1.6}
STREAM: Look = {"color": "#a9c9e2", "weight": 5, "fill": False}
RAILWAY: Look = {"color": "#7a7d84", "weight": 3, "dash": "#ffffff", "fill": False}
RAILWAY_NAME = re.compile(r"铁路|轨道|高铁|\brail|\bmetro", re.IGNORECASE)

# words by which plan files rank roads (OpenStreetMap's and Chinese ones), greatest first; then all others
ROAD_RANKS = (
    ("motorway", "trunk", "expressway", "freeway", "高速", "快速"),
    ("primary", "主干"),
    ("secondary", "次干"),
    ("tertiary", "支路"),
)
ROADS: list[Look] = [
    {"color": "#f7dda2", "casing": "#c9a25e", "fill": False},
    {"color": "#fbeec6", "casing": "#cdb98f", "fill": False},
    {"color": "#ffffff", "casing": "#c4c4bd", "fill": False},
    {"color": "#ffffff", "casing": "#cccac3", "fill": False},
    {"color": "#ffffff", "casing": "#d4d2cb", "fill": False},
]

# status of a facility -> shape of its mark, colour
MARKS = {"existing": ("circle", "#2f5d8a"), "new": ("star", "#c2410c"), "closed": ("cross", "#6b7280")}


def road_ranks(words: Iterable[str]) -> np.ndarray:
    """Return the place in ``ROADS`` of each road by the word that the plan file's rank column has for it.

    Where no word says anything all roads are of the middle rank.
    """
    minor = len(ROAD_RANKS)
    told = [str(word).lower() for word in words]
    ranks = [
        next((i for i, group in enumerate(ROAD_RANKS) if any(s in word for s in group)), minor)
        for word in told
    ]
    found = np.array(ranks, dtype=int)
    return np.full_like(found, minor // 2) if (found == minor).all() else found
