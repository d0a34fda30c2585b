"""The pixels of a stored asset."""

from __future__ import annotations

import shutil
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from django.conf import settings

from analysis.pipeline.types import Image
from dam import imaging
from dam.models import Asset
from dam.storage import open_original

MEMORY_BYTES = 16_000_000


def read_original(asset: Asset) -> Image:
    """Return an asset's upright pixels.

    Raises UnreadableImage if the file is damaged, and what `open_original` raises.
    """
    with open_original(asset) as stored, SpooledTemporaryFile(max_size=MEMORY_BYTES) as stream:
        # Copied first: a storage that fails in the middle would look like a picture that ends.
        shutil.copyfileobj(stored, stream)
        return imaging.decode(cast("BinaryIO", stream), max_pixels=settings.DAM_MAX_PIXELS)
