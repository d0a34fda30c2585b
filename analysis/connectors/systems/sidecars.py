"""Sidecars of systems that keep them beside the pictures."""

from __future__ import annotations

from analysis.connectors.errors import ItemFailed
from analysis.photo_tags import PhotoTags
from analysis.sidecar import merge_sidecar
from dam.metadata.packets import UnreadablePacket


def merged(packet: bytes, tags: PhotoTags, *, of: str) -> bytes:
    """Return a sidecar with what is said now; `of` names it. Raises ItemFailed, changes nothing."""
    try:
        return merge_sidecar(packet, tags)
    except UnreadablePacket as error:
        raise ItemFailed(
            f"{of} is not XMP that can be read, so it was left as it is.", code="bad_sidecar"
        ) from error
