"""Begins, continues, clears and forgets uploads, and writes down what is about to be sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from dam.description import clean_folder
from dam.ingest import clean_name, too_large
from dam.models import User
from dam.uploading.models import Upload, UploadItem

Status = UploadItem.Status

# What is brought within this time after the last goes to the same upload.
GOES_ON_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
FORGET_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file that a page is about to send: where it is below what was chosen, and its size."""

    path: str
    size_bytes: int | None


def chosen_file(name: str, *, folder: str = "", size_bytes: int | None = None) -> ChosenFile:
    """Return a file with a path as it is stored."""
    folder, name = clean_folder(folder), clean_name(name)
    return ChosenFile(f"{folder}/{name}" if folder else name, size_bytes)


def take_up(user: User, uid: UUID | None = None) -> Upload:
    """Return a person's upload if something came to it just now, else a new one."""
    recent = user.uploads.filter(uid=uid, touched_at__gt=Now() - GOES_ON_FOR, cleared_at=None)
    found: Upload | None = recent.first() if uid else None
    return found or Upload.objects.create(user=user)


def announce_files(upload: Upload, files: Iterable[ChosenFile]) -> list[UploadItem]:
    """Store an item for each file, in their order; what is too large has failed already."""
    items = [UploadItem(upload=upload, path=f.path, size_bytes=f.size_bytes) for f in files]
    for item in items:
        if (item.size_bytes or 0) > settings.DAM_MAX_UPLOAD_BYTES:
            error = too_large()
            item.status, item.settled_at = Status.REJECTED, Now()
            item.error_code, item.error_message = error.code, error.message
    with transaction.atomic():
        UploadItem.objects.bulk_create(items)
        touch(upload)
    return items


def find_unsent(upload: Upload, files: Sequence[ChosenFile]) -> list[int | None]:
    """Return for each file the id of the item that still needs it, None where none does.

    The same file has the same path and size; of one that was chosen without its folder, the same
    name and size do. One that failed may have another size by now.
    """
    needed = upload.items.filter(url="", status__in=(Status.WAITING, Status.REJECTED))
    places: defaultdict[tuple[str, int | None], list[int]] = defaultdict(list)
    rows = needed.order_by("-id").values_list("pk", "path", "size_bytes", "status")
    for pk, path, size_bytes, status in rows:
        size = size_bytes if status == Status.WAITING else None
        for known in {path, path.rpartition("/")[2]}:
            places[known, size].append(pk)
    taken: set[int] = set()
    return [_take(file, places, taken) for file in files]


def clear(upload: Upload) -> None:
    """Let the page not begin with an upload any more. What waits for a worker is fetched still."""
    Upload.objects.filter(pk=upload.pk).update(cleared_at=Now())


def touch(upload: Upload) -> None:
    """Note that something was added to an upload, or became of it."""
    Upload.objects.filter(pk=upload.pk).update(touched_at=Now())


def forget_old_uploads() -> None:
    """Delete some of the uploads of which nothing became for KEPT_FOR; the photos stay."""
    old = Upload.objects.filter(touched_at__lt=Now() - KEPT_FOR).order_by("touched_at")
    Upload.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGET_AT_ONCE])).delete()


def _take(
    file: ChosenFile, places: dict[tuple[str, int | None], list[int]], taken: set[int]
) -> int | None:
    for key in ((file.path, file.size_bytes), (file.path, None)):
        found = places.get(key, [])
        while found:
            pk = found.pop()
            if pk not in taken:
                taken.add(pk)
                return pk
    return None
