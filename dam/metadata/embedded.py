"""The packets of metadata within a picture's file, as Pillow finds them. Decodes no pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.IptcImagePlugin import getiptcinfo

from dam.imaging import PILLOW_ERRORS, exif_orientation, open_image

IptcDatasets: TypeAlias = Mapping[tuple[int, int], Any]


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a file holds besides pixels; empty where it holds none."""

    exif: Mapping[int, Any]
    """The tags of the first picture, and those of its EXIF table."""
    xmp: bytes
    iptc: IptcDatasets
    """By record and dataset; bytes, or a list of them where there are several."""
    orientation: int
    """EXIF's, 1 to 8: how the stored pixels lie."""


def read_embedded(stream: IO[bytes]) -> Embedded:
    """Return the packets of a picture. Raises UnreadableImage; what is broken is left out."""
    image = open_image(stream)
    xmp = image.info.get("xmp", b"")
    return Embedded(
        exif=_exif(image),
        xmp=xmp.encode() if isinstance(xmp, str) else bytes(xmp or b""),
        iptc=_iptc(image),
        orientation=exif_orientation(image),
    )


def _exif(image: Image.Image) -> dict[int, Any]:
    # Pillow would look for the orientation in XMP, with regular expressions.
    image.info.pop("xmp", None)
    try:
        exif = image.getexif()
        return dict(exif) | dict(exif.get_ifd(0x8769))
    except PILLOW_ERRORS:
        return {}


def _iptc(image: Image.Image) -> IptcDatasets:
    try:
        found = getiptcinfo(image) if isinstance(image, ImageFile) else None
        return found or {}
    except PILLOW_ERRORS:
        return {}
