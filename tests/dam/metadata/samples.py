"""Pictures with metadata, and XMP as other programs write it."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from PIL import Image

from tests.pictures import encoded, picture

FOLDER = Path(__file__).parents[2] / "data" / "metadata"
DIGIKAM = (FOLDER / "digikam.xmp").read_bytes()
LIGHTROOM = (FOLDER / "lightroom.xmp").read_bytes()
WINDOWS = (FOLDER / "windows.xmp").read_bytes()


def exif(tags: dict[int, object], *, inner: dict[int, object] | None = None) -> Image.Exif:
    """Return EXIF with tags of the first table, and of the one within it."""
    made = Image.Exif()
    made.update(tags)
    made.get_ifd(0x8769).update(inner or {})
    return made


def dataset(number: int, value: bytes) -> bytes:
    return b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value)) + value


def jpeg(*, iptc: bytes = b"", **options: object) -> io.BytesIO:
    """Return a JPEG of 96 × 64 stored pixels; options are Pillow's, such as exif and xmp."""
    content = encoded(picture(), "JPEG", **options)
    if iptc:
        block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
        segment = b"Photoshop 3.0\0" + block
        content = (
            content[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + content[2:]
        )
    return io.BytesIO(content)
