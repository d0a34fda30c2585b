"""All that a picture's file and its sidecar say, read when it comes in. Never fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import IO

from dam.formats import UnreadableImage
from dam.imaging import PILLOW_ERRORS
from dam.metadata.embedded import read_embedded
from dam.metadata.exif import exif_facts
from dam.metadata.facts import Metadata
from dam.metadata.iptc import iptc_facts
from dam.metadata.packets import UnreadablePacket, read_xmp
from dam.metadata.regions import Stored, stored_picture
from dam.metadata.xmp import xmp_facts

logger = logging.getLogger(__name__)


def read_metadata(
    file: IO[bytes], *, width: int, height: int, sidecar: bytes = b"", of: str = "a picture"
) -> Metadata:
    """Return what is said of a picture whose upright sides these are; `of` names it in the log.

    The sidecar is believed before XMP, that before IPTC, and EXIF last. What is broken says
    nothing.
    """
    try:
        embedded = read_embedded(file)
    except UnreadableImage:
        return Metadata()
    stored = stored_picture(width=width, height=height, orientation=embedded.orientation)
    facts = _try(lambda: exif_facts(embedded.exif), of)
    facts = _try(lambda: iptc_facts(embedded.iptc), of).over(facts)
    for packet in (embedded.xmp, sidecar):
        if packet:
            facts = read_xmp_facts(packet, stored, of=of).over(facts)
    return replace(facts, orientation=embedded.orientation)


def read_xmp_facts(packet: bytes, stored: Stored, *, of: str) -> Metadata:
    """Return what an XMP packet says; nothing, and a line in the log, if it cannot be read."""
    return _try(lambda: xmp_facts(read_xmp(packet), stored), of)


def _try(read: Callable[[], Metadata], of: str) -> Metadata:
    try:
        return read()
    except (UnreadablePacket, *PILLOW_ERRORS) as error:
        logger.warning("metadata of %s cannot be read: %s", of, error)
        return Metadata()
