"""Addresses of uploads, fetched from a server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from dam.addresses import read_networks
from dam.models import Asset
from dam.uploading.addresses import InvalidAddresses, add_addresses, read_addresses, retry_addresses
from dam.uploading.fetching import claim_next, fetch_item, take_unsent_uploads
from dam.uploading.models import Upload, UploadItem
from dam.uploading.tasks import fetch_upload, sweep_uploads
from dam.uploading.uploads import take_up
from tests.dam.misbehaving import MisbehavingServer, answer
from tests.factories import make_asset, make_user
from tests.pictures import new_png

pytestmark = pytest.mark.django_db

Status = UploadItem.Status


@pytest.fixture
def server(settings) -> Iterator[MisbehavingServer]:
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.1"])
    server = MisbehavingServer()
    with server.running():
        yield server


@pytest.fixture
def upload() -> Upload:
    return take_up(make_user())


def results(upload: Upload) -> list[tuple[str, str]]:
    return list(upload.items.values_list("status", "error_code"))


def test_each_address_has_its_own_end(server, upload):
    known = new_png()
    make_asset(known)
    server.answers["/new.png"] = answer(new_png())
    server.answers["/known.png"] = answer(known)
    server.answers["/page"] = answer(b"<html>")
    server.answers["/private.png"] = answer(b"", status="403 Forbidden")
    paths = ["/new.png", "/known.png", "/page", "/private.png"]
    add_addresses(upload, [server.url(path) for path in paths])

    fetch_upload(upload.pk)

    assert results(upload) == [
        (Status.STORED, ""),
        (Status.EXISTING, ""),
        (Status.REJECTED, "not_an_image"),
        (Status.REJECTED, "bad_answer"),
    ]
    stored = Asset.objects.get(name="new.png")
    assert (stored.source, stored.ingested_by) == (Asset.Source.UPLOAD, upload.user)


def test_a_private_address_is_refused(server, upload, settings):
    settings.DAM_FETCH_NETWORKS = ()
    add_addresses(upload, [server.url("/new.png")])

    fetch_upload(upload.pk)

    assert results(upload) == [(Status.REJECTED, "address_refused")]
    assert server.requests == []


def test_what_was_fetched_is_not_fetched_twice(server, upload):
    server.answers["/new.png"] = answer(new_png())
    add_addresses(upload, [server.url("/new.png")])

    fetch_upload(upload.pk)
    fetch_upload(upload.pk)

    assert len(server.requests) == 1


def test_another_worker_goes_on_after_a_crash(server, upload):
    server.answers["/new.png"] = answer(new_png())
    add_addresses(upload, [server.url("/new.png")])
    claim_next(upload.pk)
    assert claim_next(upload.pk) is None
    upload.items.update(due_at=Now() - timedelta(seconds=1))

    fetch_upload(upload.pk)

    assert results(upload) == [(Status.STORED, "")]


def test_a_worker_that_was_replaced_writes_nothing(server, upload):
    server.answers["/new.png"] = answer(new_png())
    add_addresses(upload, [server.url("/new.png")])
    late = claim_next(upload.pk)
    upload.items.update(due_at=Now() - timedelta(seconds=1))
    claim_next(upload.pk)

    fetch_item(late)

    assert results(upload) == [(Status.WAITING, "")]


def test_a_picture_that_a_dead_worker_stored_counts_as_new(server, upload):
    content = new_png()
    server.answers["/new.png"] = answer(content)
    add_addresses(upload, [server.url("/new.png")])
    claim_next(upload.pk)
    make_asset(content, user=upload.user)
    upload.items.update(due_at=Now() - timedelta(seconds=1))

    fetch_upload(upload.pk)

    assert results(upload) == [(Status.STORED, "")]


def test_one_that_kills_its_worker_comes_to_an_end(server, upload, settings):
    add_addresses(upload, [server.url("/new.png")])
    upload.items.update(attempts=settings.DAM_MAX_ATTEMPTS)

    fetch_upload(upload.pk)

    assert results(upload) == [(Status.REJECTED, "gave_up")]
    assert server.requests == []


def test_a_storage_that_is_down_is_waited_for(server, upload, settings, tmp_path):
    server.answers["/new.png"] = answer(new_png())
    add_addresses(upload, [server.url("/new.png")])
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("in the way")

    fetch_upload(upload.pk)

    assert results(upload) == [(Status.WAITING, "storage_unavailable")]
    assert take_unsent_uploads() == []


def test_one_that_failed_is_fetched_again(server, upload):
    server.answers["/late.png"] = server.answers["/never.png"] = answer(b"", status="403 Forbidden")
    add_addresses(upload, [server.url("/late.png"), server.url("/never.png")])
    fetch_upload(upload.pk)
    server.answers["/late.png"] = answer(new_png())

    assert retry_addresses(upload) == 2
    fetch_upload(upload.pk)

    assert results(upload) == [(Status.STORED, ""), (Status.REJECTED, "bad_answer")]


def test_what_the_broker_lost_is_sent_again(upload, monkeypatch):
    add_addresses(upload, ["http://example.org/a.jpg"])
    sent: list[int] = []
    monkeypatch.setattr(fetch_upload, "delay", sent.append)

    sweep_uploads()
    sweep_uploads()

    assert sent == [upload.pk]


def test_old_uploads_are_forgotten_and_their_photos_stay(upload):
    asset = make_asset()
    upload.items.create(path="a.png", status=Status.STORED, asset=asset)
    Upload.objects.update(touched_at=Now() - timedelta(days=31))

    sweep_uploads()

    assert not Upload.objects.exists()
    assert Asset.objects.get() == asset


def test_a_list_has_each_address_once():
    text = "\n http://a.example/1.jpg \n\nhttp://a.example/1.jpg\r\nhttps://b.example/?x=1"

    assert read_addresses(text) == ["http://a.example/1.jpg", "https://b.example/?x=1"]


def test_problems_name_their_lines():
    with pytest.raises(InvalidAddresses) as caught:
        read_addresses("https://a.example/1.jpg\n\nftp://a.example/2.jpg\nphoto")

    problems = caught.value.fields["addresses"]
    assert [problem.partition(":")[0] for problem in problems] == ["Line 3", "Line 4"]


@pytest.mark.parametrize("count", [0, 501])
def test_a_list_has_neither_none_nor_too_many(count):
    with pytest.raises(InvalidAddresses):
        read_addresses("\n".join(f"http://a.example/{number}" for number in range(count)))
