"""Pages: a finished plan as folium maps that need no network."""

from gridplan.maps.index import build_map, pages
from gridplan.maps.offline import page

__all__ = ["build_map", "page", "pages"]
