"""Colour profiles, made by hand so that no file with a licence is needed."""

from __future__ import annotations

import io
import struct
from functools import cache

from PIL import ImageCms

DISPLAY_P3 = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
PROPHOTO = {
    b"rXYZ": (0.79767, 0.28804, 0.0),
    b"gXYZ": (0.13519, 0.71188, 0.0),
    b"bXYZ": (0.03134, 0.00009, 0.82491),
}


@cache
def display_p3() -> bytes:
    return _with_primaries(DISPLAY_P3)


@cache
def prophoto() -> bytes:
    """ProPhoto RGB's primaries with the tone curve of sRGB."""
    return _with_primaries(PROPHOTO)


@cache
def cmyk() -> bytes:
    """A printer that has only grey: lightness 100 without black ink, 0 with all of it."""
    # The last ink, black, changes fastest.
    grid = b"".join(
        struct.pack(">3H", 0 if inks & 1 else 0xFF00, 0x8000, 0x8000) for inks in range(16)
    )
    identity = struct.pack(">9i", *(65536 if index % 4 == 0 else 0 for index in range(9)))
    ramp = struct.pack(">2H", 0, 0xFFFF)
    table = (
        b"mft2\0\0\0\0"
        + bytes((4, 3, 2, 0))
        + identity
        + struct.pack(">2H", 2, 2)
        + ramp * 4
        + grid
        + ramp * 3
    )
    head_bytes, tag_bytes = 128, 4 + 12
    header = bytearray(head_bytes)
    struct.pack_into(">I", header, 0, head_bytes + tag_bytes + len(table))
    struct.pack_into(">I", header, 8, 0x02400000)
    header[12:24] = b"prtrCMYKLab "
    header[36:40] = b"acsp"
    struct.pack_into(">3i", header, 68, 63190, 65536, 54061)
    tag = struct.pack(">I4sII", 1, b"A2B0", head_bytes + tag_bytes, len(table))
    return bytes(header) + tag + table


def _with_primaries(primaries: dict[bytes, tuple[float, float, float]]) -> bytes:
    """Return Pillow's sRGB profile with other primary colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for index in range(count):
        name, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        if name in primaries:
            fixed = (round(value * 65536) for value in primaries[name])
            struct.pack_into(">3i", profile, offset + 8, *fixed)
    assert ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip() == "RGB"
    return bytes(profile)
