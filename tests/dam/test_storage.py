from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection, connections
from moto.server import ThreadedMotoServer

from dam.deletion import delete_asset
from dam.ingest import ingest
from dam.models import Asset
from dam.storage import (
    FileMissing,
    StorageUnavailable,
    digest_lock,
    face_crop_path,
    folders_in,
    open_file,
    open_original,
    original_path,
    put,
    remove_files,
    remove_folder,
    thumbnail_path,
)
from tests.factories import make_asset
from tests.pictures import new_png

DIGEST = "ab12" + 60 * "0"


@dataclass
class Box:
    left: float = -3.4
    top: float = 10.6
    width: float = 50.0
    height: float = 60.2


class FailsInTheMiddle(File):
    """Content that breaks off after its first part, as a full disk or a dead client would."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(b"whole"), name="x")

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")


@pytest.fixture
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    try:
        server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        server.start()
    except OSError as error:
        pytest.skip(f"no server can be started on the loopback: {error}")
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(settings, s3_server: str) -> Iterator[None]:
    """Files go to a bucket of a made-up S3, as with DAM_STORAGE=s3."""
    options = {
        **settings.DAM_S3_OPTIONS,
        "bucket_name": "facet",
        "endpoint_url": s3_server,
        "region_name": "us-east-1",
        "access_key": "made",
        "secret_key": "up",
        "location": "library",
    }
    client = boto3.client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id="made",
        aws_secret_access_key="up",
    )
    client.create_bucket(Bucket="facet")
    settings.DAM_STORAGE = "s3"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    yield
    for entry in client.list_objects_v2(Bucket="facet").get("Contents", []):
        client.delete_object(Bucket="facet", Key=entry["Key"])
    client.delete_bucket(Bucket="facet")
    client.close()


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_paths_follow_from_the_digest():
    assert original_path(DIGEST, "image/jpeg") == f"originals/ab/12/{DIGEST}.jpg"
    assert thumbnail_path(DIGEST) == f"thumbnails/ab/12/{DIGEST}.jpg"
    assert face_crop_path(DIGEST, Box()) == f"faces/ab/12/{DIGEST}_-3_11_50_60.jpg"


def test_what_is_put_can_be_opened(media):
    put("a/b.txt", ContentFile(b"whole"))

    with open_file("a/b.txt") as file:
        assert file.read() == b"whole"


def test_nothing_is_overwritten(media):
    put("a/b.txt", ContentFile(b"first"))
    put("a/b.txt", ContentFile(b"second"))

    assert (media / "a/b.txt").read_bytes() == b"first"


def test_a_file_that_breaks_off_leaves_nothing(media):
    with pytest.raises(StorageUnavailable):
        put("a/b.txt", FailsInTheMiddle())

    assert files_in(media) == []


def test_a_file_that_a_power_cut_left_empty_counts_as_missing_and_is_stored_again(media):
    path = thumbnail_path(DIGEST)
    put(path, ContentFile(b"small"))
    (media / path).write_bytes(b"")
    with pytest.raises(FileMissing):
        open_file(path)

    put(path, ContentFile(b"small"))

    assert (media / path).read_bytes() == b"small"


def test_two_writers_of_one_file_make_one_file(media):
    together = threading.Barrier(4)

    def write(_: int) -> None:
        together.wait()
        default_storage.save("a/b.txt", ContentFile(b"whole"))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))

    assert files_in(media) == ["b.txt"]


def test_files_have_the_permissions_of_the_settings(media, settings):
    settings.FILE_UPLOAD_PERMISSIONS = 0o640

    put("a/b.txt", ContentFile(b"whole"))

    assert (media / "a/b.txt").stat().st_mode & 0o777 == 0o640


def test_a_missing_file_is_told_from_a_broken_storage(media):
    with pytest.raises(FileMissing):
        open_file("a/none.txt")


def test_a_path_outside_of_the_storage_is_refused(media):
    with pytest.raises(SuspiciousFileOperation):
        put("../outside.txt", ContentFile(b"x"))

    assert not (media.parent / "outside.txt").exists()


@pytest.mark.django_db
def test_removing_leaves_other_assets_alone(media):
    asset, other = make_asset(), make_asset()
    for one in (asset, other):
        put(face_crop_path(one.digest, Box()), ContentFile(b"crop"))

    remove_files(asset)

    assert len(files_in(media)) == 3
    assert all(name.startswith(other.digest) for name in files_in(media))


@pytest.mark.django_db
def test_removing_leaves_the_faces_of_a_similar_digest_alone(media):
    asset = make_asset()
    similar = asset.digest[:4] + 60 * "0"
    put(face_crop_path(similar, Box()), ContentFile(b"crop"))

    remove_files(asset)

    assert default_storage.exists(face_crop_path(similar, Box()))


@pytest.mark.django_db
def test_removing_twice_is_no_error(media):
    asset = make_asset()
    remove_files(asset)

    remove_files(asset)

    assert files_in(media) == []


@pytest.mark.parametrize("kind", ["media", "s3"])
def test_folder_is_removed_with_its_files(request, kind):
    request.getfixturevalue(kind)
    for name in ("a/one.txt", "a/two.txt", "b/one.txt"):
        put(f"drawn-{kind}/{name}", ContentFile(b"content"))

    remove_folder(f"drawn-{kind}/a")
    remove_folder(f"drawn-{kind}/none")

    assert folders_in(f"drawn-{kind}") == ["b"]
    assert folders_in("none") == []


def wait_behind_the_lock(digest: str, work: Callable[[], object]) -> bool:
    """Tell whether work in another thread waits while this one holds the lock; let it end."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        with digest_lock(digest):
            future = threads.submit(run)
            waits = not wait([future], timeout=0.4).done
        future.result(10)
    return waits


