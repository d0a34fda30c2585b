from __future__ import annotations

import hashlib
import io
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from dam.imaging import UnreadableImage
from dam.ingest import Ingested, RejectedUpload, ingest, try_ingest
from dam.models import Asset
from dam.signals import asset_ingested
from dam.storage import (
    StorageUnavailable,
    open_file,
    open_original,
    original_path,
    thumbnail_path,
)
from tests.factories import make_asset, make_user
from tests.pictures import encoded, new_png, picture, png_bomb

pytestmark = pytest.mark.django_db


def take(content: bytes, *, name: str = "photo.png") -> Ingested:
    return ingest(io.BytesIO(content), name=name, source=Asset.Source.API)


def rejection(content: bytes) -> str:
    with pytest.raises((RejectedUpload, UnreadableImage)) as caught:
        take(content)
    assert not Asset.objects.exists()
    return caught.value.code


class ZerosAfter(io.RawIOBase):
    """A stream of a picture that is followed by any number of zeros, without keeping them."""

    def __init__(self, start: bytes, zeros: int) -> None:
        self.start = io.BytesIO(start)
        self.zeros = zeros

    def read(self, size: int = -1) -> bytes:
        chunk = self.start.read(size)
        if not chunk:
            chunk = bytes(min(size, self.zeros))
            self.zeros -= len(chunk)
        return chunk


