"""Sets thresholds, and tags stored faces by them. The one writer of FacetThreshold.

The row is the truth and the broker carries the facet's name. A piece is one transaction that holds
the row, tags some faces and moves `applied_up_to` on: who stops loses one piece at most, and a
threshold that is changed meanwhile begins anew.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from analysis.custom_tags.tags import wait_for_recordings
from analysis.facets import Facet, find_facet
from analysis.models import Face
from analysis.tagging import apply_model_tags, lock_assets
from analysis.thresholds.known import known_thresholds
from analysis.thresholds.models import FacetThreshold
from dam.audit import Actor, Kind, record
from dam.errors import DamError

FACES_AT_ONCE = 500
RESEND_AFTER = timedelta(seconds=60)
# Up to 1 nothing but certainty would be left of a facet.
LEAST, MOST = 0.0, 0.99


class InvalidThreshold(DamError):
    """The facet has no threshold, or it cannot be that."""

    code = "invalid_threshold"
    status = 400


def check_facet(name: str) -> Facet:
    """Return a facet that has a threshold; raise UnknownFacet or InvalidThreshold."""
    facet = find_facet(name)
    if facet.custom or facet.min_score is None:
        raise InvalidThreshold(f"{facet.label} has no threshold.")
    return facet


def set_threshold(name: str, min_score: float | None, *, by: Actor) -> None:
    """Let a facet be sure from a probability on; None: from the manifest's on.

    The caller sends the facet's name once it is committed; if that fails, the sweeper does. Raises
    UnknownFacet and InvalidThreshold.
    """
    facet = check_facet(name)
    if min_score is not None and not LEAST <= min_score <= MOST:
        message = f"Give a threshold from {LEAST:.2f} to {MOST:.2f}."
        raise InvalidThreshold(message, fields={"min_score": [message]})
    with transaction.atomic():
        values = {
            "min_score": min_score,
            "applied_up_to": 0,
            "faces_done": 0,
            "faces_total": Face.objects.count(),
            "sent_at": Now(),
        }
        FacetThreshold.objects.update_or_create(facet=name, defaults=values)
        new = "the manifest's" if min_score is None else f"{min_score:.2f}"
        record(Kind.SETTING, f"set the threshold of {facet.label} to {new}", by=by)
    known_thresholds.forget()


def apply_piece(name: str, *, faces_at_once: int = FACES_AT_ONCE) -> bool:
    """Tag the next faces; False if there is no more to do for this facet."""
    known_thresholds.forget()
    if FacetThreshold.objects.filter(pk=name, applied_up_to=0).exists():
        # From here on every face that is not tagged by this threshold can be seen.
        wait_for_recordings()
    with transaction.atomic():
        rows = FacetThreshold.objects.select_for_update().filter(pk=name)
        row = rows.exclude(applied_up_to=None).first()
        if row is None:
            return False
        after = Face.objects.filter(pk__gt=row.applied_up_to).order_by("pk")
        ids = list(after.values_list("pk", "asset_id")[:faces_at_once])
        if ids:
            lock_assets(asset_id for _, asset_id in ids)
            faces = Face.objects.filter(pk__in=[pk for pk, _ in ids]).only("readings")
            apply_model_tags(list(faces), only=[name])
        rows.update(
            applied_up_to=ids[-1][0] if ids else None,
            faces_done=F("faces_done") + len(ids),
            sent_at=Now(),
        )
    return bool(ids)


def take_unsent() -> list[str]:
    """Return the facets that nobody worked on for RESEND_AFTER, and mark them as sent."""
    lost = FacetThreshold.objects.exclude(applied_up_to=None).filter(
        Q(sent_at=None) | Q(sent_at__lte=Now() - RESEND_AFTER)
    )
    with transaction.atomic():
        names = list(lost.select_for_update(skip_locked=True).values_list("pk", flat=True))
        FacetThreshold.objects.filter(pk__in=names).update(sent_at=Now())
    return names
