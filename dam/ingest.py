"""The only way in: bytes become an asset, the same bytes always the same one."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Literal

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction

from dam.description import clean_folder, describe, describe_again
from dam.errors import DamError
from dam.imaging import ImageInfo, UnreadableImage, probe, thumbnail
from dam.models import Asset, User
from dam.signals import asset_ingested
from dam.storage import digest_lock, original_path, put, thumbnail_path

CHUNK_BYTES = 2**18
# Most pictures are smaller and never touch the disk before they are stored.
SPOOL_MEMORY_BYTES = 4 * 2**20
MAX_NAME_LENGTH = 255


class RejectedUpload(DamError):
    """A file that was not taken for another reason than what is in it."""

    status = 422


@dataclass(frozen=True, slots=True)
class Ingested:
    """An asset, and whether it is new."""

    asset: Asset
    created: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file of many: an asset that is new or known, or the reason for none."""

    name: str
    asset: Asset | None = None
    created: bool = False
    error: DamError | None = None

    @property
    def status(self) -> Literal["created", "existing", "rejected"]:
        if self.asset is None:
            return "rejected"
        return "created" if self.created else "existing"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A copy of a picture that might be ingested, and what its header says."""

    file: IO[bytes]
    info: ImageInfo


@dataclass(frozen=True, slots=True)
class _Spooled:
    """The bytes of a file in a copy that nobody else changes."""

    file: IO[bytes]
    digest: str
    size_bytes: int


def ingest(
    stream: IO[bytes],
    *,
    name: str,
    source: Asset.Source,
    user: User | None = None,
    folder: str = "",
    sidecar: bytes = b"",
) -> Ingested:
    """Store a picture, or find it if its bytes are known.

    `folder` is where it was below some root, and `sidecar` an XMP file that lay beside it; of a
    known picture they add to what is noted. Bad metadata never keeps a picture out.

    Raises RejectedUpload, UnreadableImage or StorageUnavailable; then there is no asset, and doing
    it again is safe. `asset_ingested` is sent in the transaction that creates the asset.
    """
    with _spool(stream) as spooled:
        known = Asset.everything.filter(digest=spooled.digest).first()
        if known:
            describe_again(known, spooled.file, folder=clean_folder(folder), sidecar=sidecar)
            return Ingested(asset=known, created=False)
        # Nobody may delete these files between storing them and creating the row.
        with digest_lock(spooled.digest):
            info = _inspect(spooled.file)
            _store_files(spooled, info)
            name = clean_name(name)
            told = describe(
                spooled.file,
                name=name,
                folder=clean_folder(folder),
                width=info.width,
                height=info.height,
                sidecar=sidecar,
            )
            told |= {"name": name, "source": source, "ingested_by": user}
            return _create(spooled, info, told)


def try_ingest(
    stream: IO[bytes],
    *,
    name: str,
    source: Asset.Source,
    user: User | None = None,
    folder: str = "",
    sidecar: bytes = b"",
) -> Outcome:
    """Ingest one file of many: what is wrong with it is returned, so that the others go on.

    Raises StorageUnavailable, which would befall the others, too.
    """
    name = clean_name(name)
    try:
        ingested = ingest(
            stream, name=name, source=source, user=user, folder=folder, sidecar=sidecar
        )
    except (RejectedUpload, UnreadableImage) as error:
        return Outcome(name=name, error=error)
    return Outcome(name=name, asset=ingested.asset, created=ingested.created)


def clean_name(name: str) -> str:
    """Return a file's name without folders and what cannot be shown or stored."""
    last = name.replace("\\", "/").rpartition("/")[2]
    printable = "".join(character for character in last if character.isprintable()).strip()
    return printable[:MAX_NAME_LENGTH] or "unnamed"


@contextmanager
def accept(stream: IO[bytes]) -> Iterator[Accepted]:
    """Give a picture that is only looked at, within the same limits as one that is ingested.

    Stores nothing. Raises RejectedUpload or UnreadableImage.
    """
    with _spool(stream) as spooled:
        yield Accepted(file=spooled.file, info=_inspect(spooled.file))


@contextmanager
def _spool(stream: IO[bytes]) -> Iterator[_Spooled]:
    """Copy and hash a stream, however it is read. Raises RejectedUpload."""
    digest = hashlib.sha256()
    size_bytes = 0
    with tempfile.SpooledTemporaryFile(
        max_size=SPOOL_MEMORY_BYTES, dir=settings.FILE_UPLOAD_TEMP_DIR
    ) as file:
        while chunk := _read(stream):
            size_bytes += len(chunk)
            if size_bytes > settings.DAM_MAX_UPLOAD_BYTES:
                raise too_large()
            digest.update(chunk)
            file.write(chunk)
        yield _Spooled(file=file, digest=digest.hexdigest(), size_bytes=size_bytes)


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except OSError as error:
        raise RejectedUpload(
            f"The file cannot be read: {error.strerror or error}.", code="unreadable_file"
        ) from error


def too_large() -> RejectedUpload:
    """Return the error of a file of more than DAM_MAX_UPLOAD_BYTES."""
    megabytes = settings.DAM_MAX_UPLOAD_BYTES / 1e6
    error = RejectedUpload(
        f"The file is larger than the {megabytes:g} MB that are allowed.", code="too_large"
    )
    error.status = 413
    return error


def _inspect(file: IO[bytes]) -> ImageInfo:
    """Return what a picture is, if it may be stored. Raises UnreadableImage."""
    info = probe(file)
    smallest = settings.DAM_MIN_SIDE_PX
    if min(info.width, info.height) < smallest:
        raise UnreadableImage(
            f"The picture has {info.width} × {info.height} pixels; "
            f"both sides need {smallest} at least.",
            code="too_small",
        )
    return info


def _store_files(spooled: _Spooled, info: ImageInfo) -> None:
    # Making the thumbnail decodes the whole picture: what is damaged is never stored.
    small = thumbnail(spooled.file, max_pixels=settings.DAM_MAX_PIXELS)
    spooled.file.seek(0)
    put(original_path(spooled.digest, info.media_type), File(spooled.file))
    put(thumbnail_path(spooled.digest), ContentFile(small))


def _create(spooled: _Spooled, info: ImageInfo, told: dict[str, Any]) -> Ingested:
    with transaction.atomic():
        asset, created = Asset.everything.get_or_create(
            digest=spooled.digest,
            defaults={
                **told,
                "media_type": info.media_type,
                "size_bytes": spooled.size_bytes,
                "width": info.width,
                "height": info.height,
            },
        )
        if created:
            asset_ingested.send(sender=Asset, asset=asset)
    return Ingested(asset=asset, created=created)