class Unreadable(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise OSError(5, "Input/output error")


@pytest.fixture
def signalled() -> Iterator[list[tuple[Asset, bool]]]:
    """The assets that the signal told of, and whether that was inside a transaction."""
    assets: list[tuple[Asset, bool]] = []

    def note(asset: Asset, **_: object) -> None:
        assets.append((asset, connection.in_atomic_block))

    asset_ingested.connect(note)
    yield assets
    asset_ingested.disconnect(note)


@pytest.fixture
def failing_receiver() -> Callable[[], AbstractContextManager[None]]:
    """A receiver that cannot do its part, for as long as the context lasts."""

    def fail(**_: object) -> None:
        raise ValueError("no")

    @contextmanager
    def connected() -> Iterator[None]:
        asset_ingested.connect(fail)
        try:
            yield
        finally:
            asset_ingested.disconnect(fail)

    return connected


def test_a_picture_becomes_an_asset():
    content = encoded(picture(120, 80), "JPEG")
    user = make_user()

    result = ingest(io.BytesIO(content), name="a.jpg", source=Asset.Source.UPLOAD, user=user)

    asset = Asset.objects.get()
    assert result == Ingested(asset=asset, created=True)
    assert asset.digest == hashlib.sha256(content).hexdigest()
    assert (asset.name, asset.media_type, asset.size_bytes) == ("a.jpg", "image/jpeg", len(content))
    assert (asset.width, asset.height) == (120, 80)
    assert (asset.source, asset.ingested_by) == ("upload", user)


def test_the_size_is_that_of_the_upright_picture():
    content = encoded(picture(120, 80), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0"
                      b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")  # fmt: skip

    asset = take(content).asset

    assert (asset.width, asset.height) == (80, 120)


def test_the_original_is_stored_as_it_came():
    content = new_png()

    asset = take(content).asset

    with open_original(asset) as file:
        assert file.read() == content


def test_a_thumbnail_is_stored():
    asset = take(encoded(picture(900, 600))).asset

    with open_file(thumbnail_path(asset.digest)) as file:
        assert file.read(3) == b"\xff\xd8\xff"


def test_the_same_bytes_are_the_same_asset():
    content = new_png()
    first = take(content, name="first.png")

    second = take(content, name="second.png")

    assert second == Ingested(asset=first.asset, created=False)
    assert Asset.objects.get().name == "first.png"


def test_content_decides_the_type_and_not_the_name():
    asset = take(encoded(picture(), "WEBP"), name="photo.jpg").asset

    assert asset.media_type == "image/webp"
    assert asset.name == "photo.jpg"


def test_new_assets_are_signalled_inside_the_transaction(signalled):
    asset = take(new_png()).asset

    assert signalled == [(asset, True)]


def test_known_assets_are_not_signalled(signalled):
    content = new_png()
    take(content)
    take(content)

    assert len(signalled) == 1


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_leaves_no_asset(failing_receiver):
    with failing_receiver(), pytest.raises(ValueError, match="no"):
        take(new_png())

    assert not Asset.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_failure_the_same_file_can_be_ingested(failing_receiver):
    content = new_png()
    with failing_receiver(), pytest.raises(ValueError, match="no"):
        take(content)

    assert take(content).created


@pytest.mark.django_db(transaction=True)
def test_many_threads_with_the_same_bytes_make_one_asset(signalled):
    content = new_png()
    together = threading.Barrier(6)

    def run(_: int) -> Ingested:
        together.wait()
        try:
            return take(content)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(run, range(6)))

    assert Asset.objects.count() == len(signalled) == 1
    assert sorted(result.created for result in results) == [False] * 5 + [True]


def test_nothing_is_rejected():
    assert rejection(b"") == "empty_file"


def test_text_is_rejected():
    assert rejection(b"hello") == "not_an_image"


def test_a_cut_picture_is_rejected():
    assert rejection(encoded(picture(400, 400), "JPEG")[:-900]) == "truncated"


def test_a_bomb_is_rejected():
    assert rejection(png_bomb()) == "too_many_pixels"


def test_too_many_pixels_are_rejected(settings):
    settings.DAM_MAX_PIXELS = 96 * 64 - 1

    assert rejection(new_png()) == "too_many_pixels"


@pytest.mark.parametrize("size", [(31, 64), (64, 31)])
def test_a_tiny_picture_is_rejected(size):
    assert rejection(new_png(*size)) == "too_small"


def test_the_smallest_picture_is_taken():
    assert take(new_png(32, 32)).created


def test_a_file_over_the_limit_is_rejected(settings):
    content = new_png()
    settings.DAM_MAX_UPLOAD_BYTES = len(content) - 1

    assert rejection(content) == "too_large"


def test_a_file_at_the_limit_is_taken(settings):
    content = new_png()
    settings.DAM_MAX_UPLOAD_BYTES = len(content)

    assert take(content).created


def test_a_file_over_the_limit_is_not_read_to_its_end(settings):
    settings.DAM_MAX_UPLOAD_BYTES = 1_000_000
    stream = ZerosAfter(b"", 50_000_000)

    with pytest.raises(RejectedUpload):
        ingest(stream, name="zeros", source=Asset.Source.API)

    assert stream.zeros > 45_000_000


def test_a_source_that_cannot_be_read_is_rejected():
    with pytest.raises(RejectedUpload) as caught:
        ingest(Unreadable(), name="gone.jpg", source=Asset.Source.COMMAND)

    assert caught.value.code == "unreadable_file"
    assert "Input/output error" in caught.value.message


def test_a_large_file_is_never_in_memory_whole():
    stream = ZerosAfter(encoded(picture(), "JPEG"), 60_000_000)
    take(encoded(picture(), "JPEG"))

    tracemalloc.start()
    ingest(stream, name="large.jpg", source=Asset.Source.API)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 12_000_000


def test_a_damaged_file_is_not_stored():
    content = encoded(picture(400, 400), "JPEG")[:-900]
    rejection(content)

    digest = hashlib.sha256(content).hexdigest()
    assert not default_storage.exists(original_path(digest, "image/jpeg"))


def test_a_storage_that_is_down_is_not_the_file_s_fault(settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    settings.MEDIA_ROOT = blocked

    with pytest.raises(StorageUnavailable) as caught:
        take(new_png())

    assert caught.value.retry
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.jpg", "photo.jpg"),
        ("/home/me/photo.jpg", "photo.jpg"),
        ("C:\\Pictures\\photo.jpg", "photo.jpg"),
        ("été 写真.jpg", "été 写真.jpg"),
        ("a\0b\n.jpg", "ab.jpg"),
        ("", "unnamed"),
        ("x" * 300, "x" * 255),
    ],
)
def test_names_are_cleaned(given, kept):
    assert take(new_png(), name=given).asset.name == kept


def test_one_file_of_many_is_reported_instead_of_raised():
    outcome = try_ingest(io.BytesIO(b"hello"), name="a/b.txt", source=Asset.Source.API)

    assert (outcome.name, outcome.status, outcome.asset) == ("b.txt", "rejected", None)
    assert outcome.error
    assert outcome.error.code == "not_an_image"


def test_one_file_of_many_is_created_or_existing():
    content = new_png()

    outcomes = [
        try_ingest(io.BytesIO(content), name="a", source=Asset.Source.API) for _ in range(2)
    ]

    assert [outcome.status for outcome in outcomes] == ["created", "existing"]


def test_nothing_is_left_in_the_temporary_folder(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    ingest(
        ZerosAfter(encoded(picture(), "JPEG"), 9_000_000), name="large.jpg", source=Asset.Source.API
    )

    assert list(Path(tmp_path).iterdir()) == []


def test_ingesting_a_known_file_asks_the_database_once(django_assert_num_queries):
    content = new_png()
    make_asset(content)

    with django_assert_num_queries(1):
        take(content)
