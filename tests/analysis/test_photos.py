from __future__ import annotations

import pytest

from analysis.models import AnalysisRun
from analysis.photos import find_photos, newer_photo, older_photo
from dam.models import Asset
from tests.factories import make_asset, make_face, make_run

Status = AnalysisRun.Status


@pytest.mark.django_db
class TestPhoto:
    def test_a_photo_shows_its_newest_run(self):
        asset = make_asset()
        make_run(asset, version="newer", status=Status.FAILED)

        (photo,) = find_photos(Asset.objects.values_list("uid", flat=True))

        assert photo.status == Status.FAILED

    def test_a_photo_without_a_run_has_no_status(self):
        make_asset().runs.all().delete()

        (photo,) = find_photos(Asset.objects.values_list("uid", flat=True))

        assert (photo.status, photo.waiting) == ("none", False)

    def test_a_photo_shows_its_largest_faces_and_how_many_more_there_are(self):
        asset = make_run(face_count=6, status=Status.SUCCEEDED).asset
        for position in range(6):
            make_face(asset, position=position)

        (photo,) = find_photos(Asset.objects.values_list("uid", flat=True))

        assert [face.position for face in photo.faces] == [0, 1, 2, 3]
        assert photo.faces_not_shown == 2


@pytest.mark.django_db
class TestNeighbours:
    def test_they_are_the_next_in_the_list(self):
        old, middle, new = (make_asset() for _ in range(3))

        assert newer_photo(middle) == new
        assert older_photo(middle) == old

    def test_the_ends_have_none(self):
        only = make_asset()

        assert newer_photo(only) is None
        assert older_photo(only) is None

    def test_the_same_moment_is_told_apart(self):
        old, new = make_asset(), make_asset()
        Asset.objects.update(created_at=old.created_at)
        new.refresh_from_db()

        assert older_photo(new) == old
        assert newer_photo(old) == new
