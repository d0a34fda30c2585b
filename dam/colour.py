"""Any picture's pixels as sRGB with 8 bits: grey, CMYK, 16 bits, palettes, alpha, profiles."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin

# A profile's colour space → the mode of pictures that it describes.
PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# Printers' profiles have up to 3 MB; more is no profile and would only fill the cache.
MAX_PROFILE_BYTES = 4_000_000

# Skin from light to dark, and a grey: what a profile does to these tells how far it is from sRGB.
TONES = (
    (255, 224, 196),
    (238, 207, 180),
    (222, 171, 127),
    (198, 134, 66),
    (141, 85, 36),
    (89, 47, 42),
    (60, 30, 20),
    (128, 128, 128),
)

# sRGB itself, written by other software.
EXACT = 2
# Display P3 and Adobe RGB move skin by up to 19 of 255 levels, ProPhoto RGB by 52. Nets, which are
# trained on pictures taken as they are, tell no difference at the first two, and to convert would
# take longer than to decode (25 ms a megapixel).
CLOSE = 24


def srgb_strips(
    image: Image.Image, *, rows: int, tolerance: int
) -> Iterator[tuple[int, Image.Image]]:
    """Yield a loaded picture from top to bottom, `rows` rows at a time, each with its top row.

    In strips because a second copy of a large picture would double the memory. Colours of a
    profile that moves no tone by more than `tolerance` levels are left as they are.
    """
    depth = _depth(image)
    transform = _find_transform(image, depth=depth, tolerance=tolerance)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        strip = _flatten(image.crop(box), depth=depth)
        if transform:
            strip = transform.apply(strip)
        yield top, strip if strip.mode == "RGB" else strip.convert("RGB")


def _depth(image: Image.Image) -> int:
    """Return the bits of a sample; matters only where Pillow keeps 16."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (8,))[0])
    return 16


def _flatten(strip: Image.Image, *, depth: int) -> Image.Image:
    """Return an opaque picture in one of the modes L, RGB, CMYK and LAB."""
    if strip.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(strip) >> (depth - 8)).astype(np.uint8))
    if strip.has_transparency_data:
        page = Image.new("RGBA", strip.size, "white")
        page.alpha_composite(strip.convert("RGBA"))
        return page.convert("RGB")
    if strip.mode in {"L", "RGB", "CMYK", "LAB"}:
        return strip
    return strip.convert("L" if strip.mode == "1" else "RGB")


def _find_transform(
    image: Image.Image, *, depth: int, tolerance: int
) -> ImageCms.ImageCmsTransform | None:
    """Return what turns flattened strips into sRGB, if the plain conversion would not do."""
    mode = _flatten(image.crop((0, 0, 1, 1)), depth=depth).mode
    if mode == "LAB":
        return ImageCms.buildTransform(
            ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
        )
    profile = image.info.get("icc_profile")
    if not profile or len(profile) > MAX_PROFILE_BYTES:
        return None
    try:
        return _build(profile, mode) if _distance(profile, mode) > tolerance else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A broken profile, or one of another kind of picture, is as good as none.
        return None


@lru_cache(maxsize=8)
def _distance(profile: bytes, mode: str) -> int:
    """Return how far a profile moves the tones at most. Raises as _build."""
    transform = _build(profile, mode)
    tones = Image.new("RGB", (len(TONES), 1))
    tones.putdata(TONES)
    tones = tones.convert(mode)
    before, after = (np.asarray(i.convert("RGB"), int) for i in (tones, transform.apply(tones)))
    return int(np.abs(before - after).max())


def _build(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if PROFILE_MODES.get(source.profile.xcolor_space.strip()) != mode:
        raise ValueError("the profile describes another kind of picture")
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
