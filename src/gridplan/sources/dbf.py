"""The attribute table of a shapefile: whether it is whole, and in which encoding its texts are.

Without a .cpg file, and often in spite of one, the encoding must be found out: a Chinese table that decodes
strictly as UTF-8 is UTF-8, else it is GB18030.
"""

import codecs
import re
import struct
from pathlib import Path

import numpy as np
import pyarrow as pa

from gridplan.errors import InputError
from gridplan.sources.found import DEFAULT_ENCODING
from gridplan.words import Message

HEADER_BYTES = 32
FIELD_BYTES = 32
NAME_BYTES = 11
SHAPE_LENGTH_OFFSET = 24
SHAPE_LENGTH_BYTES = 4
SHAPE_WORD_BYTES = 2


def check_whole(shp: Path, dbf: Path, *, file: str) -> None:
    """Compare the lengths of both files with those that their headers promise.

    Raises
    ------
    InputError
        If one of them is cut short.
    """
    with shp.open("rb") as opened, dbf.open("rb") as table:
        shape_bytes = opened.read(SHAPE_LENGTH_OFFSET + SHAPE_LENGTH_BYTES)
        table_bytes = table.read(HEADER_BYTES)
    if len(shape_bytes) < SHAPE_LENGTH_OFFSET + SHAPE_LENGTH_BYTES or len(table_bytes) < HEADER_BYTES:
        raise InputError(Message("sources.truncated", {"file": file}))
    promised = struct.unpack_from(">i", shape_bytes, SHAPE_LENGTH_OFFSET)[0] * SHAPE_WORD_BYTES
    rows, header, row = struct.unpack_from("<IHH", table_bytes, 4)
    if shp.stat().st_size < promised or dbf.stat().st_size < header + rows * row:
        raise InputError(Message("sources.truncated", {"file": file}))


def find_encoding(dbf: Path, cpg: Path | None, *, file: str) -> str:
    """Return the encoding of a .dbf file: "utf-8", "gb18030", or Big5 where the .cpg says so.

    Raises
    ------
    InputError
        If the texts are none of these.
    """
    content = dbf.read_bytes()
    header = struct.unpack_from("<H", content, 8)[0]
    fields = range(HEADER_BYTES, header - FIELD_BYTES, FIELD_BYTES)
    names = b"\n".join(content[at : at + NAME_BYTES].partition(b"\0")[0] for at in fields)
    texts = memoryview(content)[header:]
    declared = cpg.read_text("ascii", "ignore") if cpg else ""
    asian = ["big5hkscs"] if re.search("big5|950", declared, re.IGNORECASE) else []
    for encoding in ("utf-8", *asian, DEFAULT_ENCODING):
        if _is_in(encoding, names) and _is_in(encoding, texts):
            return encoding
    raise InputError(Message("sources.unknown_encoding", {"file": file}))


def _is_in(encoding: str, texts: bytes | memoryview) -> bool:
    """Tell whether bytes are a text in an encoding."""
    try:
        if encoding == "utf-8":  # Arrow looks at it many times faster than a text is made of it
            ends = np.array([0, len(texts)], dtype=np.int64)
            buffers = [None, pa.py_buffer(ends), pa.py_buffer(texts)]
            pa.Array.from_buffers(pa.large_string(), 1, buffers).validate(full=True)
        else:
            codecs.decode(texts, encoding)
    except (UnicodeDecodeError, pa.ArrowInvalid):
        return False
    return True
