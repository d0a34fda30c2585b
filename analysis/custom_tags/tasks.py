"""What a worker does for custom tags: apply a version to all faces, send again what was lost."""

from __future__ import annotations

import logging
import time

import django.db
from celery import shared_task
from django.db import close_old_connections
from kombu.exceptions import OperationalError

from analysis.custom_tags.applying import (
    apply_piece,
    mark_unsent,
    note_failure,
    take_unsent_versions,
)
from analysis.errors import explain

logger = logging.getLogger(__name__)

# Then others have their turn: photos that were just uploaded must not wait for a million faces.
TURN_SECONDS = 20.0


@shared_task(name="analysis.apply_tag_version")
def apply_tag_version(version_id: int) -> None:
    """Tag faces with a version until all are done or the turn is over, and then send it again."""
    end = time.monotonic() + TURN_SECONDS
    try:
        while apply_piece(version_id):
            if time.monotonic() > end:
                send_version(version_id)
                return
    except Exception as error:
        known = explain(error)
        if known is not error:
            logger.exception("tag version %s failed", version_id)
        if isinstance(error, django.db.Error):
            # Not on the connection that just broke.
            close_old_connections()
        note_failure(version_id, known)


@shared_task(name="analysis.sweep_tag_versions")
def sweep_tag_versions() -> None:
    """Send versions that the broker lost or whose worker died."""
    for version_id in take_unsent_versions():
        if not send_version(version_id):
            return


def send_version(version_id: int) -> bool:
    """Give a version's id to the broker; False if it is down. The sweeper sends it again then."""
    try:
        apply_tag_version.delay(version_id)
    except OperationalError as error:
        logger.warning("tag version %s could not be sent: %s", version_id, error)
        mark_unsent(version_id)
        return False
    return True
