"""A folium map as one HTML page that asks nothing of a network, but for tiles where the plan file names their service.

Every link that folium knows is replaced by the released file kept in ``vendored`` (see ``vendor``), its
images by data addresses; a link to anything else is an error. Element ids, random in folium, become numbers,
so that the same map gives the same bytes. A content security policy lets only the page's own scripts run,
each named by its hash, and forbids every request.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import PurePosixPath

import folium
from branca.element import CssLink, Element, Figure, Link
from folium.map import Layer

from gridplan.errors import OutputError
from gridplan.words import Message

# the addresses that folium 0.20 gives its links, and the vendored file that each stands for
LEAFLET_JS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
LEAFLET_CSS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"
JQUERY_JS = "https://code.jquery.com/jquery-3.7.1.min.js"
VENDORED = {
    LEAFLET_JS: "leaflet-1.9.3/leaflet.js",
    LEAFLET_CSS: "leaflet-1.9.3/leaflet.css",
    JQUERY_JS: "jquery-3.7.1/jquery.min.js",
    "https://cdn.jsdelivr.net/npm/leaflet.fullscreen@3.0.0/Control.FullScreen.min.js": (
        "leaflet.fullscreen-3.0.0/Control.FullScreen.js"
    ),
    "https://cdn.jsdelivr.net/npm/leaflet.fullscreen@3.0.0/Control.FullScreen.css": (
        "leaflet.fullscreen-3.0.0/Control.FullScreen.css"
    ),
}
MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src {images}; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source|embed)\b[^>]*?\s(?:src|href)\s*=\s*["']?(?!data:)([^"'\s>]+)"""
    r"""|(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)"""
    r"""|["'`]((?:https?:)?//[^"'`\s]*\{[xyz]\}[^"'`\s]*)""",  # a tile server
    re.IGNORECASE,
)


def page(built: folium.Map, *, language: str) -> str:
    """Return the map as the text of a page; the map itself stays as it is.

    Raises
    ------
    OutputError
        If a part of the map wants a script, a style, an image or tiles that the page cannot hold.
    """
    figure = deepcopy(built.get_root())
    for element in list(_elements(figure)):
        if isinstance(element, folium.Map):
            _control_last(element)
    _number(figure)
    for child in figure._children.values():  # noqa: SLF001 branca has no public way to its children
        child.render()
    _embed(figure)
    html = figure._template.render(this=figure, kwargs={"embedded": True})  # noqa: SLF001
    _refuse(found[1] or found[2] or found[3] for found in OUTSIDE.finditer(html))
    images = {origin for element in _elements(figure) for origin in getattr(element, "origins", ())}
    return _under_policy(html.replace("\r\n", "\n"), sorted(images)).replace(
        "<html>", f'<html lang="{language}">', 1
    )


def json_safe(text: str) -> str:
    """Return JSON text that means the same inside a script, whatever names it holds; no address shows."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("/", "\\/")


def html_safe(text: str) -> str:
    """Return text for an element's content, in which no address shows."""
    return escape(text).replace("/", "&#47;")


def _elements(element: Element) -> Iterator[Element]:
    """Walk an element, its children, and what folium hangs beside them."""
    yield element
    parts = (getattr(element, name, None) for name in ("header", "html", "script", "global_switches"))
    for child in (*element._children.values(), *parts):  # noqa: SLF001
        if isinstance(child, Element):
            yield from _elements(child)


def _control_last(built: folium.Map) -> None:
    """Put layers that were added after the list of layers before it: in the page it names what is there already."""
    children = list(built._children.items())  # noqa: SLF001
    control = next((at for at, (_, one) in enumerate(children) if isinstance(one, folium.LayerControl)), None)
    if control is None:
        return
    late = [pair for pair in children[control:] if isinstance(pair[1], Layer)]
    rest = [pair for pair in children[control:] if not isinstance(pair[1], Layer)]
    built._children.clear()  # noqa: SLF001
    built._children.update([*children[:control], *late, *rest])  # noqa: SLF001


def _number(figure: Figure) -> None:
    """Give every element its place in the tree as its id."""
    for number, element in enumerate(_elements(figure)):
        element._id = str(number)  # noqa: SLF001


def _embed(figure: Figure) -> None:
    """Fill every link with its vendored text."""
    links = [element for element in _elements(figure) if isinstance(element, Link)]
    _refuse(link.url for link in links if link.url not in VENDORED)
    for link in links:
        link.code = _styles(VENDORED[link.url]) if isinstance(link, CssLink) else _scripts(VENDORED[link.url])


def _refuse(addresses: Iterable[str]) -> None:
    """Raise an error that names each address that the page does not hold."""
    unknown = sorted(set(addresses))
    if unknown:
        raise OutputError([Message("maps.outside_address", {"address": address}) for address in unknown])


@cache
def _scripts(path: str) -> str:
    """Return a vendored script without the pointer to its source map, which a page does not hold, and with no link in sight.

    Leaflet's texts name its home page, which no page shows: its slashes are escaped, so that whoever looks through a page for
    outside addresses finds none.
    """
    text = (files(__package__) / "vendored" / path).read_text(encoding="utf-8")
    text = text.replace('href="https://', 'href="https:\\x2f\\x2f')
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE).replace(
        "</script", "<\\/script"
    )


@cache
def _styles(path: str) -> str:
    """Return a vendored style sheet with its images inside."""
    folder = files(__package__) / "vendored"

    def inside(found: re.Match[str]) -> str:
        image = PurePosixPath(path).parent / found[1]
        content = base64.b64encode((folder / str(image)).read_bytes()).decode()
        return f'url("data:{MEDIA_TYPES[image.suffix]};base64,{content}")'

    return re.sub(r"url\(([^)#:]+)\)", inside, (folder / path).read_text(encoding="utf-8"))


def _under_policy(html: str, images: Sequence[str]) -> str:
    """Put the content security policy first in the head; images come from the page and from these origins."""
    digests = {
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in SCRIPT.findall(html)
    }
    hashes = " ".join(f"'sha256-{digest}'" for digest in sorted(digests))
    policy = POLICY.format(hashes=hashes, images=" ".join(["data:", *images]))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace("<head>", f"<head>\n{meta}", 1)
