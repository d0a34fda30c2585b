"""Names from pictures' files: a marked and named region names the face that lies in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from analysis.models import Face
from analysis.people import PERSON, clean_person
from analysis.tagging import lock_assets, tell_tags
from dam.metadata.facts import Region, from_json
from dam.metadata.pairing import pair_regions
from dam.models import Asset


def name_faces(asset_id: int, faces: Sequence[Face]) -> int:
    """Name those of an asset's faces of which its file says who they are; return how many.

    A face of which somebody has said a name, or has taken one back, keeps what was said. Runs in
    the caller's transaction, which holds `lock_assets`.
    """
    row = Asset.everything.filter(pk=asset_id).values_list("metadata", "width", "height").first()
    if row is None:
        return 0
    metadata, width, height = row
    names = _names(metadata)
    if not names or not faces:
        return 0
    boxes = [face_region(face, width=width, height=height) for face in faces]
    found = pair_regions([region for region, _ in names], boxes)
    return tell_tags([(faces[box], names[index][1]) for index, box in found.items()], facet=PERSON)


def name_stored_faces(asset: Asset) -> int:
    """Do as `name_faces` for the present faces of an asset whose metadata changed."""
    with transaction.atomic():
        lock_assets([asset.pk])
        faces = Face.objects.present().filter(asset=asset).defer("embedding", "landmarks")
        return name_faces(asset.pk, list(faces))


def face_region(face: Face, *, width: int, height: int, name: str = "") -> Region:
    """Return a face's box as a region of its upright picture, cut at the borders."""
    left, top = max(face.left, 0.0), max(face.top, 0.0)
    right, bottom = min(face.left + face.width, width), min(face.top + face.height, height)
    return Region(
        name,
        left=left / width,
        top=top / height,
        width=max(right - left, 0.0) / width,
        height=max(bottom - top, 0.0) / height,
    )


def _names(metadata: Mapping[str, Any]) -> list[tuple[Region, str]]:
    named = ((region, clean_person(region.name)) for region in from_json(metadata).regions)
    return [(region, name) for region, name in named if name]
