from __future__ import annotations

import pytest

from dam.collections import add_assets, create_collection, delete_collection, remove_assets
from dam.models import Asset, Collection, CollectionAsset
from search.bulk.jobs import undo_job
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob, BulkPiece
from tests.factories import make_face, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def collection(db: None) -> Collection:
    return create_collection(name="Summer", user=None)


@pytest.fixture
def photos(db: None) -> list[Asset]:
    return [make_face().asset for _ in range(3)]


def members(collection: Collection) -> list[Asset]:
    rows = CollectionAsset.objects.filter(collection=collection).order_by("asset_id")
    return [row.asset for row in rows.select_related("asset")]


def undo(job: BulkJob) -> BulkJob:
    undo_job(job, user=None)
    run_bulk_job(job.pk)
    job.refresh_from_db()
    return job


class TestAdding:
    def test_photos_are_added_once(self, do, collection, photos):
        user = make_user()
        add_assets(collection, [photos[0].pk], user=None)

        job = do("add_to_collection", collection=str(collection.uid), user=user)

        assert members(collection) == photos
        assert (job.title, job.changed, job.skipped) == (
            "Add to the collection “Summer”",
            2,
            1,
        )
        assert CollectionAsset.objects.get(asset=photos[1]).added_by == user

    def test_undoing_takes_out_exactly_those_that_it_added(self, do, collection, photos):
        add_assets(collection, [photos[0].pk], user=None)
        job = do("add_to_collection", collection=str(collection.uid))

        undo(job)

        assert members(collection) == [photos[0]]
        assert (job.status, job.restored, job.left_alone) == ("undone", 2, 0)

    def test_undoing_leaves_those_alone_that_somebody_took_out_or_added_again(
        self, do, collection, photos
    ):
        job = do("add_to_collection", collection=str(collection.uid))
        remove_assets(collection, [photos[0].pk, photos[1].pk])
        add_assets(collection, [photos[1].pk], user=None)

        undo(job)

        assert members(collection) == [photos[1]]
        assert (job.restored, job.left_alone) == (1, 2)

    def test_a_collection_that_is_gone_is_told(self, start, collection, photos):
        job = start("add_to_collection", collection=str(collection.uid))
        delete_collection(collection)

        run_bulk_job(job.pk)

        job.refresh_from_db()
        assert (job.status, job.failed) == ("failed", 3)
        assert BulkPiece.objects.get().error_code == "unknown_collection"

    def test_photos_that_are_gone_are_passed_over(self, start, collection, photos):
        job = start("add_to_collection", collection=str(collection.uid))
        photos[0].delete()

        run_bulk_job(job.pk)

        job.refresh_from_db()
        assert (job.changed, job.skipped) == (2, 1)


class TestRemoving:
    def test_photos_are_taken_out(self, do, collection, photos):
        add_assets(collection, [photo.pk for photo in photos[:2]], user=None)

        job = do("remove_from_collection", collection=str(collection.uid))

        assert members(collection) == []
        assert (job.changed, job.skipped) == (2, 1)

    def test_undoing_puts_back_exactly_those_that_it_took_out(self, do, collection, photos):
        add_assets(collection, [photo.pk for photo in photos[:2]], user=None)
        job = do("remove_from_collection", collection=str(collection.uid))

        undo(job)

        assert members(collection) == photos[:2]
        assert (job.restored, job.left_alone) == (2, 0)

    def test_undoing_leaves_those_alone_that_somebody_added_since(self, do, collection, photos):
        add_assets(collection, [photo.pk for photo in photos], user=None)
        job = do("remove_from_collection", collection=str(collection.uid))
        add_assets(collection, [photos[0].pk], user=None)
        mine = CollectionAsset.objects.get()

        undo(job)

        assert members(collection) == photos
        assert CollectionAsset.objects.get(asset=photos[0]) == mine
        assert (job.restored, job.left_alone) == (2, 1)


def test_jobs_can_be_undone_one_after_another(do, collection, photos):
    added = do("add_to_collection", collection=str(collection.uid))
    removed = do("remove_from_collection", collection=str(collection.uid))

    undo(removed)
    assert members(collection) == photos
    undo(added)

    assert members(collection) == []
    assert (added.restored, added.left_alone) == (3, 0)


def test_undoing_one_does_not_touch_what_only_another_put_back(do, collection, photos):
    add_assets(collection, [photos[0].pk], user=None)
    added = do("add_to_collection", collection=str(collection.uid))
    removed = do("remove_from_collection", collection=str(collection.uid))
    undo(removed)

    undo(added)

    assert members(collection) == [photos[0]]
