"""Model of ``[map]``: tiles that pages may draw below the plan, from a map service of the office or from Tianditu."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from gridplan.config.table import Table
from gridplan.config.values import Want, must

TIANDITU = "tianditu"
UNFIT = " \"'<>\\`;,"  # signs that would end an address where pages use it
PARTS = ("{z}", "{x}", "{y}")


def _tiles(text: str) -> str:
    """Return the name of a known service, or an address with the places of a tile in it."""
    is_address = text.startswith(("http://", "https://")) and all(part in text for part in PARTS)
    must(text == TIANDITU or (is_address and not set(text) & set(UNFIT)))
    return text


class MapPages(Table):
    """``[map]``: ``tiles`` is "tianditu" or an address with {z}, {x} and {y}; ``datum`` is what its tiles are drawn in."""

    tiles: Annotated[str | None, AfterValidator(lambda text: text and _tiles(text)), Want("tiles")] = None
    datum: Annotated[Literal["wgs84", "cgcs2000", "gcj02"], Want("tile_datum")] = "cgcs2000"
    attribution: Annotated[str, Want("text")] = ""
