"""A page's pieces as folium elements: what is drawn, what stands beside it, our script and style."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template

from gridplan.maps.offline import json_safe


def told(data: object) -> str:
    """Return data as JSON that may stand inside a script."""
    return json_safe(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


# in the order in which a page needs them
SCRIPTS = (
    *("stage.js", "signs.js", "layers.js", "names.js", "cards.js", "search.js"),
    *("measure.js", "overview.js", "tiles.js", "hand.js", "panels.js"),
)


@cache
def asset(name: str) -> str:
    """Return the text of one of the project's own files for pages."""
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


class Assets(MacroElement):  # type: ignore[misc]  # folium is untyped
    """The project's own script and style; stands before everything that uses them.

    The map opens on ``bounds`` (two corners, degrees, latitude first). ``near_zoom`` is the zoom from which a
    typical grid is wide enough to read: marks and borders grow towards it.
    """

    _template = Template(
        "{% macro header(this, kwargs) %}"
        "<style>{{ this.style }}</style>\n<script>{{ this.script }}</script>"
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "gridplan.begin({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, *, bounds: list[list[float]], near_zoom: float) -> None:
        super().__init__()
        self._name = "Assets"
        self.data = told({"bounds": bounds, "near_zoom": near_zoom})
        self.style = asset("map.css")
        self.script = "".join(asset(name) for name in SCRIPTS)


class Drawn(Layer):  # type: ignore[misc]  # folium is untyped
    """A layer that ``gridplan.layer`` of the page draws from packed data; ticked like any folium layer."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = gridplan.layer({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, data: dict[str, Any], *, name: str, show: bool = True) -> None:
        super().__init__(name=name, overlay=True, show=show)
        self._name = "Drawn"
        self.data = told(data)


class Beside(MacroElement):  # type: ignore[misc]  # folium is untyped
    """Something beside the drawing: ``gridplan.<kind>`` of the page puts it there."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "gridplan.{{ this.kind }}({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, kind: str, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Beside"
        self.kind = kind
        self.data = told(data)


class Underlay(Layer):  # type: ignore[misc]  # folium is untyped
    """Tiles from outside below all else; ``origins`` are where the page's policy has to let images come from."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = gridplan.tiles({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, data: dict[str, Any], *, origins: Sequence[str]) -> None:
        super().__init__(name=data["name"], overlay=True, show=True)
        self._name = "Underlay"
        self.data = told(data)
        self.origins = tuple(origins)