@pytest.mark.django_db(transaction=True)
def test_who_deletes_waits_for_who_ingests_the_same_bytes():
    asset = make_asset()

    assert wait_behind_the_lock(asset.digest, lambda: delete_asset(asset))


@pytest.mark.django_db(transaction=True)
def test_who_ingests_waits_for_who_deletes_the_same_bytes():
    content = new_png()
    digest = hashlib.sha256(content).hexdigest()

    assert wait_behind_the_lock(digest, lambda: make_asset(content))


@pytest.mark.django_db(transaction=True)
def test_other_bytes_need_not_wait():
    assert not wait_behind_the_lock(DIGEST, make_asset)


@pytest.mark.django_db
def test_the_lock_is_given_back_after_an_error():
    with pytest.raises(ValueError, match="no"), digest_lock(DIGEST):
        raise ValueError("no")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_deleting_and_ingesting_the_same_bytes_never_loses_the_file(media):
    content = new_png()

    def come_and_go(number: int) -> None:
        for _ in range(8):
            if number % 2:
                ingest(io.BytesIO(content), name="a", source=Asset.Source.API)
            elif asset := Asset.objects.first():
                delete_asset(asset)
        connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(come_and_go, range(4)))

    for asset in Asset.objects.all():
        open_original(asset).close()
    assert len(files_in(media)) == 2 * Asset.objects.count()


@pytest.mark.django_db
def test_s3_keeps_an_asset_s_files(s3):
    content = new_png()

    asset = make_asset(content)

    with open_original(asset) as file:
        assert file.read() == content
    assert default_storage.exists(thumbnail_path(asset.digest))


@pytest.mark.django_db
def test_s3_files_of_a_removed_asset_are_gone(s3):
    asset, other = make_asset(), make_asset()
    put(face_crop_path(asset.digest, Box()), ContentFile(b"crop"))

    remove_files(asset)

    assert not default_storage.exists(face_crop_path(asset.digest, Box()))
    with pytest.raises(FileMissing):
        open_original(asset)
    open_original(other).close()


@pytest.mark.django_db
def test_s3_that_cannot_be_reached_is_unavailable(s3, settings, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    broken = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": broken},
    }

    with pytest.raises(StorageUnavailable):
        make_asset()
    assert not Asset.objects.exists()
