"""Drawn pictures that can be fetched for a while by an address that nobody can guess.

They are kept by the hour in which they were made, so that no table is needed to find old ones.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils import timezone

from analysis.compat.scaleflex.drawing import draw
from dam.storage import FileMissing, folders_in, open_file, put, remove_folder

logger = logging.getLogger(__name__)

FOLDER = "drawn"
HOUR_FORMAT = "%Y%m%d%H"


def store_sketch(sketched: bytes, *, uid: UUID) -> str:
    """Keep what is to be drawn and return the hour that its address has to name.

    Raises StorageUnavailable.
    """
    hour = timezone.now().astimezone(UTC).strftime(HOUR_FORMAT)
    put(_path(hour, uid), ContentFile(sketched))
    return hour


def open_drawn(hour: str, uid: UUID) -> File:
    """Open a picture as PNG, drawn now.

    Raises FileMissing, also where its time is over, and StorageUnavailable.
    """
    if not _is_kept(hour):
        raise FileMissing("The picture is not kept any more.")
    with open_file(_path(hour, uid)) as file:
        return ContentFile(draw(file.read()))


def remove_old_drawn() -> int:
    """Remove the pictures whose time is over; return of how many hours.

    Raises StorageUnavailable.
    """
    old = [hour for hour in folders_in(FOLDER) if not _is_kept(hour)]
    for hour in old:
        remove_folder(f"{FOLDER}/{hour}")
    return len(old)


def _is_kept(hour: str) -> bool:
    try:
        began = datetime.strptime(hour, HOUR_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return False
    # What was made at the end of the hour is kept as long as the setting says.
    return timezone.now() < began + timedelta(hours=1 + settings.DAM_DRAWN_HOURS)


def _path(hour: str, uid: UUID) -> str:
    return f"{FOLDER}/{hour}/{uid}.sketch"
