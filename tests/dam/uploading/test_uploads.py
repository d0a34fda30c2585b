from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from dam.models import Asset
from dam.uploading.models import Upload, UploadItem
from dam.uploading.receiving import receive
from dam.uploading.uploads import announce_files, chosen_file, clear, find_unsent, take_up
from tests.factories import make_user
from tests.pictures import new_png

pytestmark = pytest.mark.django_db

Status = UploadItem.Status


@pytest.fixture
def upload() -> Upload:
    return take_up(make_user())


def announced(upload: Upload, *files: tuple[str, int]) -> list[UploadItem]:
    return announce_files(upload, [chosen(path, size) for path, size in files])


def chosen(path: str, size: int):
    folder, _, name = path.rpartition("/")
    return chosen_file(name, folder=folder, size_bytes=size)


def test_what_comes_soon_after_goes_to_the_same_upload(upload):
    assert take_up(upload.user, upload.uid) == upload


def test_what_comes_later_begins_another(upload):
    Upload.objects.update(touched_at=Now() - timedelta(minutes=11))

    assert take_up(upload.user, upload.uid) != upload


def test_nothing_is_added_to_a_cleared_upload(upload):
    clear(upload)

    assert take_up(upload.user, upload.uid) != upload


def test_nobody_adds_to_another_person_s_upload(upload):
    assert take_up(make_user(), upload.uid) != upload


def test_paths_are_stored_as_folders_are(upload):
    (item,) = announced(upload, ("/Holiday/../sea//a\u0000.jpg", 5))

    assert (item.folder, item.name) == ("Holiday/sea", "a.jpg")


def test_a_file_that_is_too_large_need_not_be_sent(upload, settings):
    settings.DAM_MAX_UPLOAD_BYTES = 1000

    items = announced(upload, ("large.jpg", 1001), ("small.jpg", 1000))

    assert [(i.status, i.error_code) for i in items] == [("rejected", "too_large"), ("waiting", "")]


def test_only_what_is_missing_is_wanted_again(upload):
    sent, missing, failed = announced(upload, ("a/1.jpg", 1), ("a/2.jpg", 2), ("a/3.jpg", 3))
    upload.items.filter(pk=sent.pk).update(status=Status.STORED)
    upload.items.filter(pk=failed.pk).update(status=Status.REJECTED)
    again = [
        chosen("a/1.jpg", 1),
        chosen("a/2.jpg", 2),
        chosen("a/3.jpg", 33),
        chosen("b/2.jpg", 2),
    ]

    assert find_unsent(upload, again) == [None, missing.pk, failed.pk, None]


def test_another_size_is_another_file(upload):
    announced(upload, ("a/1.jpg", 1))

    assert find_unsent(upload, [chosen("a/1.jpg", 2)]) == [None]


def test_files_without_their_folder_are_known_by_name(upload):
    first, second = announced(upload, ("a/1.jpg", 1), ("b/1.jpg", 1))

    found = find_unsent(upload, [chosen("1.jpg", 1), chosen("1.jpg", 1), chosen("1.jpg", 1)])

    assert found == [first.pk, second.pk, None]


def test_a_file_that_is_sent_twice_is_stored_once(upload):
    content = new_png()
    (item,) = announced(upload, ("a/1.png", len(content)))

    for _ in range(2):
        receive(UploadItem.objects.select_related("upload__user").get(), io.BytesIO(content))

    item.refresh_from_db()
    assert item.status == Status.STORED
    assert Asset.objects.get().folder == "a"
