"""Erases readings that are switched off from stored faces, with the tags made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from analysis.models import Face
from analysis.nets import full_manifest, readings_of
from analysis.tagging import erase_tags, lock_assets
from dam.errors import DamError

FACES_AT_ONCE = 1000

# The rest of a face stays untouched, its time of change too.
_ERASE = """
    UPDATE analysis_face SET readings = readings - %(names)s::text[]
    WHERE id = ANY(%(ids)s) AND readings ?| %(names)s::text[]
"""


class NotErasable(DamError):
    """A topic is unknown, or still on, so that workers would make its readings again."""

    code = "not_erasable"
    status = 400


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased until now."""

    faces_seen: int = 0
    readings: int = 0
    """Faces of which readings were erased."""
    tags: int = 0
    corrections: int = 0


def check_erasable(topics: Collection[str]) -> None:
    """Raise NotErasable unless all topics are known and switched off."""
    known = full_manifest().topics
    unknown = [topic for topic in topics if topic not in known]
    if unknown:
        raise NotErasable(
            f"No net reads {', '.join(unknown)}. Topics are {', '.join(known)}.",
        )
    on = [topic for topic in topics if topic not in settings.DAM_READINGS_OFF]
    if on:
        wanted = ",".join([*settings.DAM_READINGS_OFF, *on])
        raise NotErasable(
            f"{', '.join(on)} is still on: workers would read it again. Set "
            f"DAM_READINGS_OFF={wanted}, restart the service, and erase then."
        )


def erase_readings(
    topics: Collection[str], *, faces_at_once: int = FACES_AT_ONCE
) -> Iterator[Erasure]:
    """Erase readings, tags and corrections of topics from all faces, retired ones too.

    Yields what is done after each piece, which is a transaction of its own: an interrupted run is
    taken up by starting it again, and doing it again changes nothing. Raises NotErasable.
    """
    check_erasable(topics)
    names = sorted(readings_of(topics) | set(topics))
    facets = [facet.name for facet in full_manifest().facets if facet.topic in topics]
    done = Erasure()
    last_id = 0
    while faces := _faces_after(last_id, limit=faces_at_once):
        ids = [face_id for face_id, _ in faces]
        with transaction.atomic():
            lock_assets(asset_id for _, asset_id in faces)
            erased = erase_tags(facets, face_ids=ids)
            with connection.cursor() as cursor:
                cursor.execute(_ERASE, {"names": names, "ids": ids})
                changed = cursor.rowcount
        done = Erasure(
            faces_seen=done.faces_seen + len(ids),
            readings=done.readings + changed,
            tags=done.tags + erased.tags,
            corrections=done.corrections + erased.corrections,
        )
        last_id = ids[-1]
        yield done


def _faces_after(face_id: int, *, limit: int) -> list[tuple[int, int]]:
    faces = Face.objects.filter(pk__gt=face_id).order_by("pk")
    return list(faces.values_list("pk", "asset_id")[:limit])
