"""What people decided about faces, over analyses."""

from __future__ import annotations

from math import nan

import pytest

from analysis.decisions.drawing import draw_face
from analysis.decisions.errors import FaceExists, InvalidBox, NotRejected
from analysis.decisions.rejecting import reject_face, restore_face
from analysis.matching import MIN_OVERLAP
from analysis.models import AnalysisRun, Face
from analysis.pipeline.types import Box
from analysis.recording import claim_run, record_results, requeue_runs
from analysis.tasks import analyze_asset
from dam.models import Asset
from search.index import current_snapshot
from tests.factories import make_asset
from tests.fakes import EMBEDDING_NET, FakePipeline, fake_result

pytestmark = pytest.mark.django_db

# Away from the face that the fake finds, at the left edge.
DRAWN = Box(60, 30, 20, 30)


@pytest.fixture
def pipeline(use_pipeline) -> FakePipeline:
    return use_pipeline(FakePipeline(shares=[0.4]))


@pytest.fixture
def asset(pipeline) -> Asset:
    asset = make_asset()
    analyze(asset)
    return asset


def analyze(asset: Asset) -> AnalysisRun:
    """Do what a worker does, again if it was done before."""
    requeue_runs(asset.runs.all())
    run = asset.runs.get()
    analyze_asset(run.pk)
    run.refresh_from_db()
    assert run.status == "succeeded", run.error_message
    return run


def boxes(asset: Asset) -> list[Box]:
    return [face.box for face in asset.faces.present().order_by("position")]


def test_a_drawn_face_is_there_at_once_and_counts(asset):
    face = draw_face(asset, DRAWN, user=None)

    assert (face.origin, face.box, face.position) == ("drawn", DRAWN, 1)
    assert face.tags.filter(facet="gender").exists()
    assert asset.runs.get().face_count == 2
    assert current_snapshot().count == 2


def test_a_drawn_face_survives_an_analysis_that_does_not_find_it(asset, use_pipeline):
    uid = draw_face(asset, DRAWN, user=None).uid
    use_pipeline(FakePipeline(shares=[]))

    run = analyze(asset)

    (face,) = asset.faces.present()
    assert (face.uid, face.origin, face.position) == (uid, "drawn", 0)
    assert run.face_count == 1


def test_a_face_that_is_drawn_during_an_analysis_survives_it(asset):
    requeue_runs(asset.runs.all())
    claim = claim_run(asset.runs.get().pk)
    uid = draw_face(asset, DRAWN, user=None).uid

    count = record_results(claim, [fake_result(Box(0, 0, 9, 9))], embedding_net=EMBEDDING_NET)

    assert count == 2
    assert asset.faces.present().get(position=0).uid == uid


def test_a_large_drawn_face_becomes_the_first(asset):
    face = draw_face(asset, Box(40, 2, 50, 60), user=None)

    assert face.position == 0


@pytest.mark.parametrize("box", [Box(10, 10, 5, 40), Box(200, 10, 40, 40), Box(nan, 0, 40, 40)])
def test_a_box_too_small_or_outside_is_refused(asset, box):
    with pytest.raises(InvalidBox):
        draw_face(asset, box, user=None)


def test_where_there_is_a_face_none_can_be_drawn(asset):
    with pytest.raises(FaceExists, match="Face 1 is there already"):
        draw_face(asset, asset.faces.get().box, user=None)


def test_what_is_no_face_stays_away_when_it_is_found_again(asset):
    face = asset.faces.get()
    reject_face(face, user=None)

    run = analyze(asset)

    assert boxes(asset) == []
    assert run.face_count == 0
    assert current_snapshot().count == 0
    assert Face.objects.get().uid == face.uid


def test_what_is_no_face_stays_known_when_it_is_not_found(asset, use_pipeline):
    reject_face(asset.faces.get(), user=None)
    use_pipeline(FakePipeline(shares=[]))
    analyze(asset)
    use_pipeline(FakePipeline(shares=[0.4]))

    analyze(asset)

    assert boxes(asset) == []


def test_a_drawn_face_that_is_called_none_is_not_looked_for_any_more(asset, pipeline):
    reject_face(draw_face(asset, DRAWN, user=None), user=None)
    before = pipeline.pictures

    analyze(asset)

    assert pipeline.pictures == before + 1
    assert len(boxes(asset)) == 1


def test_a_face_comes_back_as_it_was(asset):
    face = asset.faces.get()
    reject_face(face, user=None)
    reject_face(face, user=None)

    restore_face(face, user=None)

    assert asset.faces.present().get().uid == face.uid
    assert [one.kind for one in face.decisions.all()] == ["restored", "rejected"]
    with pytest.raises(NotRejected):
        restore_face(face, user=None)


def test_who_draws_where_a_face_was_called_none_brings_it_back(asset):
    face = asset.faces.get()
    reject_face(face, user=None)

    drawn = draw_face(asset, face.box, user=None)

    assert drawn.uid == face.uid
    assert drawn.box.overlap(face.box) > MIN_OVERLAP
