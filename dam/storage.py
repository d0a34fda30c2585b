"""Where files are kept: each path follows from the digest of the asset that a file belongs to."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection

from dam.errors import DamError
from dam.formats import EXTENSIONS
from dam.models import Asset


class StorageUnavailable(DamError):
    """The storage did not take or give a file; the reason is in the log."""

    code = "storage_unavailable"
    status = 503
    retry = True


class FileMissing(DamError):
    """A file that must be there is gone from the storage."""

    code = "file_missing"
    status = 404


class Rectangle(Protocol):
    """A box in pixels, such as `analysis.pipeline.types.Box` or a stored face."""

    @property
    def left(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


# Only these cannot be made again.
_ORIGINALS = "originals/"


class AtomicFileSystemStorage(FileSystemStorage):
    """Files on this machine that appear whole or not at all, and replace those of the same name.

    Same name means same bytes here: so a writer that died leaves nothing that looks like a stored
    file, and two writers of one file do not make two. Originals are on the disk when their row is
    written; of the others a power cut may leave an empty file, which counts as missing.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002
        return name

    def exists(self, name: str) -> bool:
        try:
            return self.size(name) > 0
        except FileNotFoundError:
            return False

    def _open(self, name: str, mode: str = "rb") -> File:
        file = super()._open(name, mode)
        if not file.size:
            file.close()
            raise FileNotFoundError(name)
        return file

    def _save(self, name: str, content: File) -> str:
        temporary = f"{name}.{secrets.token_hex(8)}"
        try:
            super()._save(temporary, content)
            if name.startswith(_ORIGINALS):
                _flush(self.path(temporary))
            Path(self.path(temporary)).replace(self.path(name))
        finally:
            self.delete(temporary)
        return name


def original_path(digest: str, media_type: str) -> str:
    return f"{_ORIGINALS}{_folder(digest)}/{digest}.{EXTENSIONS[media_type]}"


def thumbnail_path(digest: str) -> str:
    return f"thumbnails/{_folder(digest)}/{digest}.jpg"


def preview_path(digest: str) -> str:
    return f"previews/{_folder(digest)}/{digest}.jpg"


def face_crop_path(digest: str, box: Rectangle) -> str:
    sides = (box.left, box.top, box.width, box.height)
    return f"{_faces_folder(digest)}/{digest}_{'_'.join(str(round(side)) for side in sides)}.jpg"


def put(path: str, content: File) -> None:
    """Store a file unless there is one at its path already. Raises StorageUnavailable."""
    with _reported():
        if not default_storage.exists(path):
            default_storage.save(path, content)


def open_file(path: str) -> File:
    """Open a stored file for reading. Raises FileMissing or StorageUnavailable."""
    with _reported():
        return default_storage.open(path)


def open_original(asset: Asset) -> File:
    """Open the bytes that were ingested. Raises FileMissing or StorageUnavailable."""
    return open_file(original_path(asset.digest, asset.media_type))


def remove_files(asset: Asset) -> None:
    """Remove everything stored for an asset; what is gone already is no error.

    Raises StorageUnavailable.
    """
    folder = _faces_folder(asset.digest)
    with _reported():
        default_storage.delete(original_path(asset.digest, asset.media_type))
        default_storage.delete(thumbnail_path(asset.digest))
        default_storage.delete(preview_path(asset.digest))
        for name in _names_in(folder):
            if name.startswith(asset.digest):
                default_storage.delete(f"{folder}/{name}")


def folders_in(folder: str) -> list[str]:
    """Return the names of the folders in one that may be missing. Raises StorageUnavailable."""
    with _reported():
        try:
            return list(default_storage.listdir(folder)[0])
        except FileNotFoundError:
            return []


def remove_folder(folder: str) -> None:
    """Remove a folder of files; what is gone already is no error. Raises StorageUnavailable."""
    with _reported():
        for name in _names_in(folder):
            default_storage.delete(f"{folder}/{name}")
        # Only file systems have folders by themselves.
        default_storage.delete(folder)


def probe() -> None:
    """Store a small file and remove it again. Raises StorageUnavailable."""
    with _reported():
        name = default_storage.save(f"probes/{secrets.token_hex(8)}", ContentFile(b"probe"))
        default_storage.delete(name)


@contextmanager
def digest_lock(digest: str) -> Iterator[None]:
    """Let nobody else, in any process, store or remove this digest's asset in the meantime.

    Held by the database session, not by a transaction: storing a large file must not keep one open.
    """
    key = int.from_bytes(bytes.fromhex(digest)[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _flush(path: str) -> None:
    """Have the disk keep a file: a stored row must not outlive its bytes in a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder(digest: str) -> str:
    """Return two levels of folders, so that none holds more than a few thousand files."""
    return f"{digest[:2]}/{digest[2:4]}"


def _faces_folder(digest: str) -> str:
    return f"faces/{_folder(digest)}"


def _names_in(folder: str) -> list[str]:
    try:
        return list(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return []


@contextmanager
def _reported() -> Iterator[None]:
    """Raise what a storage raises as an error of ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing("The file is missing from the storage.") from error
    except _storage_errors() as error:
        raise StorageUnavailable("The storage cannot be used now.") from error


def _storage_errors() -> tuple[type[Exception], ...]:
    if settings.DAM_STORAGE != "s3":
        return (OSError,)
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, BotoCoreError, ClientError)
