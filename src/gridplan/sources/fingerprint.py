"""The sha256 of what is read, so that a report can name its inputs for good."""

import hashlib
from pathlib import Path

SHAPEFILE_PARTS = (".cpg", ".dbf", ".prj", ".shp", ".shx")
CHUNK_BYTES = 1 << 20


def shapefile_parts(path: Path) -> dict[str, Path]:
    """Return the parts of a shapefile that are read, by their lower-case suffix, in name order."""
    beside = (one for one in path.parent.iterdir() if one.stem == path.stem)
    parts = {one.suffix.lower(): one for one in sorted(beside) if one.suffix.lower() in SHAPEFILE_PARTS}
    return dict(sorted(parts.items()))


def fingerprint(path: Path) -> str:
    """Return the sha256 of a file; of a shapefile or a folder that of its parts in name order, one after another."""
    parts = list(shapefile_parts(path).values()) if path.suffix.lower() == ".shp" else [path]
    if path.is_dir():
        parts = sorted(one for one in path.rglob("*") if one.is_file())
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
