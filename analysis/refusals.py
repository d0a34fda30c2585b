"""Hides the faces of refused photos, as an analysis hides those that it does not find again.

So whatever counts, lists or searches faces knows nothing of refusals. All functions run in the
caller's transaction, which holds the asset's row, and do nothing where the asset is not refused.
"""

from __future__ import annotations

from analysis.models import Face
from analysis.naming import name_faces
from analysis.tagging import apply_model_tags
from dam.models import Asset


def hide_faces(asset: Asset) -> None:
    """Retire all present faces of a refused asset: at that instant, which tells them apart."""
    if asset.refused_at is not None:
        Face.objects.present().filter(asset=asset).update(retired_at=asset.refused_at)


def reveal_faces(asset: Asset) -> list[Face]:
    """Let faces be present again that are hidden because the asset is refused; return them."""
    if asset.refused_at is None:
        return []
    hidden = Face.objects.filter(asset=asset, retired_at=asset.refused_at, rejected_at=None)
    faces = list(hidden.defer("landmarks"))
    Face.objects.filter(pk__in=[face.pk for face in faces]).update(retired_at=None)
    return faces


def restore_faces(asset: Asset) -> None:
    """Reveal the faces for good. Their tags are made anew: facets may have changed meanwhile."""
    faces = reveal_faces(asset)
    apply_model_tags(faces)
    name_faces(asset.pk, faces)
