from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from dam.deletion import delete_asset
from dam.models import Asset
from dam.previews import open_preview
from dam.storage import original_path, preview_path, thumbnail_path
from tests.factories import make_asset

pytestmark = pytest.mark.django_db


def stored_files(asset: Asset) -> list[str]:
    paths = (
        original_path(asset.digest, asset.media_type),
        thumbnail_path(asset.digest),
        preview_path(asset.digest),
    )
    return [path for path in paths if default_storage.exists(path)]


def test_the_files_go_with_the_asset(django_capture_on_commit_callbacks):
    asset = make_asset()
    open_preview(asset).close()
    assert len(stored_files(asset)) == 3

    with django_capture_on_commit_callbacks(execute=True):
        delete_asset(asset)

    assert stored_files(asset) == []
    assert not Asset.objects.exists()


def test_a_deletion_that_is_undone_keeps_the_files():
    asset = make_asset()

    delete_asset(asset)  # the test's transaction is never committed

    assert len(stored_files(asset)) == 2


def test_other_assets_keep_their_files(django_capture_on_commit_callbacks):
    kept = make_asset()

    with django_capture_on_commit_callbacks(execute=True):
        delete_asset(make_asset())

    assert len(stored_files(kept)) == 2


def test_the_same_bytes_can_be_brought_again(django_capture_on_commit_callbacks):
    asset = make_asset()
    with default_storage.open(original_path(asset.digest, asset.media_type)) as file:
        content = file.read()
    with django_capture_on_commit_callbacks(execute=True):
        delete_asset(asset)

    again = make_asset(content)

    assert len(stored_files(again)) == 2


def test_a_storage_that_is_down_does_not_keep_the_asset(
    django_capture_on_commit_callbacks, settings, tmp_path, caplog
):
    asset = make_asset()
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.write_text("in the way")

    with django_capture_on_commit_callbacks(execute=True):
        delete_asset(asset)

    assert not Asset.objects.exists()
    assert asset.digest in caplog.text
