"""Finds the versions of a tag."""

from __future__ import annotations

from analysis.custom_tags.errors import UnknownVersion
from analysis.models import CustomTag, CustomTagVersion


def find_version(tag: CustomTag, number: int) -> CustomTagVersion:
    """Return a tag's version of that number; raise UnknownVersion."""
    version: CustomTagVersion | None = tag.versions.filter(number=number).first()
    if version is None:
        raise UnknownVersion(number)
    return version
