"""What a worker does for uploads: fetch their addresses, send what was lost, forget what is old."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from dam.errors import DamError
from dam.uploading.fetching import (
    claim_next,
    fetch_item,
    mark_unsent,
    put_off,
    take_unsent_uploads,
)
from dam.uploading.models import Upload, UploadItem
from dam.uploading.uploads import forget_old_uploads

logger = logging.getLogger(__name__)

# Then others have their turn: photos that were just uploaded must not wait for slow servers.
TURN_SECONDS = 20.0


@shared_task(name="dam.fetch_upload")
def fetch_upload(upload_id: int) -> None:
    """Fetch the addresses of an upload until none is due, or the turn is over; then go on later."""
    end = time.monotonic() + TURN_SECONDS
    while item := claim_next(upload_id):
        _try(item)
        if time.monotonic() > end:
            send_upload(upload_id)
            return


@shared_task(name="dam.sweep_uploads")
def sweep_uploads() -> None:
    """Send uploads that the broker lost or whose worker died; forget those that are old."""
    forget_old_uploads()
    for upload_id in take_unsent_uploads():
        if not send_upload(upload_id):
            return


def send_upload(upload_id: int) -> bool:
    """Give an upload's id to the broker; False if it is down. The sweeper sends it again then."""
    Upload.objects.filter(pk=upload_id).update(sent_at=Now())
    try:
        fetch_upload.delay(upload_id)
    except OperationalError as error:
        logger.warning("upload %s could not be sent: %s", upload_id, error)
        mark_unsent(upload_id)
        return False
    return True


def _try(item: UploadItem) -> None:
    try:
        fetch_item(item)
    except Exception as error:
        # One that cannot be stored must not keep those behind it from being fetched.
        logger.exception("upload item %s failed", item.pk)
        put_off(
            item, DamError(f"An unexpected error ({type(error).__name__}): see the worker's log.")
        )
