"""Pages: a finished plan as folium maps that need no network."""

from gridplan.maps.changes import Changes
from gridplan.maps.index import build_map, pages
from gridplan.maps.offline import page

__all__ = ["Changes", "build_map", "page", "pages"]
