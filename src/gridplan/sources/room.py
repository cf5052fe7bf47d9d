"""Whether an input fits into memory, seen before it is opened: a refusal early is better than a machine that stands still."""

from pathlib import Path

import psutil

from gridplan.errors import InputError
from gridplan.words import Message

# bytes in memory for one of a file, measured on a million household points as benchmarks/reading.py makes them
TIMES = {".parquet": 55.0, ".geoparquet": 55.0, ".xlsx": 45.0, ".zip": 20.0, ".csv": 18.0, ".gpkg": 7.0}
OTHERWISE = 5.0
SMALL = 1 << 26  # bytes of a file that is always read
LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)  # of a container
GIGABYTE = 1 << 30


def refuse_huge(path: Path, file: str) -> None:
    """Raise for a file that would need more memory than there is.

    Parameters
    ----------
    path
        The file, or the folder of a file geodatabase.
    file
        The input as it is named in errors.

    Raises
    ------
    InputError
        It says how much would be needed, and how much there is.
    """
    size = sum(one.stat().st_size for one in path.glob("*")) if path.is_dir() else _size(path)
    needed = size * TIMES.get(path.suffix.lower(), OTHERWISE)
    if size > SMALL and needed > available():
        values = {
            "file": file,
            "needed": f"{needed / GIGABYTE:.1f}",
            "there": f"{available() / GIGABYTE:.1f}",
        }
        raise InputError(Message("sources.beyond_memory", values))


def _size(path: Path) -> int:
    """Return the bytes of a file; of a shapefile, of all its parts."""
    parts = path.parent.glob(f"{path.stem}.*") if path.suffix.lower() == ".shp" else [path]
    return sum(part.stat().st_size for part in parts)


def available() -> int:
    """Return the bytes of memory that can be had, no more than a container may use."""
    limits = [int(text) for one in LIMITS if one.is_file() and (text := one.read_text().strip()).isdigit()]
    return min([int(psutil.virtual_memory().available), *limits])
