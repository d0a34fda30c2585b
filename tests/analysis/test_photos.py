from __future__ import annotations

import pytest

from analysis.models import AnalysisRun
from analysis.photos import (
    UnknownPlace,
    count_photos,
    list_photos,
    newer_photo,
    older_photo,
)
from dam.models import Asset
from tests.factories import make_asset, make_face, make_run

Status = AnalysisRun.Status


def names(page) -> list[str]:
    return [photo.asset.name for photo in page.photos]


@pytest.mark.django_db
class TestListing:
    def test_the_newest_come_first(self):
        make_asset(name="old.png")
        make_asset(name="new.png")

        assert names(list_photos()) == ["new.png", "old.png"]

    def test_the_next_page_begins_where_the_last_one_ended(self):
        for number in range(5):
            make_asset(name=f"{number}.png")

        first = list_photos(limit=2)
        second = list_photos(before=first.next_place, limit=2)
        third = list_photos(before=second.next_place, limit=2)

        assert names(first) + names(second) + names(third) == [f"{n}.png" for n in (4, 3, 2, 1, 0)]
        assert third.next_place is None

    def test_photos_of_the_same_moment_are_neither_lost_nor_repeated(self):
        for number in range(3):
            make_asset(name=f"{number}.png")
        Asset.objects.update(created_at=Asset.objects.first().created_at)

        first = list_photos(limit=2)

        assert names(first) + names(list_photos(before=first.next_place)) == [
            "2.png",
            "1.png",
            "0.png",
        ]

    @pytest.mark.parametrize(
        "place", ["", "1", "1-", "a-1", "1-1-1", "-1-1", "9" * 30 + "-1", "\u0661-\u0661"]
    )
    def test_other_text_is_no_place(self, place):
        with pytest.raises(UnknownPlace):
            list_photos(before=place)

    def test_a_photo_shows_its_newest_run(self):
        asset = make_asset()
        make_run(asset, version="newer", status=Status.FAILED)

        (photo,) = list_photos().photos

        assert photo.status == Status.FAILED

    def test_a_photo_without_a_run_has_no_status(self):
        make_asset().runs.all().delete()

        (photo,) = list_photos().photos

        assert (photo.status, photo.waiting) == ("none", False)

    def test_a_photo_shows_its_largest_faces_and_how_many_more_there_are(self):
        asset = make_run(face_count=6, status=Status.SUCCEEDED).asset
        for position in range(6):
            make_face(asset, position=position)

        (photo,) = list_photos().photos

        assert [face.position for face in photo.faces] == [0, 1, 2, 3]
        assert photo.faces_not_shown == 2


@pytest.mark.django_db
def test_counts_say_what_waits():
    make_run(status=Status.QUEUED)
    make_run(status=Status.RUNNING)
    make_face(make_run(status=Status.SUCCEEDED).asset)

    counts = count_photos()

    assert (counts.photos, counts.faces, counts.waiting) == (3, 1, 2)


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
