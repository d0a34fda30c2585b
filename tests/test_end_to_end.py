"""Real pictures, nets, database, broker and worker."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
import skimage.data
from django.core.files.storage import default_storage
from django.utils import timezone
from matplotlib import cbook
from PIL import Image

from analysis.manifest import load_manifest
from analysis.models import AnalysisRun, Face
from analysis.tasks import sweep_runs
from dam.ingest import ingest
from dam.models import Asset
from dam.storage import face_crop_path

pytestmark = pytest.mark.nets

Status = AnalysisRun.Status


def ingest_pixels(pixels: np.ndarray) -> AnalysisRun:
    """Ingest a picture as a JPEG and return its run."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    stream.seek(0)
    return ingest(stream, name="picture.jpg", source=Asset.Source.COMMAND).asset.runs.get()


def ingest_astronaut() -> AnalysisRun:
    return ingest_pixels(skimage.data.astronaut())


def ingest_grace_hopper() -> AnalysisRun:
    with cbook.get_sample_data("grace_hopper.jpg") as stream:
        return ingest_pixels(np.asarray(Image.open(stream)))


def wait_for(run: AnalysisRun, *statuses: str, seconds: float = 60, every: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while run.status not in statuses:
        assert time.monotonic() < end, f"{run.status}: {run.error_code} {run.error_message}"
        time.sleep(every)
        run.refresh_from_db()


@pytest.mark.parametrize(
    ("ingest_picture", "face_center"),
    [(ingest_astronaut, (222, 113)), (ingest_grace_hopper, (265, 230))],
)
def test_a_picture_comes_out_as_a_face(
    live_worker, ingest_picture: Callable[[], AnalysisRun], face_center: tuple[int, int]
):
    run = ingest_picture()

    wait_for(run, Status.SUCCEEDED, Status.FAILED)

    face = Face.objects.get(asset=run.asset)
    assert (run.status, run.face_count, run.attempts) == (Status.SUCCEEDED, 1, 1)
    assert abs(face.left + face.width / 2 - face_center[0]) < 0.3 * face.width
    assert abs(face.top + face.height / 2 - face_center[1]) < 0.3 * face.height
    assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=0.01)
    assert face.embedding_net == load_manifest().embedding_net
    assert default_storage.exists(face_crop_path(run.asset.digest, face.box))


def test_work_is_done_though_the_worker_was_killed_in_the_middle(live_worker):
    crowd = np.tile(skimage.data.astronaut(), (8, 8, 1))
    run = ingest_pixels(crowd)
    wait_for(run, Status.RUNNING, every=0.005)

    live_worker.kill()

    run.refresh_from_db()
    assert run.status == Status.RUNNING
    assert not Face.objects.exists()
    # As if the lease's time had passed.
    AnalysisRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    live_worker.start()
    sweep_runs.delay()
    wait_for(run, Status.SUCCEEDED, Status.FAILED)
    assert (run.status, run.attempts) == (Status.SUCCEEDED, 2)
    assert Face.objects.filter(asset=run.asset).count() == run.face_count >= 60
