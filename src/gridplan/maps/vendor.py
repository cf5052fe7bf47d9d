"""Refresh ``maps/vendored`` from the npm registry: ``python -m gridplan.maps.vendor`` (needs npm, a network).

Each package is fetched at a fixed version, compared with the registry's checksum noted here, and only the
files that pages embed are kept, with the licence. ``SHA256SUMS`` then says what every kept file is.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDORED = Path(__file__).parent / "vendored"
CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True, kw_only=True)
class Package:
    """A released npm package and the files kept of it."""

    name: str
    version: str
    sha512: str  # base64, as the registry gives it
    files: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Name of its folder below ``vendored``."""
        return f"{self.name}-{self.version}"


PACKAGES = (
    Package(
        name="leaflet",
        version="1.9.3",
        sha512="iB2cR9vAkDOu5l3HAay2obcUHZ7xwUBBjph8+PGtmW/2lYhbLizWtG7nTeYht36WfOslixQF9D/uSIzhZgGMfQ==",
        files=(
            "LICENSE",
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
        ),
    ),
    Package(
        name="jquery",
        version="3.7.1",
        sha512="m4avr8yL8kmFN8psrbFFFmB/If14iN5o9nw/NgnnM+kybDJpRsAynV2BsfpTYrTRysYUdADVD7CkUUizgkpLfg==",
        files=("LICENSE.txt", "dist/jquery.min.js"),
    ),
    Package(
        name="leaflet.fullscreen",
        version="3.0.0",
        sha512="81wWSUXz1ZtdneR0v5eJDWXUSx+Zo5J50WXWeydG/UcILfIEAgz/iOjZSi3p00Z9MJ/FC/P5i3CgdYuEAos0yQ==",
        files=("LICENSE", "Control.FullScreen.js", "Control.FullScreen.css", "icon-fullscreen.svg"),
    ),
)


def fetch(package: Package, folder: Path) -> dict[str, bytes]:
    """Return the kept files of a package (path -> content), fetched into ``folder``.

    Raises
    ------
    ValueError
        If what came is not what was released.
    """
    command = [
        "npm",
        "pack",
        "--json",
        "--pack-destination",
        str(folder),
        f"{package.name}@{package.version}",
    ]
    told = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 only the packages above
    archive = folder / json.loads(told.stdout)[0]["filename"]
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.sha512:
        raise ValueError(f"{package.folder}: sha512 {found}, wanted {package.sha512}")
    with tarfile.open(archive) as packed:
        members = {path: packed.extractfile(f"package/{path}") for path in package.files}
        return {path: member.read() for path, member in members.items() if member}


def checksums(folder: Path = VENDORED) -> str:
    """Return a line of SHA-256 and path for every vendored file, in the manner of sha256sum."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    lines = (
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in paths
    )
    return "".join(lines)


def refresh(folder: Path = VENDORED) -> None:
    """Write the kept files of all packages and their checksums."""
    with tempfile.TemporaryDirectory() as scratch:
        fetched = {package.folder: fetch(package, Path(scratch)) for package in PACKAGES}
    for name, files in fetched.items():
        for path, content in files.items():
            target = folder / name / path.removeprefix("dist/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    (folder / CHECKSUMS).write_text(checksums(folder), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    refresh()
