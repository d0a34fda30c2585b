"""Links from a list to the page of a photo, which leads on through that list."""

from __future__ import annotations

from django import template

from analysis.models import Face
from analysis.neighbours import photo_address
from dam.models import Asset
from search.browse.neighbours import list_of
from search.query import FaceQuery

register = template.Library()


@register.simple_tag
def photo_in_list(query: FaceQuery | str, asset: Asset, face: Face | None = None) -> str:
    """Return the address of a photo, or of a face close up; without a query, of no list."""
    # A template has "" for what is not there.
    listed = list_of(query) if isinstance(query, FaceQuery) else ""
    anchor = f"face-{face.uid}" if face else ""
    return photo_address(asset.uid, face=face.uid if face else None, listed=listed, anchor=anchor)
