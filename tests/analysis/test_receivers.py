from __future__ import annotations

import io
import time

import pytest

from analysis.models import AnalysisRun
from dam.ingest import ingest
from dam.models import Asset
from tests.analysis.test_tasks import jpeg
from tests.fakes import VERSION

pytestmark = pytest.mark.django_db


def ingest_picture(content: bytes | None = None) -> Asset:
    stream = io.BytesIO(content or jpeg())
    return ingest(stream, name="a.jpg", source=Asset.Source.COMMAND).asset


def test_a_new_asset_is_queued_for_the_nets_that_are_installed(fake_pipeline):
    asset = ingest_picture()

    run = AnalysisRun.objects.get()
    assert (run.asset, run.status, run.pipeline_version) == (asset, "queued", VERSION)


def test_the_run_is_sent_when_the_asset_is_stored(
    fake_pipeline, sent_run_ids, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        ingest_picture()
        assert sent_run_ids == []

    assert sent_run_ids == [AnalysisRun.objects.get().pk]


def test_known_bytes_are_not_analyzed_again(fake_pipeline):
    content = jpeg()
    ingest_picture(content)

    ingest_picture(content)

    assert AnalysisRun.objects.count() == 1


def test_a_broker_that_is_down_does_not_keep_a_picture_out(
    fake_pipeline, django_capture_on_commit_callbacks
):
    started = time.monotonic()

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        ingest_picture()

    assert len(callbacks) == 1
    assert AnalysisRun.objects.get().status == "queued"
    assert time.monotonic() - started < 3


def test_unusable_nets_do_not_keep_a_picture_out(settings, tmp_path):
    settings.DAM_MODELS_DIR = tmp_path

    asset = ingest_picture()

    assert not asset.runs.exists()
