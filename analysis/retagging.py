"""Applies the facets of now to faces of before, without running a net."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import transaction
from django.db.models import QuerySet

from analysis.facets import facets
from analysis.models import Face
from analysis.tagging import apply_model_tags, lock_assets

FACES_AT_ONCE = 500


def retag_faces(
    *, only: Collection[str] | None = None, faces_at_once: int = FACES_AT_ONCE
) -> Iterator[int]:
    """Tag all stored faces again, retired ones too; yield how many are done after each piece.

    `only` names the facets to look at. Each piece is a transaction of its own, so what is done
    stays done when this is interrupted, and doing it again changes nothing.
    """
    done = 0
    last_id = 0
    fields = _fields(only)
    while ids := list(_after(last_id).values_list("pk", "asset_id")[:faces_at_once]):
        with transaction.atomic():
            lock_assets(asset_id for _, asset_id in ids)
            # Read only under the locks: an analysis may have come first.
            faces = Face.objects.filter(pk__in=[pk for pk, _ in ids]).only(*fields)
            apply_model_tags(list(faces), only=only)
        done += len(ids)
        last_id, _ = ids[-1]
        yield done


def _after(face_id: int) -> QuerySet[Face]:
    return Face.objects.filter(pk__gt=face_id).order_by("pk")


def _fields(only: Collection[str] | None) -> tuple[str, ...]:
    """Return the fields that models look at: embeddings are most of what a face weighs."""
    looked_at = [facet for facet in facets() if only is None or facet.name in only]
    if any(facet.custom for facet in looked_at):
        return ("readings", "embedding", "embedding_net")
    return ("readings",)
