"""Lists of addresses: what people may ask for, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.db.models.functions import Now

from dam.connections import RequestFailed, read_url
from dam.errors import DamError
from dam.ingest import clean_name
from dam.uploading.models import Upload, UploadItem
from dam.uploading.tasks import send_upload
from dam.uploading.uploads import touch

Status = UploadItem.Status

MOST_ADDRESSES = 500
MOST_PROBLEMS = 10


class InvalidAddresses(DamError):
    """A list cannot be fetched as it is; `fields` says what is wrong with which lines."""

    code = "invalid"
    status = 422

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0], fields={"addresses": problems})


def read_addresses(text: str) -> list[str]:
    """Return the addresses of a text, one a line, each once. Raises InvalidAddresses."""
    found: dict[str, None] = {}
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not (url := line.strip()):
            continue
        try:
            read_url(url)
        except RequestFailed as error:
            problems.append(f"Line {number}: {error.message}")
        found[url] = None
    if not found:
        raise InvalidAddresses(["Write at least one address."])
    if problems:
        more = len(problems) - MOST_PROBLEMS
        raise InvalidAddresses(
            problems[:MOST_PROBLEMS] + ([f"So it is with {more} more lines."] if more > 0 else [])
        )
    if len(found) > MOST_ADDRESSES:
        raise InvalidAddresses(
            [f"These are {len(found)} addresses; {MOST_ADDRESSES} at once are allowed."]
        )
    return list(found)


def add_addresses(upload: Upload, urls: Sequence[str]) -> None:
    """Store an item for each address, and let a worker fetch them once that has committed."""
    with transaction.atomic():
        UploadItem.objects.bulk_create(
            UploadItem(upload=upload, url=url, path=_name(url), due_at=Now()) for url in urls
        )
        touch(upload)
        transaction.on_commit(partial(send_upload, upload.pk), robust=True)


def retry_addresses(upload: Upload, *, item_id: int | None = None) -> int:
    """Let a worker fetch again what failed, all of it or one; return how many that are."""
    failed = upload.items.filter(status=Status.REJECTED).exclude(url="")
    if item_id is not None:
        failed = failed.filter(pk=item_id)
    with transaction.atomic():
        count: int = failed.update(
            status=Status.WAITING,
            due_at=Now(),
            attempts=0,
            settled_at=None,
            error_code="",
            error_message="",
        )
        if count:
            touch(upload)
            transaction.on_commit(partial(send_upload, upload.pk), robust=True)
    return count


def _name(url: str) -> str:
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return clean_name(last or parts.hostname or "")
