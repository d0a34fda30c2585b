"""Smaller copies of a picture: upright, sRGB, JPEG."""

from __future__ import annotations

from django.conf import settings
from django.core.files.base import ContentFile, File

from dam.imaging import thumbnail
from dam.models import Asset
from dam.storage import FileMissing, open_file, open_original, preview_path, put, thumbnail_path

THUMBNAIL_SIDE_PX = 512
PREVIEW_SIDE_PX = 2048


def open_thumbnail(asset: Asset) -> File:
    """Open the copy for lists, which is stored with the asset.

    Raises UnreadableImage, FileMissing or StorageUnavailable.
    """
    return _open_or_make(thumbnail_path(asset.digest), asset, side_px=THUMBNAIL_SIDE_PX)


def open_preview(asset: Asset) -> File:
    """Open the copy for the screen, no larger than a screen needs; made when first asked for.

    Raises UnreadableImage, FileMissing or StorageUnavailable.
    """
    return _open_or_make(preview_path(asset.digest), asset, side_px=PREVIEW_SIDE_PX)


def _open_or_make(path: str, asset: Asset, *, side_px: int) -> File:
    try:
        return open_file(path)
    except FileMissing:
        with open_original(asset) as original:
            content = thumbnail(original, max_pixels=settings.DAM_MAX_PIXELS, side_px=side_px)
        put(path, ContentFile(content))
        return open_file(path)
