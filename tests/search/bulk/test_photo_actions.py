from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from analysis import nets
from analysis.models import AnalysisRun, Face
from dam.deletion import LeftFiles, remove_left_files
from dam.models import Asset
from dam.storage import StorageUnavailable, original_path, thumbnail_path
from search.bulk import photo_actions
from search.bulk.asking import choose_by_uid, read_action
from search.bulk.jobs import cancel_job, create_job
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob, BulkPiece
from search.query import FaceQuery
from tests.factories import make_asset, make_face, make_run
from tests.pictures import new_png

pytestmark = pytest.mark.django_db

Status = AnalysisRun.Status


def fresh(job: BulkJob) -> BulkJob:
    return BulkJob.objects.get(pk=job.pk)


def has_files(asset: Asset) -> bool:
    paths = (original_path(asset.digest, asset.media_type), thumbnail_path(asset.digest))
    found = {default_storage.exists(path) for path in paths}
    assert len(found) == 1
    return found.pop()


class TestAnalyzing:
    @pytest.fixture
    def version(self) -> str:
        return nets.current_version()

    def test_photos_are_queued_whether_they_had_a_run_of_these_nets_or_not(self, do, version):
        analyzed = make_face(make_run(status=Status.SUCCEEDED, version=version).asset).asset
        older = make_face(make_run(status=Status.SUCCEEDED, version="older").asset).asset

        job = do("analyze")

        assert (job.status, job.changed) == ("done", 2)
        assert analyzed.runs.get().status == Status.QUEUED
        assert older.runs.get(pipeline_version=version).status == Status.QUEUED

    def test_photos_that_wait_already_are_passed_over(self, do, version):
        asset = make_run(status=Status.SUCCEEDED, version="older").asset
        make_face(asset)
        waiting = make_run(asset, version=version)

        job = do("analyze")

        assert (job.changed, job.skipped) == (0, 1)
        assert asset.runs.get(pipeline_version=version) == waiting

    def test_only_what_is_found_is_queued(self, do, version):
        good, bad = make_face(quality_score=90), make_face(quality_score=10)
        query = FaceQuery(ranges={"quality": FaceQuery.from_params(_params()).ranges["quality"]})

        do("analyze", query=query)

        assert good.asset.runs.filter(status=Status.QUEUED).exists()
        assert not bad.asset.runs.filter(status=Status.QUEUED).exists()


def _params() -> object:
    from django.http import QueryDict

    return QueryDict("min_quality=60")


class TestDeleting:
    def test_photos_go_with_their_faces_and_files(self, do, django_capture_on_commit_callbacks):
        asset, other = make_asset(), make_asset()
        make_face(asset)

        job = do("delete")

        assert (job.status, job.total, job.changed) == ("done", 1, 1)
        assert list(Asset.objects.all()) == [other]
        assert not Face.objects.exists()
        assert (has_files(asset), has_files(other)) == (False, True)

    def test_photos_without_faces_can_be_named(self):
        asset = make_asset()
        action = read_action("delete", {})
        job = create_job(action, choose_by_uid(assets=[asset.uid], unit=action.unit), user=None)

        run_bulk_job(job.pk)

        assert not Asset.objects.exists()

    def test_photos_that_are_gone_meanwhile_are_passed_over(self, start):
        gone, asset = make_asset(), make_asset()
        make_face(gone)
        make_face(asset)
        job = start("delete")
        gone.delete()

        run_bulk_job(job.pk)

        assert (fresh(job).changed, fresh(job).skipped) == (1, 1)

    def test_files_go_though_the_worker_was_killed_before(self, start, monkeypatch):
        asset = make_asset()
        make_face(asset)
        job = start("delete")

        def die(_: LeftFiles) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(photo_actions, "remove_left_files", die)
            with pytest.raises(KeyboardInterrupt):
                run_bulk_job(job.pk)
        assert not Asset.objects.exists()
        assert has_files(asset)

        run_bulk_job(job.pk)
        assert not has_files(asset)
        assert (fresh(job).status, fresh(job).changed) == ("done", 1)

    def test_files_go_though_the_job_was_cancelled_before(self, start, monkeypatch):
        asset = make_asset()
        make_face(asset)
        job = start("delete")

        def fail(_: LeftFiles) -> None:
            raise StorageUnavailable("The storage cannot be used now.")

        with monkeypatch.context() as patch:
            patch.setattr(photo_actions, "remove_left_files", fail)
            run_bulk_job(job.pk)
        assert (fresh(job).status, fresh(job).error_code) == ("running", "storage_unavailable")
        cancel_job(job)

        run_bulk_job(job.pk)

        assert not has_files(asset)
        assert fresh(job).status == "cancelled"
        assert fresh(job).finished_at is not None
        assert BulkPiece.objects.get().notes == {}

    def test_files_that_were_ingested_again_stay(self):
        content = new_png()
        asset = make_asset(content)
        left = LeftFiles(asset.digest, asset.media_type)

        remove_left_files(left)

        assert has_files(asset)
