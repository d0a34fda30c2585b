"""A ZIP file that is written as it is sent, of any number of small files, at constant memory.

Libraries keep an entry of every file until the end, since the directory comes last. Here it waits
in a temporary file. Layout: PKWARE's APPNOTE 6.3.10, with ZIP64 where sizes need it.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

_UTF8_NAME = 0x0800
_DEFLATED = 8
_MOST_16, _MOST_32 = 0xFFFF, 0xFFFFFFFF
_SPOOL_MEMORY_BYTES = 2**20
_COPY_BYTES = 2**18


@dataclass(frozen=True, slots=True)
class ZippedFile:
    """A file to be put in: its path with "/" between folders, and its bytes, less than 4 GB."""

    path: str
    content: bytes


def zip_pieces(
    files: Iterable[ZippedFile], *, at: datetime, folder: str | None = None
) -> Iterator[bytes]:
    """Yield a ZIP file in pieces, one for each file and then the directory.

    `at` is when the files were made; the directory waits in `folder`, or where temporary files are.
    """
    date = (max(at.year, 1980) - 1980) << 9 | at.month << 5 | at.day
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    offset = count = 0
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_MEMORY_BYTES, dir=folder) as directory:
        for file in files:
            name = file.path.encode()
            packed = _deflate(file.content)
            about = struct.pack(
                "<HHHHHIII",
                *(20, _UTF8_NAME, _DEFLATED, time, date),
                *(zlib.crc32(file.content), len(packed), len(file.content)),
            )
            piece = b"PK\3\4" + about + struct.pack("<HH", len(name), 0) + name + packed
            directory.write(_entry(about, name, offset=offset))
            yield piece
            offset += len(piece)
            count += 1
        size = directory.tell()
        yield from _copy(directory)
        yield _end(count=count, size=size, offset=offset)


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _entry(about: bytes, name: bytes, *, offset: int) -> bytes:
    """Return a file's entry of the directory; `about` is as in front of the file."""
    far = offset >= _MOST_32
    extra = struct.pack("<HHQ", 1, 8, offset) if far else b""
    made_by = 45 if far else 20
    return (
        b"PK\1\2"
        + struct.pack("<H", made_by)
        + about
        + struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, 0, min(offset, _MOST_32))
        + name
        + extra
    )


def _end(*, count: int, size: int, offset: int) -> bytes:
    """Return what follows the directory of that many files, which has this size and offset."""
    large = b""
    if count >= _MOST_16 or size >= _MOST_32 or offset >= _MOST_32:
        large = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
        large += b"PK\6\7" + struct.pack("<IQI", 0, offset + size, 1)
    few = min(count, _MOST_16)
    return (
        large
        + b"PK\5\6"
        + struct.pack("<HHHHIIH", 0, 0, few, few, min(size, _MOST_32), min(offset, _MOST_32), 0)
    )


def _copy(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_COPY_BYTES):
        yield piece
