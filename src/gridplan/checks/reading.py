"""How an input was read, for people: rows, text encoding and coordinates."""

from gridplan.tables import Source
from gridplan.words import say


def how_read(part: str, source: Source, language: str) -> str:
    """Return a line on an input of the plan file that was read; what its format does not have is left out."""
    encoding = (
        say(language, "checks.read_encoding", encoding=source.encoding.upper()) if source.encoding else ""
    )
    crs = say(language, "checks.read_crs", crs=source.crs) if source.crs else ""
    return say(
        language,
        "checks.read_row",
        part=part,
        file=source.label,
        count=source.rows,
        encoding=encoding,
        crs=crs,
    )
