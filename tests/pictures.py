"""Pictures as files in memory, good and bad."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import count

import numpy as np
from PIL import Image

_numbers = count(1)


def picture(width: int = 96, height: int = 64, *, seed: int = 0) -> Image.Image:
    """Return a picture whose four quarters have four colours; the seed makes it another one."""
    left, top = width // 2, height // 2
    image = Image.new("RGB", (width, height), (200, 40, 40))
    image.paste((40, 200, 40), (left, 0, width, top))
    image.paste((40, 40, 200), (0, top, left, height))
    image.paste((220, 220, 220), (left, top, width, height))
    image.putpixel((0, 0), (seed % 256, seed // 256 % 256, 0))
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def new_png(width: int = 96, height: int = 64) -> bytes:
    """Return a picture that no other test has."""
    return encoded(picture(width, height, seed=next(_numbers)))


def png_of(width: int, height: int, *, bits: int, colour_type: int, rows: bytes) -> bytes:
    """Return a PNG of raw rows, each with its filter byte; what Pillow cannot write itself."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in chunks)


def png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def png_bomb() -> bytes:
    """Return a few hundred bytes that claim to be 60,000 × 60,000 pixels."""
    return png_of(60_000, 60_000, bits=8, colour_type=2, rows=b"\0" * 10_000)


def rgb16_png(pixels: np.ndarray) -> bytes:
    """Return a PNG with 16 bits a sample; Pillow can read these but not write them."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return png_of(width, height, bits=16, colour_type=2, rows=rows)
