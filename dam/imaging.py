"""Pictures out of bytes: what they are, their pixels and a small copy. Knows nothing of Django.

Content decides what a file is, never its name. Everything is done upright: EXIF orientation is
applied, as browsers do it. Only the first frame of an animation or of many pages counts.

Pillow decodes, not OpenCV, which would take a third less time: OpenCV returns a truncated file's
rest as grey, and knows neither colour profiles nor HEIF.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import TiffImageFile

from dam.colour import CLOSE, EXACT, srgb_strips
from dam.formats import (
    EXTENSIONS,
    FORMATS,
    HEAD_BYTES,
    MEDIA_TYPES,
    UnreadableImage,
    explain_failure,
    refuse_unusual,
)

THUMBNAIL_QUALITY = 82
# Small enough for a processor's cache.
STRIP_PIXELS = 2**18

# What Pillow and its plugins are known to raise for foreign, broken or hostile bytes.
PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a picture's header says. Width and height are those of the upright picture."""

    media_type: str
    extension: str
    width: int
    height: int


def probe(stream: IO[bytes]) -> ImageInfo:
    """Tell what a picture is without decoding its pixels. Raises UnreadableImage."""
    image = open_image(stream)
    width, height = image.size
    if stored_orientation(image) >= 5:
        width, height = height, width
    media_type = MEDIA_TYPES[image.format or ""]
    return ImageInfo(media_type, EXTENSIONS[media_type], width, height)


def decode(stream: IO[bytes], *, max_pixels: int) -> NDArray[np.uint8]:
    """Return a picture upright as blue, green, red: uint8, height × width × 3.

    Raises UnreadableImage. Needs 7 bytes of memory for each pixel.
    """
    image, orientation = _load(stream, max_pixels=max_pixels)
    sideways, backwards = orientation >= 5, orientation in {3, 4, 6, 7}
    shape = (image.width, image.height) if sideways else (image.height, image.width)
    pixels = np.empty((*shape, 3), np.uint8)
    rows = max(1, STRIP_PIXELS // image.width)
    for top, strip in srgb_strips(image, rows=rows, tolerance=CLOSE):
        # Rows of a picture that lies on its side are columns of the upright one.
        first = image.height - top - strip.height if backwards else top
        taken = slice(first, first + strip.height)
        place = pixels[:, taken] if sideways else pixels[taken]
        samples = _turn(strip, orientation).tobytes("raw", "BGR")
        place[:] = np.frombuffer(samples, np.uint8).reshape(place.shape)
    return pixels


def thumbnail(stream: IO[bytes], *, max_pixels: int, side_px: int = 512) -> bytes:
    """Return a small copy, upright, in sRGB, as JPEG; side_px is its longer side at most.

    The whole file is read, so that what is truncated or damaged raises UnreadableImage. JPEG is
    decoded at a fraction of its size, which saves most of the time and memory.
    """
    image, orientation = _load(stream, max_pixels=max_pixels, side_px=side_px)
    scale = min(1, side_px / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    # First averaged in whole steps, which costs next to nothing, then resampled.
    step = max(1, min(image.width // (2 * size[0]), image.height // (2 * size[1])))
    reduced = Image.new("RGB", (-(-image.width // step), -(-image.height // step)))
    rows = step * max(1, STRIP_PIXELS // (step * image.width))
    for top, strip in srgb_strips(image, rows=rows, tolerance=EXACT):
        reduced.paste(strip.reduce(step) if step > 1 else strip, (0, top // step))
    small = _turn(reduced.resize(size, Image.Resampling.BICUBIC), orientation)
    encoded = io.BytesIO()
    small.save(encoded, "JPEG", quality=THUMBNAIL_QUALITY)
    return encoded.getvalue()


def _load(
    stream: IO[bytes], *, max_pixels: int, side_px: int | None = None
) -> tuple[Image.Image, int]:
    """Return a decoded picture and the EXIF orientation that is still to be applied.

    With side_px a JPEG may come smaller, but with no side shorter than needed for that.
    """
    image = open_image(stream)
    # Browsers take the orientation from EXIF alone, Pillow would also take it from here.
    image.info.pop("xmp", None)
    width, height = image.size
    if width * height > max_pixels:
        raise UnreadableImage(
            f"The picture has {width} × {height} pixels; {max_pixels / 1e6:g} million are allowed.",
            code="too_many_pixels",
        )
    orientation = stored_orientation(image)
    with _damage_reported():
        if side_px and image.format in {"JPEG", "MPO"}:
            scale = side_px / max(width, height)
            image.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))
        image.load()
    return image, orientation


def open_image(stream: IO[bytes]) -> Image.Image:
    """Return a picture of which only the header is read. Raises UnreadableImage."""
    _prepare_pillow()
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    try:
        image = Image.open(stream, formats=FORMATS)
        refuse_unusual(image, head)
    except PILLOW_ERRORS as error:
        raise explain_failure(head) from error
    return image


@cache
def _prepare_pillow() -> None:
    """Load what opens our formats, once. Safe in threads: all of it may be done twice."""
    from PIL import AvifImagePlugin, WebPImagePlugin  # noqa: F401
    from pillow_heif import register_heif_opener

    Image.preinit()
    register_heif_opener()
    # We check sizes ourselves, before decoding; Pillow would warn at 89 million pixels.
    Image.MAX_IMAGE_PIXELS = None


@contextmanager
def _damage_reported() -> Iterator[None]:
    try:
        yield
    except PILLOW_ERRORS as error:
        raise UnreadableImage("The picture is damaged or incomplete.", code="truncated") from error


def stored_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1–8, that is to be applied to the decoded pixels."""
    # Pillow applies a TIFF's by itself.
    return 1 if image.format == "TIFF" else exif_orientation(image)


def exif_orientation(image: Image.Image) -> int:
    """Return how the pixels lie in the file, 1–8, by its EXIF."""
    if isinstance(image, TiffImageFile):
        orientation = image.tag_v2.get(ExifTags.Base.Orientation)
        return orientation if orientation in TRANSPOSITIONS else 1
    raw = image.info.get("exif")
    if not raw:
        return 1
    exif = Image.Exif()
    try:
        exif.load(raw)
        orientation = exif.get(ExifTags.Base.Orientation)
        return orientation if orientation in TRANSPOSITIONS else 1
    except PILLOW_ERRORS:
        return 1


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    if orientation == 1:
        return image
    return image.transpose(TRANSPOSITIONS[orientation])
