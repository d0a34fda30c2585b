"""What became of a file or an address: the one writer of settled items."""

from __future__ import annotations

from typing import IO

from django.db import transaction
from django.db.models.functions import Now

from dam.errors import DamError
from dam.ingest import Outcome, try_ingest
from dam.models import Asset
from dam.storage import StorageUnavailable
from dam.uploading.models import UploadItem
from dam.uploading.uploads import touch

Status = UploadItem.Status


def receive(item: UploadItem, file: IO[bytes]) -> None:
    """Store the file of an item and note what became of it. Sent twice it is stored once."""
    if item.asset_id is not None:
        return
    try:
        outcome = try_ingest(
            file,
            name=item.name,
            source=Asset.Source.UPLOAD,
            user=item.upload.user,
            folder=item.folder,
        )
    except StorageUnavailable as error:
        outcome = Outcome(name=item.name, error=error)
    record(item, outcome)


def record(item: UploadItem, outcome: Outcome) -> bool:
    """Store an outcome; False where another worker took the item over, or a person did."""
    error: DamError | None = outcome.error
    changes = {
        "status": _status(item, outcome),
        "asset": outcome.asset,
        "error_code": error.code if error else "",
        "error_message": error.message if error else "",
        "settled_at": Now(),
    }
    with transaction.atomic():
        held = UploadItem.objects.filter(pk=item.pk, due_at=item.due_at)
        if not held.update(**changes):
            return False
        touch(item.upload)
    return True


def _status(item: UploadItem, outcome: Outcome) -> str:
    if outcome.asset is None:
        return str(Status.REJECTED)
    is_new = outcome.created or _came_before(item, outcome.asset)
    return str(Status.STORED if is_new else Status.EXISTING)


def _came_before(item: UploadItem, asset: Asset) -> bool:
    """Tell whether a worker that died had stored the picture for this very item."""
    is_ours = asset.ingested_by_id == item.upload.user_id
    return item.attempts > 1 and is_ours and asset.created_at >= item.upload.created_at
