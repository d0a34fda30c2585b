"""Fetches addresses of uploads. The rows are the truth: who claims one may say what became of it.

A claim moves on when the next attempt may start; should its holder die, another one tries after
that. Times are the database's, so the clocks of several machines need not agree.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from dam.connections import RequestFailed
from dam.errors import DamError
from dam.fetching import fetch
from dam.ingest import Outcome, try_ingest
from dam.models import Asset
from dam.storage import StorageUnavailable
from dam.uploading.models import Upload, UploadItem
from dam.uploading.receiving import record

logger = logging.getLogger(__name__)

Status = UploadItem.Status

# Beside what fetching may take: that of decoding and storing the largest picture.
LEASE = timedelta(seconds=120)
FIRST_DELAY = timedelta(seconds=15)
RESEND_AFTER = timedelta(seconds=60)


class FetchGaveUp(DamError):
    """An address was begun as often as allowed, and never finished."""

    code = "gave_up"

    def __init__(self) -> None:
        super().__init__("The server stopped in the middle each time: its log tells why.")


def claim_next(upload_id: int) -> UploadItem | None:
    """Take the address of an upload that is due longest; None if there is none."""
    due = UploadItem.objects.filter(upload_id=upload_id, status=Status.WAITING, due_at__lte=Now())
    lease = LEASE + timedelta(seconds=settings.DAM_FETCH_SECONDS)
    with transaction.atomic():
        free = due.select_for_update(skip_locked=True).order_by("due_at", "id")
        pk = free.values_list("pk", flat=True).first()
        if pk is None:
            return None
        UploadItem.objects.filter(pk=pk).update(attempts=F("attempts") + 1, due_at=Now() + lease)
        Upload.objects.filter(pk=upload_id).update(sent_at=Now())
    return UploadItem.objects.select_related("upload__user").filter(pk=pk).first()


def fetch_item(item: UploadItem) -> None:
    """Fetch what was claimed and note what became of it, or when it is tried again."""
    if item.attempts > settings.DAM_MAX_ATTEMPTS:
        record(item, Outcome(name=item.name, error=FetchGaveUp()))
        return
    try:
        with fetch(item.url) as fetched:
            outcome = try_ingest(
                fetched.file,
                name=fetched.name or item.name,
                source=Asset.Source.UPLOAD,
                user=item.upload.user,
            )
    except RequestFailed as error:
        outcome = Outcome(name=item.name, error=error)
    except StorageUnavailable as error:
        put_off(item, error)
        return
    record(item, outcome)


def put_off(item: UploadItem, error: DamError) -> None:
    """Let an address be tried again in a while: what failed has nothing to do with it."""
    delay = FIRST_DELAY * 2 ** (item.attempts - 1)
    held = UploadItem.objects.filter(pk=item.pk, due_at=item.due_at)
    held.update(due_at=Now() + delay, error_code=error.code, error_message=error.message)


def take_unsent_uploads() -> list[int]:
    """Return the ids of uploads with addresses that are due and unattended; mark them as sent."""
    due = UploadItem.objects.filter(upload=OuterRef("pk"), status=Status.WAITING, due_at__lte=Now())
    silent = Q(sent_at=None) | Q(sent_at__lte=Now() - RESEND_AFTER)
    with transaction.atomic():
        uploads = Upload.objects.select_for_update(skip_locked=True, no_key=True)
        ids = list(uploads.filter(silent, Exists(due)).values_list("pk", flat=True))
        Upload.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


def mark_unsent(upload_id: int) -> None:
    """Let the next sweep send an upload: the broker did not take its id."""
    Upload.objects.filter(pk=upload_id).update(sent_at=None)
